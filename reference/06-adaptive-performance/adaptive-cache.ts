// The cache as its users see it.

import { inspect } from 'node:util';
import {
  type CacheStats,
  type EntryOptions,
  type LoadOptions,
  OptimizedMetadataCache,
  type WarmEntry,
  type WarmOptions,
  type WarmReport,
} from '../01-metadata-cache/index.ts';
import { warm } from '../01-metadata-cache/loading.ts';
import {
  type AdaptiveCacheOptions,
  atMost,
  callable,
  type PartitionInfo,
  type PartitionStrategy,
  positiveInteger,
} from './options.ts';
import { type Partition, Partitions, UNDIVIDED } from './partitions.ts';
import { resized, type Sizing } from './pressure.ts';

/** For tests: throws an error that says what is not as it should be. O(size). @internal */
export let checkInvariants: (cache: AdaptiveCache) => void;

/**
 * A cache that gives way when memory is short, that can be filled with what will be needed, that can be divided so
 * that no kind of entries pushes out another, and that finds out by itself which entries are worth their place.
 *
 * What concerns one key is O(1), amortized, but for the number of partitions.
 */
export class AdaptiveCache extends OptimizedMetadataCache {
  readonly #bounds: { readonly minEntries: number; readonly maxEntries: number };
  readonly #load: AdaptiveCacheOptions['load'];
  readonly #onEvict: AdaptiveCacheOptions['onEvict'];
  readonly #leavesRoom: (key: string, value: unknown) => boolean;
  #sizing: Sizing;
  /** Keep exactly the keys that the parent has, those that have expired unnoticed among them. */
  #partitions: Partitions;
  /** For room, of which the parent does not know. */
  #evictions = 0;

