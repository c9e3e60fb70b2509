import assert from 'node:assert/strict';
import { PredictiveLoader } from '../../../reference/06-adaptive-performance/index.ts';

// #region loader
const loader = new PredictiveLoader();
for (const key of ['order', 'lines', 'invoice']) loader.register(key, async () => `the ${key}`);

for (let request = 0; request < 3; request++) {
  await loader.session(async () => {
    await loader.get('order');
    await loader.get('lines');
  });
}
assert.deepEqual(loader.predictNextAccess('order'), ['lines']); // and never the invoice
// #endregion loader
