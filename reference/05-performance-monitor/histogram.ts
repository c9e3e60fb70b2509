// A distribution of durations.

import { inspect } from 'node:util';
import { bucketOf, BUCKETS, edgeOf, middleOf } from './buckets.ts';
import { decode, encode } from './encoding.ts';
import { Moments, progression } from './moments.ts';
import type { Milliseconds } from './options.ts';

/** What fits in a bucket of 32 bits: at a thousand a second, fifty days of the same duration. */
const NARROW_LIMIT = 2 ** 32 - 1;

/** What is inside a histogram, for tests: it is not exported to users. @internal */
export let partsOf: (histogram: DurationHistogram) => { counts: Counts; moments: Moments };

export type Counts = Uint32Array | Float64Array;

/**
 * A distribution of durations in constant memory, 12 kB: percentiles to within `RELATIVE_ERROR`, all else
 * exact. What is recorded is O(1); what is asked visits the buckets, some 3,000, and takes microseconds.
 *
 * After HdrHistogram by Gil Tene [1]: linear steps within each power of two.
 *
 * @example
 * {@includeCode ../../docs/examples/05-performance-monitor/histogram.ts#histogram}
 */
export class DurationHistogram {
  /** By bucket; their sum is `#moments.count`. */
  #counts: Counts = new Uint32Array(BUCKETS);
  readonly #moments = new Moments();

  static {
    partsOf = (histogram) => ({ counts: histogram.#counts, moments: histogram.#moments });
  }

  /** How many durations were recorded. */
  get count(): number {
    return this.#moments.count;
  }

  /** The shortest; 0 of none, like all that follows. */
  get min(): Milliseconds {
    return this.count === 0 ? 0 : this.#moments.min;
  }

  /** The longest. */
  get max(): Milliseconds {
    return this.#moments.max;
  }

  /** Of all that was recorded, exactly; 0 of none. */
  get mean(): Milliseconds {
    return this.#moments.mean;
  }

  /** Of the recorded durations themselves (divided by n), not of others of which they would be a sample. */
  get standardDeviation(): Milliseconds {
    return this.count === 0 ? 0 : Math.sqrt(this.#moments.spread / this.count);
  }

  // ---- Recording ----------------------------------------------------------------------------------------

  /**
   * Counts one duration. O(1), and allocates nothing.
   *
   * @throws RangeError if it is negative or not finite; the histogram is then as it was
   */
  record(duration: Milliseconds): void {
    requireDuration(duration);
    this.#tally(bucketOf(duration), 1);
    this.#moments.add(duration);
  }

  /**
   * Counts `duration`, and what those would have taken that should have begun meanwhile and had to wait: one
   * each `expectedInterval`, down to the last that would have waited for at least as long.
   *
   * Whoever sends the next request when the last is answered asks a server least while it is slowest, and
   * misses what everybody else would have met. Gil Tene calls it coordinated omission [1].
   *
   * O(buckets), however many had to wait.
   *
   * @throws RangeError if `duration` is negative or not finite, or `expectedInterval` not above 0
   */
  // #region omission
  recordWithExpectedInterval(duration: Milliseconds, expectedInterval: Milliseconds): void {
    requireInterval(expectedInterval);
    requireDuration(duration);
    const all = Math.max(1, Math.floor(duration / expectedInterval));
    for (let before = 0; before < all; ) {
      const longest = duration - before * expectedInterval;
      const bucket = bucketOf(longest);
      const reach = Math.floor((longest - edgeOf(bucket)) / expectedInterval) + 1;
      const here = Math.min(Math.max(1, reach), all - before);
      this.#tally(bucket, here);
      this.#moments.addGroup(progression(here, longest, expectedInterval));
      before += here;
    }
  }
  // #endregion omission

  /** Counts here what `other` has counted, as if it had been recorded here; `other` stays as it is. */
  merge(other: DurationHistogram): void {
    if (other.count === 0) return;
    const theirs = other.#counts;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (theirs[bucket] !== 0) this.#tally(bucket, theirs[bucket]!);
    }
    this.#moments.addGroup(other.#moments);
  }

  // ---- Asking -------------------------------------------------------------------------------------------

  /**
   * The smallest duration that at least `p` per cent of all do not exceed, to within `RELATIVE_ERROR` of it.
   *
   * @throws RangeError if `p` is not from 0 to 100
   */
  percentile(p: number): Milliseconds {
    if (!(p >= 0 && p <= 100)) throw new RangeError(`p must be from 0 to 100, received ${inspect(p)}`);
    const { min, max, count } = this;
    const rank = Math.ceil((p * count) / 100); // in this order: 7 / 100 * 100 is more than 7
    if (rank <= 1) return min;
    if (rank >= count) return max;
    let bucket = 0;
    for (let seen = this.#counts[0]!; seen < rank; seen += this.#counts[bucket]!) bucket++;
    return Math.min(max, Math.max(min, middleOf(bucket)));
  }

  /** The part of the time of all that those longer than `threshold` take, from 0 to 1. */
  shareAbove(threshold: Milliseconds): number {
    let below = 0;
    let above = 0;
    for (let bucket = 1; bucket < BUCKETS; bucket++) {
      const middle = middleOf(bucket);
      if (middle > threshold) above += middle * this.#counts[bucket]!;
      else below += middle * this.#counts[bucket]!;
    }
    return above === 0 ? 0 : above / (above + below);
  }

  // ---- Elsewhere ----------------------------------------------------------------------------------------

  /** For another process to {@link merge}: 50 bytes, and 2 or 3 for each bucket that is not empty. */
  toBytes(): Uint8Array {
    return encode(this.#counts, this.#moments);
  }

  /** @throws DamagedHistogramError if these are not the bytes of {@link toBytes} */
  static fromBytes(bytes: Uint8Array): DurationHistogram {
    const histogram = new DurationHistogram();
    decode(bytes, histogram.#moments, (bucket, count) => histogram.#tally(bucket, count));
    return histogram;
  }

  // ---- Private ------------------------------------------------------------------------------------------

  #tally(bucket: number, times: number): void {
    const count = this.#counts[bucket]! + times;
    if (count > NARROW_LIMIT && this.#counts instanceof Uint32Array) {
      this.#counts = Float64Array.from(this.#counts);
    }
    this.#counts[bucket] = count;
  }
}

function requireDuration(value: Milliseconds): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new RangeError(`a duration must be finite and 0 or more, received ${inspect(value)}`);
}

function requireInterval(value: Milliseconds): void {
  if (value > 0) return;
  throw new RangeError(`expectedInterval must be more than 0, received ${inspect(value)}`);
}
