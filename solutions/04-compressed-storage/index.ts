export * from '#contract/04-compressed-storage';
export * from './compressed-storage.ts';
