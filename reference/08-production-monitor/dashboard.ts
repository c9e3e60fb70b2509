// A report for people: as a page that keeps up, and as Markdown.

import { createHash } from 'node:crypto';
import { formatSeries } from './exposition.ts';
import type { DashboardData, PerformanceReport, SeriesReport } from './report.ts';

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { margin: 2rem; }
table { border-collapse: collapse; margin-bottom: 2rem; }
caption { font-weight: bold; text-align: left; }
th, td { border-bottom: 1px solid #8884; padding: 0.1rem 1.5rem 0.1rem 0; text-align: left; }
td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.bad { color: light-dark(#b00020, #ff8a80); font-weight: bold; }
.lost main { opacity: 0.4; }
`;

/** A page that has lost its connection must not look like one on which all is well. */
const SCRIPT = `
const events = new EventSource('/dashboard/events');
events.onopen = () => document.body.classList.remove('lost');
events.onerror = () => document.body.classList.add('lost');
events.onmessage = ({ data }) => { document.querySelector('main').innerHTML = JSON.parse(data); };
`;

/**
 * What a browser may do with a page of the monitor: run this one script, apply this one style, ask the monitor. It
 * is there for the day on which {@link inMarkup} has a hole.
 */
export const CONTENT_SECURITY_POLICY = [
  `default-src 'none'`,
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(STYLE)}'`,
  `connect-src 'self'`,
  `img-src data:`, // the icon, for which a browser would otherwise ask
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/** A page, complete in itself. It asks for nothing but `/dashboard/events`, whose data replace its `<main>`. */
export function renderDashboard(data: DashboardData): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Monitor</title>
<style>${STYLE}</style>
</head>
<body>
<main>${renderMain(data)}</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** What stands in the `<main>` of the page. */
export function renderMain({ series, alerts, health }: DashboardData): string {
  const checks = health === null ? [] : health.checks;
  return [
    table('Alerts', ['alert', 'severity', 'state', 'value'], alerts, ({ name, severity, state, value }) => {
      const cells = [name, severity, state, value === null ? '–' : inDigits(value)];
      return { cells, isBad: state === 'firing' };
    }),
    table('Checks', ['check', 'kind', 'ms', 'state'], checks, ({ name, kind, durationMs, ok, error = '' }) => {
      const cells = [name, kind, inDigits(durationMs), ok ? 'ok' : `failed: ${error}`];
      return { cells, isBad: !ok };
    }),
    table('Series', SERIES_HEAD, series, (one) => ({ cells: cellsOf(one), isBad: false })),
  ].join('\n');
}

/** As Markdown. For machines there is `JSON.stringify`, and for a browser {@link renderDashboard}. */
export function formatReport({ from, to, series, alerts, health }: PerformanceReport): string {
  const firing = alerts.filter(({ state }) => state === 'firing');
  const failed = (health?.checks ?? []).filter(({ ok }) => !ok);
  const row = (cells: readonly string[]) => `| ${cells.map(inMarkup).join(' | ')} |\n`;
  return [
    '# Performance report\n',
    `- Seconds: ${inDigits((to - from) / 1_000)}`,
    `- Alerts that fire: ${namesOf(firing)}`,
    `- Checks that failed: ${namesOf(failed)}\n`,
    row(SERIES_HEAD) + row(SERIES_HEAD.map(() => '---')) + series.map((one) => row(cellsOf(one))).join(''),
  ].join('\n');
}

const namesOf = (items: readonly { name: string }[]) =>
  items.map(({ name }) => inMarkup(name)).join(', ') || 'none';

// ---- Cells -------------------------------------------------------------------------------------------------

const SERIES_HEAD = ['series', 'value or increase', 'a second', 'mean', 'p50', 'p95', 'p99'];

function cellsOf(series: SeriesReport): string[] {
  const cells = [formatSeries(series.metric, series.labels), ...numbersOf(series).map(inDigits)];
  return SERIES_HEAD.map((_, column) => cells[column] ?? '');
}

function numbersOf(series: SeriesReport): number[] {
  switch (series.type) {
    case 'gauge':
      return [series.value];
    case 'counter':
      return [series.increase, series.perSecond];
    case 'histogram':
      return [series.count, series.perSecond, series.mean, series.p50, series.p95, series.p99];
  }
}

function table<T>(
  title: string,
  head: readonly string[],
  items: readonly T[],
  rowOf: (item: T) => { cells: readonly string[]; isBad: boolean },
): string {
  const rows = items.map((item) => {
    const { cells, isBad } = rowOf(item);
    const row = cells.map((cell) => `<td>${inMarkup(cell)}</td>`).join('');
    return `<tr${isBad ? ' class="bad"' : ''}>${row}</tr>`;
  });
  const heads = head.map((name) => `<th scope="col">${name}</th>`).join('');
  return `<table><caption>${title}</caption><tr>${heads}</tr>${rows.join('')}</table>`;
}

/** Six significant digits, which is more than anybody reads. */
function inDigits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

// #region inMarkup
/**
 * A text so that between two tags of HTML it is nothing but text, and in Markdown neither a tag nor the end of a cell.
 * Never for attributes: into those goes nothing that came from outside.
 *
 * What may stay is listed, and not what may not. A list of what is dangerous is finished on the day on which
 * somebody finds what is missing from it.
 */
export function inMarkup(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N} _"',.:;/={}()+%–-]/gu, (character) => `&#${character.codePointAt(0)};`);
}
// #endregion inMarkup

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
