// Which memory is right: found out by those that have it, on a sample of the keys.

import { lengthened, RESERVED_SLOTS } from '../01-metadata-cache/slots.ts';
import { type Memory, Order } from './order.ts';

/** A shadow should be at least so large, or its hits are chance: so small caches sample more of the keys. */
const LEAST_SHADOW = 32;
/** One in 2⁶ keys is enough for a large one [3]. */
const MOST_SAMPLE_BITS = 6;
/** The shadows are compared each time they have been asked so many times their capacity. */
const PERIOD = 2;
/** What is left of a shadow's hits at each comparison. */
const FADING = 0.7;

const MEMORIES: readonly Memory[] = ['short', 'long', 'none'];

/**
 * Orders of a part of the capacity that hear of the same part of the keys, each with another memory. What hits on a
 * sample of keys is, but for chance, the same part of the requests [3].
 *
 * They keep names only, and share them: whether a slot is kept, and by whom, is a bit for each. So a key is looked up
 * once for all three.
 */
export class Shadows {
  readonly #sampleBits: number;
  #capacity: number;
  readonly #orders: readonly Order[];
  /** Of each order, what would have been hits of late: they fade with each comparison. */
  readonly #hits = MEMORIES.map(() => 0);
  #best: Memory = 'short';
  #asked = 0;

  /** By the hash of a key. That two keys may have one in common is as good as nothing to a sample. */
  readonly #slots = new Map<number, number>();
  /** Of each slot, a bit for each order that keeps it. Without any it is free. */
  #keepers = new Uint8Array(0);
  readonly #free: number[] = [];
  #firstUnused = RESERVED_SLOTS;

  constructor(capacity: number) {
    this.#sampleBits = sampleBits(capacity);
    this.#capacity = this.#shareOf(capacity);
    this.#orders = MEMORIES.map((memory) => new Order(this.#capacity, memory));
    this.#grow();
  }

  /** Nothing but a comparison, in most cases: the share of the shadows does not change with every entry. */
  resize(capacity: number): void {
    const share = this.#shareOf(capacity);
    if (share === this.#capacity) return;
    this.#capacity = share;
    for (const [i, order] of this.#orders.entries()) {
      while (order.size > share) this.#evict(i, false);
      order.resize(share);
    }
    this.#grow();
  }

  /** Whether they hear of a key with that hash. */
  hear(hash: number): boolean {
    return (hash & ((1 << this.#sampleBits) - 1)) === 0;
  }

  // #region ask
  /** Asks them all for a key that they hear of, and tells the memory of the one that has hit the most of late. */
  ask(hash: number): Memory {
    const slot = this.#slots.get(hash) ?? this.#open(hash);
    for (let i = 0; i < this.#orders.length; i++) {
      const order = this.#orders[i]!;
      if (this.#keepers[slot]! & (1 << i)) {
        this.#hits[i]!++;
        order.touch(slot);
      } else {
        const uses = order.recall(hash);
        if (order.size >= this.#capacity) this.#evict(i, true);
        order.add(slot, hash, uses, false);
        this.#keepers[slot]! |= 1 << i;
      }
    }
    if (++this.#asked >= PERIOD * this.#capacity) this.#compare();
    return this.#best;
  }

  #compare(): void {
    const most = Math.max(...this.#hits);
    this.#best = MEMORIES[this.#hits.indexOf(most)]!;
    for (let i = 0; i < this.#hits.length; i++) this.#hits[i]! *= FADING;
    this.#asked = 0;
  }
  // #endregion ask

  #open(hash: number): number {
    const slot = this.#free.pop() ?? this.#firstUnused++;
    this.#slots.set(hash, slot);
    return slot;
  }

  #evict(i: number, isOneComing: boolean): void {
    const order = this.#orders[i]!;
    const slot = order.evict(isOneComing);
    this.#keepers[slot]! &= ~(1 << i);
    if (this.#keepers[slot] !== 0) return;
    this.#slots.delete(order.hashOf(slot));
    this.#free.push(slot);
  }

  /** Slots for what all of them keep, if they keep nothing in common, and for one more. */
  #grow(): void {
    const end = RESERVED_SLOTS + MEMORIES.length * this.#capacity + 1;
    if (end <= this.#keepers.length) return;
    this.#keepers = lengthened(this.#keepers, end);
    for (const order of this.#orders) order.grow(end);
  }

  #shareOf(capacity: number): number {
    return Math.max(1, capacity >>> this.#sampleBits);
  }
}

/** One in 2 to this power of the keys is sampled. */
export function sampleBits(capacity: number): number {
  return Math.min(MOST_SAMPLE_BITS, Math.max(0, Math.floor(Math.log2(capacity / LEAST_SHADOW))));
}
