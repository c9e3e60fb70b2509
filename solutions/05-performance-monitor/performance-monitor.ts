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

/**
 * Says how long operations take: how often, how evenly, how much of it themselves, and what it is worth to
 * make them faster.
 *
 * What runs in a measured function is nested in it, also after an `await`, until it has ended.
 */
export class MetadataPerformanceMonitor {
  // #region solution only
  readonly #operations = new Map<string, Operation>();
  readonly #outermost = new Map<string, Path>();
  /** The call that the running code belongs to; it may have ended. */
  readonly #around = new AsyncLocalStorage<Call>();
  /** What a collection may concern that is still to be reported: the timed calls that run, the last ended. */
  readonly #running = new Set<Timing>();
  readonly #ended: Timing[] = [];
  #endedCount = 0;

  readonly #now: () => Milliseconds;
  readonly #madeAt: Milliseconds;
  readonly #sampleRate: number = 1;
  readonly #random: () => number = Math.random;
  readonly #heapUsed: (() => Bytes) | undefined;
  readonly #observesGc: boolean = false;

  // #endregion
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if `sampleRate` is not from 0 to 1
   */
  constructor(options: MonitorOptions = {}) {
    const { now = () => performance.now(), sampleRate, random, heapUsed, gc } = options;
    // #region solution only
    this.#now = callable('now', now);
    this.#madeAt = now();
    // #endregion
    if (sampleRate !== undefined || random !== undefined) {
      // #region step 5.5
      if (sampleRate !== undefined) this.#sampleRate = fraction('sampleRate', sampleRate);
      if (random !== undefined) this.#random = callable('random', random);
      // #endregion
    }
    if (heapUsed !== undefined || gc !== undefined) {
      // #region step 5.6
      if (heapUsed !== undefined) this.#heapUsed = callable('heapUsed', heapUsed);
      if (gc !== undefined) {
        callable('gc', gc)((entry) => this.#attribute(entry));
        this.#observesGc = true;
      }
      // #endregion
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
    // #region step 5.2
    callable('fn', fn);
    const span = this.start(operation);
    try {
      return span.run(fn);
    } catch (error) {
      span.fail();
      throw error;
    } finally {
      span[Symbol.dispose]();
    }
    // #endregion
  }

  /**
   * Calls `fn` and measures until its promise is settled. Never throws: when `fn` throws, the promise is
   * rejected.
   *
   * @returns what the promise of `fn` brings; a rejection counts as an error
   */
  async measureAsync<T>(operation: string, fn: () => Promise<T>): Promise<T> {
    // #region step 5.2
    callable('fn', fn);
    const span = this.start(operation);
    try {
      return await span.run(fn);
    } catch (error) {
      span.fail();
      throw error;
    } finally {
      span[Symbol.dispose]();
    }
    // #endregion
  }

  /**
   * Begins a call, which ends when the span is disposed of: `using span = monitor.start('parse')` measures
   * the rest of the block. Nested in it is what {@link Span.run} calls; nobody can know when an async
   * function that merely holds a span is suspended.
   *
   * @throws RangeError if `expectedIntervalMs` is not above 0
   */
  start(operation: string, { expectedIntervalMs }: StartOptions = {}): Span {
    // #region step 5.2
    requireType('string', 'operation', operation);
    if (expectedIntervalMs !== undefined) aboveZero('expectedIntervalMs', expectedIntervalMs);
    let outer = this.#around.getStore();
    while (outer?.hasEnded) outer = outer.outer;

    const known = getOrMake(this.#operations, operation, () => new Operation(operation));
    const isTimed = outer ? outer.timing !== undefined : this.#random() < this.#sampleRate;
    const timing = isTimed ? this.#begin(known, outer?.timing, expectedIntervalMs) : undefined;
    return new Call(known, outer, timing, this.#around, this.#end);
    // #endregion
  }

  /** What was measured until now; later calls do not change what was returned. */
  getMetrics(): PerformanceReport {
    // #region step 5.2
    const elapsedMs = Math.max(0, this.#now() - this.#madeAt);
    return { elapsedMs, operations: this.#known().map((operation) => this.#metricsOf(operation, elapsedMs)) };
    // #endregion
  }

  /** Who called whom: the outermost operations, in each of them what was nested in it, and so on. */
  callTree(): readonly CallNode[] {
    // #region step 5.3
    return nodesOf(this.#outermost);
    // #endregion
  }

  /** Where the time goes, and what it would be worth at the most to save it there. */
  analyzeBottlenecks(): BottleneckAnalysis {
    // #region step 5.4
    const known = this.#known();
    const totalMs = known.reduce((sum, operation) => sum + operation.estimate(operation.outermostMs), 0);
    const bottlenecks = known
      .map((operation) => {
        const { name, durations } = operation;
        const selfMs = operation.estimate(operation.selfMs);
        // Side by side, operations take more time than passes; nobody can win more than all of it.
        const share = totalMs === 0 ? 0 : Math.min(1, selfMs / totalMs);
        const tailShare = durations.shareAbove(TAIL_RATIO * durations.percentile(50));
        return { operation: name, selfMs, share, maxSpeedup: 1 / (1 - share), tailShare };
      })
      .sort((a, b) => b.selfMs - a.selfMs);
    const tails = bottlenecks.filter(({ tailShare }) => tailShare > 0.5).map(({ operation }) => operation);
    return { totalMs, bottlenecks, tails };
    // #endregion
  }
  // #region solution only

  #known(): Operation[] {
    return [...this.#operations.values()].filter(({ count }) => count > 0);
  }

  #begin(operation: Operation, outer: Timing | undefined, expectedIntervalMs?: Milliseconds): Timing {
    const paths = outer ? outer.path.nested : this.#outermost;
    const path = getOrMake(paths, operation.name, () => new Path(operation.name, outer?.path));
    const heapBefore = this.#heapUsed?.() ?? 0;
    const timing = new Timing(operation, path, heapBefore, this.#now(), expectedIntervalMs);
    outer?.nestedBegins(timing.startedAt);
    if (this.#observesGc) this.#running.add(timing);
    return timing;
  }

  readonly #end = ({ operation, outer, timing, hasFailed }: Call): void => {
    operation.count++;
    if (hasFailed) operation.errors++;
    if (!timing) return;
    timing.end(this.#now());
    outer?.timing?.nestedEnds(timing.endedAt);
    operation.add(timing, outer === undefined);
    if (this.#heapUsed) operation.heapGrowthBytes += Math.max(0, this.#heapUsed() - timing.heapBefore);
    if (this.#observesGc) {
      this.#running.delete(timing);
      this.#ended[this.#endedCount++ % RECENT_CALLS] = timing;
    }
  };

  /** A collection is reported after the operation that it stopped, so what counts is when it happened. */
  #attribute({ startTime, duration, detail }: GcEntry): void {
    const endTime = startTime + duration;
    for (const { operation, startedAt, endedAt } of [...this.#running, ...this.#ended]) {
      if (endTime <= startedAt || startTime >= endedAt) continue;
      operation.gc[detail.kind === constants.NODE_PERFORMANCE_GC_MINOR ? 'minor' : 'major']++;
      operation.gc.pauseMs += Math.min(endTime, endedAt) - Math.max(startTime, startedAt);
    }
  }

  #metricsOf(operation: Operation, elapsedMs: Milliseconds): PerformanceMetrics {
    const { name, count, errors, timed, durations } = operation;
    return {
      operation: name,
      count,
      errors,
      timed,
      ratePerSecond: elapsedMs === 0 ? 0 : count / (elapsedMs / 1_000),
      totalMs: operation.estimate(operation.totalMs),
      selfMs: operation.estimate(operation.selfMs),
      minMs: durations.min,
      maxMs: durations.max,
      meanMs: durations.mean,
      standardDeviationMs: durations.standardDeviation,
      p50Ms: durations.percentile(50),
      p95Ms: durations.percentile(95),
      p99Ms: durations.percentile(99),
      ...(this.#heapUsed && { heapGrowthBytes: operation.heapGrowthBytes }),
      ...(this.#observesGc && { gc: { ...operation.gc } }),
    };
  }
  // #endregion
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
    // #region step 5.7
    if (context.kind !== 'method' && context.kind !== 'getter') {
      const { kind, name } = context as DecoratorContext;
      throw new TypeError(`@measured decorates methods and getters, received the ${kind} ${String(name)}`);
    }
    let name = operation;
    return function (...args) {
      const span = monitor.start((name ??= nameOf(this, context)));
      const ended = <T>(value: T): T => {
        span[Symbol.dispose]();
        return value;
      };
      const failed = (error: unknown): never => {
        span.fail();
        span[Symbol.dispose]();
        throw error;
      };
      let result: Result;
      try {
        result = span.run(() => member.apply(this, args));
      } catch (error) {
        return failed(error);
      }
      // No other thenables: the `then` of a query builder is what sends the query.
      return types.isPromise(result) ? (result.then(ended, failed) as Result) : ended(result);
    };
    // #endregion
  };
}
// #region solution only

/** A call under way, or one that has ended. */
class Call implements Span {
  hasEnded = false;
  hasFailed = false;
  readonly #around: AsyncLocalStorage<Call>;
  readonly #onEnd: (call: Call) => void;

  constructor(
    readonly operation: Operation,
    readonly outer: Call | undefined,
    /** Of a timed call only. */
    readonly timing: Timing | undefined,
    around: AsyncLocalStorage<Call>,
    onEnd: (call: Call) => void,
  ) {
    this.#around = around;
    this.#onEnd = onEnd;
  }

  run<T>(fn: () => T): T {
    return this.#around.run(this, fn);
  }

  fail(): void {
    this.hasFailed = true;
  }

  [Symbol.dispose](): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#onEnd(this);
  }
}

/** When a call ran, and during how much of that something else did that is nested in it. */
class Timing {
  endedAt: Milliseconds = Infinity;
  #nested = 0;
  #nestedSince: Milliseconds = 0;
  #nestedMs: Milliseconds = 0;

  constructor(
    readonly operation: Operation,
    readonly path: Path,
    readonly heapBefore: Bytes,
    readonly startedAt: Milliseconds,
    readonly expectedIntervalMs: Milliseconds | undefined,
  ) {}

  nestedBegins(now: Milliseconds): void {
    if (this.#nested++ === 0) this.#nestedSince = now;
  }

  /** Side by side counts once: only when the last of them ends. */
  nestedEnds(now: Milliseconds): void {
    if (--this.#nested === 0) this.#deduct(now);
  }

  end(now: Milliseconds): void {
    this.endedAt = Math.max(this.startedAt, now);
    if (this.#nested > 0) this.#deduct(this.endedAt); // what outlives it
  }

  #deduct(until: Milliseconds): void {
    this.#nestedMs += Math.max(0, until - this.#nestedSince);
  }

  get durationMs(): Milliseconds {
    return this.endedAt - this.startedAt;
  }

  get selfMs(): Milliseconds {
    return Math.max(0, this.durationMs - this.#nestedMs);
  }
}

/** What is known of an operation. Times are those of the timed calls. */
class Operation {
  count = 0;
  errors = 0;
  timed = 0;
  totalMs: Milliseconds = 0;
  /** The part of it in which the operation was nested in no other. */
  outermostMs: Milliseconds = 0;
  selfMs: Milliseconds = 0;
  heapGrowthBytes: Bytes = 0;
  readonly gc = { minor: 0, major: 0, pauseMs: 0 };
  readonly durations = new DurationHistogram();

  constructor(readonly name: string) {}

  add({ path, durationMs, selfMs, expectedIntervalMs }: Timing, isOutermost: boolean): void {
    this.timed++;
    this.selfMs += selfMs;
    if (!path.isRecursive) this.totalMs += durationMs;
    if (isOutermost) this.outermostMs += durationMs;
    if (expectedIntervalMs === undefined) this.durations.record(durationMs);
    else this.durations.recordWithExpectedInterval(durationMs, expectedIntervalMs);
    path.add(durationMs, selfMs);
  }

  /** For all calls, from what the timed ones took. */
  estimate(ms: Milliseconds): Milliseconds {
    return this.timed === 0 ? 0 : (ms * this.count) / this.timed;
  }
}

/** An operation by way of those that it was nested in. */
class Path {
  count = 0;
  totalMs: Milliseconds = 0;
  selfMs: Milliseconds = 0;
  readonly nested = new Map<string, Path>();
  readonly isRecursive: boolean;

  constructor(
    readonly operation: string,
    readonly outer: Path | undefined,
  ) {
    this.isRecursive = outer?.contains(operation) ?? false;
  }

  contains(operation: string): boolean {
    return this.operation === operation || (this.outer?.contains(operation) ?? false);
  }

  add(durationMs: Milliseconds, selfMs: Milliseconds): void {
    this.count++;
    this.totalMs += durationMs;
    this.selfMs += selfMs;
  }
}

function nodesOf(paths: ReadonlyMap<string, Path>): CallNode[] {
  return [...paths.values()]
    .map(({ operation, count, totalMs, selfMs, nested }) => {
      return { operation, count, totalMs, selfMs, nested: nodesOf(nested) };
    })
    .filter(({ count, nested }) => count > 0 || nested.length > 0);
}

type MemberContext = Pick<ClassMethodDecoratorContext, 'name' | 'static' | 'metadata'>;

/** A decorator does not know its class: it is the one whose own metadata are those that it was given. */
function nameOf(target: object, { name, static: isStatic, metadata }: MemberContext): string {
  const metadataOf = (Class: any) => Object.hasOwn(Class, Symbol.metadata) && Class[Symbol.metadata];
  let Class: any = isStatic ? target : target.constructor;
  while (Class && metadataOf(Class) !== metadata) Class = Object.getPrototypeOf(Class);
  return Class ? `${Class.name}.${String(name)}` : String(name);
}

function getOrMake<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function fraction(name: string, value: number): number {
  requireType('number', name, value);
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(`${name} must be from 0 to 1, received ${value}`);
}

function aboveZero(name: string, value: number): void {
  requireType('number', name, value);
  if (!(value > 0)) throw new RangeError(`${name} must be more than 0, received ${value}`);
}

function callable<F>(name: string, value: F): F {
  requireType('function', name, value);
  return value;
}

function requireType(type: 'number' | 'string' | 'function', name: string, value: unknown): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, received ${inspect(value)}`);
}
// #endregion
