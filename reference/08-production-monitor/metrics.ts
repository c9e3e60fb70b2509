// The three kinds of metric: counter, gauge and histogram.

import { inspect, types } from 'node:util';
import type { Milliseconds } from './clock.ts';
import type { Distribution } from './distribution.ts';
import { type Labels, SeriesTable } from './series.ts';

/** What a metric says of itself. */
export interface MetricOptions {
  /** What it is, in a sentence. @default '' */
  help?: string;
  /** The names of its labels. Every value is counted with all of them. @default [] */
  labels?: readonly string[];
}

/** What a histogram says of itself, and where its bounds are. */
export interface HistogramOptions extends MetricOptions {
  /** Upper bounds, finite, ascending, at least one. @default DEFAULT_BUCKETS */
  buckets?: readonly number[];
}

/** Something that only grows, such as requests. What is asked of it is how fast. */
export interface Counter {
  /** @throws RangeError if `by`, by default 1, is negative or not finite */
  inc(by?: number, labels?: Labels): void;
}

/** Something that is so and so much now, such as memory. */
export interface Gauge {
  /** @throws RangeError if the value is not finite */
  set(value: number, labels?: Labels): void;
  /**
   * Adds to it; what is negative is taken away.
   *
   * @throws RangeError if the value is not finite
   */
  add(value: number, labels?: Labels): void;
}

/** How something is distributed, such as the seconds that requests take. */
export interface Histogram {
  /** O(buckets). @throws RangeError if the value is not finite */
  observe(value: number, labels?: Labels): void;
  /**
   * Runs `fn`, and observes how many seconds it took to return or throw, or its promise to be settled. A label
   * `outcome` that is not given becomes `ok` or `error`.
   *
   * @returns what `fn` returns; instead of a promise, one that is settled as it is
   * @throws TypeError if the labels are wrong, before `fn` is called
   */
  time<T>(fn: () => T, labels?: Labels): T;
}

/** A metric at one instant. Series stand in the order in which they were made. */
export type MetricSnapshot = ScalarSnapshot | HistogramSnapshot;

/** A counter or a gauge at one instant. */
export interface ScalarSnapshot {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly series: readonly { readonly labels: Labels; readonly value: number }[];
}

/** A histogram at one instant. */
export interface HistogramSnapshot {
  readonly name: string;
  readonly type: 'histogram';
  readonly help: string;
  readonly series: readonly ({ readonly labels: Labels } & Distribution)[];
}

const UNLABELLED: Labels = Object.freeze({});

/** What a metric is; the same for as long as there is one of that name. */
export interface Description {
  readonly name: string;
  readonly type: MetricSnapshot['type'];
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly bounds: readonly number[];
  /** The same for metrics that are the same. Help is for people, and may be worded anew. */
  readonly signature: string;
}

interface Scalar {
  readonly labels: Labels;
  value: number;
}

export class ScalarMetric {
  readonly description: Description;
  readonly series: SeriesTable<Scalar>;

  constructor(description: Description, maxSeries: number) {
    const { name: metric, labelNames } = description;
    this.description = description;
    const begin = (labels: Labels) => ({ labels, value: 0 });
    this.series = new SeriesTable({ metric, labelNames, maxSeries, begin });
  }

  snapshot(): MetricSnapshot {
    const { name, type, help } = this.description;
    const series = this.series.all.map(({ labels, value }) => ({ labels, value }));
    return { name, type: type as ScalarSnapshot['type'], help, series };
  }
}

export class CounterMetric extends ScalarMetric implements Counter {
  inc(by = 1, labels = UNLABELLED): void {
    if (!(by >= 0 && by < Infinity)) {
      const { name } = this.description;
      throw new RangeError(`${name} must grow by a finite number from 0, received ${inspect(by)}`);
    }
    this.series.find(labels).value += by;
  }
}

export class GaugeMetric extends ScalarMetric implements Gauge {
  set(value: number, labels = UNLABELLED): void {
    this.series.find(labels).value = finite(this.description.name, value);
  }

  add(value: number, labels = UNLABELLED): void {
    this.series.find(labels).value += finite(this.description.name, value);
  }
}

interface Observed {
  readonly labels: Labels;
  /** How many values are in each bucket alone; at the end, beyond the last. See {@link cumulative}. */
  readonly counts: Float64Array;
  sum: number;
}

export class HistogramMetric implements Histogram {
  readonly description: Description;
  readonly series: SeriesTable<Observed>;
  readonly #now: () => Milliseconds;

  constructor(description: Description, maxSeries: number, now: () => Milliseconds) {
    const { name: metric, labelNames, bounds } = description;
    const begin = (labels: Labels) => ({ labels, counts: new Float64Array(bounds.length + 1), sum: 0 });
    this.description = description;
    this.series = new SeriesTable<Observed>({ metric, labelNames, maxSeries, begin });
    this.#now = now;
  }

  observe(value: number, labels = UNLABELLED): void {
    const { name, bounds } = this.description;
    finite(name, value);
    const series = this.series.find(labels);
    let bucket = 0;
    // No binary search: each bound is a line of every scrape, so nobody can afford as many as make it worth while.
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    series.counts[bucket]!++;
    series.sum += value;
  }

  time<T>(fn: () => T, labels = UNLABELLED): T {
    const hasOutcome = this.description.labelNames.includes('outcome');
    const labelled = (outcome: string): Labels => (hasOutcome ? { outcome, ...labels } : labels);
    this.series.check(labelled('ok'));
    const startedAt = this.#now();
    const end = (outcome: string) => {
      this.observe(Math.max(0, this.#now() - startedAt) / 1_000, labelled(outcome));
    };
    let result: T;
    try {
      result = fn();
    } catch (error) {
      end('error');
      throw error;
    }
    // Promises, and not whatever has a `then`: with some query builders, to call it is to send the query.
    if (types.isPromise(result)) return timed(result, end) as T;
    end('ok');
    return result;
  }

  snapshot(): MetricSnapshot {
    const { name, help, bounds } = this.description;
    const series = this.series.all.map((one) => ({ labels: one.labels, ...cumulative(one, bounds) }));
    return { name, type: 'histogram', help, series };
  }
}

export type Metric = ScalarMetric | HistogramMetric;

async function timed<V>(promise: Promise<V>, end: (outcome: string) => void): Promise<V> {
  let outcome = 'error';
  try {
    const value = await promise;
    outcome = 'ok';
    return value;
  } finally {
    end(outcome);
  }
}

/** Added up here, once a scrape, and not in each of the higher buckets with every value. */
function cumulative({ counts, sum }: Observed, bounds: readonly number[]): Distribution {
  const buckets = new Array<Distribution['buckets'][number]>(bounds.length);
  let count = 0;
  for (let i = 0; i < bounds.length; i++) buckets[i] = { le: bounds[i]!, count: (count += counts[i]!) };
  return { count: count + counts[bounds.length]!, sum, buckets };
}

function finite(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new RangeError(`${name} takes finite numbers, received ${inspect(value)}`);
}
