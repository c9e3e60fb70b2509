// What happened in a period: the difference of two snapshots.

import type { AlertStatus } from './alerts.ts';
import type { Milliseconds } from './clock.ts';
import { between, type Distribution, quantile } from './distribution.ts';
import type { HealthStatus } from './health.ts';
import type { MetricSnapshot } from './metrics.ts';
import type { Labels } from './series.ts';

/** A period, and how all stood at its end. As JSON it is the same. */
export interface PerformanceReport {
  readonly from: Milliseconds;
  readonly to: Milliseconds;
  readonly series: readonly SeriesReport[];
  /** As of the last tick. */
  readonly alerts: readonly AlertStatus[];
  /** As it was last asked for; `null` if it never was. */
  readonly health: HealthStatus | null;
}

/** The period that began with the tick before the last. */
export type DashboardData = PerformanceReport;

/** What one series did in a period, by the type of its metric. */
export type SeriesReport = { readonly metric: string; readonly labels: Labels } & (
  | { readonly type: 'counter'; readonly increase: number; readonly perSecond: number }
  | { readonly type: 'gauge'; readonly value: number }
  | {
      readonly type: 'histogram';
      readonly count: number;
      readonly perSecond: number;
      readonly mean: number;
      readonly p50: number;
      readonly p95: number;
      readonly p99: number;
    }
);

/** Where a period begins. */
export interface Moment {
  readonly at: Milliseconds;
  readonly metrics: readonly MetricSnapshot[];
}

/**
 * What each series did between two moments of one registry. O(series × buckets), and no series is looked up: in a
 * registry nothing is removed or moved, so that what had a place before has the same place now.
 */
export function seriesBetween(before: Moment, after: Moment): SeriesReport[] {
  const seconds = (after.at - before.at) / 1_000;
  return after.metrics.flatMap((metric, place) => reportsOf(metric, before.metrics[place]?.series ?? [], seconds));
}

function reportsOf(
  { name: metric, type, series }: MetricSnapshot,
  earlier: MetricSnapshot['series'],
  seconds: number,
): SeriesReport[] {
  const perSecond = (increase: number) => (seconds > 0 ? increase / seconds : 0);
  return series.map((one, place): SeriesReport => {
    const { labels } = one;
    const before = earlier[place] as typeof one | undefined;
    if (!('value' in one)) {
      const values = between(before as Distribution | undefined, one);
      return { metric, labels, type: 'histogram', perSecond: perSecond(values.count), ...summaryOf(values) };
    }
    if (type === 'gauge') return { metric, labels, type, value: one.value };
    const increase = one.value - ((before as typeof one | undefined)?.value ?? 0);
    return { metric, labels, type: 'counter', increase, perSecond: perSecond(increase) };
  });
}

function summaryOf(values: Distribution) {
  const { count, sum } = values;
  return {
    count,
    mean: count === 0 ? 0 : sum / count,
    p50: quantile(values, 0.5),
    p95: quantile(values, 0.95),
    p99: quantile(values, 0.99),
  };
}
