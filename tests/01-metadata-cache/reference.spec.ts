import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countWork, growth } from '../work.ts'; // first: it counts in what is loaded after it
import {
  type CacheDump,
  cached,
  type CacheOptions,
  coarseNow,
  type EvictionReason,
  OptimizedMetadataCache,
  type PolicyName,
} from '../../reference/01-metadata-cache/index.ts';
import { checkInvariants } from '../../reference/01-metadata-cache/invariants.ts';
import { Clock } from '../clock.ts';
import { type Deferred, deferred, macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';

const POLICIES: readonly PolicyName[] = ['lru', 'sieve', 's3-fifo'];

/** A sequence of numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Stores an entry for each letter, in order. */
function store(cache: OptimizedMetadataCache, letters: string): void {
  for (const letter of letters) cache.set(letter, `value of ${letter}`);
}

function kept(cache: OptimizedMetadataCache, letters: string): string {
  return [...letters].filter((letter) => cache.has(letter)).join('');
}

function withClock(options: CacheOptions) {
  const clock = new Clock();
  return { clock, cache: new OptimizedMetadataCache({ now: clock.now, ...options }) };
}

/** A recorder for `onEvict`. */
const departures = () => recorder((_key: string, _value: unknown, _reason: EvictionReason) => {});

describe('Policies', () => {
  it('are known by name', () => {
    for (const policy of POLICIES) expect(() => new OptimizedMetadataCache({ policy })).not.toThrow();
    expect(() => new OptimizedMetadataCache({ policy: 'fifo' as PolicyName })).toThrow(
      new RangeError(`policy must be one of 'lru', 'sieve', 's3-fifo', received 'fifo'`),
    );
  });

  for (const policy of POLICIES) {
    it(`do not let go for a write what was written: ${policy}`, () => {
      const cache = new OptimizedMetadataCache({ policy, maxSize: 9, sizeOf: (value) => value as number });
      for (const key of 'abc') cache.set(key, 3);
      for (const key of 'abcabc') cache.get(key);
      expect(cache.set('a', 8), 'set').toBe(true);
      expect(kept(cache, 'abc'), 'entries kept').toBe('a');
      checkInvariants(cache);
    });
  }

  describe('sieve', () => {
    const sieve = (letters: string) => {
      const cache = new OptimizedMetadataCache({ maxEntries: letters.length, policy: 'sieve' });
      store(cache, letters);
      return cache;
    };

    it('evicts the oldest that was not used, and moves nobody', () => {
      const cache = sieve('abcd');
      for (const key of 'ca') cache.get(key);
      store(cache, 'e');
      expect(kept(cache, 'abcde'), 'entries kept').toBe('acde');
      expect([...cache.keys()].join(''), 'the newest first').toBe('edca');
    });

    it('spares who was used once, and once only', () => {
      const cache = sieve('ab');
      cache.get('a');
      store(cache, 'c');
      expect(kept(cache, 'abc'), 'entries kept at first').toBe('ac');
      store(cache, 'd');
      expect(kept(cache, 'acd'), 'entries kept in the end').toBe('cd');
    });

    it('does as a list that is kept by hand, in two thousand requests', () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 12, policy: 'sieve' });
      const model = new SieveModel(12);
      const random = randomFrom(1);
      for (let request = 1; request <= 2_000; request++) {
        const key = `key ${Math.floor(random() ** 2 * 40)}`;
        if (random() < 0.1) {
          expect(cache.delete(key), `whether ${key} was there in request ${request}`).toBe(model.delete(key));
          continue;
        }
        const [factory, calls] = recorder(() => key);
        cache.get(key, factory);
        expect(calls.length === 0, `whether ${key} was found in request ${request}`).toBe(model.request(key));
      }
    });
  });

  describe('s3-fifo', () => {
    const s3Fifo = (letters: string) => {
      const cache = new OptimizedMetadataCache({ maxEntries: letters.length, policy: 's3-fifo' });
      store(cache, letters);
      return cache;
    };

    it('moves who was used twice on probation to the main queue, and evicts who was used once', () => {
      const cache = s3Fifo('abcd');
      for (const key of 'abb') cache.get(key);
      store(cache, 'efgh');
      expect(kept(cache, 'abcdefgh'), 'entries kept').toBe('bfgh');
    });

    it('takes who comes back soon into the main queue', () => {
      const cache = s3Fifo('abcd');
      store(cache, 'e'); // a goes
      store(cache, 'a');
      store(cache, 'fghi');
      expect(kept(cache, 'abcdefghi'), 'entries kept').toBe('aghi');
    });
  });

  describe('which is best depends on the traffic', () => {
    /** Hits in per cent. */
    const hitRatio = (policy: PolicyName, maxEntries: number, trace: Iterable<number>) => {
      const cache = new OptimizedMetadataCache({ policy, maxEntries });
      for (const key of trace) cache.get(`key ${key}`, () => key);
      return 100 * cache.stats().hitRatio;
    };

    it('sieve is 4 points ahead of lru where popularity is skewed and stable', () => {
      const ratios = POLICIES.map((policy) => hitRatio(policy, 200, zipf(2_000, 40_000)));
      const [lru, sieve, s3Fifo] = ratios as [number, number, number];
      expect(sieve - lru, 'points that sieve is ahead').toBeGreaterThan(4);
      expect(s3Fifo - lru, 'points that s3-fifo is ahead').toBeGreaterThan(4);
    });

    it('lru is 15 points ahead of sieve where the hot set moves, and s3-fifo is in between', () => {
      const ratios = POLICIES.map((policy) => hitRatio(policy, 200, phases(160, 1_600, 25)));
      const [lru, sieve, s3Fifo] = ratios as [number, number, number];
      expect(lru - sieve, 'points that lru is ahead').toBeGreaterThan(15);
      expect(s3Fifo - sieve, 'points that s3-fifo is ahead').toBeGreaterThan(5);
      expect(lru - s3Fifo, 'points that lru is ahead of s3-fifo').toBeGreaterThan(5);
    });

    it('none has a single hit in a loop that is twice as long as the cache', () => {
      const loop = Array.from({ length: 4_000 }, (_, i) => i % 400);
      expect(POLICIES.map((policy) => hitRatio(policy, 200, loop)), 'hit ratios').toEqual([0, 0, 0]);
    });
  });
});

