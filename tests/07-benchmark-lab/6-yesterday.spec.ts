import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BENCH_KEYS, CALLERS, GROWTH_KEYS } from '#contract/07-benchmark-lab';
import {
  BaselineError,
  type BenchmarkOptions,
  type Finding,
  type Metrics,
  PerformanceBenchmark,
  PerformanceRegressionTester,
  type Thresholds,
} from '#exercise/07-benchmark-lab';
import { Noise } from './noise.ts';
import { ScriptedParts } from './parts.ts';
import { VirtualTime } from './virtual-time.ts';

const benchOf = (parts: ScriptedParts, options: BenchmarkOptions = {}) =>
  new PerformanceBenchmark(parts, { generations: 1, budgetMs: 1, now: parts.now, ...options });

/** Where a baseline may be kept; no file is there yet. */
function baselinePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-baseline-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'baseline.json');
}

const steady = (...values: number[]) => values.map((value) => Array<number>(6).fill(value));

/** Of one operation without noise. */
const metricsOf = (time: number, others: Partial<Metrics[string]> = {}): Metrics => ({
  describe: { time: steady(time, time, time), yardstick: steady(1_000, 1_000, 1_000), ...others },
});

/** What is found by metrics after others have become the baseline. */
function found(before: Metrics, now: Metrics, thresholds?: Thresholds): Record<Finding['measure'], Finding> {
  const tester = new PerformanceRegressionTester(baselinePath(), thresholds, 'this machine');
  tester.establishBaseline(before);
  const { findings } = tester.validatePerformance(now);
  return Object.fromEntries(findings.map((finding) => [finding.measure, finding])) as never;
}

