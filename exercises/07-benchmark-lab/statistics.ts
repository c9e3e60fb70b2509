import {
  CONFIDENCE,
  type Generations,
  type Interval,
  LEAST_PAIRS,
  LEVEL,
  ONE_GENERATION,
  type Ratio,
  type Verdict,
} from '#contract/07-benchmark-lab';
import { todo } from '#todo';

/**
 * The value below which a share of the values lies, between two of them by interpolation.
 *
 * @param share from 0 to 1
 * @throws RangeError if there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  todo('7.1');
}

/** @throws RangeError if there are no values */
export function median(values: readonly number[]): number {
  todo('7.1');
}

/** Median absolute deviation: the spread that half of the values keep to, whatever the others do. */
export function mad(values: readonly number[]): number {
  todo('7.1');
}

/**
 * How `a` compares with `b`, measured in the same rounds.
 *
 * @returns the interval from 0 to Infinity if the two met in fewer than `LEAST_PAIRS` rounds
 */
export function ratioOf(a: Generations, b: Generations): Ratio {
  todo('7.1');
}

/** What may be said of a subject by the ratio of its values to another's, where `aa` is one's to its own. */
export function verdictOf({ interval: [low, high] }: Ratio, aa: Ratio): Verdict {
  todo('7.1');
}
