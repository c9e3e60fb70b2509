import { describe, expect, it } from 'vitest';
import { countWork, growth } from '../work.ts'; // first: it counts in what is loaded after it
import { OptimizedMetadataCache } from '#exercise/01-metadata-cache';
import { recorder } from '../recorder.ts';
import { kept, store } from './keys.ts';

describe('1.2 Forget the least recently used', () => {
  describe('1.2.1 At most `maxEntries` are kept, the last one among them', () => {
    it('after each `set`', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      for (let i = 1; i <= 20; i++) {
        cache.set(`key ${i}`, i);
        expect(cache.size, `size after ${i} keys`).toBe(Math.min(i, 3));
        expect(cache.has(`key ${i}`), `has key ${i}, the last one set`).toBe(true);
      }
    });

    it('after each `get`', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      for (let i = 1; i <= 20; i++) {
        cache.get(`key ${i}`, () => i);
        expect(cache.size, `size after ${i} keys`).toBe(Math.min(i, 3));
        expect(cache.has(`key ${i}`), `has key ${i}, the last one computed`).toBe(true);
      }
    });

    it('when the bound is 1', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 1 });
      store(cache, 'abc');
      expect(kept(cache, 'abc'), 'entries kept').toBe('c');
    });

    it('after `delete` has made room', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.delete('b');
      store(cache, 'd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('acd');
    });

    it('after `clear` has made room', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.clear();
      store(cache, 'defg');
      expect(kept(cache, 'abcdefg'), 'entries kept').toBe('efg');
    });

    it('and nobody goes for a factory that throws', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      const failing = () => {
        throw new Error('not yet decorated');
      };
      expect(() => cache.get('d', failing), 'get').toThrow();
      expect(kept(cache, 'abcd'), 'entries kept').toBe('abc');
    });
  });

  describe('1.2.2 The least recently used entry goes', () => {
    it('one for each that comes', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abcd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('bcd');
    });

    it('not the oldest', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.get('a', () => 'asked the factory');
      store(cache, 'd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('acd');
    });

    it('not the least often used', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      for (const key of 'aaaaabc') cache.get(key, () => 'asked the factory');
      store(cache, 'd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('bcd');
    });

    it('whatever the keys look like', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, '9715');
      expect(kept(cache, '9715'), 'entries kept').toBe('715');
    });

    it('by the order of the uses, though no time passes between them', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3, now: () => 0 });
      store(cache, 'abc');
      for (const key of 'ba') cache.get(key, () => 'asked the factory');
      store(cache, 'de');
      expect(kept(cache, 'abcde'), 'entries kept').toBe('ade');
    });

    it('in two thousand requests and deletions, as in a list that is kept by hand', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 12 });
      const leastRecentFirst: string[] = [];
      let random = 1;
      for (let request = 1; request <= 2_000; request++) {
        random = (random * 48_271) % 2_147_483_647;
        const rank = Math.floor((random / 2_147_483_647) ** 2 * 40); // low ranks are asked for more often
        const key = `key ${rank}`;
        const place = leastRecentFirst.indexOf(key);
        if (place >= 0) leastRecentFirst.splice(place, 1);
        if (request % 7 === 0) {
          cache.delete(key);
          continue;
        }
        if (leastRecentFirst.length === 12) leastRecentFirst.shift();
        leastRecentFirst.push(key);

        const [factory, calls] = recorder(() => key);
        cache.get(key, factory);
        expect(calls.length, `calls of the factory of ${key} in request ${request}`).toBe(place >= 0 ? 0 : 1);
      }
    });
  });

  describe('1.2.3 A `get` that finds its entry counts as a use', () => {
    it('and saves it from being the next to go', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.get('a', () => 'asked the factory');
      cache.get('b', () => 'asked the factory');
      store(cache, 'd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('abd');
    });

    it('of an entry that is the newest already', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 2 });
      store(cache, 'ab');
      cache.get('b', () => 'asked the factory');
      store(cache, 'c');
      expect(kept(cache, 'abc'), 'entries kept').toBe('bc');
    });

    it('of the only entry', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 1 });
      store(cache, 'a');
      expect(cache.get('a', () => 'asked the factory'), 'get').toBe('value of a');
      store(cache, 'b');
      expect(kept(cache, 'ab'), 'entries kept').toBe('b');
    });
  });

  describe('1.2.4 A `set` counts as a use, and replacing evicts nobody', () => {
    it('makes the replaced entry the most recently used', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.set('a', 'new value');
      store(cache, 'd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('acd');
    });

    it('leaves the others where they are, in a full cache', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.set('b', 'new value');
      cache.set('c', 'new value');
      expect(kept(cache, 'abc'), 'entries kept').toBe('abc');
    });
  });

  describe('1.2.5 `has` and `peek` do not count as a use', () => {
    it('a look by `has` saves nobody', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.has('a');
      store(cache, 'd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('bcd');
    });

    it('a look by `peek` saves nobody', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.peek('a');
      store(cache, 'd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('bcd');
    });
  });

  describe('1.2.6 `evictLRU` evicts the least recently used, if there is one', () => {
    it('one at a time, and says so', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'abc');
      cache.get('a', () => 'asked the factory');
      expect(cache.evictLRU(), 'first call').toBe(true);
      expect(kept(cache, 'abc'), 'entries kept').toBe('ac');
      expect(cache.evictLRU(), 'second call').toBe(true);
      expect(kept(cache, 'abc'), 'entries kept').toBe('a');
    });

    it('of an empty cache it returns `false`', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      expect(cache.evictLRU(), 'before anything was stored').toBe(false);
      store(cache, 'a');
      cache.evictLRU();
      expect(cache.evictLRU(), 'after the last entry went').toBe(false);
    });

    it('of a cache that has no bound', () => {
      const cache = new OptimizedMetadataCache();
      store(cache, 'abc');
      expect(cache.evictLRU(), 'evictLRU').toBe(true);
      expect(kept(cache, 'abc'), 'entries kept').toBe('bc');
    });

    it('though its key is empty and its value `undefined`', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      cache.set('', undefined);
      store(cache, 'a');
      expect(cache.evictLRU(), 'evictLRU').toBe(true);
      expect(cache.has(''), 'has the empty key').toBe(false);
    });
  });

  describe('1.2.7 `onEvict` is called for each evicted entry, when it is gone', () => {
    it('with key, value and reason, whoever needed the room', () => {
      const [onEvict, calls] = recorder((_key: string, _value: unknown, _reason: string) => {});
      const cache = new OptimizedMetadataCache({ maxEntries: 2, onEvict });
      store(cache, 'ab');
      cache.set('c', 'set');
      cache.get('d', () => 'computed');
      cache.evictLRU();
      expect(calls, 'calls of onEvict').toEqual([
        ['a', 'value of a', 'capacity'],
        ['b', 'value of b', 'capacity'],
        ['c', 'set', 'capacity'],
      ]);
    });

    it('after the entry was removed', () => {
      const told: [key: string, isThere: boolean][] = [];
      const cache: OptimizedMetadataCache = new OptimizedMetadataCache({
        maxEntries: 1,
        onEvict: (key) => told.push([key, cache.has(key)]),
      });
      store(cache, 'abc');
      expect(told, 'keys, and whether the cache had them during the call').toEqual([
        ['a', false],
        ['b', false],
      ]);
    });

    it('not for `delete`, `clear` or a replaced value', () => {
      const [onEvict, calls] = recorder((_key: string, _value: unknown, _reason: string) => {});
      const cache = new OptimizedMetadataCache({ maxEntries: 3, onEvict });
      store(cache, 'abc');
      cache.set('b', 'new value');
      cache.delete('a');
      cache.clear();
      expect(calls, 'calls of onEvict').toEqual([]);
    });
  });

  describe('1.2.8 The work does not grow with the number of entries', () => {
    /** Of the work an operation, in a full cache: over many, to even out what is done only now and then. */
    const growthOf = (operation: (cache: OptimizedMetadataCache, i: number, n: number) => void) =>
      growth(32, (n) => {
        const cache = new OptimizedMetadataCache({ maxEntries: n });
        for (let i = 0; i < n; i++) cache.set(`kept ${i}`, i);
        const operations = 4 * n;
        return countWork(() => {
          for (let i = 0; i < operations; i++) operation(cache, i, n);
        }) / operations;
      });

    it('of a `get` that finds its entry', () => {
      const measured = growthOf((cache, i, n) => cache.get(`kept ${(i * 7) % n}`, () => i));
      expect(measured, 'growth of the work').toBe('constant');
    });

    it('of a `get` that computes and evicts', () => {
      const measured = growthOf((cache, i) => cache.get(`new ${i}`, () => i));
      expect(measured, 'growth of the work').toBe('constant');
    });

    it('of a `set` that replaces', () => {
      const measured = growthOf((cache, i, n) => cache.set(`kept ${(i * 7) % n}`, i));
      expect(measured, 'growth of the work').toBe('constant');
    });

    it('of a `set` that evicts', () => {
      const measured = growthOf((cache, i) => cache.set(`new ${i}`, i));
      expect(measured, 'growth of the work').toBe('constant');
    });

    it('of `evictLRU`, and of the `set` that fills the room', () => {
      const measured = growthOf((cache, i) => {
        cache.evictLRU();
        cache.set(`new ${i}`, i);
      });
      expect(measured, 'growth of the work').toBe('constant');
    });
  });
});
