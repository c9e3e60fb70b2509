import {
  type BenchmarkOptions,
  type BenchmarkResults,
  type LoadTestResults,
  type MemoryTestResults,
  type Milliseconds,
  type Parts,
} from '#contract/07-benchmark-lab';
import { todo } from '#todo';

/** The bench of a performance layer: a cache, a loader and a batcher, each beside what one does without it. */
export class PerformanceBenchmark {
  constructor(parts: Parts, options: BenchmarkOptions = {}) {
    todo('7.6');
  }

  /** Hits only; without the cache, each value is made anew. */
  benchmarkCachePerformance(): Promise<BenchmarkResults> {
    todo('7.6');
  }

  /** {@link CALLERS} ask for each key at once; without the loader, each of them loads it. */
  benchmarkLazyLoading(): Promise<BenchmarkResults> {
    todo('7.6');
  }

  /** What batches cost where they save nothing: operations without a round trip. */
  benchmarkBatchProcessing(): Promise<BenchmarkResults> {
    todo('7.6');
  }

  /** On the loader, with one new key in ten requests. */
  loadTest(concurrent: number, duration: Milliseconds, arrivalsPerSecond = 2_000): Promise<LoadTestResults> {
    todo('7.5');
  }

  /** The cache, made, filled and dropped in each round. Needs `--expose-gc`, unless `heap` is given. */
  memoryStressTest(): Promise<MemoryTestResults> {
    todo('7.4');
  }
}
