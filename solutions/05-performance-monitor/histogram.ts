import { inspect } from 'node:util';

import type { Milliseconds } from '#contract/05-performance-monitor';

// #region solution only
// Each octave, from a power of two to the next, is divided into equally wide buckets. None is wider than 1/64
// of what it counts, so its middle is within 1/128 of that: narrower than RELATIVE_ERROR asks, for the sake
// of a power of two.
//
// What else would do: buckets that grow by a constant factor (DDSketch [Masson et al., VLDB 2019]), fewer for
// the same error, at the price of an exact logarithm for each value.
const BUCKETS_AN_OCTAVE = 64;
/** 2 ** -20 ms is just under a nanosecond; what is shorter shares one bucket. */
const FIRST_OCTAVE = -20;
/** Up to 2 ** 27 ms, a day and a half; what is longer shares the last bucket. */
const LAST_OCTAVE = 26;
const BUCKETS = 1 + (LAST_OCTAVE - FIRST_OCTAVE + 1) * BUCKETS_AN_OCTAVE;

// #endregion
/**
 * A distribution of durations in constant memory: percentiles to within `RELATIVE_ERROR`, all else exact.
 *
 * After HdrHistogram by Gil Tene: linear steps within each power of two.
 */
export class DurationHistogram {
  // #region solution only
  readonly #counts = new Float64Array(BUCKETS); // 32 bits would be full after 50 days at 1,000 a second
  #count = 0;
  #min = Infinity;
  #max = 0;
  #mean = 0;
  /** The squares of the distances from the mean, summed: their mean is the variance. */
  #squares = 0;

  // #endregion
  /** How many durations were recorded. */
  get count(): number {
    // #region step 5.1
    return this.#count;
    // #endregion
  }

  /** 0 of none, as all that follows. */
  get min(): Milliseconds {
    // #region step 5.1
    return this.#count === 0 ? 0 : this.#min;
    // #endregion
  }

  get max(): Milliseconds {
    // #region step 5.1
    return this.#max;
    // #endregion
  }

  get mean(): Milliseconds {
    // #region step 5.1
    return this.#mean;
    // #endregion
  }

  /** Of the recorded durations themselves, not estimated for others of which they would be a sample. */
  get standardDeviation(): Milliseconds {
    // #region step 5.1
    return this.#count === 0 ? 0 : Math.sqrt(this.#squares / this.#count);
    // #endregion
  }

  /**
   * Counts one duration. O(1).
   *
   * @throws RangeError if it is negative or not finite; the histogram is then as it was
   */
  record(duration: Milliseconds): void {
    // #region step 5.1
    requireDuration('a duration', duration);
    this.#counts[bucketOf(duration)]!++;
    this.#count++;
    this.#min = Math.min(this.#min, duration);
    this.#max = Math.max(this.#max, duration);
    // Welford's: no large sums of squares whose small difference would be lost in rounding.
    const distance = duration - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * (duration - this.#mean);
    // #endregion
  }

  /**
   * Counts `duration`, and what those would have taken that should have begun meanwhile and had to wait: one
   * each `expectedInterval`. O(duration ÷ expectedInterval).
   *
   * @throws RangeError if `duration` is negative or not finite, or `expectedInterval` not above 0
   */
  recordWithExpectedInterval(duration: Milliseconds, expectedInterval: Milliseconds): void {
    // #region step 5.5
    requireInterval(expectedInterval);
    this.record(duration);
    for (let late = duration - expectedInterval; late >= expectedInterval; late -= expectedInterval) {
      this.record(late);
    }
    // #endregion
  }

  /**
   * The smallest duration that at least `p` per cent of all do not exceed, to within `RELATIVE_ERROR` of it.
   * O(1): it visits buckets, not durations.
   *
   * @throws RangeError if `p` is not from 0 to 100
   */
  percentile(p: number): Milliseconds {
    // #region step 5.1
    if (!(p >= 0 && p <= 100)) throw new RangeError(`p must be from 0 to 100, received ${inspect(p)}`);
    const rank = Math.ceil((p * this.#count) / 100); // divided last: 0.07 * 100 is more than 7
    if (rank <= 1) return this.min;
    if (rank >= this.#count) return this.max;
    let seen = 0;
    const bucket = this.#counts.findIndex((count) => (seen += count) >= rank);
    return Math.min(Math.max(middleOf(bucket), this.#min), this.#max);
    // #endregion
  }

  /** The part of the time of all that those longer than `threshold` take, from 0 to 1. O(1). */
  shareAbove(threshold: Milliseconds): number {
    // #region step 5.4
    let above = 0;
    let all = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      const time = count * middleOf(bucket);
      all += time;
      if (middleOf(bucket) > threshold) above += time;
    }
    return all === 0 ? 0 : above / all;
    // #endregion
  }

  /** Counts here what `other` has counted, as if it had been recorded here; `other` stays as it is. O(1). */
  merge(other: DurationHistogram): void {
    // #region step 5.1
    if (other.#count === 0) return;
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket]! += count;
    const count = this.#count + other.#count;
    const distance = other.#mean - this.#mean;
    this.#squares += other.#squares + (distance * distance * this.#count * other.#count) / count; // Chan's
    this.#mean += (distance * other.#count) / count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#count = count;
    // #endregion
  }
}
// #region solution only

function bucketOf(duration: Milliseconds): number {
  if (duration < 2 ** FIRST_OCTAVE) return 0;
  // A logarithm that was rounded up makes a step of -1, which is the last bucket of the octave below: the
  // right one.
  const octave = Math.min(Math.floor(Math.log2(duration)), LAST_OCTAVE);
  const step = Math.floor((duration / 2 ** octave - 1) * BUCKETS_AN_OCTAVE);
  return Math.min(1 + (octave - FIRST_OCTAVE) * BUCKETS_AN_OCTAVE + step, BUCKETS - 1);
}

function middleOf(bucket: number): Milliseconds {
  if (bucket === 0) return 0;
  const step = (bucket - 1) % BUCKETS_AN_OCTAVE;
  const octave = FIRST_OCTAVE + (bucket - 1 - step) / BUCKETS_AN_OCTAVE;
  return 2 ** octave * (1 + (step + 0.5) / BUCKETS_AN_OCTAVE);
}

function requireDuration(name: string, value: Milliseconds): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new RangeError(`${name} must be finite and 0 or more, received ${inspect(value)}`);
}

function requireInterval(value: Milliseconds): void {
  if (value > 0) return;
  throw new RangeError(`expectedInterval must be more than 0, received ${inspect(value)}`);
}
// #endregion
