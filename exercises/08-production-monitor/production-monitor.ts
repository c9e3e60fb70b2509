import { inspect } from 'node:util';

import type {
  AlertConfiguration,
  AlertStatus,
  Check,
  CheckOptions,
  DashboardData,
  HealthStatus,
  Labels,
  ListenOptions,
  MetricSnapshot,
  Milliseconds,
  MonitorOptions,
  PerformanceReport,
  Schedule,
  SeriesReport,
} from '#contract/08-production-monitor';
import { Alerts } from './alerts.ts';
import { renderDashboard, renderMain } from './dashboard.ts';
import { Endpoints, type Page, type Route } from './endpoints.ts';
import { formatMetrics } from './exposition.ts';
import { HealthChecks } from './health.ts';
import { MetricsRegistry, quantile } from './metrics.ts';
import { todo } from '#todo';

/**
 * Watches a process: what it counts, how it is, whom to wake; and answers who asks by HTTP.
 *
 * It has no timer of its own. Whoever runs it calls {@link tick}, every minute or so.
 */
export class ProductionMonitor {
  readonly metrics: MetricsRegistry;

  /** @throws RangeError if `reportEveryMs` is not above 0 */
  constructor(options: MonitorOptions = {}) {
    const { now = () => performance.now(), schedule, reportEveryMs, onReport } = options;
    this.metrics = new MetricsRegistry({ now });
  }

  // ---- Health -------------------------------------------------------------------------------------------

  /** @throws RangeError if there is a check of that name, or an option is wrong */
  addCheck(name: string, check: Check, options: CheckOptions = {}): void {
    todo('8.3');
  }

  /** Runs all checks side by side. Never rejects, and takes no longer than the longest of their timeouts. */
  async performHealthCheck(): Promise<HealthStatus> {
    todo('8.3');
  }

  /** From now on the process is alive and not ready: it finishes what it has and is given nothing new. */
  drain(): void {
    todo('8.3');
  }

  // ---- Alerts -------------------------------------------------------------------------------------------

  /**
   * From now on these rules are evaluated at each {@link tick}, and no others.
   *
   * @throws RangeError if two rules have the same name, or a rule has a number that is none
   */
  setupAlerts(config: AlertConfiguration): void {
    todo('8.4');
  }

  /** How each rule stood at the last tick. */
  alerts(): AlertStatus[] {
    todo('8.4');
  }

  /**
   * Nobody is told of the alert for that long; it is evaluated all the same.
   *
   * @throws RangeError if no rule has that name, or `forMs` is not 0 or more
   */
  silence(name: string, forMs: Milliseconds): void {
    todo('8.4');
  }

  /** Evaluates the alerts, sends the dashboards what is new, and hands out the report when one is due. */
  tick(): void {
    todo('8.4');
  }

  // ---- Endpoints ----------------------------------------------------------------------------------------

  /**
   * Answers `/health/live`, `/health/ready`, `/metrics`, `/dashboard` and `/dashboard/events`.
   *
   * @returns where: `http://127.0.0.1:9464`
   * @throws Error if it listens already; what `node:net` says if it can't
   */
  async listen(options: ListenOptions = {}): Promise<string> {
    todo('8.5');
  }

  /** Ends all connections, whatever they are waiting for. Resolves when the port is free. */
  async close(): Promise<void> {
    todo('8.5');
  }

  // ---- Dashboard and reports ----------------------------------------------------------------------------

  /** What happened since the tick before the last one: so there is always a whole interval to look at. */
  generateDashboard(): DashboardData {
    todo('8.6');
  }

  /** What happened since the last report; of the first, since the monitor was made. */
  generatePerformanceReport(): PerformanceReport {
    todo('8.6');
  }
}
