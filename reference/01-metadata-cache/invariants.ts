// For tests: what must hold of a cache between any two operations.

import { type OptimizedMetadataCache, residentsOf } from './metadata-cache.ts';

/** Throws an error that says what is not as it should be. O(capacity). */
export function checkInvariants(cache: OptimizedMetadataCache): void {
  const { maxEntries, maxSize, residents } = residentsOf(cache);
  const { index, policy, stale, totalSize } = residents;
  residents.check();
  stale?.check();

  const ordered = [...policy.slots()];
  const distinct = new Set(ordered);
  if (distinct.size !== ordered.length) throw new Error('the policy holds a slot twice');
  if (distinct.size !== index.size) throw new Error('the policy holds more or fewer slots than are taken');
  for (const slot of index.values()) {
    if (!distinct.has(slot)) throw new Error(`the policy lacks slot ${slot}`);
  }

  const count = index.size + (stale?.index.size ?? 0);
  if (count > maxEntries) throw new Error(`${count} are kept, which is more than ${maxEntries}`);
  const size = totalSize + (stale?.totalSize ?? 0);
  if (size > maxSize) throw new Error(`${size} is kept, which is more than ${maxSize}`);
  for (const key of stale?.index.keys() ?? []) {
    if (index.has(key)) throw new Error(`'${key}' is both kept and stale`);
  }
}
