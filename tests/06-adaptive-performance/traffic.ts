import type { AdaptiveCache, PartitionStrategy } from '#exercise/06-adaptive-performance';
import { macrotask } from '../deferred.ts';

/** Asks for each key in turn, as a caller does. */
export function ask(cache: AdaptiveCache, ...keys: string[]): void {
  for (const key of keys) cache.get(key, () => `value of ${key}`);
}

/**
 * Asks for each key, and tells which part of those that begin with `prefix` was found. Lets others run now and
 * then: a slow cache is no endless loop.
 */
export async function hitRatio(cache: AdaptiveCache, keys: readonly string[], prefix = ''): Promise<number> {
  let asked = 0;
  let found = 0;
  for (const [index, key] of keys.entries()) {
    if (index % 500 === 0) await macrotask();
    let isFound = true;
    cache.get(key, () => {
      isFound = false;
      return key;
    });
    if (!key.startsWith(prefix)) continue;
    asked++;
    if (isFound) found++;
  }
  return found / asked;
}

export const keysOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix} ${i}`);

/** Keys belong to the partition that their first word names. */
export const firstWord = (key: string) => key.split(' ', 1)[0]!;

export const halves: PartitionStrategy = {
  partitionOf: firstWord,
  shares: { entity: 0.5, report: 0.5 },
};

export const capacitiesOf = (cache: AdaptiveCache) =>
  Object.fromEntries(cache.partitions().map(({ name, capacity }) => [name, capacity]));
