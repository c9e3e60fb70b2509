// The loader as its users see it.

import { Caller } from './caller.ts';
import { type Entries, Kept, NONE, type Recipe } from './entries.ts';
import { type DependencyGraph, graphOf } from './graph.ts';
import { Loads } from './loads.ts';
import {
  abortSignal,
  callable,
  type Loader,
  type LoaderOptions,
  type LoadOptions,
  type LoadPolicy,
  positiveInteger,
  type PreloadOptions,
  type PreloadResult,
  type Schedule,
  string,
  strings,
  timerDuration,
} from './options.ts';
import { ONCE_AND_FOR_GOOD, type Policy, policyOf } from './policy.ts';
import { Sessions } from './sessions.ts';

/** For tests. @internal */
export let entriesOf: (loader: LazyMetadataLoader) => Entries;

/**
 * Loads what is expensive when it is first asked for: once for all who ask meanwhile, after what it depends
 * on, and again when it, or something that it was made from, was invalidated.
 *
 * What was loaded is kept until it is invalidated, or for as long as the {@link LoadPolicy} says; there is no
 * bound on how many are kept. `undefined` and `null` are values like any other. A failure is not kept.
 *
 * Asking costs one lookup if there is a value or a load, and the promise that is returned is the one that is
 * there: whoever asks without options for the same value gets the same promise. There is no timer but for
 * deadlines of callers and for pauses between attempts: ages and leases are looked at when somebody asks.
 *
 * @example
 * {@includeCode ../../docs/examples/02-lazy-loader/loader.ts#loader}
 */
export class LazyMetadataLoader {
  readonly #loads: Loads;
  readonly #policy: Policy;
  readonly #schedule: Schedule;
  /** From the first session on: until then nobody pays for them. */
  #sessions: Sessions | undefined;

  static {
    entriesOf = (loader) => loader.#loads.entries;
  }

  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor(options: LoaderOptions = {}) {
    const { schedule = startTimer, now = () => performance.now(), random = Math.random } = options;
    const { onRefreshError } = options;
    callable('schedule', schedule);
    callable('now', now);
    callable('random', random);
    if (onRefreshError !== undefined) callable('onRefreshError', onRefreshError);
    this.#policy = policyOf(options, ONCE_AND_FOR_GOOD);
    this.#schedule = schedule;
    this.#loads = new Loads({ pace: { schedule, random }, now, onRefreshError });
  }

  // ---- One key ------------------------------------------------------------------------------------------

  /**
   * The value of `key`: what is kept, what is being loaded, or else what `loader` brings. Never throws:
   * whatever goes wrong, a wrong argument included, rejects.
   *
   * @param loader called at most once for each attempt, and not if the value is there
   */
  load<T>(key: string, loader: Loader<T>, options?: LoadOptions): Promise<T> {
    if (options === undefined && typeof loader === 'function') {
      const promise = this.#loads.atOnce(key);
      if (promise !== undefined) return this.#used(key, promise) as Promise<T>;
    }
    return this.#ask(key, { loader, deps: NONE, policy: this.#policy }, options) as Promise<T>;
  }

  /**
   * As {@link load}, for a value that is made from others: `loader` is given those of `deps`. They are loaded
   * side by side, and have to be registered if they are not there. Rejects with a {@link DependencyError} if
   * one of them fails, for want of a loader too; with a {@link DependencyCycleError} if one of them depends on
   * `key`.
   */
  loadWithDependencies<T>(
    key: string,
    deps: readonly string[],
    loader: Loader<T>,
    options?: LoadOptions,
  ): Promise<T> {
    return this.#ask(key, { loader, deps, policy: this.#policy }, options) as Promise<T>;
  }

  /**
   * The value of a key that is {@link register registered}. Rejects with a {@link MissingLoaderError} if it is
   * not, nor loaded already.
   */
  get<T>(key: string, options?: LoadOptions): Promise<T> {
    if (options === undefined) {
      const promise = this.#loads.atOnce(key);
      if (promise !== undefined) return this.#used(key, promise) as Promise<T>;
    }
    return this.#ask(key, undefined, options) as Promise<T>;
  }

  /**
   * Says how `key` is loaded when it is needed: by {@link get}, by {@link preload}, as a dependency, or to be
   * refreshed. Loads nothing and forgets nothing; said again, it holds for the next load.
   *
   * @param policy overrides that of the constructor
   * @throws TypeError or RangeError if an argument is not what it has to be
   */
  register<T>(key: string, loader: Loader<T>, deps: readonly string[] = NONE, policy: LoadPolicy = {}): void {
    string('key', key);
    callable('loader', loader);
    strings('deps', deps);
    this.#loads.register(key, { loader, deps: [...deps], policy: policyOf(policy, this.#policy) });
  }

