import { getHeapStatistics } from 'node:v8';

import type { CacheOptions } from '#contract/01-metadata-cache';
import type { LoaderOptions } from '#contract/02-lazy-loader';

/** Milliseconds: a duration, or an instant on a clock. */
export type Milliseconds = number;

/** Bytes. */
export type Bytes = number;

// ---- The cache ------------------------------------------------------------------------------------------

export interface AdaptiveCacheOptions extends CacheOptions {
  /** The most entries that are ever kept, and how many may be at first; an integer from 1. */
  maxEntries: number;
  /** Below this the capacity does not shrink, an integer from 1 to {@link maxEntries}. @default 1 */
  minEntries?: number;
  /** How the value of a predicted key is obtained, which may be promised. Required for `warmCache`. */
  load?: (key: string) => unknown;
}

/** What a process knows of its memory. */
export interface MemoryReading {
  /** What the process takes of the machine's memory: the heap, buffers, stacks and code. */
  readonly rss: Bytes;
  readonly heapUsed: Bytes;
  /** What V8 has reserved so far. It grows when it is needed, and is no limit. */
  readonly heapTotal: Bytes;
  /** Where V8 gives up. */
  readonly heapLimit: Bytes;
  /** Where the container is killed; `undefined` or 0 where nobody set a limit. */
  readonly memoryLimit: Bytes | undefined;
}

/** How this process stands at the moment. */
export function readMemory(): MemoryReading {
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  const { heap_size_limit: heapLimit } = getHeapStatistics();
  return { rss, heapUsed, heapTotal, heapLimit, memoryLimit: process.constrainedMemory() };
}

/** From this pressure on the cache shrinks. */
export const HIGH_PRESSURE = 0.85;

/** Up to this pressure it may grow. Between the two it stays as it is, or it would swing between them. */
export const LOW_PRESSURE = 0.7;

/** What is left of the capacity when it shrinks. */
export const SHRINK_FACTOR = 0.75;

/** The part of `maxEntries` by which the capacity grows. */
export const GROW_SHARE = 0.1;

/** How many readings in a row must be calm before anything is made larger, or smaller, that can wait. */
export const CALM_READINGS = 3;

/** How a cache is divided. */
export interface PartitionStrategy {
  /** The name of the partition that a key belongs to, always the same for the same key. */
  readonly partitionOf: (key: string) => string;
  /** Of each partition, the part of the capacity that it begins with: above 0, and 1 together. */
  readonly shares: Readonly<Record<string, number>>;
  /**
   * What a hit in a partition is worth beside one in another, such as the milliseconds that it saves: above
   * 0. @default 1
   */
  readonly worth?: Readonly<Record<string, number>>;
}

/** The part of the capacity, rounded down, that no partition loses to others. */
export const LEAST_SHARE = 0.1;

export interface PartitionInfo {
  readonly name: string;
  /** Entries that it has: more than {@link capacity} while others leave theirs unused. */
  readonly size: number;
  /** Entries that nobody can take from it. */
  readonly capacity: number;
}

// ---- The loader -----------------------------------------------------------------------------------------

export interface PredictiveLoaderOptions extends LoaderOptions {
  /** Of how many keys it is remembered what followed, an integer from 1. @default 1000 */
  maxContexts?: number;
  /** How many accesses the analysis looks back, an integer from 1. @default 1000 */
  historySize?: number;
  /** The most keys that are prefetched and have not been accessed yet, an integer from 1. @default 4 */
  prefetchBudget?: number;
  /** The clock. @default performance.now */
  now?: () => Milliseconds;
}

/** What has followed a key in a smaller part of its latest accesses is not predicted. */
export const LEAST_CONFIDENCE = 0.2;

/** With fewer observations than this, nothing is called a pattern. */
export const EVIDENCE = 5;

/** The part of all accesses that makes a key frequent. */
export const FREQUENT_SHARE = 0.1;

/** The part of a key's accesses that must have been followed by the same key to make a sequence. */
export const SEQUENCE_PROBABILITY = 0.5;

/** The median deviation from the period, as a part of it, that is still regular. */
export const REGULAR_JITTER = 0.1;

/** A regularity, and how much was seen of it. */
export type AccessPattern = FrequencyPattern | SequencePattern | TemporalPattern;

/** A key that many of the accesses are for. */
export interface FrequencyPattern {
  readonly kind: 'frequency';
  readonly key: string;
  readonly accesses: number;
  /** `accesses` ÷ all accesses. */
  readonly share: number;
}

