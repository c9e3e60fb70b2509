import type { DashboardData, PerformanceReport, SeriesReport } from '#contract/08-production-monitor';
import { formatSeries } from './exposition.ts';

/**
 * One HTML page that needs nothing else, and keeps up with `/dashboard/events`. What it shows stands in its
 * `<main>`.
 */
export function renderDashboard(data: DashboardData): string {
  // #region step 8.6
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>Monitor</title>
<style>
body { font: 14px system-ui, sans-serif; margin: 2rem; }
td, th { padding: 0.2rem 1rem 0.2rem 0; text-align: left; font-variant-numeric: tabular-nums; }
.firing, .failed { color: #b00; font-weight: bold; }
</style>
</head>
<body>
<main>${renderMain(data)}</main>
<script>
new EventSource('/dashboard/events').onmessage = ({ data }) => {
  document.querySelector('main').innerHTML = JSON.parse(data);
};
</script>
</body>
</html>
`;
  // #endregion
}

/** What stands in the dashboard's `<main>`. */
export function renderMain({ series, alerts, health }: DashboardData): string {
  // #region step 8.6
  const checks = health?.checks ?? [];
  return [
    table(['alert', 'severity', 'state', 'value'], alerts.map(({ name, severity, state, value }) => {
      return { cells: [name, severity, state, value === null ? '' : rounded(value)], style: state };
    })),
    table(['check', 'kind', 'state', 'error'], checks.map(({ name, kind, ok, error = '' }) => {
      return { cells: [name, kind, ok ? 'ok' : 'failed', error], style: ok ? 'ok' : 'failed' };
    })),
    table(COLUMNS, series.map((one) => ({ cells: cellsOf(one), style: one.type }))),
  ].join('\n');
  // #endregion
}

/** The report in Markdown, for people; `JSON.stringify(report)` is for machines. */
export function formatReport({ from, to, series, alerts, health }: PerformanceReport): string {
  // #region step 8.6
  const firing = alerts.filter(({ state }) => state === 'firing').map(({ name }) => name);
  const failed = (health?.checks ?? []).filter(({ ok }) => !ok).map(({ name }) => name);
  const list = (names: string[]) => (names.length === 0 ? 'none' : names.map(inMarkdown).join(', '));
  const row = (cells: readonly string[]) => `| ${cells.map(inMarkdown).join(' | ')} |`;
  const rows = series.map((one) => row(cellsOf(one)));
  return [
    '# Performance report',
    `Over ${rounded((to - from) / 1_000)} s. Firing alerts: ${list(firing)}. Failed checks: ${list(failed)}.`,
    [row(COLUMNS), `|${' --- |'.repeat(COLUMNS.length)}`, ...rows].join('\n'),
  ].join('\n\n');
  // #endregion
}
// #region solution only

const COLUMNS = ['series', 'value', 'per second', 'mean', 'p50', 'p95', 'p99'];

function cellsOf(series: SeriesReport): string[] {
  const name = formatSeries(series.metric, series.labels);
  if (series.type === 'gauge') return [name, rounded(series.value), '', '', '', '', ''];
  const { perSecond } = series;
  if (series.type === 'counter') return [name, rounded(series.increase), rounded(perSecond), '', '', '', ''];
  const { count, mean, p50, p95, p99 } = series;
  return [name, ...[count, perSecond, mean, p50, p95, p99].map(rounded)];
}

interface Row {
  readonly cells: readonly string[];
  readonly style: string;
}

function table(head: readonly string[], rows: readonly Row[]): string {
  const titles = head.map((title) => `<th>${title}</th>`).join('');
  const lines = rows.map(({ cells, style }) => {
    return `<tr class="${style}">${cells.map((cell) => `<td>${inHtml(cell)}</td>`).join('')}</tr>`;
  });
  return `<table><tr>${titles}</tr>${lines.join('')}</table>`;
}

const rounded = (value: number) => String(Number(value.toPrecision(6)));

const entity = (character: string) => `&#${character.charCodeAt(0)};`;

const inHtml = (text: string) => text.replaceAll(/[&<>"']/g, entity);

/** Without what breaks a line, a cell or a word into markup. */
const inMarkdown = (text: string) =>
  text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\uFFFD').replaceAll(/[&<>|`*\\[\]]/g, entity);
// #endregion
