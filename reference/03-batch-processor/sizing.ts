// How large, and how long: what a batch that is over says of the next one. Arithmetic only.

import type { Milliseconds } from './options.ts';

export interface SizeBounds {
  readonly minBatchSize: number;
  readonly maxBatchSize: number;
}

/** What is known of a batch that is done. */
export interface BatchSample {
  readonly size: number;
  readonly latencyMs: Milliseconds;
}

// ---- How large, by latency ------------------------------------------------------------------------------

/** As TCP adds one segment a round trip when there was no congestion [3]. */
const INCREASE = 1;
/** What is left at most of a size that was too large: a tenth less, as in Clipper [5]. */
const MILDEST_CUT = 0.9;
/** What is left at least, however late a batch was: TCP's half [3]. */
const DEEPEST_CUT = 0.5;

// #region sizeByLatency
/**
 * The size that a key's batches have after `sample`: AIMD, additive increase and multiplicative decrease [4].
 *
 * A batch that was late cuts the size in the proportion in which it was late, within bounds: where latency
 * grows with size, that is as much as is needed, and near the target a tenth is enough. A batch that was in
 * time lets the size grow by one, but only if it was full. A half-empty batch that is in time says nothing of
 * a full one, and a size that grew on such evidence would be far too large on the day that it is used [9].
 *
 * A batch larger than `size` was begun before the last cut, and what it has to say led to that cut already:
 * one incident, one cut, however many batches were under way.
 *
 * Where latency is noisy the size settles where gains and losses balance: a share of about 1 ÷ (1 + size ÷
 * 10) of the full batches is late. The target is therefore a high percentile and not a mean, without anybody
 * keeping one.
 */
export function sizeByLatency(
  size: number,
  sample: BatchSample,
  targetMs: Milliseconds,
  { minBatchSize, maxBatchSize }: SizeBounds,
): number {
  if (sample.size > size) return size;
  if (sample.latencyMs > targetMs) {
    const left = Math.min(Math.max(targetMs / sample.latencyMs, DEEPEST_CUT), MILDEST_CUT);
    return Math.max(Math.floor(size * left), minBatchSize);
  }
  return sample.size === size ? Math.min(size + INCREASE, maxBatchSize) : size;
}
// #endregion sizeByLatency

// ---- How large, by efficiency ---------------------------------------------------------------------------

/** Below this share of the memory a size may grow. */
const PRESSURE_TO_GROW = 0.8;
/** Above this share it must shrink. */
const PRESSURE_TO_SHRINK = 0.9;

/**
 * The size by the rule that `optimizeBatchSize` promises: a fifth more where the efficiency is above
 * `target`, a fifth less where it is below. Rounded away from `size`, so that small ones move too.
 *
 * Its weakness is the measure. If n operations take c + d·n, the efficiency is 1,000·n ÷ (c + d·n)²: it
 * rises up to n = c ÷ d and falls from there on, so a target is met at two sizes or at none. The larger is
 * stable, in steps of a fifth. Below the smaller, every step down makes things worse and asks for the next.
 * And a database that takes 3 times as long divides the efficiency by 9, which no size makes up for.
 */
export function sizeByEfficiency(
  size: number,
  efficiency: number,
  pressure: number,
  target: number,
  { minBatchSize, maxBatchSize }: SizeBounds,
): number {
  const mayGrow = efficiency > target && pressure < PRESSURE_TO_GROW;
  const mustShrink = efficiency < target || pressure > PRESSURE_TO_SHRINK;
  if (mayGrow) return Math.min(Math.ceil(size * 1.2), maxBatchSize);
  return mustShrink ? Math.max(Math.floor(size * 0.8), minBatchSize) : size;
}

// ---- How long -------------------------------------------------------------------------------------------

/** The weight of the latest observation, as that of the latest round trip in TCP's smoothed one [10]. */
const NEWEST = 1 / 8;
/** What a key is credited with before anything is known of it. */
export const SOCIABLE = 1;

// #region companyAfter
/**
 * How likely it is, from 0 to 1, that a batch which waits for its whole window is joined by somebody: the
 * moving average of whether that was so. A rate of arrivals would do too, but a single burst lifts it to a
 * thousand times what it was, and takes dozens of batches to be forgotten; a yes or no cannot exaggerate.
 *
 * @param joined whether the latest batch had, or would have had, a second operation within the window
 */
export function companyAfter(company: number, joined: boolean): number {
  return company + ((joined ? 1 : 0) - company) * NEWEST;
}

/** Waiting pays where company is likelier than not. Elsewhere the lone operation is delayed for nobody. */
export function windowFor(company: number, windowMs: Milliseconds, idleWindowMs: Milliseconds): Milliseconds {
  return company >= 0.5 ? windowMs : idleWindowMs;
}
// #endregion companyAfter
