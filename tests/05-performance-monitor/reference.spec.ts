import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { describe, expect, it, vi } from 'vitest';
import { countWork } from '../work.ts'; // first: it counts in what is loaded after it
import {
  type CallNode,
  DamagedHistogramError,
  DurationHistogram,
  flameGraph,
  type GcEntry,
  MetadataPerformanceMonitor,
  type MonitorOptions,
  observeGc,
  RELATIVE_ERROR,
  type Span,
  speedup,
} from '../../reference/05-performance-monitor/index.ts';
import { bucketOf, BUCKETS, edgeOf, middleOf } from '../../reference/05-performance-monitor/buckets.ts';
import type { Call } from '../../reference/05-performance-monitor/call.ts';
import { DEEPEST } from '../../reference/05-performance-monitor/call-tree.ts';
import { monotonicNow } from '../../reference/05-performance-monitor/clock.ts';
import { checkHistogram, checkInvariants } from '../../reference/05-performance-monitor/invariants.ts';
import { threeDigits } from '../../reference/05-performance-monitor/table.ts';
import { Clock } from '../clock.ts';
import { deferred, macrotask } from '../deferred.ts';
import { DISTRIBUTIONS, draw, exactPercentile, seeded } from './distributions.ts';
import { flamesOf } from './svg.ts';

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
}

function monitorWithClock(options: MonitorOptions = {}) {
  const clock = new Clock();
  return { clock, monitor: new MetadataPerformanceMonitor({ now: clock.now, ...options }) };
}

function take(monitor: MetadataPerformanceMonitor, clock: Clock, operation: string, durations: readonly number[]): void {
  for (const ms of durations) monitor.measure(operation, () => clock.advance(ms));
}

