// The same contract from other parts: buckets that grow by a constant factor in a sparse Map, self time from
// the intervals of what was nested, calls as plain records kept in a list of what is around, and the tree and
// the metrics computed from leaves that are filed by path. Misuse is not checked.

import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type BottleneckAnalysis,
  type CallNode,
  type GcEntry,
  type MonitorOptions,
  type PerformanceMetrics,
  type PerformanceReport,
  RECENT_CALLS,
  RELATIVE_ERROR,
  type Span,
  type StartOptions,
  TAIL_RATIO,
} from '#contract/05-performance-monitor';

export * from '#contract/05-performance-monitor';

// ---- The histogram: DDSketch's buckets ------------------------------------------------------------------

const GAMMA = (1 + 0.8 * RELATIVE_ERROR) / (1 - 0.8 * RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

export class DurationHistogram {
  #buckets = new Map<number, number>();
  #zeros = 0;
  #least: number | undefined;
  #most = 0;
  #sum = 0;
  /** About the first duration that was recorded, so that the squares stay small. */
  #origin = 0;
  #shifted = 0;
  #shiftedSquares = 0;
  count = 0;

  get min(): number {
    return this.#least ?? 0;
  }

  get max(): number {
    return this.#most;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }

  get standardDeviation(): number {
    if (this.count === 0) return 0;
    const mean = this.#shifted / this.count;
    return Math.sqrt(Math.max(0, this.#shiftedSquares / this.count - mean * mean));
  }

  record(duration: number): void {
    if (!(duration >= 0 && duration < Infinity)) throw new RangeError(`no duration: ${duration}`);
    if (this.count === 0) this.#origin = duration;
    const distance = duration - this.#origin;
    this.#shifted += distance;
    this.#shiftedSquares += distance * distance;
    this.#sum += duration;
    this.count += 1;
    this.#least = Math.min(this.#least ?? duration, duration);
    this.#most = Math.max(this.#most, duration);
    if (duration < 1e-7) {
      this.#zeros += 1;
      return;
    }
    const bucket = Math.ceil(Math.log(duration) / LOG_GAMMA);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  recordWithExpectedInterval(duration: number, interval: number): void {
    const missed = Math.max(0, Math.floor(duration / interval) - 1);
    for (let i = 0; i <= missed; i++) this.record(duration - i * interval);
  }

  percentile(p: number): number {
    const rank = Math.max(1, Math.ceil((this.count * p) / 100));
    if (this.count === 0) return 0;
    if (rank === this.count) return p === 0 ? this.min : this.max;
    if (rank <= this.#zeros || p === 0) return this.min;
    let below = this.#zeros;
    for (const [bucket, count] of this.#sorted()) {
      below += count;
      if (below >= rank) return Math.max(this.min, Math.min(this.max, valueOf(bucket)));
    }
    return this.max;
  }

  shareAbove(threshold: number): number {
    let above = 0;
    let all = 0;
    for (const [bucket, count] of this.#sorted()) {
      all += count * valueOf(bucket);
      above += valueOf(bucket) > threshold ? count * valueOf(bucket) : 0;
    }
    return above / (all || 1);
  }

  merge(other: DurationHistogram): void {
    if (other.count === 0) return;
    if (this.count === 0) this.#origin = other.#origin;
    const shift = other.#origin - this.#origin;
    this.#shiftedSquares += other.#shiftedSquares + 2 * shift * other.#shifted + other.count * shift * shift;
    this.#shifted += other.#shifted + other.count * shift;
    this.#sum += other.#sum;
    this.#least = Math.min(this.#least ?? Infinity, other.min);
    this.#most = Math.max(this.#most, other.max);
    this.#zeros += other.#zeros;
    this.count += other.count;
    for (const [bucket, count] of other.#buckets) this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
  }

  #sorted(): [number, number][] {
    return [...this.#buckets].sort(([a], [b]) => a - b);
  }
}

const valueOf = (bucket: number) => (2 * GAMMA ** bucket) / (GAMMA + 1);

// ---- The monitor ----------------------------------------------------------------------------------------

type Interval = readonly [from: number, to: number];

interface Call {
  readonly path: readonly string[];
  readonly around: readonly Call[];
  readonly isTimed: boolean;
  readonly from: number;
  to: number;
  readonly heap: number;
  readonly inside: Call[];
  isOver: boolean;
  isError: boolean;
}

/** The calls of one path. */
interface Leaf {
  readonly path: readonly string[];
  ended: number;
  spentMs: number;
  ownMs: number;
}

interface Tally {
  readonly operation: string;
  count: number;
  errors: number;
  timed: number;
  heap: number;
  minor: number;
  major: number;
  pauseMs: number;
  readonly histogram: DurationHistogram;
}

/** How long at least one of the intervals covers. */
function covered(intervals: readonly Interval[]): number {
  let sum = 0;
  let until = -Infinity;
  for (const [from, to] of intervals.toSorted((a, b) => a[0] - b[0])) {
    sum += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return sum;
}

export class MetadataPerformanceMonitor {
  readonly #options: MonitorOptions;
  readonly #context = new AsyncLocalStorage<readonly Call[]>();
  readonly #tallies: Tally[] = [];
  readonly #leaves = new Map<string, Leaf>();
  readonly #now: () => number;
  readonly #since: number;
  readonly #open = new Set<Call>();
  #closed: Call[] = [];

  constructor(options: MonitorOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#since = this.#now();
    options.gc?.((entry) => this.#onGc(entry));
  }

  measure<T>(operation: string, fn: () => T): T {
    const call = this.#begin(operation);
    try {
      return this.#context.run([call, ...call.around], () => fn());
    } catch (error) {
      call.isError = true;
      throw error;
    } finally {
      this.#close(call);
    }
  }

  measureAsync<T>(operation: string, fn: () => Promise<T>): Promise<T> {
    const call = this.#begin(operation);
    const promise = new Promise<T>((resolve) => resolve(this.#context.run([call, ...call.around], () => fn())));
    return promise.then(
      (value) => {
        this.#close(call);
        return value;
      },
      (error: unknown) => {
        call.isError = true;
        this.#close(call);
        throw error;
      },
    );
  }

  start(operation: string, options: StartOptions = {}): Span {
    const call = this.#begin(operation);
    return {
      run: (fn) => this.#context.run([call, ...call.around], () => fn()),
      fail: () => void (call.isError = true),
      [Symbol.dispose]: () => this.#close(call, options.expectedIntervalMs),
    };
  }

  #begin(operation: string): Call {
    const around = (this.#context.getStore() ?? []).filter(({ isOver }) => !isOver);
    const { sampleRate = 1, random = Math.random, heapUsed } = this.#options;
    const isTimed = around[0]?.isTimed ?? random() < sampleRate;
    const path = [...(around[0]?.path ?? []), operation];
    const heap = isTimed ? (heapUsed?.() ?? 0) : 0;
    const from = isTimed ? this.#now() : 0;
    const call: Call = { path, around, isTimed, from, to: Infinity, heap, inside: [], isOver: false, isError: false };
    if (isTimed) {
      around[0]?.inside.push(call);
      this.#leaf(path);
      this.#open.add(call);
    }
    return call;
  }

  #close(call: Call, interval?: number): void {
    if (call.isOver) return;
    call.isOver = true;
    const tally = this.#tally(call.path.at(-1)!);
    tally.count += 1;
    tally.errors += call.isError ? 1 : 0;
    if (!call.isTimed) return;
    call.to = Math.max(call.from, this.#now());
    const ms = call.to - call.from;
    tally.timed += 1;
    if (interval) tally.histogram.recordWithExpectedInterval(ms, interval);
    else tally.histogram.record(ms);
    tally.heap += Math.max(0, (this.#options.heapUsed?.() ?? 0) - call.heap);
    const leaf = this.#leaf(call.path);
    leaf.ended += 1;
    leaf.spentMs += ms;
    const inside = call.inside.map(({ from, to }): Interval => [from, Math.min(to, call.to)]);
    leaf.ownMs += Math.max(0, ms - covered(inside));
    call.inside.length = 0;
    this.#open.delete(call);
    this.#closed.push(call);
    if (this.#closed.length >= 1.1 * RECENT_CALLS) this.#closed = this.#closed.slice(-RECENT_CALLS);
  }

  #onGc({ startTime, duration, detail }: GcEntry): void {
    for (const { path, from, to } of [...this.#open, ...this.#closed.slice(-RECENT_CALLS)]) {
      const pause: Interval = [Math.max(from, startTime), Math.min(to, startTime + duration)];
      if (pause[1] <= pause[0]) continue;
      const tally = this.#tally(path.at(-1)!);
      tally[detail.kind === 1 ? 'minor' : 'major'] += 1;
      tally.pauseMs += pause[1] - pause[0];
    }
  }

  #tally(operation: string): Tally {
    let tally = this.#tallies.find((one) => one.operation === operation);
    if (!tally) {
      const histogram = new DurationHistogram();
      tally = { operation, count: 0, errors: 0, timed: 0, heap: 0, minor: 0, major: 0, pauseMs: 0, histogram };
      this.#tallies.push(tally);
    }
    return tally;
  }

  #leaf(path: readonly string[]): Leaf {
    const key = JSON.stringify(path);
    if (!this.#leaves.has(key)) this.#leaves.set(key, { path, ended: 0, spentMs: 0, ownMs: 0 });
    return this.#leaves.get(key)!;
  }

  /** A sum over the paths that end with the operation, scaled to all of its calls. */
  #sum({ operation, count, timed }: Tally, part: (leaf: Leaf) => number): number {
    let sum = 0;
    for (const leaf of this.#leaves.values()) if (leaf.path.at(-1) === operation) sum += part(leaf);
    return timed === 0 ? 0 : (sum * count) / timed;
  }

  getMetrics(): PerformanceReport {
    const elapsedMs = Math.max(0, this.#now() - this.#since);
    const { heapUsed, gc } = this.#options;
    const operations = this.#listed().map((tally): PerformanceMetrics => {
      const { operation, count, errors, timed, heap, minor, major, pauseMs, histogram } = tally;
      return {
        operation,
        count,
        errors,
        timed,
        ratePerSecond: elapsedMs > 0 ? (count * 1_000) / elapsedMs : 0,
        totalMs: this.#sum(tally, ({ path, spentMs }) => (path.indexOf(operation) === path.length - 1 ? spentMs : 0)),
        selfMs: this.#sum(tally, ({ ownMs }) => ownMs),
        minMs: histogram.min,
        maxMs: histogram.max,
        meanMs: histogram.mean,
        standardDeviationMs: histogram.standardDeviation,
        p50Ms: histogram.percentile(50),
        p95Ms: histogram.percentile(95),
        p99Ms: histogram.percentile(99),
        ...(heapUsed ? { heapGrowthBytes: heap } : {}),
        ...(gc ? { gc: { minor, major, pauseMs } } : {}),
      };
    });
    return { elapsedMs, operations };
  }

  #listed(): Tally[] {
    return this.#tallies.filter(({ count }) => count > 0);
  }

  callTree(): CallNode[] {
    const below = (outer: readonly string[]): CallNode[] =>
      [...this.#leaves.values()]
        .filter(({ path }) => path.length === outer.length + 1 && outer.every((name, i) => path[i] === name))
        .map(({ path, ended, spentMs, ownMs }) => {
          return { operation: path.at(-1)!, count: ended, totalMs: spentMs, selfMs: ownMs, nested: below(path) };
        })
        .filter(({ count, nested }) => count + nested.length > 0);
    return below([]);
  }

  analyzeBottlenecks(): BottleneckAnalysis {
    const outermost = (tally: Tally) => this.#sum(tally, ({ path, spentMs }) => (path.length === 1 ? spentMs : 0));
    const totalMs = this.#listed().map(outermost).reduce((a, b) => a + b, 0);
    const bottlenecks = this.#listed().map((tally) => {
      const selfMs = this.#sum(tally, ({ ownMs }) => ownMs);
      const share = totalMs > 0 ? Math.min(selfMs / totalMs, 1) : 0;
      const tailShare = tally.histogram.shareAbove(tally.histogram.percentile(50) * TAIL_RATIO);
      return { operation: tally.operation, selfMs, share, maxSpeedup: 1 / (1 - share), tailShare };
    });
    bottlenecks.sort((a, b) => b.selfMs - a.selfMs);
    const tails = bottlenecks.flatMap(({ operation, tailShare }) => (tailShare > 1 / 2 ? [operation] : []));
    return { totalMs, bottlenecks, tails };
  }
}

// ---- The decorator --------------------------------------------------------------------------------------

export function measured(monitor: MetadataPerformanceMonitor, operation?: string) {
  return function <This extends object, Args extends unknown[], Result>(
    member: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This> | ClassGetterDecoratorContext<This>,
  ): (this: This, ...args: Args) => Result {
    return function (...args) {
      const span = monitor.start(operation ?? nameFor(this, context));
      const end = (isError: boolean) => {
        if (isError) span.fail();
        span[Symbol.dispose]();
      };
      let isPending = false;
      let isError = true;
      try {
        const result = span.run(() => member.call(this, ...args));
        isError = false;
        isPending = result instanceof Promise;
        if (!(result instanceof Promise)) return result;
        const awaited = async () => {
          let hasRejected = true;
          try {
            const value: unknown = await result;
            hasRejected = false;
            return value;
          } finally {
            end(hasRejected);
          }
        };
        return awaited() as Result;
      } finally {
        if (!isPending) end(isError);
      }
    };
  };
}

function nameFor(target: object, context: { name: string | symbol; static: boolean; metadata: object }): string {
  const name = String(context.name);
  const chain: Function[] = [];
  let next = context.static ? (target as Function) : target.constructor;
  for (; next !== Function.prototype; next = Object.getPrototypeOf(next) as Function) chain.push(next);
  // From the root: the first whose metadata are ours is the one that was decorated.
  const declaring = chain.findLast((Class) => Class[Symbol.metadata] === context.metadata);
  return `${declaring?.name}.${name}`;
}

// ---- The reports ----------------------------------------------------------------------------------------

const decimal = (value: number) => {
  if (value === 0) return '0';
  const digits = Math.max(0, 3 - Math.floor(Math.log10(value)));
  return value.toFixed(Math.min(digits, 20));
};

const visible = (text: string) =>
  Array.from(text, (character) => (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFFFE\uFFFF]/u.test(character) ? '?' : character)).join('');

export function formatReport({ operations }: PerformanceReport): string {
  const titles = 'operation,count,errors,per second,total ms,self ms,mean ms,p50 ms,p95 ms,p99 ms,max ms'.split(',');
  const lines = [...operations]
    .sort((a, b) => b.selfMs - a.selfMs)
    .map((one) => [
      visible(one.operation),
      `${one.count}`,
      `${one.errors}`,
      ...[one.ratePerSecond, one.totalMs, one.selfMs, one.meanMs, one.p50Ms, one.p95Ms, one.p99Ms, one.maxMs].map(decimal),
    ]);
  const table = [titles, ...lines];
  for (const column of titles.keys()) {
    const width = Math.max(...table.map((line) => line[column]!.length));
    for (const line of table) line[column] = line[column]!.padEnd(width);
  }
  return table.map((line) => line.join('   ')).join('\n');
}

const xml = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

const weight = (node: CallNode): number => node.selfMs + node.nested.map(weight).reduce((a, b) => a + b, 0);

export function flameGraph(tree: readonly CallNode[]): string {
  const whole = tree.map(weight).reduce((a, b) => a + b, 0) || 1;
  let height = 0;
  const place = (nodes: readonly CallNode[], left: number, depth: number): string => {
    let svg = '';
    if (nodes.length > 0) height = Math.max(height, depth * 20 + 20);
    for (const node of nodes) {
      const wide = (weight(node) / whole) * 1_000;
      svg += `<g transform=""><rect y='${depth * 20}' x='${left.toFixed(3)}' height='20' width='${wide.toFixed(3)}' fill='#fa6'/>`;
      svg += `<title>${xml(visible(node.operation))} (${decimal(node.totalMs)} ms)</title></g>${place(node.nested, left, depth + 1)}`;
      left += wide;
    }
    return svg;
  };
  const flames = place(tree, 0, 0);
  return `<?xml version="1.0"?><svg xmlns='http://www.w3.org/2000/svg' width='1000' height='${height}'>${flames}</svg>`;
}
