// What a user of the monitor writes and reads: the options, the reports, and the guards that check them.

import { PerformanceObserver } from 'node:perf_hooks';
import { inspect } from 'node:util';

/** Milliseconds: a duration, or an instant on the monitor's clock. */
export type Milliseconds = number;

/** A number of bytes. */
export type Bytes = number;

/** A call that takes more than so many times the median of its operation belongs to the tail. */
export const TAIL_RATIO = 10;

/** How many calls that have ended are remembered for collections that are reported late. */
export const RECENT_CALLS = 1_000;

/** What a monitor reads, and how many of the calls it times. */
export interface MonitorOptions {
  /**
   * The clock. Collections are reported on that of `performance.now`; one that is set back makes calls of
   * 0 ms. @default that of `performance.now`, read by `process.hrtime`
   */
  now?: () => Milliseconds;
  /** The part of the outermost calls that are timed, from 0 to 1. Every call is counted. @default 1 */
  sampleRate?: number;
  /** Evenly distributed from 0 to below 1; asked once for each outermost call. @default Math.random */
  random?: () => number;
  /**
   * How much of the heap is used, as `process.memoryUsage().heapUsed` says (which takes some 10 µs); asked
   * twice for each timed call. Without it there is no `heapGrowthBytes`.
   */
  heapUsed?: () => Bytes;
  /** Where collections are reported: {@link observeGc}. Without it there is no `gc`. */
  gc?: GcSource;
}

/** What is known of a call when it begins. */
export interface StartOptions {
  /**
   * How long after this call the next one would have begun, had this one not held it up; more than 0. The
   * distribution then has the calls, too, that did not begin in time because this one took longer.
   */
  expectedIntervalMs?: Milliseconds;
}

/** A call under way. It ends when it is disposed of, once. */
export interface Span extends Disposable {
  /**
   * Calls `fn`; what is measured in it, also after an `await`, is nested in this span. Returns what `fn`
   * returned, throws what it threw, and does not end the span.
   */
  run<T>(fn: () => T): T;
  /** The call counts as an error when it ends. */
  fail(): void;
}

/** One garbage collection, as a `PerformanceObserver` reports it: some time after it happened. */
export interface GcEntry {
  readonly startTime: Milliseconds;
  readonly duration: Milliseconds;
  /** `kind` is one of `constants.NODE_PERFORMANCE_GC_…` of `node:perf_hooks`. */
  readonly detail: { readonly kind: number };
}

/** Hands each collection to `listener`, as soon as it is reported. May return what stops it. */
export type GcSource = (listener: (entry: GcEntry) => void) => unknown;

/** The collections of this process. Node reports them in a later turn of the event loop. */
export function observeGc(listener: (entry: GcEntry) => void): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) listener(entry as unknown as GcEntry);
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

// ---- What the monitor tells -----------------------------------------------------------------------------

/** What a monitor knows at one moment. */
export interface PerformanceReport {
  /** Since the monitor was made. */
  readonly elapsedMs: Milliseconds;
  /** One for each operation of which a call has ended. */
  readonly operations: readonly PerformanceMetrics[];
}

/** What is known of one operation; durations are 0 where no call was timed. */
export interface PerformanceMetrics {
  readonly operation: string;
  /** Calls that have ended. */
  readonly count: number;
  /** Those of them that threw, rejected or were said to have failed. */
  readonly errors: number;
  /** Those of them that were timed; all, unless the monitor samples. */
  readonly timed: number;
  /** {@link count} a second, since the monitor was made; 0 before time has passed. */
  readonly ratePerSecond: number;
  /**
   * What the calls took together; of a call within a call of the same operation only the outer one counts.
   * Estimated from the timed ones where not all were.
   */
  readonly totalMs: Milliseconds;
  /** The part of it in which nothing was running that is nested in the call; estimated likewise. */
  readonly selfMs: Milliseconds;
  readonly minMs: Milliseconds;
  readonly maxMs: Milliseconds;
  readonly meanMs: Milliseconds;
  readonly standardDeviationMs: Milliseconds;
  readonly p50Ms: Milliseconds;
  readonly p95Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
  /** By how much the heap grew during the timed calls; a call during which it shrank counts as 0. */
  readonly heapGrowthBytes?: Bytes;
  /** The collections during the timed calls. */
  readonly gc?: GcMetrics;
}

/** How often, and for how long, collections interrupted an operation. */
export interface GcMetrics {
  /** Of the young generation: `NODE_PERFORMANCE_GC_MINOR`. */
  readonly minor: number;
  /** All others. */
  readonly major: number;
  /** How long they stopped the calls. */
  readonly pauseMs: Milliseconds;
}

/** The timed calls of one operation that were nested in the same way. */
export interface CallNode {
  readonly operation: string;
  /** Those that have ended. */
  readonly count: number;
  readonly totalMs: Milliseconds;
  readonly selfMs: Milliseconds;
  readonly nested: readonly CallNode[];
}

/** What is worth making faster. */
export interface BottleneckAnalysis {
  /** What the outermost calls took together. */
  readonly totalMs: Milliseconds;
  /** Every operation, the largest self time first. */
  readonly bottlenecks: readonly Bottleneck[];
  /** The operations that spend more than half of their time in their tail, the largest self time first. */
  readonly tails: readonly string[];
}

/** An operation, and what making it faster would be worth. */
export interface Bottleneck {
  readonly operation: string;
  readonly selfMs: Milliseconds;
  /** {@link selfMs} ÷ {@link BottleneckAnalysis.totalMs}, at most 1; 0 where there is no time to share. */
  readonly share: number;
  /** How many times as fast all would be, at the most, if this took no time: 1 ÷ (1 − {@link share}). */
  readonly maxSpeedup: number;
  /** The part of the operation's time that its calls beyond {@link TAIL_RATIO} take, from 0 to 1. */
  readonly tailShare: number;
}

// ---- Guards ---------------------------------------------------------------------------------------------

/** @internal */
export function callable<F>(subject: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new TypeError(`${subject} must be a function, received ${inspect(value)}`);
}

/** @internal */
export function text(subject: string, value: string): void {
  if (typeof value === 'string') return;
  throw new TypeError(`${subject} must be a string, received ${inspect(value)}`);
}

/** @internal */
export function fraction(subject: string, value: number): number {
  number(subject, value);
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(`${subject} must be from 0 to 1, received ${value}`);
}

/** @internal */
export function positive(subject: string, value: number): number {
  number(subject, value);
  if (value > 0) return value;
  throw new RangeError(`${subject} must be more than 0, received ${value}`);
}

function number(subject: string, value: unknown): void {
  if (typeof value === 'number') return;
  throw new TypeError(`${subject} must be a number, received ${inspect(value)}`);
}
