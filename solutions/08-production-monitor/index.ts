export * from '#contract/08-production-monitor';
export * from './dashboard.ts';
export * from './exposition.ts';
export * from './metrics.ts';
export * from './production-monitor.ts';
export * from './runbook.ts';
