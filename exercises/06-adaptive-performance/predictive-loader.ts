import type { Loader, LoadOptions } from '#contract/02-lazy-loader';
import {
  type AccessPattern,
  EVIDENCE,
  FREQUENT_SHARE,
  type FrequencyPattern,
  LEAST_CONFIDENCE,
  type Milliseconds,
  type PredictiveLoaderOptions,
  PREFETCH_WINDOW,
  type PrefetchReport,
  REGULAR_JITTER,
  SEQUENCE_PROBABILITY,
} from '#contract/06-adaptive-performance';
import { LazyMetadataLoader } from '#exercise/02-lazy-loader';
import { todo } from '#todo';

/**
 * A loader that learns from its sessions what is used after what, and loads it before it is asked for.
 *
 * An access is a use of a key in a {@link session}, unless the session used the same key just before. A use
 * outside any session counts for nothing.
 */
export class PredictiveLoader extends LazyMetadataLoader {
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor(options: PredictiveLoaderOptions = {}) {
    const { maxContexts = 1000, historySize = 1000, prefetchBudget = 4, now, ...loaderOptions } = options;
    super(loaderOptions);
    todo('6.3');
  }

  override load<T>(key: string, loader: Loader<T>, options: LoadOptions = {}): Promise<T> {
    todo('6.3');
  }

  override loadWithDependencies<T>(
    key: string,
    deps: readonly string[],
    loader: Loader<T>,
    options: LoadOptions = {},
  ): Promise<T> {
    todo('6.3');
  }

  override get<T>(key: string, options: LoadOptions = {}): Promise<T> {
    todo('6.3');
  }

  /**
   * Runs a piece of work, as for one request: the keys that it uses follow one another. Unlike its parent's,
   * it loads nothing by itself, and {@link usedTogether} hears nothing of it.
   *
   * @returns what `run` returned
   */
  override session<T>(run: () => T): T {
    todo('6.3');
  }

  /**
   * What will probably be used next after `currentKey`, the likeliest first: in a session that used it last,
   * by what it used before that, too. O(what has followed it of late).
   */
  predictNextAccess(currentKey: string): string[] {
    todo('6.3');
  }

  /** The regularities in the latest accesses, as many as `historySize` says. O(n log n) in their number. */
  analyzeAccessPatterns(): AccessPattern[] {
    todo('6.4');
  }

  /**
   * Loads what is registered and not there: in a session, what will probably follow the key that it used
   * last; outside of any, what is used frequently. It begins when nobody waits for a load, and takes no more
   * than the budget allows, or than its hits of late deserve.
   *
   * @returns settles when the loads have; does not reject
   */
  async prefetchBasedOnPatterns(): Promise<void> {
    todo('6.5');
  }

  /** What prefetching was good for so far. */
  prefetchReport(): PrefetchReport {
    todo('6.5');
  }
}
