// The cache as its users see it.

import { Departures } from './departures.ts';
import { Flights, NO_LOADS, warm } from './loading.ts';
import {
  bound,
  type CacheOptions,
  type CacheStats,
  callable,
  duration,
  type EntryInfo,
  type EntryOptions,
  type LoadOptions,
  type LoadStats,
  type Milliseconds,
  oneOf,
  positiveInteger,
  type WarmEntry,
  type WarmOptions,
  type WarmReport,
  weight,
} from './options.ts';
import { POLICIES, Residents, type ResidentsOptions } from './residents.ts';
import { type CacheDump, dumpOf, entriesOf } from './snapshot.ts';
import { coarseNow } from './time.ts';

/** No count of writes. */
const NEVER = -1;

/** What is inside a cache, for tests: it is not exported to users. @internal */
export let residentsOf: (cache: OptimizedMetadataCache) => ResidentsOptions & { residents: Residents };

/**
 * Keeps what is expensive to obtain: bounded by number, weight and age, and able to say how well it does.
 *
 * `undefined` and `null` are values like any other. What concerns one key is O(1), amortized.
 *
 * There is no timer. Expired entries leave when something comes upon them: a use of their key, a write, which
 * lets two of them go, the need for room, or {@link size}, {@link currentSize} and {@link cleanup}, which let
 * all of them go.
 *
 * @example
 * {@includeCode ../../docs/examples/01-metadata-cache/cache.ts#cache}
 */
export class OptimizedMetadataCache {
  readonly #ttlMs: Milliseconds = Infinity;
  readonly #maxSize: number = Infinity;
  readonly #sizeOf: CacheOptions['sizeOf'];
  readonly #onRefreshError: CacheOptions['onRefreshError'];
  readonly #now: () => Milliseconds = coarseNow;

  #residentsOptions: ResidentsOptions;
  #residents: Residents;
  /** From the first `getOrLoad` that had to load on. */
  #flights: Flights | undefined;
  readonly #departures: Departures;

  #hits = 0;
  #misses = 0;
  /** By which `get` knows whether its factory stored anything, and need not look its key up again if not. */
  #writes = 0;

