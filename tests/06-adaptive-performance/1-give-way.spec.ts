import { describe, expect, it } from 'vitest';
import {
  AdaptiveCache,
  type AdaptiveCacheOptions,
  type MemoryReading,
  memoryPressure,
} from '#exercise/06-adaptive-performance';
import { recorder } from '../recorder.ts';
import { ask, keysOf } from './traffic.ts';

const MB = 2 ** 20;

/** A heap of which three tenths are used, in a container that is half full. */
const reading: MemoryReading = {
  rss: 500 * MB,
  heapUsed: 300 * MB,
  heapTotal: 310 * MB,
  heapLimit: 1_000 * MB,
  memoryLimit: 1_000 * MB,
};

const cacheOf = (maxEntries: number, options: Partial<AdaptiveCacheOptions> = {}) =>
  new AdaptiveCache({ maxEntries, ...options });

/** What the capacity is after each reading of the pressure. */
const capacitiesAfter = (cache: AdaptiveCache, ...pressures: number[]) =>
  pressures.map((pressure) => {
    cache.adaptCacheSize(pressure);
    return cache.capacity;
  });

const kept = (cache: AdaptiveCache, keys: readonly string[]) => keys.filter((key) => cache.has(key));

describe('6.1 Give way to memory', () => {
  describe('6.1.1 The pressure is the larger of what is used of the two limits', () => {
    it('of the memory', () => {
      expect(memoryPressure(reading), 'pressure in a container that is half full').toBeCloseTo(0.5);
      expect(
        memoryPressure({ ...reading, rss: 950 * MB }),
        'pressure in one that is nearly full',
      ).toBeCloseTo(0.95);
    });

    it('of the heap', () => {
      const full = { ...reading, heapUsed: 900 * MB, heapTotal: 905 * MB, memoryLimit: 4_000 * MB };
      expect(memoryPressure(full), 'pressure of a heap that is nearly full').toBeCloseTo(0.9);
    });

    it('of the heap alone, where nobody has limited the memory', () => {
      expect(memoryPressure({ ...reading, memoryLimit: 0 }), 'pressure with a limit of 0').toBeCloseTo(0.3);
      expect(memoryPressure({ ...reading, memoryLimit: undefined }), 'pressure without a limit').toBeCloseTo(
        0.3,
      );
    });

    it('at most 1', () => {
      expect(memoryPressure({ ...reading, rss: 1_200 * MB }), 'pressure beyond the limit').toBe(1);
    });

    it('of this process, when no reading is given', () => {
      const pressure = memoryPressure();
      expect(pressure > 0 && pressure <= 1, `a pressure between 0 and 1, such as ${pressure}`).toBe(true);
    });
  });

  describe('6.1.2 Under high pressure the capacity shrinks by a quarter, at each reading', () => {
    it('rounded down', () => {
      expect(capacitiesAfter(cacheOf(100), 0.85, 0.9, 1), 'capacities').toEqual([75, 56, 42]);
    });

    it('not below `minEntries`', () => {
      const cache = cacheOf(100, { minEntries: 50 });
      expect(capacitiesAfter(cache, 0.9, 0.9, 0.9, 0.9), 'capacities').toEqual([75, 56, 50, 50]);
    });

    it('not below 1, when nothing else is said', () => {
      expect(capacitiesAfter(cacheOf(3), 1, 1, 1, 1), 'capacities').toEqual([2, 1, 1, 1]);
    });
  });

  describe('6.1.3 After three calm readings in a row it grows', () => {
    it('by a tenth of `maxEntries`, and then waits again', () => {
      const cache = cacheOf(100);
      cache.adaptCacheSize(0.9);
      const calm = Array.from({ length: 9 }, () => 0.3);
      expect(capacitiesAfter(cache, ...calm), 'capacities').toEqual([75, 75, 85, 85, 85, 95, 95, 95, 100]);
    });

    it('not beyond `maxEntries`', () => {
      expect(capacitiesAfter(cacheOf(100), 0, 0, 0, 0, 0, 0), 'capacities').toEqual([
        100, 100, 100, 100, 100, 100,
      ]);
    });

    it('rounded, and by 1 at least', () => {
      const medium = cacheOf(24);
      medium.adaptCacheSize(0.9);
      expect(capacitiesAfter(medium, 0, 0, 0), 'capacities of 24').toEqual([18, 18, 20]);
      const small = cacheOf(4);
      small.adaptCacheSize(0.9);
      expect(capacitiesAfter(small, 0, 0, 0), 'capacities of 4').toEqual([3, 3, 4]);
    });

    it('up to the low pressure itself, and no further', () => {
      const cache = cacheOf(100);
      cache.adaptCacheSize(0.9);
      expect(capacitiesAfter(cache, 0.7, 0.7, 0.7), 'capacities at 0.7').toEqual([75, 75, 85]);
      expect(capacitiesAfter(cache, 0.71, 0.71, 0.71), 'capacities at 0.71').toEqual([85, 85, 85]);
    });

    it('not while other readings come between', () => {
      const cache = cacheOf(100);
      cache.adaptCacheSize(0.9);
      expect(capacitiesAfter(cache, 0.3, 0.3, 0.8, 0.3, 0.3), 'capacities').toEqual([75, 75, 75, 75, 75]);
      expect(capacitiesAfter(cache, 0.3), 'capacity after the third in a row').toEqual([85]);
    });

    it('and stays, where the pressure is between the two', () => {
      const swinging = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0.69 : 0.84));
      expect(new Set(capacitiesAfter(cacheOf(100), ...swinging)), 'capacities').toEqual(new Set([100]));
    });
  });

  describe('6.1.4 At most `capacity` entries are kept', () => {
    it('after each `set`', () => {
      const cache = cacheOf(8);
      cache.adaptCacheSize(0.9);
      for (let i = 1; i <= 20; i++) {
        cache.set(`key ${i}`, i);
        expect(cache.size, `size after ${i} keys`).toBe(Math.min(i, 6));
        expect(cache.peek(`key ${i}`), `value of the last one set`).toBe(i);
      }
    });

    it('after each `get`', () => {
      const cache = cacheOf(8);
      cache.adaptCacheSize(0.9);
      for (let i = 1; i <= 20; i++) {
        expect(
          cache.get(`key ${i}`, () => i),
          `get of key ${i}`,
        ).toBe(i);
        expect(cache.size, `size after ${i} keys`).toBe(Math.min(i, 6));
        expect(cache.has(`key ${i}`), `has key ${i}, the last one computed`).toBe(true);
      }
    });

    it('after `adaptCacheSize`', () => {
      const cache = cacheOf(100);
      ask(cache, ...keysOf('key', 100));
      cache.adaptCacheSize(0.9);
      expect(cache.size, 'size').toBe(75);
    });

    it('and after it has grown', () => {
      const cache = cacheOf(8);
      capacitiesAfter(cache, 0.9, 0, 0, 0);
      ask(cache, ...keysOf('key', 20));
      expect(cache.size, 'size').toBe(7);
    });

    it('after `delete` and `clear` have made room', () => {
      const cache = cacheOf(4);
      ask(cache, 'a', 'b', 'c', 'd');
      expect(cache.delete('b'), 'delete').toBe(true);
      ask(cache, 'e');
      expect(kept(cache, ['a', 'b', 'c', 'd', 'e']), 'entries kept after delete').toEqual([
        'a',
        'c',
        'd',
        'e',
      ]);
      cache.clear();
      ask(cache, 'f', 'g', 'h', 'i');
      expect(kept(cache, ['a', 'e', 'f', 'g', 'h', 'i']), 'entries kept after clear').toEqual([
        'f',
        'g',
        'h',
        'i',
      ]);
    });
  });

  describe('6.1.5 What goes for a smaller capacity is evicted like any other', () => {
    it('`onEvict` hears of each, once', () => {
      const [onEvict, calls] = recorder((_key: string, _value: unknown, _reason: string) => {});
      const cache = cacheOf(8, { onEvict });
      const keys = keysOf('key', 8);
      ask(cache, ...keys);
      cache.adaptCacheSize(0.9);
      const gone = keys.filter((key) => !cache.has(key));
      expect(gone.length, 'entries gone').toBe(2);
      const told = calls.toSorted(([a], [b]) => (a < b ? -1 : 1));
      expect(told, 'calls of onEvict').toEqual(gone.map((key) => [key, `value of ${key}`, 'capacity']));
    });

    it('`stats` counts them', () => {
      const cache = cacheOf(8);
      ask(cache, ...keysOf('key', 10), 'key 9');
      cache.adaptCacheSize(0.9);
      expect(cache.stats(), 'stats').toEqual({
        hits: 1,
        misses: 10,
        evictions: 4,
        expirations: 0,
        hitRatio: 1 / 11,
      });
      cache.resetStats();
      expect(cache.stats().evictions, 'evictions after resetStats').toBe(0);
    });
  });

  describe('6.1.6 What is asked for again and again survives when the cache shrinks', () => {
    it('though it has been there the longest', () => {
      const cache = cacheOf(100);
      const hot = keysOf('hot', 20);
      ask(cache, ...hot, ...keysOf('cold', 80));
      for (let round = 0; round < 10; round++) ask(cache, ...hot);
      capacitiesAfter(cache, 0.9, 0.9, 0.9);
      expect(kept(cache, hot), 'hot entries kept').toEqual(hot);
    });
  });

  describe('6.1.7 `warmCache` fills the room that is free', () => {
    it('with the first of what is not there', async () => {
      const [load, calls] = recorder(async (key: string) => `loaded ${key}`);
      const cache = cacheOf(8, { load });
      cache.adaptCacheSize(0.9);
      ask(cache, 'a', 'b', 'c');
      await cache.warmCache(['b', ...keysOf('warm', 9)]);
      expect(calls, 'calls of load').toEqual([['warm 0'], ['warm 1'], ['warm 2']]);
      const all = ['a', 'b', 'c', 'warm 0', 'warm 1', 'warm 2'];
      expect(kept(cache, all), 'entries kept').toEqual(all);
      expect(cache.peek('warm 1'), 'what was loaded').toBe('loaded warm 1');
      expect(cache.peek('b'), 'what was there').toBe('value of b');
    });

    it('with nothing, where there is none', async () => {
      const [load, calls] = recorder((key: string) => `loaded ${key}`);
      const cache = cacheOf(8, { load });
      ask(cache, ...keysOf('key', 8));
      cache.adaptCacheSize(0.9);
      await cache.warmCache(keysOf('warm', 3));
      expect(calls, 'calls of load').toEqual([]);
      expect(cache.size, 'size').toBe(6);
    });
  });

  describe('6.1.8 What was warmed and not asked for goes first', () => {
    it('when room is needed', async () => {
      const cache = cacheOf(6, { load: (key) => `loaded ${key}` });
      ask(cache, 'a', 'b');
      await cache.warmCache(['used', 'warm 0', 'warm 1']);
      ask(cache, 'used', 'c', 'd', 'e');
      expect(kept(cache, ['a', 'b', 'used', 'warm 0', 'warm 1', 'c', 'd', 'e']), 'entries kept').toEqual([
        'a',
        'b',
        'used',
        'c',
        'd',
        'e',
      ]);
    });

    it('when the cache shrinks', async () => {
      const cache = cacheOf(8, { load: (key) => `loaded ${key}` });
      ask(cache, ...keysOf('key', 6));
      await cache.warmCache(keysOf('warm', 2));
      cache.adaptCacheSize(0.9);
      expect(kept(cache, keysOf('key', 6)), 'entries kept of those asked for').toEqual(keysOf('key', 6));
    });

    it('and what fails to load is left out', async () => {
      const load = (key: string) => {
        if (key === 'throws') throw new Error('no such table');
        return key === 'rejects' ? Promise.reject(new Error('no connection')) : Promise.resolve(key);
      };
      const cache = cacheOf(8, { load });
      await cache.warmCache(['a', 'throws', 'b', 'rejects', 'c']);
      expect(kept(cache, ['a', 'throws', 'b', 'rejects', 'c']), 'entries kept').toEqual(['a', 'b', 'c']);
    });
  });
});
