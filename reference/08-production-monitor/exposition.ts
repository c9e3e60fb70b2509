// Prometheus's text format, version 0.0.4 [2].

import type { HistogramSnapshot, MetricSnapshot, ScalarSnapshot } from './metrics.ts';
import type { Labels } from './series.ts';

/**
 * What is between the braces, for labels that can't change. A registry hands out the same frozen object with every
 * snapshot, and text is most of a page: so it is escaped once for a series, and not once a scrape.
 */
const rendered = new WeakMap<Labels, string>();

/** The metrics as a server collects them. O(lines): one for a counter, one for each bucket of a histogram. */
export function formatMetrics(metrics: readonly MetricSnapshot[]): string {
  let page = '';
  for (const metric of metrics) {
    const { name, type, help } = metric;
    page += `# HELP ${name} ${help.replaceAll(/[\\\n]/g, escape)}\n# TYPE ${name} ${type}\n`;
    page += metric.type === 'histogram' ? linesOfHistogram(metric) : linesOfScalar(metric);
  }
  return page;
}

/** The name of a series, as Prometheus writes it: `requests_total{route="/cart",outcome="ok"}`. */
export function formatSeries(name: string, labels: Labels): string {
  const text = textOf(labels);
  return text === '' ? name : `${name}{${text}}`;
}

function linesOfScalar({ name, series }: ScalarSnapshot): string {
  let lines = '';
  for (const { labels, value } of series) lines += `${formatSeries(name, labels)} ${numberOf(value)}\n`;
  return lines;
}

function linesOfHistogram({ name, series }: HistogramSnapshot): string {
  let lines = '';
  for (const { labels, count, sum, buckets } of series) {
    const text = textOf(labels);
    const inBucket = text === '' ? `${name}_bucket{le="` : `${name}_bucket{${text},le="`;
    const inBraces = text === '' ? '' : `{${text}}`;
    for (const bucket of buckets) lines += `${inBucket}${bucket.le}"} ${bucket.count}\n`;
    lines += `${inBucket}+Inf"} ${count}\n`;
    lines += `${name}_sum${inBraces} ${numberOf(sum)}\n${name}_count${inBraces} ${count}\n`;
  }
  return lines;
}

/** `route="/cart",outcome="ok"` */
function textOf(labels: Labels): string {
  const known = rendered.get(labels);
  if (known !== undefined) return known;
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll(/[\\"\n]/g, escape)}"`)
    .join(',');
  if (Object.isFrozen(labels)) rendered.set(labels, text);
  return text;
}

function escape(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** Sums may overflow, and what JavaScript calls that is not what Prometheus does. */
function numberOf(value: number): string {
  return Number.isFinite(value) ? String(value) : String(value).replace('Infinity', 'Inf').replace(/^I/, '+I');
}
