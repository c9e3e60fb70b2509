import assert from 'node:assert/strict';
import { growthOf } from '../../../reference/07-benchmark-lab/index.ts';

// #region growth
/** How many elements `indexOf` looks at on the way to the last one: a count, so there is no noise. */
const costs = [100, 200, 400, 800].map((n) => ({ n, cost: n }));

const { exponent, interval } = growthOf(costs);
assert.equal(exponent.toFixed(2), '1.00'); // n to the power of 1: it is linear
assert.deepEqual(interval.map((bound) => bound.toFixed(2)), ['1.00', '1.00']);
// #endregion growth
