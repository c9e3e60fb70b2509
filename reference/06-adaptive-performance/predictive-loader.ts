// The loader as its users see it.

import { AsyncLocalStorage } from 'node:async_hooks';
import { LazyMetadataLoader, type Loader, type LoadOptions, type LoadPolicy } from '../02-lazy-loader/index.ts';
import {
  type AccessPattern,
  callable,
  type Milliseconds,
  positiveInteger,
  type PredictiveLoaderOptions,
  type PrefetchReport,
} from './options.ts';
import { type Access, History, patternsIn } from './patterns.ts';
import { PrefetchAccount } from './prefetching.ts';
import { Successors } from './successors.ts';

/** A piece of work, such as one request. */
interface Session {
  latest: Access | undefined;
}

/**
 * A loader that learns from its sessions what is used after what, and loads it before it is asked for.
 *
 * An access is a use of a key in a {@link session} by {@link load}, {@link loadWithDependencies} or {@link get},
 * unless the session used the same key just before. A use outside of sessions teaches nothing.
 *
 * @example
 * {@includeCode ../../docs/examples/06-adaptive-performance/loader.ts#loader}
 */
export class PredictiveLoader extends LazyMetadataLoader {
  readonly #session = new AsyncLocalStorage<Session | undefined>();
  readonly #successors: Successors;
  readonly #history: History;
  readonly #now: () => Milliseconds;

  readonly #account: PrefetchAccount;
  readonly #budget: number;
  readonly #registered = new Set<string>();
  /** Keys that were accessed or prefetched, and neither failed nor were invalidated since. */
  readonly #there = new Set<string>();
  /** Loads that somebody waits for: while there are any, no prefetch begins. */
  readonly #demanded = new Set<Promise<unknown>>();

  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor(options: PredictiveLoaderOptions = {}) {
    const { maxContexts = 1000, historySize = 1000, prefetchBudget = 4 } = options;
    super(options);
    this.#successors = new Successors(positiveInteger('maxContexts', maxContexts));
    this.#history = new History(positiveInteger('historySize', historySize));
    this.#budget = positiveInteger('prefetchBudget', prefetchBudget);
    this.#account = new PrefetchAccount(prefetchBudget);
    this.#now = options.now ?? (() => performance.now());
  }

  // ---- As the parent's, and noted ---------------------------------------------------------------------------

  override register<T>(key: string, loader: Loader<T>, deps?: readonly string[], policy?: LoadPolicy): void {
    super.register(key, loader, deps, policy);
    this.#registered.add(key);
  }

  override load<T>(key: string, loader: Loader<T>, options?: LoadOptions): Promise<T> {
    return this.#used(key, super.load(key, loader, options));
  }

  override loadWithDependencies<T>(
    key: string,
    deps: readonly string[],
    loader: Loader<T>,
    options?: LoadOptions,
  ): Promise<T> {
    return this.#used(key, super.loadWithDependencies(key, deps, loader, options));
  }

  override get<T>(key: string, options?: LoadOptions): Promise<T> {
    return this.#used(key, super.get<T>(key, options));
  }

  override invalidate(key: string): string[] {
    const forgotten = super.invalidate(key);
    for (const each of forgotten) {
      this.#there.delete(each);
      this.#account.cancel(each);
    }
    return forgotten;
  }

  /**
   * Runs a piece of work: the keys that it uses follow one another, whatever runs meanwhile. Unlike its parent's it
   * loads nothing by itself, and {@link usedTogether} hears nothing of it.
   *
   * @returns what `run` returned
   */
  override session<T>(run: () => T): T {
    return this.#session.run({ latest: undefined }, callable('run', run));
  }

  // ---- What is known ----------------------------------------------------------------------------------------

  /**
   * What will probably be used next after `currentKey`, the likeliest first: in a session that used it last, by
   * what it used before that, too. O(what has followed it of late).
   */
  predictNextAccess(currentKey: string): string[] {
    const latest = this.#session.getStore()?.latest;
    return this.#successors.likeliest(latest?.key === currentKey ? latest.before : undefined, currentKey);
  }

  /** The regularities in the latest accesses, with their evidence. O(n log n) in `historySize`. */
  analyzeAccessPatterns(): AccessPattern[] {
    return patternsIn(this.#history);
  }

  // ---- What is made of it -----------------------------------------------------------------------------------

  /**
   * Loads what is registered and not there: in a session, what will probably follow the key that it used last;
   * outside of sessions, what is used frequently. It begins when nobody waits for a load, and takes no more than
   * the budget allows, or than its hits of late deserve.
   *
   * @returns settles when the loads have; does not reject
   */
  async prefetchBasedOnPatterns(): Promise<void> {
    while (this.#demanded.size > 0) await Promise.allSettled(this.#demanded);
    const wanted = this.#foreseen().filter((key) => this.#registered.has(key) && !this.#there.has(key));
    const keys = wanted.slice(0, this.#account.room);
    if (keys.length === 0) return;
    for (const key of keys) {
      this.#there.add(key);
      this.#account.prefetched(key);
    }
    // Outside of the session: what the loaders use by themselves is no access.
    const results = await this.#session.run(undefined, () => this.preload(keys, { concurrency: this.#budget }));
    for (const { key, status } of results) {
      if (status === 'loaded') continue;
      if (status === 'failed') this.#there.delete(key);
      this.#account.cancel(key);
    }
  }

  /** What prefetching was good for so far. */
  prefetchReport(): PrefetchReport {
    return this.#account.report();
  }

  // ---- Private ----------------------------------------------------------------------------------------------

  #foreseen(): string[] {
    const session = this.#session.getStore();
    if (session !== undefined) return session.latest === undefined ? [] : this.predictNextAccess(session.latest.key);
    const frequent = this.analyzeAccessPatterns().filter((pattern) => pattern.kind === 'frequency');
    return frequent.sort((a, b) => b.accesses - a.accesses).map(({ key }) => key);
  }

  /** Returns the very promise of the parent: who shared one before shares it still. */
  #used<T>(key: string, value: Promise<T>): Promise<T> {
    if (typeof key !== 'string') return value; // which rejects
    this.#note(key);
    this.#demanded.add(value);
    const settled = () => this.#demanded.delete(value);
    value.then(settled, () => {
      settled();
      this.#there.delete(key);
    });
    return value;
  }

  #note(key: string): void {
    const session = this.#session.getStore();
    const latest = session?.latest;
    if (session === undefined || latest?.key === key) return;
    if (latest !== undefined) {
      latest.next = key;
      this.#successors.add(latest.before, latest.key, key);
    }
    session.latest = { key, at: this.#now(), before: latest?.key, next: undefined };
    this.#history.add(session.latest);
    this.#account.accessed(key, this.#there.has(key));
    this.#there.add(key);
  }
}
