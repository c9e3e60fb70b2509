import { describe, expect, it } from 'vitest';
import { randomNumbers } from '#framework';
import { AdaptiveCache } from '#exercise/06-adaptive-performance';
import { ask, capacitiesOf, firstWord, halves, hitRatio, keysOf } from './traffic.ts';

const CAPACITY = 100;

function divided(strategy = halves): AdaptiveCache {
  const cache = new AdaptiveCache({ maxEntries: CAPACITY });
  cache.partitionCache(strategy);
  return cache;
}

const sum = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

/** In turn one of 80 keys that come again and again, by chance, and one that never comes again. */
function hotAndScan(hot: string, scanned: string, requests: number, seed: number): string[] {
  const random = randomNumbers(seed);
  return Array.from({ length: requests }, (_, i) =>
    i % 2 === 0 ? `${hot} ${Math.floor(random() * 80)}` : `${scanned} once ${seed} ${i}`,
  );
}

/** In turn an entity and a report, each of 200, the first ones more often: much more than there is room for. */
function skewed(requests: number): string[] {
  const random = randomNumbers(3);
  return Array.from(
    { length: requests },
    (_, i) => `${i % 2 === 0 ? 'entity' : 'report'} ${Math.floor(random() ** 2 * 200)}`,
  );
}

