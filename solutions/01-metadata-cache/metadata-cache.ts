import { inspect } from 'node:util';

import {
  CACHED,
  type CachedMember,
  type CachedOptions,
  type CacheOptions,
  type CacheStats,
  type EntryInfo,
  type EntryOptions,
  type Milliseconds,
  type WarmEntry,
  type WarmOptions,
  type WarmReport,
} from '#contract/01-metadata-cache';

// #region solution only
interface Entry {
  value: unknown;
  size: number;
  hits: number;
  createdAt: Milliseconds;
  lastAccessedAt: Milliseconds;
  expiresAt: Milliseconds;
}

interface Loaded {
  key: string;
  value: unknown;
  size: number;
}

// #endregion
/**
 * Keeps what is expensive to compute: bounded by number, by weight and by age, and able to say how well it
 * does.
 *
 * `undefined` and `null` are values like any other.
 */
export class OptimizedMetadataCache {
  // #region solution only
  // A Map iterates in insertion order, so an entry that is deleted and set again moves to the end: the first
  // entry is the one that nobody has asked for in the longest time.
  //
  // What else would do: a doubly linked list beside the Map, which does not leave holes behind for the
  // iterator to walk over (that costs a Map of 10,000 entries some microseconds an eviction).
  #entries = new Map<string, Entry>();
  #currentSize = 0;
  /** No entry expires before this instant, so until then nobody has to look. */
  #nextExpiry = Infinity;
  #counts = { hits: 0, misses: 0, evictions: 0, expirations: 0 };

  readonly #maxEntries: number = Infinity;
  readonly #ttlMs: Milliseconds = Infinity;
  readonly #maxSize: number = Infinity;
  readonly #sizeOf: NonNullable<CacheOptions['sizeOf']> = () => 0;
  readonly #onEvict: NonNullable<CacheOptions['onEvict']> = () => {};
  readonly #now: () => Milliseconds;

  // #endregion
  /**
   * @throws TypeError if an option has the wrong type, or `maxSize` comes without `sizeOf`
   * @throws RangeError if a number is out of its range
   */
  constructor(options: CacheOptions = {}) {
    const { maxEntries, ttlMs, maxSize, sizeOf, onEvict, now = () => performance.now() } = options;
    // #region solution only
    this.#now = callable('now', now);
    // #endregion
    if (maxEntries !== undefined || onEvict !== undefined) {
      // #region step 1.2
      if (maxEntries !== undefined) this.#maxEntries = bound('maxEntries', maxEntries);
      if (onEvict !== undefined) this.#onEvict = callable('onEvict', onEvict);
      // #endregion
    }
    if (ttlMs !== undefined) {
      // #region step 1.3
      this.#ttlMs = duration('ttlMs', ttlMs);
      // #endregion
    }
    if (maxSize !== undefined || sizeOf !== undefined) {
      // #region step 1.4
      if (maxSize !== undefined) this.#maxSize = bound('maxSize', maxSize);
      if (sizeOf === undefined) throw new TypeError('maxSize needs sizeOf, which was not given');
      this.#sizeOf = callable('sizeOf', sizeOf);
      // #endregion
    }
  }

  /** How many entries are kept; an expired one is not. */
  get size(): number {
    // #region step 1.1
    this.cleanup();
    return this.#entries.size;
    // #endregion
  }

  /** What the entries that are kept weigh together. */
  get currentSize(): number {
    // #region step 1.4
    this.cleanup();
    return this.#currentSize;
    // #endregion
  }

  /**
   * The value of `key`, from the cache, or else from `factory`, which is then remembered.
   *
   * @param factory called at most once, without arguments; if it throws, nothing is cached and the error is
   *   the caller's
   */
  get<T>(key: string, factory: () => T): T {
    // #region step 1.1
    const entry = this.#live(key);
    if (entry) {
      this.#counts.hits++;
      entry.hits++;
      entry.lastAccessedAt = this.#now();
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      return entry.value as T;
    }
    this.#counts.misses++;
    const value = factory();
    this.set(key, value);
    return value;
    // #endregion
  }

