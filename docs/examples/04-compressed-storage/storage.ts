import assert from 'node:assert/strict';
import { MemoryOptimizedStorage, trainDictionary } from '../../../reference/04-compressed-storage/index.ts';

// #region storage
const samples = Array.from({ length: 20 }, (_, index) => ({ table: `table${index}`, columns: ['id', 'createdAt', 'updatedAt'] }));
const dictionary = trainDictionary(samples, 4_096);

const plain = new MemoryOptimizedStorage();
const primed = new MemoryOptimizedStorage({ dictionary });
const invoice = { table: 'invoices', columns: ['id', 'createdAt', 'updatedAt', 'total'] };
for (const storage of [plain, primed]) storage.store('Invoice', invoice);

assert.deepEqual(primed.retrieve('Invoice'), invoice);
assert.notEqual(primed.retrieve('Invoice'), invoice); // a copy
assert.ok(primed.metrics('Invoice')!.payloadBytes < plain.metrics('Invoice')!.payloadBytes);
// #endregion storage
