import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DurationHistogram, MetadataPerformanceMonitor } from '#exercise/05-performance-monitor';
import { describe as describeClass, shopClasses } from '#framework';
import { Clock } from '../clock.ts';
import { deferred, macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { meanwhile, metricsOf, rejectionOf, take, thrownBy } from './metrics.ts';

function monitorWithClock(): { monitor: MetadataPerformanceMonitor; clock: Clock } {
  const clock = new Clock();
  return { monitor: new MetadataPerformanceMonitor({ now: clock.now }), clock };
}

describe('5.2 Measure', () => {
  describe('5.2.1 `measure` lets the value or the very error of `fn` through', () => {
    for (const value of [{ id: 1 }, undefined, null, 0, '', Promise.resolve(1)]) {
      it(`returns ${inspect(value)}`, () => {
        const { monitor } = monitorWithClock();
        expect(monitor.measure('parse', () => value), 'what measure returned').toBe(value);
      });
    }

    for (const error of [new Error('no such class'), 'a string', undefined]) {
      it(`throws ${inspect(error).split('\n')[0]}`, () => {
        const { monitor } = monitorWithClock();
        const failing = () => {
          throw error;
        };
        expect(thrownBy(() => monitor.measure('parse', failing)), 'what measure threw').toBe(error);
      });
    }

    it('calls `fn` once, without arguments, before it returns', () => {
      const { monitor } = monitorWithClock();
      const [fn, calls] = recorder((..._args: unknown[]) => 'columns');
      monitor.measure('describe', fn);
      expect(calls, 'arguments of the calls of fn').toEqual([[]]);
    });
  });

  describe('5.2.2 `measureAsync` resolves and rejects as the promise of `fn` does', () => {
    it('resolves to the value itself', async () => {
      const { monitor } = monitorWithClock();
      const order = { id: 1 };
      expect(await monitor.measureAsync('load', async () => order), 'what it resolved to').toBe(order);
    });

    it('rejects with the very error', async () => {
      const { monitor } = monitorWithClock();
      const error = new Error('connection lost');
      const rejected = monitor.measureAsync('load', () => Promise.reject(error));
      expect(await rejectionOf(rejected), 'what it was rejected with').toBe(error);
    });

    it('rejects when `fn` throws instead of returning a promise', async () => {
      const { monitor } = monitorWithClock();
      const error = new Error('no such loader');
      const failing = (): Promise<never> => {
        throw error;
      };
      let rejected: Promise<unknown> = Promise.resolve();
      const thrown = thrownBy(() => {
        rejected = meanwhile(monitor.measureAsync('load', failing));
      });
      expect(thrown, 'what it threw').toBe('nothing was thrown');
      expect(await rejectionOf(rejected), 'what it was rejected with').toBe(error);
    });

    it('calls `fn` once, without arguments', async () => {
      const { monitor } = monitorWithClock();
      const [fn, calls] = recorder(async (..._args: unknown[]) => 'columns');
      await monitor.measureAsync('load', fn);
      expect(calls, 'arguments of the calls of fn').toEqual([[]]);
    });
  });

  describe('5.2.3 Every call counts once, when it has ended; a failure also as an error', () => {
    it('of `measure`', () => {
      const { monitor } = monitorWithClock();
      monitor.measure('parse', () => 1);
      monitor.measure('parse', () => 2);
      thrownBy(() =>
        monitor.measure('parse', () => {
          throw new Error('unexpected end');
        }),
      );
      expect(metricsOf(monitor, 'parse'), 'metrics of two calls and a failure').toMatchObject({
        count: 3,
        errors: 1,
        timed: 3,
      });
    });

    it('of `measureAsync`', async () => {
      const { monitor } = monitorWithClock();
      await monitor.measureAsync('load', async () => 1);
      await rejectionOf(monitor.measureAsync('load', () => Promise.reject(new Error('connection lost'))));
      await rejectionOf(
        monitor.measureAsync('load', () => {
          throw new Error('no such loader');
        }),
      );
      expect(metricsOf(monitor, 'load'), 'metrics of a call and two failures').toMatchObject({
        count: 3,
        errors: 2,
        timed: 3,
      });
    });

    it('what is still running is not listed', async () => {
      const { monitor } = monitorWithClock();
      const pending = deferred<string>();
      const running = meanwhile(monitor.measureAsync('load', () => pending.promise));
      monitor.measure('parse', () => {
        expect(monitor.getMetrics().operations, 'operations while two calls are running').toEqual([]);
      });
      pending.resolve('loaded');
      await running;
      expect(metricsOf(monitor, 'load').count, 'count when it has ended').toBe(1);
    });

    it('of several at a time, only those that have ended', async () => {
      const { monitor } = monitorWithClock();
      const pending = [deferred<number>(), deferred<number>(), deferred<number>()];
      const running = pending.map(({ promise }) => meanwhile(monitor.measureAsync('load', () => promise)));
      pending[1]!.resolve(1);
      await running[1];
      expect(metricsOf(monitor, 'load').count, 'count when one of three has ended').toBe(1);
      pending[0]!.resolve(0);
      pending[2]!.resolve(2);
      await Promise.all(running);
      expect(metricsOf(monitor, 'load').count, 'count when all have ended').toBe(3);
    });
  });

  describe('5.2.4 A call takes until `fn` has returned or thrown, or its promise is settled', () => {
    it('of `measure`, with the clock turned within `fn`', () => {
      const { monitor, clock } = monitorWithClock();
      clock.advance(100);
      monitor.measure('parse', () => clock.advance(7));
      clock.advance(100);
      expect(metricsOf(monitor, 'parse'), 'metrics').toMatchObject({ totalMs: 7, minMs: 7, maxMs: 7 });
    });

    it('of a call that throws', () => {
      const { monitor, clock } = monitorWithClock();
      thrownBy(() =>
        monitor.measure('parse', () => {
          clock.advance(7);
          throw new Error('unexpected end');
        }),
      );
      expect(metricsOf(monitor, 'parse').totalMs, 'totalMs').toBe(7);
    });

    it('of `measureAsync`, until the promise is resolved', async () => {
      const { monitor, clock } = monitorWithClock();
      const pending = deferred<string>();
      const load = () => {
        clock.advance(2);
        return pending.promise;
      };
      const running = meanwhile(monitor.measureAsync('load', load));
      await macrotask();
      clock.advance(40);
      pending.resolve('loaded');
      await running;
      clock.advance(1_000);
      expect(metricsOf(monitor, 'load').totalMs, 'totalMs').toBe(42);
    });

    it('of `measureAsync`, until the promise is rejected', async () => {
      const { monitor, clock } = monitorWithClock();
      const pending = deferred<string>();
      const answer = meanwhile(pending.promise);
      const running = rejectionOf(monitor.measureAsync('load', () => answer));
      clock.advance(30);
      pending.reject(new Error('connection lost'));
      await running;
      clock.advance(1_000);
      expect(metricsOf(monitor, 'load').totalMs, 'totalMs').toBe(30);
    });
  });

  describe('5.2.5 A span ends when it is disposed of, once', () => {
    it('at the end of its block', () => {
      const { monitor, clock } = monitorWithClock();
      clock.advance(3);
      {
        using _span = monitor.start('render');
        clock.advance(8);
      }
      clock.advance(3);
      expect(metricsOf(monitor, 'render'), 'metrics').toMatchObject({ count: 1, totalMs: 8 });
    });

    it('by `return`, `break` and `throw`', () => {
      const { monitor, clock } = monitorWithClock();
      const returning = () => {
        using _span = monitor.start('return');
        clock.advance(1);
        return 'value';
      };
      expect(returning(), 'what the function returned').toBe('value');
      for (;;) {
        using _span = monitor.start('break');
        clock.advance(2);
        break;
      }
      const error = new Error('no template');
      const throwing = () => {
        using _span = monitor.start('throw');
        clock.advance(3);
        throw error;
      };
      expect(thrownBy(throwing), 'what the function threw').toBe(error);
      for (const [ms, operation] of [[1, 'return'], [2, 'break'], [3, 'throw']] as const) {
        expect(metricsOf(monitor, operation), `metrics of ${operation}`).toMatchObject({ count: 1, totalMs: ms });
      }
    });

    it('in an async function, when that is through', async () => {
      const { monitor, clock } = monitorWithClock();
      const pending = deferred<void>();
      const render = async () => {
        using _span = monitor.start('render');
        await pending.promise;
      };
      const running = meanwhile(render());
      clock.advance(20);
      await macrotask();
      expect(monitor.getMetrics().operations, 'operations while it waits').toEqual([]);
      pending.resolve();
      await running;
      expect(metricsOf(monitor, 'render').totalMs, 'totalMs').toBe(20);
    });

    it('not again', () => {
      const { monitor, clock } = monitorWithClock();
      const span = monitor.start('render');
      clock.advance(5);
      span[Symbol.dispose]();
      clock.advance(5);
      span[Symbol.dispose]();
      expect(metricsOf(monitor, 'render'), 'metrics').toMatchObject({ count: 1, totalMs: 5 });
    });
  });

  describe('5.2.6 `fail` makes a span an error, once', () => {
    it('however often it is called', () => {
      const { monitor } = monitorWithClock();
      {
        using span = monitor.start('render');
        span.fail();
        span.fail();
      }
      expect(metricsOf(monitor, 'render'), 'metrics').toMatchObject({ count: 1, errors: 1 });
    });

    it('when it has ended, and not before', () => {
      const { monitor } = monitorWithClock();
      monitor.measure('render', () => {});
      const span = monitor.start('render');
      span.fail();
      expect(metricsOf(monitor, 'render').errors, 'errors while it is running').toBe(0);
      span[Symbol.dispose]();
      expect(metricsOf(monitor, 'render').errors, 'errors when it has ended').toBe(1);
    });

    it('a block that is left by throwing is no error of itself', () => {
      const { monitor } = monitorWithClock();
      thrownBy(() => {
        using _span = monitor.start('render');
        throw new Error('no template');
      });
      expect(metricsOf(monitor, 'render'), 'metrics').toMatchObject({ count: 1, errors: 0 });
    });
  });

  describe('5.2.7 Each operation has metrics of its own, and what was returned does not change', () => {
    it('of two operations', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'hit', [1, 2]);
      take(monitor, clock, 'miss', [80]);
      expect(metricsOf(monitor, 'hit'), 'metrics of the one').toMatchObject({ count: 2, totalMs: 3 });
      expect(metricsOf(monitor, 'miss'), 'metrics of the other').toMatchObject({ count: 1, totalMs: 80 });
      expect(monitor.getMetrics().operations.length, 'operations listed').toBe(2);
    });

    it('describes each class of the shop under its name', () => {
      const { monitor } = monitorWithClock();
      for (const Class of shopClasses) monitor.measure(Class.name, () => describeClass(Class));
      const listed = monitor.getMetrics().operations.map(({ operation }) => operation);
      expect(listed.toSorted(), 'operations listed').toEqual(shopClasses.map(({ name }) => name).toSorted());
    });

    for (const operation of ['', ' ', '__proto__', 'constructor', 'toString', '0']) {
      it(`any string is a name: ${inspect(operation)}`, () => {
        const { monitor, clock } = monitorWithClock();
        take(monitor, clock, operation, [4, 6]);
        expect(metricsOf(monitor, operation), 'metrics').toMatchObject({ count: 2, totalMs: 10 });
        expect(monitor.getMetrics().operations.length, 'operations listed').toBe(1);
      });
    }

    it('what was returned is as it was', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'hit', [1, 2]);
      const report = monitor.getMetrics();
      const before = structuredClone(report);
      take(monitor, clock, 'hit', [50]);
      take(monitor, clock, 'miss', [80]);
      expect(report, 'the report, after further calls').toEqual(before);
    });
  });

  describe('5.2.8 The statistics are those of a `DurationHistogram` of the calls', () => {
    it('of three hundred calls', () => {
      const { monitor, clock } = monitorWithClock();
      const durations = Array.from({ length: 300 }, (_, i) => 1 + ((i * 37) % 300));
      take(monitor, clock, 'query', durations);
      const histogram = new DurationHistogram();
      for (const ms of durations) histogram.record(ms);
      expect(metricsOf(monitor, 'query'), 'metrics').toMatchObject({
        totalMs: 45_150,
        minMs: 1,
        maxMs: 300,
        meanMs: expect.closeTo(150.5, 9),
        standardDeviationMs: expect.closeTo(histogram.standardDeviation, 9),
        p50Ms: histogram.percentile(50),
        p95Ms: histogram.percentile(95),
        p99Ms: histogram.percentile(99),
      });
    });

    it('failures and spans are among them', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'query', [2]);
      {
        using _span = monitor.start('query');
        clock.advance(4);
      }
      thrownBy(() =>
        monitor.measure('query', () => {
          clock.advance(90);
          throw new Error('timeout');
        }),
      );
      expect(metricsOf(monitor, 'query'), 'metrics').toMatchObject({
        totalMs: 96,
        minMs: 2,
        maxMs: 90,
        meanMs: expect.closeTo(32, 9),
        p99Ms: 90,
      });
    });

    it('the pages of the symptom: the mean is 12 ms, and no page takes 12 ms', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'page', [...Array<number>(499).fill(2), 5_000]);
      expect(metricsOf(monitor, 'page'), 'metrics').toMatchObject({
        meanMs: expect.closeTo(11.996, 9),
        p50Ms: expect.closeTo(2, 1),
        p99Ms: expect.closeTo(2, 1),
        maxMs: 5_000,
        standardDeviationMs: expect.closeTo(223.29, 2),
      });
    });
  });

  describe('5.2.9 `ratePerSecond` is the calls per second since the monitor was made', () => {
    it('however long they took', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'page', [10, 20, 30]);
      clock.advance(1_940);
      expect(monitor.getMetrics().elapsedMs, 'elapsedMs').toBe(2_000);
      expect(metricsOf(monitor, 'page').ratePerSecond, 'calls a second').toBe(1.5);
    });

    it('of an operation that was first called late', () => {
      const { monitor, clock } = monitorWithClock();
      clock.advance(9_000);
      take(monitor, clock, 'page', [500, 500]);
      expect(metricsOf(monitor, 'page').ratePerSecond, 'calls a second').toBe(0.2);
    });

    it('before time has passed it is 0', () => {
      const { monitor } = monitorWithClock();
      monitor.measure('page', () => {});
      expect(monitor.getMetrics().elapsedMs, 'elapsedMs').toBe(0);
      expect(metricsOf(monitor, 'page').ratePerSecond, 'calls a second').toBe(0);
    });
  });

  describe('5.2.10 A clock that is set back makes a call of 0 ms', () => {
    it('of `measure`', () => {
      const { monitor, clock } = monitorWithClock();
      const value = monitor.measure('page', () => {
        clock.advance(-3);
        return 'rendered';
      });
      expect(value, 'what measure returned').toBe('rendered');
      expect(metricsOf(monitor, 'page'), 'metrics').toMatchObject({ count: 1, totalMs: 0, minMs: 0, maxMs: 0 });
    });

    it('of `measureAsync`', async () => {
      const { monitor, clock } = monitorWithClock();
      const value = await monitor.measureAsync('page', async () => {
        clock.advance(-3);
        return 'rendered';
      });
      expect(value, 'what it resolved to').toBe('rendered');
      expect(metricsOf(monitor, 'page'), 'metrics').toMatchObject({ count: 1, totalMs: 0 });
    });
  });
});
