import assert from 'node:assert/strict';
import { MetadataPerformanceMonitor } from '../../../reference/05-performance-monitor/index.ts';

// #region monitor
let now = 0;
const monitor = new MetadataPerformanceMonitor({ now: () => now });

monitor.measure('request', () => {
  now += 1;
  monitor.measure('describe', () => (now += 3));
});

const [request] = monitor.getMetrics().operations.filter(({ operation }) => operation === 'request');
assert.deepEqual([request!.totalMs, request!.selfMs], [4, 1]); // of its own, 1 ms
// #endregion monitor
