// S3-FIFO: three queues in the order of arrival, one of which remembers only names.
//
// Juncheng Yang, Yazhuo Zhang, Ziyue Qiu, Yao Yue, K. V. Rashmi: FIFO Queues are All You Need for Cache
// Eviction. SOSP 2023.

import { lengthened } from '../slots.ts';
import { type EvictionPolicy, Rings } from './policy.ts';

/** The two queues that hold slots, named by the heads of their rings. */
const SMALL = 0;
const MAIN = 1;

/** The share of the entries that is on probation. */
const SMALL_SHARE = 0.1;
/** Uses are counted up to here: two bits in the paper. */
const MOST_USES = 3;
/** As many uses on probation prove an entry; one may belong to the burst that brought it. */
const PROVED = 2;

/**
 * Most entries are never used again after the burst that brought them, and a tenth of the cache is enough
 * to find that out: who is not used again leaves the small queue quickly, and the main queue keeps what has
 * proved itself. Who left the small queue is still known by name for a while, and goes straight to the main
 * queue on coming back.
 */
export class S3FifoPolicy extends Rings implements EvictionPolicy {
  readonly #ghosts = new Ghosts();
  readonly #keyOf: (slot: number) => string;
  #smallCount = 0;
  #mainCount = 0;
  /** The queue that a slot is in. */
  #queue = new Uint8Array(0);
  #uses = new Uint8Array(0);

  /** @param keyOf the key of a slot that is held */
  constructor(keyOf: (slot: number) => string) {
    super();
    this.#keyOf = keyOf;
  }

  add(slot: number): void {
    const queue = this.#ghosts.take(this.#keyOf(slot)) ? MAIN : SMALL;
    this.#enter(queue, queue, slot, 0);
  }

  addColdest(slot: number): void {
    this.#enter(SMALL, this.previous(SMALL), slot, 0);
  }

  touch(slot: number): void {
    const uses = this.#uses[slot]!;
    if (uses < MOST_USES) this.#uses[slot] = uses + 1;
  }

  remove(slot: number): void {
    this.unlink(slot);
    if (this.#queue[slot] === SMALL) this.#smallCount--;
    else this.#mainCount--;
  }

  /** O(1) amortized: who is spared loses a use, or has proved itself once and for all. */
  evict(): number {
    for (;;) {
      const count = this.#smallCount + this.#mainCount;
      const queue = this.#mainCount === 0 || this.#smallCount >= SMALL_SHARE * count ? SMALL : MAIN;
      const slot = this.previous(queue);
      const uses = this.#uses[slot]!;
      this.remove(slot);
      if (queue === SMALL && uses < PROVED) {
        this.#ghosts.add(this.#keyOf(slot), (1 - SMALL_SHARE) * count);
        return slot;
      }
      if (queue === MAIN && uses === 0) return slot;
      this.#enter(MAIN, MAIN, slot, queue === MAIN ? uses - 1 : 0);
    }
  }

  override grow(capacity: number): void {
    super.grow(capacity);
    this.#queue = lengthened(this.#queue, capacity);
    this.#uses = lengthened(this.#uses, capacity);
  }

  /** The main queue, then the small one, each with the newest first. */
  *slots(): Iterable<number> {
    yield* this.ring(MAIN);
    yield* this.ring(SMALL);
  }

  #enter(queue: number, after: number, slot: number, uses: number): void {
    this.insertAfter(after, slot);
    this.#queue[slot] = queue;
    this.#uses[slot] = uses;
    if (queue === SMALL) this.#smallCount++;
    else this.#mainCount++;
  }
}

/**
 * The third queue: keys of what left the small one. The paper's is a queue; two generations of a Set forget
 * between half of the limit and all of it later, and spare the ring that a queue of strings would need
 * beside its Set.
 */
class Ghosts {
  #young = new Set<string>();
  #old = new Set<string>();

  add(key: string, limit: number): void {
    if (this.#young.size >= limit / 2) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(key);
  }

  /** Whether `key` was known; it is not any longer. */
  take(key: string): boolean {
    return this.#young.delete(key) || this.#old.delete(key);
  }
}