/** SIEVE as its paper words it, on a list. */
class SieveModel {
  readonly #newestFirst: { key: string; isVisited: boolean }[] = [];
  /** A place in the list, or -1: the oldest. */
  #hand = -1;

  constructor(readonly capacity: number) {}

  /** @returns whether the key was found */
  request(key: string): boolean {
    const found = this.#newestFirst.find((entry) => entry.key === key);
    if (found) {
      found.isVisited = true;
      return true;
    }
    if (this.#newestFirst.length === this.capacity) this.#evict();
    this.#newestFirst.unshift({ key, isVisited: false });
    if (this.#hand >= 0) this.#hand++;
    return false;
  }

  delete(key: string): boolean {
    const place = this.#newestFirst.findIndex((entry) => entry.key === key);
    if (place < 0) return false;
    this.#newestFirst.splice(place, 1);
    if (place <= this.#hand) this.#hand--;
    return true;
  }

  #evict(): void {
    const list = this.#newestFirst;
    if (this.#hand < 0) this.#hand = list.length - 1;
    while (list[this.#hand]!.isVisited) {
      list[this.#hand]!.isVisited = false;
      this.#hand = this.#hand === 0 ? list.length - 1 : this.#hand - 1;
    }
    list.splice(this.#hand--, 1);
  }
}

/** Requests for `keys` keys, the i-th of them as often as 1 ÷ i says. */
function zipf(keys: number, requests: number): number[] {
  const random = randomFrom(1);
  const upTo: number[] = [];
  let sum = 0;
  for (let i = 1; i <= keys; i++) upTo.push((sum += 1 / i));
  return Array.from({ length: requests }, () => {
    const point = random() * sum;
    let low = 0;
    for (let high = keys - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! < point) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** Requests that come from one set of `size` keys evenly, then from another one. */
function* phases(size: number, requests: number, count: number): Generator<number> {
  const random = randomFrom(1);
  for (let phase = 0; phase < count; phase++) {
    for (let i = 0; i < requests; i++) yield phase * size + Math.floor(random() * size);
  }
}

describe('Slots', () => {
  it('grow, and are found again, beyond where 16 bits number them', () => {
    const cache = new OptimizedMetadataCache({ maxEntries: 70_000 });
    for (let i = 0; i < 70_001; i++) cache.set(`key ${i}`, i);
    expect(cache.size, 'size').toBe(70_000);
    expect(cache.has('key 0'), 'has the first').toBe(false);
    const some = [1, 65_535, 65_536, 70_000];
    expect(some.map((i) => cache.peek(`key ${i}`)), 'values').toEqual(some);
    checkInvariants(cache);
  });

  it('count hits beyond 16 bits', () => {
    const cache = new OptimizedMetadataCache();
    store(cache, 'ab');
    for (let i = 0; i < 65_536; i++) cache.get('a');
    cache.get('b');
    expect(cache.entry('a')?.hits, 'hits of a').toBe(65_536);
    expect(cache.entry('b')?.hits, 'hits of b').toBe(1);
  });

  it('keep instants as exactly as the clock gives them', () => {
    const instants = [0, 4_294_967_295, 4_294_967_296, Date.UTC(2026, 0), Date.UTC(2026, 0) + 0.1];
    let now = 0;
    const cache = new OptimizedMetadataCache({ now: () => now, ttlMs: 1e13 });
    for (now of instants) cache.set(`at ${now}`, now);
    expect(instants.map((instant) => cache.entry(`at ${instant}`)?.createdAt), 'createdAt').toEqual(instants);
  });

  it('keep sizes exactly beyond 32 bits', () => {
    const cache = new OptimizedMetadataCache({ sizeOf: (value) => value as number });
    for (const size of [1, 2 ** 32, 2 ** 40]) cache.set(`size ${size}`, size);
    expect(cache.currentSize, 'currentSize').toBe(1 + 2 ** 32 + 2 ** 40);
    cache.delete(`size ${2 ** 32}`);
    expect(cache.currentSize, 'currentSize').toBe(1 + 2 ** 40);
  });

  it('hold no value that was removed', async () => {
    const cache = new OptimizedMetadataCache({ maxEntries: 2 });
    const refs = ['deleted', 'evicted', 'replaced', 'cleared'].map((key) => {
      const value = { key };
      cache.set(key, value);
      if (key === 'deleted') cache.delete(key);
      return new WeakRef(value);
    });
    cache.set('replaced', {});
    cache.clear();
    await macrotask(); // what a WeakRef gave out is kept until the turn ends
    globalThis.gc!();
    expect(refs.map((ref) => ref.deref()), 'values').toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('The default clock', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('is asked 4 times in 1,000 readings of a turn', async () => {
    await macrotask();
    const now = vi.spyOn(performance, 'now');
    for (let i = 0; i < 1_000; i++) coarseNow();
    expect(now.mock.calls.length, 'calls of performance.now').toBe(4);
  });

  it('is asked anew in the next turn', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000.7);
    await macrotask();
    expect(coarseNow(), 'in whole milliseconds').toBe(1_000);
    now.mockReturnValue(2_000.7);
    expect(coarseNow(), 'in the same turn').toBe(1_000);
    await macrotask();
    expect(coarseNow(), 'in the next').toBe(2_000);
  });

  it('is what a cache expires by', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    await macrotask();
    const cache = new OptimizedMetadataCache({ ttlMs: 10 });
    store(cache, 'a');
    now.mockReturnValue(1_009);
    await macrotask();
    expect(cache.has('a'), 'has after 9 ms').toBe(true);
    now.mockReturnValue(1_010);
    await macrotask();
    expect(cache.has('a'), 'has after 10 ms').toBe(false);
  });
});

describe('Expiry', () => {
  it('lets two expired entries go with each that comes, though there be room', () => {
    const [onEvict, calls] = departures();
    const { cache, clock } = withClock({ ttlMs: 100, onEvict });
    store(cache, 'abcdef');
    clock.advance(100);
    store(cache, 'x');
    expect(calls.length, 'entries gone after one write').toBe(2);
    store(cache, 'y');
    expect(calls.length, 'entries gone after two writes').toBe(4);
    expect(cache.size, 'size').toBe(2);
    expect(calls.length, 'entries gone after size was asked').toBe(6);
  });

  it('finds who is due among lifetimes that are all different', () => {
    const { cache, clock } = withClock({});
    const random = randomFrom(1);
    const ttls = Array.from({ length: 1_000 }, () => 1 + Math.floor(random() * 10_000));
    ttls.forEach((ttlMs, i) => cache.set(`key ${i}`, i, { ttlMs }));
    for (let elapsed = 0; elapsed <= 10_000; elapsed += 250) {
      const living = ttls.filter((ttlMs) => ttlMs > elapsed).length;
      expect(cache.size, `size after ${elapsed} ms`).toBe(living);
      clock.advance(250);
    }
    checkInvariants(cache);
  });

  it('works as much for an entry that expires, however many others do not', () => {
    const measured = growth(256, (n) => {
      const { cache, clock } = withClock({});
      for (let i = 0; i < n; i++) cache.set(`living ${i}`, i, { ttlMs: 1_000_000 });
      for (let i = 0; i < 64; i++) cache.set(`expired ${i}`, i, { ttlMs: 1 + i });
      return countWork(() => {
        for (let i = 0; i < 64; i++) {
          clock.advance(1);
          cache.cleanup();
        }
      });
    });
    expect(['constant', 'logarithmic'], 'growth of the work').toContain(measured);
  });

  it('works as much for a write, however many entries were written anew before they expired', () => {
    const measured = growth(256, (n) => {
      const { cache, clock } = withClock({ ttlMs: 100, maxEntries: n });
      return (
        countWork(() => {
          for (let i = 0; i < 16 * n; i++) {
            cache.set(`key ${(i * 7) % n}`, i);
            if (i % (n / 16) === 0) clock.advance(1); // each is written again after 16 ms
          }
        }) / n
      );
    });
    expect(['constant', 'logarithmic'], 'growth of the work a write').toContain(measured);
  });
});

describe('`get` without a factory', () => {
  it('finds or does not, and counts so', () => {
    const cache = new OptimizedMetadataCache({ maxEntries: 2 });
    store(cache, 'ab');
    expect(cache.get('a'), 'what is there').toBe('value of a');
    expect(cache.get('x'), 'what is not').toBe(undefined);
    expect(cache.stats(), 'stats').toMatchObject({ hits: 1, misses: 1 });
    expect(cache.has('x'), 'has what was not there').toBe(false);
    store(cache, 'c');
    expect(kept(cache, 'abc'), 'entries kept').toBe('ac');
  });
});

describe('`get` whose factory uses the cache', () => {
  it('keeps each key once', () => {
    const cache = new OptimizedMetadataCache({ maxEntries: 2 });
    cache.get('a', () => `outer of ${cache.get('a', () => 'inner')}`);
    checkInvariants(cache);
    cache.get('b', () => {
      cache.clear();
      cache.set('b', 'inner');
      return 'outer';
    });
    checkInvariants(cache);
    expect([...cache], 'entries').toEqual([['b', 'outer']]);
  });
});

describe('`getOrLoad`', () => {
  /** Loads that end when the test says so. */
  function loads() {
    const started: Deferred<string>[] = [];
    const load = () => {
      const pending = deferred<string>();
      started.push(pending);
      return pending.promise;
    };
    return { load, started };
  }

  describe('one load for all who ask meanwhile', () => {
    it('answers them all, and keeps the value', async () => {
      const { load, started } = loads();
      const cache = new OptimizedMetadataCache();
      const answers = [1, 2, 3].map(() => cache.getOrLoad('a', load));
      started[0]!.resolve('loaded');
      expect(await Promise.all(answers), 'answers').toEqual(['loaded', 'loaded', 'loaded']);
      expect(started.length, 'loads').toBe(1);
      expect(cache.peek('a'), 'what is kept').toBe('loaded');
      expect(await cache.getOrLoad('a', load), 'a later answer').toBe('loaded');
      expect(cache.stats(), 'stats').toMatchObject({ hits: 1, misses: 3 });
      expect(cache.loadStats(), 'loadStats').toEqual({ loads: 1, joined: 2, stale: 0, failures: 0 });
    });

    it('a load for each key', async () => {
      const cache = new OptimizedMetadataCache();
      const answers = ['a', 'b'].map((key) => cache.getOrLoad(key, async () => `loaded ${key}`));
      expect(await Promise.all(answers), 'answers').toEqual(['loaded a', 'loaded b']);
    });

    it('takes a value that is there at once, and `undefined` for a value', async () => {
      const cache = new OptimizedMetadataCache();
      expect(await cache.getOrLoad('a', () => undefined), 'first answer').toBe(undefined);
      expect(await cache.getOrLoad('a', () => 'again'), 'second answer').toBe(undefined);
    });

    it('keeps it for `ttlMs`', async () => {
      const { cache, clock } = withClock({ ttlMs: 1_000 });
      await cache.getOrLoad('a', () => 'loaded', { ttlMs: 100 });
      clock.advance(99);
      expect(cache.has('a'), 'has after 99 ms').toBe(true);
      clock.advance(1);
      expect(cache.has('a'), 'has after 100 ms').toBe(false);
    });

    it('returns a value that is too heavy, and keeps it not', async () => {
      const cache = new OptimizedMetadataCache({ maxSize: 5, sizeOf: (value) => String(value).length });
      expect(await cache.getOrLoad('a', () => 'loaded'), 'answer').toBe('loaded');
      expect(cache.has('a'), 'has').toBe(false);
    });
  });

  describe('a load that fails', () => {
    it('fails all who wait for it; nothing is kept, and the next call loads again', async () => {
      const { load, started } = loads();
      const cache = new OptimizedMetadataCache();
      const answers = Promise.allSettled([cache.getOrLoad('a', load), cache.getOrLoad('a', load)]);
      const error = new Error('no connection');
      started[0]!.reject(error);
      expect(await answers, 'answers').toEqual([1, 2].map(() => ({ status: 'rejected', reason: error })));
      expect(cache.has('a'), 'has').toBe(false);
      expect(await cache.getOrLoad('a', () => 'loaded'), 'the next answer').toBe('loaded');
      expect(cache.loadStats(), 'loadStats').toEqual({ loads: 2, joined: 1, stale: 0, failures: 1 });
    });

    it('by throwing at once', async () => {
      const cache = new OptimizedMetadataCache();
      const failing = () => {
        throw new Error('no connection');
      };
      await expect(cache.getOrLoad('a', failing)).rejects.toThrow('no connection');
      expect(await cache.getOrLoad('a', () => 'loaded'), 'the next answer').toBe('loaded');
    });

    it('by a value that cannot be weighed', async () => {
      const cache = new OptimizedMetadataCache({ sizeOf: () => -1 });
      await expect(cache.getOrLoad('a', () => 'loaded')).rejects.toThrow(
        new RangeError(`sizeOf('a') must return an integer from 0, received -1`),
      );
      expect(cache.loadStats().failures, 'failures').toBe(1);
    });
  });

  describe('a load that was overtaken stores nothing', () => {
    const overtaking: [string, (cache: OptimizedMetadataCache) => void, string | undefined][] = [
      ['by `set`', (cache) => cache.set('a', 'newer'), 'newer'],
      ['by `get` with a factory', (cache) => cache.get('a', () => 'newer'), 'newer'],
      ['by `delete`', (cache) => cache.delete('a'), undefined],
      ['by `clear`', (cache) => cache.clear(), undefined],
    ];
    for (const [how, overtake, expected] of overtaking) {
      it(how, async () => {
        const { load, started } = loads();
        const cache = new OptimizedMetadataCache();
        const answer = cache.getOrLoad('a', load);
        overtake(cache);
        started[0]!.resolve('older');
        expect(await answer, 'the answer to who waited').toBe('older');
        expect(cache.peek('a'), 'what is kept').toBe(expected);
      });
    }

    it('nor does it answer who asks after that', async () => {
      const { load, started } = loads();
      const cache = new OptimizedMetadataCache();
      const first = cache.getOrLoad('a', load);
      cache.delete('a');
      const second = cache.getOrLoad('a', load);
      started[1]!.resolve('newer');
      expect(await second, 'the second answer').toBe('newer');
      started[0]!.resolve('older');
      expect(await first, 'the first answer').toBe('older');
      expect(cache.peek('a'), 'what is kept').toBe('newer');
    });
  });

  describe('serves what is stale, while one load refreshes it', () => {
    async function staleFor50Ms(options: CacheOptions = {}) {
      const { cache, clock } = withClock({ ttlMs: 100, ...options });
      await cache.getOrLoad('a', () => 'old', { staleMs: 50 });
      clock.advance(100);
      return { cache, clock, ...loads() };
    }

    it('for `staleMs` after it expired', async () => {
      const { cache, clock, load, started } = await staleFor50Ms();
      clock.advance(49);
      expect(await cache.getOrLoad('a', load), 'first answer').toBe('old');
      expect(await cache.getOrLoad('a', load), 'second answer').toBe('old');
      expect(started.length, 'loads').toBe(1);
      started[0]!.resolve('new');
      await macrotask();
      expect(await cache.getOrLoad('a', load), 'third answer').toBe('new');
      expect(cache.stats(), 'stats').toMatchObject({ hits: 3, misses: 1 });
      expect(cache.loadStats(), 'loadStats').toEqual({ loads: 2, joined: 0, stale: 2, failures: 0 });
    });

    it('not from that very instant on: then the refresh that is under way is waited for', async () => {
      const { cache, clock, load, started } = await staleFor50Ms();
      await cache.getOrLoad('a', load);
      clock.advance(50);
      const answer = cache.getOrLoad('a', load);
      started[0]!.resolve('new');
      expect(await answer, 'answer').toBe('new');
      expect(started.length, 'loads').toBe(1);
    });

    it('to nobody but `getOrLoad`', async () => {
      const { cache } = await staleFor50Ms();
      const seen = { has: cache.has('a'), peek: cache.peek('a'), size: cache.size, keys: [...cache.keys()] };
      expect(seen, 'what is seen').toEqual({ has: false, peek: undefined, size: 0, keys: [] });
      expect(cache.get('a', () => 'computed'), 'get').toBe('computed');
    });

    it('a refresh that fails is counted and reported, and the stale value stays', async () => {
      const [onRefreshError, calls] = recorder((_key: string, _error: unknown) => {});
      const { cache, load, started } = await staleFor50Ms({ onRefreshError });
      const error = new Error('no connection');
      await cache.getOrLoad('a', load);
      started[0]!.reject(error);
      await macrotask();
      expect(calls, 'calls of onRefreshError').toEqual([['a', error]]);
      expect(cache.loadStats().failures, 'failures').toBe(1);
      expect(await cache.getOrLoad('a', load), 'the next answer').toBe('old');
      expect(started.length, 'loads').toBe(2);
    });

    it('a refresh that fails is no unhandled rejection, though nobody listens', async () => {
      const { cache } = await staleFor50Ms();
      const [onRejection, calls] = recorder((_reason: unknown) => {});
      process.on('unhandledRejection', onRejection);
      try {
        await cache.getOrLoad('a', async () => {
          throw new Error('no connection');
        });
        await macrotask();
      } finally {
        process.off('unhandledRejection', onRejection);
      }
      expect(calls, 'unhandled rejections').toEqual([]);
    });

    it('not after the key was written or deleted', async () => {
      for (const forget of [
        (cache: OptimizedMetadataCache) => cache.set('a', 'newer', { ttlMs: 0 }),
        (cache: OptimizedMetadataCache) => cache.delete('a'),
        (cache: OptimizedMetadataCache) => cache.clear(),
      ]) {
        const { cache } = await staleFor50Ms();
        cache.has('a');
        forget(cache);
        expect(await cache.getOrLoad('a', () => 'loaded'), 'answer').toBe('loaded');
      }
    });

    it('goes before any living entry when room is needed', async () => {
      const [onEvict, calls] = departures();
      const { cache } = await staleFor50Ms({ maxEntries: 2, onEvict });
      store(cache, 'bc');
      expect(kept(cache, 'bc'), 'entries kept').toBe('bc');
      expect(calls, 'calls of onEvict').toEqual([['a', 'old', 'expired']]);
      expect(await cache.getOrLoad('a', () => 'loaded'), 'answer').toBe('loaded');
    });

    it('counts for the weight that is kept until it goes', async () => {
      const { cache } = await staleFor50Ms({ maxSize: 6, sizeOf: (value) => String(value).length });
      cache.set('b', 'four');
      expect(cache.currentSize, 'currentSize').toBe(4);
      checkInvariants(cache);
      expect(await cache.getOrLoad('a', () => 'new'), 'answer').toBe('new');
    });

    it('`onEvict` hears of it when it has gone for good, and not at all if it was refreshed', async () => {
      const [onEvict, calls] = departures();
      const { cache, clock, load, started } = await staleFor50Ms({ onEvict });
      expect(cache.cleanup(), 'entries dropped while it is stale').toBe(0);
      await cache.getOrLoad('a', load, { staleMs: 50 });
      started[0]!.resolve('new');
      await macrotask();
      expect(calls, 'calls of onEvict after the refresh').toEqual([]);
      clock.advance(150);
      expect(cache.cleanup(), 'entries dropped in the end').toBe(1);
      expect(calls, 'calls of onEvict in the end').toEqual([['a', 'new', 'expired']]);
    });

    it('not after `warm` or `load` has brought the key back', async () => {
      const { cache } = await staleFor50Ms();
      cache.has('a');
      await cache.warm([['a', () => 'warmed']]);
      checkInvariants(cache);
      expect(await cache.getOrLoad('a', () => 'loaded'), 'answer').toBe('warmed');
    });

    it('at once with `ttlMs: 0`', async () => {
      const { cache } = withClock({});
      await cache.getOrLoad('a', () => 'old', { ttlMs: 0, staleMs: 50 });
      expect(cache.size, 'size').toBe(0);
      expect(await cache.getOrLoad('a', () => 'new'), 'answer').toBe('old');
    });

    it('but not in the place of a living entry', async () => {
      const { cache } = withClock({ maxEntries: 2 });
      store(cache, 'bc');
      await cache.getOrLoad('a', () => 'old', { ttlMs: 0, staleMs: 50 });
      checkInvariants(cache);
      expect(kept(cache, 'bc'), 'entries kept').toBe('bc');
      expect(await cache.getOrLoad('a', () => 'new'), 'answer').toBe('new');
    });
  });

  it('misuse', () => {
    const cache = new OptimizedMetadataCache();
    expect(() => cache.getOrLoad('a', 'loaded' as never)).toThrow(
      new TypeError(`load must be a function, received 'loaded'`),
    );
    expect(() => cache.getOrLoad('a', () => 1, { ttlMs: -1 })).toThrow(
      new RangeError('ttlMs must be 0 or more, received -1'),
    );
    expect(() => cache.getOrLoad('a', () => 1, { staleMs: NaN })).toThrow(
      new RangeError('staleMs must be 0 or more, received NaN'),
    );
    expect(() => new OptimizedMetadataCache({ onRefreshError: true as never })).toThrow(
      new TypeError('onRefreshError must be a function, received true'),
    );
  });
});

describe('Iteration', () => {
  it('goes from the most to the least recently used', () => {
    const cache = new OptimizedMetadataCache();
    store(cache, 'abc');
    cache.get('a');
    expect([...cache.keys()], 'keys').toEqual(['a', 'c', 'b']);
    expect([...cache.values()], 'values').toEqual(['value of a', 'value of c', 'value of b']);
    expect([...cache], 'entries').toEqual([...cache.entries()]);
    expect([...cache][0], 'the first entry').toEqual(['a', 'value of a']);
  });

  it('is no use, and skips what has expired', () => {
    const { cache, clock } = withClock({ maxEntries: 3 });
    cache.set('a', 1, { ttlMs: 10 });
    store(cache, 'bc');
    clock.advance(10);
    expect([...cache.keys()], 'keys').toEqual(['c', 'b']);
    store(cache, 'de');
    expect(kept(cache, 'bcde'), 'entries kept').toBe('cde');
  });

  for (const policy of POLICIES) {
    it(`is not disturbed by what happens meanwhile: ${policy}`, () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 4, policy });
      store(cache, 'abcd');
      const seen: string[] = [];
      for (const key of cache.keys()) {
        seen.push(key);
        cache.get(key);
        if (key === 'd') cache.delete('c');
        store(cache, `xyz${key}`);
      }
      expect(new Set(seen).size, 'keys seen twice').toBe(seen.length);
      expect(seen.filter((key) => !'abd'.includes(key)), 'keys seen that were not there').toEqual([]);
    });
  }
});

describe('`dump` and `load`', () => {
  it('bring the entries back by way of JSON, in their order and with what was left of their lives', () => {
    const { cache, clock } = withClock({ maxEntries: 3, ttlMs: 100 });
    store(cache, 'ab');
    cache.set('c', null, { ttlMs: Infinity });
    clock.advance(60);
    cache.get('a');
    const later = withClock({ maxEntries: 3 });
    expect(later.cache.load(JSON.parse(JSON.stringify(cache.dump()))), 'entries stored').toBe(3);
    expect([...later.cache], 'entries').toEqual([...cache]);
    later.clock.advance(39);
    expect(kept(later.cache, 'abc'), 'entries kept after 39 ms').toBe('abc');
    later.clock.advance(1);
    expect(kept(later.cache, 'abc'), 'entries kept after 40 ms').toBe('c');
  });

  it('evict and replace nobody', () => {
    const old = new OptimizedMetadataCache();
    store(old, 'abcd');
    const cache = new OptimizedMetadataCache({ maxEntries: 3 });
    cache.set('d', 'newer');
    expect(cache.load(old.dump()), 'entries stored').toBe(2);
    expect([...cache.keys()].join(''), 'keys').toBe('dcb');
    expect(cache.peek('d'), 'what was there').toBe('newer');
    expect(cache.stats().evictions, 'evictions').toBe(0);
  });

  it('do not speak of what has expired', () => {
    const { cache, clock } = withClock({ ttlMs: 100 });
    store(cache, 'a');
    clock.advance(100);
    expect(cache.dump(), 'dump').toEqual({ version: 1, entries: [] });
  });

  describe('name the place of what is wrong', () => {
    const entry = { key: 'a', value: 1 };
    const wrong: [unknown, Error][] = [
      [null, new TypeError('dump must be an object, received null')],
      [[], new TypeError('dump must be an object, received []')],
      [{ version: 2, entries: [] }, new RangeError('dump.version must be 1, received 2')],
      [{ version: 1 }, new TypeError('dump.entries must be an array, received undefined')],
      [[entry, 'b'], new TypeError(`dump.entries[1] must be an object, received 'b'`)],
      [[entry, { key: 7 }], new TypeError('dump.entries[1].key must be a string, received 7')],
      [[entry, entry], new RangeError(`dump.entries[1].key must not repeat an earlier one, received 'a'`)],
      [[{ key: 'b', ttlMs: '1' }], new TypeError(`dump.entries[0].ttlMs must be a number, received '1'`)],
      [[{ key: 'b', ttlMs: -1 }], new RangeError('dump.entries[0].ttlMs must be 0 or more, received -1')],
    ];
    for (const [dump, error] of wrong) {
      it(error.message, () => {
        const cache = new OptimizedMetadataCache();
        const isList = Array.isArray(dump) && dump.length > 0;
        expect(() => cache.load(isList ? { version: 1, entries: dump } : dump)).toThrow(error);
        expect(cache.size, 'size').toBe(0);
      });
    }

    it('and a size that is wrong leaves the cache as it was', () => {
      const cache = new OptimizedMetadataCache({ sizeOf: (value) => value as number });
      const dump: CacheDump = { version: 1, entries: [{ key: 'a', value: 1 }, { key: 'b', value: -1 }] };
      expect(() => cache.load(dump)).toThrow(
        new RangeError(`sizeOf('b') must return an integer from 0, received -1`),
      );
      expect(cache.size, 'size').toBe(0);
    });
  });
});

describe('`onEvict` may use the cache, and may throw', () => {
  it('is told in order of what leaves because of it, without recursion', () => {
    const told: string[] = [];
    const cache: OptimizedMetadataCache = new OptimizedMetadataCache({
      maxEntries: 2,
      onEvict: (key) => {
        told.push(key);
        if (key.length === 1) cache.set(`for ${key}`, 1);
        told.push(`end of ${key}`);
      },
    });
    store(cache, 'abc');
    expect(told.join(', '), 'what was told').toBe(
      'a, end of a, b, end of b, c, end of c, for a, end of for a',
    );
    checkInvariants(cache);
  });

  it('its error reaches the caller when the operation is complete and all were told', () => {
    const error = new Error('listener');
    const [onEvict, calls] = recorder((_key: string) => {
      throw error;
    });
    const { cache, clock } = withClock({ maxEntries: 2, ttlMs: 100, onEvict });
    store(cache, 'ab');
    expect(() => store(cache, 'c')).toThrow(error);
    expect(kept(cache, 'abc'), 'entries kept').toBe('bc');
    clock.advance(100);
    expect(() => cache.cleanup()).toThrow(new AggregateError([error, error], 'onEvict threw 2 times'));
    expect(calls.map(([key]) => key).sort(), 'who was told of').toEqual(['a', 'b', 'c']);
    checkInvariants(cache);
  });
});

describe('`@cached`', () => {
  it('takes no list of strings for another, whatever is in them', () => {
    const [join, calls] = recorder((...parts: unknown[]) => parts.join());
    class Shop {
      @cached()
      join(...parts: unknown[]): string {
        return join(...parts);
      }
    }
    const shop = new Shop();
    const lists = [
      [[], [''], ['', ''], ['a', 'b'], ["a,'b"], ["a,1:'b"], ['a,b'], ["'a", 'b'], ["a,'1:b"]],
      [['1'], [1], [1n], ['1n'], [-0], [0], ['0'], [true], ['true'], ['true,'], [true, undefined]],
      [[undefined], [null], ['null'], [null, null], ['undefined']],
    ].flat();
    for (let round = 0; round < 2; round++) for (const list of lists) shop.join(...list);
    expect(calls, 'calls of the original').toEqual(lists);
  });

  it('says what a method needs that was taken from its object', () => {
    class Shop {
      @cached()
      name(): string {
        return 'shop';
      }
    }
    const { name } = new Shop();
    expect(() => name.call(undefined as never)).toThrow(
      new TypeError('@cached name needs an object as this, received undefined'),
    );
  });
});

/** An LRU cache that is obviously right: a list in the order of the last use, filtered at each call. */
class LruModel {
  hits = 0;
  misses = 0;
  evictions = 0;
  expirations = 0;
  coldestFirst: { key: string; value: number; size: number; expiresAt: number }[] = [];

  constructor(readonly options: Required<Pick<CacheOptions, 'maxEntries' | 'maxSize' | 'ttlMs' | 'now' | 'sizeOf'>>) {}

  get currentSize(): number {
    return this.coldestFirst.reduce((sum, { size }) => sum + size, 0);
  }

  find(key: string) {
    const before = this.coldestFirst.length;
    this.coldestFirst = this.coldestFirst.filter(({ expiresAt }) => this.options.now() < expiresAt);
    this.expirations += before - this.coldestFirst.length;
    return this.coldestFirst.find((entry) => entry.key === key);
  }

  delete(key: string): boolean {
    const found = this.find(key);
    this.coldestFirst = this.coldestFirst.filter((entry) => entry !== found);
    return found !== undefined;
  }

  set(key: string, value: number, ttlMs = this.options.ttlMs): boolean {
    const { maxEntries, maxSize, now, sizeOf } = this.options;
    this.delete(key);
    const size = sizeOf(value, key);
    if (size > maxSize) return false;
    this.coldestFirst.push({ key, value, size, expiresAt: now() + ttlMs });
    while (this.find(key) && (this.coldestFirst.length > maxEntries || this.currentSize > maxSize)) this.evictLRU();
    return true;
  }

  get(key: string, factory: () => number): number {
    const found = this.find(key);
    if (found === undefined) {
      this.misses++;
      const value = factory();
      this.set(key, value);
      return value;
    }
    this.hits++;
    this.coldestFirst = [...this.coldestFirst.filter((entry) => entry !== found), found];
    return found.value;
  }

  evictLRU(): boolean {
    this.find('');
    const isAny = this.coldestFirst.shift() !== undefined;
    if (isAny) this.evictions++;
    return isAny;
  }
}

/** All that can be seen of a cache, to be compared with what can be seen of its model. */
const seenOf = (cache: OptimizedMetadataCache) => {
  const { size, currentSize } = cache; // drops what has expired, so that it is counted below
  const { hits, misses, evictions, expirations } = cache.stats();
  return { size, currentSize, hits, misses, evictions, expirations, coldestFirst: [...cache.keys()].reverse() };
};
const seenOfModel = (model: LruModel) => {
  model.find('');
  const { currentSize, hits, misses, evictions, expirations, coldestFirst } = model;
  const keys = coldestFirst.map(({ key }) => key);
  return { size: keys.length, currentSize, hits, misses, evictions, expirations, coldestFirst: keys };
};

describe('In long random runs', () => {
  const OPERATIONS = 1_200;
  const LIFETIMES = [undefined, undefined, 0, 3, 7.5, 40, Infinity];
  const bounds = [
    { maxEntries: 12, maxSize: 1_000, ttlMs: 20 },
    { maxEntries: 30, maxSize: 45, ttlMs: Infinity },
    { maxEntries: 30, maxSize: 7, ttlMs: 10 }, // some values weigh more than that
  ];

  for (const [i, bound] of bounds.entries()) {
    it(`lru does as a list that is obviously right, with ${inspect(bound)}`, () => {
      const random = randomFrom(i + 1);
      const upTo = (n: number) => Math.floor(random() * n);
      const clock = new Clock();
      const options = { ...bound, now: clock.now, sizeOf: (value: unknown) => (value as number) % 9 };
      const cache = new OptimizedMetadataCache(options);
      const model = new LruModel(options);

      /** Does the same to both, and returns what they returned. */
      function operate(key: string, value: number): [operation: string, actual: unknown, expected: unknown] {
        const ttlMs = LIFETIMES[upTo(LIFETIMES.length)];
        const dice = upTo(100);
        if (dice < 5) return ['delete', cache.delete(key), model.delete(key)];
        if (dice < 10) return ['has', cache.has(key), model.find(key) !== undefined];
        if (dice < 15) return ['peek', cache.peek(key), model.find(key)?.value];
        if (dice < 16) return ['evictLRU', cache.evictLRU(), model.evictLRU()];
        if (dice < 35) return ['advance', clock.advance(upTo(4)), undefined];
        const entryOptions = ttlMs === undefined ? {} : { ttlMs };
        if (dice < 60) return ['set', cache.set(key, value, entryOptions), model.set(key, value, ttlMs)];
        return ['get', cache.get(key, () => value), model.get(key, () => value)];
      }

      for (let n = 0; n < OPERATIONS; n++) {
        const key = `key ${Math.floor(random() ** 2 * 3 * bound.maxEntries)}`;
        const [operation, actual, expected] = operate(key, n);
        if (!Object.is(actual, expected)) expect(actual, `${operation} of ${key}, ${n}th operation`).toBe(expected);
        if (n % 20 === 0) expect(seenOf(cache), `what is seen after the ${n}th operation`).toEqual(seenOfModel(model));
        checkInvariants(cache);
      }
      const { evictions, expirations } = cache.stats();
      expect(evictions, 'evictions that occurred').toBeGreaterThan(20);
      expect(expirations, 'expirations that occurred').toBeGreaterThan(20);
    });
  }

  for (const policy of POLICIES) {
    it(`the invariants hold, with loads under way and stale values: ${policy}`, async () => {
      const random = randomFrom(4);
      const upTo = (n: number) => Math.floor(random() * n);
      const [onEvict, calls] = departures();
      const sizeOf = (value: unknown) => (value as number) % 13;
      const { cache, clock } = withClock({ policy, onEvict, maxEntries: 30, maxSize: 150, sizeOf, ttlMs: 15 });
      const underWay: Deferred<number>[] = [];
      const load = () => {
        underWay.push(deferred<number>());
        return underWay.at(-1)!.promise;
      };

      for (let n = 0; n < 2 * OPERATIONS; n++) {
        const key = `key ${Math.floor(random() ** 2 * 45)}`;
        const ttlMs = upTo(30);
        const dice = upTo(100);
        if (dice < 8) {
          cache.delete(key);
        } else if (dice < 16) {
          clock.advance(upTo(4));
        } else if (dice < 24) {
          const isKept = cache.set(key, n, { ttlMs });
          if (cache.has(key) !== (isKept && ttlMs > 0)) expect.fail(`set of ${key}, ${n}th operation`);
        } else if (dice < 32) {
          cache.get(key, () => n);
        } else if (dice < 48) {
          const [ended] = underWay.splice(upTo(underWay.length), 1);
          if (upTo(4) === 0) ended?.reject(new Error('no connection'));
          else ended?.resolve(n);
          await macrotask();
        } else if (dice < 49) {
          [() => cache.load(cache.dump()), () => cache.clear(), () => cache.cleanup()][upTo(3)]!();
        } else {
          cache.getOrLoad(key, load, { staleMs: upTo(3) * 40 }).catch(() => {});
        }
        checkInvariants(cache);
      }
      const { evictions, expirations } = cache.stats();
      expect(evictions + expirations, 'departures counted, and told').toBe(calls.length);
      const { stale } = cache.loadStats();
      expect(Math.min(evictions, expirations, stale), 'evictions, expirations, stale').toBeGreaterThan(5);
    });
  }
});
