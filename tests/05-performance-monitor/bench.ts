import { createHistogram } from 'node:perf_hooks';
import { bench, type Subject } from '../bench.ts';
import { draw, exactPercentile, seeded } from './distributions.ts';

const DURATIONS = 100_000;
const CALLS = 50_000;
const NS_PER_MS = 1_000_000;
/** An hour, in nanoseconds. */
const LONGEST_NS = 3.6e12;

/** In milliseconds, and for those who count whole nanoseconds, in these. */
const durationsMs = draw('log-normal', DURATIONS);
const durationsNs = durationsMs.map((ms) => Math.max(1, Math.round(ms * NS_PER_MS)));
const exactP99 = exactPercentile(durationsMs, 99);

/** What the table of operations has in it: eight, which take turns. */
const OPERATIONS = Array.from({ length: 8 }, (_, i) => `describe entity ${i}`);

interface Recorder {
  record(ns: number): void;
  /** In milliseconds. */
  p99(): number;
  count(): number;
}

const hooks = (): Recorder => {
  const histogram = createHistogram({ lowest: 1, highest: LONGEST_NS, figures: 2 });
  return {
    record: (ns) => histogram.record(ns),
    p99: () => histogram.percentile(99) / NS_PER_MS,
    count: () => histogram.count,
  };
};

const hdr = async (): Promise<() => Recorder> => {
  const { build } = await import('hdr-histogram-js');
  return () => {
    const histogram = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: LONGEST_NS,
      numberOfSignificantValueDigits: 2,
    });
    return {
      record: (ns) => histogram.recordValue(ns),
      p99: () => histogram.getValueAtPercentile(99) / NS_PER_MS,
      count: () => histogram.totalCount,
    };
  };
};

/** Each run records all durations once, and asks for the 99th percentile: nothing from who can't tell. */
function recording<T>(
  values: readonly T[],
  record: (value: T) => void,
  { count, p99 }: { count: () => number; p99?: () => number },
): Subject {
  let recorded = 0;
  let told = exactP99;
  return {
    run: () => {
      for (let i = 0; i < values.length; i++) record(values[i]!);
      recorded += values.length;
      if (p99 !== undefined) told = p99();
      return told;
    },
    check: () => {
      if (count() !== recorded) throw new Error(`${count()} of ${recorded} durations are counted`);
      const off = Math.abs(told / exactP99 - 1);
      if (!(off <= 0.01)) throw new Error(`p99 is off by ${off}`);
    },
  };
}

const recordingNs = (recorder: Recorder) => recording(durationsNs, recorder.record, recorder);

type Measure = (operation: string, fn: () => number) => number;

/** What there is to be told of an operation. */
interface Told {
  readonly count: number;
  readonly p99: number;
}

/** Each run measures an empty function under each name in turn, and asks for all metrics. */
function measuring(measure: Measure, metrics: () => readonly Told[]): Subject {
  const empty = () => 1;
  let calls = 0;
  return {
    run: () => {
      let sum = 0;
      for (let i = 0; i < CALLS; i++) sum += measure(OPERATIONS[i & 7]!, empty);
      calls += CALLS;
      for (const { p99 } of metrics()) sum += p99;
      return sum;
    },
    check: () => {
      if (measure(OPERATIONS[0]!, () => 12) !== 12) throw new Error('the value does not come through');
      calls++;
      const counted = metrics().reduce((sum, { count }) => sum + count, 0);
      if (counted !== calls) throw new Error(`${counted} of ${calls} calls are counted`);
    },
  };
}

/** A stopwatch as one writes it, with a histogram for each operation. */
function stopwatch(newRecorder: () => Recorder): Subject {
  const recorders = new Map<string, Recorder>();
  const recorderOf = (operation: string) => {
    let recorder = recorders.get(operation);
    if (recorder === undefined) recorders.set(operation, (recorder = newRecorder()));
    return recorder;
  };
  const measure: Measure = (operation, fn) => {
    const recorder = recorderOf(operation);
    const from = performance.now();
    try {
      return fn();
    } finally {
      recorder.record(Math.max(1, Math.round((performance.now() - from) * NS_PER_MS)));
    }
  };
  return measuring(measure, () =>
    Array.from(recorders.values(), (recorder) => ({ count: recorder.count(), p99: recorder.p99() })),
  );
}

/** An array, sorted when somebody asks; then a new one, or there would be no end of it. */
function keepsAll(): Recorder {
  let durations: number[] = [];
  let before = 0;
  return {
    record: (ns) => durations.push(ns),
    p99: () => {
      before += durations.length;
      const p99 = durations.length === 0 ? 0 : exactPercentile(durations, 99) / NS_PER_MS;
      durations = [];
      return p99;
    },
    count: () => before + durations.length,
  };
}

export default bench<typeof import('#exercise/05-performance-monitor')>([
  {
    name: 'record one value',
    about:
      'Log-normal durations, and p99 once in 100,000, to within 1 %; but for prom-client, which has eleven buckets and ' +
      'cannot say.',
    unit: 'ns/op',
    operations: DURATIONS,
    naive: () => recordingNs(keepsAll()),
    of: ({ DurationHistogram }) => {
      const histogram = new DurationHistogram();
      return recording(durationsMs, (ms) => histogram.record(ms), {
        count: () => histogram.count,
        p99: () => histogram.percentile(99),
      });
    },
    peers: {
      perf_hooks: () => recordingNs(hooks()),
      'hdr-histogram-js': async () => recordingNs((await hdr())()),
      'prom-client': async () => {
        const { Histogram } = await import('prom-client');
        const histogram = new Histogram({ name: 'duration', help: 'of a call', registers: [] });
        let count = 0;
        const observe = (ns: number) => {
          histogram.observe(ns / 1e9);
          count++;
        };
        return recording(durationsNs, observe, { count: () => count });
      },
    },
  },
  {
    name: 'measure an empty function',
    about:
      'Eight operations in turn, all metrics once in 50,000; a peer is performance.now() twice, and its histogram for ' +
      'each operation.',
    unit: 'ns/op',
    operations: CALLS,
    naive: () => stopwatch(keepsAll),
    of: ({ MetadataPerformanceMonitor }) => {
      const monitor = new MetadataPerformanceMonitor();
      return measuring((operation, fn) => monitor.measure(operation, fn), metricsOf(monitor));
    },
    peers: {
      perf_hooks: () => stopwatch(hooks),
      'hdr-histogram-js': async () => stopwatch(await hdr()),
    },
  },
  {
    name: 'measure an empty function, one call in a hundred timed',
    about: 'As before, with a sampleRate of 0.01; the naive one times every call.',
    unit: 'ns/op',
    operations: CALLS,
    naive: () => stopwatch(keepsAll),
    of: ({ MetadataPerformanceMonitor }) => {
      const monitor = new MetadataPerformanceMonitor({ sampleRate: 0.01, random: seeded(5) });
      return measuring((operation, fn) => monitor.measure(operation, fn), metricsOf(monitor));
    },
    peers: {},
  },
]);

type Monitor = InstanceType<typeof import('#exercise/05-performance-monitor').MetadataPerformanceMonitor>;

const metricsOf = (monitor: Monitor) => (): Told[] =>
  monitor.getMetrics().operations.map(({ count, p99Ms }) => ({ count, p99: p99Ms }));
