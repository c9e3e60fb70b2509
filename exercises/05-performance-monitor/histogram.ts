import { inspect } from 'node:util';

import type { Milliseconds } from '#contract/05-performance-monitor';
import { todo } from '#todo';

/**
 * A distribution of durations in constant memory: percentiles to within `RELATIVE_ERROR`, all else exact.
 *
 * After HdrHistogram by Gil Tene: linear steps within each power of two.
 */
export class DurationHistogram {
  /** How many durations were recorded. */
  get count(): number {
    return todo('5.1');
  }

  /** 0 of none, as all that follows. */
  get min(): Milliseconds {
    return todo('5.1');
  }

  get max(): Milliseconds {
    return todo('5.1');
  }

  get mean(): Milliseconds {
    return todo('5.1');
  }

  /** Of the recorded durations themselves, not estimated for others of which they would be a sample. */
  get standardDeviation(): Milliseconds {
    return todo('5.1');
  }

  /**
   * Counts one duration. O(1).
   *
   * @throws RangeError if it is negative or not finite; the histogram is then as it was
   */
  record(duration: Milliseconds): void {
    todo('5.1');
  }

  /**
   * Counts `duration`, and what those would have taken that should have begun meanwhile and had to wait: one
   * each `expectedInterval`. O(duration ÷ expectedInterval).
   *
   * @throws RangeError if `duration` is negative or not finite, or `expectedInterval` not above 0
   */
  recordWithExpectedInterval(duration: Milliseconds, expectedInterval: Milliseconds): void {
    todo('5.5');
  }

  /**
   * The smallest duration that at least `p` per cent of all do not exceed, to within `RELATIVE_ERROR` of it.
   * O(1): it visits buckets, not durations.
   *
   * @throws RangeError if `p` is not from 0 to 100
   */
  percentile(p: number): Milliseconds {
    todo('5.1');
  }

  /** The part of the time of all that those longer than `threshold` take, from 0 to 1. O(1). */
  shareAbove(threshold: Milliseconds): number {
    todo('5.4');
  }

  /** Counts here what `other` has counted, as if it had been recorded here; `other` stays as it is. O(1). */
  merge(other: DurationHistogram): void {
    todo('5.1');
  }
}