  static {
    checkInvariants = (cache) => {
      cache.#partitions.check();
      if (cache.#partitions.size !== cache.size) throw new Error('the partitions keep more or fewer than there are');
      for (const key of cache.#partitions.keys()) if (!cache.has(key)) throw new Error(`${key} has no value`);
      if (cache.size > cache.capacity) throw new Error(`${cache.size} are more than ${cache.capacity}`);
    };
  }

  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor({ maxEntries, minEntries = 1, load, ...options }: AdaptiveCacheOptions) {
    positiveInteger('maxEntries', maxEntries);
    atMost('minEntries', positiveInteger('minEntries', minEntries), 'maxEntries', maxEntries);
    if (load !== undefined) callable('load', load);
    if (options.onEvict !== undefined) callable('onEvict', options.onEvict);
    // Unbounded by number: the parent can't know who should go, so the cheapest of its policies will do.
    super({
      policy: options.maxSize === undefined ? 'sieve' : 'lru',
      ...options,
      onEvict: (...departure) => this.#left(...departure),
    });
    this.#bounds = { minEntries, maxEntries };
    this.#load = load;
    this.#onEvict = options.onEvict;
    const { maxSize, sizeOf } = options;
    this.#leavesRoom = (key, value) =>
      maxSize === undefined || this.currentSize + sizeOf!(value, key) <= maxSize;
    this.#sizing = { capacity: maxEntries, calmReadings: 0 };
    this.#partitions = new Partitions(maxEntries, UNDIVIDED);
  }

  /** How many entries may be kept at the moment. */
  get capacity(): number {
    return this.#sizing.capacity;
  }

  // ---- One key ------------------------------------------------------------------------------------------

  override get<T>(key: string, factory: () => T): T;
  override get<T>(key: string): T | undefined;
  override get<T>(key: string, factory?: () => T): T | undefined {
    const partition = this.#partitions.of(key);
    const known = partition.find(key);
    const value = super.get(key, factory as () => T);
    if (known?.isKept) partition.touch(known);
    else this.#stored(key);
    return value;
  }

  override set<T>(key: string, value: T, options?: EntryOptions): boolean {
    const partition = this.#partitions.of(key);
    const isKept = super.set(key, value, options);
    const known = partition.find(key);
    if (!known?.isKept) this.#stored(key);
    else if (this.has(key)) partition.touch(known);
    else partition.forget(key);
    return isKept;
  }

  override getOrLoad<T>(key: string, load: () => T | PromiseLike<T>, options?: LoadOptions): Promise<T> {
    callable('load', load);
    const partition = this.#partitions.of(key);
    // Where a stale value is served, its refresh lands later, and tells nobody.
    const refreshing = async () => {
      try {
        return await load();
      } finally {
        setImmediate(() => this.#stored(key));
      }
    };
    const value = super.getOrLoad(key, options?.staleMs === undefined ? load : refreshing, options);
    const known = partition.find(key);
    if (known?.isKept) partition.touch(known);
    else void value.then(() => this.#stored(key), () => {}); // a failure is the caller's
    return value;
  }

  override delete(key: string): boolean {
    this.#partitions.of(key).forget(key);
    return super.delete(key);
  }

  // ---- Many ---------------------------------------------------------------------------------------------

  override clear(): void {
    for (const key of [...this.#partitions.keys()]) this.#partitions.of(key).forget(key);
    super.clear();
  }

  override evictLRU(): boolean {
    if (this.size === 0) return false;
    this.#evict(undefined);
    return true;
  }

  /** As its parent's, into the room that {@link capacity} leaves. */
  override async warm(
    source: Iterable<WarmEntry> | AsyncIterable<WarmEntry>,
    { concurrency = 8 }: WarmOptions = {},
  ): Promise<WarmReport> {
    positiveInteger('concurrency', concurrency);
    const room = Math.max(0, this.capacity - this.size);
    const has = (key: string) => this.has(key);
    const store = (key: string, value: unknown) => {
      if (this.has(key) || this.size >= this.capacity || !this.#leavesRoom(key, value)) return false;
      const partition = this.#partitions.of(key);
      if (!super.set(key, value) || !this.has(key)) return false;
      partition.addColdest(key);
      return true;
    };
    return warm({ room, has, store }, source, concurrency);
  }

  override load(dump: unknown): number {
    super.load(dump);
    const restored = [...this.keys()].filter((key) => !this.#partitions.of(key).find(key)?.isKept);
    for (const key of restored) this.#partitions.of(key).addColdest(key);
    this.#makeRoom(undefined);
    return restored.filter((key) => this.has(key)).length;
  }

  /**
   * Loads what will probably be asked for into the room that is free. Nobody is evicted for it, it is the first to be
   * evicted again, and what fails to load is left out.
   *
   * @param predictedKeys the likeliest first
   * @throws TypeError if the cache was made without `load` (as a rejection)
   */
  async warmCache(predictedKeys: readonly string[]): Promise<void> {
    const load = this.#load;
    if (load === undefined) throw new TypeError('warmCache needs load, which was not given');
    await this.warm(predictedKeys.map((key): WarmEntry => [key, () => load(key)]));
  }

  // ---- Room ---------------------------------------------------------------------------------------------

  /**
   * Takes a reading of {@link memoryPressure} into account; see {@link resized}.
   *
   * @param memoryPressure from 0
   * @throws RangeError if it is less, or NaN
   */
  adaptCacheSize(memoryPressure: number): void {
    if (!(memoryPressure >= 0)) {
      throw new RangeError(`memoryPressure must be 0 or more, received ${inspect(memoryPressure)}`);
    }
    const { capacity } = this.#sizing;
    this.#sizing = resized(this.#sizing, memoryPressure, this.#bounds);
    if (this.capacity !== capacity) this.#partitions.resize(this.capacity);
    this.#makeRoom(undefined);
  }

  /**
   * Divides the capacity. What is kept stays, in the partition of its key. From then on capacity moves to where it
   * brings the most hits, weighed by what they are worth. O(size).
   *
   * @throws TypeError or RangeError if the strategy is not what it has to be, or knows no partition for a key that is
   *   kept, and all is then as it was; later, from what uses a key that belongs to none
   */
  partitionCache(strategy: PartitionStrategy): void {
    const partitions = new Partitions(this.capacity, strategy);
    partitions.takeOver(this.#partitions);
    this.#partitions = partitions;
  }

  /** The partitions as they are at the moment, in the order of their shares. */
  partitions(): PartitionInfo[] {
    this.cleanup();
    return Array.from(this.#partitions, ({ name, size, capacity }) => ({ name, size, capacity }));
  }

  // ---- Accounts -----------------------------------------------------------------------------------------

  override stats(): CacheStats {
    const stats = super.stats();
    return { ...stats, evictions: stats.evictions + this.#evictions };
  }

  override resetStats(): void {
    super.resetStats();
    this.#evictions = 0;
  }

  // ---- Private ------------------------------------------------------------------------------------------

  /** The parent let an entry go: its time was over, or its weight was too much. */
  #left(...[key, value, reason]: Parameters<NonNullable<AdaptiveCacheOptions['onEvict']>>): void {
    this.#partitions.of(key).forget(key);
    this.#onEvict?.(key, value, reason);
  }

  /** Takes in a key that may have been stored just now. */
  #stored(key: string): void {
    const partition = this.#partitions.of(key);
    const known = partition.find(key);
    if (known?.isKept || !this.has(key)) return;
    if (known !== undefined) this.#partitions.missedForRoom(partition);
    partition.add(key);
    this.#makeRoom(partition);
  }

  #makeRoom(spared: Partition | undefined): void {
    while (this.#partitions.size > this.capacity && this.size > this.capacity) this.#evict(spared);
  }

  #evict(spared: Partition | undefined): void {
    const key = this.#partitions.evict(spared);
    const value = this.#onEvict === undefined ? undefined : this.peek(key);
    super.delete(key);
    this.#evictions++;
    this.#onEvict?.(key, value, 'capacity');
  }
}
