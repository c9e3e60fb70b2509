// The same contract from other parts: one file of functions over plain objects. Histograms that count cumulatively as
// they go, checks that race their timeouts, alerts whose state is a union, sockets that are kept and destroyed by hand,
// a page made of elements. Misuse is not checked.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';

import {
  type AlertConfiguration,
  type AlertRule,
  type AlertStatus,
  type Check,
  type CheckKind,
  type CheckOptions,
  type CheckResult,
  type Condition,
  type DashboardData,
  DEFAULT_BUCKETS,
  type Distribution,
  type HealthStatus,
  type HistogramOptions,
  type Labels,
  type ListenOptions,
  MAX_BEHIND_BYTES,
  MetricConflictError,
  type MetricOptions,
  type MetricSnapshot,
  type MonitorOptions,
  OVERFLOW,
  type PerformanceReport,
  type RegistryOptions,
  RUNBOOK_SECTIONS,
  type Schedule,
  type SeriesReport,
  SHOP,
  type Signal,
} from '#contract/08-production-monitor';

export * from '#contract/08-production-monitor';

// ---- Metrics: a list of series each, found by a text in which every value has its length before it ------------

interface Row {
  labels: Labels;
  total: number;
  seen: number;
  upTo: number[];
}

interface Table {
  name: string;
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  columns: readonly string[];
  bounds: readonly number[];
  rows: Row[];
  index: Record<string, Row>;
  room: number;
}

const sized = (text: string) => `${text.length}:${text}`;

function rowOf(table: Table, labels: Labels): Row {
  const identity = (values: readonly string[]) => `#${values.map(sized).join('')}`;
  let values = table.columns.map((column) => labels[column]!);
  if (!table.index[identity(values)]) {
    const others = table.columns.map(() => OVERFLOW);
    if (table.room === 0) values = others;
    else if (identity(values) !== identity(others) || table.columns.length === 0) table.room--;
  }
  let row = table.index[identity(values)];
  if (!row) {
    const named = table.columns.map((column, at): [string, string] => [column, values[at]!]);
    row = { labels: Object.fromEntries(named), total: 0, seen: 0, upTo: table.bounds.map(() => 0) };
    table.index[identity(values)] = row;
    table.rows.push(row);
  }
  return row;
}

export class MetricsRegistry {
  private readonly tables: Table[] = [];
  private readonly now: () => number;
  private readonly room: number;

  constructor(options: RegistryOptions = {}) {
    this.now = options.now ?? (() => performance.now());
    this.room = options.maxSeries ?? 1_000;
  }

  private table(kind: Table['kind'], name: string, options: HistogramOptions, bounds: readonly number[]): Table {
    const columns = options.labels ?? [];
    const known = this.tables.find((table) => table.name === name);
    if (known) {
      const same = (one: readonly unknown[], other: readonly unknown[]) => String(one) === String(other);
      const isSame = known.kind === kind && same(known.columns, columns) && same(known.bounds, bounds);
      if (!isSame) throw new MetricConflictError(name);
      return known;
    }
    const { help = '' } = options;
    const table: Table = { name, kind, help, columns, bounds, rows: [], index: {}, room: this.room };
    this.tables.push(table);
    if (columns.length === 0) rowOf(table, {});
    return table;
  }

  counter(name: string, options: MetricOptions = {}) {
    const table = this.table('counter', name, options, []);
    const inc = (by = 1, labels: Labels = {}) => {
      if (by < 0 || !Number.isFinite(by)) throw new RangeError(`a counter can't grow by ${by}`);
      rowOf(table, labels).total += by;
    };
    return { inc };
  }

  gauge(name: string, options: MetricOptions = {}) {
    const table = this.table('gauge', name, options, []);
    const add = (value: number, labels: Labels = {}) => void (rowOf(table, labels).total += value);
    const set = (value: number, labels: Labels = {}) => void (rowOf(table, labels).total = value);
    return { add, set };
  }

