import assert from 'node:assert/strict';
import { LazyMetadataLoader } from '../../../reference/02-lazy-loader/index.ts';

// #region loader
const loader = new LazyMetadataLoader({ attempts: 3, refreshAfterMs: 60_000 });
let loads = 0;
loader.register('Country', async () => {
  loads++;
  return 'NL';
});
loader.register('Address', ({ dependencies: [country] }) => `Delft, ${String(country)}`, ['Country']);

const [address, country] = await Promise.all([loader.get('Address'), loader.get('Country')]);
assert.deepEqual([address, country, loads], ['Delft, NL', 'NL', 1]); // both wait for one load

assert.deepEqual(loader.invalidate('Country').sort(), ['Address', 'Country']);
await loader.get('Address');
assert.equal(loads, 2);
// #endregion loader