function metricsOf(monitor: MetadataPerformanceMonitor, operation: string) {
  const metrics = monitor.getMetrics().operations.find((one) => one.operation === operation);
  if (metrics === undefined) throw new Error(`${operation} is not listed`);
  return metrics;
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const deviation = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

/** How far `got` is from `exact`, as a part of it. */
const off = (got: number, exact: number) => (got === exact ? 0 : Math.abs(got / exact - 1));

const PERCENTILES = [0, 1, 25, 50, 75, 90, 99, 99.9, 100];

describe('Buckets', () => {
  it('begin at their edge, contain their middle, and end where the next begins', () => {
    for (let bucket = 1; bucket < BUCKETS - 1; bucket++) {
      const [edge, end] = [edgeOf(bucket), edgeOf(bucket + 1)];
      expect([bucketOf(edge), bucketOf(middleOf(bucket)), bucketOf(end)], `around bucket ${bucket}`).toEqual([
        bucket,
        bucket,
        bucket + 1,
      ]);
      expect(middleOf(bucket) / edge - 1, 'how far the middle is from the least').toBeLessThanOrEqual(1 / 128);
    }
  });

  it('have all durations, whatever they are', () => {
    const durations = [0, -0, Number.MIN_VALUE, 1e-300, 1e39, Number.MAX_VALUE];
    expect(durations.map(bucketOf), 'buckets').toEqual([0, 0, 0, 0, BUCKETS - 1, BUCKETS - 1]);
  });
});

describe('The histogram', () => {
  it('tells what a list of all durations tells, through a long random run', () => {
    const random = seeded(55);
    const draws = Object.values(DISTRIBUTIONS);
    let histogram = new DurationHistogram();
    let model: number[] = [];
    for (let step = 0; step < 3_000; step++) {
      const duration = Math.max(0, draws[Math.floor(random() * draws.length)]!(random));
      const choice = random();
      if (choice < 0.8) {
        histogram.record(duration);
        model.push(duration);
      } else if (choice < 0.9) {
        const interval = duration / (1 + 20 * random()) + 1e-3;
        histogram.recordWithExpectedInterval(duration, interval);
        const all = Math.max(1, Math.floor(duration / interval));
        for (let i = 0; i < all; i++) model.push(duration - i * interval);
      } else if (choice < 0.95) {
        const others = Array.from({ length: Math.floor(10 * random()) }, () => duration * random());
        histogram.merge(histogramOf(others));
        model.push(...others);
      } else if (choice < 0.999) {
        histogram = DurationHistogram.fromBytes(histogram.toBytes());
      } else {
        histogram = new DurationHistogram();
        model = [];
      }
      checkHistogram(histogram);
    }
    expect(histogram.count, 'count').toBe(model.length);
    expect(off(histogram.mean, mean(model)), 'how far the mean is off').toBeLessThan(1e-9);
    expect(off(histogram.standardDeviation, deviation(model)), 'how far the deviation is off').toBeLessThan(1e-6);
    for (const p of PERCENTILES) {
      const wrong = off(histogram.percentile(p), exactPercentile(model, p));
      expect(wrong, `how far p${p} is off`).toBeLessThanOrEqual(RELATIVE_ERROR);
    }
  });

  it('knows the deviation even if the first duration was like no other', () => {
    const random = seeded(7);
    const durations = [60_000, ...Array.from({ length: 200_000 }, () => 1 + random() / 1_000)];
    expect(off(histogramOf(durations).standardDeviation, deviation(durations)), 'how far it is off').toBeLessThan(1e-9);
  });

  it('records what had to wait by the bucket, not one by one', () => {
    const histogram = new DurationHistogram();
    const work = (duration: number) => countWork(() => histogram.recordWithExpectedInterval(duration, 1e-6));
    work(1);
    expect(work(1_000_000) / work(1_000), 'work for a thousand times as many').toBeLessThan(2.5);
    expect(histogram.count, 'count').toBeGreaterThan(1e12);
    expect(off(histogram.percentile(50), 500_000), 'how far the median is off').toBeLessThan(RELATIVE_ERROR);
    checkHistogram(histogram);
  });

  it('goes on when a bucket has more than 2³² durations', () => {
    const histogram = histogramOf([5, 5, 90]);
    for (let i = 0; i < 40; i++) {
      histogram.merge(DurationHistogram.fromBytes(histogram.toBytes()));
      histogram.record(5);
    }
    expect(histogram.count, 'count').toBe(4 * 2 ** 40 - 1);
    expect([50, 74, 76].map((p) => Math.round(histogram.percentile(p))), 'p50, p74 and p76').toEqual([5, 5, 90]);
    checkHistogram(histogram);
  });

  it('of two processes tells the percentile of all calls, which is not the mean of two percentiles', () => {
    const [busy, idle] = [histogramOf(Array(990).fill(10)), histogramOf(Array(10).fill(2_000))];
    const averaged = (busy.percentile(99) + idle.percentile(99)) / 2;
    busy.merge(idle);
    expect(Math.round(busy.percentile(99)), 'p99 of all').toBe(10);
    expect(Math.round(averaged), 'the mean of both').toBe(1_005);
  });

  it('of a client that waits for each answer is blind for the stall, and sees it when corrected', () => {
    const answers = [...Array<number>(9_500).fill(1), 5_000];
    const corrected = new DurationHistogram();
    for (const ms of answers) corrected.recordWithExpectedInterval(ms, 10);
    expect(Math.round(histogramOf(answers).percentile(99)), 'p99 as measured').toBe(1);
    expect(off(corrected.percentile(99), 4_010), 'how far p99 is from 4 s').toBeLessThan(RELATIVE_ERROR);
  });
});

describe('A histogram as bytes', () => {
  it('is the same on the other side', () => {
    const histogram = histogramOf(draw('bimodal: hits of 0.0001 ms, misses of 80 ms', 5_000));
    const bytes = histogram.toBytes();
    const within = new Uint8Array(bytes.length + 7);
    within.set(bytes, 3);
    const copy = DurationHistogram.fromBytes(within.subarray(3, 3 + bytes.length));
    for (const p of PERCENTILES) expect(copy.percentile(p), `p${p}`).toBe(histogram.percentile(p));
    expect(copy.standardDeviation, 'standard deviation').toBe(histogram.standardDeviation);
    expect(copy.toBytes(), 'its bytes').toEqual(bytes);
  });

  it('takes a few hundred bytes, however many durations it has', () => {
    const sizes = [1_000, 100_000].map((count) => histogramOf(draw('uniform', count)).toBytes().length);
    expect(new DurationHistogram().toBytes().length, 'bytes of an empty one').toBe(49);
    expect(sizes[0], 'bytes of a thousand durations').toBeLessThan(300);
    expect(sizes[1], 'bytes of a hundred thousand').toBeLessThan(500);
  });

  it('that was cut off, or is something else, is a DamagedHistogramError', () => {
    const bytes = histogramOf(draw('log-normal', 500)).toBytes();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => DurationHistogram.fromBytes(bytes.slice(0, length)), `${length} bytes`).toThrow(DamagedHistogramError);
    }
    expect(() => DurationHistogram.fromBytes(bytes.with(0, 9))).toThrow('these bytes are no histogram: version 9');
    const beyond = Uint8Array.from([...new DurationHistogram().toBytes(), 255, 255, 3, 1]);
    expect(() => DurationHistogram.fromBytes(beyond)).toThrow('these bytes are no histogram: bucket 65535');
  });
});

