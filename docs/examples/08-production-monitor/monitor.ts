import assert from 'node:assert/strict';
import { ProductionMonitor } from '../../../reference/08-production-monitor/index.ts';

// #region monitor
let now = 0;
const monitor = new ProductionMonitor({ now: () => now });
const queue = monitor.metrics.gauge('queue');
const pages: string[] = [];

monitor.setupAlerts({
  rules: [
    {
      name: 'queue-is-long',
      severity: 'page',
      summary: 'Orders wait for more than a minute',
      when: { kind: 'value', signal: { metric: 'queue' }, is: 'above', threshold: 100 },
      forMs: 60_000,
      keepFiringMs: 300_000,
    },
  ],
  notify: ({ rule, state }) => void pages.push(`${rule.name} ${state}`),
});
for (const length of [90, 120, 130, 80, 140, 70, 20]) { // comes and goes
  queue.set(length);
  monitor.tick();
  now += 60_000;
}
assert.deepEqual(pages, ['queue-is-long firing']);
// #endregion monitor
