// What the processor did, in a few hundred bytes however long it has been doing it.

import type { BatchStats, Cause, Milliseconds, Summary } from './options.ts';

/** Steps in each doubling of the value, a power of two: a step is at most 1/16 of its values wide. */
const STEPS = 16;
const STEP_BITS = Math.log2(STEPS);
/** As far as the integer arithmetic goes. */
const HIGHEST = 2 ** 31 - 1;

const MICROSECOND: Milliseconds = 0.001;

/**
 * How often each value occurred, in steps that widen with the value: one each up to 31, then 16 each doubling
 * [11]. O(1) a value. A quantile is at most half a step off, 3%, and costs O(steps that occurred), some 400.
 */
export class Histogram {
  /** By step; those that did not occur are not in it. Most objects with a `@batched` method see very few. */
  readonly #counts = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #max = 0;
  readonly #unit: number;

  /** @param unit what the steps are counted in, and so the finest difference that is told */
  constructor(unit: number) {
    this.#unit = unit;
  }

  /** @param value 0 or more */
  record(value: number): void {
    const step = stepOf(Math.min(Math.round(value / this.#unit), HIGHEST));
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + 1);
    this.#count++;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  summary(): Summary {
    const [p50, p95, p99] = this.#quantiles([0.5, 0.95, 0.99]) as [number, number, number];
    return { count: this.#count, mean: this.#sum / Math.max(this.#count, 1), p50, p95, p99, max: this.#max };
  }

  /** @param shares from 0 to 1, in ascending order */
  #quantiles(shares: readonly number[]): number[] {
    const steps = [...this.#counts].sort(([a], [b]) => a - b);
    let seen = 0;
    let next = 0;
    return shares.map((share) => {
      while (next < steps.length && seen < share * this.#count) seen += steps[next++]![1];
      return next === 0 ? 0 : Math.min(middleOf(steps[next - 1]![0]) * this.#unit, this.#max);
    });
  }
}

/** The accounts of one processor. */
export class Statistics {
  turnedAway = 0;
  #failures = 0;
  readonly #batches: Record<Cause, number> = { window: 0, size: 0, demand: 0 };
  readonly #sizes = new Histogram(1);
  readonly #waitsMs = new Histogram(MICROSECOND);
  readonly #latenciesMs = new Histogram(MICROSECOND);

  begun(size: number, cause: Cause, waitMs: Milliseconds): void {
    this.#batches[cause]++;
    this.#sizes.record(size);
    this.#waitsMs.record(waitMs);
  }

  done(latencyMs: Milliseconds, failures: number): void {
    this.#latenciesMs.record(latencyMs);
    this.#failures += failures;
  }

  report(): BatchStats {
    return {
      batches: { ...this.#batches },
      failures: this.#failures,
      turnedAway: this.turnedAway,
      sizes: this.#sizes.summary(),
      waitsMs: this.#waitsMs.summary(),
      latenciesMs: this.#latenciesMs.summary(),
    };
  }
}

// #region steps
/** The step of an integer: itself up to 31, then its leading five bits and how far they had to be moved. */
function stepOf(integer: number): number {
  const shift = Math.max(31 - Math.clz32(integer) - STEP_BITS, 0);
  return shift * STEPS + (integer >>> shift);
}

/** The middle of the integers that share a step. */
function middleOf(step: number): number {
  const shift = Math.max(Math.floor(step / STEPS) - 1, 0);
  const first = (step - shift * STEPS) * 2 ** shift;
  return first + (2 ** shift - 1) / 2;
}
// #endregion steps
