import { inspect, types } from 'node:util';

import {
  type Counter,
  DEFAULT_BUCKETS,
  type Distribution,
  type Gauge,
  type Histogram,
  type HistogramOptions,
  type Labels,
  MetricConflictError,
  type MetricOptions,
  type MetricSnapshot,
  type Milliseconds,
  OVERFLOW,
  type RegistryOptions,
} from '#contract/08-production-monitor';

/**
 * The metrics of a process, by name. To ask for one again gives the same metric.
 *
 * Each of {@link counter}, {@link gauge} and {@link histogram} throws a RangeError if a name is none that
 * Prometheus allows, and a MetricConflictError if it is that of another metric.
 */
export class MetricsRegistry {
  // #region solution only
  readonly #metrics = new Map<string, Metric>();
  readonly #now: () => Milliseconds;
  readonly #maxSeries: number;

  // #endregion
  /** @throws RangeError if `maxSeries` is no integer from 1 */
  constructor({ now = () => performance.now(), maxSeries = 1_000 }: RegistryOptions = {}) {
    // #region solution only
    if (!Number.isInteger(maxSeries) || maxSeries < 1) {
      throw new RangeError(`maxSeries must be an integer from 1, received ${inspect(maxSeries)}`);
    }
    this.#now = now;
    this.#maxSeries = maxSeries;
    // #endregion
  }

  counter(name: string, options: MetricOptions = {}): Counter {
    // #region step 8.1
    const metric = this.#metric('counter', name, options);
    return {
      inc: (by = 1, labels = {}) => {
        if (!(by >= 0 && by < Infinity)) {
          throw new RangeError(`${name} must grow by a finite number from 0, received ${inspect(by)}`);
        }
        metric.seriesOf(labels).value += by;
      },
    };
    // #endregion
  }

  gauge(name: string, options: MetricOptions = {}): Gauge {
    // #region step 8.1
    const metric = this.#metric('gauge', name, options);
    return {
      set: (value, labels = {}) => {
        requireFinite(name, value);
        metric.seriesOf(labels).value = value;
      },
      add: (value, labels = {}) => {
        requireFinite(name, value);
        metric.seriesOf(labels).value += value;
      },
    };
    // #endregion
  }