describe('Nesting', () => {
  it('of synchronous calls asks for no storage, of asynchronous ones for one entry each', async () => {
    const { monitor, clock } = monitorWithClock();
    const run = vi.spyOn(AsyncLocalStorage.prototype, 'run');
    try {
      monitor.measure('page', () => take(monitor, clock, 'query', [1, 2, 3]));
      expect(run.mock.calls.length, 'entries after four synchronous calls').toBe(0);
      await monitor.measureAsync('page', async () => take(monitor, clock, 'query', [4]));
      expect(run.mock.calls.length, 'entries after an asynchronous one').toBe(1);
    } finally {
      run.mockRestore();
    }
  });

  it('goes by the caller where another context is entered synchronously', () => {
    const { monitor, clock } = monitorWithClock();
    const elsewhere = new AsyncResource('elsewhere');
    monitor.measure('page', () => elsewhere.runInAsyncScope(() => take(monitor, clock, 'query', [20])));
    expect(metricsOf(monitor, 'page').selfMs, 'selfMs of the caller').toBe(0);
  });

  it('of calls that each begin before the one before them ends keeps none of them alive, and ends somewhere', () => {
    const { monitor, clock } = monitorWithClock();
    let span: Span = monitor.start('hop');
    for (let i = 0; i < 3 * DEEPEST; i++) {
      const next = span.run(() => monitor.start('hop'));
      clock.advance(1);
      span[Symbol.dispose]();
      span = next;
    }
    const { outer } = span as Call;
    expect(outer?.hasEnded, 'whether the one before has ended').toBe(true);
    expect(outer?.outer, 'what that one keeps alive').toBe(undefined);
    let depth = 0;
    for (let nodes = monitor.callTree(); nodes.length > 0; nodes = nodes[0]!.nested) depth++;
    expect(depth, 'depth of the tree').toBe(DEEPEST);
    checkInvariants(monitor);
  });

  it('tells what the intervals of all calls tell, through a long random run of overlapping spans', () => {
    interface Logged {
      readonly operation: string;
      readonly outer: Logged | undefined;
      readonly from: number;
      to: number;
      readonly nested: Logged[];
      readonly span: Span;
    }
    const random = seeded(9);
    const { monitor, clock } = monitorWithClock();
    const running: Logged[] = [];
    const ended: Logged[] = [];
    for (let step = 0; step < 4_000; step++) {
      clock.advance(Math.floor(5 * random()));
      const one = running[Math.floor(random() * running.length)];
      if (one !== undefined && (random() < 0.5 || running.length > 12)) {
        one.span[Symbol.dispose]();
        one.to = clock.now();
        running.splice(running.indexOf(one), 1);
        ended.push(one);
        continue;
      }
      const operation = `operation ${Math.floor(4 * random())}`;
      const outer = random() < 0.2 ? undefined : one;
      const begin = () => monitor.start(operation);
      const span = outer === undefined ? begin() : outer.span.run(begin);
      const logged: Logged = { operation, outer, from: clock.now(), to: Infinity, nested: [], span };
      outer?.nested.push(logged);
      running.push(logged);
    }

    /** Milliseconds of a call in which nothing nested was running, counted one by one. */
    const selfOf = ({ from, to, nested }: Logged) => {
      let self = 0;
      for (let ms = from; ms < to; ms++) self += nested.some((one) => one.from <= ms && ms < one.to) ? 0 : 1;
      return self;
    };
    const isWithinItself = ({ operation, outer }: Logged): boolean => {
      for (let up = outer; up !== undefined; up = up.outer) if (up.operation === operation) return true;
      return false;
    };
    for (const { operation, count, totalMs, selfMs, maxMs } of monitor.getMetrics().operations) {
      const calls = ended.filter((one) => one.operation === operation);
      expect({ count, totalMs, selfMs, maxMs }, `metrics of ${operation}`).toEqual({
        count: calls.length,
        totalMs: sum(calls.filter((one) => !isWithinItself(one)).map(({ from, to }) => to - from)),
        selfMs: sum(calls.map(selfOf)),
        maxMs: Math.max(...calls.map(({ from, to }) => to - from)),
      });
    }
    checkInvariants(monitor);
  });

  it('does not mix requests that wait for one another in any order', async () => {
    const random = seeded(4);
    const { monitor, clock } = monitorWithClock();
    const gates = Array.from({ length: 50 }, () => deferred<void>());
    const requests = gates.map((gate, i) =>
      monitor.measureAsync(`request ${i}`, async () => {
        await gate.promise;
        await monitor.measureAsync('query', async () => {
          await macrotask();
          take(monitor, clock, `parse ${i}`, [1]);
        });
      }),
    );
    for (const gate of gates.toSorted(() => random() - 0.5)) gate.resolve();
    await Promise.all(requests);
    const named = (nodes: readonly CallNode[]): string[] => nodes.flatMap(({ operation, nested }) => [operation, ...named(nested)]);
    const expected = gates.flatMap((_, i) => [`request ${i}`, 'query', `parse ${i}`]);
    expect(named(monitor.callTree()), 'operations of the tree').toEqual(expected);
    checkInvariants(monitor);
  });
});

