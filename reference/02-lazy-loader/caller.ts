// One who waits, and may leave before the answer comes.

import type { Load } from './entry.ts';
import { LoadTimeoutError, type Milliseconds, type Schedule } from './options.ts';

/** Where a caller takes leave. */
interface Exit {
  leave(load: Load): void;
}

/**
 * A caller with a signal or a deadline. It has a promise of its own, which can be rejected while the load goes on; all
 * others share the load's.
 */
export class Caller {
  readonly promise: Promise<unknown>;
  readonly #load: Load;
  readonly #exit: Exit;
  readonly #signal: AbortSignal | undefined;
  #reject!: (reason: unknown) => void;
  #cancelTimer: (() => void) | undefined;
  /** False once it has the answer, or has left: from then on neither timer nor listener is there, or does anything. */
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
    if (signal?.aborted) this.#leave(signal.reason); // by the loader, which has been called by now
    else signal?.addEventListener('abort', this);
  }

  startTimer(timeoutMs: Milliseconds, schedule: Schedule): void {
    if (!this.#isWaiting) return;
    const onTimeout = () => this.#leave(new LoadTimeoutError(this.#load.entry.key, timeoutMs));
    this.#cancelTimer = schedule(onTimeout, timeoutMs);
  }

  /** The signal was aborted. @internal */
  handleEvent(): void {
    this.#leave(this.#signal!.reason);
  }

  #leave(reason: unknown): void {
    if (!this.#stop()) return;
    this.#reject(reason);
    this.#exit.leave(this.#load);
  }

  /** @returns whether it was waiting until now */
  #stop(): boolean {
    if (!this.#isWaiting) return false;
    this.#isWaiting = false;
    this.#cancelTimer?.();
    this.#signal?.removeEventListener('abort', this);
    return true;
  }
}
