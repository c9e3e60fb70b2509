// What the processor did, in a few hundred bytes however long it has been doing it.

import type { BatchStats, Cause, Milliseconds, Summary } from './options.ts';

/** Steps in each doubling of the value, a power of two: a step is at most 1/16 of its values wide. */
const STEPS = 16;
const STEP_BITS = Math.log2(STEPS);
/** As far as the integer arithmetic goes. */
const HIGHEST = 2 ** 31 - 1;

const MICROSECOND: Milliseconds = 0.001;

/**
 * How often each value occurred, in steps that widen with the value: one each up to 2 × 16, then 16 each doubling [6].
 * O(1) a value; a quantile is O(steps) and at most half a step, 3%, off. Only as many steps are kept as were needed.
 */
export class Histogram {
  #counts = new Uint32Array(STEPS);
  #count = 0;
  #sum = 0;
  #max = 0;
  readonly #unit: number;

  /** @param unit what the steps are counted in: half of it is the finest difference that is told */
  constructor(unit: number) {
    this.#unit = unit;
  }

  /** @param value 0 or more */
  record(value: number): void {
    const step = stepOf(Math.min(Math.round(value / this.#unit), HIGHEST));
    if (step >= this.#counts.length) this.#grow(step);
    this.#counts[step]!++;
    this.#count++;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  summary(): Summary {
    return {
      count: this.#count,
      mean: this.#count === 0 ? 0 : this.#sum / this.#count,
      p50: this.#quantile(0.5),
      p95: this.#quantile(0.95),
      p99: this.#quantile(0.99),
      max: this.#max,
    };
  }

  #quantile(share: number): number {
    const rank = Math.max(Math.ceil(share * this.#count), 1);
    let seen = 0;
    for (let step = 0; step < this.#counts.length; step++) {
      seen += this.#counts[step]!;
      if (seen >= rank) return Math.min(middleOf(step) * this.#unit, this.#max);
    }
    return 0;
  }

  #grow(step: number): void {
    const counts = new Uint32Array(Math.ceil((step + 1) / STEPS) * STEPS);
    counts.set(this.#counts);
    this.#counts = counts;
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
/** The step of an integer: itself up to 31; from there on its leading five bits, and how far they had to be moved. */
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
