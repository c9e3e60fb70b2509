export * from '#contract/01-metadata-cache';
export * from './metadata-cache.ts';
