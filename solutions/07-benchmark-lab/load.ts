import {
  type LoadOptions,
  type LoadTestResults,
  type Milliseconds,
  positive,
  positiveInteger,
} from '#contract/07-benchmark-lab';
// #region solution only
import type { Percentiles } from '#contract/07-benchmark-lab';
import { randomNumbers } from '#framework';
import { quantile } from './statistics.ts';
// #endregion

/** The moments at which requests are due: as many strangers send them, a Poisson process. */
export function* arrivals(start: Milliseconds, durationMs: Milliseconds, perSecond: number): Generator<Milliseconds> {
  // #region step 7.5
  const random = randomNumbers(1);
  const gap = () => (-Math.log(1 - random()) * 1e3) / perSecond;
  for (let due = start + gap(); due < start + durationMs; due += gap()) yield due;
  // #endregion
}

/**
 * Sends requests when they are due, whatever has become of those before, and waits for all of them.
 *
 * @throws TypeError or RangeError if a number is out of its range
 */
export async function loadTest(operation: () => unknown, options: LoadOptions): Promise<LoadTestResults> {
  const { concurrent, durationMs, arrivalsPerSecond, now = () => performance.now(), wait = timer } = options;
  positiveInteger('concurrent', concurrent);
  positive('durationMs', durationMs);
  positive('arrivalsPerSecond', arrivalsPerSecond);
  // #region step 7.5
  const waiting: Milliseconds[] = []; // when they were due; those before `begun` have been begun
  let begun = 0;
  let longestQueue = 0;
  let running = 0;
  let failed = 0;
  const latencies: Milliseconds[] = [];
  const services: Milliseconds[] = [];
  let onDrained = () => {};

  const begin = async (due: Milliseconds): Promise<void> => {
    running++;
    const start = now();
    try {
      await operation();
    } catch {
      failed++;
    }
    running--;
    latencies.push(now() - due);
    services.push(now() - start);
    if (begun < waiting.length) void begin(waiting[begun++]!);
    else if (running === 0) onDrained();
  };

  const start = now();
  for (const due of arrivals(start, durationMs, arrivalsPerSecond)) {
    while (now() < due) await wait(due - now());
    if (running < concurrent) void begin(due);
    else longestQueue = Math.max(longestQueue, waiting.push(due) - begun);
    await undefined; // so that those can end that are done, also when the next is overdue
  }
  if (running > 0) await new Promise<void>((resolve) => (onDrained = resolve));
  const completed = latencies.length - failed;
  return {
    completed,
    failed,
    throughputPerSecond: (completed * 1e3) / (now() - start),
    latencyMs: percentilesOf(latencies),
    serviceMs: percentilesOf(services),
    longestQueue,
  };
  // #endregion
}

const timer = (ms: Milliseconds) => new Promise<void>((resolve) => setTimeout(resolve, ms));
// #region solution only

function percentilesOf(values: readonly Milliseconds[]): Percentiles {
  const at = (share: number) => (values.length === 0 ? 0 : quantile(values, share));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
// #endregion
