/** A clock that stands still until it is turned, and whatever waits for it. */
export class VirtualTime {
  #now = 0;
  #waiting: { readonly at: number; readonly callback: () => void }[] = [];

  /** Milliseconds. */
  readonly now = (): number => this.#now;

  /** Calls `callback` once, after `ms`, unless what it returns is called before. */
  readonly schedule = (callback: () => void, ms: number): (() => void) => {
    const timer = { at: this.#now + ms, callback };
    const place = this.#waiting.findIndex(({ at }) => at > timer.at);
    this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, timer);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== timer);
    };
  };

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.schedule(resolve, ms));
  }

  /** Turns the clock from one that waits to the next, until nobody does. */
  async run(): Promise<void> {
    await settled();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#now = next.at;
      next.callback();
      await settled();
    }
  }
}

/** Promises wait for promises; so many deep is more than any lab needs. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await null;
}
