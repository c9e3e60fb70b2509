export * from './contract.ts';
export * from './batch-processor.ts';
