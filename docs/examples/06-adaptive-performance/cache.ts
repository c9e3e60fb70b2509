import assert from 'node:assert/strict';
import { AdaptiveCache } from '../../../reference/06-adaptive-performance/index.ts';

// #region cache
const cache = new AdaptiveCache({ maxEntries: 1_000, load: (path) => `the page ${path}` });
await cache.warmCache(['/', '/cart']); // into free room

const partitionOf = (key: string) => (key.startsWith('/') ? 'pages' : 'reports');
cache.partitionCache({ partitionOf, shares: { pages: 0.7, reports: 0.3 } });
for (let i = 0; i < 5_000; i++) cache.get(`order ${i}`, () => i);
assert.ok(cache.has('/cart')); // who scans has room of its own, and what nobody uses

cache.adaptCacheSize(0.9); // what memoryPressure() said, from a timer
assert.equal(cache.capacity, 750);
// #endregion cache
