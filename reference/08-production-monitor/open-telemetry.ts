// The metrics for OpenTelemetry [4], by whatever implementation the process has registered.

import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { MetricSnapshot } from './metrics.ts';
import type { MetricsRegistry } from './registry.ts';

/** What the numbers of one metric go to, and how they get there when OpenTelemetry collects. */
interface Bridge {
  readonly instruments: readonly Observable[];
  readonly observe: (result: BatchObservableResult) => void;
}

/**
 * Hands all metrics of the registry to a meter, those that come later, too: whenever OpenTelemetry collects, it is
 * given what the registry has. So to count costs the same as without it.
 *
 * A histogram goes over as its three parts, the counters `_bucket`, `_sum` and `_count`, as Prometheus shows it: in
 * OpenTelemetry only single values can be recorded in a histogram, and not one that was counted elsewhere.
 *
 * @param meter such as `metrics.getMeter('shop')` of `@opentelemetry/api`
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
  const counter = (part: string) => meter.createObservableCounter(instrumentName(name) + part, { description });
  if (type === 'histogram') return histogramBridge(counter('_bucket'), counter('_sum'), counter('_count'), read);
  const only = type === 'counter' ? counter('') : meter.createObservableGauge(instrumentName(name), { description });
  const observe = (result: BatchObservableResult) => {
    for (const series of read().series) {
      if ('value' in series) result.observe(only, series.value, series.labels);
    }
  };
  return { instruments: [only], observe };
}

function histogramBridge(
  inBucket: Observable,
  sumOf: Observable,
  countOf: Observable,
  read: () => MetricSnapshot,
): Bridge {
  const observe = (result: BatchObservableResult) => {
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

/** Prometheus's names may have colons, and begin with an underscore; OpenTelemetry's begin with a letter. */
function instrumentName(name: string): string {
  return name.replaceAll(':', '.').replace(/^(?![a-z])/i, 'metric');
}
