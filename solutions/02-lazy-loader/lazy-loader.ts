// #region solution only
import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { inspect } from 'node:util';

// #endregion
import {
  DependencyCycleError,
  DependencyError,
  type Loader,
  type LoaderOptions,
  type LoadOptions,
  LoadTimeoutError,
  MissingLoaderError,
  type PreloadOptions,
  type PreloadResult,
  type Schedule,
  TOGETHER_TIMES,
} from '#contract/02-lazy-loader';

// #region solution only
/** How a key is loaded. */
interface Recipe {
  readonly loader: Loader<unknown>;
  readonly deps: readonly string[];
}

/** One load of one key, on its way or done. */
class Load {
  readonly key: string;
  readonly deps: readonly string[];
  readonly cancel = new AbortController();
  promise!: Promise<unknown>;
  isSettled = false;
  /** Who still waits: callers, and loads that depend on this one. */
  waiters = 0;

  constructor(key: string, deps: readonly string[]) {
    this.key = key;
    this.deps = [...deps];
    setMaxListeners(0, this.cancel.signal); // each dependency listens, and Node warns from the eleventh on
  }
}

// #endregion
/**
 * Loads what is expensive when it is first asked for: once for all who ask meanwhile, after what it depends
 * on, and again when it or something that it depends on was invalidated.
 *
 * What was loaded is kept until it is invalidated. `undefined` and `null` are values like any other; a
 * failure is not kept.
 */
export class LazyMetadataLoader {
  // #region solution only
  readonly #recipes = new Map<string, Recipe>();
  /**
   * The load of each key that counts: a settled one is the value. A load that was invalidated or cancelled is
   * in here no longer, so whatever it still brings reaches those who wait for it, and nobody else.
   */
  readonly #loads = new Map<string, Load>();
  /** Of each key, those whose load in {@link #loads} depends on it. */
  readonly #dependants = new Map<string, Set<string>>();
  /** The keys used so far in the session that the running code belongs to. */
  readonly #session = new AsyncLocalStorage<Set<string>>();
  /**
   * In how many sessions each key was used together with each other one. That grows with the square of what a
   * session uses; what else would do is to keep the few most frequent for each key, and to let old counts
   * fade.
   */
  readonly #together = new Map<string, Map<string, number>>();
  readonly #schedule: Schedule = (callback, ms) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  };

  // #endregion
  /** @throws TypeError if `schedule` is no function */
  constructor({ schedule }: LoaderOptions = {}) {
    if (schedule !== undefined) {
      // #region step 2.4
      this.#schedule = callable('schedule', schedule);
      // #endregion
    }
  }

  /**
   * The value of `key`: what was loaded, what is being loaded, or else what `loader` brings. Never throws:
   * whatever goes wrong rejects.
   *
   * @param loader called at most once
   */
  load<T>(key: string, loader: Loader<T>, options: LoadOptions = {}): Promise<T> {
    // #region step 2.1
    return this.#ask(key, { loader, deps: [] }, options);
    // #endregion
  }

  /**
   * As {@link load}, but `loader` is called when all of `deps` are loaded, and receives their values.
   *
   * @param deps registered, or loaded already; loaded side by side
   * @throws DependencyError if one of them fails (as a rejection, as all below)
   * @throws DependencyCycleError if they depend on `key`
   */
  loadWithDependencies<T>(
    key: string,
    deps: readonly string[],
    loader: Loader<T>,
    options: LoadOptions = {},
  ): Promise<T> {
    // #region step 2.2
    return this.#ask(key, { loader, deps }, options);
    // #endregion
  }

  /**
   * Says how `key` is loaded when it is needed: by {@link get}, by {@link preload}, or as a dependency. Loads
   * nothing, and forgets nothing; said again, it holds for the next load.
   */
  register<T>(key: string, loader: Loader<T>, deps: readonly string[] = []): void {
    // #region step 2.2
    requireKey(key);
    requireRecipe({ loader, deps });
    this.#recipes.set(key, { loader, deps: [...deps] });
    // #endregion
  }

  /**
   * The value of a registered key.
   *
   * @throws MissingLoaderError if it is neither registered nor loaded
   */
  get<T>(key: string, options: LoadOptions = {}): Promise<T> {
    // #region step 2.2
    return this.#ask(key, undefined, options);
    // #endregion
  }

