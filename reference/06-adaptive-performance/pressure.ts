// How large the cache should be: arithmetic, which changes nothing and asks nobody.

import {
  CALM_READINGS,
  GROW_SHARE,
  HIGH_PRESSURE,
  LOW_PRESSURE,
  type MemoryReading,
  readMemory,
  SHRINK_FACTOR,
} from './options.ts';

/** How near the process is to a limit of its memory: 0 is far away, 1 is there. */
export function memoryPressure(reading: MemoryReading = readMemory()): number {
  const { rss, heapUsed, heapLimit, memoryLimit = 0 } = reading;
  const ofMemory = memoryLimit > 0 ? rss / memoryLimit : 0;
  return Math.min(1, Math.max(heapUsed / heapLimit, ofMemory));
}

/** Where a capacity stands. */
export interface Sizing {
  readonly capacity: number;
  /** How many of the latest readings in a row were calm, since it grew. */
  readonly calmReadings: number;
}

/**
 * What follows from one more reading. Down by a factor, at once, since the alternative is to be killed; up by a
 * constant, when it has been calm for a while, since the alternative is only some misses. With two limits that lie
 * apart, what the one change does to the pressure does not call for the other.
 */
export function resized(
  { capacity, calmReadings }: Sizing,
  pressure: number,
  { minEntries, maxEntries }: { readonly minEntries: number; readonly maxEntries: number },
): Sizing {
  if (pressure >= HIGH_PRESSURE) {
    return { capacity: Math.max(minEntries, Math.floor(capacity * SHRINK_FACTOR)), calmReadings: 0 };
  }
  if (pressure > LOW_PRESSURE) return { capacity, calmReadings: 0 };
  if (calmReadings + 1 < CALM_READINGS) return { capacity, calmReadings: calmReadings + 1 };
  const more = Math.max(1, Math.round(maxEntries * GROW_SHARE));
  return { capacity: Math.min(maxEntries, capacity + more), calmReadings: 0 };
}
