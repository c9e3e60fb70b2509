import {
  collectedHeap,
  type Cost,
  type Growth,
  type MemoryTestResults,
  positiveInteger,
  type StressOptions,
} from '#contract/07-benchmark-lab';
import { todo } from '#todo';

/**
 * The exponent by which a cost grows. O(m²) of m costs.
 *
 * @throws RangeError if a cost or a size is not above 0, or all sizes are the same
 */
export function growthOf(costs: readonly Cost[]): Growth {
  todo('7.4');
}

/**
 * Whether `round`, done again and again, leaves something behind.
 *
 * @throws TypeError or RangeError if `rounds` is no integer from 1; RangeError if it is too few for a slope
 */
export async function memoryStressTest(round: () => unknown, options: StressOptions = {}): Promise<MemoryTestResults> {
  const { rounds = 24, tolerance = 256, heap = collectedHeap } = options;
  todo('7.4');
}