  static {
    residentsOf = (cache) => ({ ...cache.#residentsOptions, residents: cache.#residents });
  }

  /**
   * @throws TypeError if an option has the wrong type, or `maxSize` comes without `sizeOf`
   * @throws RangeError if a number is out of its range, or the policy unknown
   */
  constructor(options: CacheOptions = {}) {
    const { maxEntries, ttlMs, maxSize, sizeOf, onEvict, onRefreshError, policy = 'lru', now } = options;
    if (maxEntries !== undefined) bound('maxEntries', maxEntries);
    if (ttlMs !== undefined) this.#ttlMs = duration('ttlMs', ttlMs);
    if (maxSize !== undefined) this.#maxSize = bound('maxSize', maxSize);
    if (sizeOf !== undefined) this.#sizeOf = callable('sizeOf', sizeOf);
    else if (maxSize !== undefined) throw new TypeError('maxSize needs sizeOf, which was not given');
    if (onEvict !== undefined) callable('onEvict', onEvict);
    if (onRefreshError !== undefined) this.#onRefreshError = callable('onRefreshError', onRefreshError);
    if (now !== undefined) this.#now = callable('now', now);
    if (typeof policy !== 'function') oneOf('policy', Object.keys(POLICIES), policy);

    this.#departures = new Departures(onEvict);
    this.#residentsOptions = {
      maxEntries: maxEntries ?? Infinity,
      maxSize: this.#maxSize,
      ttlMs: this.#ttlMs,
      isWeighed: sizeOf !== undefined,
      policy: typeof policy === 'function' ? policy : POLICIES[policy],
      departures: this.#departures,
    };
    this.#residents = new Residents(this.#residentsOptions);
  }

  /** How many entries are kept; an expired one is not. O(1), and O(log size) for each that has to leave. */
  get size(): number {
    this.cleanup();
    return this.#residents.index.size;
  }

  /** What the entries that are kept weigh together. As costly as {@link size}. */
  get currentSize(): number {
    this.cleanup();
    return this.#residents.totalSize;
  }

  // ---- One key ------------------------------------------------------------------------------------------

  /**
   * The value of `key`, from the cache, or else from `factory`, which is then remembered.
   *
   * @param factory called at most once, without arguments; if it throws, nothing is cached and the error is
   *   the caller's
   * @returns without a factory, `undefined` for an absent key
   */
  get<T>(key: string, factory: () => T): T;
  get<T>(key: string): T | undefined;
  get<T>(key: string, factory?: () => T): T | undefined {
    const now = this.#now();
    const slot = this.#residents.find(key, now);
    if (slot !== 0) {
      this.#hits++;
      return this.#residents.answer(slot, now) as T;
    }
    this.#misses++;
    this.#departures.tell();
    if (factory === undefined) return undefined;
    const writes = this.#writes;
    const value = factory();
    this.#store(key, value, this.#ttlMs, 0, writes);
    return value;
  }

  /**
   * Stores `value`, in place of what `key` had.
   *
   * @returns whether it was kept; a value heavier than the whole cache is not, and the outdated one goes
   *   all the same
   * @throws RangeError if `ttlMs` is negative or NaN, or if `sizeOf` returns anything but an integer from 0;
   *   the cache is then as it was
   */
  set<T>(key: string, value: T, options?: EntryOptions): boolean {
    const ttlMs = options?.ttlMs === undefined ? this.#ttlMs : duration('ttlMs', options.ttlMs);
    return this.#store(key, value, ttlMs, 0, NEVER);
  }

  /**
   * The value of `key`, from the cache, or else from `load`, which may take its time. However many ask
   * meanwhile, one load runs and answers them all; if it fails, all get its error, nothing is kept, and the
   * next call tries again.
   *
   * A load whose key is written or deleted before it ends answers those who wait for it and stores nothing:
   * what it brings may be older than what was written.
   *
   * @param load called at most once, without arguments
   * @param options those of the call that begins the load count
   * @throws TypeError or RangeError, at once, if an argument is wrong; whatever goes wrong later rejects
   *   the promise
   */
  getOrLoad<T>(key: string, load: () => T | PromiseLike<T>, options: LoadOptions = {}): Promise<T> {
    callable('load', load);
    const { ttlMs = this.#ttlMs, staleMs = 0 } = options;
    duration('ttlMs', ttlMs);
    duration('staleMs', staleMs);
    const now = this.#now();
    const slot = this.#residents.find(key, now);
    if (slot !== 0) {
      this.#hits++;
      return Promise.resolve(this.#residents.answer(slot, now) as T);
    }
    const stale = this.#residents.findStale(key, now);
    const staleValue = this.#residents.stale?.values[stale] as T;
    this.#departures.tell();

    this.#flights ??= new Flights();
    const land = (value: unknown) => this.#store(key, value, ttlMs, staleMs, NEVER);
    if (stale === 0) {
      this.#misses++;
      return this.#flights.join(key, load, land) as Promise<T>;
    }
    this.#hits++;
    this.#flights.refresh(key, load, land, this.#onRefreshError);
    return Promise.resolve(staleValue);
  }

  /** Whether `key` has a value; does not count as a use. */
  has(key: string): boolean {
    return this.#lookUp(key) !== 0;
  }

  /** The value of `key`, or `undefined`; does not count as a use. */
  peek<T>(key: string): T | undefined {
    const slot = this.#lookUp(key);
    return slot === 0 ? undefined : (this.#residents.values[slot] as T);
  }

  /** What is known of the entry of `key`, or `undefined`; no use of it, and not changed by later ones. */
  entry(key: string): EntryInfo | undefined {
    const slot = this.#lookUp(key);
    if (slot === 0) return undefined;
    const { hits, createdAt, usedAt, sizes } = this.#residents;
    return {
      hits: hits[slot]!,
      createdAt: createdAt[slot]!,
      lastAccessedAt: usedAt[slot]!,
      size: sizes === undefined ? 0 : sizes[slot]!,
    };
  }

  /** @returns whether there was something to delete */
  delete(key: string): boolean {
    const slot = this.#residents.find(key, this.#now());
    if (slot !== 0) this.#residents.remove(slot);
    this.#outdate(key);
    this.#departures.tell();
    return slot !== 0;
  }

  // ---- Many at once -------------------------------------------------------------------------------------

  /** Forgets all, and gives the memory back. O(1). Loads that are under way will store nothing. */
  clear(): void {
    this.#writes++;
    this.#residents = new Residents(this.#residentsOptions);
    this.#flights?.cancelAll();
  }

  /**
   * Changes how many entries are kept at most. Who is too many leaves as for any other room.
   *
   * @throws RangeError if `maxEntries` is not an integer from 1 or `Infinity`
   */
  protected resize(maxEntries: number): void {
    this.#residentsOptions = { ...this.#residentsOptions, maxEntries: bound('maxEntries', maxEntries) };
    this.#residents.resize(maxEntries, this.#now());
    this.#departures.tell();
  }

  /**
   * Lets the entry go that the policy would let go next.
   *
   * @returns whether there was one
   */
  evictLRU(): boolean {
    this.cleanup();
    if (this.#residents.index.size === 0) return false;
    this.#residents.evict(0);
    this.#departures.tell();
    return true;
  }

  /**
   * Drops every expired entry.
   *
   * @returns how many went
   */
  cleanup(): number {
    const before = this.#departures.expirations;
    this.#residents.expire(this.#now(), Infinity);
    const dropped = this.#departures.expirations - before;
    this.#departures.tell();
    return dropped;
  }

  /**
   * The keys of the living entries, those that the policy will keep longest first. Does not count as a use,
   * and is not disturbed by what happens meanwhile: of the keys at the outset, those that are gone by then
   * are skipped. O(size) before the first.
   */
  *keys(): Generator<string, void, void> {
    const { policy, keys } = this.#residents;
    for (const key of Array.from(policy.slots(), (slot) => keys[slot]!)) if (this.has(key)) yield key;
  }

  /** In the order, and with the guarantees, of {@link keys}. */
  *values<T = unknown>(): Generator<T, void, void> {
    for (const key of this.keys()) yield this.peek(key) as T;
  }

  /** In the order, and with the guarantees, of {@link keys}. */
  *entries<T = unknown>(): Generator<[key: string, value: T], void, void> {
    for (const key of this.keys()) yield [key, this.peek(key) as T];
  }

  /** As {@link entries}. */
  [Symbol.iterator](): Generator<[key: string, value: unknown], void, void> {
    return this.entries();
  }

  /**
   * Loads what will probably be asked for into the room that is free, as the first to be evicted again.
   * No entry is evicted for it, and no entry that is there is replaced.
   *
   * @param source what to load, the likeliest first; read no further than there is room
   * @throws RangeError if `concurrency` is not an integer from 1
   */
  async warm(
    source: Iterable<WarmEntry> | AsyncIterable<WarmEntry>,
    { concurrency = 8 }: WarmOptions = {},
  ): Promise<WarmReport> {
    positiveInteger('concurrency', concurrency);
    this.cleanup();
    const { room } = this.#residents;
    const has = (key: string) => this.has(key);
    const store = (key: string, value: unknown) =>
      this.#storeColdest(key, value, this.#weigh(key, value), this.#ttlMs);
    return warm({ room, has, store }, source, concurrency);
  }

  /** The living entries as plain data, for {@link load}. O(size). */
  dump(): CacheDump {
    const now = this.#now();
    const { policy, keys, values } = this.#residents;
    const entryOf = (slot: number) => ({
      key: keys[slot]!,
      value: values[slot],
      ttlMs: this.#residents.deadline(slot) - now,
    });
    return dumpOf(Array.from(policy.slots(), entryOf).filter(({ ttlMs }) => ttlMs > 0));
  }

  /**
   * Brings back what {@link OptimizedMetadataCache.dump} wrote, in its order, below what is there: nobody
   * is evicted or replaced for it. What a policy noted for itself, such as SIEVE's bits, does not come
   * back.
   *
   * @returns how many entries there was room for
   * @throws TypeError or RangeError that names the place, as in `dump.entries[3].key`; the cache is then as
   *   it was
   */
  load(dump: unknown): number {
    const entries = entriesOf(dump).map((entry) => ({ ...entry, size: this.#weigh(entry.key, entry.value) }));
    let stored = 0;
    for (const { key, value, size, ttlMs } of entries) {
      if (this.#storeColdest(key, value, size, ttlMs)) stored++;
    }
    return stored;
  }

  // ---- Accounts -----------------------------------------------------------------------------------------

  /** The counts since the beginning or the last reset; later traffic does not change what was returned. */
  stats(): CacheStats {
    const [hits, misses] = [this.#hits, this.#misses];
    const { evictions, expirations } = this.#departures;
    return { hits, misses, evictions, expirations, hitRatio: hits === 0 ? 0 : hits / (hits + misses) };
  }

  /** As {@link stats}, of what `getOrLoad` did. */
  loadStats(): LoadStats {
    return this.#flights?.stats() ?? { ...NO_LOADS };
  }

  /** Counts from 0 again; the entries, and what is known of each, stay. */
  resetStats(): void {
    this.#hits = this.#misses = 0;
    this.#departures.resetCounts();
    this.#flights?.resetStats();
  }

  // ---- Private ------------------------------------------------------------------------------------------

  /** As `find` of the residents, for those who have nothing more to do. */
  #lookUp(key: string): number {
    const slot = this.#residents.find(key, this.#now());
    this.#departures.tell();
    return slot;
  }

  #weigh(key: string, value: unknown): number {
    return this.#sizeOf === undefined ? 0 : weight(key, this.#sizeOf(value, key));
  }

  /** @param absentSince the count of writes at which `key` was absent, or {@link NEVER} */
  #store(
    key: string,
    value: unknown,
    ttlMs: Milliseconds,
    staleMs: Milliseconds,
    absentSince: number,
  ): boolean {
    const size = this.#weigh(key, value);
    const now = this.#now();
    const residents = this.#residents;
    const slot = this.#writes === absentSince ? 0 : residents.find(key, now);
    this.#writes++;
    this.#outdate(key);
    if (size > this.#maxSize || ttlMs === 0) return this.#storeNot(slot, key, value, size, staleMs, now);
    if (slot === 0) residents.admit(key, value, size, now, ttlMs, staleMs);
    else residents.replace(slot, value, size, now, ttlMs, staleMs);
    this.#departures.tell();
    return true;
  }

  /** What is too heavy, or over at once: the outdated value goes for it, and nobody else. */
  #storeNot(
    slot: number,
    key: string,
    value: unknown,
    size: number,
    staleMs: Milliseconds,
    now: Milliseconds,
  ): boolean {
    if (slot !== 0) this.#residents.remove(slot);
    const isTooHeavy = size > this.#maxSize;
    if (!isTooHeavy) this.#residents.retire(key, value, size, now, staleMs, now);
    this.#departures.tell();
    return !isTooHeavy;
  }

  #storeColdest(key: string, value: unknown, size: number, ttlMs: Milliseconds): boolean {
    this.cleanup();
    const now = this.#now();
    if (this.#residents.find(key, now) !== 0) return false;
    this.#writes++;
    return this.#residents.admitColdest(key, value, size, now, ttlMs);
  }

  /** What is under way for `key`, or kept to be served stale, has been overtaken. */
  #outdate(key: string): void {
    if (this.#flights === undefined) return; // nothing is ever stale without a load
    this.#flights.cancel(key);
    this.#residents.removeStale(key);
  }
}
