import { macrotask } from '../deferred.ts';

/** Time that passes only when everybody waits. */
export class VirtualTime {
  #now = 0;
  readonly #timers: { readonly at: number; readonly wake: () => void }[] = [];

  readonly now = (): number => this.#now;

  readonly wait = (ms: number): Promise<void> =>
    new Promise((wake) => this.#timers.push({ at: this.#now + ms, wake }));

  /** Lets time pass until `work` has ended. */
  async pass<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => (isOver = true);
    work.then(over, over);
    for (await macrotask(); !isOver; await macrotask()) {
      const next = this.#timers.reduce((a, b) => (b.at < a.at ? b : a), { at: Infinity, wake: () => {} });
      if (next.at === Infinity) throw new Error('nobody waits for a time, and the work has not ended');
      this.#now = Math.max(this.#now, next.at);
      this.#timers.splice(this.#timers.indexOf(next), 1);
      next.wake();
    }
    return work;
  }
}
