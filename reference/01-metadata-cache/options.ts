// What a user of the cache writes and reads: the options, the reports, and the guards that check them.

import { inspect } from 'node:util';
import type { NewPolicy } from './policies/policy.ts';

/** Milliseconds: a duration, or an instant on the cache's clock. */
export type Milliseconds = number;

/** Why an entry left by itself: its room was needed, or its time was over. */
export type EvictionReason = 'capacity' | 'expired';

/**
 * Who goes when room is needed.
 *
 * - `lru`: the entry whose last use is the longest ago. Predictable, and at home where the hot set moves.
 * - `sieve`: the oldest entry that has not been used since the hand last passed it. The fastest, and 4
 *   points of hit ratio ahead of `lru` where popularity is skewed and stable; far behind it where the hot
 *   set moves.
 * - `s3-fifo`: entries prove themselves in a small queue first. Nearly as good as the better of the two, at
 *   the price of remembering the keys of what it evicted.
 */
export type PolicyName = 'lru' | 'sieve' | 's3-fifo';

/** What a cache is bounded by, and whom it tells. Nothing is bounded that is not said to be. */
export interface CacheOptions {
  /** The most entries that are kept, an integer from 1 or `Infinity`. @default Infinity */
  maxEntries?: number;
  /** How long an entry lives after its write; 0 is over at once, `Infinity` never. @default Infinity */
  ttlMs?: Milliseconds;
  /**
   * The most that all weigh together, an integer from 1 or `Infinity`, in the unit of {@link sizeOf}.
   * @default Infinity
   */
  maxSize?: number;
  /** What an entry weighs, an integer from 0. Without it everything weighs 0, so {@link maxSize} requires it. */
  sizeOf?: (value: unknown, key: string) => number;
  /**
   * Told of each entry that left by itself, once, when the operation that let it go is complete: the cache
   * may be used from within. Not told of `delete`, `clear` or a replaced value. What it throws reaches the
   * caller of that operation, after everybody has been told.
   */
  onEvict?: (key: string, value: unknown, reason: EvictionReason) => void;
  /** Told when a load failed that was to refresh a stale value; see {@link LoadOptions.staleMs}. */
  onRefreshError?: (key: string, error: unknown) => void;
  /** One of those that are here, or one of your own. @default 'lru' */
  policy?: PolicyName | NewPolicy;
  /** The clock, which must not go backwards. It is read at each use. @default {@link coarseNow} */
  now?: () => Milliseconds;
}

/** What holds for one entry and not for the whole cache. */
export interface EntryOptions {
  /** Overrides {@link CacheOptions.ttlMs} for this entry. */
  ttlMs?: Milliseconds;
}

/** What holds for the entry that a load brings. */
export interface LoadOptions extends EntryOptions {
  /**
   * For how long after its expiry the value is still served by `getOrLoad`, while one load refreshes it.
   * Such a value is over for everybody else: it is not counted by `size`, and it is the first to go when
   * room is needed.
   * @default 0
   */
  staleMs?: Milliseconds;
}

/** How well a cache did since the beginning, or since `resetStats`. */
export interface CacheStats {
  /** Calls answered from the cache. */
  readonly hits: number;
  /** Calls that were not, whether the value was then obtained or not. */
  readonly misses: number;
  /** Entries let go for room. */
  readonly evictions: number;
  /** Entries let go because their time was over. */
  readonly expirations: number;
  /** hits ÷ (hits + misses), from 0 to 1; 0 before the first call. */
  readonly hitRatio: number;
}

/** What `getOrLoad` did; its calls are among the hits and misses of {@link CacheStats} as well. */
export interface LoadStats {
  /** Loads begun, refreshes included. */
  readonly loads: number;
  /** Calls that waited for a load which another call had begun: what a stampede would have cost. */
  readonly joined: number;
  /** Calls answered with a stale value; they count as hits. */
  readonly stale: number;
  /** Loads that failed, refreshes included. */
  readonly failures: number;
}

/** What is known of one entry. Instants are readings of the cache's own clock. */
export interface EntryInfo {
  /** Calls that this entry answered since it was stored. */
  readonly hits: number;
  readonly createdAt: Milliseconds;
  /** The write, or the last call that was answered. */
  readonly lastAccessedAt: Milliseconds;
  readonly size: number;
}

/** A key, and how to obtain its value. */
export type WarmEntry = readonly [key: string, load: () => unknown];

/** How fast a cache may be warmed. */
export interface WarmOptions {
  /** The most loads that run at a time, an integer from 1. @default 8 */
  concurrency?: number;
}

/** What became of each key that a cache was to be warmed with. */
export interface WarmReport {
  readonly stored: number;
  /** Keys that were there already, and values that there was no room for. */
  readonly skipped: number;
  readonly failed: readonly { readonly key: string; readonly error: unknown }[];
}

// ---- Guards ---------------------------------------------------------------------------------------------

/** @internal */
export function bound(subject: string, value: number): number {
  number(subject, value);
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 1)) return value;
  throw new RangeError(`${subject} must be an integer from 1 or Infinity, received ${value}`);
}

/** @internal */
export function positiveInteger(subject: string, value: number): number {
  number(subject, value);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${subject} must be an integer from 1, received ${value}`);
  }
  return value;
}

/** @internal */
export function duration(subject: string, value: Milliseconds): Milliseconds {
  number(subject, value);
  if (value >= 0) return value;
  throw new RangeError(`${subject} must be 0 or more, received ${value}`);
}

/** @internal */
export function callable<F>(subject: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new TypeError(`${subject} must be a function, received ${inspect(value)}`);
}

/** @internal */
export function oneOf(subject: string, known: readonly string[], value: string): void {
  if (known.includes(value)) return;
  const list = known.map((name) => `'${name}'`).join(', ');
  throw new RangeError(`${subject} must be one of ${list}, received ${inspect(value)}`);
}

/** @internal */
export function weight(key: string, size: number): number {
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new RangeError(`sizeOf(${inspect(key)}) must return an integer from 0, received ${inspect(size)}`);
}

function number(subject: string, value: unknown): void {
  if (typeof value === 'number') return;
  throw new TypeError(`${subject} must be a number, received ${inspect(value)}`);
}
