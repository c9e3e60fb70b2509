/** Milliseconds: a duration, or an instant on the monitor's clock. */
export type Milliseconds = number;

/** Calls `callback` once, after `ms` milliseconds, unless the function that it returns is called before. */
export type Schedule = (callback: () => void, ms: Milliseconds) => () => void;

// ---- Metrics --------------------------------------------------------------------------------------------

export type Labels = Readonly<Record<string, string>>;

/** What every label says of the series that takes what no longer gets one of its own. */
export const OVERFLOW = 'other';

/** Seconds, as Prometheus's own clients have them. */
export const DEFAULT_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface RegistryOptions {
  /** The clock of {@link Histogram.time}. @default performance.now */
  now?: () => Milliseconds;
  /** How many series a metric has at the most, besides that of {@link OVERFLOW}; from 1. @default 1000 */
  maxSeries?: number;
}

export interface MetricOptions {
  /** One sentence for people. @default '' */
  help?: string;
  /** The names of its labels; each value that is counted says all of them. @default [] */
  labels?: readonly string[];
}

export interface HistogramOptions extends MetricOptions {
  /** Upper bounds, finite and ascending; what is beyond the last is counted as well. @default DEFAULT_BUCKETS */
  buckets?: readonly number[];
}

/** What only grows: requests, errors, bytes sent. */
export interface Counter {
  /** @throws RangeError if `by` is negative or not finite */
  inc(by?: number, labels?: Labels): void;
}

/** What is so much at the moment: memory, open connections. */
export interface Gauge {
  set(value: number, labels?: Labels): void;
  /** Of a negative value, it takes away. */
  add(value: number, labels?: Labels): void;
}

/** How values are distributed: seconds a request, bytes an answer. */
export interface Histogram {
  observe(value: number, labels?: Labels): void;
  /**
   * Calls `fn` and observes the seconds until it has returned or thrown, or its promise is settled.
   *
   * @param labels `outcome` may be left out where it is one of the histogram's: it becomes `ok` or `error`
   * @returns what `fn` returned; of a promise, one that is settled likewise
   * @throws TypeError if the labels are wrong; `fn` is not called then
   */
  time<T>(fn: () => T, labels?: Labels): T;
}

export type MetricSnapshot =
  | {
      readonly name: string;
      readonly type: 'counter' | 'gauge';
      readonly help: string;
      readonly series: readonly { readonly labels: Labels; readonly value: number }[];
    }
  | {
      readonly name: string;
      readonly type: 'histogram';
      readonly help: string;
      readonly series: readonly ({ readonly labels: Labels } & Distribution)[];
    };

export interface Distribution {
  readonly count: number;
  readonly sum: number;
  /** Cumulative: how many values are at most `le`, ascending. {@link count} has those beyond the last, too. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

/** A name that is taken by a metric of another type, other labels or other buckets. */
export class MetricConflictError extends Error {
  override readonly name = 'MetricConflictError';

