// Load: requests come when they come, and not when the last one has been answered.

import { quantile, randomNumbers } from './statistics.ts';
import { type Milliseconds, positive, positiveInteger } from './subject.ts';

/** Who asks, how often, and how many are served at a time. */
export interface LoadOptions {
  /** How many run at a time; others wait, and their waiting is part of their latency. */
  readonly concurrent: number;
  readonly durationMs: Milliseconds;
  readonly arrivalsPerSecond: number;
  /** @default performance.now */
  readonly now?: () => Milliseconds;
  /** Resolves after so long. @default setTimeout */
  readonly wait?: (ms: Milliseconds) => Promise<void>;
}

/** What the senders of requests have seen. */
export interface LoadTestResults {
  readonly completed: number;
  readonly failed: number;
  readonly throughputPerSecond: number;
  /** From the moment at which a request was due: what its sender sees. */
  readonly latencyMs: Percentiles;
  /** From the moment at which it was begun: all that a test sees which sends the next when the last is answered. */
  readonly serviceMs: Percentiles;
  /** The most that waited at a time. */
  readonly longestQueue: number;
}

/** Half, 95 and 99 of 100, and all of the times are at most so long; 0 where there are none. */
export interface Percentiles {
  readonly p50: Milliseconds;
  readonly p95: Milliseconds;
  readonly p99: Milliseconds;
  readonly max: Milliseconds;
}

// #region loadTest
/**
 * Sends requests at random moments, as many strangers would (a Poisson process), for a given time, and waits for all of
 * them. The schedule does not look at the answers. One that does sends nothing while the service is stuck, so a pause of
 * a second is one bad latency out of thousands instead of a thousand: coordinated omission, as G. Tene calls it [5].
 *
 * @throws TypeError or RangeError if a number is out of its range
 */
export async function loadTest(operation: () => unknown, options: LoadOptions): Promise<LoadTestResults> {
  const { concurrent, durationMs, arrivalsPerSecond, now = () => performance.now(), wait = timer } = options;
  positiveInteger('concurrent', concurrent);
  positive('durationMs', durationMs);
  positive('arrivalsPerSecond', arrivalsPerSecond);
  const load = new Load(operation, concurrent, now);
  const start = now();
  for (const due of arrivals(start, durationMs, arrivalsPerSecond)) {
    while (now() < due) await wait(due - now());
    load.arrive(due);
    await undefined; // so that those can end that are done, also when the next is overdue
  }
  await load.drained();
  return load.results(now() - start);
}
// #endregion loadTest

/** The moments at which requests are due. */
export function* arrivals(start: Milliseconds, durationMs: Milliseconds, perSecond: number): Generator<Milliseconds> {
  const random = randomNumbers(5);
  const gap = () => (-Math.log(1 - random()) * 1e3) / perSecond;
  for (let due = start + gap(); due < start + durationMs; due += gap()) yield due;
}

class Load {
  readonly #operation: () => unknown;
  readonly #concurrent: number;
  readonly #now: () => Milliseconds;
  /** When those were due that wait, the first first. Empty while fewer run than may. */
  readonly #queue: Milliseconds[] = [];
  readonly #latencies: Milliseconds[] = [];
  readonly #services: Milliseconds[] = [];
  #running = 0;
  #failed = 0;
  #longestQueue = 0;
  #onDrained: () => void = () => {};

  constructor(operation: () => unknown, concurrent: number, now: () => Milliseconds) {
    this.#operation = operation;
    this.#concurrent = concurrent;
    this.#now = now;
  }

  arrive(due: Milliseconds): void {
    if (this.#running < this.#concurrent) void this.#begin(due);
    else this.#longestQueue = Math.max(this.#longestQueue, this.#queue.push(due));
  }

  drained(): Promise<void> {
    return this.#running === 0 ? Promise.resolve() : new Promise((resolve) => (this.#onDrained = resolve));
  }

  results(elapsedMs: Milliseconds): LoadTestResults {
    const completed = this.#latencies.length - this.#failed;
    return {
      completed,
      failed: this.#failed,
      throughputPerSecond: (completed * 1e3) / elapsedMs,
      latencyMs: percentilesOf(this.#latencies),
      serviceMs: percentilesOf(this.#services),
      longestQueue: this.#longestQueue,
    };
  }

  async #begin(due: Milliseconds): Promise<void> {
    this.#running++;
    const begun = this.#now();
    try {
      await this.#operation();
    } catch {
      this.#failed++;
    }
    this.#running--;
    this.#latencies.push(this.#now() - due);
    this.#services.push(this.#now() - begun);
    const next = this.#queue.shift();
    if (next !== undefined) void this.#begin(next);
    else if (this.#running === 0) this.#onDrained();
  }
}

function percentilesOf(values: readonly Milliseconds[]): Percentiles {
  if (values.length === 0) return { p50: 0, p95: 0, p99: 0, max: 0 };
  const at = (share: number) => quantile(values, share);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

const timer = (ms: Milliseconds) => new Promise<void>((resolve) => setTimeout(resolve, ms));