  histogram(name: string, options: HistogramOptions = {}): Histogram {
    // #region step 8.1
    const { buckets: bounds = DEFAULT_BUCKETS, labels: names = [] } = options;
    const metric = this.#metric('histogram', name, options, requireBounds(name, bounds));
    const observe = (value: number, labels: Labels = {}) => {
      requireFinite(name, value);
      const series = metric.seriesOf(labels);
      series.value += value;
      const bucket = bounds.findIndex((bound) => value <= bound);
      series.counts[bucket < 0 ? bounds.length : bucket]!++;
    };
    const time = <T>(fn: () => T, labels: Labels = {}): T => {
      const labelled = (outcome: string) => (names.includes('outcome') ? { outcome, ...labels } : labels);
      metric.valuesOf(labelled('ok')); // throws now, and not in the place of what `fn` returned
      const startedAt = this.#now();
      const end = (outcome: string) => {
        observe(Math.max(0, this.#now() - startedAt) / 1_000, labelled(outcome));
      };
      const returned = <V>(value: V) => (end('ok'), value);
      const failed = (error: unknown): never => {
        end('error');
        throw error;
      };
      let result: T;
      try {
        result = fn();
      } catch (error) {
        return failed(error);
      }
      return types.isPromise(result) ? (result.then(returned, failed) as T) : returned(result);
    };
    return { observe, time };
    // #endregion
  }

  /** All that is known now, in the order in which metrics and series were made. It does not change later. */
  snapshot(): MetricSnapshot[] {
    // #region step 8.1
    return [...this.#metrics.values()].map((metric) => metric.snapshot());
    // #endregion
  }
  // #region solution only

  #metric(type: MetricType, name: string, options: MetricOptions, bounds: readonly number[] = []): Metric {
    const { help = '', labels = [] } = options;
    const known = this.#metrics.get(name);
    if (known) {
      if (known.signature !== JSON.stringify([type, labels, bounds])) throw new MetricConflictError(name);
      return known;
    }
    requireName('the metric', name, /^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
    // `le` is the histogram's own, and what begins with two underscores the server's.
    const pattern = type === 'histogram' ? /^(?!le$|__)[a-zA-Z_]\w*$/ : /^(?!__)[a-zA-Z_]\w*$/;
    for (const label of labels) requireName(`a label of ${name}`, label, pattern);
    const metric = new Metric(name, type, help, labels, bounds, this.#maxSeries);
    this.#metrics.set(name, metric);
    return metric;
  }
  // #endregion
}

/**
 * The value below which the part `q` of all lie, from 0 to 1: taken as evenly spread between the bounds of
 * their bucket, of which the first begins at 0. Beyond the last bound it is that; of no values, 0.
 *
 * As Prometheus's `histogram_quantile` does.
 */
export function quantile({ count, buckets }: Distribution, q: number): number {
  // #region step 8.1
  const rank = q * count;
  const at = buckets.findIndex((bucket) => bucket.count > 0 && bucket.count >= rank);
  if (count === 0) return 0;
  if (at < 0) return buckets.at(-1)!.le;
  const { le, count: upTo } = buckets[at]!;
  const { le: from, count: before } = buckets[at - 1] ?? { le: Math.min(0, le), count: 0 };
  return from + ((le - from) * (rank - before)) / (upTo - before);
  // #endregion
}
// #region solution only

type MetricType = MetricSnapshot['type'];

interface Series {
  readonly labels: Labels;
  /** Of a histogram, the sum. */
  value: number;
  /** Of a histogram: how many in each bucket, those beyond the last bound at the end. */
  readonly counts: number[];
}

class Metric {
  readonly signature: string;
  readonly #series = new Map<string, Series>();
  readonly #overflow: string;

  constructor(
    readonly name: string,
    readonly type: MetricType,
    readonly help: string,
    readonly labelNames: readonly string[],
    readonly bounds: readonly number[],
    readonly maxSeries: number,
  ) {
    this.signature = JSON.stringify([type, labelNames, bounds]);
    this.#overflow = JSON.stringify(labelNames.map(() => OVERFLOW));
    // What can't be told apart is known at once: a rate needs the 0 that was before the first.
    if (labelNames.length === 0) this.seriesOf({});
  }

  /** In the order of their names; a TypeError if they are not those of the metric. */
  valuesOf(labels: Labels): string[] {
    const { name, labelNames } = this;
    const given = Object.keys(labels).length;
    if (given !== labelNames.length || !labelNames.every((label) => Object.hasOwn(labels, label))) {
      throw new TypeError(`${name} has the labels ${inspect(labelNames)}, received ${inspect(labels)}`);
    }
    return labelNames.map((label) => {
      const value: unknown = labels[label];
      if (typeof value === 'string') return value;
      throw new TypeError(`the label ${label} of ${name} must be a string, received ${inspect(value)}`);
    });
  }

  seriesOf(labels: Labels): Series {
    const { labelNames } = this;
    const values = this.valuesOf(labels);
    let key = JSON.stringify(values);
    const limit = this.maxSeries + (this.#series.has(this.#overflow) ? 1 : 0);
    if (!this.#series.has(key) && this.#series.size >= limit) key = this.#overflow;
    const known = this.#series.get(key);
    if (known) return known;
    const text: string[] = JSON.parse(key);
    const made = {
      labels: Object.fromEntries(labelNames.map((label, index) => [label, text[index]!])),
      value: 0,
      counts: Array<number>(this.bounds.length + 1).fill(0),
    };
    this.#series.set(key, made);
    return made;
  }

  snapshot(): MetricSnapshot {
    const { name, type, help, bounds } = this;
    const series = [...this.#series.values()];
    if (type !== 'histogram') {
      return { name, type, help, series: series.map(({ labels, value }) => ({ labels, value })) };
    }
    return {
      name,
      type,
      help,
      series: series.map(({ labels, value: sum, counts }) => {
        let count = 0;
        const buckets = bounds.map((le, index) => ({ le, count: (count += counts[index]!) }));
        return { labels, count: count + counts.at(-1)!, sum, buckets };
      }),
    };
  }
}

function requireName(subject: string, name: string, pattern: RegExp): void {
  if (pattern.test(name)) return;
  throw new RangeError(`the name of ${subject} must match ${pattern}, received ${inspect(name)}`);
}

function requireFinite(name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new RangeError(`${name} takes finite numbers, received ${inspect(value)}`);
}

function requireBounds(name: string, bounds: readonly number[]): readonly number[] {
  const isAscending = bounds.every((bound, index) => index === 0 || bound > bounds[index - 1]!);
  if (bounds.length > 0 && bounds.every(Number.isFinite) && isAscending) return bounds;
  throw new RangeError(`the buckets of ${name} must be finite and ascending, received ${inspect(bounds)}`);
}
// #endregion
