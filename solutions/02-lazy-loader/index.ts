export * from '#contract/02-lazy-loader';
export * from './lazy-loader.ts';
