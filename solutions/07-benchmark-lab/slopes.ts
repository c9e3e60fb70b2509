import {
  collectedHeap,
  type Cost,
  type Growth,
  type MemoryTestResults,
  positiveInteger,
  type StressOptions,
} from '#contract/07-benchmark-lab';
// #region solution only
import type { Interval } from '#contract/07-benchmark-lab';
import { randomNumbers } from '#framework';
import { bootstrap, drawn, median } from './statistics.ts';

/** The part of the rounds in which things may fill up. */
const FILLING = 1 / 3;

interface Point {
  readonly x: number;
  readonly y: number;
}
// #endregion

/**
 * The exponent by which a cost grows. O(m²) of m costs.
 *
 * @throws RangeError if a cost or a size is not above 0, or all sizes are the same
 */
export function growthOf(costs: readonly Cost[]): Growth {
  // #region step 7.4
  for (const { n, cost } of costs) {
    if (!(n > 0 && cost > 0)) throw new RangeError(`growth needs sizes and costs above 0, received ${cost} at ${n}`);
  }
  const { slope, interval } = slopeOf(costs.map(({ n, cost }) => ({ x: Math.log(n), y: Math.log(cost) })));
  return { exponent: slope, interval };
  // #endregion
}

/**
 * Whether `round`, done again and again, leaves something behind.
 *
 * @throws TypeError or RangeError if `rounds` is no integer from 1; RangeError if it is too few for a slope
 */
export async function memoryStressTest(round: () => unknown, options: StressOptions = {}): Promise<MemoryTestResults> {
  const { rounds = 24, tolerance = 256, heap = collectedHeap } = options;
  // #region step 7.4
  const readings: number[] = [];
  for (let i = 0; i < positiveInteger('rounds', rounds); i++) {
    await round();
    readings.push(await heap());
  }
  const steady = readings.map((y, x) => ({ x, y })).slice(Math.floor(rounds * FILLING));
  const { slope, interval } = slopeOf(steady);
  return { readings, bytesPerRound: slope, interval, isLeaking: interval[0] > tolerance };
  // #endregion
}
// #region solution only

function slopeOf(points: readonly Point[]): { slope: number; interval: Interval } {
  if (new Set(points.map(({ x }) => x)).size < 2) {
    throw new RangeError(`a slope needs points at two places at least, received ${points.length} at one`);
  }
  const random = randomNumbers(1);
  const interval = bootstrap(() => {
    let draw = drawn(points, random);
    while (draw.every(({ x }) => x === draw[0]!.x)) draw = drawn(points, random);
    return medianSlope(draw);
  });
  return { slope: medianSlope(points), interval };
}

/**
 * The median of the slopes between every two points (Theil and Sen): of the points a quarter may be nonsense, where
 * least squares follow each of them.
 */
function medianSlope(points: readonly Point[]): number {
  const slopes = points.flatMap((a, i) => points.slice(i + 1).map((b) => (b.y - a.y) / (b.x - a.x)));
  return median(slopes.filter(Number.isFinite));
}
// #endregion
