import { OptimizedMetadataCache } from '../../../reference/01-metadata-cache/index.ts';
import { LazyMetadataLoader } from '../../../reference/02-lazy-loader/index.ts';
import { BatchMetadataProcessor } from '../../../reference/03-batch-processor/index.ts';
import type { Parts } from '../../../reference/07-benchmark-lab/index.ts';

/** The references, as the laboratory puts them to the test. */
export const references: Parts = {
  cache: () => new OptimizedMetadataCache({ maxEntries: 10_000, ttlMs: 300_000 }),
  loader: () => new LazyMetadataLoader(),
  batches: () => new BatchMetadataProcessor({ maxBatchSize: 100 }),
};
