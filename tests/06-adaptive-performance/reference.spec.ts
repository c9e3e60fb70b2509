import { describe, expect, it } from 'vitest';
import { randomNumbers } from '#framework';
import { OptimizedMetadataCache } from '../../reference/01-metadata-cache/index.ts';
import { checkInvariants } from '../../reference/06-adaptive-performance/adaptive-cache.ts';
import { AdaptiveCache, checkPredictor, PredictiveLoader } from '../../reference/06-adaptive-performance/index.ts';
import { Ghosts, hashOf, UNKNOWN } from '../../reference/06-adaptive-performance/ghosts.ts';
import type { Memory } from '../../reference/06-adaptive-performance/order.ts';
import { apportion } from '../../reference/06-adaptive-performance/partitions.ts';
import { rhythmOf } from '../../reference/06-adaptive-performance/patterns.ts';
import { PrefetchAccount } from '../../reference/06-adaptive-performance/prefetching.ts';
import { resized } from '../../reference/06-adaptive-performance/pressure.ts';
import { workersFor } from '../../reference/06-adaptive-performance/real-time-optimizer.ts';
import { sampleBits, Shadows } from '../../reference/06-adaptive-performance/shadows.ts';
import { Successors } from '../../reference/06-adaptive-performance/successors.ts';
import { HillClimbing } from '../../reference/06-adaptive-performance/tuning.ts';
import { macrotask } from '../deferred.ts';

const ENTRIES = 512;
const REQUESTS = 30_000;

const requests = (keyOf: (i: number) => number) => Array.from({ length: REQUESTS }, (_, i) => `key ${keyOf(i)}`);

/** Rank r about in proportion to 1 ÷ r. */
function skewed(): string[] {
  const random = randomNumbers(1);
  return requests(() => Math.floor(8_000 ** random()));
}

/** Evenly from 1,000 keys, and after 6,000 requests from 1,000 others. */
function phases(): string[] {
  const random = randomNumbers(2);
  return requests((i) => 1_000 * Math.floor(i / 6_000) + Math.floor(random() * 1_000));
}

const loop = () => requests((i) => i % 1_000);

function hitPercentage(cache: OptimizedMetadataCache, keys: readonly string[]): number {
  for (const key of keys) cache.get(key, () => key);
  return 100 * cache.stats().hitRatio;
}

const adaptive = () => new AdaptiveCache({ maxEntries: ENTRIES });
const lru = () => new OptimizedMetadataCache({ maxEntries: ENTRIES });
const sieve = () => new OptimizedMetadataCache({ maxEntries: ENTRIES, policy: 'sieve' });

/** What the best of the shadows remembers by, most of the time. */
function memoryMostly(keys: readonly string[]): Memory | undefined {
  const shadows = new Shadows(ENTRIES);
  const times = new Map<Memory, number>();
  for (const hash of keys.map(hashOf)) {
    if (!shadows.hear(hash)) continue;
    const memory = shadows.ask(hash);
    times.set(memory, 1 + (times.get(memory) ?? 0));
  }
  return [...times].sort(([, a], [, b]) => b - a)[0]?.[0];
}

describe('The cache finds out who should go', () => {
  it('in a loop over more than there is room for, where LRU and SIEVE hit nothing', () => {
    expect(hitPercentage(lru(), loop()), 'LRU').toBe(0);
    expect(hitPercentage(sieve(), loop()), 'SIEVE').toBe(0);
    expect(hitPercentage(adaptive(), loop()), 'adaptive').toBeGreaterThan(40);
  });

  it('where popularity is skewed and stable', () => {
    const ours = hitPercentage(adaptive(), skewed());
    expect(ours - hitPercentage(lru(), skewed()), 'points ahead of LRU').toBeGreaterThan(3);
    expect(ours - hitPercentage(sieve(), skewed()), 'points ahead of SIEVE').toBeGreaterThan(-0.5);
  });

  it('where the hot set moves', () => {
    const ours = hitPercentage(adaptive(), phases());
    expect(ours - hitPercentage(lru(), phases()), 'points ahead of LRU').toBeGreaterThan(-3);
    expect(ours - hitPercentage(sieve(), phases()), 'points ahead of SIEVE').toBeGreaterThan(5);
  });

  it('by a memory where that pays, and by none where it does not', () => {
    expect(memoryMostly(skewed()), 'where popularity is stable').not.toBe('none');
    expect(memoryMostly(phases()), 'where it moves').toBe('none');
  });

  it('on a sample of the keys that is smaller the larger the cache is', () => {
    expect([1, 64, 128, 512, 1_024, 100_000].map(sampleBits), 'bits').toEqual([0, 1, 2, 4, 5, 6]);
    const shadows = new Shadows(512);
    const sampled = Array.from({ length: 16_000 }, (_, i) => hashOf(`key ${i}`)).filter((hash) => shadows.hear(hash));
    expect(Math.abs(sampled.length - 1_000), 'how far from one in sixteen').toBeLessThan(100);
  });
});

