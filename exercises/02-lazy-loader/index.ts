export * from './contract.ts';
export * from './lazy-loader.ts';
