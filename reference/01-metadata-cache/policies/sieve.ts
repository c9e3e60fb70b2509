// SIEVE: a queue in the order of arrival, a bit for each entry, and a hand that remembers where it stopped.
//
// Yazhuo Zhang, Juncheng Yang, Yao Yue, Ymir Vigfusson, K. V. Rashmi: SIEVE is Simpler than LRU: an
// Efficient Turn-Key Eviction Algorithm for Web Caches. NSDI 2024.

import { lengthened } from '../slots.ts';
import { type EvictionPolicy, Rings } from './policy.ts';

const HEAD = 0;

/**
 * A hit sets a bit and moves nothing: one write, to one place. The hand goes from old to new, spares who
 * was used since it last came by, takes the bit from them, and evicts the first who was not. What is new
 * and never used again is sifted out early, because the hand stays among the young when the old have proved
 * themselves.
 *
 * That is also its weakness. Whom the hand has passed it meets again only after all that have come since, so
 * when the hot set moves, the old one keeps its places long after its last use, and the new one has to live
 * in the rest.
 */
export class SievePolicy extends Rings implements EvictionPolicy {
  /** 1 if the slot was used since it was added or the hand passed it. */
  #visited = new Uint8Array(0);
  /** Who is examined next, in the ring always; the head stands for the oldest. */
  #hand = HEAD;

  add(slot: number): void {
    this.#visited[slot] = 0;
    this.insertAfter(HEAD, slot);
  }

  addColdest(slot: number): void {
    this.#visited[slot] = 0;
    this.insertAfter(this.#examined(), slot);
    this.#hand = slot;
  }

  touch(slot: number): void {
    this.#visited[slot] = 1;
  }

  remove(slot: number): void {
    if (slot === this.#hand) this.#hand = this.previous(slot);
    this.unlink(slot);
  }

  // #region evict
  /** O(1) amortized: each bit that the hand takes away was set by a hit. At worst it goes round once. */
  evict(): number {
    let slot = this.#examined();
    while (this.#visited[slot] === 1) {
      this.#visited[slot] = 0;
      this.#hand = this.previous(slot);
      slot = this.#examined();
    }
    this.#hand = this.previous(slot);
    this.unlink(slot);
    return slot;
  }
  // #endregion evict

  override grow(capacity: number): void {
    super.grow(capacity);
    this.#visited = lengthened(this.#visited, capacity);
  }

  /** In the order of arrival, the newest first. */
  slots(): Iterable<number> {
    return this.ring(HEAD);
  }

  #examined(): number {
    return this.#hand === HEAD ? this.previous(HEAD) : this.#hand;
  }
}
