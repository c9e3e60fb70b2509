// Least recently used: one ring in the order of the last use. As old as virtual memory [3].

import { type EvictionPolicy, Rings } from './policy.ts';

const HEAD = 0;

export class LruPolicy extends Rings implements EvictionPolicy {
  add(slot: number): void {
    this.insertAfter(HEAD, slot);
  }

  addColdest(slot: number): void {
    this.insertAfter(this.previous(HEAD), slot);
  }

  /** Six writes to four places in memory: the price of exactness, paid by every hit. */
  touch(slot: number): void {
    this.unlink(slot);
    this.insertAfter(HEAD, slot);
  }

  remove(slot: number): void {
    this.unlink(slot);
  }

  evict(): number {
    const slot = this.previous(HEAD);
    this.unlink(slot);
    return slot;
  }

  slots(): Iterable<number> {
    return this.ring(HEAD);
  }
}