/** A key that another one mostly comes next to, in the same session. */
export interface SequencePattern {
  readonly kind: 'sequence';
  readonly key: string;
  readonly next: string;
  /** How many accesses of `key` were followed by `next`. */
  readonly times: number;
  /** `times` ÷ accesses of `key`. */
  readonly probability: number;
}

/** A key that is accessed at regular intervals. */
export interface TemporalPattern {
  readonly kind: 'temporal';
  readonly key: string;
  /** How many intervals were seen, from one access of the key to the next. */
  readonly intervals: number;
  /** The median interval, above 0. */
  readonly periodMs: Milliseconds;
  /** The median of how much an interval differs from the period. */
  readonly jitterMs: Milliseconds;
}

/** A prefetched key has missed when so many accesses have gone by without one of it. */
export const PREFETCH_WINDOW = 20;

/** What prefetching was good for. */
export interface PrefetchReport {
  /** Keys that were prefetched, and accessed in time. */
  readonly hits: number;
  /** Keys that were prefetched, and not accessed in time. */
  readonly misses: number;
  /** hits ÷ (hits + misses): of what was prefetched, what was wanted; 0 before either. */
  readonly precision: number;
  /**
   * hits ÷ (hits + accesses of keys that had been neither accessed nor prefetched before, or not since they
   * were invalidated): of what had to be loaded, what was foreseen; 0 before either.
   */
  readonly recall: number;
}

// ---- The optimizer --------------------------------------------------------------------------------------

/** A number that may be changed while the program runs: a capacity, a batch size, a window. */
export interface TunableParameter {
  readonly name: string;
  /** What it is at first. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** By how much it is changed at a time, above 0. */
  readonly step: number;
  /** Puts a value into effect. */
  readonly apply: (value: number) => void;
}

export interface OptimizerOptions {
  /** @default none */
  parameters?: readonly TunableParameter[];
  /** Measures how well it goes with the parameters as they are: the less, the better. Required for tuning. */
  objective?: () => number;
  /** An integer from 1. @default 1 */
  minWorkers?: number;
  /** An integer from `minWorkers`. @default 64 */
  maxWorkers?: number;
  /** Told when the number of workers changes. */
  onScale?: (workers: number) => void;
  /** Told when a metric goes beyond its threshold for good, and when it is back. */
  onAlert?: (alert: PerformanceAlert) => void;
}

/** The most measurements for which a change is on trial. */
export const TRIAL_CALLS = 10;

/** By the name of the metric, what it must not exceed, or not fall below. */
export type PerformanceThresholds = Readonly<
  Record<string, { readonly above: number } | { readonly below: number }>
>;

/** So many readings in a row beyond a threshold raise an alert, and so many within it clear it. */
export const ALERT_READINGS = 3;

export interface PerformanceAlert {
  readonly metric: string;
  readonly state: 'raised' | 'cleared';
  /** The reading that was one too many. */
  readonly value: number;
}

export interface LoadMetrics {
  /** Requests that came in a second. */
  readonly arrivalsPerSecond: number;
  /** Requests that were answered in a second: fewer than came where there are too few workers. */
  readonly completionsPerSecond: number;
  /** How long a worker is busy with a request, the mean. */
  readonly serviceMs: Milliseconds;
  /** How long a caller waits for the answer, the mean: {@link serviceMs}, and the time in the queue. */
  readonly responseMs: Milliseconds;
}

/** How busy workers should be, from 0 to 1: the queue before one that always is grows without end. */
export const TARGET_UTILIZATION = 0.75;

// ---- The predictor that is judged -----------------------------------------------------------------------

/**
 * Foresees what a session uses next from what sessions used before. A predictor is right if it keeps all of
 * these rules, whatever the keys and sessions are called; beyond them it does as it likes.
 *
 * 1. What followed a key every time, three times or more, is the first prediction for it.
 * 2. What followed once is chance, and is not predicted.
 * 3. What never followed a key in the same session is not predicted for it, a key itself not for itself. A
 *    session is a chain of its own, however the chains are interleaved.
 * 4. After what followed a key a hundred times, something else that then follows fifty times in a row is the
 *    first prediction.
 * 5. Where the next key depends on the one before, as in `x a b` and `y a c`, and both were seen ten times
 *    in turn, the first prediction after `x a` is `b`, and after `y a` it is `c`.
 */
export interface Predictor {
  /** The session uses a key, after those that it used before. */
  use(session: string, key: string): void;
  /** What the session will probably use next, the likeliest first; of one that used nothing, nothing. */
  predict(session: string): string[];
}
