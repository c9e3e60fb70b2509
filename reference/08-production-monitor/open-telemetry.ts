// The metrics for OpenTelemetry, by whatever implementation the caller brings.

import type { MetricSnapshot } from './metrics.ts';
import type { MetricsRegistry } from './registry.ts';
import type { Labels } from './series.ts';

/** The part of OpenTelemetry's `Meter` [4] that is needed. `metrics.getMeter('shop')` has it. */
export interface Meter {
  createObservableCounter(name: string, options: { description: string }): object;
  createObservableGauge(name: string, options: { description: string }): object;
  addBatchObservableCallback(callback: (result: BatchResult) => void, instruments: any[]): void;
  removeBatchObservableCallback(callback: (result: BatchResult) => void, instruments: any[]): void;
}

export interface BatchResult {
  observe(instrument: any, value: number, attributes: Labels): void;
}

/** What one number of a metric goes to, and all of them at the time of a collection. */
interface Bridge {
  readonly instruments: readonly object[];
  readonly observe: (result: BatchResult) => void;
}

/**
 * Hands all metrics of the registry to a meter, those that come later, too: whenever OpenTelemetry collects, it is
 * given what the registry has. So to count costs the same as without it.
 *
 * A histogram goes over as its three parts, the counters `_bucket`, `_sum` and `_count`, as Prometheus shows it: in
 * OpenTelemetry only single values can be recorded in a histogram, and not one that was counted elsewhere.
 *
 * @returns a function that ends it
 */
export function exportTo(meter: Meter, metrics: MetricsRegistry): () => void {
  const bridges: Bridge[] = [];
  const stop = metrics.each((metric) => {
    const bridge = bridgeTo(meter, () => metric.snapshot());
    meter.addBatchObservableCallback(bridge.observe, [...bridge.instruments]);
    bridges.push(bridge);
  });
  return () => {
    stop();
    for (const { observe, instruments } of bridges) meter.removeBatchObservableCallback(observe, [...instruments]);
  };
}

function bridgeTo(meter: Meter, read: () => MetricSnapshot): Bridge {
  const { name, type, help: description } = read();
  const theirs = name.replaceAll(':', '.'); // Prometheus's names may have colons, OpenTelemetry's may not
  const counter = (part: string) => meter.createObservableCounter(theirs + part, { description });
  if (type === 'histogram') return histogramBridge(counter('_bucket'), counter('_sum'), counter('_count'), read);
  const only = type === 'counter' ? counter('') : meter.createObservableGauge(theirs, { description });
  const observe = (result: BatchResult) => {
    for (const series of read().series) {
      if ('value' in series) result.observe(only, series.value, series.labels);
    }
  };
  return { instruments: [only], observe };
}

function histogramBridge(inBucket: object, sumOf: object, countOf: object, read: () => MetricSnapshot): Bridge {
  const observe = (result: BatchResult) => {
    for (const series of read().series) {
      if ('value' in series) continue;
      const { labels, count, sum, buckets } = series;
      for (const bucket of buckets) result.observe(inBucket, bucket.count, { ...labels, le: String(bucket.le) });
      result.observe(inBucket, count, { ...labels, le: '+Inf' });
      result.observe(sumOf, sum, labels);
      result.observe(countOf, count, labels);
    }
  };
  return { instruments: [inBucket, sumOf, countOf], observe };
}
