// What belongs together, and how much room it has: the policy of the cache.

import { inspect } from 'node:util';
import type { EvictionPolicy } from '../01-metadata-cache/index.ts';
import { lengthened } from '../01-metadata-cache/slots.ts';
import { hashOf, UNKNOWN } from './ghosts.ts';
import { callable, LEAST_SHARE, type PartitionInfo, type PartitionStrategy, positive } from './options.ts';
import { type Memory, Order } from './order.ts';
import { Shadows } from './shadows.ts';

/** A cache that nobody has divided is one partition. */
export const UNDIVIDED: PartitionStrategy = { partitionOf: () => '', shares: { '': 1 } };

/** Gains are halved each time that so many ghosts have been asked for. */
const GAIN_HALF_LIFE = 64;
/** By how much more one must gain from room than another, before it is given any of its. */
const CLEARLY_MORE = 1.5;
/** No place among the partitions. */
const NOBODY = -1;

/** Entries of one kind: their order, and the shadows that tell it for how long it should remember. */
class Partition {
  readonly name: string;
  readonly worth: number;
  readonly order: Order;
  readonly shadows: Shadows;
  /** What more room would have brought of late: hits, times what each is worth. */
  gain = 0;

  constructor(name: string, worth: number, capacity: number) {
    this.name = name;
    this.worth = worth;
    this.order = new Order(capacity);
    this.shadows = new Shadows(capacity);
  }

  get excess(): number {
    return this.order.size - this.order.capacity;
  }

  resize(capacity: number): void {
    this.order.resize(capacity);
    this.shadows.resize(capacity);
  }

  /** A key was used that the shadows hear of. */
  heard(hash: number): void {
    this.order.memory = this.shadows.ask(hash);
  }
}

/**
 * A policy that has an order for each partition. Their capacities are, at any time, its own together; who is above
 * its capacity has borrowed what others do not use, and is the first to give it back.
 */
export class Partitions implements EvictionPolicy {
  readonly #keyOf: (slot: number) => string;
  #capacity: number;
  #strategy: PartitionStrategy;
  #all: readonly Partition[];
  /** The one that there is, where there is one. */
  #only: Partition | undefined;
  /** By the name of a partition, where it is among {@link #all}. */
  #places: ReadonlyMap<string, number>;
  /** Of each slot that is taken, the place of its partition. */
  #homes = new Uint16Array(0);
  #ghostsAskedFor = 0;

  /** The place of the partition that the next slot is for, or {@link NOBODY}. */
  #coming = NOBODY;
  #comingHash = 0;
  #comingUses = UNKNOWN;

