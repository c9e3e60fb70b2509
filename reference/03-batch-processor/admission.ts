// Who may come in, and what is owed to those who did.

// ---- Room -----------------------------------------------------------------------------------------------

/**
 * The bound on what waits and runs, and the queue of those who came when it was reached.
 *
 * Holding back is not back-pressure by itself: it is for callers who wait for their promises, and add nothing
 * meanwhile. The queue has no bound of its own.
 */
export class Room {
  /** Operations that wait in a batch or run: at most `max`, at any time. */
  pending = 0;
  readonly max: number;
  /** Empty unless `pending` is `max`: whoever finds room finds that nobody is waiting for it. */
  readonly heldBack = new Queue<() => void>();

  constructor(max: number) {
    this.max = max;
  }

  get isFull(): boolean {
    return this.pending >= this.max;
  }

  /**
   * Makes room for `count`, and lets in who has waited longest, there and then: before the promise of the
   * operation that made room is settled, so that nobody who hears of it can be there first.
   */
  leave(count: number): void {
    this.pending -= count;
    // One that is let in may find its item in the batch already, and take no room.
    while (this.heldBack.length > 0 && !this.isFull) this.heldBack.shift()!();
  }
}

// ---- Cohorts --------------------------------------------------------------------------------------------

/**
 * All that was added between one `flushAll` and the next.
 *
 * "Done is what was added before this call" is then a question of counting: one number a cohort, not a
 * promise an operation. It works because no batch has operations of two cohorts.
 */
export class Cohort {
  /** Batches that are not done and submissions that are held back. */
  #owed = 0;
  #settle: ((told: Promise<void>) => void) | undefined;

  /** Whether nobody of this cohort waits for a window any more. */
  get isFlushed(): boolean {
    return this.#settle !== undefined;
  }

  owe(): void {
    this.#owed++;
  }

  pay(): void {
    if (--this.#owed === 0) this.#settle?.(allTold());
  }

  /** To be called once, when nothing more will be added but what is held back. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (this.#owed === 0) resolve();
    });
  }
}

/**
 * Fulfilled when all have been told who wait for a promise that is being settled at this moment.
 *
 * A promise that adopts another is two ticks behind it. What an operation returned is adopted once, and again
 * if the operation was held back: four ticks, and one to be told.
 */
export async function allTold(): Promise<void> {
  for (let tick = 0; tick < 5; tick++) await null;
}

// ---- Queue ----------------------------------------------------------------------------------------------

/** The least that is worth copying. */
const COMPACTED_FROM = 32;

/** First in, first out, in O(1) amortized: `Array.shift` moves all that stay behind. */
export class Queue<T> implements Iterable<T> {
  #items: (T | undefined)[] = [];
  /** Where the first is; what stood before it has been taken. */
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#first];
    if (this.length === 0) return undefined;
    this.#items[this.#first++] = undefined; // it must not be kept alive from here
    if (this.#first >= COMPACTED_FROM && this.#first * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  *[Symbol.iterator](): Generator<T, void, void> {
    for (let i = this.#first; i < this.#items.length; i++) yield this.#items[i]!;
  }
}
