// What belongs together, and how much room it has.

import { inspect } from 'node:util';
import { callable, LEAST_SHARE, type PartitionStrategy, positive } from './options.ts';
import { AdaptiveOrder } from './shadows.ts';

/** A cache that nobody has divided is one partition. */
export const UNDIVIDED: PartitionStrategy = { partitionOf: () => '', shares: { '': 1 } };

/** Gains are halved each time that so many ghosts have been asked for. */
const GAIN_HALF_LIFE = 64;
/** By how much more one must gain from room than another, before it is given any of its. */
const CLEARLY_MORE = 1.5;

/** Entries of one kind, in an order of their own. */
class Partition extends AdaptiveOrder {
  readonly name: string;
  readonly worth: number;
  /** What more room would have brought of late: hits, times what each is worth. */
  gain = 0;

  constructor(name: string, capacity: number, worth: number) {
    super(capacity);
    this.name = name;
    this.worth = worth;
  }
}

export type { Partition };

/** All partitions of a cache. Their capacities are, at any time, its capacity together. */
export class Partitions {
  #capacity: number;
  readonly #byName: ReadonlyMap<string, Partition>;
  readonly #all: readonly Partition[];
  readonly #strategy: PartitionStrategy;
  #ghostsAskedFor = 0;

  /** @throws TypeError or RangeError if the strategy is not what it has to be */
  constructor(capacity: number, strategy: PartitionStrategy) {
    validate(strategy);
    const { shares, worth = {} } = strategy;
    const capacities = apportion(capacity, Object.values(shares));
    this.#capacity = capacity;
    this.#strategy = strategy;
    this.#all = Object.keys(shares).map((name, i) => new Partition(name, capacities[i]!, worth[name] ?? 1));
    this.#byName = new Map(this.#all.map((partition) => [partition.name, partition]));
  }

  get size(): number {
    let size = 0;
    for (const partition of this.#all) size += partition.size;
    return size;
  }

  /** @throws RangeError if the key belongs to no partition */
  of(key: string): Partition {
    if (this.#strategy === UNDIVIDED) return this.#all[0]!;
    const name = this.#strategy.partitionOf(key);
    const partition = this.#byName.get(name);
    if (partition !== undefined) return partition;
    const names = Array.from(this.#byName.keys(), (known) => inspect(known)).join(', ');
    throw new RangeError(`partitionOf(${inspect(key)}) must be one of ${names}, received ${inspect(name)}`);
  }

  /** In proportion to what each has. */
  resize(capacity: number): void {
    const capacities = apportion(
      capacity,
      this.#all.map((partition) => partition.capacity),
    );
    for (let i = 0; i < capacities.length; i++) this.#all[i]!.resize(capacities[i]!);
    this.#capacity = capacity;
  }

  // #region missed
  /** Somebody asked for a ghost: with more room, `taker` would have had it. */
  missedForRoom(taker: Partition): void {
    taker.gain += taker.worth;
    const least = Math.max(1, Math.floor(LEAST_SHARE * this.#capacity));
    const givers = this.#all.filter((partition) => partition !== taker && partition.capacity > least);
    if (givers.length > 0) {
      const giver = givers.reduce((a, b) => (b.gain < a.gain ? b : a));
      if (taker.gain > CLEARLY_MORE * giver.gain) {
        giver.resize(giver.capacity - 1);
        taker.resize(taker.capacity + 1);
      }
    }
    if (++this.#ghostsAskedFor % GAIN_HALF_LIFE === 0) for (const partition of this.#all) partition.gain /= 2;
  }
  // #endregion missed

  /**
   * Lets an entry go from where most is above its capacity.
   *
   * @param spared the partition whose newest entry has just come, and stays
   */
  evict(spared: Partition | undefined): string {
    let chosen: Partition | undefined;
    for (const partition of this.#all) {
      if (partition.size <= (partition === spared ? 1 : 0)) continue;
      if (chosen === undefined || excessOf(partition) > excessOf(chosen)) chosen = partition;
    }
    return chosen!.evict();
  }

  /** Takes over what another division keeps: roughly in its order, and without what it has counted. */
  takeOver(other: Partitions): void {
    const keys = [...other.keys()];
    const homes = keys.map((key) => this.of(key)); // all of them, before anything changes
    for (let i = 0; i < keys.length; i++) homes[i]!.add(keys[i]!);
  }

  *keys(): Generator<string, void, void> {
    for (const partition of this.#all) yield* partition.keys();
  }

  [Symbol.iterator](): Iterator<Partition> {
    return this.#all[Symbol.iterator]();
  }

  /** Throws if the capacities are not the cache's together, or an order is not in order. @internal */
  check(): void {
    let sum = 0;
    for (const partition of this.#all) {
      sum += partition.capacity;
      partition.check();
    }
    if (sum !== this.#capacity) throw new Error(`the capacities sum up to ${sum}, not ${this.#capacity}`);
  }
}

const excessOf = ({ size, capacity }: Partition): number => size - capacity;

/**
 * Whole numbers that are `total` together, each within 1 of its exact part: all are rounded down, and what remains
 * goes to those that lost the most. This is Hamilton's way to fill a parliament.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (weight / sum) * total);
  const parts = exact.map(Math.floor);
  const lost = (i: number) => exact[i]! - parts[i]!;
  const mostLost = [...parts.keys()].sort((a, b) => lost(b) - lost(a));
  const left = total - parts.reduce((a, b) => a + b, 0);
  for (const i of mostLost.slice(0, left)) parts[i]!++;
  return parts;
}

function validate({ partitionOf, shares, worth = {} }: PartitionStrategy): void {
  callable('partitionOf', partitionOf);
  const parts = Object.entries(shares);
  for (const [name, share] of parts) positive(`shares[${inspect(name)}]`, share);
  for (const name of Object.keys(worth)) positive(`worth[${inspect(name)}]`, worth[name]!);
  const together = parts.reduce((sum, [, share]) => sum + share, 0);
  if (Math.abs(together - 1) > 1e-9) throw new RangeError(`shares must be 1 together, received ${together}`);
}