  histogram(name: string, options: HistogramOptions = {}) {
    const bounds = options.buckets ?? DEFAULT_BUCKETS;
    const table = this.table('histogram', name, options, bounds);
    const observe = (value: number, labels: Labels = {}) => {
      const row = rowOf(table, labels);
      row.seen++;
      row.total += value;
      for (let at = bounds.length - 1; at >= 0 && value <= bounds[at]!; at--) row.upTo[at]!++;
    };
    const time = <T>(fn: () => T, labels: Labels = {}): T => {
      const missing = table.columns.includes('outcome') && !('outcome' in labels);
      const given = [...Object.keys(labels), ...(missing ? ['outcome'] : [])];
      if (String(given.sort()) !== String([...table.columns].sort())) throw new TypeError(`${name} has no ${given}`);
      const from = this.now();
      const stop = (outcome: string) => {
        observe((this.now() - from) / 1_000, missing ? { ...labels, outcome } : labels);
      };
      let isAsync = false;
      let outcome = 'error';
      try {
        const result = fn();
        outcome = 'ok';
        if (!(result instanceof Promise)) return result;
        isAsync = true;
        const settled = (async () => {
          let end = 'error';
          try {
            const value = await result;
            end = 'ok';
            return value;
          } finally {
            stop(end);
          }
        })();
        return settled as T;
      } finally {
        if (!isAsync) stop(outcome);
      }
    };
    return { observe, time };
  }

  snapshot(): MetricSnapshot[] {
    return this.tables.map(({ name, kind, help, rows, bounds }) => {
      if (kind !== 'histogram') {
        return { name, type: kind, help, series: rows.map(({ labels, total: value }) => ({ labels, value })) };
      }
      const series = rows.map(({ labels, total, seen, upTo }) => {
        return { labels, count: seen, sum: total, buckets: bounds.map((le, at) => ({ le, count: upTo[at]! })) };
      });
      return { name, type: kind, help, series };
    });
  }
}

export function quantile({ count, buckets }: Distribution, q: number): number {
  let from = 0;
  let before = 0;
  for (const { le, count: upTo } of buckets) {
    if (upTo > before && upTo >= q * count) return from + (le - from) * ((q * count - before) / (upTo - before));
    from = le;
    before = upTo;
  }
  return count === 0 ? 0 : from;
}

// ---- Prometheus -----------------------------------------------------------------------------------------------

const backslashed = (text: string) => text.split('\\').join('\\\\').split('\n').join('\\n');

export function formatSeries(name: string, labels: Labels): string {
  let pairs = '';
  for (const label in labels) {
    const value = backslashed(labels[label]!).split('"').join('\\"');
    pairs += `${pairs && ','}${label}="${value}"`;
  }
  return pairs && `${name}{${pairs}}` || name;
}

export function formatMetrics(metrics: readonly MetricSnapshot[]): string {
  let page = '';
  for (const metric of metrics) {
    const { name, help, type } = metric;
    page += `# HELP ${name}${help && ` ${backslashed(help)}`}\n# TYPE ${name} ${type}\n`;
    for (const series of metric.series) {
      if ('value' in series) {
        page += `${formatSeries(name, series.labels)} ${series.value}\n`;
        continue;
      }
      const { labels, buckets, sum, count } = series;
      for (const { le, count: upTo } of [...buckets, { le: '+Inf', count }]) {
        page += `${formatSeries(`${name}_bucket`, { le: `${le}`, ...labels })} ${upTo}\n`;
      }
      page += `${formatSeries(`${name}_sum`, labels)} ${sum}\n${formatSeries(`${name}_count`, labels)} ${count}\n`;
    }
  }
  return page;
}

// ---- Alerts: a state is what is known in it --------------------------------------------------------------------

type State =
  | { is: 'inactive' }
  | { is: 'pending'; heldSince: number }
  | { is: 'firing'; goodSince: number | undefined };

interface Past {
  at: number;
  values: number[];
  newer: Past | undefined;
}

interface Watch {
  rule: AlertRule;
  state: State;
  reading: number | null;
  lastTold: 'firing' | 'resolved';
  /** A page that is on its way: what becomes of it is known at a later tick. */
  onItsWay: boolean;
  quietUntil: number;
  /** One list of samples for each window: its first is what the newest is compared with. */
  pasts: { windowMs: number; oldest: Past; newest: Past }[];
}

function levelOf({ metric, where, over }: Signal, metrics: readonly MetricSnapshot[]): number | null {
  for (const { name, series } of metrics) {
    if (name !== metric) continue;
    const wanted = Object.keys(where ?? {});
    const chosen = series.filter(({ labels }) => wanted.every((label) => labels[label] === where![label]));
    return chosen.reduce((sum, one) => {
      if ('value' in one) return sum + one.value;
      if (over === undefined) return sum + one.count;
      const within = one.buckets.filter(({ le }) => le >= over)[0];
      return sum + (within ? one.count - within.count : 0);
    }, 0);
  }
  return null;
}

