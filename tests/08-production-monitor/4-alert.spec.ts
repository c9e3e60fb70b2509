import { countWork, growth } from '../work.ts';
import { describe, expect, it } from 'vitest';
import {
  type AlertRule,
  type Condition,
  ProductionMonitor,
  type RateCondition,
  type Signal,
} from '#exercise/08-production-monitor';
import { Clock } from '../clock.ts';
import { macrotask } from '../deferred.ts';
import { alerting, QUEUE_IS_LONG, rule } from './alerting.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('8.4 Wake somebody, once', () => {
  describe('8.4.1 A value is beyond its threshold, or it is not', () => {
    it('above', () => {
      const { queueIs } = alerting(rule('long', QUEUE_IS_LONG));
      const states = queueIs(0, 100, 101, 100, 99);
      expect(states, 'state at each tick').toBe('inactive inactive firing inactive inactive');
    });

    it('below', () => {
      const { queueIs } = alerting(
        rule('short', { kind: 'value', signal: { metric: 'queue' }, is: 'below', threshold: 3 }),
      );
      expect(queueIs(4, 3, 2, -5, 3), 'state at each tick').toBe('inactive inactive firing firing inactive');
    });

    it('each rule by itself', () => {
      const { queueIs, monitor } = alerting(
        rule('long', QUEUE_IS_LONG),
        rule('longer', { ...QUEUE_IS_LONG, threshold: 200 }, { severity: 'ticket' }),
      );
      queueIs(150);
      expect(monitor.alerts(), 'statuses').toEqual([
        { name: 'long', severity: 'page', state: 'firing', value: 150 },
        { name: 'longer', severity: 'ticket', state: 'inactive', value: 150 },
      ]);
    });
  });

  describe('8.4.2 A signal is the sum of the series that have the labels of `where`', () => {
    function valueOfSignal(signal: Signal): number | null {
      const { monitor, tick } = alerting(rule('any', { kind: 'value', signal, is: 'above', threshold: 1e9 }));
      const requests = monitor.metrics.counter('requests_total', { labels: ['route', 'outcome'] });
      requests.inc(1, { route: '/', outcome: 'ok' });
      requests.inc(20, { route: '/', outcome: 'error' });
      requests.inc(300, { route: '/cart', outcome: 'error' });
      const seconds = monitor.metrics.histogram('seconds', { labels: ['route'], buckets: [0.1, 0.5, 2] });
      for (const value of [0.1, 0.2, 0.5, 0.6, 3]) seconds.observe(value, { route: '/' });
      for (const value of [0.3, 1, 1]) seconds.observe(value, { route: '/cart' });
      return tick()[0]!.value;
    }

    const cases: [about: string, signal: Signal, value: number | null][] = [
      ['all of a counter', { metric: 'requests_total' }, 321],
      ['one label', { metric: 'requests_total', where: { outcome: 'error' } }, 320],
      ['two labels', { metric: 'requests_total', where: { outcome: 'error', route: '/' } }, 20],
      ['no series', { metric: 'requests_total', where: { outcome: 'lost' } }, 0],
      ['all of a histogram', { metric: 'seconds' }, 8],
      ['over a bound', { metric: 'seconds', over: 0.5 }, 4],
      ['over what lies between two bounds', { metric: 'seconds', over: 0.2 }, 4],
      ['over a bound, with a label', { metric: 'seconds', over: 0.1, where: { route: '/cart' } }, 3],
      ['over the last bound', { metric: 'seconds', over: 2 }, 1],
      ['over more than the last bound', { metric: 'seconds', over: 30 }, 0],
      ['no metric', { metric: 'request_total' }, null],
    ];
    for (const [about, signal, value] of cases) {
      it(about, () => {
        expect(valueOfSignal(signal), 'value of the alert').toBe(value);
      });
    }

    it('where there is nothing to read, a condition does not hold', () => {
      const { tick, told } = alerting(
        rule('below', { kind: 'value', signal: { metric: 'missing' }, is: 'below', threshold: 1 }),
        rule('above', { kind: 'value', signal: { metric: 'missing' }, is: 'above', threshold: -1 }),
      );
      expect(tick().map(({ state }) => state), 'states').toEqual(['inactive', 'inactive']);
      expect(told(), 'what was told').toEqual([]);
    });
  });

  describe('8.4.3 With `forMs` an alert is pending first', () => {
    it('until its condition has held for that long', () => {
      const { queueIs, told } = alerting(rule('long', QUEUE_IS_LONG, { forMs: 3 * MINUTE }));
      const states = queueIs(0, 150, 150, 150, 150, 150);
      expect(states, 'state at each tick').toBe('inactive pending pending pending firing firing');
      expect(told(), 'what was told, at which minute').toEqual(['4 firing long']);
    });

    it('anew after each tick at which it did not hold', () => {
      const { queueIs, told } = alerting(rule('long', QUEUE_IS_LONG, { forMs: 2 * MINUTE }));
      const states = queueIs(150, 150, 0, 150, 150, 100, 150, 150, 150);
      expect(states, 'state at each tick').toBe(
        'pending pending inactive pending pending inactive pending pending firing',
      );
      expect(told(), 'what was told, at which minute').toEqual(['8 firing long']);
    });

    it('it is time that counts, and not ticks', () => {
      const { clock, queueIs } = alerting(rule('long', QUEUE_IS_LONG, { forMs: 5 * MINUTE }));
      queueIs(150);
      clock.advance(4 * MINUTE);
      expect(queueIs(150), 'state at the second tick').toBe('firing');
    });
  });

  describe('8.4.4 `notify` is told once when an alert fires and once when it is resolved', () => {
    it('with the rule, the state and the instant', () => {
      const long = rule('long', QUEUE_IS_LONG, { runbook: '#long' });
      const { queueIs, notifications, clock } = alerting(long);
      const startedAt = clock.now();
      queueIs(0, 150, 180, 170, 20, 10);
      expect(notifications, 'notifications').toEqual([
        { rule: long, state: 'firing', at: startedAt + MINUTE },
        { rule: long, state: 'resolved', at: startedAt + 4 * MINUTE },
      ]);
    });

    it('and not of what was only pending', () => {
      const { queueIs, told } = alerting(rule('long', QUEUE_IS_LONG, { forMs: 5 * MINUTE }));
      queueIs(150, 150, 0, 150, 0);
      expect(told(), 'what was told').toEqual([]);
    });

    it('again when it fires again', () => {
      const { queueIs, told } = alerting(rule('long', QUEUE_IS_LONG));
      queueIs(150, 0, 150, 150, 0);
      expect(told(), 'what was told, at which minute').toEqual([
        '0 firing long',
        '1 resolved long',
        '2 firing long',
        '4 resolved long',
      ]);
    });
  });

  describe('8.4.5 A firing alert with `clear` goes on until the reading is no longer beyond `clear`', () => {
    it('above', () => {
      const { queueIs, told } = alerting(rule('long', { ...QUEUE_IS_LONG, clear: 50 }));
      expect(queueIs(60, 100, 101, 99, 101, 51, 50, 60, 100), 'state at each tick').toBe(
        'inactive inactive firing firing firing firing inactive inactive inactive',
      );
      expect(told(), 'what was told, at which minute').toEqual(['2 firing long', '6 resolved long']);
    });

    it('below', () => {
      const { queueIs } = alerting(
        rule('short', { kind: 'value', signal: { metric: 'queue' }, is: 'below', threshold: 3, clear: 6 }),
      );
      const states = queueIs(4, 2, 5, 3, 6, 5);
      expect(states, 'state at each tick').toBe('inactive firing firing firing inactive inactive');
    });
  });

  describe('8.4.6 With `keepFiringMs` a signal that flaps pages once', () => {
    it('however often it comes and goes', () => {
      const { queueIs, told } = alerting(rule('long', QUEUE_IS_LONG, { keepFiringMs: 3 * MINUTE }));
      queueIs(150, 0, 150, 0, 0, 150, 0, 0, 0, 150, 0, 150);
      expect(told(), 'what was told, at which minute').toEqual(['0 firing long']);
    });

    it('and is resolved when it has stayed away for that long', () => {
      const { queueIs, told } = alerting(rule('long', QUEUE_IS_LONG, { keepFiringMs: 3 * MINUTE }));
      const states = queueIs(150, 0, 0, 150, 0, 0, 0, 0, 0);
      expect(states, 'state at each tick').toBe(
        'firing firing firing firing firing firing firing inactive inactive',
      );
      expect(told(), 'what was told, at which minute').toEqual(['0 firing long', '7 resolved long']);
    });
  });

  describe('8.4.7 Nobody is told of a silenced alert', () => {
    it('that fires: when the silence ends, they are', () => {
      const { monitor, queueIs, told } = alerting(rule('long', QUEUE_IS_LONG));
      monitor.silence('long', 3 * MINUTE);
      expect(queueIs(0, 150, 150), 'state at each tick').toBe('inactive firing firing');
      expect(told(), 'what was told while it is silenced').toEqual([]);
      queueIs(150, 150);
      expect(told(), 'what was told, at which minute').toEqual(['3 firing long']);
    });

    it('that fires and is resolved meanwhile: nobody ever is', () => {
      const { monitor, queueIs, told } = alerting(rule('long', QUEUE_IS_LONG));
      monitor.silence('long', 3 * MINUTE);
      queueIs(150, 150, 0, 0, 0);
      expect(told(), 'what was told').toEqual([]);
    });

    it('that fired before: they are told of its end when the silence ends', () => {
      const { monitor, queueIs, told } = alerting(rule('long', QUEUE_IS_LONG), rule('other', QUEUE_IS_LONG));
      queueIs(150);
      monitor.silence('long', 3 * MINUTE);
      queueIs(0, 0, 0, 0, 0);
      expect(told(), 'what was told, at which minute').toEqual([
        '0 firing long',
        '0 firing other',
        '1 resolved other',
        '4 resolved long',
      ]);
    });
  });

  describe('8.4.8 When `notify` throws, or its promise is rejected, the next tick tries again', () => {
    it('and the other rules are evaluated', () => {
      const clock = new Clock();
      const monitor = new ProductionMonitor({ now: clock.now });
      monitor.metrics.gauge('queue').set(150);
      const told: string[] = [];
      let isReachable = false;
      monitor.setupAlerts({
        rules: [rule('first', QUEUE_IS_LONG), rule('second', QUEUE_IS_LONG)],
        notify: ({ rule: { name }, state }) => {
          if (name === 'first' && !isReachable) throw new Error('the pager does not answer');
          told.push(`${name} ${state}`);
        },
      });
      monitor.tick();
      clock.advance(MINUTE);
      monitor.tick();
      expect(told, 'what was told while one fails').toEqual(['second firing']);
      expect(monitor.alerts().map(({ state }) => state), 'states').toEqual(['firing', 'firing']);
      isReachable = true;
      clock.advance(MINUTE);
      monitor.tick();
      clock.advance(MINUTE);
      monitor.tick();
      expect(told, 'what was told').toEqual(['second firing', 'first firing']);
    });

    it('also where one learns of it later', async () => {
      const { clock, monitor } = alerting();
      monitor.metrics.gauge('queue').set(150);
      const told: string[] = [];
      let isReachable = false;
      const page = async (text: string) => {
        await macrotask();
        if (!isReachable) throw new Error('the pager does not answer');
        told.push(text);
      };
      monitor.setupAlerts({
        rules: [rule('long', QUEUE_IS_LONG)],
        notify: ({ state }) => page(state),
      });
      for (let minute = 0; minute < 4; minute++) {
        if (minute === 2) isReachable = true;
        monitor.tick();
        clock.advance(MINUTE);
        await macrotask();
        await macrotask();
      }
      expect(told, 'what was told').toEqual(['firing']);
    });
  });

  describe('8.4.9 A `rate` is the change a second over its window', () => {
    const growsFast: RateCondition = {
      kind: 'rate',
      signal: { metric: 'orders_total' },
      windowMs: 3 * MINUTE,
      is: 'above',
      threshold: 10,
    };

    /** The rate that is read at each tick, when the counter has grown by so much before it. */
    function ratesOf(...growth: number[]): (number | null)[] {
      const { monitor, tick } = alerting(rule('fast', growsFast));
      const orders = monitor.metrics.counter('orders_total');
      return growth.map((by) => {
        orders.inc(by);
        return tick()[0]!.value;
      });
    }

    it('since the first tick, until the window is full', () => {
      expect(ratesOf(5_000, 600, 0, 1_200), 'rate at each tick').toEqual([null, 10, 5, 10]);
    });

    it('then since the newest tick that is as long ago as the window, or longer', () => {
      const rates = ratesOf(0, 1_800, 0, 0, 0, 3_600, 0, 0, 0);
      expect(rates, 'rate at each tick').toEqual([null, 30, 15, 10, 0, 20, 20, 20, 0]);
    });

    it('ticks need not be regular', () => {
      const { clock, monitor, tick } = alerting(rule('fast', growsFast));
      const orders = monitor.metrics.counter('orders_total');
      tick();
      clock.advance(7 * MINUTE);
      orders.inc(4_800);
      expect(tick()[0]!.value, 'rate over eight minutes').toBe(10);
      orders.inc(600);
      expect(tick()[0]!.value, 'rate over nine, for there is no later tick that is three ago').toBe(10);
    });

    it('of a gauge it may be negative', () => {
      const { queueIs, monitor } = alerting(
        rule('falls', { ...growsFast, signal: { metric: 'queue' }, windowMs: MINUTE, is: 'below', threshold: -1 }),
      );
      expect(queueIs(600, 600, 480, 480), 'state at each tick').toBe('inactive inactive firing inactive');
      queueIs(420);
      expect(monitor.alerts()[0]!.value, 'rate').toBe(-1);
    });

    it('no rate, no alert: at the first tick, and while no time passes', () => {
      const clock = new Clock();
      const monitor = new ProductionMonitor({ now: clock.now });
      const orders = monitor.metrics.counter('orders_total');
      monitor.setupAlerts({ rules: [rule('fast', growsFast), rule('slow', { ...growsFast, is: 'below' })] });
      orders.inc(9_000);
      monitor.tick();
      orders.inc(9_000);
      monitor.tick();
      expect(monitor.alerts().map(({ state, value }) => `${state} ${value}`), 'state and rate').toEqual([
        'inactive null',
        'inactive null',
      ]);
    });
  });

  describe('8.4.10 A burn rate is above its factor over each of its windows', () => {
    const burns: Condition = {
      kind: 'burn',
      bad: { metric: 'requests_total', where: { outcome: 'error' } },
      total: { metric: 'requests_total' },
      objective: 0.99,
      factor: 10,
      windowsMs: [HOUR, 5 * MINUTE],
    };

    function shop(condition: Condition = burns, more: Partial<AlertRule> = {}) {
      const set = alerting(rule('burns', condition, more));
      const requests = set.monitor.metrics.counter('requests_total', { labels: ['outcome'] });
      /** So many minutes with a thousand requests, of which `errors` fail; what the alert is after the last. */
      const minutes = (count: number, errors: number, total = 1_000) => {
        let last = set.monitor.alerts()[0]!;
        for (let minute = 0; minute < count; minute++) {
          requests.inc(errors, { outcome: 'error' });
          requests.inc(total - errors, { outcome: 'ok' });
          last = set.tick()[0]!;
        }
        return last;
      };
      return { ...set, minutes };
    }

    it('the value is the least of them', () => {
      const { minutes } = shop();
      minutes(61, 0);
      // Over the hour 4 × 300 of 60,000 = 0.02, over the last five minutes 4 × 300 of 5,000.
      expect(minutes(4, 300).value, 'burn rate').toBeCloseTo(2, 9);
      expect(minutes(56, 300).value, 'burn rate when all of the hour is bad').toBeCloseTo(30, 9);
      expect(minutes(2, 0).value, 'burn rate two minutes after').toBeCloseTo(18, 9);
    });

    it('is of what was bad and of what there was, in each window', () => {
      const { minutes } = shop({ ...burns, windowsMs: [10 * MINUTE] });
      minutes(11, 50, 100);
      expect(minutes(10, 50, 10_000).value, 'burn rate with a hundred times the requests').toBeCloseTo(0.5, 9);
    });

    it('one minute that is bad wakes nobody', () => {
      const { minutes, told } = shop();
      minutes(90, 0);
      minutes(1, 500);
      minutes(30, 0);
      expect(told(), 'what was told').toEqual([]);
    });

    it('when it is over, the short window ends it', () => {
      const { minutes, told } = shop();
      minutes(61, 0);
      minutes(30, 300);
      minutes(6, 0);
      const states = told().map((text) => text.replace(/^\d+ /, ''));
      expect(states, 'what was told').toEqual(['firing burns', 'resolved burns']);
    });

    it('nothing is 0 of nothing', () => {
      const { minutes } = shop();
      minutes(10, 500);
      expect(minutes(10, 0, 0), 'the alert').toMatchObject({ state: 'inactive', value: 0 });
    });

    it('at `factor` it does not hold', () => {
      const half = { ...burns, objective: 0.5, factor: 1, windowsMs: [HOUR] };
      const at = shop(half).minutes(10, 500);
      expect(at, 'the alert at the factor').toMatchObject({ state: 'inactive', value: 1 });
      expect(shop(half).minutes(10, 501).state, 'state above it').toBe('firing');
    });
  });

  describe('8.4.11 What a tick does does not grow with the number of ticks before it', () => {
    it('counted at n, 2n and 4n', () => {
      const workAt = (ticks: number) => {
        const { monitor, tick } = alerting(
          rule('long', QUEUE_IS_LONG, { forMs: 5 * MINUTE }),
          rule('fast', {
            kind: 'rate',
            signal: { metric: 'queue' },
            windowMs: 8 * MINUTE,
            is: 'above',
            threshold: 1,
          }),
          rule('burns', {
            kind: 'burn',
            bad: { metric: 'errors_total' },
            total: { metric: 'requests_total' },
            objective: 0.99,
            factor: 10,
            windowsMs: [10 * MINUTE, 2 * MINUTE],
          }),
        );
        const requests = monitor.metrics.counter('requests_total');
        monitor.metrics.counter('errors_total');
        for (let n = 0; n < ticks; n++) {
          requests.inc(10);
          tick();
        }
        return countWork(() => {
          for (let n = 0; n < 10; n++) tick();
        });
      };
      expect(growth(50, workAt), 'growth of the work of ten ticks').toBe('constant');
    });
  });
});
