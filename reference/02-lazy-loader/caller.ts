// One who waits, and may leave before the answer comes.

import type { Load } from './load.ts';
import { LoadTimeoutError, type Milliseconds, type Schedule } from './options.ts';

/** Where callers take their leave. */
interface Exit {
  leave(load: Load): void;
}

/**
 * A caller with a signal or a deadline. It has a promise of its own, which can be rejected while the load
 * goes on; all others share the load's.
 */
export class Caller {
  readonly promise: Promise<unknown>;
  readonly #load: Load;
  readonly #exit: Exit;
  readonly #signal: AbortSignal | undefined;
  #reject!: (reason: unknown) => void;
  #cancelTimer: (() => void) | undefined;
  /**
   * False once it has the answer, or has left: then there is no timer and no listener any more, nor will
   * there be.
   */
  #isWaiting = true;

  /** @param load one that it counts as waiting for */
  constructor(load: Load, exit: Exit, signal: AbortSignal | undefined) {
    this.#load = load;
    this.#exit = exit;
    this.#signal = signal;
    this.promise = new Promise((resolve, reject) => {
      this.#reject = reject;
      load.outcome.then(
        (value) => this.#stop() && resolve(value),
        (error: unknown) => this.#stop() && reject(error),
      );
    });
    if (signal?.aborted) this.leave(signal.reason); // since the loader was called, by whom else
    else if (signal !== undefined) Company.of(signal).add(this);
  }

  startTimer(timeoutMs: Milliseconds, schedule: Schedule): void {
    if (!this.#isWaiting) return;
    const onTimeout = () => this.leave(new LoadTimeoutError(this.#load.entry.key, timeoutMs));
    this.#cancelTimer = schedule(onTimeout, timeoutMs);
  }

  leave(reason: unknown): void {
    if (!this.#stop()) return;
    this.#reject(reason);
    this.#exit.leave(this.#load);
  }

  /** @returns whether it was waiting until now */
  #stop(): boolean {
    if (!this.#isWaiting) return false;
    this.#isWaiting = false;
    this.#cancelTimer?.();
    if (this.#signal !== undefined) Company.of(this.#signal).delete(this);
    return true;
  }
}

/**
 * Those who wait with the same signal: one listener for all of them. A request may well wait for dozens of
 * keys, and from the eleventh listener on Node warns of a leak.
 */
class Company {
  static readonly #bySignal = new WeakMap<AbortSignal, Company>();

  readonly #signal: AbortSignal;
  readonly #callers = new Set<Caller>();

  static of(signal: AbortSignal): Company {
    let company = Company.#bySignal.get(signal);
    if (company === undefined) Company.#bySignal.set(signal, (company = new Company(signal)));
    return company;
  }

  private constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(caller: Caller): void {
    if (this.#callers.size === 0) this.#signal.addEventListener('abort', this);
    this.#callers.add(caller);
  }

  delete(caller: Caller): void {
    this.#callers.delete(caller);
    if (this.#callers.size === 0) this.#signal.removeEventListener('abort', this);
  }

  /** The signal was aborted. */
  handleEvent(): void {
    for (const caller of this.#callers) caller.leave(this.#signal.reason);
  }
}
