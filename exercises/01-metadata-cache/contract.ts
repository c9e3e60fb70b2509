/** Milliseconds: a duration, or an instant on the cache's clock. */
export type Milliseconds = number;

/** Why the cache let an entry go: room was needed, or its time was over. */
export type EvictionReason = 'capacity' | 'expired';

export interface CacheOptions {
  /** The most entries that are kept, an integer from 1 or `Infinity`. @default Infinity */
  maxEntries?: number;
  /**
   * How long an entry lives, counted from the write that stored it; 0 expires at once, `Infinity` never.
   * @default Infinity
   */
  ttlMs?: Milliseconds;
  /**
   * The most that all entries together may weigh, an integer from 1 or `Infinity`, in the unit of {@link sizeOf}.
   * @default Infinity
   */
  maxSize?: number;
  /**
   * What an entry weighs, an integer from 0; asked once for each value to store. Required with
   * {@link maxSize}; without it every entry weighs 0.
   */
  sizeOf?: (value: unknown, key: string) => number;
  /**
   * Called once for each entry that the cache itself let go, after it is gone; not for `delete`, `clear` or
   * an overwrite.
   */
  onEvict?: (key: string, value: unknown, reason: EvictionReason) => void;
  /** The clock. @default performance.now */
  now?: () => Milliseconds;
}

export interface EntryOptions {
  /** Overrides the cache's {@link CacheOptions.ttlMs} for this entry. */
  ttlMs?: Milliseconds;
}

export interface CacheStats {
  /** Calls of `get` that were answered from the cache. */
  readonly hits: number;
  /** Calls of `get` that asked the factory, whether it returned or threw. */
  readonly misses: number;
  /** Entries let go for room. */
  readonly evictions: number;
  /** Entries let go because their time was over. */
  readonly expirations: number;
  /** hits ÷ (hits + misses), from 0 to 1; 0 before the first call. */
  readonly hitRatio: number;
}

export interface EntryInfo {
  /** Calls of `get` that this entry answered since it was stored. */
  readonly hits: number;
  readonly createdAt: Milliseconds;
  /** The last `set` or answered `get`. */
  readonly lastAccessedAt: Milliseconds;
  readonly size: number;
}

/** A key, and how to obtain its value. */
export type WarmEntry = readonly [key: string, load: () => unknown];

export interface WarmOptions {
  /** The most loads that run at a time, an integer from 1. @default 8 */
  concurrency?: number;
}

export interface WarmReport {
  readonly stored: number;
  /** Keys that were there already, and values that there was no room for. */
  readonly skipped: number;
  readonly failed: readonly { readonly key: string; readonly error: unknown }[];
}

export interface CachedOptions extends CacheOptions {
  /**
   * The cache key of a call. Without it each argument must be a primitive other than a symbol; anything else
   * is a `TypeError` that says so.
   */
  keyOf?: (...args: any[]) => string;
}

/** What a class's metadata says of one `@cached` member. */
export interface CachedMember {
  readonly name: string | symbol;
  readonly kind: 'method' | 'getter';
  readonly static: boolean;
}

/** Where a class's `Symbol.metadata` keeps its list of {@link CachedMember}s. */
export const CACHED: unique symbol = Symbol.for('hotpath.cached');

// Node has no `Symbol.metadata` yet; esbuild's decorators fall back to the registered symbol, and so do we.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');
