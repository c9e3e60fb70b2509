import assert from 'node:assert/strict';
import { memoryStressTest } from '../../../reference/07-benchmark-lab/index.ts';

// #region leak
/** Heaps after each of 24 rounds: one fills up, the other never stops. */
const heapOf = (bytesAfter: (round: number) => number) => {
  let round = 0;
  return () => bytesAfter(round++);
};
const cache = await memoryStressTest(() => {}, { heap: heapOf((round) => 1e6 + 2e4 * Math.min(round, 8)) });
const leak = await memoryStressTest(() => {}, { heap: heapOf((round) => 1e6 + 7e3 * round) });

assert.equal(cache.readings.at(-1)! - cache.readings[0]!, 160_000); // before and after they look alike
assert.equal(leak.readings.at(-1)! - leak.readings[0]!, 161_000);
assert.deepEqual([cache.isLeaking, leak.isLeaking], [false, true]);
// #endregion leak
