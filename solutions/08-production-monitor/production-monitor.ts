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

// #region solution only
const byTimer: Schedule = (callback, ms) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

// #endregion
/**
 * Watches a process: what it counts, how it is, whom to wake; and answers who asks by HTTP.
 *
 * It has no timer of its own. Whoever runs it calls {@link tick}, every minute or so.
 */
export class ProductionMonitor {
  readonly metrics: MetricsRegistry;

  // #region solution only
  readonly #now: () => Milliseconds;
  readonly #health: HealthChecks;
  readonly #endpoints: Endpoints;
  readonly #reportEveryMs: Milliseconds;
  readonly #onReport: (report: PerformanceReport) => void;
  #alerts: Alerts | undefined;
  #lastHealth: HealthStatus | null = null;
  /** Where the periods of the dashboard and of the report begin. */
  #shownSince: Moment;
  #lastTick: Moment;
  #reportedUntil: Moment;

  // #endregion
  /** @throws RangeError if `reportEveryMs` is not above 0 */
  constructor(options: MonitorOptions = {}) {
    const { now = () => performance.now(), schedule, reportEveryMs, onReport } = options;
    this.metrics = new MetricsRegistry({ now });
    // #region solution only
    if (reportEveryMs !== undefined && !(reportEveryMs > 0)) {
      throw new RangeError(`reportEveryMs must be more than 0, received ${inspect(reportEveryMs)}`);
    }
    this.#now = now;
    this.#health = new HealthChecks(now, schedule ?? byTimer);
    this.#endpoints = new Endpoints(
      new Map<string, Route>([
        ['/health/live', async () => healthAnswer('live', await this.#health.run('live'))],
        ['/health/ready', async () => healthAnswer('ready', await this.performHealthCheck())],
        ['/metrics', () => ok('text/plain; version=0.0.4', formatMetrics(this.metrics.snapshot()))],
        ['/dashboard', () => ok('text/html', renderDashboard(this.generateDashboard()))],
        ['/dashboard/events', () => 'events'],
      ]),
    );
    this.#reportEveryMs = reportEveryMs ?? Infinity;
    this.#onReport = onReport ?? (() => {});
    this.#shownSince = this.#lastTick = this.#reportedUntil = { at: now(), metrics: [] };
    // #endregion
  }

  // ---- Health -------------------------------------------------------------------------------------------

  /** @throws RangeError if there is a check of that name, or an option is wrong */
  addCheck(name: string, check: Check, options: CheckOptions = {}): void {
    // #region step 8.3
    this.#health.add(name, check, options);
    // #endregion
  }

  /** Runs all checks side by side. Never rejects, and takes no longer than the longest of their timeouts. */
  async performHealthCheck(): Promise<HealthStatus> {
    // #region step 8.3
    return (this.#lastHealth = await this.#health.run());
    // #endregion
  }

  /** From now on the process is alive and not ready: it finishes what it has and is given nothing new. */
  drain(): void {
    // #region step 8.3
    this.#health.drain();
    // #endregion
  }

  // ---- Alerts -------------------------------------------------------------------------------------------

  /**
   * From now on these rules are evaluated at each {@link tick}, and no others.
   *
   * @throws RangeError if two rules have the same name, or a rule has a number that is none
   */
  setupAlerts(config: AlertConfiguration): void {
    // #region step 8.4
    this.#alerts = new Alerts(config);
    // #endregion
  }

  /** How each rule stood at the last tick. */
  alerts(): AlertStatus[] {
    // #region step 8.4
    return this.#alerts?.statuses ?? [];
    // #endregion
  }

  /**
   * Nobody is told of the alert for that long; it is evaluated all the same.
   *
   * @throws RangeError if no rule has that name, or `forMs` is not 0 or more
   */
  silence(name: string, forMs: Milliseconds): void {
    // #region step 8.4
    if (!(forMs >= 0)) throw new RangeError(`forMs must be 0 or more, received ${inspect(forMs)}`);
    if (!this.#alerts) throw new RangeError(`there is no alert called ${name}`);
    this.#alerts.silence(name, this.#now() + forMs);
    // #endregion
  }

  /** Evaluates the alerts, sends the dashboards what is new, and hands out the report when one is due. */
  tick(): void {
    // #region step 8.4
    const now = this.#now();
    const metrics = this.metrics.snapshot();
    this.#alerts?.evaluate(metrics, now);
    this.#shownSince = this.#lastTick;
    this.#lastTick = { at: now, metrics };
    this.#endpoints.publish(() => JSON.stringify(renderMain(this.generateDashboard())));
    if (now - this.#reportedUntil.at >= this.#reportEveryMs) this.#onReport(this.generatePerformanceReport());
    // #endregion
  }

  // ---- Endpoints ----------------------------------------------------------------------------------------

  /**
   * Answers `/health/live`, `/health/ready`, `/metrics`, `/dashboard` and `/dashboard/events`.
   *
   * @returns where: `http://127.0.0.1:9464`
   * @throws Error if it listens already; what `node:net` says if it can't
   */
  async listen(options: ListenOptions = {}): Promise<string> {
    // #region step 8.5
    return this.#endpoints.listen(options);
    // #endregion
  }

  /** Ends all connections, whatever they are waiting for. Resolves when the port is free. */
  async close(): Promise<void> {
    // #region step 8.5
    await this.#endpoints.close();
    // #endregion
  }

  // ---- Dashboard and reports ----------------------------------------------------------------------------

  /** What happened since the tick before the last one: so there is always a whole interval to look at. */
  generateDashboard(): DashboardData {
    // #region step 8.6
    return this.#reportSince(this.#shownSince);
    // #endregion
  }

  /** What happened since the last report; of the first, since the monitor was made. */
  generatePerformanceReport(): PerformanceReport {
    // #region step 8.6
    const report = this.#reportSince(this.#reportedUntil);
    this.#reportedUntil = { at: report.to, metrics: this.metrics.snapshot() };
    return report;
    // #endregion
  }
  // #region solution only

  #reportSince(before: Moment): PerformanceReport {
    const to = this.#now();
    const series = seriesReports(before, this.metrics.snapshot(), to);
    return { from: before.at, to, series, alerts: this.alerts(), health: this.#lastHealth };
  }
  // #endregion
}
// #region solution only

interface Moment {
  readonly at: Milliseconds;
  readonly metrics: readonly MetricSnapshot[];
}

const ok = (type: string, body: string): Page => ({ status: 200, type, body });

function healthAnswer(kind: 'live' | 'ready', status: HealthStatus): Page {
  const body = JSON.stringify({ [kind]: status[kind], checks: status.checks });
  return { status: status[kind] ? 200 : 503, type: 'application/json', body };
}

const identityOf = (metric: string, labels: Labels) => JSON.stringify([metric, labels]);

/** What became of each series since `before`. */
function seriesReports(before: Moment, metrics: readonly MetricSnapshot[], to: Milliseconds): SeriesReport[] {
  const earlier = new Map(
    before.metrics.flatMap(({ name, series }) => series.map((one) => [identityOf(name, one.labels), one] as const)),
  );
  const seconds = (to - before.at) / 1_000;
  const perSecond = (count: number) => (seconds > 0 ? count / seconds : 0);
  return metrics.flatMap(({ name: metric, type, series }) =>
    series.map((one): SeriesReport => {
      const { labels } = one;
      const previous = earlier.get(identityOf(metric, labels));
      if ('value' in one) {
        if (type === 'gauge') return { metric, labels, type, value: one.value };
        const increase = one.value - (previous && 'value' in previous ? previous.value : 0);
        return { metric, labels, type: 'counter', increase, perSecond: perSecond(increase) };
      }
      const base = previous && 'count' in previous ? previous : { count: 0, sum: 0, buckets: [] };
      const count = one.count - base.count;
      const sum = one.sum - base.sum;
      const buckets = one.buckets.map(({ le, count }, index) => {
        return { le, count: count - (base.buckets[index]?.count ?? 0) };
      });
      const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((q) => quantile({ count, sum, buckets }, q));
      const mean = count === 0 ? 0 : sum / count;
      return { metric, labels, type: 'histogram', count, perSecond: perSecond(count), mean, p50, p95, p99 };
    }),
  );
}
// #endregion
