// For tests: what must hold of a storage between any two operations.

import { type MemoryOptimizedStorage, residentsOf } from './compressed-storage.ts';

/** Throws an error that says what is not as it should be. O(entries). */
export function checkInvariants(storage: MemoryOptimizedStorage): void {
  residentsOf(storage).check();
}
