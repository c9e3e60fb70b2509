import { expect } from 'vitest';
import type { Distribution, Labels, MetricsRegistry } from '#exercise/08-production-monitor';

/** Whatever has metrics to tell of. */
type Metrics = Pick<MetricsRegistry, 'snapshot'>;

/** The labels and the value of each series of a counter or gauge; the test fails if there is no such metric. */
export function valuesOf(metrics: Metrics, name: string): [Labels, number][] {
  return seriesOf(metrics, name).map((series) => [series.labels, 'value' in series ? series.value : NaN]);
}

/** The value of the one series of a counter or gauge without labels. */
export function valueOf(metrics: Metrics, name: string): number {
  const values = valuesOf(metrics, name);
  expect(values.length, `series of ${name}`).toBe(1);
  return values[0]![1];
}

/** What a histogram has of the values with these labels. */
export function distributionOf(metrics: Metrics, name: string, labels: Labels = {}): Distribution {
  const found = seriesOf(metrics, name).find((series) => sameLabels(series.labels, labels));
  expect(found, `series of ${name} with the labels ${JSON.stringify(labels)}`).toBeDefined();
  return found as Distribution & { labels: Labels };
}

export function seriesOf(metrics: Metrics, name: string) {
  const metric = metrics.snapshot().find((one) => one.name === name);
  expect(metric, `the metric ${name}`).toBeDefined();
  return metric!.series;
}

export const sameLabels = (one: Labels, other: Labels): boolean => textOf(one) === textOf(other);

/** Labels in an order that does not depend on that in which they were given. */
export const textOf = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Any string may be the value of a label. */
export const LABEL_VALUES = [
  ...['', ' ', '/cart', '__proto__', 'constructor', '{}', 'é', '日本'],
  ...['a', 'a,b', 'b,a', 'a","b', '"', '\\', '\\n', '\n'],
];
