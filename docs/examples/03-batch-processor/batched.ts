import assert from 'node:assert/strict';
import { batched, flushBatched } from '../../../reference/03-batch-processor/index.ts';

// #region batched
class Catalogue {
  queries = 0;

  @batched('titlesOf', { windowMs: 1_000 })
  titleOf(_id: number): Promise<string> {
    throw new Error('never called: titlesOf answers');
  }

  titlesOf(ids: readonly number[]): string[] {
    this.queries++;
    return ids.map((id) => `title ${id}`);
  }
}

const catalogue = new Catalogue();
const titles = Promise.all([1, 2, 3].map((id) => catalogue.titleOf(id)));
await flushBatched(catalogue); // what is waiting goes now, and not after a second
assert.deepEqual(await titles, ['title 1', 'title 2', 'title 3']);
assert.equal(catalogue.queries, 1);
// #endregion batched
