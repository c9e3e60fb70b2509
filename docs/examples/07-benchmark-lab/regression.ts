import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Metrics, PerformanceRegressionTester, regressionReport } from '../../../reference/07-benchmark-lab/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'hotpath-example-'));

// #region regression
const tester = new PerformanceRegressionTester(join(folder, 'baseline.json'));
const measured = (time: number, yardstick: number): Metrics => ({
  describe: { time: [[time, time], [time, time]], yardstick: [[yardstick, yardstick], [yardstick, yardstick]] },
});
tester.establishBaseline(measured(500, 1_000));

assert.ok(tester.validatePerformance(measured(1_000, 2_000)).success); // the machine is slow today, not the program
const result = tester.validatePerformance(measured(800, 1_000));
assert.match(regressionReport(result), /regression: describe, time × 1\.60/);
// #endregion regression
rmSync(folder, { recursive: true });
