import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type DashboardData,
  formatReport,
  formatSeries,
  MAX_BEHIND_BYTES,
  type PerformanceReport,
  ProductionMonitor,
  renderDashboard,
  type SeriesReport,
} from '#exercise/08-production-monitor';
import { Clock } from '../clock.ts';
import { macrotask } from '../deferred.ts';
import { QUEUE_IS_LONG, rule } from './alerting.ts';
import { ask, connected, isSettled, served } from './http.ts';
import { mainOf, parsePage, tableOf } from './markup.ts';

const MINUTE = 60_000;

function setUp() {
  const clock = new Clock();
  const startedAt = clock.now();
  const reports: PerformanceReport[] = [];
  const monitor = new ProductionMonitor({
    now: clock.now,
    reportEveryMs: 10 * MINUTE,
    onReport: (report) => void reports.push(report),
  });
  /** The minutes, since the monitor was made, from which to which a report is. */
  const minutesTo = (at: number) => (at - startedAt) / MINUTE;
  const periodOf = ({ from, to }: PerformanceReport) => `${minutesTo(from)} to ${minutesTo(to)}`;
  return { clock, monitor, reports, periodOf };
}

/** What a report tells of one metric. */
const told = ({ series }: PerformanceReport, metric: string) => series.filter((one) => one.metric === metric);

const HOSTILE = [
  '<b>bold</b>',
  '"><img src=x onerror=alert(1)>',
  `' onmouseover='alert(1)`,
  '</script><script>alert(1)</script>',
  '</main></td></table><h1>',
  '<!--',
  '&lt;b&gt;&#60;',
  '`${alert(1)}`',
  '";alert(1);//',
];

function dataWith(text: string): DashboardData {
  const percentiles = { mean: 2, p50: 1, p95: 3, p99: 4 };
  return {
    from: 0,
    to: 60_000,
    series: [
      { metric: 'requests_total', type: 'counter', labels: { route: text }, increase: 60, perSecond: 1 },
      { metric: 'queue', type: 'gauge', labels: { name: text }, value: 12 },
      { metric: 'seconds', type: 'histogram', labels: { route: text }, count: 6, perSecond: 0.1, ...percentiles },
    ],
    alerts: [
      { name: `one ${text}`, severity: 'page', state: 'firing', value: 3 },
      { name: `two ${text}`, severity: 'ticket', state: 'inactive', value: null },
    ],
    health: {
      live: true,
      ready: false,
      checks: [
        { name: `db ${text}`, kind: 'ready', ok: false, durationMs: 12, error: `error ${text}` },
        { name: `loop ${text}`, kind: 'live', ok: true, durationMs: 1 },
      ],
    },
  };
}

const seriesOf = ({ series }: DashboardData) => series.map(({ metric, labels }) => formatSeries(metric, labels));