  /**
   * Stores `value`, in place of what `key` had.
   *
   * @returns whether it was kept; a value heavier than the whole cache is not, and the outdated one goes all
   *   the same
   * @throws RangeError if `ttlMs` is negative or NaN, or if `sizeOf` returns anything but an integer from 0;
   *   the cache is then as it was
   */
  set<T>(key: string, value: T, options: EntryOptions = {}): boolean {
    // #region step 1.1
    const ttlMs = options.ttlMs === undefined ? this.#ttlMs : duration('ttlMs', options.ttlMs);
    const size = weight(key, this.#sizeOf(value, key));
    this.delete(key);
    if (size > this.#maxSize) return false;
    const now = this.#now();
    this.#store(key, { value, size, hits: 0, createdAt: now, lastAccessedAt: now, expiresAt: now + ttlMs });
    this.#makeRoom();
    return true;
    // #endregion
  }

  /** Whether `key` has a value; does not count as a use. */
  has(key: string): boolean {
    // #region step 1.1
    return this.#live(key) !== undefined;
    // #endregion
  }

  /** The value of `key`, or `undefined`; does not count as a use. */
  peek<T>(key: string): T | undefined {
    // #region step 1.1
    return this.#live(key)?.value as T | undefined;
    // #endregion
  }

  /** @returns whether there was something to delete */
  delete(key: string): boolean {
    // #region step 1.1
    const entry = this.#live(key);
    if (entry) this.#remove(key, entry);
    return entry !== undefined;
    // #endregion
  }

  clear(): void {
    // #region step 1.1
    this.#entries.clear();
    this.#currentSize = 0;
    this.#nextExpiry = Infinity;
    // #endregion
  }

  /**
   * Lets the least recently used entry go. O(1).
   *
   * @returns whether there was one
   */
  evictLRU(): boolean {
    // #region step 1.2
    this.cleanup();
    for (const [key, entry] of this.#entries) {
      this.#counts.evictions++;
      this.#remove(key, entry);
      this.#onEvict(key, entry.value, 'capacity');
      return true;
    }
    return false;
    // #endregion
  }

  /**
   * Drops every expired entry. O(1) while none can have expired, O(size) otherwise.
   *
   * @returns how many went
   */
  cleanup(): number {
    // #region step 1.3
    const now = this.#now();
    if (now < this.#nextExpiry) return 0;
    this.#nextExpiry = Infinity;
    const expired: [string, Entry][] = [];
    for (const [key, entry] of this.#entries) {
      if (now >= entry.expiresAt) expired.push([key, entry]);
      else this.#nextExpiry = Math.min(this.#nextExpiry, entry.expiresAt);
    }
    for (const [key, entry] of expired) this.#remove(key, entry);
    for (const [key, entry] of expired) this.#announceExpired(key, entry);
    return expired.length;
    // #endregion
  }

  /** What is known of the entry of `key`, or `undefined`. Not a use; what was returned does not change. */
  entry(key: string): EntryInfo | undefined {
    // #region step 1.5
    const entry = this.#live(key);
    if (!entry) return undefined;
    const { hits, createdAt, lastAccessedAt, size } = entry;
    return { hits, createdAt, lastAccessedAt, size };
    // #endregion
  }

  /** The counts since the beginning or the last reset; later traffic does not change what was returned. */
  stats(): CacheStats {
    // #region step 1.5
    const { hits, misses } = this.#counts;
    const asked = hits + misses;
    return { ...this.#counts, hitRatio: asked === 0 ? 0 : hits / asked };
    // #endregion
  }

  /** Counts from 0 again; the entries, and what is known of each, stay. */
  resetStats(): void {
    // #region step 1.5
    this.#counts = { hits: 0, misses: 0, evictions: 0, expirations: 0 };
    // #endregion
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
    // #region step 1.6
    positiveInteger('concurrency', concurrency);
    const loaded: Loaded[] = []; // each at its place in the source, for loads finish in any order
    const failed: { key: string; error: unknown }[] = [];
    let room = this.#maxEntries - this.size;
    let read = 0;
    let skipped = 0;

    const entries = (async function* () {
      yield* source; // one iterator for all loops, whichever kind the source is
    })();
    const loadInTurn = async () => {
      while (room > 0) {
        room--;
        const next = await entries.next();
        if (next.done) return;
        const place = read++;
        const [key, load] = next.value;
        if (this.has(key)) {
          room++;
          skipped++;
          continue;
        }
        try {
          const value = await load();
          loaded[place] = { key, value, size: weight(key, this.#sizeOf(value, key)) };
        } catch (error) {
          room++;
          failed.push({ key, error });
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, loadInTurn));
    await entries.return(undefined);

    const likeliestFirst = Object.values(loaded); // without the holes
    const stored = this.#storeColdest(likeliestFirst);
    return { stored, skipped: skipped + likeliestFirst.length - stored, failed };
    // #endregion
  }
  // #region solution only

  /** The entry of `key`, unless it has expired: then it is dropped. */
  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || this.#now() < entry.expiresAt) return entry;
    this.#remove(key, entry);
    this.#announceExpired(key, entry);
    return undefined;
  }

  #announceExpired(key: string, entry: Entry): void {
    this.#counts.expirations++;
    this.#onEvict(key, entry.value, 'expired');
  }

  #store(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#currentSize += entry.size;
    this.#nextExpiry = Math.min(this.#nextExpiry, entry.expiresAt);
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#currentSize -= entry.size;
  }

  #isOverFull(): boolean {
    return this.#entries.size > this.#maxEntries || this.#currentSize > this.#maxSize;
  }

  #makeRoom(): void {
    if (this.#isOverFull()) this.cleanup();
    while (this.#isOverFull()) this.evictLRU();
  }

  /** Stores what there is room for, below everything that is there. O(size): a Map can only be rebuilt. */
  #storeColdest(likeliestFirst: Loaded[]): number {
    this.cleanup();
    const resident = [...this.#entries];
    const now = this.#now();
    const added: [string, Entry][] = [];
    for (const { key, value, size } of likeliestFirst) {
      const fits = this.#entries.size < this.#maxEntries && this.#currentSize + size <= this.#maxSize;
      if (!fits || this.#entries.has(key)) continue;
      const expiresAt = now + this.#ttlMs;
      const entry = { value, size, hits: 0, createdAt: now, lastAccessedAt: now, expiresAt };
      this.#store(key, entry);
      added.push([key, entry]);
    }
    this.#entries = new Map([...added.reverse(), ...resident]);
    return added.length;
  }
  // #endregion
}

// #region solution only
/** The caches of each object, by decoration: a member and the one that it overrides are two. */
const cachesOf = new WeakMap<object, Map<{ name: string | symbol }, OptimizedMetadataCache>>();

// #endregion
/**
 * Caches what a method or a getter returns, for each object by itself; for a static one, for each class.
 *
 * A cache lives as long as its object, and does not keep it alive.
 *
 * @throws TypeError if it decorates anything but a method or a getter
 */
export function cached(options: CachedOptions = {}) {
  return function <This extends object, Args extends unknown[], Result>(
    member: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This> | ClassGetterDecoratorContext<This>,
  ): (this: This, ...args: Args) => Result {
    // #region step 1.6
    if (context.kind !== 'method' && context.kind !== 'getter') {
      const { kind, name } = context as DecoratorContext;
      throw new TypeError(`@cached decorates methods and getters, received the ${kind} ${String(name)}`);
    }
    const { name, kind, static: isStatic } = context;
    const inherited = (context.metadata[CACHED] ?? []) as readonly CachedMember[];
    context.metadata[CACHED] = [...inherited, { name, kind, static: isStatic }];

    const { keyOf = keyOfPrimitives, ...cacheOptions } = options;
    return function (...args) {
      let caches = cachesOf.get(this);
      if (!caches) cachesOf.set(this, (caches = new Map()));
      let cache = caches.get(context);
      if (!cache) caches.set(context, (cache = new OptimizedMetadataCache(cacheOptions)));
      return cache.get(keyOf(...args), () => member.apply(this, args));
    };
    // #endregion
  };
}

/** Forgets what `@cached` keeps for `target`: of one member, or of all. */
export function invalidateCached(target: object, member?: string | symbol): void {
  // #region step 1.6
  for (const [context, cache] of cachesOf.get(target) ?? []) {
    if (member === undefined || context.name === member) cache.clear();
  }
  // #endregion
}

/** The `@cached` members of a class and of those that it extends, as its `Symbol.metadata` lists them. */
export function cachedMembers(target: abstract new (...args: never[]) => unknown): readonly CachedMember[] {
  // #region step 1.6
  return (target[Symbol.metadata]?.[CACHED] ?? []) as readonly CachedMember[];
  // #endregion
}
// #region solution only

/** Strings are quoted and the type is told, so that no two lists of arguments share a key. */
function keyOfPrimitives(...args: unknown[]): string {
  return args.map(keyOfPrimitive).join();
}

function keyOfPrimitive(value: unknown, index: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (value === null || !['object', 'function', 'symbol'].includes(typeof value)) return String(value);
  const rule = `argument ${index + 1} must be a primitive other than a symbol`;
  throw new TypeError(`without keyOf, ${rule}, received ${inspect(value)}`);
}

function bound(name: string, value: number): number {
  requireType('number', name, value);
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 1)) return value;
  throw new RangeError(`${name} must be an integer from 1 or Infinity, received ${value}`);
}

function positiveInteger(name: string, value: number): number {
  requireType('number', name, value);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} must be an integer from 1, received ${value}`);
}

function duration(name: string, value: number): Milliseconds {
  requireType('number', name, value);
  if (value >= 0) return value;
  throw new RangeError(`${name} must be 0 or more, received ${value}`);
}

function callable<F>(name: string, value: F): F {
  requireType('function', name, value);
  return value;
}

function weight(key: string, size: number): number {
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new RangeError(`sizeOf(${inspect(key)}) must return an integer from 0, received ${inspect(size)}`);
}

function requireType(type: 'number' | 'function', name: string, value: unknown): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, received ${inspect(value)}`);
}
// #endregion
