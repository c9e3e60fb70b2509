// The bench of a performance layer: a cache, a loader and a batcher, each beside what one does without it.

import { type LoadOptions, loadTest, type LoadTestResults } from './load.ts';
import { type Allocation, allocationOf, type MemoryTestResults, memoryStressTest, type StressOptions } from './memory.ts';
import type { ScenarioResult } from './result.ts';
import { BenchmarkRunner, type RunnerOptions } from './runner.ts';
import { LocalStation } from './sampling.ts';
import { type Interval, slopeWithInterval } from './statistics.ts';
import type { Milliseconds, Subject } from './subject.ts';

/** What is put to the test: whatever has these methods. Each call makes a new one. */
export interface Parts {
  /** Of exercise 1. */
  readonly cache: () => PartCache;
  /** Of exercise 2. */
  readonly loader: () => PartLoader;
  /** Of exercise 3. */
  readonly batches: () => PartBatches;
}

/** What is asked of a cache. */
export interface PartCache {
  /** The value of a key, made by `factory` where there is none. */
  get<T>(key: string, factory: () => T): T;
  /** Keeps a value. */
  set<T>(key: string, value: T): unknown;
}

/** What is asked of a loader. */
export interface PartLoader {
  /** The value of a key, loaded where there is none. */
  load<T>(key: string, loader: () => Promise<T>): Promise<T>;
}

/** What is asked of a batcher. */
export interface PartBatches {
  /** Does an operation with others. */
  addToBatch<T>(key: string, operation: () => T): Promise<T>;
  /** Does all that were added. */
  flushAll(): Promise<void>;
}

/** Also how load waits, and how often the memory test reads the heap, and how. */
export type BenchmarkOptions = RunnerOptions & Pick<LoadOptions, 'wait'> & Pick<StressOptions, 'heap' | 'rounds'>;

/** Of one part, beside what one does without it. */
export interface BenchmarkResults {
  /** The subjects `with` and `without`. */
  readonly timing: ScenarioResult;
  /** With it. */
  readonly allocation: Allocation;
  /** How what it costs grows with the number of keys. */
  readonly growth: Growth;
}

/** How a cost grows with the number of things. */
export interface Growth {
  /** What one operation costs is proportional to n to this power: 0 is O(1), 1 is O(n). */
  readonly exponent: number;
  readonly interval: Interval;
}

/** A cost, and of how many. */
export interface Cost {
  /** How many there were. */
  readonly n: number;
  /** In any unit: nanoseconds, or a count of steps, which is the same on every machine. */
  readonly cost: number;
}

type Run = Subject['run'];

/** How many keys there are, and how many for the growth. */
const KEYS = 1_000;
const GROWTH_KEYS = [500, 1_000, 2_000, 4_000];
const GROWTH_RUNS = 5;
/** As many ask at once. */
const CALLERS = 100;

/** Measures the parts of a performance layer. */
export class PerformanceBenchmark {
  readonly #parts: Parts;
  readonly #options: BenchmarkOptions;
  readonly #runner: BenchmarkRunner;
  readonly #now: () => Milliseconds;

  constructor(parts: Parts, options: BenchmarkOptions = {}) {
    const { generations = 3, budgetMs = 2_000, now = () => performance.now() } = options;
    this.#parts = parts;
    this.#options = options;
    this.#now = now;
    this.#runner = new BenchmarkRunner({ ...options, generations, budgetMs });
  }

