export * from '#contract/06-adaptive-performance';
export * from './adaptive-cache.ts';
export * from './predictive-loader.ts';
export * from './real-time-optimizer.ts';
export * from './check-predictor.ts';
