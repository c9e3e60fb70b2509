export * from '#contract/03-batch-processor';
export * from './batch-processor.ts';
