export * from './contract.ts';
export * from './dashboard.ts';
export * from './exposition.ts';
export * from './metrics.ts';
export * from './production-monitor.ts';
export * from './runbook.ts';
