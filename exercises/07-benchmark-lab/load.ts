import {
  type LoadOptions,
  type LoadTestResults,
  type Milliseconds,
  positive,
  positiveInteger,
} from '#contract/07-benchmark-lab';
import { todo } from '#todo';

/** The moments at which requests are due: as many strangers send them, a Poisson process. */
export function* arrivals(start: Milliseconds, durationMs: Milliseconds, perSecond: number): Generator<Milliseconds> {
  todo('7.5');
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
  todo('7.5');
}

const timer = (ms: Milliseconds) => new Promise<void>((resolve) => setTimeout(resolve, ms));