  /**
   * Forgets `key` and all that depends on it, however indirectly. Loads that are on their way go on for those
   * who wait for them. O(what is forgotten, and its dependencies).
   *
   * @returns the keys that were forgotten, each once
   */
  invalidate(key: string): string[] {
    // #region step 2.3
    const forgotten: string[] = [];
    const open = new Set([key]);
    for (const key of open) {
      const load = this.#loads.get(key);
      if (!load) continue;
      for (const dependant of this.#dependants.get(key) ?? []) open.add(dependant);
      this.#forget(load);
      forgotten.push(key);
    }
    return forgotten;
    // #endregion
  }

  /**
   * Loads registered keys before anybody asks for them. What fails is reported, and does not reject.
   *
   * @returns what became of each key, in the order of `keys`
   * @throws RangeError if `concurrency` is not an integer from 1
   */
  async preload(keys: readonly string[], options: PreloadOptions = {}): Promise<PreloadResult[]> {
    // #region step 2.5
    const { concurrency = 8, signal } = options;
    requireKeys('keys', keys);
    requirePositiveInteger('concurrency', concurrency);
    requireOptions({ signal });
    const results: PreloadResult[] = [];
    const open = keys.entries(); // shared: each loop takes the next
    const loadInTurn = async () => {
      for (const [index, key] of open) results[index] = await this.#preloadOne(key, signal);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, keys.length) }, loadInTurn));
    return results;
    // #endregion
  }

  /**
   * Runs a piece of work, as for one request. The keys that it uses, by {@link load}, {@link
   * loadWithDependencies} and {@link get}, are used together, however much it awaits in between; and when it
   * uses a key, what was used together with that one before is preloaded.
   *
   * @returns what `run` returned
   */
  session<T>(run: () => T): T {
    // #region step 2.6
    return this.#session.run(new Set(), callable('run', run));
    // #endregion
  }

  /**
   * The keys that were used together with `key` in {@link TOGETHER_TIMES} sessions or more, the most frequent
   * first.
   */
  usedTogether(key: string): string[] {
    // #region step 2.6
    return [...(this.#together.get(key) ?? [])]
      .filter(([, times]) => times >= TOGETHER_TIMES)
      .sort(([, a], [, b]) => b - a)
      .map(([other]) => other);
    // #endregion
  }
  // #region solution only

  /** What a caller does. */
  async #ask<T>(key: string, recipe: Recipe | undefined, options: LoadOptions): Promise<T> {
    requireKey(key);
    if (recipe) requireRecipe(recipe);
    requireOptions(options);
    const value = this.#wait(key, recipe, options);
    this.#use(key);
    return value as Promise<T>;
  }

  /**
   * Waits for a key, for a caller or for a load that depends on it.
   *
   * @param path the keys whose loads are being begun, each because the one before depends on it
   */
  async #wait(
    key: string,
    recipe: Recipe | undefined,
    { signal, timeoutMs }: LoadOptions,
    path: readonly string[] = [],
  ): Promise<unknown> {
    signal?.throwIfAborted();
    const start = path.indexOf(key);
    if (start >= 0) throw new DependencyCycleError([...path.slice(start), key]);
    const load = this.#loads.get(key) ?? this.#begin(key, recipe ?? this.#recipe(key), path);
    if (load.isSettled) return load.promise;
    load.waiters++;
    if (!signal && timeoutMs === undefined) return load.promise; // stays to the end

    // What else would do: the load keeps a list of callers, and tells each when it ends. A promise for the
    // leaving is shorter.
    let leave!: (reason: unknown) => void;
    const left = new Promise<never>((_resolve, reject) => (leave = reject));
    const onAbort = () => leave(signal!.reason);
    const onTimeout = () => leave(new LoadTimeoutError(key, timeoutMs!));
    signal?.addEventListener('abort', onAbort);
    const cancelTimeout = timeoutMs === undefined ? undefined : this.#schedule(onTimeout, timeoutMs);
    try {
      return await Promise.race([load.promise, left]);
    } finally {
      load.waiters--;
      cancelTimeout?.();
      signal?.removeEventListener('abort', onAbort);
      if (load.waiters === 0 && !load.isSettled) this.#cancel(load);
    }
  }

  #recipe(key: string): Recipe {
    const recipe = this.#recipes.get(key);
    if (!recipe) throw new MissingLoaderError(key);
    return recipe;
  }

  #begin(key: string, { loader, deps }: Recipe, path: readonly string[]): Load {
    const load = new Load(key, deps);
    this.#loads.set(key, load);
    for (const dep of deps) entryOf(this.#dependants, dep, () => new Set<string>()).add(key);
    load.promise = this.#run(load, loader, [...path, key]);
    // The first to be told, so that who learns of a failure can try again at once.
    load.promise.then(
      () => (load.isSettled = true),
      () => {
        load.isSettled = true;
        this.#forget(load);
      },
    );
    return load;
  }

  // Synchronous until all dependencies are begun, those of the dependencies too: a load that is found on its
  // way is therefore either on the path, which closes a cycle, or has been followed to its end already.
  async #run({ key, deps, cancel: { signal } }: Load, loader: Loader<unknown>, path: readonly string[]) {
    const needed = deps.map((dep) =>
      this.#wait(dep, undefined, { signal }, path).catch(dependencyFailed(key, dep)),
    );
    return loader({ dependencies: await Promise.all(needed), signal });
  }

