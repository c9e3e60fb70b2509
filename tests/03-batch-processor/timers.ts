import type { Schedule } from '#contract/03-batch-processor';
import { macrotask } from '../deferred.ts';

interface Timer {
  readonly callback: () => void;
  readonly dueAt: number;
}

/** Lets everything run that waits only for its turn, also where one turn leads to the next. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await macrotask();
}

/** Timers that go off when the test says that time has passed. */
export class Timers {
  #now = 0;
  readonly #running = new Set<Timer>();

  /** Bound, to be handed over as it is: `{ schedule: timers.schedule }`. */
  readonly schedule: Schedule = (callback, ms) => {
    const timer = { callback, dueAt: this.#now + ms };
    this.#running.add(timer);
    return () => void this.#running.delete(timer);
  };

  /** How many have been started, and neither gone off nor been cancelled. */
  get running(): number {
    return this.#running.size;
  }

  /** Lets `ms` pass, and everything run that then wants to. */
  async advance(ms: number): Promise<void> {
    await idle(); // whoever is about to start a timer does it before time passes
    const end = this.#now + ms;
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#now = next.dueAt;
      this.#running.delete(next);
      next.callback();
      await idle();
    }
    this.#now = end;
  }

  #nextUntil(end: number): Timer | undefined {
    const due = [...this.#running].filter(({ dueAt }) => dueAt <= end);
    return due.sort((a, b) => a.dueAt - b.dueAt)[0];
  }
}