describe('8.6 Show and report', () => {
  describe('8.6.1 A report tells `increase` and `perSecond` of a counter, `value` of a gauge', () => {
    it('of each series', () => {
      const { clock, monitor } = setUp();
      const requests = monitor.metrics.counter('requests_total', { labels: ['route'] });
      const queue = monitor.metrics.gauge('queue');
      requests.inc(90, { route: '/' });
      queue.set(12);
      clock.advance(30_000);
      const first = monitor.generatePerformanceReport();
      expect(told(first, 'requests_total'), 'the counter in the first report').toEqual([
        { metric: 'requests_total', type: 'counter', labels: { route: '/' }, increase: 90, perSecond: 3 },
      ]);
      requests.inc(30, { route: '/' });
      requests.inc(60, { route: '/cart' });
      queue.set(7);
      clock.advance(60_000);
      expect(monitor.generatePerformanceReport().series, 'the series of the second report').toEqual([
        { metric: 'requests_total', type: 'counter', labels: { route: '/' }, increase: 30, perSecond: 0.5 },
        { metric: 'requests_total', type: 'counter', labels: { route: '/cart' }, increase: 60, perSecond: 1 },
        { metric: 'queue', type: 'gauge', labels: {}, value: 7 },
      ]);
    });

    it('`perSecond` is 0 when no time has passed', () => {
      const { monitor } = setUp();
      monitor.metrics.counter('requests_total').inc(90);
      monitor.metrics.histogram('seconds').observe(1);
      const { series } = monitor.generatePerformanceReport();
      expect(series, 'the series').toMatchObject([{ perSecond: 0 }, { perSecond: 0 }]);
    });
  });

  describe('8.6.2 Of a histogram it tells of the values of the period alone', () => {
    it('however many there were before', () => {
      const { clock, monitor } = setUp();
      const seconds = monitor.metrics.histogram('seconds', { labels: ['route'], buckets: [1, 2, 4, 8] });
      for (let n = 0; n < 1_000; n++) seconds.observe(0.5, { route: '/' });
      clock.advance(MINUTE);
      monitor.generatePerformanceReport();
      for (const value of [3, 3, 3, 3, 3, 3, 3, 3, 3, 5]) seconds.observe(value, { route: '/' });
      seconds.observe(1.5, { route: '/cart' });
      clock.advance(20_000);
      expect(told(monitor.generatePerformanceReport(), 'seconds'), 'the histogram in the second report').toEqual([
        {
          metric: 'seconds',
          type: 'histogram',
          labels: { route: '/' },
          count: 10,
          perSecond: 0.5,
          mean: expect.closeTo(3.2, 9),
          p50: expect.closeTo(2 + (2 * 5) / 9, 9),
          p95: expect.closeTo(6, 9),
          p99: expect.closeTo(7.6, 9),
        },
        {
          metric: 'seconds',
          type: 'histogram',
          labels: { route: '/cart' },
          count: 1,
          perSecond: 0.05,
          mean: 1.5,
          p50: expect.closeTo(1.5, 9),
          p95: expect.closeTo(1.95, 9),
          p99: expect.closeTo(1.99, 9),
        },
      ]);
    });

    it('0 where there were none', () => {
      const { clock, monitor } = setUp();
      const seconds = monitor.metrics.histogram('seconds');
      seconds.observe(3);
      monitor.generatePerformanceReport();
      clock.advance(MINUTE);
      expect(told(monitor.generatePerformanceReport(), 'seconds'), 'the histogram').toEqual([
        { metric: 'seconds', type: 'histogram', labels: {}, count: 0, perSecond: 0, mean: 0, p50: 0, p95: 0, p99: 0 },
      ]);
    });
  });

  describe('8.6.3 A report is of the period since the last', () => {
    it('whoever asks for it', () => {
      const { clock, monitor, periodOf } = setUp();
      const periods = [3, 1, 9].map((minutes) => {
        clock.advance(minutes * MINUTE);
        return periodOf(monitor.generatePerformanceReport());
      });
      expect(periods, 'periods, in minutes').toEqual(['0 to 3', '3 to 4', '4 to 13']);
    });

    it('`tick` hands one out when `reportEveryMs` have passed', () => {
      const { clock, monitor, reports, periodOf } = setUp();
      const orders = monitor.metrics.counter('orders_total');
      for (let minute = 0; minute < 35; minute++) {
        monitor.tick();
        orders.inc();
        clock.advance(MINUTE);
      }
      expect(reports.map(periodOf), 'periods, in minutes').toEqual(['0 to 10', '10 to 20', '20 to 30']);
      const orderedTen = { increase: 10 };
      const counters = reports.map((report) => told(report, 'orders_total')[0]);
      expect(counters, 'what the reports tell of ten orders').toMatchObject([orderedTen, orderedTen, orderedTen]);
    });

    it('one only, when ticks are late', () => {
      const { clock, monitor, reports, periodOf } = setUp();
      clock.advance(47 * MINUTE);
      monitor.tick();
      monitor.tick();
      clock.advance(9 * MINUTE);
      monitor.tick();
      clock.advance(MINUTE);
      monitor.tick();
      expect(reports.map(periodOf), 'periods, in minutes').toEqual(['0 to 47', '47 to 57']);
    });

    it('none without `reportEveryMs`', () => {
      const clock = new Clock();
      const reports: PerformanceReport[] = [];
      const monitor = new ProductionMonitor({ now: clock.now, onReport: (report) => void reports.push(report) });
      clock.advance(10_000 * MINUTE);
      monitor.tick();
      expect(reports, 'reports').toEqual([]);
    });
  });

  describe('8.6.4 A dashboard is of the period since the tick before the last one', () => {
    it('before there are two, since the monitor was made', () => {
      const { clock, monitor, periodOf } = setUp();
      const periods: string[] = [];
      for (let minute = 1; minute <= 4; minute++) {
        clock.advance(MINUTE);
        monitor.tick();
        clock.advance(MINUTE / 2);
        periods.push(periodOf(monitor.generateDashboard()));
        clock.advance(MINUTE / 2);
      }
      const expected = ['0 to 1.5', '1 to 3.5', '3 to 5.5', '5 to 7.5'];
      expect(periods, 'periods, in minutes, half a minute after each tick').toEqual(expected);
    });

    it('whatever was reported meanwhile', () => {
      const { clock, monitor } = setUp();
      const orders = monitor.metrics.counter('orders_total');
      for (const by of [1, 10, 100, 1_000]) {
        orders.inc(by);
        clock.advance(MINUTE);
        monitor.tick();
        monitor.generatePerformanceReport();
      }
      orders.inc(10_000);
      expect(told(monitor.generateDashboard(), 'orders_total'), 'the counter').toMatchObject([{ increase: 11_000 }]);
    });
  });

  describe('8.6.5 Reports have the alerts of the last tick and the health as it was last found', () => {
    async function watched() {
      const { clock, monitor } = setUp();
      const queue = monitor.metrics.gauge('queue');
      monitor.metrics.histogram('seconds').observe(3);
      monitor.setupAlerts({
        rules: [
          rule('long', QUEUE_IS_LONG),
          rule('lost', { kind: 'value', signal: { metric: 'missing' }, is: 'above', threshold: 1 }),
        ],
      });
      monitor.addCheck('db', () => {
        throw new Error('down');
      });
      monitor.addCheck('disk', () => {});
      return { clock, monitor, queue };
    }

    it('both', async () => {
      const { monitor, queue } = await watched();
      expect(monitor.generateDashboard().health, 'health before the first check').toBeNull();
      queue.set(150);
      monitor.tick();
      queue.set(0);
      const health = await monitor.performHealthCheck();
      for (const data of [monitor.generateDashboard(), monitor.generatePerformanceReport()]) {
        expect(data.alerts, 'alerts').toEqual(monitor.alerts());
        expect(data.alerts[0], 'the first of them').toMatchObject({ state: 'firing', value: 150 });
        expect(data.health, 'health').toEqual(health);
      }
    });

    it('and are the same after `JSON.stringify` and `JSON.parse`', async () => {
      const { clock, monitor } = await watched();
      const ask = [() => monitor.generateDashboard(), () => monitor.generatePerformanceReport()];
      for (const generate of ask) {
        const data = generate();
        expect(JSON.parse(JSON.stringify(data)), 'at the beginning').toEqual(data);
      }
      await monitor.performHealthCheck();
      clock.advance(MINUTE);
      monitor.tick();
      clock.advance(MINUTE);
      for (const generate of ask) {
        const data = generate();
        expect(JSON.parse(JSON.stringify(data)), 'when all has been found').toStrictEqual(data);
      }
    });
  });

  describe('8.6.6 `renderDashboard` is one page that asks for nothing but `/dashboard/events`', () => {
    it('neither for scripts and styles nor for pictures', () => {
      const html = renderDashboard(dataWith('text'));
      const { attributes, scripts, styles, tags } = parsePage(html);
      expect(html, 'the page').toMatch(/^<!doctype html>/i);
      const leads = /^(src|href|srcset|data|action|poster)$/;
      const others = attributes.filter(([name, value]) => leads.test(name) && !/^(#|data:)/.test(value));
      expect(others, 'attributes that lead elsewhere').toEqual([]);
      expect(styles.join('\n').match(/@import|url\((?!["']?data:)/g), 'what the styles ask for').toBeNull();
      expect(scripts.join('\n'), 'the script').toMatch(/EventSource[^]*dashboard\/events/);
      expect(tags.filter((tag) => tag.startsWith('main')).length, 'tags <main>').toBe(1);
    });

    it('and shows all series, alerts and checks', () => {
      const data = dataWith('/cart');
      const { text } = parsePage(mainOf(renderDashboard(data)));
      const wanted = [
        ...seriesOf(data),
        ...data.alerts.flatMap(({ name, state }) => [name, state]),
        ...data.health!.checks.flatMap(({ name, error = '' }) => [name, error]),
      ];
      expect(wanted.filter((one) => !text.includes(one)), 'texts that are not shown').toEqual([]);
    });

    it('also where there is nothing to show', () => {
      parsePage(renderDashboard({ from: 0, to: 0, series: [], alerts: [], health: null }));
    });
  });

  describe('8.6.7 Nothing that stands in a label, a name or an error becomes markup', () => {
    const tagsOfHarmless = () => parsePage(renderDashboard(dataWith('letters'))).tags;

    for (const hostile of HOSTILE) {
      it(inspect(hostile), () => {
        const data = dataWith(hostile);
        const { tags, text } = parsePage(renderDashboard(data));
        expect(tags, 'tags and attributes of the page').toEqual(tagsOfHarmless());
        const names = [...data.alerts, ...data.health!.checks].map(({ name }) => name);
        const wanted = [...seriesOf(data), ...names, `error ${hostile}`];
        expect(wanted.filter((one) => !text.includes(one)), 'texts that are not shown').toEqual([]);
      });
    }
  });

  describe('8.6.8 `formatReport` has a Markdown table with a row for each series', () => {
    const rowsOf = (...series: SeriesReport[]) => tableOf(formatReport({ ...dataWith('letters'), series }));
    const counterWith = (route: string): SeriesReport => {
      return { metric: 'requests_total', type: 'counter', labels: { route }, increase: 60, perSecond: 1 };
    };

    it('with a head', () => {
      const rows = tableOf(formatReport(dataWith('/cart')));
      expect(rows.length, 'rows with the head').toBe(4);
      expect(rows.map((row) => row.length), 'cells of each row').toEqual(Array(4).fill(rows[0]!.length));
      expect(rows.slice(1).map((row) => row[0]), 'first cell of each row').toEqual([
        'requests_total{route="/cart"}',
        'queue{name="/cart"}',
        'seconds{route="/cart"}',
      ]);
    });

    for (const route of [...HOSTILE, 'a|b', '|', '\\|', 'a\nb', '\n| x | y |', 'a\r\nb', '\u2028', '`a', '[a](b)']) {
      it(`whatever a label contains: ${inspect(route)}`, () => {
        const report = formatReport({ ...dataWith('letters'), series: [counterWith('/'), counterWith(route)] });
        const rows = rowsOf(counterWith('/'), counterWith(route));
        expect(rows.map((row) => row.length), 'cells of each row').toEqual(Array(3).fill(rows[0]!.length));
        expect(rows[2]!.slice(1), 'the cells after the first').toEqual(rows[1]!.slice(1));
        expect(report, 'the report').not.toMatch(/<[a-z/!]/i);
        expect(report, 'the report').not.toMatch(/[\r\u2028]/);
      });
    }

    it('of no series there is the head alone', () => {
      expect(rowsOf().length, 'rows').toBe(1);
    });
  });

  describe('8.6.9 `/dashboard` is that page, and `/dashboard/events` sends what is new', () => {
    const ASK = 'GET /dashboard/events HTTP/1.1\r\nHost: a\r\n\r\n';

    async function watched() {
      const clock = new Clock();
      const { monitor, url } = await served({ now: clock.now });
      const queue = monitor.metrics.gauge('queue', { labels: ['name'] });
      queue.set(1, { name: '<mail>' });
      return { clock, monitor, url, queue };
    }

    it('the page', async () => {
      const { monitor, url } = await watched();
      const { status, headers, body } = await ask(url, '/dashboard');
      expect(status, 'status').toBe(200);
      expect(headers['content-type']?.toLowerCase(), 'content type').toMatch(/^text\/html; ?charset=utf-8$/);
      expect(body, 'the page').toBe(renderDashboard(monitor.generateDashboard()));
    });

    it('an event for each tick', async () => {
      const { clock, monitor, url, queue } = await watched();
      const events = await fetch(`${url}/dashboard/events`);
      expect(events.status, 'status').toBe(200);
      expect(events.headers.get('content-type'), 'content type').toMatch(/^text\/event-stream\b/);
      const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (const length of [5, 6, 7]) {
        queue.set(length, { name: '<mail>' });
        clock.advance(MINUTE);
        monitor.tick();
        while (!/^data[^]*?\n\n/m.test(text)) text += (await reader.read()).value;
        const [event = ''] = text.split(/(?<=^data[^]*?\n\n)/m);
        text = text.slice(event.length);
        const data = [...event.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join('\n');
        expect(JSON.parse(data), 'data of the event').toBe(mainOf((await ask(url, '/dashboard')).body));
        const shown = parsePage(JSON.parse(data)).text;
        expect(shown, 'what it shows').toMatch(new RegExp(`queue\\{name="<mail>"\\}\\s*${length}`));
      }
      await reader.cancel();
    });

    it('to each that listens, and to nobody when they have gone', async () => {
      const { monitor, url, queue } = await watched();
      const some = await Promise.all([connected(url, ASK), connected(url, ASK)]);
      await Promise.all(some.map(({ until }) => until('\r\n\r\n')));
      monitor.tick();
      await Promise.all(some.map(({ until }) => until('data')));
      some[0]!.socket.destroy();
      await some[0]!.ended;
      queue.set(4_711, { name: 'sms' });
      monitor.tick();
      await some[1]!.until('4711');
      some[1]!.socket.destroy();
      await some[1]!.ended;
      monitor.tick();
    });

    it('who asks for more on such a connection is cut off', async () => {
      const { monitor, url } = await watched();
      for (const second of ['/dashboard/events', '/metrics', '/up']) {
        const greedy = await connected(url, ASK.repeat(2));
        expect(await isSettled(greedy.ended), 'whether it is cut off, who asks twice at once').toBe(true);
        const later = await connected(url, ASK);
        await later.until('\r\n\r\n');
        later.socket.write(`GET ${second} HTTP/1.1\r\nHost: a\r\n\r\n`);
        expect(await isSettled(later.ended), 'whether it is cut off, who asks again').toBe(true);
        expect(later.received(), 'what it was sent').not.toMatch(/HTTP[^]*HTTP/);
      }
      monitor.tick();
      expect((await ask(url, '/metrics')).status, 'status afterwards').toBe(200);
    });

    it('`HEAD` gets no events, and anything else is 405', async () => {
      const { url } = await watched();
      const head = await ask(url, '/dashboard/events', 'HEAD');
      expect([head.status, head.body], 'status and body').toEqual([200, '']);
      expect((await ask(url, '/dashboard/events', 'POST')).status, 'status of POST').toBe(405);
      expect((await ask(url, '/dashboard/events/..')).status, 'status of a path beyond').toBe(404);
    });
  });

  describe('8.6.10 Who does not read the events is cut off', () => {
    it('and the others go on', async () => {
      const clock = new Clock();
      const { monitor, url } = await served({ now: clock.now });
      monitor.addCheck('db', () => {
        throw new Error('x'.repeat(MAX_BEHIND_BYTES));
      });
      await monitor.performHealthCheck();
      const [stalled, reading] = [await connected(url), await connected(url)];
      stalled.socket.pause();
      for (const { socket } of [stalled, reading]) socket.write('GET /dashboard/events HTTP/1.1\r\nHost: a\r\n\r\n');
      await reading.until('\r\n\r\n');
      const ticks = 7; // the system keeps some 4 MB for a connection
      for (let tick = 1; tick <= ticks; tick++) {
        monitor.tick();
        while (reading.socket.bytesRead < tick * MAX_BEHIND_BYTES && !reading.socket.destroyed) await macrotask();
      }
      expect(reading.socket.destroyed, 'whether the one who reads is cut off').toBe(false);
      stalled.socket.resume();
      expect(await isSettled(stalled.ended), 'whether the one who does not is cut off').toBe(true);
      const received = stalled.received();
      const sent = ticks * MAX_BEHIND_BYTES;
      expect(received.length, 'characters that were kept for the one who does not').toBeLessThan(sent);
    });
  });
});