  /** @throws TypeError or RangeError if the strategy is not what it has to be */
  constructor(keyOf: (slot: number) => string, capacity: number, strategy: PartitionStrategy) {
    this.#keyOf = keyOf;
    this.#capacity = capacity;
    this.#strategy = strategy;
    this.#all = partitionsOf(capacity, strategy);
    this.#only = this.#all.length === 1 ? this.#all[0] : undefined;
    this.#places = placesOf(this.#all);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** How the first of them remembers. */
  get memory(): Memory {
    return this.#all[0]!.order.memory;
  }

  get strategy(): PartitionStrategy {
    return this.#strategy;
  }

  // ---- Who goes -----------------------------------------------------------------------------------------

  /** @throws RangeError if the key belongs to no partition */
  announce(key: string): void {
    const place = placeOf(key, this.#strategy, this.#places);
    const partition = this.#all[place]!;
    this.#comingHash = hashOf(key);
    this.#comingUses = partition.order.recall(this.#comingHash);
    if (this.#comingUses !== UNKNOWN && this.#all.length > 1) this.#missedForRoom(partition);
    this.#coming = place;
  }

  add(slot: number): void {
    if (this.#coming === NOBODY) this.announce(this.#keyOf(slot));
    const partition = this.#moveIn(slot);
    const isHeard = partition.shadows.hear(this.#comingHash);
    partition.order.add(slot, this.#comingHash, this.#comingUses, isHeard);
    if (isHeard) partition.heard(this.#comingHash);
  }

  addColdest(slot: number): void {
    const { order, shadows } = this.#moveIn(slot);
    order.addColdest(slot, this.#comingHash, shadows.hear(this.#comingHash));
  }

  touch(slot: number): void {
    const partition = this.#only ?? this.#all[this.#homes[slot]!]!;
    if (partition.order.touch(slot)) partition.heard(partition.order.hashOf(slot));
  }

  remove(slot: number): void {
    this.#all[this.#homes[slot]!]!.order.remove(slot);
  }

  /** From where most is above its capacity, with the one who comes. O(partitions). */
  evict(): number {
    if (this.#only !== undefined) return this.#only.order.evict(this.#coming !== NOBODY);
    let chosen = NOBODY;
    let most = -Infinity;
    for (let place = 0; place < this.#all.length; place++) {
      const { order, excess } = this.#all[place]!;
      const excessThen = place === this.#coming ? excess + 1 : excess;
      if (order.size === 0 || excessThen <= most) continue;
      chosen = place;
      most = excessThen;
    }
    return this.#all[chosen]!.order.evict(chosen === this.#coming);
  }

  grow(capacity: number): void {
    this.#homes = lengthened(this.#homes, capacity);
    for (const { order } of this.#all) order.grow(capacity);
  }

  *slots(): Generator<number, void, void> {
    for (const { order } of this.#all) yield* order.slots();
  }

  // ---- How much room ------------------------------------------------------------------------------------

  /** In proportion to what each has. */
  resize(capacity: number): void {
    const capacities = apportion(
      capacity,
      this.#all.map(({ order }) => order.capacity),
    );
    for (const [place, partition] of this.#all.entries()) partition.resize(capacities[place]!);
    this.#capacity = capacity;
  }

  /**
   * Divides the capacity anew. What is kept stays: roughly in its order, and without what was counted of it. O(size).
   *
   * @throws TypeError or RangeError if the strategy is not what it has to be, or knows no partition for a key that is
   *   kept; all is then as it was
   */
  divide(strategy: PartitionStrategy): void {
    const all = partitionsOf(this.#capacity, strategy);
    const places = placesOf(all);
    const fromColdToHot = [...this.slots()].reverse();
    const hashes = fromColdToHot.map((slot) => hashOf(this.#keyOf(slot)));
    const homes = fromColdToHot.map((slot) => placeOf(this.#keyOf(slot), strategy, places));
    this.#strategy = strategy;
    this.#all = all;
    this.#only = all.length === 1 ? all[0] : undefined;
    this.#places = places;
    for (const { order } of all) order.grow(this.#homes.length);
    for (const [i, slot] of fromColdToHot.entries()) {
      this.#homes[slot] = homes[i]!;
      const { order, shadows } = all[homes[i]!]!;
      order.add(slot, hashes[i]!, UNKNOWN, shadows.hear(hashes[i]!));
    }
  }

  /** In the order of the shares. */
  describe(): PartitionInfo[] {
    return this.#all.map(({ name, order }) => ({ name, size: order.size, capacity: order.capacity }));
  }

  /** Throws if the capacities are not the cache's together, or an order is not in order. @internal */
  check(): void {
    let sum = 0;
    for (const { order } of this.#all) {
      sum += order.capacity;
      order.check();
    }
    if (sum !== this.#capacity) throw new Error(`the capacities sum up to ${sum}, not ${this.#capacity}`);
  }

  /** Gives a slot to the partition that was announced. */
  #moveIn(slot: number): Partition {
    const place = this.#coming;
    this.#coming = NOBODY;
    this.#homes[slot] = place;
    return this.#all[place]!;
  }

  // #region missed
  /** Somebody asked for a ghost: with more room, `taker` would have had it. */
  #missedForRoom(taker: Partition): void {
    taker.gain += taker.worth;
    const least = Math.max(1, Math.floor(LEAST_SHARE * this.#capacity));
    const givers = this.#all.filter((partition) => partition !== taker && partition.order.capacity > least);
    if (givers.length > 0) {
      const giver = givers.reduce((a, b) => (b.gain < a.gain ? b : a));
      if (taker.gain > CLEARLY_MORE * giver.gain) {
        giver.resize(giver.order.capacity - 1);
        taker.resize(taker.order.capacity + 1);
      }
    }
    if (++this.#ghostsAskedFor % GAIN_HALF_LIFE === 0) for (const partition of this.#all) partition.gain /= 2;
  }
  // #endregion missed
}

function partitionsOf(capacity: number, strategy: PartitionStrategy): Partition[] {
  validate(strategy);
  const { shares, worth = {} } = strategy;
  const capacities = apportion(capacity, Object.values(shares));
  return Object.keys(shares).map((name, place) => new Partition(name, worth[name] ?? 1, capacities[place]!));
}

const placesOf = (partitions: readonly Partition[]): ReadonlyMap<string, number> =>
  new Map(partitions.map(({ name }, place) => [name, place]));

/** @throws RangeError if the key belongs to no partition */
function placeOf(key: string, strategy: PartitionStrategy, places: ReadonlyMap<string, number>): number {
  if (strategy === UNDIVIDED) return 0;
  const name = strategy.partitionOf(key);
  const place = places.get(name);
  if (place !== undefined) return place;
  const names = Array.from(places.keys(), (known) => inspect(known)).join(', ');
  throw new RangeError(`partitionOf(${inspect(key)}) must be one of ${names}, received ${inspect(name)}`);
}

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
