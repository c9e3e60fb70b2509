import { createHash } from 'node:crypto';
import {
  type BatchObservableCallback,
  createNoopMeter,
  type Meter,
  metrics as openTelemetry,
  type Observable,
} from '@opentelemetry/api';
import client from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomNumbers } from '#framework';
import { advance, type AlertState, INACTIVE } from '../../reference/08-production-monitor/alerts.ts';
import { Reader, shareSince } from '../../reference/08-production-monitor/conditions.ts';
import { inMarkup } from '../../reference/08-production-monitor/dashboard.ts';
import {
  type AlertNotification,
  exportTo,
  formatMetrics,
  formatReport,
  type Labels,
  MAX_CONNECTIONS,
  type MetricSnapshot,
  MetricsRegistry,
  OVERFLOW,
  type PerformanceReport,
  ProductionMonitor,
  quantile,
  type RateCondition,
  renderDashboard,
  SHOP,
} from '../../reference/08-production-monitor/index.ts';
import { checkInvariants } from '../../reference/08-production-monitor/invariants.ts';
import { Timers } from '../03-batch-processor/timers.ts';
import { Clock } from '../clock.ts';
import { deferred, macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { alerting, QUEUE_IS_LONG, rule } from './alerting.ts';
import { ask, type Connection, connected, listen, served } from './http.ts';
import { distributionOf, LABEL_VALUES, seriesOf, textOf, valueOf, valuesOf } from './metrics.ts';
import { parsePage, tableOf } from './markup.ts';
import { expectSame, parseMetrics } from './prometheus.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const statusOf = (reply: string) => /^HTTP\/1\.1 (\d+) /.exec(reply)?.[1];

const timesIn = (text: string, part: string) => text.split(part).length - 1;

/** The network takes as many turns as it likes. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await macrotask();
}

/** A hundred clients, each with the beginning of a request that never ends. They are accepted in their order. */
const slowClients = (url: string): Promise<Connection[]> =>
  Promise.all(Array.from({ length: 100 }, () => connected(url, 'GET /health/li')));

describe('Hostile clients', { timeout: 20_000 }, () => {
  it('a thousand slow ones keep nobody out, and the most silent ones go', async () => {
    const { url } = await served();
    const clients: Connection[] = [];
    while (clients.length < 1_000) {
      clients.push(...(await slowClients(url)));
      expect((await ask(url, '/health/live')).status, `status with ${clients.length} of them`).toBe(200);
    }
    await Promise.all(clients.slice(0, 873).map(({ ended }) => ended));
    await macrotask();
    const left = [...clients.keys()].filter((n) => !clients[n]!.socket.closed);
    expect([left[0], left.length], 'the first that is left, and how many').toEqual([873, 127]);
  });

  it('whoever is heard is not the most silent any more', async () => {
    const { url } = await served();
    const balancer = await connected(url);
    for (let round = 1; round <= 5; round++) {
      await slowClients(url);
      await ask(url, '/health/live'); // answered when all of those have been accepted
      balancer.socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
      await until(() => timesIn(balancer.received(), 'HTTP/1.1 200 ') === round);
    }
    expect(balancer.socket.closed, 'whether it was cut off').toBe(false);
  });

  it('a thousand requests in one packet get a thousand answers, and one page is made', async () => {
    const { monitor, url } = await served();
    const snapshot = vi.spyOn(monitor.metrics, 'snapshot');
    const { received, ended } = await connected(
      url,
      'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(999) +
        'GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    await ended;
    expect(timesIn(received(), 'HTTP/1.1 200 '), 'answers').toBe(1_000);
    expect(snapshot.mock.calls.length, 'snapshots that were taken').toBe(1);
  });

  it('a thousand who ask for a database that hangs make one connection to it', async () => {
    const timers = new Timers();
    const { monitor, url } = await served({ schedule: timers.schedule });
    const [ping, pings] = recorder(() => new Promise(() => {}));
    monitor.addCheck('db', ping);
    const asked = await connected(url, 'GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1_000));
    await until(() => pings.length > 0);
    await timers.advance(1_000);
    await until(() => timesIn(asked.received(), 'HTTP/1.1 503 ') === 1_000);
    expect(pings.length, 'calls of the check').toBe(1);
    expect(timers.running, 'timers').toBe(0);
  });

  it('a head that is too long is 431, and the connection ends', async () => {
    const { url } = await served();
    for (const head of [
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `GET /metrics HTTP/1.1\r\nHost: a\r\nCookie: ${'a'.repeat(20_000)}\r\n\r\n`,
      `GET /metrics HTTP/1.1\r\n${'A: b\r\n'.repeat(5_000)}\r\n`,
    ]) {
      expect(statusOf(await (await connected(url, head)).ended), `to ${head.slice(0, 40)}…`).toBe('431');
    }
    expect((await ask(url, '/metrics')).status, 'status afterwards').toBe(200);
  });

  const malformed: Record<string, string> = {
    'a line that is none': 'hello\r\n\r\n',
    'another version': 'GET /metrics HTTP/9.9\r\nHost: a\r\n\r\n',
    'no host': 'GET /metrics HTTP/1.1\r\n\r\n',
    'a greeting in TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'a null in a header': 'GET /metrics HTTP/1.1\r\nHost: a\0b\r\n\r\n',
    'a negative length': 'POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
    'two lengths': 'POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'a length and pieces':
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a space before the colon': 'GET /metrics HTTP/1.1\r\nHost : a\r\n\r\n',
  };
  for (const [what, request] of Object.entries(malformed)) {
    it(`${what}: 400, and the connection ends`, async () => {
      const { url } = await served();
      expect(statusOf(await (await connected(url, request)).ended), 'status').toBe('400');
      expect((await ask(url, '/metrics')).status, 'status afterwards').toBe(200);
    });
  }

  it('who asks for more than a page gets the page, or is refused', async () => {
    const { url } = await served();
    const close = 'Connection: close\r\n\r\n';
    const asked: [request: string, status: string | undefined][] = [
      [`GET /metrics HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n`, '200'],
      [`GET /metrics HTTP/1.1\r\nHost: a\r\nRange: bytes=0-0\r\n${close}`, '200'],
      [`GET /metrics HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n${close}`, '200'],
      [`GET /metrics HTTP/1.0\r\n\r\n`, '200'],
      [`GET /metrics HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\n${close}`, '417'],
      [`QUERY /metrics HTTP/1.1\r\nHost: a\r\n${close}`, '405'],
      [`get /metrics HTTP/1.1\r\nHost: a\r\n${close}`, '400'],
      ['CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n', undefined],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
    ];
    for (const [request, status] of asked) {
      const reply = await (await connected(url, request)).ended;
      if (request.startsWith('QUERY'))
        expect(['400', '405'], request).toContain(statusOf(reply)); // new in Node 22
      else expect(statusOf(reply), request).toBe(status);
    }
  });

  it('no path but the five leads anywhere', async () => {
    const { url } = await served();
    const random = randomNumbers(805);
    const parts = [
      '/',
      '..',
      '.',
      'metrics',
      'health',
      'live',
      'dashboard',
      '%2e',
      '%2F',
      '%00',
      '\\',
      ';',
      '@',
      'etc/passwd',
      '#',
    ];
    const paths = Array.from({ length: 100 }, () => {
      return '/' + Array.from({ length: 1 + random() * 5 }, () => parts[Math.floor(random() * parts.length)]).join('');
    });
    const known = new Set(['/health/live', '/health/ready', '/metrics', '/dashboard', '/dashboard/events']);
    const asked = paths.map(async (path) => {
      if (known.has(path)) return;
      const { ended } = await connected(url, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(['400', '404'], path).toContain(statusOf(await ended));
    });
    await Promise.all(asked);
  });

  it('who goes away while it is answered is not missed', async () => {
    const { monitor, url } = await served();
    const answer = deferred<void>();
    const [ping, pings] = recorder(() => answer.promise);
    monitor.addCheck('db', ping);
    const gone = await connected(url, 'GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => pings.length > 0);
    gone.socket.destroy();
    await gone.ended;
    answer.resolve();
    await macrotask();
    expect((await ask(url, '/health/ready')).status, 'status for the next').toBe(200);
  });

  it('who asks again on a connection that has events is cut off', async () => {
    const { monitor, url } = await served({ now: new Clock().now });
    for (const second of ['/dashboard/events', '/metrics']) {
      const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
      const greedy = await connected(url, (head('/dashboard/events') + head(second)).repeat(500));
      await greedy.ended;
      monitor.tick();
      expect((await ask(url, '/metrics')).status, `status afterwards, ${second}`).toBe(200);
    }
  });

  it('leave nothing behind: no socket, and nobody to send events to', async () => {
    const { monitor, url } = await served({ now: new Clock().now });
    await ask(url, '/metrics');
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    const requests = [
      'GET /health/li',
      'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /dashboard/events HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\nGET /dashboard/events HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST /dashboard/events HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n',
    ];
    for (let round = 0; round < 200; round++) {
      const clients = await Promise.all(requests.map((request) => connected(url, request)));
      if (round % 2 === 0) await ask(url, '/metrics'); // some are answered before they go
      for (const { socket } of clients) socket.destroy();
    }
    await until(() => sockets() <= before);
    const snapshot = vi.spyOn(monitor.metrics, 'snapshot');
    monitor.tick();
    expect(snapshot.mock.calls.length, 'snapshots: that of the tick, and none for an event').toBe(1);
  });

  it('more who listen than there are places: the first go, the last are told', async () => {
    const { monitor, url } = await served({ now: new Clock().now });
    const listeners = (count: number) =>
      Promise.all(
        Array.from({ length: count }, async () => {
          const one = await connected(url, 'GET /dashboard/events HTTP/1.1\r\nHost: a\r\n\r\n');
          await one.until('\r\n\r\n');
          return one;
        }),
      );
    const first = await listeners(10);
    const last = await listeners(MAX_CONNECTIONS);
    await Promise.all(first.map(({ ended }) => ended));
    monitor.tick();
    await Promise.all(last.map(({ until }) => until('data:')));
  });
});

describe('A browser', () => {
  it('runs the one script of the page and no other', async () => {
    const { url } = await served();
    const { headers, body } = await ask(url, '/dashboard');
    const { scripts, styles } = parsePage(body);
    const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(scripts.length, 'scripts').toBe(1);
    const policy = headers['content-security-policy'] as string;
    expect(policy.split('; '), 'the policy').toEqual(
      expect.arrayContaining([
        `default-src 'none'`,
        `script-src ${hashOf(scripts[0]!)}`,
        `style-src ${hashOf(styles[0]!)}`,
      ]),
    );
    expect(headers['x-content-type-options'], 'types are not guessed').toBe('nosniff');
  });
});

describe('To listen and to close', () => {
  it('each close waits for the port', async () => {
    const { monitor, url } = await served();
    await Promise.race([monitor.close(), monitor.close(), monitor.close()]);
    const port = Number(new URL(url).port);
    expect(await listen(new ProductionMonitor(), { port }), 'who listens next').toBe(url);
  });

  it('may be asked for before the other is done', async () => {
    const { monitor, url } = await served();
    const port = Number(new URL(url).port);
    void monitor.close();
    expect(await listen(monitor, { port }), 'again').toBe(url);
    await monitor.close();
    const opening = monitor.listen({ port });
    await monitor.close();
    await opening.catch(() => {});
    await expect(ask(url, '/metrics'), 'closed while it opened').rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('Series', () => {
  it('are as many as there is room for, and one', () => {
    const metrics = new MetricsRegistry();
    const requests = metrics.counter('requests_total', { labels: ['session'] });
    for (let session = 0; session < 100_000; session++) requests.inc(1, { session: String(session) });
    const values = valuesOf(metrics, 'requests_total');
    expect(values.length, 'series').toBe(1_001);
    expect(values.at(-1), 'the last').toEqual([{ session: OVERFLOW }, 99_000]);
  });

  it('are those of a simple model, in a long run made up from a seed', () => {
    const random = randomNumbers(88);
    const maxSeries = 60;
    const metrics = new MetricsRegistry({ maxSeries });
    const counter = metrics.counter('requests_total', { labels: ['route', 'host'] });
    const histogram = metrics.histogram('seconds', { labels: ['route', 'host'], buckets: [1, 2] });
    const values = [...LABEL_VALUES, OVERFLOW];
    const model = new Map<string, number>();
    const overflow = { route: OVERFLOW, host: OVERFLOW };
    const pick = () => values[Math.floor(random() * values.length)]!;
    for (let n = 0; n < 5_000; n++) {
      const labels = { host: pick(), route: pick() };
      counter.inc(n, labels);
      histogram.observe(n % 4, labels);
      const room = maxSeries + (model.has(textOf(overflow)) ? 1 : 0);
      const key = textOf(model.has(textOf(labels)) || model.size < room ? labels : overflow);
      model.set(key, (model.get(key) ?? 0) + n);
      if (n % 500 === 0) checkInvariants(metrics, maxSeries);
    }
    checkInvariants(metrics, maxSeries);
    expect(valuesOf(metrics, 'requests_total').map(([labels, value]) => [textOf(labels), value])).toEqual([...model]);
    expect(
      seriesOf(metrics, 'seconds').map(({ labels }) => textOf(labels)),
      'of the histogram',
    ).toEqual([...model.keys()]);
  });

  it('are not found by labels that are wrong, though they are known', () => {
    const requests = new MetricsRegistry().counter('requests_total', { labels: ['route'] });
    requests.inc(1, { route: '/' });
    const wrong: Labels[] = [
      {},
      { route: '/', host: 'a' },
      { route: Object('/') },
      Object.assign(Object.create({ host: 'a' }), { route: '/' }),
    ];
    for (const labels of wrong) expect(() => requests.inc(1, labels)).toThrow(TypeError);
  });

  it('must have labels that differ', () => {
    expect(() => new MetricsRegistry().counter('requests_total', { labels: ['route', 'route'] })).toThrow(
      new RangeError(`the labels of requests_total must differ, received [ 'route', 'route' ]`),
    );
  });
});

describe('To time', () => {
  it('with wrong labels throws before anything is done, not instead of what it returned', () => {
    const seconds = new MetricsRegistry().histogram('seconds', { labels: ['route', 'outcome'] });
    const [order, orders] = recorder(() => 'ordered');
    expect(() => seconds.time(order, { path: '/' })).toThrow(TypeError);
    expect(orders.length, 'orders').toBe(0);
    expect(seconds.time(order, { route: '/' })).toBe('ordered');
  });

  it('does not send the query of a query builder', () => {
    const metrics = new MetricsRegistry();
    const then = vi.fn();
    const query = { then };
    expect(metrics.histogram('seconds').time(() => query)).toBe(query);
    expect(then, 'then').not.toHaveBeenCalled();
    expect(distributionOf(metrics, 'seconds').count, 'values').toBe(1);
  });

  it('takes a clock that goes backwards for one that stands', () => {
    const instants = [2_000, 1_000];
    const metrics = new MetricsRegistry({ now: () => instants.shift()! });
    metrics.histogram('seconds').time(() => {});
    expect(distributionOf(metrics, 'seconds').sum, 'sum').toBe(0);
  });
});

describe('Quantiles', () => {
  it('are as exact as the buckets, and the mean is exact', () => {
    const metrics = new MetricsRegistry();
    for (let n = 0; n < 1_000; n++) metrics.histogram('seconds').observe(0.26);
    const distribution = distributionOf(metrics, 'seconds');
    expect(quantile(distribution, 0.99), 'p99').toBeCloseTo(0.4975, 9);
    expect(distribution.sum / distribution.count, 'mean').toBeCloseTo(0.26, 9);
    const finer = metrics.histogram('finer_seconds', { buckets: [0.25, 0.3, 0.5] });
    for (let n = 0; n < 1_000; n++) finer.observe(0.26);
    expect(quantile(distributionOf(metrics, 'finer_seconds'), 0.99), 'p99 with a bound at 0.3').toBeCloseTo(0.2995, 9);
  });
});

describe('The page for Prometheus', () => {
  it('is read as that of prom-client is, of all three kinds and whatever the labels', async () => {
    const help = 'A \\ and\na "line".';
    const labels = ['route', 'outcome'];
    const buckets = [0.1, 1];
    const metrics = new MetricsRegistry();
    const ours = {
      requests: metrics.counter('requests_total', { help, labels }),
      queue: metrics.gauge('queue', { help, labels }),
      seconds: metrics.histogram('seconds', { help, labels, buckets }),
      unlabelled: metrics.histogram('bytes', { buckets }),
    };
    const registers = [new client.Registry()];
    const common = { help, labelNames: labels, registers };
    const theirs = {
      requests: new client.Counter({ name: 'requests_total', ...common }),
      queue: new client.Gauge({ name: 'queue', ...common }),
      seconds: new client.Histogram({ name: 'seconds', buckets, ...common }),
      unlabelled: new client.Histogram({ name: 'bytes', help: ' ', buckets, registers }),
    };
    const random = randomNumbers(82);
    for (let n = 0; n < 500; n++) {
      const route = LABEL_VALUES[Math.floor(random() * LABEL_VALUES.length)]!;
      const labels = { route, outcome: n % 7 ? 'ok' : 'error' };
      const value = 3 * random();
      ours.requests.inc(value, labels);
      theirs.requests.inc(labels, value);
      ours.queue.add(value - 1.5, labels);
      theirs.queue.inc(labels, value - 1.5);
      ours.seconds.observe(value, labels);
      theirs.seconds.observe(labels, value);
      ours.unlabelled.observe(value);
      theirs.unlabelled.observe(value);
    }
    const read = (page: string) =>
      parseMetrics(page).map(({ help, samples, ...rest }) => ({
        ...rest,
        help: help.trim(),
        samples: [...samples].map((pair) => pair.join(' = ')).toSorted(),
      }));
    expect(read(formatMetrics(metrics.snapshot()))).toEqual(read(await registers[0]!.metrics()));
  });

  it('has the text of the labels that it is given, whatever it had before', () => {
    const metrics = new MetricsRegistry();
    metrics.counter('requests_total', { labels: ['route'] }).inc(1, { route: '"' });
    const [snapshot] = metrics.snapshot();
    const { labels } = snapshot!.series[0]!;
    for (const name of ['requests_total', 'orders_total']) {
      expectSame(formatMetrics([{ ...snapshot!, name }]), [{ ...snapshot!, name }]);
    }
    const changing = { ...labels } as { route: string };
    const metric: MetricSnapshot = { name: 'queue', type: 'gauge', help: '', series: [{ labels: changing, value: 1 }] };
    for (const route of ['a', 'b']) {
      changing.route = route;
      expectSame(formatMetrics([metric]), [metric]);
    }
  });

  it('calls a sum that has overflowed what Prometheus calls it', () => {
    const metrics = new MetricsRegistry();
    const bytes = metrics.histogram('bytes', { buckets: [1] });
    for (let n = 0; n < 2; n++) bytes.observe(Number.MAX_VALUE);
    expect(formatMetrics(metrics.snapshot())).toContain('bytes_sum +Inf\n');
  });
});

describe('Labels made of what is dangerous', () => {
  it('are text everywhere', () => {
    const random = randomNumbers(86);
    const parts = [
      '<',
      '>',
      '&',
      '"',
      "'",
      '`',
      '\\',
      '\n',
      '\r',
      '|',
      '#',
      '*',
      '_',
      '[',
      '](',
      '{',
      '}',
      '\0',
      '\u2028',
      '\uD800',
      '</td>',
      '<script>',
      '-->',
      ']]>',
      'javascript:',
      '&lt;',
      '${',
      'é',
      '日本',
      '😀',
    ];
    const reportOf = (text: string): PerformanceReport => ({
      from: 0,
      to: MINUTE,
      series: [{ metric: 'queue', type: 'gauge', labels: { name: text }, value: 1 }],
      alerts: [{ name: text, severity: 'page', state: 'firing', value: 1 }],
      health: {
        live: true,
        ready: false,
        checks: [{ name: text, kind: 'ready', ok: false, durationMs: 1, error: text }],
      },
    });
    const { tags } = parsePage(renderDashboard(reportOf('letters')));
    for (let n = 0; n < 300; n++) {
      const text = Array.from({ length: 1 + random() * 6 }, () => parts[Math.floor(random() * parts.length)]).join('');
      expect(parsePage(renderDashboard(reportOf(text))).tags, text).toEqual(tags);
      const rows = tableOf(formatReport(reportOf(text)));
      expect(
        rows.map(({ length }) => length),
        text,
      ).toEqual([7, 7]);
      const help = text.replaceAll(/[\r\u2028]/g, ''); // lines end there for the parser of these tests
      const metric: MetricSnapshot = {
        name: 'queue',
        type: 'gauge',
        help,
        series: [{ labels: { name: text }, value: 1 }],
      };
      expectSame(formatMetrics([metric]), [metric]);
    }
  });

  it('may stay where they are letters', () => {
    expect(inMarkup('GET /cart?id=7 日本 é {route="a"}')).toBe('GET /cart&#63;id=7 日本 é {route="a"}');
  });
});

describe('A check', () => {
  it('that has overrun its time hears of it', async () => {
    const timers = new Timers();
    const monitor = new ProductionMonitor({ schedule: timers.schedule });
    const signals: AbortSignal[] = [];
    monitor.addCheck('slow', (signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    monitor.addCheck('quick', (signal) => void signals.push(signal));
    const asked = monitor.performHealthCheck();
    await timers.advance(1_000);
    await asked;
    expect(
      signals.map(({ aborted }) => aborted),
      'aborted: the slow one, the quick one',
    ).toEqual([true, false]);
  });

  it('that throws what has no text has failed all the same', async () => {
    const monitor = new ProductionMonitor();
    for (const [name, error] of Object.entries({
      none: Object.create(null),
      empty: undefined,
      symbol: Symbol('down'),
    })) {
      monitor.addCheck(name, () => Promise.reject(error));
    }
    const { checks } = await monitor.performHealthCheck();
    expect(checks.map(({ error }) => error)).toEqual(['an error that has no text', 'undefined', 'Symbol(down)']);
  });
});

describe('The state of an alert', () => {
  const timing = { forMs: 2, keepFiringMs: 3 };
  /** The states by their first letters, a tick a millisecond: `x` where the condition holds. */
  const run = (ticks: string, state: AlertState = INACTIVE) =>
    Array.from(ticks, (tick, now) => {
      state = advance(state, tick === 'x', now, timing);
      return state.kind[0];
    }).join('');

  it('moves on as it should', () => {
    expect(run('-xx-xxx----'), 'pending, and firing, and quiet').toBe('ippippffffi');
    expect(run('xxx--x---x---x'), 'flapping').toBe('ppffffffffffff');
  });

  it('is not changed where it stands', () => {
    const pending: AlertState = Object.freeze({ kind: 'pending', since: 0 });
    expect(advance(pending, true, 1, timing)).toEqual({ kind: 'pending', since: 0 });
    expect(advance(pending, true, 2, timing)).toEqual({ kind: 'firing' });
  });
});

describe('What is told', () => {
  it('by a promise is told when it is fulfilled, and again when it is rejected', async () => {
    const clock = new Clock();
    const monitor = new ProductionMonitor({ now: clock.now });
    const queue = monitor.metrics.gauge('queue');
    const answers = [deferred<void>(), deferred<void>(), deferred<void>()];
    const told: string[] = [];
    const notify = ({ state }: AlertNotification) => answers[told.push(state) - 1]!.promise;
    monitor.setupAlerts({ rules: [rule('long', QUEUE_IS_LONG)], notify });
    const tick = async () => {
      monitor.tick();
      clock.advance(MINUTE);
      await macrotask();
    };
    queue.set(150);
    await tick();
    await tick();
    expect(told, 'while the pager has not answered').toEqual(['firing']);
    answers[0]!.reject(new Error('no line'));
    await macrotask();
    await tick();
    expect(told, 'when it has refused').toEqual(['firing', 'firing']);
    queue.set(0);
    await tick();
    expect(told, 'while it has not answered').toEqual(['firing', 'firing']);
    answers[1]!.resolve();
    await macrotask();
    await tick();
    expect(told, 'when it has').toEqual(['firing', 'firing', 'resolved']);
  });
});

describe('Conditions', () => {
  it('beyond nowhere are refused', () => {
    const rules = [rule('long', { ...QUEUE_IS_LONG, is: 'over' as never })];
    expect(() => new ProductionMonitor().setupAlerts({ rules })).toThrow(
      new RangeError(`is of the alert long must be above or below, received 'over'`),
    );
  });

  it('read the same as one who keeps and searches everything, in a long run made up from a seed', () => {
    const random = randomNumbers(84);
    const windowMs = 50;
    const condition: RateCondition = { kind: 'rate', signal: { metric: 'queue' }, windowMs, is: 'above', threshold: 0 };
    const reader = new Reader(condition);
    const kept: { at: number; value: number }[] = [];
    let at = 1_000;
    for (let n = 0; n < 2_000; n++) {
      at += Math.floor(random() * random() * 60);
      const value = Math.floor(random() * 100);
      kept.push({ at, value });
      const before = kept.findLast((sample) => sample.at <= at - windowMs) ?? kept[0]!;
      const expected = at === before.at ? null : ((value - before.value) * 1_000) / (at - before.at);
      const queue: MetricSnapshot = { name: 'queue', type: 'gauge', help: '', series: [{ labels: {}, value }] };
      const read = reader.read(new Map([['queue', queue]]), at);
      if (expected === null) expect(read, `at ${at}`).toBeNull();
      else expect(read, `at ${at}`).toBeCloseTo(expected, 6);
    }
  });

  it('are a share of what there was', () => {
    const before = { at: 0, amount: 10, of: 100 };
    expect(shareSince(before, { at: 60, amount: 15, of: 120 }, 1), 'five of twenty').toBe(0.25);
    expect(shareSince(before, { at: 60, amount: 15, of: 120 }, 1_000), 'in a thousand').toBe(250);
    expect(shareSince(before, { at: 60, amount: 10, of: 100 }, 1), 'none of none').toBe(0);
    expect(shareSince(before, { at: 0, amount: 15, of: 120 }, 1), 'in no time').toBeNull();
  });
});

describe('A burn rate of 14.4 over an hour and five minutes', () => {
  /** In which minutes of the incident it began and ceased to fire, when a part of the requests fails for so long. */
  function firesFrom(part: number, minutes: number): number[] {
    const bad = { metric: 'requests_total', where: { outcome: 'error' } };
    const total = { metric: 'requests_total' };
    const { monitor, tick, told } = alerting(
      rule('burns', {
        kind: 'burn',
        bad,
        total,
        objective: SHOP.availability,
        factor: 14.4,
        windowsMs: [HOUR, 5 * MINUTE],
      }),
    );
    const requests = monitor.metrics.counter('requests_total', { labels: ['outcome'] });
    requests.inc(0, { outcome: 'error' });
    for (let minute = -60; minute <= minutes + 10; minute++) {
      tick();
      const errors = minute >= 0 && minute < minutes ? 1_000 * part : 0;
      requests.inc(errors, { outcome: 'error' });
      requests.inc(1_000 - errors, { outcome: 'ok' });
    }
    return told().map((text) => Number.parseInt(text, 10) - 60);
  }

  it('fires after a minute when all fails, and is over five minutes after it', () => {
    expect(firesFrom(1, 30)).toEqual([1, 35]);
  });

  it('fires after 44 minutes when one in fifty fails', () => {
    expect(firesFrom(0.02, 90)[0]).toBe(44);
  });

  it('does not fire when one in a hundred fails', () => {
    expect(firesFrom(0.01, 300)).toEqual([]);
  });
});

describe('OpenTelemetry', () => {
  /** A provider of which an application knows by the API alone, and which collects when it is asked to. */
  function collecting() {
    const names = new Map<Observable, string>();
    const callbacks = new Map<BatchObservableCallback, readonly Observable[]>();
    const create = (kind: string) => (name: string) => {
      expect(name, 'the name of an instrument').toMatch(/^[a-z][a-z0-9_./-]{0,254}$/i);
      const instrument: Observable = { addCallback() {}, removeCallback() {} };
      names.set(instrument, `${kind} ${name}`);
      return instrument;
    };
    const meter: Meter = Object.assign(createNoopMeter(), {
      createObservableCounter: create('counter'),
      createObservableGauge: create('gauge'),
      addBatchObservableCallback: (callback: BatchObservableCallback, instruments: Observable[]) =>
        void callbacks.set(callback, instruments),
      removeBatchObservableCallback: (callback: BatchObservableCallback) => void callbacks.delete(callback),
    });
    const meters: string[] = [];
    openTelemetry.setGlobalMeterProvider({ getMeter: (name) => (meters.push(name), meter) });
    const collect = async () => {
      const seen: string[] = [];
      for (const [callback, instruments] of callbacks) {
        await callback({
          observe: (instrument, value, attributes) => {
            if (!instruments.includes(instrument)) throw new Error(`${names.get(instrument)} was not announced`);
            seen.push(`${names.get(instrument)} ${textOf(attributes as Labels)} ${value}`);
          },
        });
      }
      return seen;
    };
    return { collect, meters };
  }

  afterEach(() => openTelemetry.disable());

  it('is given what the registry has, and what it gets later', async () => {
    const { collect, meters } = collecting();
    const metrics = new MetricsRegistry();
    const orders = metrics.counter('shop:orders_total', { labels: ['route'] });
    const stop = exportTo(openTelemetry.getMeter('shop'), metrics);
    orders.inc(3, { route: '/' });
    metrics.gauge('queue').set(7);
    metrics.histogram('seconds', { buckets: [1] }).observe(4);
    metrics.gauge('_open').set(2);
    expect(meters, 'meters that were asked for').toEqual(['shop']);
    expect(await collect(), 'what is collected').toEqual([
      'counter shop.orders_total [["route","/"]] 3',
      'gauge queue [] 7',
      'counter seconds_bucket [["le","1"]] 0',
      'counter seconds_bucket [["le","+Inf"]] 1',
      'counter seconds_sum [] 4',
      'counter seconds_count [] 1',
      'gauge metric_open [] 2',
    ]);
    stop();
    metrics.gauge('connections');
    expect(await collect(), 'afterwards').toEqual([]);
    expect(valueOf(metrics, 'queue'), 'the registry').toBe(7);
  });

  it('may be absent: to an API without a provider it is the same', () => {
    const metrics = new MetricsRegistry();
    const stop = exportTo(openTelemetry.getMeter('shop'), metrics);
    metrics.histogram('seconds').observe(1);
    stop();
    expect(distributionOf(metrics, 'seconds').count, 'values').toBe(1);
  });
});
