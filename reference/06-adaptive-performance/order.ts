// Who goes: one order among slots, that can be anything between recency and frequency.

import { Rings } from '../01-metadata-cache/policies/policy.ts';
import { lengthened } from '../01-metadata-cache/slots.ts';
import { Ghosts, halveCounts, MOST_USES, UNKNOWN } from './ghosts.ts';

/** How an order remembers: after so many uses of its capacity, what it counted is worth half. */
export type Memory = 'none' | 'short' | 'long';

const HALF_LIFE: Record<Memory, number> = { none: 10, short: 10, long: 40 };

/** The two queues, named by the heads of their rings. */
const WINDOW = 0;
const MAIN = 1;

/** The part of the capacity in which newcomers prove themselves, where there is a memory. */
const WINDOW_SHARE = 0.01;

/**
 * What is known of a slot is one byte: its uses; its lives, which are its uses since the hand came by, up to 3, and so
 * often the hand spares it; whether it is in main; and whether the shadows hear of it.
 */
const USES = MOST_USES;
const LIFE = USES + 1;
const LIVES = 3 * LIFE;
const IN_MAIN = 4 * LIFE;
const HEARD = 8 * LIFE;

/** By what is known of a slot, what is known of it after one more use: no branch, on the path of every hit. */
const USED = Uint8Array.from({ length: 2 * HEARD }, (_, state) => {
  const isCountFull = (state & USES) === USES;
  const areLivesFull = (state & LIVES) === LIVES;
  return state + (isCountFull ? 0 : 1) + (areLivesFull ? 0 : LIFE);
});

/**
 * By how much more often than the victim a candidate must have been used. Counts are halved at one moment and raised at
 * another: after 15 uses of both the one may have 7 and the other 8, and would go for nothing but that.
 */
const CLEARLY_MORE = 1.25;

/**
 * W-TinyLFU [1] with other means. Newcomers come into a window, in the order of their last use. Who falls out of it
 * stays if it has been used more often than the one that would have to go for it, which a hand chooses as in CLOCK
 * [4]: it spares who has been used since it last came by.
 *
 * How often is counted with the slot, and remembered with the ghost when the entry has gone. A sketch would have to
 * hash the key on each use to find its counters, since V8 tells nobody the hash that it keeps; here a hit costs nothing
 * but a count. All counts are halved at once, now and then, which is a walk over all of them.
 *
 * Without a memory the window is all there is, and the order is that of the last use: LRU.
 */
export class Order extends Rings {
  #capacity = 0;
  #memory: Memory;
  readonly #ghosts = new Ghosts();
  #windowRoom = 1;
  #windowSize = 0;
  #mainSize = 0;
  /** Of the keys of the slots. */
  #hashes = new Int32Array(0);
  #states = new Uint8Array(0);
  /** In uses. */
  #halfLife = 0;
  #usesSinceHalving = 0;

  constructor(capacity: number, memory: Memory = 'short') {
    super();
    this.#memory = memory;
    this.resize(capacity);
  }

  /** Entries that it should have. Who comes, and when somebody goes, is the owner's to decide. */
  get capacity(): number {
    return this.#capacity;
  }

  get size(): number {
    return this.#windowSize + this.#mainSize;
  }

  get memory(): Memory {
    return this.#memory;
  }