  /**
   * Forgets `key`, and all that was made from it, however indirectly. Loads that are on their way lose their
   * leases: they go on for those who wait for them, and what they bring is not kept. O(what is forgotten, and
   * its edges).
   *
   * @returns the keys that were forgotten, each once
   */
  invalidate(key: string): string[] {
    return this.#loads.invalidate(key);
  }

  // ---- Many ---------------------------------------------------------------------------------------------

  /**
   * Loads registered keys ahead of their use, a few at a time, and tells what became of each, in the order of
   * `keys`. The failure of a key is one of these answers. Rejects only if an argument is not what it has to
   * be.
   */
  async preload(keys: readonly string[], options: PreloadOptions = {}): Promise<PreloadResult[]> {
    const { concurrency = 8, signal } = options;
    positiveInteger('concurrency', concurrency);
    strings('keys', keys);
    if (signal !== undefined) abortSignal('signal', signal);
    const results = Array.from(keys, (key): PreloadResult => ({ key, status: 'cancelled' }));
    let next = 0;
    const runLane = async (): Promise<void> => {
      while (next < results.length) {
        const place = next++;
        results[place] = await this.#preload(results[place]!.key, signal);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, results.length) }, runLane));
    return results;
  }

  /** What depends on what at this moment, to be printed. O(keys and edges). */
  graph(): DependencyGraph {
    return graphOf(this.#loads.entries, (entry) => this.#loads.isFresh(entry));
  }

  // ---- Sessions -----------------------------------------------------------------------------------------

  /**
   * Runs a piece of work, as for one request. The keys that it asks for by {@link load}, {@link
   * loadWithDependencies} and {@link get} are used together, whatever it awaits in between; and at the first
   * use of each, what was used together with it before is preloaded.
   *
   * @returns what `run` returned
   */
  session<T>(run: () => T): T {
    callable('run', run);
    this.#sessions ??= new Sessions();
    return this.#sessions.run(run);
  }

  /**
   * What has been used together with `key` in at least {@link TOGETHER_TIMES} sessions, the most frequent
   * first.
   */
  usedTogether(key: string): string[] {
    return this.#sessions?.usedTogether(key) ?? [];
  }

  // ---- Private ------------------------------------------------------------------------------------------

  /** The one way to a value; what the others do is a shorter way to the same end. */
  #ask(key: string, recipe: Recipe | undefined, options: LoadOptions = {}): Promise<unknown> {
    try {
      string('key', key);
      if (recipe !== undefined) {
        callable('loader', recipe.loader);
        strings('deps', recipe.deps);
      }
      const { signal, timeoutMs } = options;
      if (signal !== undefined) abortSignal('signal', signal);
      if (timeoutMs !== undefined) timerDuration('timeoutMs', timeoutMs);
      return this.#used(key, this.#wait(key, recipe, options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #wait(key: string, recipe: Recipe | undefined, { signal, timeoutMs }: LoadOptions): Promise<unknown> {
    signal?.throwIfAborted();
    const found = this.#loads.board(key, recipe);
    if (found instanceof Kept) return found.promise;
    if (signal === undefined && timeoutMs === undefined) return found.outcome;
    const caller = new Caller(found, this.#loads, signal);
    if (timeoutMs !== undefined) caller.startTimer(timeoutMs, this.#schedule);
    return caller.promise;
  }

  async #preload(key: string, signal: AbortSignal | undefined): Promise<PreloadResult> {
    if (this.#loads.has(key)) return { key, status: 'present' };
    try {
      await this.#wait(key, undefined, { signal });
    } catch (error) {
      if (signal?.aborted) return { key, status: 'cancelled' };
      return { key, status: 'failed', error };
    }
    return { key, status: 'loaded' };
  }

  #used(key: string, promise: Promise<unknown>): Promise<unknown> {
    if (this.#sessions?.use(key)) this.#foresee(key, this.#sessions);
    return promise;
  }

  #foresee(key: string, sessions: Sessions): void {
    const foreseen = sessions.usedTogether(key).filter((other) => !this.#loads.has(other));
    if (foreseen.length > 0) sessions.runOutside(() => void this.preload(foreseen));
  }
}

function startTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
