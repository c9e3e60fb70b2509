import assert from 'node:assert/strict';
import { measured, MetadataPerformanceMonitor } from '../../../reference/05-performance-monitor/index.ts';

const monitor = new MetadataPerformanceMonitor();

// #region measured
class Checkout {
  @measured(monitor, 'checkout')
  async pay(amountInCents: number): Promise<number> {
    if (amountInCents <= 0) throw new RangeError('nothing to pay');
    return amountInCents;
  }
}

await new Checkout().pay(100);
await assert.rejects(new Checkout().pay(0), RangeError);
const [checkout] = monitor.getMetrics().operations;
assert.deepEqual([checkout!.count, checkout!.errors], [2, 1]);
// #endregion measured
