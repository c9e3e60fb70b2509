import type { Labels, MetricSnapshot } from '#contract/08-production-monitor';

/**
 * The metrics in Prometheus's text format, version 0.0.4.
 *
 * prometheus.io/docs/instrumenting/exposition_formats
 */
export function formatMetrics(metrics: readonly MetricSnapshot[]): string {
  // #region step 8.2
  return metrics.flatMap(linesOf).map((line) => `${line}\n`).join('');
  // #endregion
}

/** A series as Prometheus writes it: `requests_total{route="/cart",outcome="ok"}`. */
export function formatSeries(name: string, labels: Labels): string {
  // #region step 8.2
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value, /[\\"\n]/g)}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
  // #endregion
}
// #region solution only

function linesOf(metric: MetricSnapshot): string[] {
  const { name, type, help } = metric;
  const head = [`# HELP ${name} ${escaped(help, /[\\\n]/g)}`, `# TYPE ${name} ${type}`];
  if (metric.type !== 'histogram') {
    return [...head, ...metric.series.map(({ labels, value }) => `${formatSeries(name, labels)} ${value}`)];
  }
  const samples = metric.series.flatMap(({ labels, count, sum, buckets }) => {
    const bucket = (le: string, upTo: number) => `${formatSeries(`${name}_bucket`, { ...labels, le })} ${upTo}`;
    return [
      ...buckets.map(({ le, count }) => bucket(String(le), count)),
      bucket('+Inf', count),
      `${formatSeries(`${name}_sum`, labels)} ${sum}`,
      `${formatSeries(`${name}_count`, labels)} ${count}`,
    ];
  });
  return [...head, ...samples];
}

function escaped(text: string, special: RegExp): string {
  return text.replaceAll(special, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
// #endregion