describe('7.6 Compare with yesterday', () => {
  describe('7.6.1 The cache is measured where it hits', () => {
    it('and nowhere else', async () => {
      const parts = new ScriptedParts();
      const { timing } = await benchOf(parts).benchmarkCachePerformance();
      expect(timing.measured, 'subjects').toEqual(['without', 'with']);
      expect(parts.misses, 'misses').toBe(0);
      expect(parts.hits, 'hits').toBeGreaterThan(BENCH_KEYS);
      expect(timing.valueOf('with') / 1e6, 'ms a get').toBeCloseTo(10, 0);
    });

    it('and nobody is asked without it', async () => {
      const { timing } = await benchOf(new ScriptedParts()).benchmarkCachePerformance();
      expect(timing.valueOf('without') / 1e6, 'ms to make a value, where only the clock takes time').toBeLessThan(1);
    });

    it('with as many keys as there should be', async () => {
      const parts = new ScriptedParts();
      await benchOf(parts).benchmarkCachePerformance();
      expect(parts.caches.map(({ size }) => size), 'sizes of caches').toContain(BENCH_KEYS);
    });
  });

  describe('7.6.2 The loader is asked by many at once, batches are flushed', () => {
    it('each run by a new loader', async () => {
      const parts = new ScriptedParts();
      const { timing } = await benchOf(parts).benchmarkLazyLoading();
      expect(timing.measured, 'subjects').toEqual(['without', 'with']);
      expect(parts.loaders.length, 'loaders').toBeGreaterThan(30);
      const callers = new Set(parts.loaders.flatMap((loads) => [...loads.values()].map(({ callers }) => callers)));
      expect([...callers], 'callers that share a load').toEqual([CALLERS]);
      expect(timing.valueOf('with') / 1e6, 'ms for a caller').toBeCloseTo(10, 0);
    });

    it('each run of batches ends when all is done', async () => {
      const parts = new ScriptedParts();
      const { timing } = await benchOf(parts).benchmarkBatchProcessing();
      expect(timing.measured, 'subjects').toEqual(['without', 'with']);
      const flushes = parts.flushed.flat();
      expect(flushes.length, 'flushes').toBeGreaterThan(30);
      expect(flushes.filter((size) => ![BENCH_KEYS, ...GROWTH_KEYS].includes(size)), 'other sizes').toEqual([]);
      expect(parts.processed, 'operations that are done').toBe(flushes.reduce((a, b) => a + b, 0));
      expect(timing.valueOf('with') / 1e6, 'ms for an operation').toBeCloseTo(10, 0);
    });
  });

  describe('7.6.3 Growth and allocation are those of the part', () => {
    const scanning = (entries: number) => entries / 10;

    it('of a cache which always takes the same', async () => {
      const { growth } = await benchOf(new ScriptedParts()).benchmarkCachePerformance();
      expect(growth.exponent, 'exponent').toBeCloseTo(0, 1);
    });

    it('of a cache which looks at all that it has', async () => {
      const { growth } = await benchOf(new ScriptedParts(scanning)).benchmarkCachePerformance();
      expect(growth.exponent, 'exponent').toBeCloseTo(1, 1);
    });

    it('of batches which look at all that was added', async () => {
      const { growth } = await benchOf(new ScriptedParts(scanning)).benchmarkBatchProcessing();
      expect(growth.exponent, 'exponent').toBeCloseTo(1, 1);
    });

    it('or throw away what it needs', async () => {
      const parts = new ScriptedParts();
      const cache = () => {
        const { get, set } = parts.cache();
        const wasteful = <T>(key: string, factory: () => T): T => {
          wasted.value = new Array<number>(100).fill(1);
          return get(key, factory);
        };
        return { get: wasteful, set };
      };
      const wasted: { value: unknown } = { value: undefined };
      const bench = new PerformanceBenchmark(
        { ...parts, loader: parts.loader, batches: parts.batches, cache },
        { generations: 1, budgetMs: 1, now: parts.now },
      );
      const { allocation } = await bench.benchmarkCachePerformance();
      expect(allocation.bytesPerOperation, 'bytes for an operation that wastes 800').toBeGreaterThan(700);
      expect(allocation.bytesPerOperation, 'bytes for an operation that wastes 800').toBeLessThan(4_000);
    });
  });

  describe('7.6.4 Loader and cache are put under load and stress', () => {
    it('one request in ten is for a new key', async () => {
      const time = new VirtualTime();
      const parts = new ScriptedParts(() => 0);
      const bench = benchOf(parts, { now: time.now, wait: time.wait });
      const { completed, failed, latencyMs } = await time.pass(bench.loadTest(5, 1_000, 500));
      expect(failed, 'failed').toBe(0);
      expect(completed, 'requests in a second').toBeGreaterThan(400);
      expect(completed, 'requests in a second').toBeLessThan(600);
      expect(latencyMs.max, 'the longest latency').toBeLessThan(10);
      expect(parts.loaders.length, 'loaders').toBe(1);
      const keys = parts.loaders[0]!.size;
      expect(keys, 'keys').toBeGreaterThan(completed / 12);
      expect(keys, 'keys').toBeLessThan(completed / 7);
    });

    it('a cache is made, filled and dropped in each round', async () => {
      const parts = new ScriptedParts();
      let reading = 5e6;
      const bench = benchOf(parts, { heap: () => (reading += 1_000) });
      const { readings, isLeaking } = await bench.memoryStressTest();
      expect(readings.length, 'readings').toBe(24);
      expect(isLeaking, 'a leak, where the heap grows by 1,000 bytes a round').toBe(true);
      expect(parts.caches.map(({ size }) => size), 'sizes of caches').toEqual(Array(24).fill(BENCH_KEYS));
    });
  });

  describe('7.6.5 What was measured before is kept', () => {
    it('at its path, for whoever asks', () => {
      const path = baselinePath();
      new PerformanceRegressionTester(path, {}, 'm').establishBaseline(metricsOf(500));
      const { findings, success } = new PerformanceRegressionTester(path, {}, 'm').validatePerformance(metricsOf(500));
      const told = findings.map(({ operation, measure }) => `${operation} ${measure}`);
      expect(told, 'findings').toEqual(['describe time']);
      expect(findings[0]!.ratio.ratio, 'ratio').toBeCloseTo(1);
      expect(success, 'success').toBe(true);
    });

    it('until something else is', () => {
      const tester = new PerformanceRegressionTester(baselinePath());
      tester.establishBaseline({ ...metricsOf(500), other: metricsOf(1)['describe']! });
      tester.establishBaseline(metricsOf(100));
      const { findings } = tester.validatePerformance({ ...metricsOf(200), other: metricsOf(1)['describe']! });
      expect(findings.map(({ operation }) => operation), 'operations').toEqual(['describe']);
      expect(findings[0]!.ratio.ratio, 'ratio').toBeCloseTo(2);
    });

    it('operations that only one of the two has are left out', () => {
      const tester = new PerformanceRegressionTester(baselinePath());
      const { describe: any } = metricsOf(500);
      tester.establishBaseline({ gone: any!, stays: any! });
      const { findings, success } = tester.validatePerformance({ stays: any!, isNew: any! });
      expect(findings.map(({ operation }) => operation), 'operations').toEqual(['stays']);
      expect(success, 'success').toBe(true);
    });
  });

  describe('7.6.6 A change is one when its whole interval is', () => {
    const changeFrom = (before: Metrics, now: Metrics) => found(before, now).time.change;

    it('without noise', () => {
      const changes = [1.25, 1.15, 1, 0.95, 0.85].map((by) => changeFrom(metricsOf(500), metricsOf(500 * by)));
      expect(changes, 'at 1.25, 1.15, 1, 0.95 and 0.85').toEqual(['regression', 'none', 'none', 'none', 'improvement']);
    });

    it('where generations disagree', () => {
      const yardstick = steady(1_000, 1_000, 1_000, 1_000);
      const now = (...by: number[]): Metrics => ({
        describe: { time: steady(...by.map((by) => 500 * by)), yardstick },
      });
      const before = now(1, 1, 1, 1);
      expect(changeFrom(before, now(1.1, 1.4, 1.1, 1.4)), 'of 1.1 and 1.4').toBe('inconclusive');
      expect(changeFrom(before, now(1.4, 1.6, 1.4, 1.6)), 'of 1.4 and 1.6').toBe('regression');
      expect(changeFrom(before, now(0.98, 1.08, 0.98, 1.08)), 'of 0.98 and 1.08').toBe('none');
      expect(changeFrom(before, now(0.8, 1.02, 0.8, 1.02)), 'of 0.8 and 1.02').toBe('none');
      expect(changeFrom(before, now(0.6, 0.7, 0.6, 0.7)), 'of 0.6 and 0.7').toBe('improvement');
    });

    it('and is told by name', () => {
      const tester = new PerformanceRegressionTester(baselinePath());
      const at = (time: number) => metricsOf(time)['describe']!;
      tester.establishBaseline({ load: at(500), store: at(500), find: at(500) });
      const now = { load: at(900), store: at(500), find: at(200) };
      const { success, message, findings } = tester.validatePerformance(now);
      expect(success, 'success').toBe(false);
      expect(message, 'message').toMatch(/\bload\b/);
      expect(message, 'message').not.toMatch(/\b(store|find)\b/);
      expect(findings.map(({ change }) => change), 'changes').toEqual(['regression', 'none', 'improvement']);
    });

    it('what is inconclusive is no regression', () => {
      const tester = new PerformanceRegressionTester(baselinePath());
      tester.establishBaseline(metricsOf(500));
      const now = { describe: { time: steady(550, 700, 500), yardstick: steady(1_000, 1_000, 1_000) } };
      const { success, findings } = tester.validatePerformance(now);
      expect(findings.map(({ change }) => change), 'changes').toEqual(['inconclusive']);
      expect(success, 'success').toBe(true);
    });
  });

  describe('7.6.7 A slow day is no regression', () => {
    it('where the yardstick is slow as well', () => {
      const slow = { describe: { time: steady(900, 1_500, 600), yardstick: steady(1_800, 3_000, 1_200) } };
      const { change, ratio } = found(metricsOf(500), slow).time;
      expect(ratio.ratio, 'ratio').toBeCloseTo(1);
      expect(change, 'change').toBe('none');
    });

    it('and a fast one hides none', () => {
      const fast = { describe: { time: steady(500, 500, 500), yardstick: steady(600, 600, 600) } };
      expect(found(metricsOf(500), fast).time.change, 'change').toBe('regression');
    });

    it('of the same generation, by its median', () => {
      const disturbed = [1_000, 1_000, 40_000, 1_000, 1_000].map((value) => value * 2);
      const now = { describe: { time: steady(1_000, 500), yardstick: [disturbed, steady(1_000)[0]!] } };
      const { ratio } = found(metricsOf(500), now).time;
      expect(ratio.ratio, 'ratio').toBeCloseTo(1);
      expect(ratio.interval[1], 'high').toBeCloseTo(1);
    });
  });

  describe('7.6.8 Noise alone is nothing', () => {
    /** Of one operation on a machine that is `pace` times as slow, some of whose samples are disturbed. */
    function noisy(seed: number, cost: number, pace = 1, busy = 0): Metrics {
      const noise = new Noise(seed);
      const disturbed = () => (noise.random() < busy ? 1 + 2 * noise.random() : 1);
      const side = (cost: number) =>
        noise
          .generations(cost * pace, { count: 4, bias: 0.03, spread: 0.04 })
          .map((rounds) => rounds.map((value) => value * disturbed()));
      return { describe: { time: side(cost), yardstick: side(1_000) } };
    }

    for (const [day, pace, busy] of [
      ['a quiet day', 1, 0],
      ['a slow one with busy neighbours', 2, 0.3],
    ] as const) {
      it(`on ${day}`, () => {
        const tester = new PerformanceRegressionTester(baselinePath());
        const changes = Array.from({ length: 8 }, (_, seed) => {
          if (seed % 4 === 0) tester.establishBaseline(noisy(1_000 + seed, 500));
          return tester.validatePerformance(noisy(seed, 500, pace, busy)).findings[0]!.change;
        });
        const alarms = changes.filter((change) => change === 'regression' || change === 'improvement');
        expect(alarms, 'alarms in 8 comparisons of the same').toEqual([]);
      });
    }

    it('and does not hide what is twice as slow', () => {
      for (let seed = 0; seed < 5; seed++) {
        const { change } = found(noisy(seed, 500), noisy(100 + seed, 1_000, 2, 0.2)).time;
        expect(change, 'change').toBe('regression');
      }
    });
  });

  describe('7.6.9 Memory has thresholds of its own', () => {
    const memory = (bytesPerOperation: number, collections: number) =>
      metricsOf(500, { bytesPerOperation, collections });

    it('30% and 50%', () => {
      const changes = (bytes: number, collections: number) => {
        const { allocation, collections: collected } = found(memory(100, 40), memory(bytes, collections));
        return [allocation.change, collected.change];
      };
      expect(changes(129, 59), 'of 129 bytes for 100, 59 collections for 40').toEqual(['none', 'none']);
      expect(changes(131, 61), 'of 131 bytes for 100, 61 collections for 40').toEqual(['regression', 'regression']);
      expect(changes(85, 30), 'of 85 bytes for 100, 30 collections for 40').toEqual(['improvement', 'improvement']);
    });

    it('of a few collections one more says nothing', () => {
      const measures = (before: number, now: number) => Object.keys(found(memory(100, before), memory(100, now)));
      expect(measures(3, 7), 'what is found of 3 and 7').toEqual(['time', 'allocation']);
      expect(measures(3, 9), 'what is found of 3 and 9').toEqual(['time', 'allocation', 'collections']);
    });

    it('what is missing, or nothing, is not compared', () => {
      expect(Object.keys(found(memory(0, 0), memory(100, 20))), 'found, with 0 before').toEqual(['time']);
      expect(Object.keys(found(metricsOf(500), memory(100, 20))), 'found, with nothing before').toEqual(['time']);
      expect(Object.keys(found(memory(100, 20), metricsOf(500))), 'found, with nothing now').toEqual(['time']);
    });

    it('and all thresholds can be set', () => {
      const thresholds = { time: 1, allocation: 2, collections: 3, improvement: 0.5 };
      const now = { describe: { ...memory(250, 130)['describe']!, time: steady(950) } };
      const doubled = found(memory(100, 40), now, thresholds);
      expect(Object.values(doubled).map(({ change }) => change), 'changes').toEqual(['none', 'none', 'none']);
      expect(found(metricsOf(500), metricsOf(300), thresholds).time.change, 'change').toBe('none');
      expect(found(metricsOf(500), metricsOf(560), { time: 0.1 }).time.change, 'change').toBe('regression');
    });
  });

  describe('7.6.10 Without a baseline there is nothing to compare with', () => {
    it('where there never was one', () => {
      const tester = new PerformanceRegressionTester(baselinePath());
      expect(() => tester.validatePerformance(metricsOf(1)), 'validatePerformance').toThrow(BaselineError);
    });

    it('where it was made on another machine', () => {
      const path = baselinePath();
      new PerformanceRegressionTester(path, {}, 'a mainframe').establishBaseline(metricsOf(1));
      const tester = new PerformanceRegressionTester(path);
      expect(() => tester.validatePerformance(metricsOf(1)), 'validatePerformance').toThrow(BaselineError);
    });

    it('where it cannot be read', () => {
      const path = baselinePath();
      writeFileSync(path, '{"metr');
      const tester = new PerformanceRegressionTester(path);
      expect(() => tester.validatePerformance(metricsOf(1)), 'validatePerformance').toThrow(BaselineError);
    });
  });
});
