// What users write and read: options, readings, reports, the numbers that decide, and the guards.

import { inspect } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { CacheOptions } from '../01-metadata-cache/index.ts';
import type { LoaderOptions } from '../02-lazy-loader/index.ts';

/** Milliseconds: a duration, or an instant on a clock. */
export type Milliseconds = number;

/** Bytes. */
export type Bytes = number;

// ---- The cache ------------------------------------------------------------------------------------------

/** {@link CacheOptions.policy} has no effect: who goes is found out, see shadows.ts. */
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
  /** The whole process: heap, buffers, stacks, code. */
  readonly rss: Bytes;
  readonly heapUsed: Bytes;
  /** What V8 has reserved so far; no limit. */
  readonly heapTotal: Bytes;
  /** Where V8 gives up. */
  readonly heapLimit: Bytes;
  /** Where the container is killed; `undefined` or 0 where nobody set a limit. */
  readonly memoryLimit: Bytes | undefined;
}

/** How this process stands at the moment. Some tens of microseconds: for readings, not for requests. */
export function readMemory(): MemoryReading {
  const usage = process.memoryUsage();
  return {
    rss: usage.rss,
    heapUsed: usage.heapUsed,
    heapTotal: usage.heapTotal,
    heapLimit: getHeapStatistics().heap_size_limit,
    memoryLimit: process.constrainedMemory(),
  };
}

/** From this pressure on the cache shrinks. */
export const HIGH_PRESSURE = 0.85;
/** Up to this pressure it may grow; between the two it stays. */
export const LOW_PRESSURE = 0.7;
/** What is left of the capacity when it shrinks. */
export const SHRINK_FACTOR = 0.75;
/** The part of `maxEntries` by which the capacity grows. */
export const GROW_SHARE = 0.1;
/** How many readings in a row must be calm before what can wait is done. */
export const CALM_READINGS = 3;

/** How a cache is divided. */
export interface PartitionStrategy {
  /** The name of the partition of a key, always the same for the same key. */
  readonly partitionOf: (key: string) => string;
  /** By name, the part of the capacity at first: above 0, and 1 together. */
  readonly shares: Readonly<Record<string, number>>;
  /** By name, what a hit is worth beside one elsewhere, such as the milliseconds it saves. @default 1 */
  readonly worth?: Readonly<Record<string, number>>;
}

/** The part of the capacity, rounded down, that no partition loses to others. */
export const LEAST_SHARE = 0.1;

/** How a partition stands. */
export interface PartitionInfo {
  readonly name: string;
  /** Entries that it has: more than {@link capacity} while others leave theirs unused. */
  readonly size: number;
  /** Entries that nobody can take from it. */
  readonly capacity: number;
}

// ---- The loader -----------------------------------------------------------------------------------------

export interface PredictiveLoaderOptions extends LoaderOptions {
  /** Of how many keys, and pairs of keys, it is remembered what followed; an integer from 1. @default 1000 */
  maxContexts?: number;
  /** How many accesses the analysis looks back, an integer from 1. @default 1000 */
  historySize?: number;
  /** The most keys that are prefetched and not accessed yet, an integer from 1. @default 4 */
  prefetchBudget?: number;
  /** The clock. @default performance.now */
  now?: () => Milliseconds;
}

/** What followed in a smaller part of the latest accesses is not predicted. */
export const LEAST_CONFIDENCE = 0.2;
/** With fewer observations than this, nothing is called a pattern. */
export const EVIDENCE = 5;
/** The part of all accesses that makes a key frequent. */
export const FREQUENT_SHARE = 0.1;
/** The part of a key's accesses that the same key must have followed to make a sequence. */
export const SEQUENCE_PROBABILITY = 0.5;
/** The median deviation from the period, as a part of it, that is still regular. */
export const REGULAR_JITTER = 0.1;
/** A prefetched key has missed when it was not among so many accesses. */
export const PREFETCH_WINDOW = 20;

/** A regularity, and how much was seen of it. */
export type AccessPattern = FrequencyPattern | SequencePattern | TemporalPattern;

/** A key that much of what is asked for is. */
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

