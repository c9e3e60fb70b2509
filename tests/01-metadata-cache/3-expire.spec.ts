import { describe, expect, it } from 'vitest';
import { type CacheOptions, type EvictionReason, OptimizedMetadataCache } from '#exercise/01-metadata-cache';
import { Clock } from '../clock.ts';
import { recorder } from '../recorder.ts';
import { kept, store } from './keys.ts';

/** A cache whose entries live for 100 ms, and its clock. */
function cacheOf100Ms(options: CacheOptions = {}) {
  const clock = new Clock();
  return { clock, cache: new OptimizedMetadataCache({ ttlMs: 100, now: clock.now, ...options }) };
}

describe('1.3 Expire', () => {
  describe('1.3.1 An entry is found until its `ttlMs` have passed, then never', () => {
    it('is found one millisecond before', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'a');
      clock.advance(99);
      expect(cache.has('a'), 'has').toBe(true);
      expect(cache.peek('a'), 'peek').toBe('value of a');
      expect(cache.get('a', () => 'computed'), 'get').toBe('value of a');
    });

    it('is not found by `has` from that instant on', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'a');
      clock.advance(100);
      expect(cache.has('a'), 'has').toBe(false);
    });

    it('is not found by `peek` from that instant on', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'a');
      clock.advance(100);
      expect(cache.peek('a'), 'peek').toBe(undefined);
    });

    it('is not found by `get` from that instant on', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.get('a', () => 'old');
      clock.advance(100);
      expect(cache.get('a', () => 'computed'), 'get').toBe('computed');
    });

    it('is not found long after', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'abc');
      clock.advance(1_000_000);
      expect(kept(cache, 'abc'), 'entries found').toBe('');
    });

    it('counts from when each entry was stored', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'a');
      clock.advance(50);
      store(cache, 'b');
      clock.advance(50);
      expect(kept(cache, 'ab'), 'entries found 100 ms after the first').toBe('b');
    });
  });

  describe('1.3.2 `set` with `ttlMs` overrides that of the cache', () => {
    it('with a shorter one', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.set('a', 'short', { ttlMs: 10 });
      clock.advance(9);
      expect(cache.has('a'), 'has after 9 ms').toBe(true);
      clock.advance(1);
      expect(cache.has('a'), 'has after 10 ms').toBe(false);
    });

    it('with a longer one', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.set('a', 'long', { ttlMs: 1_000 });
      clock.advance(999);
      expect(cache.has('a'), 'has after 999 ms').toBe(true);
      clock.advance(1);
      expect(cache.has('a'), 'has after 1,000 ms').toBe(false);
    });

    it('where the cache has none', () => {
      const clock = new Clock();
      const cache = new OptimizedMetadataCache({ now: clock.now });
      cache.set('a', 'short', { ttlMs: 10 });
      cache.set('b', 'for ever');
      clock.advance(10);
      expect(kept(cache, 'ab'), 'entries found after 10 ms').toBe('b');
    });

    it('for that entry only', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.set('a', 'short', { ttlMs: 10 });
      store(cache, 'b');
      clock.advance(99);
      expect(kept(cache, 'ab'), 'entries found after 99 ms').toBe('b');
    });
  });

  describe('1.3.3 `ttlMs: 0` expires at once, `Infinity` never', () => {
    it('0, for one entry', () => {
      const { cache } = cacheOf100Ms();
      cache.set('a', 'stillborn', { ttlMs: 0 });
      expect(cache.has('a'), 'has').toBe(false);
    });

    it('0, for the whole cache', () => {
      const { cache } = cacheOf100Ms({ ttlMs: 0 });
      const [factory, calls] = recorder(() => 'computed');
      expect(cache.get('a', factory), 'first get').toBe('computed');
      expect(cache.get('a', factory), 'second get').toBe('computed');
      expect(calls.length, 'calls of the factory').toBe(2);
    });

    it('Infinity, for one entry', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.set('a', 'immortal', { ttlMs: Infinity });
      clock.advance(1e12);
      expect(cache.has('a'), 'has').toBe(true);
    });

    it('Infinity, for the whole cache', () => {
      const { cache, clock } = cacheOf100Ms({ ttlMs: Infinity });
      store(cache, 'a');
      clock.advance(1e12);
      expect(cache.has('a'), 'has').toBe(true);
    });
  });

  describe('1.3.4 A `get` does not prolong a life, a `set` starts a new one', () => {
    it('ends when it would have ended without the `get`', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'a');
      clock.advance(60);
      cache.get('a', () => 'computed');
      clock.advance(40);
      expect(cache.has('a'), 'has, 100 ms after the set').toBe(false);
    });

    it('lives as long again from the second `set`', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'a');
      clock.advance(60);
      cache.set('a', 'new value');
      clock.advance(99);
      expect(cache.has('a'), 'has, 99 ms after the second set').toBe(true);
      clock.advance(1);
      expect(cache.has('a'), 'has, 100 ms after the second set').toBe(false);
    });

    it('lives on the terms of the last `set`, not of the one before', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.set('a', 'short', { ttlMs: 10 });
      cache.set('a', 'as usual');
      clock.advance(99);
      expect(cache.has('a'), 'has, 99 ms after').toBe(true);
    });
  });

  describe('1.3.5 A `get` of an expired entry asks the factory once', () => {
    it('and keeps what it returned for a whole new life', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.get('a', () => 'old');
      clock.advance(150);
      const [factory, calls] = recorder(() => 'new');
      expect(cache.get('a', factory), 'get').toBe('new');
      expect(calls.length, 'calls of the factory').toBe(1);
      clock.advance(99);
      expect(cache.get('a', factory), 'get, 99 ms later').toBe('new');
      expect(calls.length, 'calls of the factory, 99 ms later').toBe(1);
    });

    it('which begins when the value is there, however long the factory took', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.get('a', () => 'old');
      clock.advance(150);
      cache.get('a', () => {
        clock.advance(80);
        return 'new';
      });
      clock.advance(99);
      expect(cache.has('a'), 'has, 99 ms after the factory returned').toBe(true);
    });
  });

  describe('1.3.6 `size` and `evictLRU` ignore expired entries', () => {
    it('size, of entries that nobody has looked at', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'ab');
      clock.advance(60);
      store(cache, 'c');
      clock.advance(40);
      expect(cache.size, 'size').toBe(1);
    });

    it('size, of entries that somebody has looked at', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'ab');
      clock.advance(60);
      store(cache, 'c');
      clock.advance(40);
      kept(cache, 'abc');
      expect(cache.size, 'size').toBe(1);
    });

    it('evictLRU, when nothing else is there', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'ab');
      clock.advance(100);
      expect(cache.evictLRU(), 'evictLRU').toBe(false);
    });

    it('evictLRU, when a living entry is there', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'a');
      clock.advance(60);
      store(cache, 'bc');
      clock.advance(40);
      expect(cache.evictLRU(), 'evictLRU').toBe(true);
      expect(kept(cache, 'abc'), 'entries found').toBe('c');
    });
  });

  describe('1.3.7 When room is needed, expired entries go first', () => {
    it('though a living one was used longer ago', () => {
      const { cache, clock } = cacheOf100Ms({ maxEntries: 3 });
      store(cache, 'a');
      cache.set('b', 'short', { ttlMs: 10 });
      store(cache, 'c');
      clock.advance(10);
      store(cache, 'd');
      expect(kept(cache, 'abcd'), 'entries found').toBe('acd');
    });

    it('all of them, before the first living one', () => {
      const { cache, clock } = cacheOf100Ms({ maxEntries: 4 });
      store(cache, 'a');
      cache.set('b', 'short', { ttlMs: 10 });
      cache.set('c', 'short', { ttlMs: 20 });
      store(cache, 'd');
      clock.advance(20);
      store(cache, 'ef');
      expect(kept(cache, 'adef'), 'entries found').toBe('adef');
      store(cache, 'g');
      expect(kept(cache, 'adefg'), 'entries found, one more').toBe('defg');
    });

    it('when a `get` needs it', () => {
      const { cache, clock } = cacheOf100Ms({ maxEntries: 2 });
      store(cache, 'a');
      cache.set('b', 'short', { ttlMs: 10 });
      clock.advance(10);
      cache.get('c', () => 'computed');
      expect(kept(cache, 'abc'), 'entries found').toBe('ac');
    });
  });

  describe('1.3.8 `cleanup` drops every expired entry and returns how many', () => {
    it('whatever the order in which they were stored and end', () => {
      const { cache, clock } = cacheOf100Ms();
      cache.set('a', 'long', { ttlMs: 1_000 });
      cache.set('b', 'short', { ttlMs: 10 });
      cache.set('c', 'middling', { ttlMs: 50 });
      cache.set('d', 'short', { ttlMs: 10 });
      clock.advance(10);
      expect(cache.cleanup(), 'cleanup after 10 ms').toBe(2);
      clock.advance(40);
      expect(cache.cleanup(), 'cleanup after 50 ms').toBe(1);
      expect(kept(cache, 'abcd'), 'entries found').toBe('a');
    });

    it('and no other', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'abc');
      clock.advance(99);
      expect(cache.cleanup(), 'cleanup').toBe(0);
      expect(kept(cache, 'abc'), 'entries found').toBe('abc');
    });

    it('each once', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'abc');
      clock.advance(100);
      expect([cache.cleanup(), cache.cleanup()], 'what two calls returned').toEqual([3, 0]);
    });

    it('not those that were deleted, replaced or cleared meanwhile', () => {
      const { cache, clock } = cacheOf100Ms();
      store(cache, 'abc');
      clock.advance(50);
      cache.delete('a');
      store(cache, 'b');
      clock.advance(50);
      expect(cache.cleanup(), 'cleanup').toBe(1);
      cache.clear();
      clock.advance(100);
      expect(cache.cleanup(), 'cleanup of a cleared cache').toBe(0);
    });
  });

  describe('1.3.9 `onEvict` hears of each expired entry once, as `expired`', () => {
    const discoveries: Record<string, (cache: OptimizedMetadataCache) => void> = {
      'a `get`': (cache) => cache.get('a', () => 'new'),
      '`has`': (cache) => cache.has('a'),
      '`peek`': (cache) => cache.peek('a'),
      'a `set`': (cache) => cache.set('a', 'new'),
      'a `delete`': (cache) => cache.delete('a'),
      'the need for room': (cache) => store(cache, 'cd'),
      '`cleanup`': (cache) => cache.cleanup(),
    };
    for (const [name, discover] of Object.entries(discoveries)) {
      it(`when ${name} finds it out`, () => {
        const [onEvict, calls] = recorder((_key: string, _value: unknown, _reason: EvictionReason) => {});
        const { cache, clock } = cacheOf100Ms({ maxEntries: 3, onEvict });
        cache.set('a', 'old', { ttlMs: 10 });
        store(cache, 'b');
        clock.advance(10);
        discover(cache);
        cache.cleanup();
        expect(calls, 'calls of onEvict').toEqual([['a', 'old', 'expired']]);
      });
    }

    it('though it looks for the entry when it is called', () => {
      const told: [key: string, isThere: boolean][] = [];
      const { cache, clock }: { cache: OptimizedMetadataCache; clock: Clock } = cacheOf100Ms({
        onEvict: (key) => told.push([key, cache.has(key)]),
      });
      store(cache, 'ab');
      clock.advance(100);
      cache.has('a');
      cache.cleanup();
      expect(told.sort(), 'keys, and whether the cache had them during the call').toEqual([
        ['a', false],
        ['b', false],
      ]);
    });
  });
});
