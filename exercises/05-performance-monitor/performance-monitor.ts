import { AsyncLocalStorage } from 'node:async_hooks';
import { constants } from 'node:perf_hooks';
import { inspect, types } from 'node:util';

import {
  type BottleneckAnalysis,
  type Bytes,
  type CallNode,
  type GcEntry,
  type Milliseconds,
  type MonitorOptions,
  type PerformanceMetrics,
  type PerformanceReport,
  RECENT_CALLS,
  type Span,
  type StartOptions,
  TAIL_RATIO,
} from '#contract/05-performance-monitor';
import { DurationHistogram } from './histogram.ts';
import { todo } from '#todo';

/**
 * Says how long operations take: how often, how evenly, how much of it themselves, and what it is worth to
 * make them faster.
 *
 * What runs in a measured function is nested in it, also after an `await`, until it has ended.
 */
export class MetadataPerformanceMonitor {
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if `sampleRate` is not from 0 to 1
   */
  constructor(options: MonitorOptions = {}) {
    const { now = () => performance.now(), sampleRate, random, heapUsed, gc } = options;
    if (sampleRate !== undefined || random !== undefined) {
      todo('5.5');
    }
    if (heapUsed !== undefined || gc !== undefined) {
      todo('5.6');
    }
  }

  /**
   * Calls `fn` and measures until it returns or throws. For what it does asynchronously there is
   * {@link measureAsync}.
   *
   * @returns what `fn` returned
   * @throws what `fn` threw, which counts as an error
   */
  measure<T>(operation: string, fn: () => T): T {
    todo('5.2');
  }

  /**
   * Calls `fn` and measures until its promise is settled. Never throws: when `fn` throws, the promise is
   * rejected.
   *
   * @returns what the promise of `fn` brings; a rejection counts as an error
   */
  async measureAsync<T>(operation: string, fn: () => Promise<T>): Promise<T> {
    todo('5.2');
  }

  /**
   * Begins a call, which ends when the span is disposed of: `using span = monitor.start('parse')` measures
   * the rest of the block. Nested in it is what {@link Span.run} calls; nobody can know when an async
   * function that merely holds a span is suspended.
   *
   * @throws RangeError if `expectedIntervalMs` is not above 0
   */
  start(operation: string, { expectedIntervalMs }: StartOptions = {}): Span {
    todo('5.2');
  }

  /** What was measured until now; later calls do not change what was returned. */
  getMetrics(): PerformanceReport {
    todo('5.2');
  }

  /** Who called whom: the outermost operations, in each of them what was nested in it, and so on. */
  callTree(): readonly CallNode[] {
    todo('5.3');
  }

  /** Where the time goes, and what it would be worth at the most to save it there. */
  analyzeBottlenecks(): BottleneckAnalysis {
    todo('5.4');
  }
}

/**
 * Measures a method or a getter: until the promise is settled where it returns one.
 *
 * @param operation otherwise the name of the class that declares the member, a dot, and the member's
 * @throws TypeError if it decorates anything but a method or a getter
 */
export function measured(monitor: MetadataPerformanceMonitor, operation?: string) {
  return function <This extends object, Args extends unknown[], Result>(
    member: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This> | ClassGetterDecoratorContext<This>,
  ): (this: This, ...args: Args) => Result {
    todo('5.7');
  };
}