describe('The cache remembers who went', () => {
  it('of twice as many as it keeps, and of no more than some times that', () => {
    const ghosts = new Ghosts();
    ghosts.resize(1_000);
    const hashes = Array.from({ length: 10_000 }, (_, i) => hashOf(`key ${i}`));
    for (const hash of hashes) ghosts.add(hash, 3);
    const known = hashes.map((hash) => ghosts.take(hash) === 3);
    const [latest, earlier] = [known.slice(-1_000), known.slice(0, 4_000)].map((some) => some.filter(Boolean).length);
    expect(latest, 'of the latest 1,000').toBeGreaterThan(990);
    expect(earlier, 'of those that went 6,000 ago and more').toBeLessThan(20);
    expect(ghosts.take(hashes.at(-1)!), 'who was asked for already').toBe(UNKNOWN);
  });

  it('also when it grows and shrinks', () => {
    const ghosts = new Ghosts();
    ghosts.resize(1_000);
    const hashes = Array.from({ length: 500 }, (_, i) => hashOf(`key ${i}`));
    for (const [i, hash] of hashes.entries()) ghosts.add(hash, i % 16);
    ghosts.resize(100_000);
    ghosts.resize(2_000);
    ghosts.halve();
    const wrong = hashes.filter((hash, i) => ghosts.take(hash) !== Math.floor((i % 16) / 2));
    expect(wrong, 'whose count is not half of what it was').toEqual([]);
  });
});