/** A key that comes at regular intervals. */
export interface TemporalPattern {
  readonly kind: 'temporal';
  readonly key: string;
  readonly intervals: number;
  /** The median interval, above 0. */
  readonly periodMs: Milliseconds;
  /** The median of how much an interval differs from the period. */
  readonly jitterMs: Milliseconds;
}

/** What prefetching was good for. Both ratios are 0 before there is anything to tell. */
export interface PrefetchReport {
  /** Keys that were prefetched, and accessed in time. */
  readonly hits: number;
  readonly misses: number;
  /** hits ÷ (hits + misses). */
  readonly precision: number;
  /** hits ÷ (hits + accesses that had to load). */
  readonly recall: number;
}

// ---- The optimizer --------------------------------------------------------------------------------------

/** A number that may be changed while the program runs. */
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

/** What is tuned, how far the workers go, and who is told. Nothing is required. */
export interface OptimizerOptions {
  /** @default none */
  parameters?: readonly TunableParameter[];
  /** Measures how well it goes: the less, the better. Required for tuning. */
  objective?: () => number;
  /** An integer from 1. @default 1 */
  minWorkers?: number;
  /** An integer from {@link minWorkers}. @default 64 */
  maxWorkers?: number;
  /** Told when the number of workers changes. */
  onScale?: (workers: number) => void;
  /** Told when a metric goes beyond its threshold for good, and when it is back. */
  onAlert?: (alert: PerformanceAlert) => void;
}

/** The most measurements for which a change is on trial. */
export const TRIAL_CALLS = 10;

/** By the name of the metric, what it must not exceed, or not fall below. */
export type PerformanceThresholds = Readonly<Record<string, { readonly above: number } | { readonly below: number }>>;

/** So many readings in a row beyond a threshold raise an alert, and so many within it clear it. */
export const ALERT_READINGS = 3;

/** A metric went beyond its threshold for good, or came back. */
export interface PerformanceAlert {
  readonly metric: string;
  readonly state: 'raised' | 'cleared';
  /** The reading that was one too many. */
  readonly value: number;
}

/** What a service has to do, and how it gets on: means, of late. */
export interface LoadMetrics {
  readonly arrivalsPerSecond: number;
  /** Fewer than arrive where there are too few workers: no measure of how many there should be. */
  readonly completionsPerSecond: number;
  /** How long a worker is busy with a request, the mean. */
  readonly serviceMs: Milliseconds;
  /** {@link serviceMs} and the time in the queue: it falls when there are more workers. */
  readonly responseMs: Milliseconds;
}

/** How busy workers should be, from 0 to 1. */
export const TARGET_UTILIZATION = 0.75;

// ---- The predictor that is judged -----------------------------------------------------------------------

/** Foresees what a session uses next; the rules that it keeps are those of {@link checkPredictor}. */
export interface Predictor {
  /** The session uses a key, after those that it used before. */
  use(session: string, key: string): void;
  /** What the session will probably use next, the likeliest first. */
  predict(session: string): string[];
}

// ---- Guards ---------------------------------------------------------------------------------------------

/** @internal */
export function positiveInteger(subject: string, value: number): number {
  if (Number.isSafeInteger(number(subject, value)) && value >= 1) return value;
  throw new RangeError(`${subject} must be an integer from 1, received ${value}`);
}

/** @internal */
export function atMost(subject: string, value: number, limit: string, most: number): void {
  if (value > most) throw new RangeError(`${subject} must be at most ${limit} (${most}), received ${value}`);
}

/** @internal */
export function positive(subject: string, value: number): void {
  if (number(subject, value) > 0 && Number.isFinite(value)) return;
  throw new RangeError(`${subject} must be above 0 and finite, received ${value}`);
}

/** @internal */
export function finiteFrom0(subject: string, value: number): void {
  if (number(subject, value) >= 0 && Number.isFinite(value)) return;
  throw new RangeError(`${subject} must be a finite number from 0, received ${value}`);
}

/** @internal */
export function callable<F>(subject: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new TypeError(`${subject} must be a function, received ${inspect(value)}`);
}

/** @internal */
export function number(subject: string, value: number): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`${subject} must be a number, received ${inspect(value)}`);
}
