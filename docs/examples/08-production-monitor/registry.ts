import assert from 'node:assert/strict';
import { formatMetrics, MetricsRegistry } from '../../../reference/08-production-monitor/index.ts';

// #region registry
const metrics = new MetricsRegistry({ maxSeries: 2 });
const requests = metrics.counter('requests_total', { help: 'Requests.', labels: ['route'] });

for (const route of ['/', '/cart', '/', '/orders/17', '/orders/18']) requests.inc(1, { route });

const page = [
  '# HELP requests_total Requests.',
  '# TYPE requests_total counter',
  'requests_total{route="/"} 2',
  'requests_total{route="/cart"} 1',
  'requests_total{route="other"} 2', // for which there was no room
  '',
];
assert.equal(formatMetrics(metrics.snapshot()), page.join('\n'));
// #endregion registry
