import assert from 'node:assert/strict';
import { OptimizedMetadataCache } from '../../../reference/01-metadata-cache/index.ts';

// #region cache
let now = 0;
const cache = new OptimizedMetadataCache({ maxEntries: 2, ttlMs: 60_000, now: () => now });

assert.equal(cache.get('Order', () => 'described'), 'described'); // computed, and remembered
assert.equal(cache.get('Order'), 'described');
cache.set('Product', 'described too');
cache.set('Customer', 'and a third'); // there is room for two: the one goes that was used longest ago
assert.equal(cache.has('Order'), false);
assert.deepEqual([...cache.keys()], ['Customer', 'Product']);

now += 60_000;
assert.equal(cache.size, 0);
assert.equal(cache.stats().hitRatio, 0.5); // one of two calls of get was answered
// #endregion cache
