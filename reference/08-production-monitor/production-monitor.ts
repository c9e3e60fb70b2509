// The monitor: everything else, put together.

import { inspect } from 'node:util';
import { type AlertConfiguration, Alerts, type AlertStatus } from './alerts.ts';
import { type Milliseconds, processClock, processTimers, type Schedule } from './clock.ts';
import { renderDashboard, renderMain } from './dashboard.ts';
import { Endpoints, type ListenOptions, type Page } from './endpoints.ts';
import { formatMetrics } from './exposition.ts';
import { type Check, type CheckKind, type CheckOptions, HealthChecks, type HealthStatus } from './health.ts';
import { MetricsRegistry } from './registry.ts';
import { type DashboardData, type Moment, type PerformanceReport, seriesBetween } from './report.ts';

/** What a monitor reads the time by, and who gets its reports. */
export interface MonitorOptions {
  /** @default performance.now */
  now?: () => Milliseconds;
  /** Sets the timers of checks. @default setTimeout */
  schedule?: Schedule;
  /** How long a period is of which {@link onReport} is told; above 0. @default Infinity */
  reportEveryMs?: Milliseconds;
  /** Called by the first tick after a period has ended, at its end: what it throws comes out of `tick`. */
  onReport?: (report: PerformanceReport) => void;
}

/**
 * Watches a process from within: counts, checks, alerts, reports; and answers by HTTP.
 *
 * Nothing runs unless somebody asks or calls {@link tick}, so that a process may end, and a test may turn the clock.
 *
 * @example
 * {@includeCode ../../docs/examples/08-production-monitor/monitor.ts#monitor}
 */
export class ProductionMonitor {
  readonly metrics: MetricsRegistry;
  readonly #now: () => Milliseconds;
  readonly #health: HealthChecks;
  readonly #endpoints: Endpoints;
  readonly #reportEveryMs: Milliseconds;
  readonly #onReport: (report: PerformanceReport) => void;
  #alerts = new Alerts({ rules: [] });
  #found: HealthStatus | null = null;
  /** The last tick, and the one before; until there are two, the beginning. */
  #ticks: readonly [before: Moment, last: Moment];
  #reported: Moment;

  /** @throws RangeError if `reportEveryMs` is not above 0 */
  constructor({ now = processClock, schedule = processTimers, ...reports }: MonitorOptions = {}) {
    const { reportEveryMs = Infinity, onReport = () => {} } = reports;
    if (!(reportEveryMs > 0)) {
      throw new RangeError(`reportEveryMs must be more than 0, received ${inspect(reportEveryMs)}`);
    }
    this.metrics = new MetricsRegistry({ now });
    this.#now = now;
    this.#health = new HealthChecks(now, schedule);
    this.#endpoints = new Endpoints({ pages: this.#pages(), events: '/dashboard/events' });
    this.#reportEveryMs = reportEveryMs;
    this.#onReport = onReport;
    const beginning: Moment = { at: now(), metrics: [] };
    this.#ticks = [beginning, beginning];
    this.#reported = beginning;
  }

  // ---- Health ----------------------------------------------------------------------------------------------

  /** @throws RangeError if the name is taken, or an option is wrong */
  addCheck(name: string, check: Check, options: CheckOptions = {}): void {
    this.#health.add(name, check, options);
  }

  /** Asks all checks at once. Never rejects, and takes as long as the slowest, or its timeout. */
  async performHealthCheck(): Promise<HealthStatus> {
    this.#found = await this.#health.run();
    return this.#found;
  }

  /** The process is about to stop: it is not ready from now on, and as live as it was. */
  drain(): void {
    this.#health.drain();
  }

  // ---- Alerts ----------------------------------------------------------------------------------------------

  /**
   * Replaces all rules. What fired under the old ones is forgotten.
   *
   * @throws RangeError if a name is taken, or a rule can't be evaluated
   */
  setupAlerts(config: AlertConfiguration): void {
    this.#alerts = new Alerts(config);
  }

  /** How the rules stood at the last tick, in their order. */
  alerts(): AlertStatus[] {
    return this.#alerts.statuses();
  }

  /**
   * Tells nobody of an alert for so long. It is evaluated all the same; afterwards they are told how it stands.
   *
   * @throws RangeError if no rule has the name, or `forMs` is not 0 or more
   */
  silence(name: string, forMs: Milliseconds): void {
    if (!(forMs >= 0)) throw new RangeError(`forMs must be 0 or more, received ${inspect(forMs)}`);
    this.#alerts.silence(name, this.#now() + forMs);
  }

  /**
   * Looks at everything once: evaluates alerts, tells who watches a dashboard, hands out a report that is due.
   * O(series × (buckets + rules)).
   */
  tick(): void {
    const [, before] = this.#ticks;
    const moment = this.#moment();
    this.#ticks = [before, moment];
    this.#alerts.evaluate(moment.metrics, moment.at);
    this.#endpoints.publish(() => renderMain(this.generateDashboard()));
    if (moment.at - this.#reported.at >= this.#reportEveryMs) this.#onReport(this.generatePerformanceReport());
  }

  // ---- Dashboards and reports ------------------------------------------------------------------------------

  /** The time since the tick before the last: one interval at least, so that a rate is not of a few milliseconds. */
  generateDashboard(): DashboardData {
    return this.#report(this.#ticks[0], this.#moment());
  }

  /** The time since the last report, or since the monitor was made. One ends where the next begins. */
  generatePerformanceReport(): PerformanceReport {
    const until = this.#moment();
    const report = this.#report(this.#reported, until);
    this.#reported = until;
    return report;
  }

  // ---- Endpoints -------------------------------------------------------------------------------------------

  /**
   * Answers `/health/live`, `/health/ready`, `/metrics`, `/dashboard` and `/dashboard/events`.
   *
   * @returns where, as `http://127.0.0.1:9464`
   * @throws Error if it listens already, or `node:net` can't
   */
  async listen(options: ListenOptions = {}): Promise<string> {
    return this.#endpoints.listen(options);
  }

  /** Ends every connection. Resolves when the port is free. */
  async close(): Promise<void> {
    await this.#endpoints.close();
  }

  #pages(): Map<string, () => Page | Promise<Page>> {
    return new Map<string, () => Page | Promise<Page>>([
      ['/health/live', async () => healthPage('live', await this.#health.run('live'))],
      ['/health/ready', async () => healthPage('ready', await this.performHealthCheck())],
      ['/metrics', () => page('text/plain; version=0.0.4', formatMetrics(this.metrics.snapshot()))],
      ['/dashboard', () => page('text/html', renderDashboard(this.generateDashboard()))],
    ]);
  }

  #moment(): Moment {
    return { at: this.#now(), metrics: this.metrics.snapshot() };
  }

  #report(from: Moment, to: Moment): PerformanceReport {
    const series = seriesBetween(from, to);
    return { from: from.at, to: to.at, series, alerts: this.alerts(), health: this.#found };
  }
}

function page(type: string, body: string): Page {
  return { status: 200, type, body };
}

function healthPage(kind: CheckKind, status: HealthStatus): Page {
  const body = JSON.stringify({ [kind]: status[kind], checks: status.checks });
  return { status: status[kind] ? 200 : 503, type: 'application/json', body };
}
