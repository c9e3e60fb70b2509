// What samples say of a subject, and what they do not. Arithmetic only; nothing here keeps anything.

/** How sure an interval is to hold the truth, if its assumptions hold. */
export const CONFIDENCE = 0.99;
const RESAMPLES = 1_000;
/** Two subjects whose ratio is at most this, one way or the other, are level for all that anybody will notice. */
export const LEVEL = 1.1;
/** Fewer rounds in common are no measurement. */
const LEAST_PAIRS = 3;
/** By this factor one pair of processes may be off: where memory happened to lie, when code happened to be compiled. */
const ONE_GENERATION = 1.25;

/** From where to where, both included. */
export type Interval = readonly [low: number, high: number];

/** `ratio` of a to b: 2 is "a takes twice as long". */
export interface Ratio {
  readonly ratio: number;
  readonly interval: Interval;
}

/** What may be said of a subject beside another: see {@link verdictOf}. */
export type Verdict = 'ahead' | 'level' | 'behind' | 'inconclusive';

/** Numbers from 0 to below 1, the same for the same seed: T. Ettinger's mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The value below which a share of the values lies, between two of them by interpolation.
 *
 * @param share from 0 to 1
 * @throws RangeError if there are no values
 */
export function quantile(values: readonly number[] | Float64Array, share: number): number {
  if (values.length === 0) throw new RangeError('quantile needs at least one value, received none');
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** Half of the values lie below it. @throws RangeError if there are no values */
export const median = (values: readonly number[] | Float64Array) => quantile(values, 0.5);

/** Median absolute deviation: the spread that half of the values keep to, whatever the others do. */
export function mad(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/** The samples of one subject by generation of processes, then by round; NaN where it sat a round out. */
export type Generations = readonly (readonly number[])[];

// #region ratio
/**
 * How `a` compares with `b`, measured in the same rounds.
 *
 * Each round gives one ratio, so that whatever slowed the machine for that round slowed both sides of it; each
 * generation the median of its rounds; all of them the geometric mean. The interval is a bootstrap [2] that draws
 * as the measurement drew: generations first, then rounds within them. Were the rounds all thrown together, a
 * hundred rounds of one pair of processes would pass for a hundred pairs, and a memory layout for a property
 * of the program.
 *
 * @returns the interval from 0 to Infinity if the two met in fewer than three rounds
 */
export function ratioOf(a: Generations, b: Generations, random = randomNumbers(1)): Ratio {
  const generations = a
    .map((rounds, g) => rounds.map((value, i) => Math.log(value / (b[g]?.[i] ?? NaN))).filter(Number.isFinite))
    .filter((rounds) => rounds.length > 0);
  const ratio = Math.exp(mean(generations.map(median)));
  if (generations.flat().length < LEAST_PAIRS) return { ratio, interval: [0, Infinity] };
  const [low, high] = bootstrap(() => {
    let sum = 0;
    for (let i = 0; i < generations.length; i++) sum += median(drawn(drawnOne(generations, random), random));
    return sum / generations.length;
  });
  const doubt = generations.length === 1 ? ONE_GENERATION : 1; // of which the rounds of one generation know nothing
  return { ratio, interval: [Math.exp(low) / doubt, Math.exp(high) * doubt] };
}
// #endregion ratio

/** The interval that holds {@link CONFIDENCE} of what `statistic` gives, drawing anew at each call. */
export function bootstrap(statistic: () => number): Interval {
  const values = Float64Array.from({ length: RESAMPLES }, statistic);
  return [quantile(values, (1 - CONFIDENCE) / 2), quantile(values, (1 + CONFIDENCE) / 2)];
}

/**
 * How `a` compares with `b`, measured at another time: generations and rounds are drawn for each side by itself. All
 * that has changed in between is in the ratio, so measure something that never changes beside both.
 */
export function ratioApart(a: Generations, b: Generations, random = randomNumbers(1)): Ratio {
  const [as, bs] = [a, b].map((side) => side.map((rounds) => rounds.map(Math.log).filter(Number.isFinite)));
  const drawnMean = (side: number[][]) => mean(side.map(() => median(drawn(drawnOne(side, random), random))));
  const ratio = Math.exp(mean(as!.map(median)) - mean(bs!.map(median)));
  const [low, high] = bootstrap(() => drawnMean(as!) - drawnMean(bs!));
  return { ratio, interval: [Math.exp(low), Math.exp(high)] };
}

// #region verdict
/**
 * What may be said of a subject by the ratio of its values to another's.
 *
 * The interval has the noise in it. What it can't have is a bias that is there in every round, such as a processor that
 * is slower than the other; of that a subject tells that was measured against itself, `aa`. By whatever factor it came
 * out, the truth about the others may be that much further out than their interval says, and what is not clear of it
 * is not claimed.
 *
 * {@includeCode ../../docs/examples/07-benchmark-lab/compare.ts#compare}
 */
export function verdictOf({ interval: [low, high] }: Ratio, aa: Ratio): Verdict {
  const clear = Math.max(LEVEL, doubtOf(aa));
  if (high < 1 / clear) return 'ahead';
  if (low > clear) return 'behind';
  return clear === LEVEL && low >= 1 / LEVEL && high <= LEVEL ? 'level' : 'inconclusive';
}
// #endregion verdict

/** By which factor a measurement of the same against the same was wrong, from 1; NaN if there was none. */
export function doubtOf({ ratio }: Ratio): number {
  return Math.max(ratio, 1 / ratio);
}

// ---- Lines --------------------------------------------------------------------------------------------------

/** On a line, or near it. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * How steeply y rises with x, robustly: the median of the slopes between every two points (Theil and Sen [3]). Of
 * the points a quarter may be nonsense. O(n²).
 */
export function slopeOf(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [i, { x, y }] of points.entries()) {
    for (let j = 0; j < i; j++) {
      const other = points[j]!;
      if (other.x !== x) slopes.push((y - other.y) / (x - other.x));
    }
  }
  return median(slopes);
}

/** {@link slopeOf}, and how well the points know it. A draw of points that all have one x is drawn again. */
export function slopeWithInterval(
  points: readonly Point[],
  random = randomNumbers(1),
): { readonly slope: number; readonly interval: Interval } {
  if (new Set(points.map(({ x }) => x)).size < 2) {
    throw new RangeError(`a slope needs points at two places at least, received ${points.length} at one`);
  }
  const interval = bootstrap(() => {
    let draw = drawn(points, random);
    while (draw.every(({ x }) => x === draw[0]!.x)) draw = drawn(points, random);
    return slopeOf(draw);
  });
  return { slope: slopeOf(points), interval };
}

// ---- Drawing ------------------------------------------------------------------------------------------------

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function drawnOne<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)]!;
}

/** As many as there are, with replacement. */
function drawn<T>(values: readonly T[], random: () => number): T[] {
  return values.map(() => drawnOne(values, random));
}
