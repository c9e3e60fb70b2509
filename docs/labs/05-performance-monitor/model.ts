import { DurationHistogram, flameGraph, MetadataPerformanceMonitor, type PerformanceMetrics } from '../../../reference/05-performance-monitor/index.ts';
import { randomNumbers } from '../../../reference/00-framework/generator.ts';

// ---- The distribution -----------------------------------------------------------------------------------

/** How often the users of the service would ask, in milliseconds. */
export const INTERVAL_MS = 10;
export const REQUESTS = 5_000;
/** So many requests lie between two stalls. */
const STALL_EVERY = 1_000;

/** What one tester measures who asks again when the last answer is there: some 2 ms each, and now and then a stall. */
export function latencies(stallMs: number): readonly number[] {
  const random = randomNumbers(21);
  return Array.from({ length: REQUESTS }, (_, index) => {
    const usual = 2 * Math.exp(0.4 * (random() + random() + random() - 1.5));
    return index % STALL_EVERY === STALL_EVERY / 2 && stallMs > 0 ? stallMs : usual;
  });
}

/** The first `count` of them, as they were measured, or with those who would have had to wait meanwhile. */
export function histogramOf(durations: readonly number[], count: number, isCorrected: boolean): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const duration of durations.slice(0, count)) {
    if (isCorrected) histogram.recordWithExpectedInterval(duration, INTERVAL_MS);
    else histogram.record(duration);
  }
  return histogram;
}

export const PERCENTILES = [50, 95, 99, 99.9] as const;

// ---- Where the time goes --------------------------------------------------------------------------------

export interface Work {
  /** How often a request describes a class. */
  readonly describes: number;
  /** Whether what was described once is remembered. */
  readonly isCached: boolean;
}

export interface Profile {
  /** An SVG document. */
  readonly flames: string;
  readonly operations: readonly PerformanceMetrics[];
}

const PROFILED = 20;

/** So many requests of a shop, on a clock that is turned by hand. */
export function profile({ describes, isCached }: Work): Profile {
  let now = 0;
  const monitor = new MetadataPerformanceMonitor({ now: () => now });
  const works = (operation: string, ms: number, nested: () => void = () => {}) =>
    monitor.measure(operation, () => {
      now += ms;
      nested();
    });
  let isKnown = false;
  const describe = () => {
    if (isCached && isKnown) return works('describe', 0.001);
    isKnown = true;
    works('describe', 0.02, () => {
      works('lineage', 0.01);
      works('merge', 0.05);
    });
  };
  for (let request = 0; request < PROFILED; request++) {
    works('request', 0.1, () => {
      works('parse', 0.15);
      works('validate', 0.05, () => {
        for (let i = 0; i < describes; i++) describe();
      });
      works('query', 0.6);
      works('render', 0.2);
    });
  }
  return { flames: flameGraph(monitor.callTree()), operations: monitor.getMetrics().operations };
}
