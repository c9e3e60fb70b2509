/**
 * A monitor: the part of a process that has to work when the others don't.
 *
 * ## What is hard about it
 *
 * To count is `n++`. But what counts is called with every request, by whatever labels somebody found useful, and must
 * neither be felt nor grow. What watches is asked most when all is slow, by those who made it slow. What wakes people
 * is believed for as long as it does not do so for nothing. And each of them shows text that came from outside, such as
 * a route, to a parser that takes offence or to a browser that runs it. So this is written against four things: labels
 * without end, clients without manners, signals without peace, and text.
 *
 * ## Series
 *
 * A metric has a series for each set of label values, and what is paid for is series: here, on every scrape, and on
 * the server that keeps them for a year. They are found by a tree of Maps, a level for each label. The usual key, all
 * values in one string, has to be built for every value that is counted; where it is only joined, `a,b` and `c` are
 * counted as `a` and `b,c`; and it is no use in a message. The tree has nothing to build: two labels are two looks into
 * a Map, 40 to 50 ns, where a string takes 200 and more. And a tree that is full needs nothing further: what is not in
 * it goes to the one series called `other`. See series.ts.
 *
 * Nothing is ever taken out. That is a rule of Prometheus's, for whom a series that ends and begins again is a counter
 * that fell; here it is also what makes the rest simple. The place of a series is its name: two snapshots are compared
 * by place, without a look-up (report.ts). And its labels are frozen, so that their text is escaped once and not with
 * every scrape (exposition.ts).
 *
 * ## Buckets, or quantiles
 *
 * The ideal that was rejected is a histogram with a bounded relative error, log-linear, some hundreds of buckets, as
 * exercise 5's reference has it. Its p99 is right to two digits, where that of eleven buckets is somewhere between 0.25
 * and 0.5. But Prometheus's text has a line for each bucket of each set of labels: hundreds of thousands of them. To
 * export the quantiles in their place is no way out, for they can't be added: of ten processes with a p99 each, nobody
 * knows the p99. Counts can be, by process, by route, over an hour. So the bounds are few, and are put where something
 * is decided (at 0.5 s, if that is what was promised): the count beyond a bound is exact. It is what alerts are made
 * of; the p99 on the dashboard is only looked at.
 *
 * ## Whom to wake
 *
 * An alert is a state that moves on with each tick, by a pure function from what was and what is read (`advance` in
 * alerts.ts). What people were told is another state, which follows. A pager that fails, a silence, an answer that is
 * late: all are the same difference between what they believe and what is so, which the next tick makes good.
 *
 * A rate and a burn rate are one division. A rate is what came in the window for each second of it; a burn rate, what
 * failed for each request [3]. Both keep the samples of the window and a cursor, O(1) a tick. The alternative, an
 * exponentially weighted average, needs two numbers and not 360, but forgets an outage only by and by: an alert that
 * is based on it goes on for a while after the end, and one can't say for how long without a logarithm.
 *
 * ## Whom to answer
 *
 * The monitor listens on loopback, where also every other program of the machine is, and every page in its browser. So
 * nothing is kept for anybody without a bound, and the bounds are counts, because a clock has to run out first. There
 * are 128 connections; with one more, the one that was silent for the longest goes. A thousand clients that send a byte
 * now and then (Slowloris [5]) cut off one another, while who sends a whole request is answered before his turn to go
 * comes. A fixed limit that refuses whoever comes last would do the opposite, and keep the load balancer out. What a
 * page costs is paid once in a turn of the event loop, however many ask for it in that turn. What a check costs
 * is paid once until it has answered, though everybody is answered at its timeout. And who does not read the events
 * that he asked for is cut off. See endpoints.ts and health.ts.
 *
 * Text becomes text in one place for each language: `textOf` for Prometheus, `inMarkup` for HTML and Markdown, which
 * lists what may stay. And as nobody knows all of HTML, there is a policy by which a browser would not run it.
 *
 * ## What it costs
 *
 * - To count: O(labels), no allocation. A histogram besides compares with up to 11 bounds.
 * - A series: an object, its labels, a place in a Map; a histogram's 8 bytes for each bucket besides. At most 1,001.
 * - A scrape: O(lines), 14 for each series of a histogram, some 4 µs together, and the process does nothing else for
 *   as long. Eight megabytes of metrics, which blocked a process for a second elsewhere [6], take 50 ms. That is still
 *   too long; what keeps it short is the bound on series.
 * - A tick: O(series × (buckets + rules)), once a minute.
 * - A window of six hours, ticked each minute: 360 samples of three numbers.
 *
 * ## The order to read in
 *
 * series.ts, then metrics.ts and registry.ts, which are made of it; distribution.ts and exposition.ts, arithmetic and
 * text; health.ts; conditions.ts, then alerts.ts; report.ts and dashboard.ts; endpoints.ts, the walls; and
 * production-monitor.ts, where all of it meets. shop.ts has the alerts of the shop with their runbook, clock.ts the
 * time that is handed in, and open-telemetry.ts is a door to the other world.
 *
 * [1] github.com/prometheus/client_golang, DefBuckets
 * [2] prometheus.io/docs/instrumenting/exposition_formats
 * [3] B. Beyer, N. R. Murphy, D. K. Rensin, K. Kawahara, S. Thorne (editors): The Site Reliability Workbook. O'Reilly
 *     2018, chapter 5, Alerting on SLOs
 * [4] opentelemetry.io/docs/specs/otel/metrics/api
 * [5] E. Cambiaso, G. Papaleo, G. Chiola, M. Aiello: Slow DoS Attacks: Definition and Categorisation. International
 *     Journal of Trust Management in Computing and Communications 1(3/4), 2013
 * [6] github.com/siimon/prom-client, issue 543
 *
 * @module
 */

export type { AlertConfiguration, AlertNotification, AlertRule, AlertStatus } from './alerts.ts';
export type { Milliseconds, Schedule } from './clock.ts';
export type { BurnCondition, Condition, Limit, RateCondition, Signal, ValueCondition } from './conditions.ts';
export { formatReport, renderDashboard, renderMain } from './dashboard.ts';
export { DEFAULT_BUCKETS, type Distribution, quantile } from './distribution.ts';
export { type ListenOptions, MAX_BEHIND_BYTES, MAX_CONNECTIONS } from './endpoints.ts';
export { formatMetrics, formatSeries } from './exposition.ts';
export type { Check, CheckKind, CheckOptions, CheckResult, HealthStatus } from './health.ts';
export type {
  Counter,
  Gauge,
  Histogram,
  HistogramOptions,
  HistogramSnapshot,
  MetricOptions,
  MetricSnapshot,
  ScalarSnapshot,
} from './metrics.ts';
export { exportTo } from './open-telemetry.ts';
export { type MonitorOptions, ProductionMonitor } from './production-monitor.ts';
export { MetricConflictError, MetricsRegistry, type RegistryOptions } from './registry.ts';
export type { DashboardData, PerformanceReport, SeriesReport } from './report.ts';
export { type Labels, OVERFLOW } from './series.ts';
export { alertRules, runbook, RUNBOOK_PROGRAMS, RUNBOOK_SECTIONS, SHOP } from './shop.ts';