function readingOf(watch: Watch, metrics: readonly MetricSnapshot[], at: number): number | null {
  const { when } = watch.rule;
  const values: number[] = [];
  for (const signal of when.kind === 'burn' ? [when.bad, when.total] : [when.signal]) {
    const level = levelOf(signal, metrics);
    if (level === null) return null;
    values.push(level);
  }
  if (when.kind === 'value') return values[0]!;
  const windows = when.kind === 'rate' ? [when.windowMs] : when.windowsMs;
  if (watch.pasts.length === 0) {
    const first: Past = { at, values, newer: undefined };
    watch.pasts = windows.map((windowMs) => {
      const own = { ...first };
      return { windowMs, oldest: own, newest: own };
    });
    return null;
  }
  const changes = watch.pasts.map((past) => {
    past.newest = past.newest.newer = { at, values, newer: undefined };
    while (past.oldest.newer && past.oldest.newer.at <= at - past.windowMs) past.oldest = past.oldest.newer;
    return changeSince(past.oldest, at, values, when);
  });
  return changes.includes(null) ? null : Math.min(...(changes as number[]));
}

function changeSince(past: Past, at: number, values: readonly number[], when: Condition): number | null {
  if (past.at >= at) return null;
  const [first, second] = values.map((value, n) => value - past.values[n]!);
  if (when.kind !== 'burn') return (first! * 1_000) / (at - past.at);
  return second === 0 ? 0 : first! / second! / (1 - when.objective);
}

function isBeyond(reading: number | null, when: Condition, isFiring: boolean): boolean {
  if (reading === null) return false;
  if (when.kind === 'burn') return reading > when.factor;
  const limit = isFiring && when.clear !== undefined ? when.clear : when.threshold;
  return when.is === 'above' ? reading > limit : reading < limit;
}

function nextState(state: State, isBad: boolean, at: number, { forMs = 0, keepFiringMs = 0 }: AlertRule): State {
  if (state.is === 'firing') {
    if (isBad) return { is: 'firing', goodSince: undefined };
    const goodSince = state.goodSince ?? at;
    return at - goodSince >= keepFiringMs ? { is: 'inactive' } : { is: 'firing', goodSince };
  }
  if (!isBad) return { is: 'inactive' };
  const heldSince = state.is === 'pending' ? state.heldSince : at;
  return at - heldSince >= forMs ? { is: 'firing', goodSince: undefined } : { is: 'pending', heldSince };
}

// ---- The monitor ----------------------------------------------------------------------------------------------

interface Probe {
  name: string;
  check: Check;
  kind: CheckKind;
  timeoutMs: number;
  pending: Promise<CheckResult> | null;
}

interface Mark {
  at: number;
  metrics: MetricSnapshot[];
}

const sleepless: Schedule = (callback, ms) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

export class ProductionMonitor {
  readonly metrics: MetricsRegistry;
  private readonly probes: Probe[] = [];
  private watches: Watch[] = [];
  private tell: NonNullable<AlertConfiguration['notify']> = () => {};
  private isLeaving = false;
  private found: HealthStatus | null = null;
  private readonly now: () => number;
  /** When it was made, and then the last two ticks. */
  private marks: Mark[];
  private reported: Mark;
  private server: Server | null = null;
  /** Opening and closing, each after what was asked for before. */
  private turn: Promise<unknown> = Promise.resolve();
  private sockets = new Set<Socket>();
  private viewers: ServerResponse[] = [];

  constructor(private readonly options: MonitorOptions = {}) {
    this.now = options.now ?? (() => performance.now());
    this.metrics = new MetricsRegistry({ now: this.now });
    this.reported = { at: this.now(), metrics: [] };
    this.marks = [this.reported];
  }

  addCheck(name: string, check: Check, { kind = 'ready', timeoutMs = 1_000 }: CheckOptions = {}): void {
    this.probes.push({ name, check, kind, timeoutMs, pending: null });
  }

  drain(): void {
    this.isLeaving = true;
  }

  async performHealthCheck(): Promise<HealthStatus> {
    const checks = await this.probe(this.probes);
    const failed = checks.filter(({ ok }) => !ok);
    const live = !failed.some(({ kind }) => kind === 'live');
    this.found = { live, ready: failed.length === 0 && !this.isLeaving, checks };
    return this.found;
  }

  private probe(probes: readonly Probe[]): Promise<CheckResult[]> {
    return Promise.all(probes.map((probe) => (probe.pending ??= this.run(probe))));
  }

