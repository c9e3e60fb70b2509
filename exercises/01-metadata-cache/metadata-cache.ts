import { inspect } from 'node:util';

import {
  CACHED,
  type CachedMember,
  type CachedOptions,
  type CacheOptions,
  type CacheStats,
  type EntryInfo,
  type EntryOptions,
  type Milliseconds,
  type WarmEntry,
  type WarmOptions,
  type WarmReport,
} from '#contract/01-metadata-cache';
import { todo } from '#todo';

/**
 * Keeps what is expensive to compute: bounded by number, by weight and by age, and able to say how well it
 * does.
 *
 * `undefined` and `null` are values like any other.
 */
export class OptimizedMetadataCache {
  /**
   * @throws TypeError if an option has the wrong type, or `maxSize` comes without `sizeOf`
   * @throws RangeError if a number is out of its range
   */
  constructor(options: CacheOptions = {}) {
    const { maxEntries, ttlMs, maxSize, sizeOf, onEvict, now = () => performance.now() } = options;
    if (maxEntries !== undefined || onEvict !== undefined) {
      todo('1.2');
    }
    if (ttlMs !== undefined) {
      todo('1.3');
    }
    if (maxSize !== undefined || sizeOf !== undefined) {
      todo('1.4');
    }
  }

  /** How many entries are kept; an expired one is not. */
  get size(): number {
    return todo('1.1');
  }

  /** What the entries that are kept weigh together. */
  get currentSize(): number {
    return todo('1.4');
  }

  /**
   * The value of `key`, from the cache, or else from `factory`, which is then remembered.
   *
   * @param factory called at most once, without arguments; if it throws, nothing is cached and the error is
   *   the caller's
   */
  get<T>(key: string, factory: () => T): T {
    todo('1.1');
  }

  /**
   * Stores `value`, in place of what `key` had.
   *
   * @returns whether it was kept; a value heavier than the whole cache is not, and the outdated one goes all
   *   the same
   * @throws RangeError if `ttlMs` is negative or NaN, or if `sizeOf` returns anything but an integer from 0;
   *   the cache is then as it was
   */
  set<T>(key: string, value: T, options: EntryOptions = {}): boolean {
    todo('1.1');
  }

  /** Whether `key` has a value; does not count as a use. */
  has(key: string): boolean {
    todo('1.1');
  }

  /** The value of `key`, or `undefined`; does not count as a use. */
  peek<T>(key: string): T | undefined {
    todo('1.1');
  }

  /** @returns whether there was something to delete */
  delete(key: string): boolean {
    todo('1.1');
  }

  clear(): void {
    todo('1.1');
  }

  /**
   * Lets the least recently used entry go. O(1).
   *
   * @returns whether there was one
   */
  evictLRU(): boolean {
    todo('1.2');
  }

  /**
   * Drops every expired entry. O(1) while none can have expired, O(size) otherwise.
   *
   * @returns how many went
   */
  cleanup(): number {
    todo('1.3');
  }

  /** What is known of the entry of `key`, or `undefined`. Not a use; what was returned does not change. */
  entry(key: string): EntryInfo | undefined {
    todo('1.5');
  }

  /** The counts since the beginning or the last reset; later traffic does not change what was returned. */
  stats(): CacheStats {
    todo('1.5');
  }

  /** Counts from 0 again; the entries, and what is known of each, stay. */
  resetStats(): void {
    todo('1.5');
  }

  /**
   * Loads what will probably be asked for into the room that is free, as the first to be evicted again.
   * No entry is evicted for it, and no entry that is there is replaced.
   *
   * @param source what to load, the likeliest first; read no further than there is room
   * @throws RangeError if `concurrency` is not an integer from 1
   */
  async warm(
    source: Iterable<WarmEntry> | AsyncIterable<WarmEntry>,
    { concurrency = 8 }: WarmOptions = {},
  ): Promise<WarmReport> {
    todo('1.6');
  }
}

/**
 * Caches what a method or a getter returns, for each object by itself; for a static one, for each class.
 *
 * A cache lives as long as its object, and does not keep it alive.
 *
 * @throws TypeError if it decorates anything but a method or a getter
 */
export function cached(options: CachedOptions = {}) {
  return function <This extends object, Args extends unknown[], Result>(
    member: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This> | ClassGetterDecoratorContext<This>,
  ): (this: This, ...args: Args) => Result {
    todo('1.6');
  };
}

/** Forgets what `@cached` keeps for `target`: of one member, or of all. */
export function invalidateCached(target: object, member?: string | symbol): void {
  todo('1.6');
}

/** The `@cached` members of a class and of those that it extends, as its `Symbol.metadata` lists them. */
export function cachedMembers(target: abstract new (...args: never[]) => unknown): readonly CachedMember[] {
  todo('1.6');
}
