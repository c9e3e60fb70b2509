export * from './contract.ts';
export * from './compressed-storage.ts';