  set memory(memory: Memory) {
    if (memory === this.#memory) return;
    this.#memory = memory;
    this.#measure();
  }

  /** Nobody goes for it. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#ghosts.resize(capacity);
    this.#measure();
  }

  hashOf(slot: number): number {
    return this.#hashes[slot]!;
  }

  /** Notes a use, and tells whether the shadows hear of it. On the path of every hit. */
  touch(slot: number): boolean {
    if (++this.#usesSinceHalving >= this.#halfLife) this.#halve();
    const state = this.#states[slot]!;
    this.#states[slot] = USED[state]!;
    if ((state & IN_MAIN) === 0) {
      this.unlink(slot);
      this.insertAfter(WINDOW, slot);
    } else if (this.#memory === 'none') {
      this.#leaveMain(slot);
      this.#enterWindow(slot);
    }
    return state >= HEARD;
  }

  /** How often a key that went had been used, or {@link UNKNOWN}. Its ghost is gone with that. */
  recall(hash: number): number {
    return this.#ghosts.take(hash);
  }

  /** Takes in a slot as the one that was used last. `uses` is what was recalled of its key. */
  add(slot: number, hash: number, uses: number, isHeard: boolean): void {
    if (++this.#usesSinceHalving >= this.#halfLife) this.#halve();
    this.#hashes[slot] = hash;
    this.#states[slot] = (uses === UNKNOWN ? 1 : Math.min(USES, uses + 1)) | (isHeard ? HEARD : 0);
    this.#enterWindow(slot);
  }

  /** Takes in a slot as the next to go. */
  addColdest(slot: number, hash: number, isHeard: boolean): void {
    this.#hashes[slot] = hash;
    this.#states[slot] = isHeard ? HEARD : 0;
    this.#enterMain(slot, this.previous(MAIN));
  }

  remove(slot: number): void {
    if (this.#states[slot]! & IN_MAIN) return this.#leaveMain(slot);
    this.unlink(slot);
    this.#windowSize--;
  }

  // #region evict
  /**
   * Lets one go, which becomes a ghost; there must be one. Not the newest, unless it is the only one, or the next one
   * is about to come. O(1), amortized: who is passed by has been used for it, and who moves to main has come into the
   * window for it.
   */
  evict(isOneComing: boolean): number {
    const room = isOneComing ? this.#windowRoom - 1 : this.#windowRoom;
    while (this.#windowSize > room && this.#mainSize < this.#capacity - this.#windowRoom) this.#promote();
    if (this.#mainSize === 0) return this.#bury(this.previous(WINDOW));
    const victim = this.#spareTheUsed();
    if (this.#windowSize <= room) return this.#bury(victim);
    const candidate = this.previous(WINDOW);
    if (this.#usesOf(candidate) <= CLEARLY_MORE * this.#usesOf(victim)) return this.#bury(candidate);
    this.#promote();
    return this.#bury(victim);
  }
  // #endregion evict

  override grow(capacity: number): void {
    super.grow(capacity);
    this.#hashes = lengthened(this.#hashes, capacity);
    this.#states = lengthened(this.#states, capacity);
    this.#measure();
  }

  /** Roughly from hot to cold. */
  *slots(): Generator<number, void, void> {
    yield* this.ring(WINDOW);
    yield* this.ring(MAIN);
  }

  /** Throws if the queues are not as long as they should be. O(size). @internal */
  check(): void {
    const sizes = [WINDOW, MAIN].map((queue) => {
      const slots = [...this.ring(queue)];
      const stray = slots.find((slot) => (this.#states[slot]! & IN_MAIN) > 0 !== (queue === MAIN));
      if (stray !== undefined) throw new Error(`slot ${stray} is in another queue than it says`);
      return slots.length;
    });
    if (sizes[WINDOW] !== this.#windowSize || sizes[MAIN] !== this.#mainSize) throw new Error('a queue is miscounted');
  }

  /** What follows from capacity and memory. To halve is to walk over all slots, so as many uses must pay for it. */
  #measure(): void {
    const isAllWindow = this.#memory === 'none';
    this.#windowRoom = isAllWindow ? this.#capacity : Math.max(1, Math.floor(WINDOW_SHARE * this.#capacity));
    this.#halfLife = Math.max(HALF_LIFE[this.#memory] * this.#capacity, this.#states.length);
  }

  #usesOf(slot: number): number {
    return this.#states[slot]! & USES;
  }

  #halve(): void {
    halveCounts(this.#states);
    this.#ghosts.halve();
    this.#usesSinceHalving = 0;
  }

  #promote(): void {
    const slot = this.previous(WINDOW);
    this.remove(slot);
    this.#states[slot]! &= ~LIVES;
    this.#enterMain(slot, MAIN);
  }

  /** The one at the hand, which goes round by moving who is spared from the cold end to the hot one. */
  #spareTheUsed(): number {
    for (;;) {
      const slot = this.previous(MAIN);
      if ((this.#states[slot]! & LIVES) === 0) return slot;
      this.#states[slot]! -= LIFE;
      this.unlink(slot);
      this.insertAfter(MAIN, slot);
    }
  }

  #bury(slot: number): number {
    this.remove(slot);
    this.#ghosts.add(this.#hashes[slot]!, this.#usesOf(slot));
    return slot;
  }

  #enterWindow(slot: number): void {
    this.insertAfter(WINDOW, slot);
    this.#windowSize++;
  }

  #enterMain(slot: number, after: number): void {
    this.insertAfter(after, slot);
    this.#states[slot]! |= IN_MAIN;
    this.#mainSize++;
  }

  #leaveMain(slot: number): void {
    this.unlink(slot);
    this.#states[slot]! &= ~IN_MAIN;
    this.#mainSize--;
  }
}