describe('Sampling', () => {
  it('estimates the time of all calls from a tenth of them, nested ones included', () => {
    const random = seeded(11);
    const { monitor, clock } = monitorWithClock({ sampleRate: 0.1, random });
    let spentMs = 0;
    for (let i = 0; i < 20_000; i++) {
      monitor.measure('page', () => {
        const ms = 10 * random();
        spentMs += ms;
        take(monitor, clock, 'query', [ms]);
        clock.advance(2);
      });
    }
    const [page, query] = [metricsOf(monitor, 'page'), metricsOf(monitor, 'query')];
    expect(page.timed, 'pages that were timed').toBe(query.timed);
    expect(off(query.totalMs, spentMs), 'how far the time of the queries is off').toBeLessThan(0.05);
    expect(off(page.selfMs, 40_000), 'how far the own time of the pages is off').toBeLessThan(1e-9);
    checkInvariants(monitor);
  });
});

describe('The analysis', () => {
  it('says what a part can win, and that all of it is the limit', () => {
    expect(speedup(0.1), 'without a tenth').toBeCloseTo(1.111, 3);
    expect(speedup(0.1, 10), 'with a tenth ten times as fast').toBeCloseTo(1.099, 3);
    expect(speedup(0.5, 2), 'with a half twice as fast').toBeCloseTo(1.333, 3);
    expect([speedup(0), speedup(1), speedup(1, 3)], 'without nothing, without all, with all three times as fast').toEqual([
      1,
      Infinity,
      3,
    ]);
  });
});