describe('6.2 Partition', () => {
  describe("6.2.1 The capacities are as the shares say, and the cache's together", () => {
    const thirds = { entity: 1 / 3, route: 1 / 3, report: 1 / 3 };

    it('at first', () => {
      const cache = divided({ partitionOf: firstWord, shares: { entity: 0.5, route: 0.3, report: 0.2 } });
      expect(cache.partitions(), 'partitions').toEqual([
        { name: 'entity', size: 0, capacity: 50 },
        { name: 'route', size: 0, capacity: 30 },
        { name: 'report', size: 0, capacity: 20 },
      ]);
    });

    it('none of them off by 1, where it does not come out even', () => {
      const capacities = Object.values(capacitiesOf(divided({ partitionOf: firstWord, shares: thirds })));
      expect(sum(capacities), 'sum of the capacities').toBe(CAPACITY);
      for (const capacity of capacities) expect([33, 34], 'a third of 100').toContain(capacity);
    });

    it('when the cache has shrunk', () => {
      const cache = divided({ partitionOf: firstWord, shares: { entity: 0.6, route: 0.4 } });
      cache.adaptCacheSize(0.9);
      expect(capacitiesOf(cache), 'capacities').toEqual({ entity: 45, route: 30 });
    });

    it('when traffic has moved them', () => {
      const cache = divided({ partitionOf: firstWord, shares: thirds });
      const keys = hotAndScan('entity', 'report', 3_000, 1);
      for (let from = 0; from < keys.length; from += 50) {
        ask(cache, ...keys.slice(from, from + 50));
        expect(sum(Object.values(capacitiesOf(cache))), 'sum of the capacities').toBe(CAPACITY);
      }
      cache.adaptCacheSize(0.9);
      expect(sum(Object.values(capacitiesOf(cache))), 'sum when the cache has shrunk').toBe(cache.capacity);
    });
  });

  describe('6.2.2 What is kept stays kept, in the partition of its key', () => {
    const keys = [...keysOf('entity', 5), ...keysOf('report', 3)];

    it('when the cache is divided', () => {
      const cache = new AdaptiveCache({ maxEntries: CAPACITY });
      ask(cache, ...keys);
      cache.partitionCache(halves);
      expect(
        cache.partitions().map(({ size }) => size),
        'sizes',
      ).toEqual([5, 3]);
      expect(
        keys.map((key) => cache.peek(key)),
        'values',
      ).toEqual(keys.map((key) => `value of ${key}`));
    });

    it('when it is divided otherwise', async () => {
      const cache = divided();
      ask(cache, ...keys);
      const lastCharacter = (key: string) => key.at(-1)!;
      const shares = { 0: 0.2, 1: 0.2, 2: 0.2, 3: 0.2, 4: 0.2 };
      cache.partitionCache({ partitionOf: lastCharacter, shares });
      expect(
        cache.partitions().map(({ size }) => size),
        'sizes',
      ).toEqual([2, 2, 2, 1, 1]);
      expect(await hitRatio(cache, keys), 'part found').toBe(1);
    });

    it('and what was deleted is in none', () => {
      const cache = divided();
      ask(cache, ...keys);
      cache.delete('entity 2');
      expect(
        cache.partitions().map(({ size }) => size),
        'sizes after delete',
      ).toEqual([4, 3]);
      cache.clear();
      expect(
        cache.partitions().map(({ size }) => size),
        'sizes after clear',
      ).toEqual([0, 0]);
    });
  });

  describe('6.2.3 A scan in one partition takes nothing from another', () => {
    it('whatever it is that nobody has asked for meanwhile', () => {
      const cache = divided();
      const entities = keysOf('entity', 40);
      ask(cache, ...entities, ...keysOf('report', 3_000));
      expect(entities.filter((key) => cache.has(key)).length, 'entities kept of 40').toBe(40);
    });

    it('by `set` as by `get`', () => {
      const cache = divided();
      const entities = keysOf('entity', 50);
      ask(cache, ...entities);
      for (const key of keysOf('report', 1_000)) cache.set(key, key);
      expect(entities.filter((key) => cache.has(key)).length, 'entities kept of 50').toBe(50);
    });
  });

  describe('6.2.4 Room that a partition does not use is there for the others', () => {
    it('all of it', () => {
      const cache = divided();
      ask(cache, ...keysOf('report', 200));
      expect(
        cache.partitions().map(({ size }) => size),
        'sizes',
      ).toEqual([0, CAPACITY]);
    });

    it('until it is needed', async () => {
      const cache = divided();
      ask(cache, ...keysOf('report', 200), ...keysOf('entity', 50));
      expect(
        cache.partitions().map(({ size }) => size),
        'sizes',
      ).toEqual([50, 50]);
      expect(await hitRatio(cache, keysOf('entity', 50)), 'part of the entities found').toBe(1);
    });
  });

  describe('6.2.5 Capacity moves to where evicted keys are asked for again', () => {
    it('and not to where the misses are', async () => {
      const cache = divided();
      await hitRatio(cache, hotAndScan('entity', 'report', 4_000, 1));
      expect(capacitiesOf(cache).entity!, 'capacity of the 80 hot entities').toBeGreaterThanOrEqual(70);
      const ratio = await hitRatio(cache, hotAndScan('entity', 'report', 1_000, 2), 'entity');
      expect(ratio, 'hit ratio of the entities').toBeGreaterThan(0.85);
    });

    it('and back, when the traffic has changed', async () => {
      const cache = divided();
      await hitRatio(cache, hotAndScan('entity', 'report', 4_000, 1));
      await hitRatio(cache, hotAndScan('report', 'entity', 6_000, 2));
      expect(capacitiesOf(cache).report!, 'capacity of the 80 hot reports').toBeGreaterThanOrEqual(70);
      const ratio = await hitRatio(cache, hotAndScan('report', 'entity', 1_000, 3), 'report');
      expect(ratio, 'hit ratio of the reports').toBeGreaterThan(0.85);
    });
  });

  describe('6.2.6 Where a hit has more worth, there is more capacity', () => {
    const capacityWith = async (worth: Readonly<Record<string, number>>) => {
      const cache = divided({ ...halves, worth });
      await hitRatio(cache, skewed(3_000));
      return capacitiesOf(cache).entity!;
    };

    it('of the same traffic', async () => {
      expect(await capacityWith({ entity: 10 }), 'entities, worth 10 times as much').toBeGreaterThanOrEqual(
        60,
      );
      expect(await capacityWith({ report: 10 }), 'entities, when reports are').toBeLessThanOrEqual(40);
    });
  });

  describe('6.2.7 No partition loses what `LEAST_SHARE` grants it', () => {
    it('whatever the others could use', () => {
      const cache = divided({ ...halves, worth: { entity: 1_000 } });
      const keys = skewed(3_000);
      for (let from = 0; from < keys.length; from += 50) {
        ask(cache, ...keys.slice(from, from + 50));
        expect(capacitiesOf(cache).report!, 'capacity of the reports').toBeGreaterThanOrEqual(10);
      }
    });
  });
});
