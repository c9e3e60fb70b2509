export * from './contract.ts';
export * from './metadata-cache.ts';
