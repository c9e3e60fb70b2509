import assert from 'node:assert/strict';
import { DurationHistogram, RELATIVE_ERROR } from '../../../reference/05-performance-monitor/index.ts';

// #region histogram
const [monday, tuesday] = [new DurationHistogram(), new DurationHistogram()];
for (let i = 0; i < 990; i++) monday.record(2);
for (let i = 0; i < 10; i++) tuesday.record(500);

monday.merge(tuesday); // percentiles cannot be averaged, distributions can be added up
assert.equal(monday.count, 1_000);
assert.equal(Math.round(100 * monday.mean) / 100, 6.98);
assert.ok(Math.abs(monday.percentile(50) - 2) <= 2 * RELATIVE_ERROR);
assert.ok(Math.abs(monday.percentile(99.5) - 500) <= 500 * RELATIVE_ERROR);
// #endregion histogram
