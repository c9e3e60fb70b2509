import type { Labels, MetricSnapshot } from '#contract/08-production-monitor';
import { todo } from '#todo';

/**
 * The metrics in Prometheus's text format, version 0.0.4.
 *
 * prometheus.io/docs/instrumenting/exposition_formats
 */
export function formatMetrics(metrics: readonly MetricSnapshot[]): string {
  todo('8.2');
}

/** A series as Prometheus writes it: `requests_total{route="/cart",outcome="ok"}`. */
export function formatSeries(name: string, labels: Labels): string {
  todo('8.2');
}