  /** Hits only; without the cache, each value is made anew. */
  benchmarkCachePerformance(): Promise<BenchmarkResults> {
    return this.#benchmark('cache: get, all hits', (keys) => {
      const cache = this.#parts.cache();
      for (const key of keys) cache.set(key, workOf(key));
      return [() => total(keys, (key) => cache.get(key, () => workOf(key))), () => total(keys, workOf)];
    });
  }

  /** Several callers ask for each key at once; without the loader, each of them loads it. */
  benchmarkLazyLoading(): Promise<BenchmarkResults> {
    return this.#benchmark('loader: 100 callers a key', (keys) => {
      const load = (key: string) => async () => workOf(key);
      const asked = keys.slice(0, Math.ceil(keys.length / CALLERS)).flatMap((key) => Array<string>(CALLERS).fill(key));
      return [
        () => {
          const loader = this.#parts.loader();
          return Promise.all(asked.map((key) => loader.load(key, load(key))));
        },
        () => Promise.all(asked.map((key) => load(key)())),
      ];
    });
  }

  /** What batches cost where they save nothing: operations without a round trip. */
  benchmarkBatchProcessing(): Promise<BenchmarkResults> {
    return this.#benchmark('batches: 100 operations each', (keys) => {
      const batches = this.#parts.batches();
      const operations = keys.map((key) => () => workOf(key));
      return [
        async () => {
          const added = operations.map((operation) => batches.addToBatch('bench', operation));
          await batches.flushAll();
          return Promise.all(added);
        },
        () => Promise.all(operations.map(async (operation) => operation())),
      ];
    });
  }

  /** On the loader, with one new key in ten requests. @see {@link loadTest} */
  loadTest(concurrent: number, duration: Milliseconds, arrivalsPerSecond = 2_000): Promise<LoadTestResults> {
    const loader = this.#parts.loader();
    let request = 0;
    const operation = () => {
      const key = `key ${request % 10 === 0 ? request : request % 10}`;
      request++;
      return loader.load(key, async () => workOf(key));
    };
    return loadTest(operation, { ...this.#options, concurrent, durationMs: duration, arrivalsPerSecond });
  }

  /** The cache, made, filled and dropped in each round. Needs `--expose-gc`. @see {@link memoryStressTest} */
  memoryStressTest(): Promise<MemoryTestResults> {
    const keys = keysOf(KEYS);
    const round = () => {
      const cache = this.#parts.cache();
      for (const key of keys) cache.set(key, workOf(key));
    };
    return memoryStressTest(round, this.#options);
  }

  /** @param open what a run does with it and without it, for so many keys */
  async #benchmark(name: string, open: (keys: readonly string[]) => [Run, Run]): Promise<BenchmarkResults> {
    const [runWith, runWithout] = open(keysOf(KEYS));
    const station = (run: Run) => () =>
      new LocalStation({ run }, { unit: 'ns/op', operations: KEYS, sampleMs: 2, warmUpMs: 200 }, this.#now);
    const subjects = { without: station(runWithout), with: station(runWith) };
    const timing = await this.#runner.benchmarkScenario({ name, unit: 'ns/op', subjects });
    const costs: Cost[] = [];
    for (const n of GROWTH_KEYS) {
      const [run] = open(keysOf(n));
      for (let i = 0; i < GROWTH_RUNS; i++) {
        const start = this.#now();
        await run();
        costs.push({ n, cost: (this.#now() - start) / n });
      }
    }
    return { timing, allocation: await allocationOf(runWith, KEYS), growth: growthOf(costs) };
  }
}

// #region growth
/**
 * The exponent by which a cost grows: the slope of its logarithm over that of n, for n^k is a line there. Where
 * operations can be counted, count them: a count has no noise, and this line has no interval.
 *
 * {@includeCode ../../docs/examples/07-benchmark-lab/growth.ts#growth}
 *
 * @throws RangeError if a cost or a size is not above 0, or all sizes are the same
 */
export function growthOf(costs: readonly Cost[]): Growth {
  for (const { n, cost } of costs) {
    if (!(n > 0 && cost > 0)) throw new RangeError(`growth needs sizes and costs above 0, received ${cost} at ${n}`);
  }
  const points = costs.map(({ n, cost }) => ({ x: Math.log(n), y: Math.log(cost) }));
  const { slope, interval } = slopeWithInterval(points);
  return { exponent: slope, interval };
}
// #endregion growth

const keysOf = (count: number) => Array.from({ length: count }, (_, i) => `key ${i}`);

/** Something like the making of metadata: a few hundred nanoseconds, and an object. */
function workOf(key: string) {
  return { key, parts: key.split(' '), size: JSON.stringify({ key }).length };
}

function total(keys: readonly string[], make: (key: string) => { readonly size: number }): number {
  let sum = 0;
  for (const key of keys) sum += make(key).size;
  return sum;
}
