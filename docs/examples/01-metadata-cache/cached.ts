import assert from 'node:assert/strict';
import { cached, invalidateCached } from '../../../reference/01-metadata-cache/index.ts';

// #region cached
class Catalogue {
  calls = 0;

  @cached({ maxEntries: 100 })
  priceOf(article: string): number {
    this.calls++;
    return article.length;
  }
}

const catalogue = new Catalogue();
catalogue.priceOf('pen');
catalogue.priceOf('pen');
assert.equal(catalogue.calls, 1);

invalidateCached(catalogue);
catalogue.priceOf('pen');
assert.equal(catalogue.calls, 2);
// #endregion cached
