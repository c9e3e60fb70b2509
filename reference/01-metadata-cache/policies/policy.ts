// Who goes when room is needed: what a policy must be able to do, and the queues that all three are made of.

import { RESERVED_SLOTS } from '../slots.ts';

/** An order among the slots that were given to it, each once. Of keys and values it knows nothing. */
export interface EvictionPolicy {
  /**
   * Told which key comes next, before room is made for it. Optional: for policies that let another one go for it than
   * for others, or that do not take it; what it throws reaches the caller, and the cache is then as it was.
   */
  announce?(key: string): void;
  /** Takes in a slot that has just been stored. */
  add(slot: number): void;
  /** Takes in a slot as the next to go, as far as the policy can say who that is. */
  addColdest(slot: number): void;
  /** Notes that the slot was used. On the path of every hit: O(1), no allocation. */
  touch(slot: number): void;
  /** Gives up a slot that leaves for another reason than room. */
  remove(slot: number): void;
  /** Chooses the slot that goes, and gives it up. There must be one. O(1), at least amortized. */
  evict(): number;
  /** Makes room for slot numbers below `capacity`. */
  grow(capacity: number): void;
  /** All slots, those that will be kept longest first. */
  slots(): Iterable<number>;
}

/** Makes a policy for a cache that is empty. `keyOf` tells the key of a slot that is taken. */
export type NewPolicy = (keyOf: (slot: number) => string) => EvictionPolicy;

/**
 * Doubly linked rings over slot numbers. A ring is named by its head, one of the {@link RESERVED_SLOTS}:
 * with a head that is a node like any other, no operation has to ask whether something is the first or the
 * last.
 *
 * Towards the next is from hot to cold. A node's two links stand side by side, so they share a cache line.
 */
export class Rings {
  #links: Uint16Array | Uint32Array = Uint16Array.of(0, 0, 1, 1);

  next(node: number): number {
    return this.#links[2 * node]!;
  }

  previous(node: number): number {
    return this.#links[2 * node + 1]!;
  }

  insertAfter(node: number, slot: number): void {
    const links = this.#links;
    const next = links[2 * node]!;
    links[2 * slot] = next;
    links[2 * slot + 1] = node;
    links[2 * node] = slot;
    links[2 * next + 1] = slot;
  }

  unlink(slot: number): void {
    const links = this.#links;
    const next = links[2 * slot]!;
    const previous = links[2 * slot + 1]!;
    links[2 * previous] = next;
    links[2 * next + 1] = previous;
  }

  grow(capacity: number): void {
    const Links = capacity > 0x1_0000 ? Uint32Array : Uint16Array;
    const links = new Links(2 * capacity);
    links.set(this.#links);
    this.#links = links;
  }

  *ring(head: number): Iterable<number> {
    for (let slot = this.next(head); slot !== head; slot = this.next(slot)) yield slot;
  }
}