describe('Collections', () => {
  it('that happened are reported to what they stopped', async () => {
    using monitor = new MetadataPerformanceMonitor({ gc: observeGc });
    monitor.measure('collect', () => globalThis.gc!());
    for (let turn = 0; turn < 1_000 && metricsOf(monitor, 'collect').gc!.major === 0; turn++) await macrotask();
    expect(metricsOf(monitor, 'collect').gc!.major, 'major collections').toBeGreaterThanOrEqual(1);
    expect(metricsOf(monitor, 'collect').gc!.pauseMs, 'pauseMs').toBeGreaterThan(0);
  });

  it('are not asked for any more when the monitor is disposed of', () => {
    const listeners = new Set<(entry: GcEntry) => void>();
    const gc = (listener: (entry: GcEntry) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
    {
      using _monitor = new MetadataPerformanceMonitor({ gc });
      expect(listeners.size, 'listeners before').toBe(1);
    }
    expect(listeners.size, 'listeners after').toBe(0);
  });
});

describe('The clock', () => {
  it('by default is that of performance.now', () => {
    expect(Math.abs(monotonicNow() - performance.now()), 'how far apart they are, ms').toBeLessThan(200);
    const readings = Array.from({ length: 1_000 }, monotonicNow);
    expect(readings, 'readings').toEqual(readings.toSorted((a, b) => a - b));
  });
});

describe('For people', () => {
  it('numbers have three digits, and no exponent', () => {
    const numbers = [0, 0.000001234, 0.0999, 9.996, 12.345, 99.96, 123.4, 123_456.7, 1e20];
    expect(numbers.map(threeDigits), 'as text').toEqual([
      '0',
      '0.00000123',
      '0.0999',
      '10.00',
      '12.3',
      '100.0',
      '123',
      '123457',
      '100000000000000000000',
    ]);
  });

  it('a flame graph cuts names where there is no room, and never a character in two', () => {
    const tree = (name: string): CallNode[] => [
      { operation: name, count: 1, totalMs: 60, selfMs: 60, nested: [] },
      { operation: 'rest', count: 1, totalMs: 940, selfMs: 940, nested: [] },
    ];
    for (const name of ['x'.repeat(40), '😀'.repeat(20), `x${'😀'.repeat(20)}`]) {
      const svg = flameGraph(tree(name));
      expect(svg.isWellFormed(), 'whether all characters are whole').toBe(true);
      expect(flamesOf(svg)[0]!.title.startsWith(name), 'whether the title has the whole name').toBe(true);
      expect(/<text[^>]*>([^<]*)</.exec(svg)![1], 'what stands in the rectangle').toMatch(/…$/);
    }
  });

  it('an operation has the same colour wherever it stands', () => {
    const query: CallNode = { operation: 'query', count: 1, totalMs: 5, selfMs: 5, nested: [] };
    const page: CallNode = { operation: 'page', count: 1, totalMs: 9, selfMs: 4, nested: [query] };
    const fills = [...flameGraph([page, query]).matchAll(/>(\w+):.*?fill="([^"]*)"/g)];
    const coloursOf = (name: string) => fills.filter(([, operation]) => operation === name).map(([, , fill]) => fill);
    expect(coloursOf('query').length, 'rectangles of the query').toBe(2);
    expect(new Set(coloursOf('query')).size, 'colours of the query').toBe(1);
  });

  it('the distribution of an operation is a copy, and of an unknown one empty', () => {
    const { monitor, clock } = monitorWithClock();
    take(monitor, clock, 'query', [10, 20]);
    const copy = monitor.durationsOf('query');
    take(monitor, clock, 'query', [30]);
    expect(copy.count, 'count of the copy').toBe(2);
    expect(monitor.durationsOf('job').count, 'count of an unknown one').toBe(0);
  });
});
