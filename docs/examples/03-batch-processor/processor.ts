import assert from 'node:assert/strict';
import { BatchMetadataProcessor } from '../../../reference/03-batch-processor/index.ts';

// #region processor
const processor = new BatchMetadataProcessor({ windowMs: 2, batchSize: 100, targetLatencyMs: 50 });
const queries: (readonly string[])[] = [];
const priceOf = processor.defineBatch('prices', (articles: readonly string[]) => {
  queries.push(articles); // one query for all of them
  return articles.map((article) => (article === 'unknown' ? new RangeError('no such article') : article.length));
});

const [pen, unknown, ink] = await Promise.allSettled([priceOf('pen'), priceOf('unknown'), priceOf('ink')]);
assert.deepEqual([pen.status, unknown.status, ink.status], ['fulfilled', 'rejected', 'fulfilled']);
assert.deepEqual(queries, [['pen', 'unknown', 'ink']]);
// #endregion processor
