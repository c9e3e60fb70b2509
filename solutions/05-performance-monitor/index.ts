export * from '#contract/05-performance-monitor';
export * from './histogram.ts';
export * from './performance-monitor.ts';
export * from './report.ts';
