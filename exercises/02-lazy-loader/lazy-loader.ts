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
import { todo } from '#todo';

/**
 * Loads what is expensive when it is first asked for: once for all who ask meanwhile, after what it depends
 * on, and again when it or something that it depends on was invalidated.
 *
 * What was loaded is kept until it is invalidated. `undefined` and `null` are values like any other; a
 * failure is not kept.
 */
export class LazyMetadataLoader {
  /** @throws TypeError if `schedule` is no function */
  constructor({ schedule }: LoaderOptions = {}) {
    if (schedule !== undefined) {
      todo('2.4');
    }
  }

  /**
   * The value of `key`: what was loaded, what is being loaded, or else what `loader` brings. Never throws:
   * whatever goes wrong rejects.
   *
   * @param loader called at most once
   */
  load<T>(key: string, loader: Loader<T>, options: LoadOptions = {}): Promise<T> {
    todo('2.1');
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
    todo('2.2');
  }

  /**
   * Says how `key` is loaded when it is needed: by {@link get}, by {@link preload}, or as a dependency. Loads
   * nothing, and forgets nothing; said again, it holds for the next load.
   */
  register<T>(key: string, loader: Loader<T>, deps: readonly string[] = []): void {
    todo('2.2');
  }

  /**
   * The value of a registered key.
   *
   * @throws MissingLoaderError if it is neither registered nor loaded
   */
  get<T>(key: string, options: LoadOptions = {}): Promise<T> {
    todo('2.2');
  }

  /**
   * Forgets `key` and all that depends on it, however indirectly. Loads that are on their way go on for those
   * who wait for them. O(what is forgotten, and its dependencies).
   *
   * @returns the keys that were forgotten, each once
   */
  invalidate(key: string): string[] {
    todo('2.3');
  }

  /**
   * Loads registered keys before anybody asks for them. What fails is reported, and does not reject.
   *
   * @returns what became of each key, in the order of `keys`
   * @throws RangeError if `concurrency` is not an integer from 1
   */
  async preload(keys: readonly string[], options: PreloadOptions = {}): Promise<PreloadResult[]> {
    todo('2.5');
  }

  /**
   * Runs a piece of work, as for one request. The keys that it uses, by {@link load}, {@link
   * loadWithDependencies} and {@link get}, are used together, however much it awaits in between; and when it
   * uses a key, what was used together with that one before is preloaded.
   *
   * @returns what `run` returned
   */
  session<T>(run: () => T): T {
    todo('2.6');
  }

  /**
   * The keys that were used together with `key` in {@link TOGETHER_TIMES} sessions or more, the most frequent
   * first.
   */
  usedTogether(key: string): string[] {
    todo('2.6');
  }
}

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
    todo('2.7');
  };
}

/** Forgets what `@lazy` loaded for `target`, or was assigned: of one member, or of all. */
export function invalidateLazy(target: object, member?: string | symbol): void {
  todo('2.7');
}
