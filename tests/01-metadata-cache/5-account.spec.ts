import { describe, expect, it } from 'vitest';
import { type CacheOptions, OptimizedMetadataCache } from '#exercise/01-metadata-cache';
import { Clock } from '../clock.ts';
import { kept, store } from './keys.ts';

function cacheWithClock(options: CacheOptions = {}) {
  const clock = new Clock();
  return { clock, cache: new OptimizedMetadataCache({ now: clock.now, ...options }) };
}

describe('1.5 Account', () => {
  describe('1.5.1 Each `get` is either a hit or a miss', () => {
    it('a miss when it asks the factory, a hit when it does not', () => {
      const cache = new OptimizedMetadataCache();
      for (const key of 'aabaab') cache.get(key, () => `value of ${key}`);
      expect(cache.stats(), 'stats').toMatchObject({ hits: 4, misses: 2 });
    });

    it('a miss when the entry has expired', () => {
      const { cache, clock } = cacheWithClock({ ttlMs: 100 });
      cache.get('a', () => 'old');
      clock.advance(100);
      cache.get('a', () => 'new');
      expect(cache.stats(), 'stats').toMatchObject({ hits: 0, misses: 2 });
    });

    it('a miss when the factory throws', () => {
      const cache = new OptimizedMetadataCache();
      const failing = () => {
        throw new Error('not yet decorated');
      };
      expect(() => cache.get('a', failing), 'get').toThrow();
      expect(cache.stats(), 'stats').toMatchObject({ hits: 0, misses: 1 });
    });

    it('`has`, `peek` and `set` are neither', () => {
      const cache = new OptimizedMetadataCache();
      for (const key of 'ab') {
        cache.has(key);
        cache.peek(key);
        cache.set('a', key);
      }
      expect(cache.stats(), 'stats').toMatchObject({ hits: 0, misses: 0 });
    });
  });

  describe('1.5.2 `hitRatio` is hits ÷ (hits + misses)', () => {
    it('three of four', () => {
      const cache = new OptimizedMetadataCache();
      for (const key of 'aaaa') cache.get(key, () => `value of ${key}`);
      expect(cache.stats().hitRatio, 'hitRatio').toBe(0.75);
    });

    it('none of two', () => {
      const cache = new OptimizedMetadataCache();
      for (const key of 'ab') cache.get(key, () => `value of ${key}`);
      expect(cache.stats().hitRatio, 'hitRatio').toBe(0);
    });

    it('0 when nothing was asked', () => {
      expect(new OptimizedMetadataCache().stats().hitRatio, 'hitRatio').toBe(0);
    });
  });

  describe('1.5.3 `evictions` counts what went for room, `expirations` for age', () => {
    it('evictions, by the number of entries and by `evictLRU`', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 2 });
      store(cache, 'abcd');
      cache.evictLRU();
      expect(cache.stats(), 'stats').toMatchObject({ evictions: 3, expirations: 0 });
    });

    it('evictions, by weight', () => {
      const cache = new OptimizedMetadataCache({ maxSize: 10, sizeOf: (value) => value as number });
      for (const [key, weight] of Object.entries({ a: 3, b: 3, c: 3, d: 7 })) cache.set(key, weight);
      expect(cache.stats(), 'stats').toMatchObject({ evictions: 2, expirations: 0 });
    });

    it('expirations, each entry once', () => {
      const { cache, clock } = cacheWithClock({ ttlMs: 100, maxEntries: 3 });
      store(cache, 'abc');
      clock.advance(100);
      cache.get('a', () => 'new');
      cache.has('b');
      cache.has('b');
      cache.cleanup();
      cache.cleanup();
      expect(cache.stats(), 'stats').toMatchObject({ evictions: 0, expirations: 3 });
    });

    it('expirations, not evictions, when they make the room', () => {
      const { cache, clock } = cacheWithClock({ ttlMs: 100, maxEntries: 2 });
      store(cache, 'ab');
      clock.advance(100);
      store(cache, 'cd');
      cache.cleanup();
      expect(cache.stats(), 'stats').toMatchObject({ evictions: 0, expirations: 2 });
    });

    it('neither for `delete`, `clear` and replacing, nor for what is refused', () => {
      const cache = new OptimizedMetadataCache({ maxSize: 10, sizeOf: (value) => value as number });
      for (const key of 'abcb') cache.set(key, 3);
      cache.set('d', 11);
      cache.delete('a');
      cache.clear();
      expect(cache.stats(), 'stats').toMatchObject({ evictions: 0, expirations: 0 });
    });
  });

  describe('1.5.4 `entry` tells `hits`, `createdAt`, `lastAccessedAt` and `size`', () => {
    it('of an entry that was set', () => {
      const { cache, clock } = cacheWithClock({ sizeOf: (value) => (value as string).length });
      const createdAt = clock.now();
      cache.set('a', 'heavy');
      const expected = { hits: 0, createdAt, lastAccessedAt: createdAt, size: 5 };
      expect(cache.entry('a'), 'entry').toMatchObject(expected);
    });

    it('of an entry that was computed: the first `get` is no hit of it', () => {
      const { cache, clock } = cacheWithClock();
      const createdAt = clock.now();
      cache.get('a', () => 'computed');
      const expected = { hits: 0, createdAt, lastAccessedAt: createdAt, size: 0 };
      expect(cache.entry('a'), 'entry').toMatchObject(expected);
    });

    it('after hits', () => {
      const { cache, clock } = cacheWithClock();
      const createdAt = clock.now();
      store(cache, 'ab');
      for (let i = 0; i < 3; i++) {
        clock.advance(10);
        cache.get('a', () => 'asked the factory');
      }
      clock.advance(10);
      cache.get('b', () => 'asked the factory');
      expect(cache.entry('a'), 'entry').toMatchObject({ hits: 3, createdAt, lastAccessedAt: createdAt + 30 });
    });

    it('afresh, when the value was replaced', () => {
      const { cache, clock } = cacheWithClock({ sizeOf: (value) => (value as string).length });
      cache.set('a', 'heavy');
      cache.get('a', () => 'asked the factory');
      clock.advance(50);
      cache.set('a', 'new');
      const createdAt = clock.now();
      const expected = { hits: 0, createdAt, lastAccessedAt: createdAt, size: 3 };
      expect(cache.entry('a'), 'entry').toMatchObject(expected);
    });
  });

  describe('1.5.5 Asking `stats`, `entry`, `has` or `peek` changes nothing', () => {
    const questions: Record<string, (cache: OptimizedMetadataCache) => unknown> = {
      stats: (cache) => cache.stats(),
      entry: (cache) => cache.entry('a'),
      has: (cache) => cache.has('a'),
      peek: (cache) => cache.peek('a'),
    };
    for (const [name, ask] of Object.entries(questions)) {
      it(`${name}: no count and no time of access`, () => {
        const { cache, clock } = cacheWithClock();
        store(cache, 'a');
        cache.get('a', () => 'asked the factory');
        const lastAccessedAt = clock.now();
        clock.advance(10);
        ask(cache);
        expect(cache.stats(), 'stats').toMatchObject({ hits: 1, misses: 0, evictions: 0, expirations: 0 });
        expect(cache.entry('a'), 'entry').toMatchObject({ hits: 1, lastAccessedAt });
      });

      it(`${name}: no order of eviction`, () => {
        const { cache } = cacheWithClock({ maxEntries: 2 });
        store(cache, 'ab');
        ask(cache);
        store(cache, 'c');
        expect(kept(cache, 'abc'), 'entries kept').toBe('bc');
      });
    }
  });

  describe('1.5.6 `entry` of a key that is absent or expired is `undefined`', () => {
    it('absent', () => {
      const { cache } = cacheWithClock();
      store(cache, 'a');
      cache.delete('a');
      expect(cache.entry('a'), 'entry of a deleted key').toBe(undefined);
      expect(cache.entry('b'), 'entry of a key that never was').toBe(undefined);
      expect(cache.size, 'size').toBe(0);
    });

    it('expired', () => {
      const { cache, clock } = cacheWithClock({ ttlMs: 100 });
      store(cache, 'a');
      clock.advance(100);
      expect(cache.entry('a'), 'entry').toBe(undefined);
    });
  });

  describe('1.5.7 What `stats` and `entry` returned does not change', () => {
    it('stats', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 1 });
      cache.get('a', () => 'computed');
      const before = cache.stats();
      for (const key of 'abb') cache.get(key, () => 'computed');
      expect(before, 'stats after the first get, looked at after four').toMatchObject({
        hits: 0,
        misses: 1,
        evictions: 0,
        hitRatio: 0,
      });
      cache.resetStats();
      expect(before.misses, 'misses after the first get, looked at after a reset').toBe(1);
    });

    it('entry', () => {
      const { cache, clock } = cacheWithClock();
      store(cache, 'a');
      const createdAt = clock.now();
      const before = cache.entry('a');
      clock.advance(10);
      cache.get('a', () => 'asked the factory');
      cache.set('a', 'new value');
      expect(before, 'entry, looked at after a get and a set').toMatchObject({
        hits: 0,
        createdAt,
        lastAccessedAt: createdAt,
      });
    });
  });

  describe('1.5.8 `resetStats` counts from 0 and leaves the entries alone', () => {
    it('all counts', () => {
      const { cache, clock } = cacheWithClock({ maxEntries: 2, ttlMs: 100 });
      for (const key of 'aabc') cache.get(key, () => 'computed');
      clock.advance(100);
      cache.cleanup();
      cache.resetStats();
      const zero = { hits: 0, misses: 0, evictions: 0, expirations: 0, hitRatio: 0 };
      expect(cache.stats(), 'stats').toMatchObject(zero);
    });

    it('and goes on counting', () => {
      const cache = new OptimizedMetadataCache();
      cache.get('a', () => 'computed');
      cache.resetStats();
      for (const key of 'ab') cache.get(key, () => 'computed');
      expect(cache.stats(), 'stats').toMatchObject({ hits: 1, misses: 1 });
    });

    it('not the entries, nor what is told of them', () => {
      const { cache, clock } = cacheWithClock();
      store(cache, 'ab');
      clock.advance(10);
      cache.get('a', () => 'asked the factory');
      const before = cache.entry('a');
      cache.resetStats();
      expect(kept(cache, 'ab'), 'entries kept').toBe('ab');
      expect(cache.entry('a'), 'entry').toEqual(before);
    });
  });
});
