// Time: a clock that costs next to nothing, and an index of who is due.

import { setImmediate } from 'node:timers';
import type { Milliseconds } from './options.ts';

// ---- The default clock ----------------------------------------------------------------------------------

/** As many readings at most share an instant, however long a turn of the event loop takes. */
const SHARED_READINGS = 256;

let instant: Milliseconds = 0;
let readingsLeft = 0;
let isTurnWatched = false;

/**
 * `performance.now()` in whole milliseconds, asked once a turn of the event loop or once in 256 calls,
 * whichever comes first: to ask it at each call would cost about as much as finding the entry.
 *
 * The answer lags behind by the rest of a millisecond, and by what has passed since the clock was asked:
 * within one turn, and within 256 calls. So an entry lives longer or shorter than its `ttlMs` by as much as
 * that.
 */
export function coarseNow(): Milliseconds {
  if (readingsLeft === 0) askClock();
  readingsLeft--;
  return instant;
}

function askClock(): void {
  instant = Math.floor(performance.now());
  readingsLeft = SHARED_READINGS;
  if (isTurnWatched) return;
  isTurnWatched = true;
  setImmediate(endTurn).unref(); // or a cache would keep the process alive
}

function endTurn(): void {
  readingsLeft = 0;
  isTurnWatched = false;
}

// ---- Who is due -----------------------------------------------------------------------------------------

const FAN_OUT_BITS = 4;
const FAN_OUT = 1 << FAN_OUT_BITS;

/**
 * Finds the slots whose deadlines have come, without a look at those whose have not.
 *
 * A tree of minima over the slots: blocks of 16 slots, blocks of 16 blocks, up to a root. What makes it
 * cheap is that a node need not hold the minimum of what is below it, only a *lower bound* of that. A write
 * can only lower bounds, and stops at the first that is low enough, nearly always at once: what is written
 * now is due after what was written before. A removal, or a write that postpones a deadline, leaves bounds
 * behind that are too low, which does no harm. A search goes down wherever a bound has come, and on its way
 * back raises those that were too low.
 *
 * A search looks at O(log n) nodes for each slot that it finds, and at some in vain. Each look in
 * vain raises a bound that a deadline had set which is there no longer; so whatever took that deadline away
 * has paid for it, with one node at each level: O(log n), amortized. The worst case is that all entries
 * were written anew within their lifetime, and time then leaps over the old deadlines: one search looks at
 * every slot, once.
 *
 * What else would do. A heap finds the minimum for certain, but needs 8 bytes an entry to know its places,
 * and moves slots about at each write. A queue for each TTL, in the order of the writes, is O(1) in the
 * worst case; its links are 8 bytes an entry, and where TTLs are many it needs the heap as well. A timing
 * wheel [6] has links too, and rounds the deadlines. This takes half a byte an entry, whatever the TTLs.
 */
export class Deadlines {
  /** No slot is due before this instant: all that a `get` has to know, as long as it has not come. */
  earliest: Milliseconds = Infinity;

  /**
   * `#levels[0][b]` is the bound of the slots 16b to 16b + 15, `#levels[i + 1][b]` that of as many nodes of
   * `#levels[i]`, {@link earliest} that of the last level. No bound is later than anything below it. No
   * levels before the first deadline.
   */
  #levels: Float64Array<ArrayBuffer>[] = [];
  /** `#levels[0]`, where nearly every write ends. */
  #blocks = new Float64Array(0);
  #capacity = 0;
  readonly #deadlineOf: (slot: number) => Milliseconds;

  /** @param deadlineOf the deadline of a slot; `Infinity` if it is free, or if its entry does not expire */
  constructor(deadlineOf: (slot: number) => Milliseconds) {
    this.#deadlineOf = deadlineOf;
  }

  /** To be called when a deadline is set. No call is needed when one is postponed or given up. */
  lower(slot: number, deadline: Milliseconds): void {
    if (!(this.#blocks[slot >>> FAN_OUT_BITS]! <= deadline)) this.#lowerAll(slot, deadline);
  }

  /** A slot that is due at `now`, or 0. */
  due(now: Milliseconds): number {
    return now < this.earliest ? 0 : this.#search(this.#levels.length + 1, 0, now);
  }

  /** The slot that will be due before all others, or 0 if none ever will. */
  soonest(): number {
    while (this.earliest < Infinity) {
      const slot = this.due(this.earliest);
      if (slot !== 0) return slot;
    }
    return 0;
  }

  /** From now on slot numbers are below `capacity`. O(capacity). */
  grow(capacity: number): void {
    const before = this.#capacity;
    this.#capacity = capacity;
    if (this.#levels.length === 0) return;
    this.#build();
    for (let slot = 0; slot < before; slot++) this.lower(slot, this.#deadlineOf(slot));
  }

  /** Throws if a bound is later than something below it. @internal */
  check(): void {
    for (let height = 1; height <= this.#levels.length + 1; height++) {
      for (let child = 0; child < this.#width(height - 1); child++) {
        const node = height > this.#levels.length ? 0 : child >>> FAN_OUT_BITS;
        if (this.#bound(height, node) > this.#bound(height - 1, child)) {
          throw new Error(`the bound of node ${node} at height ${height} overlooks ${child} below it`);
        }
      }
    }
  }

  /** Apart, so that the write of an entry is short enough to be compiled as a whole. */
  #lowerAll(slot: number, deadline: Milliseconds): void {
    if (this.#levels.length === 0) this.#build();
    let node = slot;
    for (const level of this.#levels) {
      node >>>= FAN_OUT_BITS;
      if (level[node]! <= deadline) return;
      level[node] = deadline;
    }
    if (deadline < this.earliest) this.earliest = deadline;
  }

  #build(): void {
    this.earliest = Infinity;
    this.#levels = [];
    let width = this.#capacity;
    do {
      width = Math.ceil(width / FAN_OUT);
      this.#levels.push(new Float64Array(width).fill(Infinity));
    } while (width > FAN_OUT);
    this.#blocks = this.#levels[0]!;
  }

  // #region search
  /** A due slot below a node whose bound has come; or 0, and the bound has been raised beyond `now`. */
  #search(height: number, node: number, now: Milliseconds): number {
    if (height === 0) return node;
    let soonest = Infinity;
    const end = Math.min((node + 1) * FAN_OUT, this.#width(height - 1));
    for (let child = node * FAN_OUT; child < end; child++) {
      if (this.#bound(height - 1, child) <= now) {
        const slot = this.#search(height - 1, child, now);
        if (slot !== 0) return slot;
      }
      soonest = Math.min(soonest, this.#bound(height - 1, child));
    }
    if (height > this.#levels.length) this.earliest = soonest;
    else this.#levels[height - 1]![node] = soonest;
    return 0;
  }
  // #endregion search

  /** Height 0 are the slots themselves, where the bound is the truth; then come the levels, then the root. */
  #bound(height: number, node: number): Milliseconds {
    if (height === 0) return this.#deadlineOf(node);
    return height > this.#levels.length ? this.earliest : this.#levels[height - 1]![node]!;
  }

  #width(height: number): number {
    return height === 0 ? this.#capacity : this.#levels[height - 1]!.length;
  }
}