  private async run(probe: Probe): Promise<CheckResult> {
    const { name, kind, timeoutMs, check } = probe;
    const from = this.now();
    const done = (error?: string): CheckResult => {
      const durationMs = this.now() - from;
      return error === undefined ? { name, kind, ok: true, durationMs } : { name, kind, ok: false, durationMs, error };
    };
    let cancel = () => {};
    const late = new Promise<CheckResult>((resolve) => {
      cancel = (this.options.schedule ?? sleepless)(() => resolve(done(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    const answered = (async () => {
      try {
        await check();
        return done();
      } catch (error) {
        return done(error instanceof Error ? error.message : typeof error === 'string' ? error : inspect(error));
      } finally {
        cancel();
        probe.pending = null;
      }
    })();
    // `answered` may be through already: then what was put into `pending` after it would stay there for good.
    const result = await Promise.race([answered, late]);
    void answered.then(() => (probe.pending = null));
    return result;
  }

  setupAlerts({ rules, notify = () => {} }: AlertConfiguration): void {
    this.tell = notify;
    this.watches = rules.map((rule) => {
      const nothing = { reading: null, quietUntil: -Infinity, pasts: [] };
      return { rule, state: { is: 'inactive' }, lastTold: 'resolved', onItsWay: false, ...nothing };
    });
  }

  alerts(): AlertStatus[] {
    return this.watches.map(({ rule: { name, severity }, state, reading }) => {
      return { name, severity, state: state.is, value: reading };
    });
  }

  silence(name: string, forMs: number): void {
    for (const watch of this.watches) if (watch.rule.name === name) watch.quietUntil = this.now() + forMs;
  }

  tick(): void {
    const at = this.now();
    const metrics = this.metrics.snapshot();
    for (const watch of this.watches) {
      watch.reading = readingOf(watch, metrics, at);
      const isBad = isBeyond(watch.reading, watch.rule.when, watch.state.is === 'firing');
      watch.state = nextState(watch.state, isBad, at, watch.rule);
      const state = watch.state.is === 'firing' ? 'firing' : 'resolved';
      if (state === watch.lastTold || watch.onItsWay || at < watch.quietUntil) continue;
      try {
        const answer = this.tell({ rule: watch.rule, state, at });
        if (answer instanceof Promise) void this.await(answer, watch, state);
        else watch.lastTold = state;
      } catch {}
    }
    this.marks = [this.marks.at(-1)!, { at, metrics }];
    this.broadcast();
    const { reportEveryMs = Infinity, onReport } = this.options;
    if (at - this.reported.at < reportEveryMs) return;
    const report = this.generatePerformanceReport();
    onReport?.(report);
  }

  private async await(answer: Promise<unknown>, watch: Watch, state: Watch['lastTold']): Promise<void> {
    watch.onItsWay = true;
    await answer.then(() => (watch.lastTold = state), () => {});
    watch.onItsWay = false;
  }

  generateDashboard(): DashboardData {
    return this.since(this.marks[0]!, this.metrics.snapshot());
  }

  generatePerformanceReport(): PerformanceReport {
    const metrics = this.metrics.snapshot();
    const report = this.since(this.reported, metrics);
    this.reported = { at: report.to, metrics };
    return report;
  }

  private since({ at: from, metrics: before }: Mark, metrics: MetricSnapshot[]): PerformanceReport {
    const to = this.now();
    const series: SeriesReport[] = [];
    for (const { name, type, series: rows } of metrics) {
      const earlier = before.find((metric) => metric.name === name)?.series ?? [];
      // Series are only ever added, at the end.
      for (const [at, row] of rows.entries()) series.push(compared(name, type, row, earlier[at], to - from));
    }
    return { from, to, series, alerts: this.alerts(), health: this.found };
  }

  listen(options: ListenOptions = {}): Promise<string> {
    const opened = this.turn.then(() => this.open(options));
    this.turn = opened.catch(() => {});
    return opened;
  }

  close(): Promise<void> {
    const closed = this.turn.then(() => this.shut());
    this.turn = closed;
    return closed;
  }

  private async open({ port = 0, host = '127.0.0.1' }: ListenOptions): Promise<string> {
    const server = createServer((request, response) => void this.serve(request, response));
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.listen({ port, host }, resolve);
    });
    this.server = server;
    const address = server.address();
    return `http://${host}:${typeof address === 'object' ? address?.port : ''}`;
  }

  private async shut(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method = '', headers, socket } = request;
    if (this.viewers.some((viewer) => viewer.socket === socket)) {
      socket.destroy();
      return;
    }
    const end = (status: number, type: string, body: string, more: Record<string, string> = {}) => {
      const hasBody = 'transfer-encoding' in headers || (headers['content-length'] ?? '0') !== '0';
      response.writeHead(status, { 'content-type': type, ...(hasBody && { connection: 'close' }), ...more });
      response.end(method === 'HEAD' ? undefined : body);
    };
    const json = (isWell: boolean, checks: readonly CheckResult[]) =>
      end(isWell ? 200 : 503, 'application/json', JSON.stringify({ status: isWell ? 'pass' : 'fail', checks }));
    const path = url.replace(/\?[^]*$/, '');
    const isKnown = /^\/(health\/(live|ready)|metrics|dashboard(\/events)?)$/.test(path);
    if (!isKnown) return end(404, 'text/plain', 'nothing here');
    if (method !== 'GET' && method !== 'HEAD') return end(405, 'text/plain', 'read only', { allow: 'GET, HEAD' });
    switch (path) {
      case '/health/live': {
        const checks = await this.probe(this.probes.filter(({ kind }) => kind === 'live'));
        return json(!checks.some(({ ok }) => !ok), checks);
      }
      case '/health/ready': {
        const { ready, checks } = await this.performHealthCheck();
        return json(ready, checks);
      }
      case '/metrics':
        return end(200, 'text/plain; version=0.0.4; charset=utf-8', formatMetrics(this.metrics.snapshot()));
      case '/dashboard':
        return end(200, 'text/html; charset=utf-8', renderDashboard(this.generateDashboard()));
    }
    if (method === 'HEAD') return end(200, 'text/event-stream', '');
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(': welcome\n\n');
    this.viewers.push(response);
  }

  private broadcast(): void {
    this.viewers = this.viewers.filter((viewer) => !viewer.destroyed);
    if (this.viewers.length === 0) return;
    const data = JSON.stringify(mainOf(this.generateDashboard()));
    for (const viewer of this.viewers) {
      viewer.write(`event: message\ndata:${data}\n\n`);
      if (viewer.writableLength > MAX_BEHIND_BYTES + 2 * data.length) viewer.socket?.destroy();
    }
  }
}

type Rows = MetricSnapshot['series'][number];

function compared(
  metric: string,
  type: MetricSnapshot['type'],
  row: Rows,
  earlier: Rows | undefined,
  ms: number,
): SeriesReport {
  const { labels } = row;
  const rate = (by: number) => (ms === 0 ? 0 : (by * 1_000) / ms);
  if ('value' in row) {
    if (type !== 'counter') return { metric, labels, type: 'gauge', value: row.value };
    const increase = row.value - ((earlier as typeof row | undefined)?.value ?? 0);
    return { metric, labels, type, increase, perSecond: rate(increase) };
  }
  const past = earlier as typeof row | undefined;
  const own = {
    count: row.count - (past?.count ?? 0),
    sum: row.sum - (past?.sum ?? 0),
    buckets: row.buckets.map(({ le, count }, at) => ({ le, count: count - (past?.buckets[at]?.count ?? 0) })),
  };
  const { count, sum } = own;
  const [p50, p95, p99] = [quantile(own, 0.5), quantile(own, 0.95), quantile(own, 0.99)];
  return { metric, labels, type: 'histogram', count, perSecond: rate(count), mean: sum / (count || 1), p50, p95, p99 };
}

// ---- Page and report: texts go through one place each ------------------------------------------------------------

const text = (value: unknown) =>
  String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

const element = (tag: string, title: string, ...children: string[]) =>
  `<${tag} title="${text(title)}">${children.join('')}</${tag}>`;

function mainOf({ series, alerts, health }: DashboardData): string {
  const items = series.map((one) => {
    const name = formatSeries(one.metric, one.labels);
    const { metric: _metric, labels: _labels, type, ...numbers } = one;
    const values = Object.entries(numbers).map(([what, value]) => {
      return what === 'value' || what === 'increase' ? value : `${what} ${value}`;
    });
    return element('li', name, element('b', type, text(name)), ' ', text(values.join(', ')));
  });
  return [
    ...alerts.map(({ name, state, value }) => element('p', name, text(`${name} is ${state} at ${value}`))),
    ...(health?.checks ?? []).map(({ name, ok, error }) => {
      return element('p', name, text(`${name}: ${ok ? 'passes' : error}`));
    }),
    `<ul>${items.join('')}</ul>`,
  ].join('');
}

export function renderDashboard(data: DashboardData): string {
  const script =
    'const events = new EventSource("dashboard/events");' +
    'const now = document.getElementById("now");' +
    'events.addEventListener("message", (event) => { now.innerHTML = JSON.parse(event.data); });';
  const head = '<meta charset=utf-8><title>Shop</title>';
  const body = `<main id="now">${mainOf(data)}</main><script>${script}</script>`;
  return `<!DOCTYPE html><html><head>${head}</head><body>${body}</body></html>`;
}

export function formatReport({ from, to, series }: PerformanceReport): string {
  const cell = (value: unknown) =>
    Array.from(String(value), (character) => {
      if (/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) return ' ';
      return /[\w ="{},./:-]/.test(character) ? character : `&#x${character.codePointAt(0)!.toString(16)};`;
    }).join('');
  const lines = series.map((one) => {
    const { metric, labels, type, ...numbers } = one;
    const texts = Object.entries(numbers).map((pair) => cell(pair.join(' ')));
    return `|${cell(formatSeries(metric, labels))}|${type}|${texts.join(', ')}|`;
  });
  return `From ${from} to ${to}\n\n|series|type|numbers|\n|:--|---|--:|\n${lines.join('\n')}\n`;
}

// ---- The rules ----------------------------------------------------------------------------------------------------

const minutes = (count: number) => count * 60_000;

const BURNING = [['Outage', 'page', 12, [40, 6]], ['Budget', 'ticket', 2.5, [300, 45]]] as const;

const RULES: AlertRule[] = [
  ...BURNING.map(([name, severity, factor, windows]): AlertRule => {
    const bad: Signal = { metric: SHOP.requests, where: { outcome: 'error' } };
    const windowsMs = windows.map(minutes);
    const total: Signal = { metric: SHOP.requests };
    return {
      name: `${name} of requests`,
      severity,
      summary: `${name}: too many requests fail`,
      when: { kind: 'burn', bad, total, objective: SHOP.availability, factor, windowsMs },
      keepFiringMs: minutes(15),
    };
  }),
  {
    name: 'Slow',
    severity: 'page',
    summary: 'The shop is slow',
    when: {
      kind: 'burn',
      bad: { metric: SHOP.requests, over: 1 },
      total: { metric: SHOP.requests },
      objective: 0.9,
      factor: 1.5,
      windowsMs: [minutes(10)],
    },
    forMs: minutes(3),
  },
  {
    name: 'Nobody asks',
    severity: 'page',
    summary: 'No requests',
    when: {
      kind: 'rate',
      signal: { metric: SHOP.requests },
      windowMs: minutes(5),
      is: 'below',
      threshold: 0.1,
      clear: 1,
    },
  },
  {
    name: 'Heap (nearly full)',
    severity: 'ticket',
    summary: 'The heap fills up',
    when: { kind: 'value', signal: { metric: SHOP.heap }, is: 'above', threshold: 0.7 * SHOP.heapLimitBytes },
    forMs: minutes(8),
    keepFiringMs: minutes(30),
  },
];

const linkOf = (name: string) => `#${name.toLowerCase().replace(/[()]/g, '').split(' ').join('-')}`;

export const alertRules = (): AlertRule[] => RULES.map((rule) => ({ ...rule, runbook: linkOf(rule.name) }));

export function runbook(): string {
  const pages = RULES.map(({ name, summary, when }) => {
    const metric = when.kind === 'burn' ? when.total.metric : when.signal.metric;
    const command = `curl "${SHOP.url}/metrics?why=${metric}" | grep ${metric} | tail -n 20`;
    const block = `\`\`\`sh\n# what it is now\n${command}\nnpm run progress\n\`\`\``;
    const said: Record<(typeof RUNBOOK_SECTIONS)[number], string> = {
      'What it means': `${summary}.`,
      'What users notice': `Ask support what they hear of it: ${name}.`,
      'Where to look': `At \`${metric}\`, for ${name}:\n\n${block}\n`,
      'What to do': `1. Tell the others: ${name}.\n2. Undo the last change.`,
    };
    return `## ${name}\n\n${RUNBOOK_SECTIONS.map((title) => `### ${title}\n${said[title]}\n`).join('\n')}`;
  });
  return pages.join('\n\n');
}
