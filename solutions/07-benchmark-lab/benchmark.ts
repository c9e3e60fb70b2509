import {
  type BenchmarkOptions,
  type BenchmarkResults,
  type LoadTestResults,
  type MemoryTestResults,
  type Milliseconds,
  type Parts,
} from '#contract/07-benchmark-lab';
// #region solution only
import { allocationOf, BENCH_KEYS, CALLERS, type Cost, GROWTH_KEYS, type Subject } from '#contract/07-benchmark-lab';
import { loadTest } from './load.ts';
import { BenchmarkRunner } from './runner.ts';
import { LocalStation } from './sampling.ts';
import { growthOf, memoryStressTest } from './slopes.ts';

/** One run is noise; of five each size has a middle. */
const GROWTH_RUNS = 5;

type Run = Subject['run'];
// #endregion

/** The bench of a performance layer: a cache, a loader and a batcher, each beside what one does without it. */
export class PerformanceBenchmark {
  // #region solution only
  readonly #parts: Parts;
  readonly #options: BenchmarkOptions;

  // #endregion
  constructor(parts: Parts, options: BenchmarkOptions = {}) {
    // #region step 7.6
    this.#parts = parts;
    this.#options = { generations: 3, budgetMs: 2_000, now: () => performance.now(), ...options };
    // #endregion
  }

  /** Hits only; without the cache, each value is made anew. */
  benchmarkCachePerformance(): Promise<BenchmarkResults> {
    // #region step 7.6
    return this.#benchmark('cache: get, all hits', (keys) => {
      const cache = this.#parts.cache();
      for (const key of keys) cache.set(key, workOf(key));
      // The sum is what the loops are for: a value that nobody uses need not be made.
      return [() => total(keys, (key) => cache.get(key, () => workOf(key))), () => total(keys, workOf)];
    });
    // #endregion
  }

  /** {@link CALLERS} ask for each key at once; without the loader, each of them loads it. */
  benchmarkLazyLoading(): Promise<BenchmarkResults> {
    // #region step 7.6
    return this.#benchmark('loader: 100 callers a key', (keys) => {
      const load = (key: string) => async () => workOf(key);
      const asked = keys.slice(0, keys.length / CALLERS).flatMap((key) => Array<string>(CALLERS).fill(key));
      const loadAll = () => {
        const loader = this.#parts.loader();
        return Promise.all(asked.map((key) => loader.load(key, load(key))));
      };
      return [loadAll, () => Promise.all(asked.map((key) => load(key)()))];
    });
    // #endregion
  }

  /** What batches cost where they save nothing: operations without a round trip. */
  benchmarkBatchProcessing(): Promise<BenchmarkResults> {
    // #region step 7.6
    return this.#benchmark('batches: operations without a round trip', (keys) => {
      const batches = this.#parts.batches();
      const processAll = async () => {
        const added = keys.map((key) => batches.addToBatch('bench', () => workOf(key)));
        await batches.flushAll();
        return Promise.all(added);
      };
      return [processAll, () => Promise.all(keys.map(async (key) => workOf(key)))];
    });
    // #endregion
  }

  /** On the loader, with one new key in ten requests. */
  loadTest(concurrent: number, duration: Milliseconds, arrivalsPerSecond = 2_000): Promise<LoadTestResults> {
    // #region step 7.5
    const loader = this.#parts.loader();
    let requests = 0;
    const operation = () => {
      const key = `key ${requests % 10 === 0 ? requests : requests % 10}`;
      requests++;
      return loader.load(key, async () => workOf(key));
    };
    return loadTest(operation, { ...this.#options, concurrent, durationMs: duration, arrivalsPerSecond });
    // #endregion
  }

  /** The cache, made, filled and dropped in each round. Needs `--expose-gc`, unless `heap` is given. */
  memoryStressTest(): Promise<MemoryTestResults> {
    // #region step 7.4
    const keys = keysOf(BENCH_KEYS);
    return memoryStressTest(() => {
      const cache = this.#parts.cache();
      for (const key of keys) cache.set(key, workOf(key));
    }, this.#options);
    // #endregion
  }
  // #region solution only

  /** @param open what a run does with it and without it, for so many keys */
  async #benchmark(name: string, open: (keys: readonly string[]) => [Run, Run]): Promise<BenchmarkResults> {
    const now = this.#options.now!;
    const [runWith, runWithout] = open(keysOf(BENCH_KEYS));
    const station = (run: Run) => () =>
      new LocalStation({ run }, { unit: 'ns/op', operations: BENCH_KEYS, sampleMs: 2, warmUpMs: 200 }, now);
    const subjects = { without: station(runWithout), with: station(runWith) };
    const timing = await new BenchmarkRunner(this.#options).benchmarkScenario({ name, unit: 'ns/op', subjects });
    const costs: Cost[] = [];
    for (const n of GROWTH_KEYS) {
      const [run] = open(keysOf(n));
      for (let i = 0; i < GROWTH_RUNS; i++) {
        const start = now();
        await run();
        costs.push({ n, cost: (now() - start) / n });
      }
    }
    return { timing, allocation: await allocationOf(runWith, BENCH_KEYS), growth: growthOf(costs) };
  }
  // #endregion
}
// #region solution only

const keysOf = (count: number) => Array.from({ length: count }, (_, i) => `key ${i}`);

/** Something like the making of metadata: a few hundred nanoseconds, and an object. */
const workOf = (key: string) => ({ key, parts: key.split(' '), size: JSON.stringify({ key }).length });

function total(keys: readonly string[], make: (key: string) => { readonly size: number }): number {
  let sum = 0;
  for (const key of keys) sum += make(key).size;
  return sum;
}
// #endregion
