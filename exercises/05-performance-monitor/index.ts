export * from './contract.ts';
export * from './histogram.ts';
export * from './performance-monitor.ts';
export * from './report.ts';