describe('The cache keeps its books', () => {
  it('in 20,000 operations by chance', () => {
    const random = randomNumbers(3);
    const kept = new Map<string, number>();
    let now = 0;
    const cache = new AdaptiveCache({
      maxEntries: 60,
      minEntries: 5,
      ttlMs: 200,
      now: () => now,
      onEvict: (key) => kept.delete(key),
    });
    const partitionOf = (key: string) => `${key.length % 3}`;
    for (let i = 0; i < 20_000; i++) {
      const key = `${'#'.repeat(Math.floor(random() * 5))}${Math.floor(40 * random() ** 2)}`;
      const chance = random();
      now += chance < 0.3 ? 1 : 0;
      if (chance < 0.7) cache.get(key, () => (kept.set(key, i), i));
      else if (chance < 0.9) kept.set(key, i), cache.set(key, i);
      else if (chance < 0.96) kept.delete(key), cache.delete(key);
      else if (chance < 0.995) cache.adaptCacheSize(random());
      else if (chance < 0.999) cache.partitionCache({ partitionOf, shares: { 0: 0.5, 1: 0.3, 2: 0.2 } });
      else kept.clear(), cache.clear();
      if (i % 50 === 0) checkInvariants(cache);
      expect(cache.peek(key), `value of ${key}`).toBe(kept.get(key));
    }
    expect(Object.fromEntries(cache), 'entries').toEqual(Object.fromEntries(kept));
  });

  it('of what `getOrLoad` brings, and what a dump brings back', async () => {
    const cache = new AdaptiveCache({ maxEntries: 4 });
    for (let i = 0; i < 9; i++) await cache.getOrLoad(`key ${i}`, async () => i);
    checkInvariants(cache);
    expect(cache.size, 'size').toBe(4);
    const smaller = new AdaptiveCache({ maxEntries: 3 });
    smaller.set('mine', 1);
    expect(smaller.load(cache.dump()), 'entries brought back').toBe(2);
    checkInvariants(smaller);
    expect(smaller.has('mine'), 'what was there is there').toBe(true);
  });

  it('of what was refreshed behind a stale value', async () => {
    let now = 0;
    const cache = new AdaptiveCache({ maxEntries: 3, ttlMs: 10, now: () => now });
    const ask = (key: string) => cache.getOrLoad(key, async () => now, { staleMs: 100 });
    for (const key of 'abc') await ask(key);
    now = 20;
    await macrotask(); // what was loaded has been noted
    for (const key of 'abc') expect(await ask(key), `stale value of ${key}`).toBe(0);
    await macrotask();
    await macrotask();
    expect(cache.size, 'size when all are refreshed').toBe(3);
    checkInvariants(cache);
    cache.set('d', 1);
    expect(cache.size, 'size after one more').toBe(3);
  });

  it('where a partition has less than one entry', () => {
    const cache = new AdaptiveCache({ maxEntries: 2 });
    cache.partitionCache({ partitionOf: (key) => key, shares: { a: 0.98, b: 0.01, c: 0.01 } });
    for (const key of 'abcabccba') {
      cache.set(key, key);
      expect(cache.has(key), `has ${key}, which was stored just now`).toBe(true);
      checkInvariants(cache);
    }
  });

  it('where a key belongs to no partition, and all is then as it was', () => {
    const cache = new AdaptiveCache({ maxEntries: 4 });
    cache.partitionCache({ partitionOf: (key) => key.charAt(0), shares: { a: 0.5, b: 0.5 } });
    for (const key of ['a1', 'b1', 'a2', 'b2']) cache.set(key, key);
    expect(() => cache.get('c1', () => 1)).toThrow(RangeError);
    expect(() => cache.partitionCache({ partitionOf: () => 'a', shares: { b: 1 } })).toThrow(RangeError);
    expect([...cache.keys()].sort(), 'keys').toEqual(['a1', 'a2', 'b1', 'b2']);
    checkInvariants(cache);
  });

  it('after it was cleared, at the size that it has by then', () => {
    const cache = new AdaptiveCache({ maxEntries: 100 });
    cache.adaptCacheSize(0.9);
    cache.clear();
    for (let i = 0; i < 200; i++) cache.set(`key ${i}`, i);
    expect([cache.size, cache.capacity], 'size and capacity').toEqual([75, 75]);
    checkInvariants(cache);
  });

  it('and shares what it has to the last entry', () => {
    const random = randomNumbers(4);
    for (let i = 0; i < 200; i++) {
      const weights = Array.from({ length: 1 + Math.floor(random() * 6) }, () => random() + 0.01);
      const total = Math.floor(random() * 100);
      const parts = apportion(total, weights);
      expect(parts.reduce((a, b) => a + b, 0), 'sum of the parts').toBe(total);
    }
    expect(apportion(7, [1, 1, 1]), 'thirds of 7').toEqual([3, 2, 2]);
  });

  it('down takes three readings, and up again nine', () => {
    const bounds = { minEntries: 1, maxEntries: 100 };
    let sizing = { capacity: 100, calmReadings: 0 };
    for (let i = 0; i < 3; i++) sizing = { ...resized(sizing, 0.9, bounds) };
    expect(sizing.capacity, 'capacity after three').toBe(42);
    let readings = 0;
    for (; sizing.capacity < 70; readings++) sizing = { ...resized(sizing, 0.5, bounds) };
    expect(readings, 'calm readings until it is 70 or more').toBe(9);
  });
});

