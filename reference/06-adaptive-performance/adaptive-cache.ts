// The cache as its users see it.

import { inspect } from 'node:util';
import { type NewPolicy, OptimizedMetadataCache, type WarmEntry } from '../01-metadata-cache/index.ts';
import { checkInvariants as checkCache } from '../01-metadata-cache/invariants.ts';
import {
  type AdaptiveCacheOptions,
  atMost,
  callable,
  type PartitionInfo,
  type PartitionStrategy,
  positiveInteger,
} from './options.ts';
import type { Memory } from './order.ts';
import { Partitions, UNDIVIDED } from './partitions.ts';
import { resized, type Sizing } from './pressure.ts';

/** For tests: throws an error that says what is not as it should be. O(size). @internal */
export let checkInvariants: (cache: AdaptiveCache) => void;
/** For those who want to watch: how the first partition remembers at the moment. @internal */
export let memoryOf: (cache: AdaptiveCache) => Memory;

/**
 * A cache that gives way when memory is short, that can be filled with what will be needed, that can be divided so
 * that no kind of entries pushes out another, and that finds out by itself which entries are worth their place.
 *
 * What concerns one key is O(1), amortized, but for the number of partitions.
 *
 * @example
 * {@includeCode ../../docs/examples/06-adaptive-performance/cache.ts#cache}
 */
export class AdaptiveCache extends OptimizedMetadataCache {
  readonly #bounds: { readonly minEntries: number; readonly maxEntries: number };
  readonly #load: AdaptiveCacheOptions['load'];
  /** The policy, which is another one after each {@link clear}. */
  readonly #partitions: () => Partitions;
  #sizing: Sizing;

  static {
    checkInvariants = (cache) => {
      checkCache(cache);
      cache.#partitions().check();
      if (cache.size > cache.capacity) throw new Error(`${cache.size} are more than ${cache.capacity}`);
    };
    memoryOf = (cache) => cache.#partitions().memory;
  }

  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor({ maxEntries, minEntries = 1, load, ...options }: AdaptiveCacheOptions) {
    positiveInteger('maxEntries', maxEntries);
    atMost('minEntries', positiveInteger('minEntries', minEntries), 'maxEntries', maxEntries);
    if (load !== undefined) callable('load', load);
    let partitions: Partitions | undefined;
    const policy: NewPolicy = (keyOf) =>
      (partitions = new Partitions(keyOf, partitions?.capacity ?? maxEntries, partitions?.strategy ?? UNDIVIDED));
    super({ ...options, maxEntries, policy });
    this.#bounds = { minEntries, maxEntries };
    this.#load = load;
    this.#partitions = () => partitions!;
    this.#sizing = { capacity: maxEntries, calmReadings: 0 };
  }

  /** How many entries may be kept at the moment. */
  get capacity(): number {
    return this.#sizing.capacity;
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
   * Takes a reading of `memoryPressure` into account: shrinks at once where memory is short, grows slowly when it
   * has been calm for a while. O(1), and O(1) for each that goes.
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
    if (this.capacity === capacity) return;
    this.#partitions().resize(this.capacity);
    this.resize(this.capacity);
  }

  /**
   * Divides the capacity. What is kept stays, in the partition of its key. From then on capacity moves to where it
   * brings the most hits, weighed by what they are worth. O(size).
   *
   * @throws TypeError or RangeError if the strategy is not what it has to be, or knows no partition for a key that is
   *   kept, and all is then as it was; later, from what stores a key that belongs to none
   */
  partitionCache(strategy: PartitionStrategy): void {
    this.#partitions().divide(strategy);
  }

  /** The partitions as they are at the moment, in the order of their shares. */
  partitions(): PartitionInfo[] {
    this.cleanup();
    return this.#partitions().describe();
  }
}
