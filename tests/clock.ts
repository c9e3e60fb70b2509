/** A clock that stands still until it is turned by hand. */
export class Clock {
  // Not 0, so that a duration is never mistaken for an instant.
  #now = 10_000;

  /** Bound, to be handed over as it is: `{ now: clock.now }`. */
  readonly now = (): number => this.#now;

  advance(ms: number): void {
    this.#now += ms;
  }
}