  constructor(readonly metric: string) {
    super(`the metric ${metric} exists with another type, other labels or other buckets`);
  }
}

// ---- Health ---------------------------------------------------------------------------------------------

/** Passes when it returns or its promise is resolved, to whatever; fails when it throws or its promise is rejected. */
export type Check = () => unknown;

/**
 * Whether a failed check says that the process is broken and should be restarted, or that it can't serve for
 * the moment and should be given no requests.
 */
export type CheckKind = 'live' | 'ready';

export interface CheckOptions {
  /** @default 'ready' */
  kind?: CheckKind;
  /** A check that has not answered by then has failed; from 1 to 2,147,483,647. @default 1000 */
  timeoutMs?: Milliseconds;
}

export interface CheckResult {
  readonly name: string;
  readonly kind: CheckKind;
  readonly ok: boolean;
  readonly durationMs: Milliseconds;
  /** The message of the error, or the text of what else was thrown; only of a check that has failed. */
  readonly error?: string;
}

export interface HealthStatus {
  /** Every check of kind `live` has passed. */
  readonly live: boolean;
  /** Every check has passed, and the process is not about to stop. */
  readonly ready: boolean;
  /** In the order in which they were added. */
  readonly checks: readonly CheckResult[];
}

// ---- Alerts ---------------------------------------------------------------------------------------------

/**
 * A number taken from the metrics: of a counter or gauge the sum of the series that have the labels of
 * `where`, of a histogram how many values those have.
 */
export interface Signal {
  readonly metric: string;
  readonly where?: Labels;
  /** Of a histogram: only the values beyond the first of its bounds that is at least this. */
  readonly over?: number;
}

/** Beyond it is strictly above or below; at the limit is not. */
export interface Limit {
  readonly is: 'above' | 'below';
  readonly threshold: number;
  /** A firing alert goes on for as long as the reading is beyond this. @default threshold */
  readonly clear?: number;
}

/** The signal itself. */
export interface ValueCondition extends Limit {
  readonly kind: 'value';
  readonly signal: Signal;
}

/** By how much the signal changes a second, over a window. */
export interface RateCondition extends Limit {
  readonly kind: 'rate';
  readonly signal: Signal;
  readonly windowMs: Milliseconds;
}

/**
 * How many times as fast as it may, an error budget is spent: the bad part of the total, divided by
 * 1 − `objective`. Holds while that is above `factor` over each of the windows.
 *
 * Multiwindow, multi-burn-rate alerts: Beyer and others, "The Site Reliability Workbook", chapter 5.
 */
export interface BurnCondition {
  readonly kind: 'burn';
  readonly bad: Signal;
  readonly total: Signal;
  /** The part that should be good, such as 0.999. */
  readonly objective: number;
  readonly factor: number;
  /** At least one. The long one says that it matters, the short one that it is still going on. */
  readonly windowsMs: readonly Milliseconds[];
}

export type Condition = ValueCondition | RateCondition | BurnCondition;

export interface AlertRule {
  readonly name: string;
  /** `page` wakes somebody, `ticket` waits for the morning. */
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
  /** Where it is written what to do. */
  readonly runbook?: string;
  readonly when: Condition;
  /** How long the condition holds before the alert fires. @default 0 */
  readonly forMs?: Milliseconds;
  /** How long it has not held before the alert is resolved. @default 0 */
  readonly keepFiringMs?: Milliseconds;
}

export interface AlertConfiguration {
  readonly rules: readonly AlertRule[];
  /**
   * Told when an alert begins to fire, and when it is resolved. If it throws, or returns a promise that is
   * rejected, nobody was told: the next tick tries again.
   */
  readonly notify?: (notification: AlertNotification) => unknown;
}

export interface AlertNotification {
  readonly rule: AlertRule;
  readonly state: 'firing' | 'resolved';
  /** Of the tick at which it is told. */
  readonly at: Milliseconds;
}

export interface AlertStatus {
  readonly name: string;
  readonly severity: 'page' | 'ticket';
  readonly state: 'inactive' | 'pending' | 'firing';
  /** What was read at the last tick; `null` where there was nothing to read. */
  readonly value: number | null;
}

// ---- Endpoints, dashboard, reports ----------------------------------------------------------------------

/** What is written for a dashboard and not yet read by it; one that is further behind is cut off. */
export const MAX_BEHIND_BYTES = 1_000_000;

export interface MonitorOptions {
  /** The clock. @default performance.now */
  now?: () => Milliseconds;
  /** What the timeouts of checks are kept by. @default setTimeout and clearTimeout */
  schedule?: Schedule;
  /** How often {@link onReport} gets a report, above 0; without it, never. */
  reportEveryMs?: Milliseconds;
  onReport?: (report: PerformanceReport) => void;
}

export interface ListenOptions {
  /** @default 0, any that is free */
  port?: number;
  /** @default '127.0.0.1' */
  host?: string;
}

/** What happened in a period, and how it stands at its end. The same after `JSON.stringify` and `JSON.parse`. */
export interface PerformanceReport {
  readonly from: Milliseconds;
  readonly to: Milliseconds;
  readonly series: readonly SeriesReport[];
  readonly alerts: readonly AlertStatus[];
  /** What the last health check found; `null` before the first. */
  readonly health: HealthStatus | null;
}

/** What happened lately: a report whose period begins at the tick before the last one. */
export type DashboardData = PerformanceReport;

/** One series of one metric; what grows, by how much it grew in the period. */
export type SeriesReport = { readonly metric: string; readonly labels: Labels } & (
  | { readonly type: 'counter'; readonly increase: number; readonly perSecond: number }
  | { readonly type: 'gauge'; readonly value: number }
  | {
      readonly type: 'histogram';
      readonly count: number;
      readonly perSecond: number;
      readonly mean: number;
      readonly p50: number;
      readonly p95: number;
      readonly p99: number;
    }
);

// ---- The shop in production -----------------------------------------------------------------------------

/** What the shop measures of itself, and what is asked of it. */
export const SHOP = {
  /** A histogram with the labels `route` and `outcome` (`ok` or `error`), in {@link DEFAULT_BUCKETS}. */
  requests: 'http_request_seconds',
  /** A gauge without labels. */
  heap: 'heap_used_bytes',
  /** The process dies when the heap is full. */
  heapLimitBytes: 512_000_000,
  /** The part of all requests that should not be errors. */
  availability: 0.999,
  /** So many seconds, or fewer, … */
  slowSeconds: 0.5,
  /** … should this part of all requests take. */
  promptness: 0.99,
  /** Even at four in the morning the shop has a request a second. */
  fewestPerSecond: 1,
  /** How often the shop calls `tick`. */
  tickMs: 60_000,
  /** Where its monitor listens. */
  url: 'http://127.0.0.1:9464',
} as const;

/** What the runbook says of each alert, in this order, each as a heading of the third level. */
export const RUNBOOK_SECTIONS = ['What it means', 'What users notice', 'Where to look', 'What to do'] as const;

/** What the runbook may ask somebody to run. */
export const RUNBOOK_PROGRAMS: readonly string[] = ['curl', 'grep', 'head', 'npm', 'sort', 'tail'];
