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
// #region solution only
import { randomNumbers } from '#framework';

const RESAMPLES = 1_000;
// #endregion

/**
 * The value below which a share of the values lies, between two of them by interpolation.
 *
 * @param share from 0 to 1
 * @throws RangeError if there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  // #region step 7.1
  if (values.length === 0) throw new RangeError('quantile needs at least one value, received none');
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
  // #endregion
}

/** @throws RangeError if there are no values */
export function median(values: readonly number[]): number {
  // #region step 7.1
  return quantile(values, 0.5);
  // #endregion
}

/** Median absolute deviation: the spread that half of the values keep to, whatever the others do. */
export function mad(values: readonly number[]): number {
  // #region step 7.1
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
  // #endregion
}

/**
 * How `a` compares with `b`, measured in the same rounds.
 *
 * @returns the interval from 0 to Infinity if the two met in fewer than `LEAST_PAIRS` rounds
 */
export function ratioOf(a: Generations, b: Generations): Ratio {
  // #region step 7.1
  const generations = a
    .map((rounds, g) => rounds.map((value, i) => Math.log(value / (b[g]?.[i] ?? NaN))).filter(Number.isFinite))
    .filter((rounds) => rounds.length > 0);
  const ratio = Math.exp(mean(generations.map(median)));
  if (generations.flat().length < LEAST_PAIRS) return { ratio, interval: [0, Infinity] };
  const random = randomNumbers(1);
  const [low, high] = bootstrap(() => drawnMean(generations, random));
  const doubt = generations.length === 1 ? ONE_GENERATION : 1;
  return { ratio, interval: [Math.exp(low) / doubt, Math.exp(high) * doubt] };
  // #endregion
}

/** What may be said of a subject by the ratio of its values to another's, where `aa` is one's to its own. */
export function verdictOf({ interval: [low, high] }: Ratio, aa: Ratio): Verdict {
  // #region step 7.1
  const clear = Math.max(LEVEL, aa.ratio, 1 / aa.ratio);
  if (high < 1 / clear) return 'ahead';
  if (low > clear) return 'behind';
  return clear === LEVEL && low >= 1 / LEVEL && high <= LEVEL ? 'level' : 'inconclusive';
  // #endregion
}
// #region solution only

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The interval that holds {@link CONFIDENCE} of what `statistic` gives, drawing anew at each call (Efron 1979). */
export function bootstrap(statistic: () => number): Interval {
  const values = Array.from({ length: RESAMPLES }, statistic);
  return [quantile(values, (1 - CONFIDENCE) / 2), quantile(values, (1 + CONFIDENCE) / 2)];
}

/** Drawn as the measurement drew: generations first, then rounds within them. */
export function drawnMean(generations: Generations, random: () => number): number {
  return mean(drawn(generations, random).map((rounds) => median(drawn(rounds, random))));
}

/** As many as there are, with replacement. */
export function drawn<T>(values: readonly T[], random: () => number): T[] {
  return values.map(() => values[Math.floor(random() * values.length)]!);
}
// #endregion