  #cancel(load: Load): void {
    this.#forget(load);
    load.cancel.abort();
  }

  /** Does nothing if another load has taken its place. */
  #forget(load: Load): void {
    if (this.#loads.get(load.key) !== load) return;
    this.#loads.delete(load.key);
    for (const dep of load.deps) this.#dependants.get(dep)!.delete(load.key);
  }

  async #preloadOne(key: string, signal: AbortSignal | undefined): Promise<PreloadResult> {
    if (this.#loads.get(key)?.isSettled) return { key, status: 'present' };
    try {
      await this.#wait(key, undefined, { signal });
      return { key, status: 'loaded' };
    } catch (error) {
      return signal?.aborted ? { key, status: 'cancelled' } : { key, status: 'failed', error };
    }
  }

  #use(key: string): void {
    const session = this.#session.getStore();
    if (!session || session.has(key)) return;
    for (const other of session) {
      this.#countTogether(key, other);
      this.#countTogether(other, key);
    }
    session.add(key);
    void this.preload(this.usedTogether(key));
  }

  #countTogether(key: string, other: string): void {
    const times = entryOf(this.#together, key, () => new Map<string, number>());
    times.set(other, (times.get(other) ?? 0) + 1);
  }
  // #endregion
}

// #region solution only
/** The loaders of each object, by decoration: a member and the one that it overrides are two. */
const loadersOf = new WeakMap<object, Map<{ name: string | symbol }, LazyMetadataLoader>>();

/** A loader of a decorated member has one key. */
const VALUE = 'value';

// #endregion
/**
 * An accessor whose value is loaded when it is first read, once for each object; for a static one, for each
 * class. Reading gives a promise. A failure is not kept. What is assigned, also as the initial value, takes
 * the place of what would be loaded.
 *
 * @param loader receives the object
 * @throws TypeError if it decorates anything but an accessor
 */
export function lazy<This extends object, T>(loader: (target: This) => T | PromiseLike<T>) {
  return function (
    _target: ClassAccessorDecoratorTarget<This, Promise<T>>,
    context: ClassAccessorDecoratorContext<This, Promise<T>>,
  ): ClassAccessorDecoratorResult<This, Promise<T>> {
    // #region step 2.7
    callable('loader', loader);
    if (context.kind !== 'accessor') {
      const { kind, name } = context as DecoratorContext;
      throw new TypeError(`@lazy decorates accessors, received the ${kind} ${String(name)}`);
    }
    const loaderOf = (target: This) => {
      const loaders = entryOf(loadersOf, target, () => new Map());
      return entryOf(loaders, context, () => new LazyMetadataLoader());
    };
    const assign = (target: This, value: Promise<T>) => {
      loaderOf(target).invalidate(VALUE);
      loaderOf(target).load(VALUE, () => value).catch(() => {}); // whoever reads it will be told
    };
    return {
      get() {
        return loaderOf(this).load(VALUE, () => loader(this));
      },
      set(value) {
        assign(this, value);
      },
      init(value) {
        if (value !== undefined) assign(this, value);
        return value;
      },
    };
    // #endregion
  };
}

/** Forgets what `@lazy` loaded for `target`, or was assigned: of one member, or of all. */
export function invalidateLazy(target: object, member?: string | symbol): void {
  // #region step 2.7
  for (const [context, loader] of loadersOf.get(target) ?? []) {
    if (member === undefined || context.name === member) loader.invalidate(VALUE);
  }
  // #endregion
}
// #region solution only

/** What `map` has for `key`, which is put there if need be. */
function entryOf<K, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  let entry = map.get(key);
  if (entry === undefined) map.set(key, (entry = make()));
  return entry;
}

function dependencyFailed(key: string, dep: string) {
  return (error: unknown): never => {
    if (error instanceof DependencyCycleError) throw error;
    if (error instanceof DependencyError) throw new DependencyError([key, ...error.path], error.cause);
    throw new DependencyError([key, dep], error);
  };
}

/** The longest that `setTimeout` takes. */
const LONGEST_MS = 2 ** 31 - 1;

function requireOptions({ signal, timeoutMs }: LoadOptions): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`signal must be an AbortSignal, received ${inspect(signal)}`);
  }
  if (timeoutMs === undefined) return;
  requireType('number', 'timeoutMs', timeoutMs);
  if (timeoutMs >= 0 && timeoutMs <= LONGEST_MS) return;
  throw new RangeError(`timeoutMs must be from 0 to ${LONGEST_MS}, received ${timeoutMs}`);
}

function requireRecipe({ loader, deps }: Recipe): void {
  callable('loader', loader);
  requireKeys('deps', deps);
}

function requireKeys(name: string, keys: readonly string[]): void {
  if (!Array.isArray(keys)) throw new TypeError(`${name} must be an array, received ${inspect(keys)}`);
  for (const [index, key] of keys.entries()) requireType('string', `${name}[${index}]`, key);
}

function requireKey(key: string): void {
  requireType('string', 'key', key);
}

function requirePositiveInteger(name: string, value: number): void {
  requireType('number', name, value);
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`${name} must be an integer from 1, received ${value}`);
}

function callable<F>(name: string, value: F): F {
  requireType('function', name, value);
  return value;
}

function requireType(type: 'number' | 'function' | 'string', name: string, value: unknown): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, received ${inspect(value)}`);
}
// #endregion
