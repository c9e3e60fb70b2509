import type { DashboardData, PerformanceReport, SeriesReport } from '#contract/08-production-monitor';
import { formatSeries } from './exposition.ts';
import { todo } from '#todo';

/**
 * One HTML page that needs nothing else, and keeps up with `/dashboard/events`. What it shows stands in its
 * `<main>`.
 */
export function renderDashboard(data: DashboardData): string {
  todo('8.6');
}

/** What stands in the dashboard's `<main>`. */
export function renderMain({ series, alerts, health }: DashboardData): string {
  todo('8.6');
}

/** The report in Markdown, for people; `JSON.stringify(report)` is for machines. */
export function formatReport({ from, to, series, alerts, health }: PerformanceReport): string {
  todo('8.6');
}
