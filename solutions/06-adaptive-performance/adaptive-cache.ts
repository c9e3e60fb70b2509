// #region solution only
import { inspect } from 'node:util';

// #endregion
import type { EntryOptions, WarmEntry, WarmOptions, WarmReport } from '#contract/01-metadata-cache';
import {
  type AdaptiveCacheOptions,
  CALM_READINGS,
  GROW_SHARE,
  HIGH_PRESSURE,
  LEAST_SHARE,
  LOW_PRESSURE,
  type MemoryReading,
  type PartitionInfo,
  type PartitionStrategy,
  readMemory,
  SHRINK_FACTOR,
} from '#contract/06-adaptive-performance';
import { OptimizedMetadataCache } from '#exercise/01-metadata-cache';

/** How near the process is to a limit of its memory: 0 is far away, 1 is there. */
export function memoryPressure(reading: MemoryReading = readMemory()): number {
  // #region step 6.1
  const { rss, heapUsed, heapLimit, memoryLimit } = reading;
  const ofContainer = memoryLimit ? rss / memoryLimit : 0;
  return Math.min(1, Math.max(heapUsed / heapLimit, ofContainer));
  // #endregion
}

// #region solution only
interface Partition {
  readonly name: string;
  /** The least recently used first. */
  keys: Set<string>;
  /** Keys that were evicted, the first to go first: in more room, who asks for one would have found it. */
  readonly ghosts: Set<string>;
  readonly worth: number;
  capacity: number;
  /** What more room would have brought of late: hits, times what each is worth. */
  gain: number;
}

const UNDIVIDED: PartitionStrategy = { partitionOf: () => '', shares: { '': 1 } };

/** Capacity moves after so many misses, if at all. */
const REBALANCE_EVERY = 32;

/** By how much more a partition must gain from room than another one before it is given any. */
const CLEARLY_MORE = 1.5;

// #endregion
/**
 * A cache that gives way when memory is short, that can be filled with what will be needed, and that can be
 * divided, so that no kind of entries pushes out another.
 *
 * Its capacity is `maxEntries` at first. Who goes when room is needed is the least recently used entry of the
 * partition that has the most above its capacity.
 */
export class AdaptiveCache extends OptimizedMetadataCache {
  // #region solution only
  readonly #maxEntries: number;
  readonly #minEntries: number;
  readonly #load: AdaptiveCacheOptions['load'];
  readonly #onEvict: AdaptiveCacheOptions['onEvict'];
  #capacity: number;
  #calmReadings = 0;
  #strategy = UNDIVIDED;
  /** Together they have each key that is kept, and their capacities are the cache's. */
  #partitions: Map<string, Partition>;
  #misses = 0;
  /** Those for room, of which the parent does not know. */
  #evictions = 0;

  // #endregion
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor({ maxEntries, minEntries = 1, load, ...options }: AdaptiveCacheOptions) {
    // The parent is not bounded by number: it could not know whose entry should go.
    super({
      ...options,
      onEvict: (key, value, reason) => {
        // #region step 6.1
        this.#partitionOf(key).keys.delete(key);
        this.#onEvict?.(key, value, reason);
        // #endregion
      },
    });
    // #region step 6.1
    positiveInteger('maxEntries', maxEntries);
    positiveInteger('minEntries', minEntries);
    if (minEntries > maxEntries) {
      throw new RangeError(`minEntries must be at most maxEntries (${maxEntries}), received ${minEntries}`);
    }
    if (load !== undefined) requireType('function', 'load', load);
    if (options.onEvict !== undefined) requireType('function', 'onEvict', options.onEvict);
    this.#maxEntries = maxEntries;
    this.#minEntries = minEntries;
    this.#load = load;
    this.#onEvict = options.onEvict;
    this.#capacity = maxEntries;
    this.#partitions = divide(maxEntries, UNDIVIDED);
    // #endregion
  }

  /** How many entries may be kept at the moment. */
  get capacity(): number {
    // #region step 6.1
    return this.#capacity;
    // #endregion
  }

  // A parent may have a `get` without a factory too, as the reference has: hand yours on as `factory!`.
  override get<T>(key: string, factory?: () => T): T {
    // #region step 6.1
    const partition = this.#partitionOf(key);
    if (!this.has(key)) this.#missed(partition, key);
    const value = super.get(key, factory!);
    this.#used(partition, key);
    return value;
    // #endregion
  }

  override set<T>(key: string, value: T, options: EntryOptions = {}): boolean {
    // #region step 6.1
    const partition = this.#partitionOf(key);
    const isKept = super.set(key, value, options);
    this.#used(partition, key);
    return isKept;
    // #endregion
  }

