import assert from 'node:assert/strict';
import { column, describe, entity, maxLength, required, validate } from '../../../reference/00-framework/index.ts';

// #region describe
@entity('suppliers')
class Supplier {
  @column({ type: 'uuid', primary: true }) id!: string;
  @column({ length: 80 }) @validate(required, maxLength(80)) name!: string;
}

const description = describe(Supplier);
assert.equal(description.kind, 'entity');
assert.deepEqual(description.columns.map(({ name, type }) => `${name} ${type}`), ['id uuid', 'name varchar']);
assert.notEqual(describe(Supplier), description); // as much work again, for a new object
// #endregion describe
