// The monitor as its users see it.

import { analyze, metricsOf } from './analysis.ts';
import { type Operation, snapshotOf } from './call-tree.ts';
import { monotonicNow } from './clock.ts';
import { Collections } from './collections.ts';
import { DurationHistogram } from './histogram.ts';
import {
  type BottleneckAnalysis,
  callable,
  type CallNode,
  fraction,
  type Milliseconds,
  type MonitorOptions,
  type PerformanceReport,
  positive,
  type Span,
  type StartOptions,
  text,
} from './options.ts';
import { Recorder } from './recorder.ts';

/** What is inside a monitor, for tests: it is not exported to users. @internal */
export let recorderOf: (monitor: MetadataPerformanceMonitor) => Recorder;

/**
 * Says how long operations take: how often, how evenly, how much of it themselves, and what it is worth to
 * make them faster.
 *
 * What runs in a measured function is nested in it, also after an `await`, until it has ended. A call costs
 * two readings of the clock, and about as much as one of them besides; one that is not timed, a quarter of
 * that. Memory: 13 kB for each operation, some 400 bytes for each way in which it is nested. A name with a
 * number in it, such as a path with an id, is an operation for each number.
 *
 * @example
 * {@includeCode ../../docs/examples/05-performance-monitor/monitor.ts#monitor}
 */
export class MetadataPerformanceMonitor implements Disposable {
  readonly #recorder: Recorder;
  readonly #now: () => Milliseconds;
  readonly #madeAt: Milliseconds;
  readonly #observed: { readonly heap: boolean; readonly gc: boolean };
  readonly #stopGc: unknown;

  static {
    recorderOf = (monitor) => monitor.#recorder;
  }

  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if `sampleRate` is not from 0 to 1
   */
  constructor(options: MonitorOptions = {}) {
    const { now = monotonicNow, sampleRate = 1, random = Math.random, heapUsed, gc } = options;
    this.#now = callable('now', now);
    fraction('sampleRate', sampleRate);
    callable('random', random);
    if (heapUsed !== undefined) callable('heapUsed', heapUsed);
    if (gc !== undefined) callable('gc', gc);

    const collections = gc === undefined ? undefined : new Collections();
    this.#observed = { heap: heapUsed !== undefined, gc: gc !== undefined };
    this.#recorder = new Recorder({ now, sampleRate, random, heapUsed, collections });
    this.#stopGc = gc?.((entry) => collections!.report(entry));
    this.#madeAt = now();
  }

  // ---- Measuring ----------------------------------------------------------------------------------------

  /**
   * Calls `fn` and measures until it returns or throws. For what it does asynchronously there is
   * {@link measureAsync}.
   *
   * @returns what `fn` returned
   * @throws what `fn` threw, which counts as an error
   */
  measure<T>(operation: string, fn: () => T): T {
    callable('fn', fn);
    text('operation', operation);
    const { context } = this.#recorder;
    const call = this.#recorder.begin(operation);
    const around = context.enter(call);
    try {
      return fn();
    } catch (error) {
      call.hasFailed = true;
      throw error;
    } finally {
      context.leave(around);
      this.#recorder.end(call);
    }
  }

  /**
   * Calls `fn` and measures until its promise is settled. Never throws: when `fn` throws, the promise is
   * rejected.
   *
   * @returns what the promise of `fn` brings; a rejection counts as an error
   */
  async measureAsync<T>(operation: string, fn: () => Promise<T>): Promise<T> {
    callable('fn', fn);
    text('operation', operation);
    const { context } = this.#recorder;
    const call = this.#recorder.begin(operation);
    try {
      return await context.run(call, fn);
    } catch (error) {
      call.hasFailed = true;
      throw error;
    } finally {
      this.#recorder.end(call);
    }
  }

  /**
   * Begins a call, which ends when the span is disposed of: `using span = monitor.start('parse')` measures
   * the rest of the block. Nested in it is what {@link Span.run} calls, and nothing else: who holds a span
   * may be suspended at any `await`, and what runs meanwhile is not his.
   *
   * @throws RangeError if `expectedIntervalMs` is not above 0
   */
  start(operation: string, { expectedIntervalMs }: StartOptions = {}): Span {
    text('operation', operation);
    if (expectedIntervalMs !== undefined) positive('expectedIntervalMs', expectedIntervalMs);
    return this.#recorder.begin(operation, expectedIntervalMs);
  }

  // ---- Asking -------------------------------------------------------------------------------------------

  /** What was measured until now; later calls do not change what was returned. */
  getMetrics(): PerformanceReport {
    const elapsedMs = Math.max(0, this.#now() - this.#madeAt);
    const observed = { ...this.#observed, elapsedMs };
    return { elapsedMs, operations: this.#known().map((operation) => metricsOf(operation, observed)) };
  }

  /** Who called whom: the outermost operations, in each of them what was nested in it, and so on. */
  callTree(): readonly CallNode[] {
    return snapshotOf(this.#recorder.outermost);
  }

  /** Where the time goes, and what it would be worth at the most to save it there. */
  analyzeBottlenecks(): BottleneckAnalysis {
    return analyze(this.#known());
  }

  /**
   * The distribution of an operation's timed calls, to be merged with that of other processes: percentiles
   * can neither be added nor averaged. Later calls do not change it; of an unknown operation it is empty.
   */
  durationsOf(operation: string): DurationHistogram {
    const copy = new DurationHistogram();
    const known = this.#recorder.operations.get(operation);
    if (known !== undefined) copy.merge(known.durations);
    return copy;
  }

  /** Hears of no more collections: until then, whoever reports them keeps the monitor alive. */
  [Symbol.dispose](): void {
    if (typeof this.#stopGc === 'function') this.#stopGc();
  }

  #known(): Operation[] {
    return [...this.#recorder.operations.values()].filter(({ count }) => count > 0);
  }
}