describe('The loader foresees', () => {
  it('and forgets single successors, however many there were', () => {
    const successors = new Successors(10);
    for (let i = 0; i < 5_000; i++) successors.add(undefined, 'a', `once ${i}`);
    expect(successors.likeliest(undefined, 'a'), 'predictions').toEqual([]);
    for (let i = 0; i < 20_000; i++) successors.add(undefined, 'a', 'b');
    expect(successors.likeliest(undefined, 'a'), 'predictions, where nothing overflows').toEqual(['b']);
  });

  it('by pairs that no content of keys confuses', () => {
    const successors = new Successors(10);
    for (let i = 0; i < 3; i++) successors.add('1 a', 'b', 'x');
    expect(successors.likeliest('1', ' ab'), 'predictions for another pair').toEqual([]);
    expect(successors.likeliest('1 a', 'b'), 'predictions for the pair').toEqual(['x']);
  });

  it('with the promise that the parent gave', async () => {
    const loader = new PredictiveLoader();
    const first = loader.load('a', async () => 1);
    expect(loader.load('a', async () => 2) === first, 'one promise for both').toBe(true);
    await first;
  });

  it('a rhythm that a pause does not disturb', () => {
    const instants = [0, 10, 20, 30, 10_030, 10_040, 10_050];
    expect(rhythmOf(instants), 'rhythm').toEqual({ periodMs: 10, jitterMs: 0 });
  });

  it('by an account that halves with each miss, and probes', () => {
    const account = new PrefetchAccount(4);
    const miss = () => {
      account.prefetched('wrong');
      for (let i = 0; i < 21; i++) account.accessed(`other ${i}`, true);
      return account.room;
    };
    expect([miss(), miss(), miss()], 'room after each miss').toEqual([2, 1, 0]);
    let accesses = 0;
    for (; account.room === 0; accesses++) account.accessed('other', true);
    expect(accesses, 'accesses until the next chance').toBeGreaterThan(50);
    account.prefetched('right');
    account.accessed('right', true);
    expect(account.room, 'room after a hit').toBe(2);
  });
});

describe('The optimizer doubts', () => {
  /** The values that were in effect at each measurement. */
  function tune(value: number, calls: number, objective: (value: number) => number): number[] {
    let current = value;
    const apply = (next: number) => (current = next);
    const climbing = new HillClimbing([{ name: 'batch', value, min: 0, max: 1_000, step: 10, apply }]);
    return Array.from({ length: calls }, () => {
      const measured = current;
      climbing.measured(objective(current));
      return measured;
    });
  }

  it('a bad change is in effect for one call', () => {
    const values = tune(500, 24, (value) => Math.abs(value - 500));
    const trials = values.map((value) => value !== 500);
    expect(trials.filter(Boolean).length, 'calls with another value').toBe(4);
    expect(trials.some((isTrial, i) => isTrial && trials[i + 1]), 'two of them in a row').toBe(false);
  });

  it('a change that changes nothing is kept about once in 252 trials', () => {
    const random = randomNumbers(5);
    const applied = [500];
    const apply = (value: number) => applied.push(value);
    const climbing = new HillClimbing([{ name: 'batch', value: 500, min: -1e6, max: 1e6, step: 10, apply }]);
    for (let i = 0; i < 100_000; i++) climbing.measured(random());
    let trials = 0;
    let kept = 0;
    for (let i = 1; i + 1 < applied.length; trials++) {
      const isTakenBack = applied[i + 1] === applied[i - 1];
      if (!isTakenBack) kept++;
      i += isTakenBack ? 2 : 1;
    }
    expect(trials / kept, 'trials for each that was kept').toBeGreaterThan(170);
    expect(trials / kept, 'trials for each that was kept').toBeLessThan(400);
  });

  it('and counts workers by what they do, not by how long callers wait', () => {
    const load = { arrivalsPerSecond: 300, completionsPerSecond: 200, serviceMs: 50, responseMs: 5_000 };
    expect(workersFor(load), 'workers').toBe(20);
  });

  it('a verdict on a predictor says the rule, and by what it was broken', () => {
    const oracle = { use: () => {}, predict: () => ['z'] };
    const expected = 'after a it must predict b first, and nothing but b, received [z]';
    expect(() => checkPredictor(() => oracle)).toThrow(new Error(`what always followed is foreseen: ${expected}`));
  });
});
