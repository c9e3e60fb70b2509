import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Labels, MetricConflictError, MetricsRegistry, OVERFLOW, quantile } from '#exercise/08-production-monitor';
import { randomNumbers } from '#framework';
import { Clock } from '../clock.ts';
import { deferred } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { distributionOf, LABEL_VALUES, seriesOf, textOf, valueOf, valuesOf } from './metrics.ts';

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
};

describe('8.1 Count', () => {
  describe('8.1.1 `inc` adds, a counter never falls, a gauge is `set` and `add`ed to', () => {
    it('by 1, or by what is given', () => {
      const metrics = new MetricsRegistry();
      const orders = metrics.counter('orders_total');
      orders.inc();
      orders.inc(5);
      orders.inc(0);
      orders.inc(0.5);
      expect(valueOf(metrics, 'orders_total'), 'value of the counter').toBe(6.5);
    });

    for (const by of [-1, NaN, Infinity, -Infinity]) {
      it(`not by ${by}`, () => {
        const metrics = new MetricsRegistry();
        const orders = metrics.counter('orders_total');
        orders.inc(3);
        expect(thrownBy(() => orders.inc(by)), 'what inc threw').toBeInstanceOf(RangeError);
        expect(valueOf(metrics, 'orders_total'), 'value of the counter').toBe(3);
      });
    }

    it('a gauge goes up and down', () => {
      const metrics = new MetricsRegistry();
      const open = metrics.gauge('connections');
      open.set(10);
      open.add(3);
      open.add(-5);
      expect(valueOf(metrics, 'connections'), 'value of the gauge').toBe(8);
      open.set(-2);
      expect(valueOf(metrics, 'connections'), 'value when it is set anew').toBe(-2);
    });
  });

  describe('8.1.2 Each set of label values is a series of its own', () => {
    it('whatever strings they are', () => {
      const metrics = new MetricsRegistry();
      const requests = metrics.counter('requests_total', { labels: ['route', 'host'] });
      const pairs = LABEL_VALUES.flatMap((route) => LABEL_VALUES.map((host) => ({ route, host })));
      for (const [index, labels] of pairs.entries()) requests.inc(index, labels);
      const expected = pairs.map((labels, index) => `${textOf(labels)} ${index}`);
      const found = valuesOf(metrics, 'requests_total').map(([labels, value]) => `${textOf(labels)} ${value}`);
      const lost = expected.filter((series) => !found.includes(series));
      expect(lost.slice(0, 3), 'the first series, and their values, that are not there').toEqual([]);
      expect(found.length, 'series').toBe(expected.length);
    });

    it('in whatever order the labels are given', () => {
      const metrics = new MetricsRegistry();
      const requests = metrics.counter('requests_total', { labels: ['route', 'host'] });
      requests.inc(1, { route: '/cart', host: 'a' });
      requests.inc(2, { host: 'a', route: '/cart' });
      requests.inc(4, { host: '/cart', route: 'a' });
      const values = valuesOf(metrics, 'requests_total').map(([, value]) => value);
      expect(values.toSorted(), 'values').toEqual([3, 4]);
    });

    it('of gauges and histograms, too', () => {
      const metrics = new MetricsRegistry();
      const queue = metrics.gauge('queue', { labels: ['name'] });
      queue.set(3, { name: 'mail' });
      queue.set(8, { name: 'sms' });
      queue.add(1, { name: 'mail' });
      expect(valuesOf(metrics, 'queue'), 'labels and value of each series').toEqual([
        [{ name: 'mail' }, 4],
        [{ name: 'sms' }, 8],
      ]);
      const seconds = metrics.histogram('seconds', { labels: ['name'] });
      seconds.observe(1, { name: 'mail' });
      seconds.observe(2, { name: 'mail' });
      seconds.observe(4, { name: 'sms' });
      const of = (name: string) => distributionOf(metrics, 'seconds', { name });
      expect(of('mail'), 'distribution of the one').toMatchObject({ count: 2, sum: 3 });
      expect(of('sms'), 'distribution of the other').toMatchObject({ count: 1, sum: 4 });
    });
  });

  describe('8.1.3 A histogram counts a value in each bucket whose bound is at least the value', () => {
    it('at a bound, between two, and beyond the last', () => {
      const metrics = new MetricsRegistry();
      const bytes = metrics.histogram('bytes', { buckets: [10, 20, 40] });
      for (const value of [10, 10.5, 20, 39, 41, 1_000, 0]) bytes.observe(value);
      expect(distributionOf(metrics, 'bytes'), 'distribution').toMatchObject({
        count: 7,
        sum: 1_120.5,
        buckets: [
          { le: 10, count: 2 },
          { le: 20, count: 4 },
          { le: 40, count: 5 },
        ],
      });
    });

    it('has the default buckets unless it is told otherwise', () => {
      const metrics = new MetricsRegistry();
      metrics.histogram('seconds').observe(0.3);
      const { buckets } = distributionOf(metrics, 'seconds');
      expect(buckets.map(({ le, count }) => `${le}: ${count}`), 'bounds and counts').toEqual([
        ...['0.005: 0', '0.01: 0', '0.025: 0', '0.05: 0', '0.1: 0', '0.25: 0'],
        ...['0.5: 1', '1: 1', '2.5: 1', '5: 1', '10: 1'],
      ]);
    });
  });

  describe('8.1.4 `quantile` takes the values as evenly spread in their bucket', () => {
    const buckets = [
      { le: 1, count: 10 },
      { le: 2, count: 10 },
      { le: 4, count: 30 },
    ];

    for (const [q, expected] of [[0.125, 0.5], [0.25, 1], [0.5, 3], [0.75, 4], [0.625, 3.5]] as const) {
      it(`of forty values, the part ${q}`, () => {
        expect(quantile({ count: 40, sum: 100, buckets }, q), `quantile ${q}`).toBeCloseTo(expected, 9);
      });
    }

    it('beyond the last bound it is that', () => {
      expect(quantile({ count: 40, sum: 100, buckets }, 0.99), 'quantile 0.99').toBe(4);
      const beyond = { count: 5, sum: 100, buckets: [{ le: 1, count: 0 }] };
      expect(quantile(beyond, 0.5), 'of values all beyond').toBe(1);
    });

    it('of no values it is 0', () => {
      expect(quantile({ count: 0, sum: 0, buckets: [{ le: 1, count: 0 }] }, 0.5), 'quantile 0.5').toBe(0);
    });

    it('is in the bucket of the true one, of a thousand values made up from a seed', () => {
      const random = randomNumbers(8);
      const metrics = new MetricsRegistry();
      const seconds = metrics.histogram('seconds', { buckets: [0.01, 0.1, 1, 10] });
      const values = Array.from({ length: 1_000 }, () => 10 ** (random() * 3 - 2.5));
      for (const value of values) seconds.observe(value);
      values.sort((a, b) => a - b);
      for (const q of [0.1, 0.5, 0.9, 0.99]) {
        const exact = values[Math.ceil(q * 1_000) - 1]!;
        const estimate = quantile(distributionOf(metrics, 'seconds'), q);
        const bucketOf = (value: number) => [0.01, 0.1, 1, 10].findIndex((bound) => value <= bound);
        expect(bucketOf(estimate), `bucket of the quantile ${q}`).toBe(bucketOf(exact));
      }
    });
  });

  describe('8.1.5 `time` observes the seconds until `fn` is through', () => {
    function timed() {
      const clock = new Clock();
      const metrics = new MetricsRegistry({ now: clock.now });
      const histogram = metrics.histogram('seconds');
      const observed = () => distributionOf(metrics, 'seconds');
      const count = () => {
        return seriesOf(metrics, 'seconds').reduce((sum, one) => sum + ('count' in one ? one.count : 0), 0);
      };
      return { clock, histogram, observed, count };
    }

    it('until it returns', () => {
      const { clock, histogram, observed } = timed();
      const order = { id: 1 };
      const returned = histogram.time(() => {
        clock.advance(250);
        return order;
      });
      expect(returned, 'what time returned').toBe(order);
      expect(observed(), 'distribution').toMatchObject({ count: 1, sum: 0.25 });
    });

    it('until it throws', () => {
      const { clock, histogram, observed } = timed();
      const error = new Error('no such order');
      const failing = () => {
        clock.advance(1_500);
        throw error;
      };
      expect(thrownBy(() => histogram.time(failing)), 'what time threw').toBe(error);
      expect(observed(), 'distribution').toMatchObject({ count: 1, sum: 1.5 });
    });

    it('until its promise is resolved', async () => {
      const { clock, histogram, observed, count } = timed();
      const pending = deferred<string>();
      const running = histogram.time(() => pending.promise);
      clock.advance(2_000);
      expect(count(), 'values observed while it runs').toBe(0);
      pending.resolve('order');
      expect(await running, 'what it resolved to').toBe('order');
      expect(observed(), 'distribution').toMatchObject({ count: 1, sum: 2 });
    });

    it('until its promise is rejected', async () => {
      const { clock, histogram, observed } = timed();
      const pending = deferred<string>();
      const error = new Error('connection lost');
      const running = histogram.time(() => pending.promise).then(
        () => 'nothing was rejected',
        (reason: unknown) => reason,
      );
      clock.advance(3_000);
      pending.reject(error);
      expect(await running, 'what it was rejected with').toBe(error);
      expect(observed(), 'distribution').toMatchObject({ count: 1, sum: 3 });
    });

    it('not at all with labels that are wrong: these are a TypeError before anything is done', () => {
      const metrics = new MetricsRegistry({ now: new Clock().now });
      const seconds = metrics.histogram('seconds', { labels: ['route'] });
      const [order, orders] = recorder(() => 'ordered');
      const wrong: Labels[] = [{}, { path: '/' }, { route: '/', outcome: 'ok' }];
      for (const labels of wrong) {
        expect(thrownBy(() => seconds.time(order, labels)), 'what time threw').toBeInstanceOf(TypeError);
      }
      expect(orders.length, 'calls of what was to be timed').toBe(0);
      expect(seriesOf(metrics, 'seconds'), 'series').toEqual([]);
    });
  });

  describe('8.1.6 `outcome` is filled in where the histogram has such a label', () => {
    function timed() {
      const metrics = new MetricsRegistry({ now: new Clock().now });
      const histogram = metrics.histogram('seconds', { labels: ['route', 'outcome'] });
      const outcomes = () =>
        seriesOf(metrics, 'seconds')
          .flatMap((series) => ('count' in series ? [`${series.labels.outcome} ${series.count}`] : []))
          .toSorted();
      return { histogram, outcomes };
    }
    const labels = { route: '/cart' };

    it('of what returns and what throws', () => {
      const { histogram, outcomes } = timed();
      histogram.time(() => 1, labels);
      thrownBy(() =>
        histogram.time(() => {
          throw new Error('no such order');
        }, labels),
      );
      expect(outcomes(), 'outcomes and how many').toEqual(['error 1', 'ok 1']);
    });

    it('of promises', async () => {
      const { histogram, outcomes } = timed();
      await histogram.time(async () => 1, labels);
      await histogram.time(() => Promise.reject(new Error('connection lost')), labels).catch(() => {});
      await histogram.time(() => Promise.reject(new Error('connection lost')), labels).catch(() => {});
      expect(outcomes(), 'outcomes and how many').toEqual(['error 2', 'ok 1']);
    });

    it('and not where it was given', () => {
      const { histogram, outcomes } = timed();
      histogram.time(() => 1, { route: '/cart', outcome: 'cached' });
      expect(outcomes(), 'outcomes and how many').toEqual(['cached 1']);
    });
  });

  describe('8.1.7 A metric without labels has its series from the beginning', () => {
    it('at 0', () => {
      const metrics = new MetricsRegistry();
      metrics.counter('orders_total');
      metrics.gauge('connections');
      metrics.histogram('seconds');
      expect(valueOf(metrics, 'orders_total'), 'value of a counter').toBe(0);
      expect(valueOf(metrics, 'connections'), 'value of a gauge').toBe(0);
      expect(distributionOf(metrics, 'seconds'), 'distribution').toMatchObject({ count: 0, sum: 0 });
    });

    it('one with labels has none', () => {
      const metrics = new MetricsRegistry();
      metrics.counter('orders_total', { labels: ['route'] });
      expect(seriesOf(metrics, 'orders_total'), 'series').toEqual([]);
    });
  });

  describe('8.1.8 What would need a series too many goes to that of `OVERFLOW`', () => {
    function sessions(maxSeries: number) {
      const metrics = new MetricsRegistry({ maxSeries });
      return { metrics, requests: metrics.counter('requests_total', { labels: ['session'] }) };
    }

    it('a thousand sessions are three series and one', () => {
      const { metrics, requests } = sessions(3);
      for (let session = 0; session < 1_000; session++) requests.inc(1, { session: `s${session}` });
      expect(valuesOf(metrics, 'requests_total'), 'labels and value of each series').toEqual([
        [{ session: 's0' }, 1],
        [{ session: 's1' }, 1],
        [{ session: 's2' }, 1],
        [{ session: OVERFLOW }, 997],
      ]);
    });

    it('those that are there go on counting', () => {
      const { metrics, requests } = sessions(2);
      for (const session of ['a', 'b', 'c', 'a', 'b', 'c', 'd', 'a']) requests.inc(1, { session });
      expect(valuesOf(metrics, 'requests_total'), 'labels and value of each series').toEqual([
        [{ session: 'a' }, 3],
        [{ session: 'b' }, 2],
        [{ session: OVERFLOW }, 3],
      ]);
    });

    it('somebody may have used its name before', () => {
      const { metrics, requests } = sessions(2);
      for (const session of [OVERFLOW, 'a', 'b', 'c', OVERFLOW]) requests.inc(1, { session });
      expect(valuesOf(metrics, 'requests_total'), 'labels and value of each series').toEqual([
        [{ session: OVERFLOW }, 3],
        [{ session: 'a' }, 1],
        [{ session: 'b' }, 1],
      ]);
    });

    it('of two labels, both say so; and each metric has room of its own', () => {
      const metrics = new MetricsRegistry({ maxSeries: 1 });
      const requests = metrics.counter('requests_total', { labels: ['route', 'host'] });
      requests.inc(1, { route: '/cart', host: 'a' });
      requests.inc(2, { route: '/cart', host: 'b' });
      metrics.counter('orders_total', { labels: ['host'] }).inc(4, { host: 'b' });
      expect(valuesOf(metrics, 'requests_total'), 'labels and value of each series').toEqual([
        [{ route: '/cart', host: 'a' }, 1],
        [{ route: OVERFLOW, host: OVERFLOW }, 2],
      ]);
      expect(valuesOf(metrics, 'orders_total'), 'of another metric').toEqual([[{ host: 'b' }, 4]]);
    });
  });

  describe('8.1.9 To ask for a name again gives the same metric, or a `MetricConflictError`', () => {
    it('the same', () => {
      const metrics = new MetricsRegistry();
      metrics.counter('orders_total').inc(2);
      metrics.counter('orders_total').inc(3);
      expect(valueOf(metrics, 'orders_total'), 'value of the counter').toBe(5);
      metrics.histogram('seconds', { labels: ['route'], buckets: [1, 2] }).observe(1, { route: '/' });
      metrics.histogram('seconds', { labels: ['route'], buckets: [1, 2] }).observe(2, { route: '/' });
      expect(distributionOf(metrics, 'seconds', { route: '/' }).count, 'values of the histogram').toBe(2);
      expect(metrics.snapshot().map(({ name }) => name), 'metrics').toEqual(['orders_total', 'seconds']);
    });

    const others: Record<string, (metrics: MetricsRegistry) => unknown> = {
      'a gauge': (metrics) => metrics.gauge('seconds'),
      'a counter': (metrics) => metrics.counter('seconds', { labels: ['route'] }),
      'other labels': (metrics) => metrics.histogram('seconds', { labels: ['host'], buckets: [1, 2] }),
      'other buckets': (metrics) => metrics.histogram('seconds', { labels: ['route'], buckets: [1, 3] }),
    };
    for (const [other, ask] of Object.entries(others)) {
      it(`not ${other}`, () => {
        const metrics = new MetricsRegistry();
        metrics.histogram('seconds', { labels: ['route'], buckets: [1, 2] });
        const error = thrownBy(() => ask(metrics));
        expect(error, 'what it threw').toMatchObject({ name: MetricConflictError.name, metric: 'seconds' });
      });
    }
  });

  describe('8.1.10 What `snapshot` returned does not change', () => {
    it('of any type', () => {
      const metrics = new MetricsRegistry();
      const count = () => {
        metrics.counter('orders_total').inc();
        metrics.gauge('queue', { labels: ['name'] }).add(1, { name: 'mail' });
        metrics.histogram('seconds').observe(0.2);
      };
      count();
      const snapshot = metrics.snapshot();
      const before = structuredClone(snapshot);
      count();
      metrics.gauge('queue', { labels: ['name'] }).set(5, { name: 'sms' });
      metrics.gauge('connections');
      expect(snapshot, 'the snapshot, after further values').toEqual(before);
      expect(inspect(metrics.snapshot()), 'a new one').not.toBe(inspect(before));
    });
  });
});
