import assert from 'node:assert/strict';
import { RealTimeOptimizer } from '../../../reference/06-adaptive-performance/index.ts';

// #region optimizer
let batchSize = 20;
const optimizer = new RealTimeOptimizer({
  parameters: [{ name: 'batch size', value: 20, min: 1, max: 500, step: 10, apply: (value) => (batchSize = value) }],
  objective: () => 1_000 / batchSize + batchSize / 10, // measured, in earnest: it is least at 100
  maxWorkers: 16,
});
for (let i = 0; i < 300; i++) optimizer.autoTuneParameters();
assert.ok(Math.abs(batchSize - 100) <= 10);

// 120 requests a second keep 6 workers busy for 50 ms each, and 8 for three quarters of their time.
optimizer.scaleBasedOnLoad({ arrivalsPerSecond: 120, completionsPerSecond: 120, serviceMs: 50, responseMs: 80 });
assert.equal(optimizer.workers, 8);
// #endregion optimizer
