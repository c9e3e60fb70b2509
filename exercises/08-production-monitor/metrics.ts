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
import { todo } from '#todo';

/**
 * The metrics of a process, by name. To ask for one again gives the same metric.
 *
 * Each of {@link counter}, {@link gauge} and {@link histogram} throws a RangeError if a name is none that
 * Prometheus allows, and a MetricConflictError if it is that of another metric.
 */
export class MetricsRegistry {
  /** @throws RangeError if `maxSeries` is no integer from 1 */
  constructor({ now = () => performance.now(), maxSeries = 1_000 }: RegistryOptions = {}) {
  }

  counter(name: string, options: MetricOptions = {}): Counter {
    todo('8.1');
  }

  gauge(name: string, options: MetricOptions = {}): Gauge {
    todo('8.1');
  }

  histogram(name: string, options: HistogramOptions = {}): Histogram {
    todo('8.1');
  }

  /** All that is known now, in the order in which metrics and series were made. It does not change later. */
  snapshot(): MetricSnapshot[] {
    todo('8.1');
  }
}

/**
 * The value below which the part `q` of all lie, from 0 to 1: taken as evenly spread between the bounds of
 * their bucket, of which the first begins at 0. Beyond the last bound it is that; of no values, 0.
 *
 * As Prometheus's `histogram_quantile` does.
 */
export function quantile({ count, buckets }: Distribution, q: number): number {
  todo('8.1');
}
