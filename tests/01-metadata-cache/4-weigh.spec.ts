import { describe, expect, it } from 'vitest';
import { type CacheOptions, OptimizedMetadataCache } from '#exercise/01-metadata-cache';
import { Clock } from '../clock.ts';
import { recorder } from '../recorder.ts';
import { kept } from './keys.ts';

/** A cache of numbers that weigh what they are, and may weigh 10 together. */
const cacheOf10 = (options: CacheOptions = {}) =>
  new OptimizedMetadataCache({ maxSize: 10, sizeOf: (value) => value as number, ...options });

/** Stores a number under each letter, in order. */
function weigh(cache: OptimizedMetadataCache, weights: Record<string, number>): void {
  for (const [letter, weight] of Object.entries(weights)) cache.set(letter, weight);
}

describe('1.4 Weigh', () => {
  describe('1.4.1 `currentSize` is the sum of what is kept', () => {
    it('after `set`, by its value and key', () => {
      const [sizeOf, calls] = recorder((value: unknown, key: string) => `${key}${value}`.length);
      const cache = new OptimizedMetadataCache({ sizeOf });
      expect(cache.currentSize, 'currentSize of an empty cache').toBe(0);
      cache.set('name', 'Order');
      cache.set('kind', 'entity');
      expect(calls, 'what sizeOf was asked').toEqual([
        ['Order', 'name'],
        ['entity', 'kind'],
      ]);
      expect(cache.currentSize, 'currentSize').toBe(19);
    });

    it('after `get`', () => {
      const cache = cacheOf10();
      cache.get('a', () => 4);
      cache.get('b', () => 3);
      cache.get('a', () => 5);
      expect(cache.currentSize, 'currentSize').toBe(7);
    });

    it('after `delete`', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 4, b: 3 });
      cache.delete('a');
      cache.delete('absent');
      expect(cache.currentSize, 'currentSize').toBe(3);
    });

    it('after `clear`', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 4, b: 3 });
      cache.clear();
      expect(cache.currentSize, 'currentSize').toBe(0);
      weigh(cache, { c: 2 });
      expect(cache.currentSize, 'currentSize, with one entry again').toBe(2);
    });

    it('after an eviction', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 4, b: 3 });
      cache.evictLRU();
      expect(cache.currentSize, 'currentSize').toBe(3);
    });

    it('after an expiry that nobody has looked at', () => {
      const clock = new Clock();
      const cache = cacheOf10({ now: clock.now });
      cache.set('a', 4, { ttlMs: 10 });
      cache.set('b', 3);
      clock.advance(10);
      expect(cache.currentSize, 'currentSize').toBe(3);
    });

    it('without `sizeOf` it is 0', () => {
      const cache = new OptimizedMetadataCache();
      cache.set('a', 4);
      expect(cache.currentSize, 'currentSize').toBe(0);
    });
  });

  describe('1.4.2 As many go as it takes to be within `maxSize`, and no more', () => {
    it('nobody, up to the very bound', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 4, b: 3, c: 3 });
      expect(kept(cache, 'abc'), 'entries kept').toBe('abc');
    });

    it('one, when that is enough', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 4, b: 3, c: 3, d: 4 });
      expect(kept(cache, 'abcd'), 'entries kept').toBe('bcd');
    });

    it('several, when it takes several', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 2, b: 2, c: 3, d: 3, e: 6 });
      expect(kept(cache, 'abcde'), 'entries kept').toBe('de');
      expect(cache.currentSize, 'currentSize').toBe(9);
    });

    it('the least recently used, whatever they weigh', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 4, b: 1, c: 5 });
      cache.get('a', () => 0);
      weigh(cache, { d: 1 });
      expect(kept(cache, 'abcd'), 'entries kept').toBe('acd');
    });

    it('the expired first', () => {
      const clock = new Clock();
      const cache = cacheOf10({ now: clock.now });
      cache.set('a', 4);
      cache.set('b', 5, { ttlMs: 10 });
      clock.advance(10);
      cache.set('c', 6);
      expect(kept(cache, 'abc'), 'entries kept').toBe('ac');
    });

    it('for what a `get` computes', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 4, b: 3, c: 3 });
      cache.get('d', () => 5);
      expect(kept(cache, 'abcd'), 'entries kept').toBe('cd');
    });
  });

  describe('1.4.3 A value is weighed once; its successor takes its place', () => {
    it('replacing counts the new weight, not the old one', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 6, b: 2 });
      cache.set('a', 3);
      expect(cache.currentSize, 'currentSize, after a lighter value').toBe(5);
      cache.set('a', 7);
      expect(cache.currentSize, 'currentSize, after a heavier value').toBe(9);
    });

    it('the old weight is no reason to evict', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 5, b: 5 });
      cache.set('b', 5);
      expect(kept(cache, 'ab'), 'entries kept').toBe('ab');
    });

    it('a value that changes later keeps its weight', () => {
      const cache = new OptimizedMetadataCache({ sizeOf: (value) => (value as string[]).length });
      const columns = ['id', 'total'];
      cache.set('Order', columns);
      cache.set('Address', ['id']);
      columns.push('currency');
      expect(cache.currentSize, 'currentSize').toBe(3);
      cache.delete('Order');
      expect(cache.currentSize, 'currentSize, after the delete').toBe(1);
    });

    it('sizeOf is asked once a value', () => {
      const [sizeOf, calls] = recorder((value: unknown) => value as number);
      const cache = cacheOf10({ sizeOf });
      weigh(cache, { a: 4, b: 3 });
      cache.get('a', () => 0);
      cache.get('c', () => 2);
      cache.set('b', 6);
      cache.delete('b');
      expect(calls.map(([value]) => value), 'values weighed').toEqual([4, 3, 2, 6]);
    });
  });

  describe('1.4.4 A value heavier than `maxSize` is refused', () => {
    it('set returns whether it kept the value', () => {
      const cache = cacheOf10();
      expect(cache.set('a', 11), 'set of 11').toBe(false);
      expect(cache.has('a'), 'has').toBe(false);
      expect(cache.set('a', 3), 'set of 3').toBe(true);
      expect(cache.set('b', 10), 'set of 10, no more than maxSize').toBe(true);
      expect(kept(cache, 'ab'), 'entries kept').toBe('b');
      expect(new OptimizedMetadataCache().set('a', 11), 'set, without maxSize').toBe(true);
    });

    it('nobody else goes for it', () => {
      const [onEvict, calls] = recorder((_key: string) => {});
      const cache = cacheOf10({ onEvict });
      weigh(cache, { a: 4, b: 3, c: 3 });
      cache.set('d', 11);
      expect(kept(cache, 'abcd'), 'entries kept').toBe('abc');
      expect(calls, 'calls of onEvict').toEqual([]);
    });

    it('the value that it should have replaced is gone', () => {
      const cache = cacheOf10();
      weigh(cache, { a: 4, b: 3 });
      expect(cache.set('a', 11), 'set of 11').toBe(false);
      expect(kept(cache, 'ab'), 'entries kept').toBe('b');
      expect(cache.currentSize, 'currentSize').toBe(3);
    });
  });

  describe('1.4.5 `get` returns a refused value to its caller all the same', () => {
    it('and asks the factory again the next time', () => {
      const cache = cacheOf10();
      const [factory, calls] = recorder(() => 11);
      expect([cache.get('a', factory), cache.get('a', factory)], 'what get returned').toEqual([11, 11]);
      expect(calls.length, 'calls of the factory').toBe(2);
      expect(cache.has('a'), 'has').toBe(false);
    });
  });

  describe('1.4.6 A size that is no integer from 0 is a `RangeError`', () => {
    for (const size of [-1, 1.5, NaN, Infinity, undefined as unknown as number]) {
      it(`${size}, and the cache is as it was`, () => {
        const cache = cacheOf10({ maxEntries: 3, sizeOf: (value) => (value === 'bad' ? size : 3) });
        for (const letter of 'abc') cache.set(letter, letter);
        expect(() => cache.set('a', 'bad'), 'set of a present key').toThrow(RangeError);
        expect(() => cache.set('d', 'bad'), 'set of a new key').toThrow(RangeError);
        expect(() => cache.get('d', () => 'bad'), 'get').toThrow(RangeError);
        expect(kept(cache, 'abcd'), 'entries kept').toBe('abc');
        expect(cache.peek('a'), 'value of the present key').toBe('a');
        expect(cache.currentSize, 'currentSize').toBe(9);
        cache.evictLRU();
        expect(kept(cache, 'abc'), 'entries kept, but for the least recently used').toBe('bc');
      });
    }
  });

  describe('1.4.7 `maxEntries` and `maxSize` hold together', () => {
    it('the number binds while there is weight to spare', () => {
      const cache = cacheOf10({ maxEntries: 3 });
      weigh(cache, { a: 1, b: 1, c: 1, d: 1 });
      expect(kept(cache, 'abcd'), 'entries kept').toBe('bcd');
      expect(cache.currentSize, 'currentSize').toBe(3);
    });

    it('the weight binds while there is number to spare', () => {
      const cache = cacheOf10({ maxEntries: 3 });
      weigh(cache, { a: 6, b: 6 });
      expect(kept(cache, 'ab'), 'entries kept').toBe('b');
    });

    it('a weight of 0 is allowed, in a cache that is full by weight', () => {
      const cache = cacheOf10({ maxEntries: 3 });
      weigh(cache, { a: 4, b: 6 });
      expect(cache.set('c', 0), 'set of 0').toBe(true);
      expect(kept(cache, 'abc'), 'entries kept').toBe('abc');
      weigh(cache, { d: 0 });
      expect(kept(cache, 'abcd'), 'entries kept, when there are four').toBe('bcd');
    });
  });
});