  override delete(key: string): boolean {
    // #region step 6.1
    this.#partitionOf(key).keys.delete(key);
    return super.delete(key);
    // #endregion
  }

  override clear(): void {
    // #region step 6.1
    for (const { keys, ghosts } of this.#partitions.values()) {
      keys.clear();
      ghosts.clear();
    }
    super.clear();
    // #endregion
  }

  override stats(): ReturnType<OptimizedMetadataCache['stats']> {
    // #region step 6.1
    const stats = super.stats();
    return { ...stats, evictions: stats.evictions + this.#evictions };
    // #endregion
  }

  override resetStats(): void {
    // #region step 6.1
    this.#evictions = 0;
    super.resetStats();
    // #endregion
  }

  /**
   * Takes a reading of {@link memoryPressure} into account: shrinks at once where memory is short, grows
   * slowly when it has been calm for a while.
   *
   * @param memoryPressure from 0
   * @throws RangeError if it is less, or NaN
   */
  adaptCacheSize(memoryPressure: number): void {
    // #region step 6.1
    if (!(memoryPressure >= 0)) {
      throw new RangeError(`memoryPressure must be 0 or more, received ${inspect(memoryPressure)}`);
    }
    this.#calmReadings = memoryPressure <= LOW_PRESSURE ? this.#calmReadings + 1 : 0;
    if (memoryPressure >= HIGH_PRESSURE) {
      this.#resize(Math.max(this.#minEntries, Math.floor(this.#capacity * SHRINK_FACTOR)));
    } else if (this.#calmReadings === CALM_READINGS) {
      this.#calmReadings = 0;
      const more = Math.max(1, Math.round(this.#maxEntries * GROW_SHARE));
      this.#resize(Math.min(this.#maxEntries, this.#capacity + more));
    }
    // #endregion
  }

  /** As its parent's, into the room that {@link capacity} leaves. */
  override async warm(
    source: Iterable<WarmEntry> | AsyncIterable<WarmEntry>,
    options: WarmOptions = {},
  ): Promise<WarmReport> {
    // #region step 6.1
    const likeliestFirst: string[] = [];
    const report = await super.warm(this.#whileThereIsRoom(source, likeliestFirst), options);
    for (const partition of this.#partitions.values()) {
      const isNew = (key: string) =>
        this.has(key) && this.#partitionOf(key) === partition && !partition.keys.has(key);
      partition.keys = new Set([...likeliestFirst.filter(isNew).reverse(), ...partition.keys]);
    }
    this.#makeRoom();
    return report;
    // #endregion
  }

  /**
   * Loads what will probably be asked for into the room that is free. Nobody is evicted for it, it is the
   * first to be evicted again, and what fails to load is left out.
   *
   * @param predictedKeys the likeliest first
   * @throws TypeError if the cache was made without `load` (as a rejection)
   */
  async warmCache(predictedKeys: readonly string[]): Promise<void> {
    // #region step 6.1
    const load = this.#load;
    if (!load) throw new TypeError('warmCache needs load, which was not given');
    await this.warm(predictedKeys.map((key) => [key, () => load(key)]));
    // #endregion
  }

  /**
   * Divides the capacity. What is kept stays, in the partition of its key. From then on capacity moves to the
   * partition in which it brings the most hits, weighed by what they are worth.
   *
   * @throws RangeError if the shares are not above 0 and 1 together, or a worth is not above 0; later, from
   *   what uses a key, if it belongs to a partition that has no share
   */
  partitionCache(strategy: PartitionStrategy): void {
    // #region step 6.2
    requireStrategy(strategy);
    const kept = [...this.#partitions.values()].flatMap(({ keys }) => [...keys]);
    this.#strategy = strategy;
    this.#partitions = divide(this.#capacity, strategy);
    for (const key of kept) this.#partitionOf(key).keys.add(key);
    // #endregion
  }

  /** The partitions as they are at the moment, in the order of their shares. */
  partitions(): PartitionInfo[] {
    // #region step 6.2
    this.cleanup();
    return [...this.#partitions.values()].map(({ name, keys, capacity }) => ({
      name,
      size: keys.size,
      capacity,
    }));
    // #endregion
  }
  // #region solution only

  #partitionOf(key: string): Partition {
    const name = this.#strategy.partitionOf(key);
    const partition = this.#partitions.get(name);
    if (partition) return partition;
    const names = [...this.#partitions.keys()].map((name) => inspect(name)).join(', ');
    throw new RangeError(`partitionOf(${inspect(key)}) must be one of ${names}, received ${inspect(name)}`);
  }

  #used(partition: Partition, key: string): void {
    partition.keys.delete(key);
    if (this.has(key)) partition.keys.add(key);
    this.#makeRoom();
  }

  #missed(partition: Partition, key: string): void {
    if (partition.ghosts.delete(key)) partition.gain += partition.worth;
    if (++this.#misses % REBALANCE_EVERY === 0) this.#rebalance();
  }

  /**
   * Moves a little capacity to where the most hits are missed, from where the fewest are: the next entry that
   * a partition loses is about as useful as the last one that it lost.
   */
  #rebalance(): void {
    const partitions = [...this.#partitions.values()].sort((a, b) => a.gain - b.gain);
    const least = Math.max(1, Math.floor(LEAST_SHARE * this.#capacity));
    const taker = partitions.at(-1)!;
    const giver = partitions.find(({ capacity }) => capacity > least)!;
    if (giver !== taker && giver !== undefined && taker.gain > CLEARLY_MORE * giver.gain) {
      const step = Math.min(giver.capacity - least, Math.ceil(this.#capacity / 32));
      giver.capacity -= step;
      taker.capacity += step;
    }
    for (const partition of partitions) partition.gain /= 2;
  }

  #resize(capacity: number): void {
    const partitions = [...this.#partitions.values()];
    const parts = apportion(
      capacity,
      partitions.map((partition) => partition.capacity),
    );
    for (const [index, partition] of partitions.entries()) partition.capacity = parts[index]!;
    this.#capacity = capacity;
    this.#makeRoom();
  }

  #makeRoom(): void {
    while (this.size > this.#capacity) {
      const above = ({ keys, capacity }: Partition) => keys.size - capacity;
      const partitions = [...this.#partitions.values()];
      this.#evict(partitions.reduce((most, other) => (above(other) > above(most) ? other : most)));
    }
  }

  #evict({ keys, ghosts, capacity }: Partition): void {
    const [key] = keys as Set<string> & [string];
    const value = this.peek(key);
    this.delete(key);
    ghosts.add(key);
    // Room that the others do not have can't be won: what went longer ago is no loss.
    for (const oldest of ghosts) {
      if (ghosts.size <= this.#capacity - capacity) break;
      ghosts.delete(oldest);
    }
    this.#evictions++;
    this.#onEvict?.(key, value, 'capacity');
  }

  /** Of `source`, what there is room for. */
  async *#whileThereIsRoom(
    source: Iterable<WarmEntry> | AsyncIterable<WarmEntry>,
    taken: string[],
  ): AsyncGenerator<WarmEntry> {
    let room = this.#capacity - this.size;
    if (room <= 0) return;
    for await (const entry of source) {
      const [key] = entry;
      if (!this.has(key)) {
        room--;
        taken.push(key);
      }
      yield entry;
      if (room <= 0) return;
    }
  }
  // #endregion
}
// #region solution only

function divide(capacity: number, { shares, worth = {} }: PartitionStrategy): Map<string, Partition> {
  const names = Object.keys(shares);
  const parts = apportion(capacity, Object.values(shares));
  return new Map(
    names.map((name, index) => [
      name,
      { name, keys: new Set(), ghosts: new Set(), worth: worth[name] ?? 1, capacity: parts[index]!, gain: 0 },
    ]),
  );
}

/** Whole numbers in proportion to `weights` that are `total` together: none is off by 1 or more. */
function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  let upTo = 0;
  let given = 0;
  return weights.map((weight) => {
    upTo += weight;
    const part = Math.round((upTo / sum) * total) - given;
    given += part;
    return part;
  });
}

function requireStrategy({ partitionOf, shares, worth = {} }: PartitionStrategy): void {
  requireType('function', 'partitionOf', partitionOf);
  for (const [name, share] of Object.entries(shares)) positive(`shares[${inspect(name)}]`, share);
  for (const [name, value] of Object.entries(worth)) positive(`worth[${inspect(name)}]`, value);
  const sum = Object.values(shares).reduce((sum, share) => sum + share, 0);
  if (Math.abs(sum - 1) > 1e-9) throw new RangeError(`shares must be 1 together, received ${sum}`);
}

function positive(name: string, value: number): void {
  requireType('number', name, value);
  if (value > 0 && value < Infinity) return;
  throw new RangeError(`${name} must be above 0 and finite, received ${value}`);
}

function positiveInteger(name: string, value: number): void {
  requireType('number', name, value);
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`${name} must be an integer from 1, received ${value}`);
}

function requireType(type: 'number' | 'function', name: string, value: unknown): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, received ${inspect(value)}`);
}
// #endregion
