// #region solution only
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';

// #endregion
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

// #region solution only
/** What the weight of an observation is multiplied by at each later one of the same context. */
const FADING = 0.9;

/** An observation that has faded so far is forgotten. */
const FADED = 0.05;

/** What followed once weighs 1 at most, what followed again weighs more at first. */
const CHANCE = 1;

/** What followed what: for each context, of which the least recently seen are forgotten, fading counts. */
class Successors {
  readonly #weights = new Map<string, Map<string, number>>();

  constructor(readonly maxContexts: number) {}

  add(context: string, next: string): void {
    const weights = this.#weights.get(context) ?? new Map<string, number>();
    for (const [key, weight] of weights) {
      if (weight * FADING < FADED) weights.delete(key);
      else weights.set(key, weight * FADING);
    }
    weights.set(next, (weights.get(next) ?? 0) + 1);
    this.#weights.delete(context);
    this.#weights.set(context, weights);
    if (this.#weights.size > this.maxContexts) {
      const [leastRecent] = this.#weights.keys() as MapIterator<string> & [string];
      this.#weights.delete(leastRecent);
    }
  }

  likeliest(context: string): string[] {
    const weights = [...(this.#weights.get(context) ?? [])];
    const sum = weights.reduce((sum, [, weight]) => sum + weight, 0);
    return weights
      .filter(([, weight]) => weight > CHANCE && weight >= LEAST_CONFIDENCE * sum)
      .sort(([, a], [, b]) => b - a)
      .map(([key]) => key);
  }
}

interface Access {
  readonly key: string;
  readonly at: Milliseconds;
  /** What the session accessed before it, and after it. */
  readonly before: string | undefined;
  next: string | undefined;
}

/** What a session has accessed. */
interface Chain {
  last: Access | undefined;
}

/**
 * The sessions that the running code is in, one of each loader at most. There is one storage for all loaders,
 * because Node goes through all storages that were ever used at each promise that is made.
 */
const sessions = new AsyncLocalStorage<ReadonlyMap<PredictiveLoader, Chain>>();

/** A prefetcher that has missed too often gets one more chance in so many accesses. */
const PROBE_EVERY = 100;

// #endregion
/**
 * A loader that learns from its sessions what is used after what, and loads it before it is asked for.
 *
 * An access is a use of a key in a {@link session}, unless the session used the same key just before. A use
 * outside any session counts for nothing.
 */
export class PredictiveLoader extends LazyMetadataLoader {
  // #region solution only
  readonly #afterOne: Successors;
  readonly #afterTwo: Successors;
  readonly #historySize: number;
  readonly #now: () => Milliseconds;
  /** A ring: the access number n stands at n modulo its size. */
  readonly #history: Access[] = [];
  #accesses = 0;

  readonly #budget: number;
  /** How many prefetches may be open: the budget, while they hit. */
  #allowance: number;
  readonly #registered = new Set<string>();
  /** Loads that somebody is waiting for. */
  readonly #demanded = new Set<Promise<unknown>>();
  /** Keys that were accessed or prefetched, and neither failed nor were invalidated. */
  readonly #there = new Set<string>();
  /** Keys that were prefetched and not accessed yet, in that order, and how many accesses came before. */
  readonly #prefetched = new Map<string, number>();
  #hits = 0;
  #misses = 0;
  /** Accesses that had to load. */
  #unforeseen = 0;

  // #endregion
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor(options: PredictiveLoaderOptions = {}) {
    const { maxContexts = 1000, historySize = 1000, prefetchBudget = 4, now, ...loaderOptions } = options;
    super(loaderOptions);
    // #region step 6.3
    this.#afterOne = new Successors(positiveInteger('maxContexts', maxContexts));
    this.#afterTwo = new Successors(maxContexts);
    this.#historySize = positiveInteger('historySize', historySize);
    this.#budget = this.#allowance = positiveInteger('prefetchBudget', prefetchBudget);
    this.#now = callable('now', now ?? (() => performance.now()));
    // #endregion
  }

  override load<T>(key: string, loader: Loader<T>, options: LoadOptions = {}): Promise<T> {
    // #region step 6.3
    return this.#use(key, super.load(key, loader, options));
    // #endregion
  }

  override loadWithDependencies<T>(
    key: string,
    deps: readonly string[],
    loader: Loader<T>,
    options: LoadOptions = {},
  ): Promise<T> {
    // #region step 6.3
    return this.#use(key, super.loadWithDependencies(key, deps, loader, options));
    // #endregion
  }

  override get<T>(key: string, options: LoadOptions = {}): Promise<T> {
    // #region step 6.3
    return this.#use(key, super.get<T>(key, options));
    // #endregion
  }

  /**
   * Runs a piece of work, as for one request: the keys that it uses follow one another. Unlike its parent's,
   * it loads nothing by itself, and {@link usedTogether} hears nothing of it.
   *
   * @returns what `run` returned
   */
  override session<T>(run: () => T): T {
    // #region step 6.3
    callable('run', run);
    return sessions.run(new Map(sessions.getStore()).set(this, { last: undefined }), run);
    // #endregion
  }

  /**
   * What will probably be used next after `currentKey`, the likeliest first: in a session that used it last,
   * by what it used before that, too. O(what has followed it of late).
   */
  predictNextAccess(currentKey: string): string[] {
    // #region step 6.3
    const last = this.#session()?.last;
    const isCurrent = last?.key === currentKey && last.before !== undefined;
    const afterTwo = isCurrent ? this.#afterTwo.likeliest(pairOf(last.before!, currentKey)) : [];
    return afterTwo.length > 0 ? afterTwo : this.#afterOne.likeliest(currentKey);
    // #endregion
  }

  /** The regularities in the latest accesses, as many as `historySize` says. O(n log n) in their number. */
  analyzeAccessPatterns(): AccessPattern[] {
    // #region step 6.4
    const { length } = this.#history;
    const oldest = this.#accesses % length;
    const history = [...this.#history.slice(oldest), ...this.#history.slice(0, oldest)];
    return [...grouped(history, ({ key }) => key)].flatMap(([key, accesses]) => [
      ...frequencyOf(key, accesses, length),
      ...sequencesOf(key, accesses),
      ...rhythmOf(key, accesses),
    ]);
    // #endregion
  }

  /**
   * Loads what is registered and not there: in a session, what will probably follow the key that it used
   * last; outside of any, what is used frequently. It begins when nobody waits for a load, and takes no more
   * than the budget allows, or than its hits of late deserve.
   *
   * @returns settles when the loads have; does not reject
   */
  async prefetchBasedOnPatterns(): Promise<void> {
    // #region step 6.5
    while (this.#demanded.size > 0) await Promise.allSettled(this.#demanded);
    const room = Math.max(0, Math.floor(this.#allowance) - this.#prefetched.size);
    const keys = this.#candidates()
      .filter((key) => this.#registered.has(key) && !this.#there.has(key))
      .slice(0, room);
    for (const key of keys) {
      this.#there.add(key);
      this.#prefetched.set(key, this.#accesses);
    }
    for (const { key, status } of await this.preload(keys, { concurrency: this.#budget })) {
      if (status === 'failed') this.#there.delete(key);
      if (status !== 'loaded') this.#prefetched.delete(key);
    }
    // #endregion
  }

  /** What prefetching was good for so far. */
  prefetchReport(): PrefetchReport {
    // #region step 6.5
    const [hits, misses] = [this.#hits, this.#misses];
    return { hits, misses, precision: part(hits, misses), recall: part(hits, this.#unforeseen) };
    // #endregion
  }
  // #region solution only

  override register<T>(key: string, loader: Loader<T>, deps: readonly string[] = []): void {
    super.register(key, loader, deps);
    this.#registered.add(key);
  }

  override invalidate(key: string): string[] {
    const forgotten = super.invalidate(key);
    for (const key of forgotten) {
      this.#there.delete(key);
      this.#prefetched.delete(key);
    }
    return forgotten;
  }

  #session(): Chain | undefined {
    return sessions.getStore()?.get(this);
  }

  async #use<T>(key: string, value: Promise<T>): Promise<T> {
    this.#record(key);
    this.#demanded.add(value);
    try {
      return await value;
    } catch (error) {
      this.#there.delete(key);
      throw error;
    } finally {
      this.#demanded.delete(value);
    }
  }

  #record(key: string): void {
    const chain = this.#session();
    if (!chain || chain.last?.key === key) return;
    const before = chain.last?.key;
    if (chain.last) {
      chain.last.next = key;
      this.#afterOne.add(chain.last.key, key);
      if (chain.last.before !== undefined) this.#afterTwo.add(pairOf(chain.last.before, chain.last.key), key);
    }
    chain.last = { key, at: this.#now(), before, next: undefined };
    this.#history[this.#accesses % this.#historySize] = chain.last;
    this.#accesses++;
    this.#account(key);
  }

  /** What an access says of the prefetches. */
  #account(key: string): void {
    for (const [key, accesses] of this.#prefetched) {
      if (this.#accesses - accesses <= PREFETCH_WINDOW) break;
      this.#prefetched.delete(key);
      this.#misses++;
      this.#allowance = Math.max(0, this.#allowance - 1);
    }
    this.#allowance = Math.min(this.#budget, this.#allowance + 1 / PROBE_EVERY);
    if (this.#prefetched.delete(key)) {
      this.#hits++;
      this.#allowance = Math.min(this.#budget, this.#allowance + 1);
    } else if (!this.#there.has(key)) {
      this.#unforeseen++;
    }
    this.#there.add(key);
  }

  #candidates(): string[] {
    const chain = this.#session();
    if (chain) return chain.last ? this.predictNextAccess(chain.last.key) : [];
    return this.analyzeAccessPatterns()
      .filter((pattern): pattern is FrequencyPattern => pattern.kind === 'frequency')
      .sort((a, b) => b.share - a.share)
      .map(({ key }) => key);
  }
  // #endregion
}
// #region solution only

const pairOf = (before: string, key: string) => JSON.stringify([before, key]);

function frequencyOf(key: string, { length }: readonly Access[], all: number): AccessPattern[] {
  const share = length / all;
  if (length < EVIDENCE || share < FREQUENT_SHARE) return [];
  return [{ kind: 'frequency', key, accesses: length, share }];
}

function sequencesOf(key: string, accesses: readonly Access[]): AccessPattern[] {
  return [...grouped(accesses, ({ next }) => next)].flatMap(([next, { length: times }]): AccessPattern[] => {
    const probability = times / accesses.length;
    if (next === undefined || times < EVIDENCE || probability < SEQUENCE_PROBABILITY) return [];
    return [{ kind: 'sequence', key, next, times, probability }];
  });
}

/** By medians, which one pause or a burst does not change. */
function rhythmOf(key: string, accesses: readonly Access[]): AccessPattern[] {
  const intervals = accesses.slice(1).map(({ at }, index) => at - accesses[index]!.at);
  const periodMs = median(intervals);
  const jitterMs = median(intervals.map((interval) => Math.abs(interval - periodMs)));
  if (intervals.length < EVIDENCE || periodMs === 0 || jitterMs > REGULAR_JITTER * periodMs) return [];
  return [{ kind: 'temporal', key, intervals: intervals.length, periodMs, jitterMs }];
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** The mean of the two in the middle, if there are two; NaN of nothing. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

const part = (some: number, others: number) => (some === 0 ? 0 : some / (some + others));

function positiveInteger(name: string, value: number): number {
  requireType('number', name, value);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} must be an integer from 1, received ${value}`);
}

function callable<F>(name: string, value: F): F {
  requireType('function', name, value);
  return value;
}

function requireType(type: 'number' | 'function', name: string, value: unknown): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, received ${inspect(value)}`);
}
// #endregion
