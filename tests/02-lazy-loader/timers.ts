import type { Milliseconds, Schedule } from '#exercise/02-lazy-loader';

/** Timers that the test turns by hand. */
export class Timers {
  readonly #running = new Set<{ readonly at: Milliseconds; readonly callback: () => void }>();
  #now = 10_000;

  /** Bound, to be handed over as it is: `{ schedule: timers.schedule }`. */
  readonly schedule: Schedule = (callback, ms) => {
    const timer = { at: this.#now + ms, callback };
    this.#running.add(timer);
    return () => this.#running.delete(timer);
  };

  /** How many have neither fired nor been cancelled. */
  get running(): number {
    return this.#running.size;
  }

  advance(ms: Milliseconds): void {
    this.#now += ms;
    for (const timer of this.#running) {
      if (timer.at > this.#now) continue;
      this.#running.delete(timer);
      timer.callback();
    }
  }
}
