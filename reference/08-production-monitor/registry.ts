// The metrics of a process, by name.

import { inspect } from 'node:util';
import { type Milliseconds, processClock } from './clock.ts';
import { DEFAULT_BUCKETS } from './distribution.ts';
import {
  type Counter,
  CounterMetric,
  type Description,
  type Gauge,
  GaugeMetric,
  type Histogram,
  HistogramMetric,
  type HistogramOptions,
  type Metric,
  type MetricOptions,
  type MetricSnapshot,
} from './metrics.ts';

/** By what a registry measures, and how much it keeps. */
export interface RegistryOptions {
  /** What {@link Histogram.time} reads. @default performance.now */
  now?: () => Milliseconds;
  /** The most series that one metric has, that of `OVERFLOW` not counted; an integer from 1. @default 1000 */
  maxSeries?: number;
}

/** The name is that of a metric which is not the same. */
export class MetricConflictError extends Error {
  override readonly name = 'MetricConflictError';
  readonly metric: string;

  constructor(metric: string) {
    super(`the metric ${metric} exists with another type, other labels or other buckets`);
    this.metric = metric;
  }
}

/** For tests: the metrics of a registry, with their series. @internal */
export let metricsOf: (registry: MetricsRegistry) => readonly Metric[];

/**
 * The metrics of a process, by name.
 *
 * Whoever asks for a metric that there is already gets that one, so every module may ask for what it needs.
 * All three kinds throw a RangeError for names that Prometheus does not allow, and a {@link MetricConflictError}
 * for a name with which something else is counted.
 *
 * @example
 * {@includeCode ../../docs/examples/08-production-monitor/registry.ts#registry}
 */
export class MetricsRegistry {
  readonly #metrics = new Map<string, Metric>();
  readonly #listeners = new Set<(metric: Metric) => void>();
  readonly #now: () => Milliseconds;
  readonly #maxSeries: number;

  static {
    metricsOf = (registry) => [...registry.#metrics.values()];
  }

  /** @throws RangeError if `maxSeries` is not an integer from 1 */
  constructor({ now = processClock, maxSeries = 1_000 }: RegistryOptions = {}) {
    if (!(Number.isInteger(maxSeries) && maxSeries >= 1)) {
      throw new RangeError(`maxSeries must be an integer from 1, received ${inspect(maxSeries)}`);
    }
    this.#now = now;
    this.#maxSeries = maxSeries;
  }

  /** The counter of that name. */
  counter(name: string, options: MetricOptions = {}): Counter {
    return this.#metric(describe('counter', name, options), (one) => new CounterMetric(one, this.#maxSeries));
  }

  /** The gauge of that name. */
  gauge(name: string, options: MetricOptions = {}): Gauge {
    return this.#metric(describe('gauge', name, options), (one) => new GaugeMetric(one, this.#maxSeries));
  }

  /** The histogram of that name. */
  histogram(name: string, options: HistogramOptions = {}): Histogram {
    const bounds = ascending(name, options.buckets ?? DEFAULT_BUCKETS);
    const description = describe('histogram', name, options, bounds);
    return this.#metric(description, (one) => new HistogramMetric(one, this.#maxSeries, this.#now));
  }

  /** All that is known now, in the order in which metrics and series were made. O(series × buckets). */
  snapshot(): MetricSnapshot[] {
    return Array.from(this.#metrics.values(), (metric) => metric.snapshot());
  }

  /**
   * Calls `listener` for each metric that there is, and for each as it is made.
   *
   * @returns a function that ends it
   */
  each(listener: (metric: { snapshot(): MetricSnapshot }) => void): () => void {
    for (const metric of this.#metrics.values()) listener(metric);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The one that there is, if it is as described; or one that is made. */
  #metric<M extends Metric>(description: Description, make: (description: Description) => M): M {
    const { name, signature } = description;
    const known = this.#metrics.get(name);
    if (known !== undefined) {
      if (known.description.signature !== signature) throw new MetricConflictError(name);
      return known as M;
    }
    const made = make(description);
    this.#metrics.set(name, made);
    for (const listener of this.#listeners) listener(made);
    return made;
  }
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Prometheus keeps what begins with two underscores for itself. */
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
/** And of histograms the label in which it writes the bound of a bucket. */
const HISTOGRAM_LABEL_NAME = /^(?!__|le$)[a-zA-Z_][a-zA-Z0-9_]*$/;

function describe(
  type: MetricSnapshot['type'],
  name: string,
  { help = '', labels = [] }: MetricOptions,
  bounds: readonly number[] = [],
): Description {
  matching('the metric', name, METRIC_NAME);
  for (const label of labels) {
    matching(`a label of ${name}`, label, type === 'histogram' ? HISTOGRAM_LABEL_NAME : LABEL_NAME);
  }
  if (new Set(labels).size < labels.length) {
    throw new RangeError(`the labels of ${name} must differ, received ${inspect(labels)}`);
  }
  const signature = JSON.stringify([type, labels, bounds]);
  return { name, type, help, labelNames: [...labels], bounds: [...bounds], signature };
}

function matching(subject: string, name: string, pattern: RegExp): void {
  if (typeof name === 'string' && pattern.test(name)) return;
  throw new RangeError(`the name of ${subject} must match ${pattern}, received ${inspect(name)}`);
}

function ascending(name: string, bounds: readonly number[]): readonly number[] {
  const isWrong = (bound: number, i: number) => !Number.isFinite(bound) || bound <= (bounds[i - 1] ?? -Infinity);
  if (bounds.length > 0 && !bounds.some(isWrong)) return bounds;
  throw new RangeError(`the buckets of ${name} must be finite and ascending, received ${inspect(bounds)}`);
}
