import { describe, expect, it } from 'vitest';
import { type CallNode, MetadataPerformanceMonitor } from '#exercise/05-performance-monitor';
import { Clock } from '../clock.ts';
import { deferred, macrotask } from '../deferred.ts';
import { meanwhile, metricsOf, rejectionOf, take, thrownBy } from './metrics.ts';

function monitorWithClock(): { monitor: MetadataPerformanceMonitor; clock: Clock } {
  const clock = new Clock();
  return { monitor: new MetadataPerformanceMonitor({ now: clock.now }), clock };
}

/** `['page 1 10/3', ['load 2 7/7']]`: name, count, total and self time, and what is nested. */
type Drawn = (string | Drawn)[];

const drawn = (nodes: readonly CallNode[]): Drawn =>
  nodes.flatMap(({ operation, count, totalMs, selfMs, nested }) => {
    const node = `${operation} ${count} ${totalMs}/${selfMs}`;
    return nested.length === 0 ? [node] : [node, drawn(nested)];
  });

describe('5.3 Nest', () => {
  describe('5.3.1 `selfMs` is the time in which nothing nested directly was running', () => {
    it('of one call in another', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => {
        clock.advance(1);
        monitor.measure('query', () => clock.advance(20));
        clock.advance(2);
      });
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 23, selfMs: 3 });
      expect(metricsOf(monitor, 'query'), 'metrics of the inner').toMatchObject({ totalMs: 20, selfMs: 20 });
    });

    it('of several calls in one', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => {
        take(monitor, clock, 'query', [20, 30]);
        clock.advance(5);
        take(monitor, clock, 'render', [40]);
      });
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 95, selfMs: 5 });
      expect(metricsOf(monitor, 'query'), 'metrics of the inner').toMatchObject({ totalMs: 50, selfMs: 50 });
    });

    it('of three levels', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => {
        clock.advance(1);
        monitor.measure('query', () => {
          clock.advance(10);
          monitor.measure('parse', () => clock.advance(100));
        });
      });
      expect(metricsOf(monitor, 'page'), 'metrics of the outermost').toMatchObject({ totalMs: 111, selfMs: 1 });
      expect(metricsOf(monitor, 'query'), 'metrics of the middle').toMatchObject({ totalMs: 110, selfMs: 10 });
      expect(metricsOf(monitor, 'parse'), 'metrics of the inmost').toMatchObject({ totalMs: 100, selfMs: 100 });
    });

    it('of calls one after the other, all', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'query', [20]);
      take(monitor, clock, 'render', [30]);
      expect(metricsOf(monitor, 'query').selfMs, 'selfMs of the first').toBe(20);
      expect(metricsOf(monitor, 'render').selfMs, 'selfMs of the second').toBe(30);
    });
  });

  describe('5.3.2 What is called after an `await` is nested as well', () => {
    it('of `measureAsync` in `measureAsync`', async () => {
      const { monitor, clock } = monitorWithClock();
      await monitor.measureAsync('page', async () => {
        clock.advance(1);
        await macrotask();
        await monitor.measureAsync('query', async () => {
          clock.advance(4);
          await macrotask();
          clock.advance(16);
        });
        clock.advance(2);
      });
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 23, selfMs: 3 });
      expect(metricsOf(monitor, 'query'), 'metrics of the inner').toMatchObject({ totalMs: 20, selfMs: 20 });
    });

    it('of `measure` in `measureAsync`', async () => {
      const { monitor, clock } = monitorWithClock();
      await monitor.measureAsync('page', async () => {
        await macrotask();
        take(monitor, clock, 'render', [30]);
        await null;
        take(monitor, clock, 'render', [10]);
        clock.advance(5);
      });
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 45, selfMs: 5 });
    });

    it('in callbacks of what it awaits', async () => {
      const { monitor, clock } = monitorWithClock();
      await monitor.measureAsync('page', () =>
        macrotask()
          .then(() => take(monitor, clock, 'render', [30]))
          .then(() => clock.advance(5)),
      );
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 35, selfMs: 5 });
    });
  });

  describe('5.3.3 Calls that run at the same time do not mix', () => {
    it('of two requests, each has what it called itself', async () => {
      const { monitor, clock } = monitorWithClock();
      const [first, second] = [deferred<void>(), deferred<void>()];
      const requestFor = (name: string, until: Promise<void>) =>
        meanwhile(
          monitor.measureAsync(name, async () => {
            await until;
            await monitor.measureAsync(`query of ${name}`, async () => {
              await macrotask();
              clock.advance(10);
            });
          }),
        );
      const requests = [requestFor('orders', first.promise), requestFor('customers', second.promise)];
      clock.advance(100);
      second.resolve();
      await requests[1];
      first.resolve();
      await requests[0];
      expect(drawn(monitor.callTree()), 'call tree').toEqual([
        'orders 1 120/110',
        ['query of orders 1 10/10'],
        'customers 1 110/100',
        ['query of customers 1 10/10'],
      ]);
    });

    it('of a hundred calls of one operation', async () => {
      const { monitor, clock } = monitorWithClock();
      const gate = deferred<void>();
      const page = async () => {
        await gate.promise;
        monitor.measure('render', () => clock.advance(1));
      };
      const requests = Array.from({ length: 100 }, () => meanwhile(monitor.measureAsync('page', page)));
      gate.resolve();
      await Promise.all(requests);
      expect(metricsOf(monitor, 'page').selfMs, 'selfMs of all pages').toBe(
        metricsOf(monitor, 'page').totalMs - 100,
      );
    });

    it('what began beside a call that is waiting is not nested in it', async () => {
      const { monitor, clock } = monitorWithClock();
      const pending = deferred<void>();
      const waiting = meanwhile(monitor.measureAsync('page', () => pending.promise));
      take(monitor, clock, 'job', [50]);
      pending.resolve();
      await waiting;
      expect(metricsOf(monitor, 'page').selfMs, 'selfMs of the call that waited').toBe(50);
      expect(drawn(monitor.callTree()).toSorted(), 'call tree').toEqual(['job 1 50/50', 'page 1 50/50']);
    });

    it('two monitors know nothing of each other', () => {
      const { monitor, clock } = monitorWithClock();
      const other = new MetadataPerformanceMonitor({ now: clock.now });
      monitor.measure('page', () => take(other, clock, 'query', [20]));
      expect(metricsOf(monitor, 'page').selfMs, 'selfMs in the one').toBe(20);
      expect(drawn(other.callTree()), 'call tree of the other').toEqual(['query 1 20/20']);
    });
  });

  describe('5.3.4 Time that is shared by calls side by side is deducted once', () => {
    it('of two that run together for a while', async () => {
      const { monitor, clock } = monitorWithClock();
      const [orders, customers] = [deferred<void>(), deferred<void>()];
      const load = async () => {
        clock.advance(1);
        const both = [
          monitor.measureAsync('orders', () => orders.promise),
          monitor.measureAsync('customers', () => customers.promise),
        ];
        await Promise.all(both);
        clock.advance(2);
      };
      const running = meanwhile(monitor.measureAsync('page', load));
      clock.advance(10);
      orders.resolve();
      await macrotask();
      clock.advance(5);
      customers.resolve();
      await running;
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 18, selfMs: 3 });
      expect(metricsOf(monitor, 'orders').selfMs, 'selfMs of the shorter').toBe(10);
      expect(metricsOf(monitor, 'customers').selfMs, 'selfMs of the longer').toBe(15);
    });

    it('of ten, and then one more', async () => {
      const { monitor, clock } = monitorWithClock();
      const gate = deferred<void>();
      const load = async () => {
        await Promise.all(Array.from({ length: 10 }, () => monitor.measureAsync('query', () => gate.promise)));
        clock.advance(3);
        take(monitor, clock, 'render', [7]);
      };
      const running = meanwhile(monitor.measureAsync('page', load));
      clock.advance(20);
      gate.resolve();
      await running;
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 30, selfMs: 3 });
      expect(metricsOf(monitor, 'query').totalMs, 'totalMs of the ten').toBe(200);
    });
  });

  describe('5.3.5 A call that outlives the one around it is deducted while that was running', () => {
    it('and has its own time whole', async () => {
      const { monitor, clock } = monitorWithClock();
      const pending = deferred<void>();
      let mail: Promise<void> = Promise.resolve();
      monitor.measure('page', () => {
        clock.advance(4);
        mail = meanwhile(monitor.measureAsync('mail', () => pending.promise));
        clock.advance(6);
      });
      clock.advance(90);
      pending.resolve();
      await mail;
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 10, selfMs: 4 });
      expect(metricsOf(monitor, 'mail'), 'metrics of the inner').toMatchObject({ totalMs: 96, selfMs: 96 });
    });
  });

  describe('5.3.6 A call is nested in the innermost call around it that has not ended', () => {
    it('in none, if the one around it has ended', async () => {
      const { monitor, clock } = monitorWithClock();
      const gate = deferred<void>();
      let mail: Promise<void> = Promise.resolve();
      monitor.measure('page', () => {
        clock.advance(5);
        mail = meanwhile(gate.promise.then(() => take(monitor, clock, 'mail', [30])));
      });
      gate.resolve();
      await mail;
      expect(drawn(monitor.callTree()).toSorted(), 'call tree').toEqual(['mail 1 30/30', 'page 1 5/5']);
    });

    it('in the one around that, if that is still running', async () => {
      const { monitor, clock } = monitorWithClock();
      const gate = deferred<void>();
      await monitor.measureAsync('request', async () => {
        let mail: Promise<void> = Promise.resolve();
        await monitor.measureAsync('page', async () => {
          clock.advance(5);
          mail = meanwhile(gate.promise.then(() => take(monitor, clock, 'mail', [30])));
        });
        gate.resolve();
        await mail;
        clock.advance(2);
      });
      expect(drawn(monitor.callTree()), 'call tree').toEqual(['request 1 37/2', ['page 1 5/5', 'mail 1 30/30']]);
    });
  });

  describe('5.3.7 `totalMs` of an operation that calls itself has the outermost call only', () => {
    it('directly', () => {
      const { monitor, clock } = monitorWithClock();
      const walk = (depth: number): void =>
        monitor.measure('walk', () => {
          clock.advance(10);
          if (depth > 1) walk(depth - 1);
        });
      walk(3);
      expect(metricsOf(monitor, 'walk'), 'metrics').toMatchObject({
        count: 3,
        totalMs: 30,
        selfMs: 30,
        minMs: 10,
        maxMs: 30,
        meanMs: expect.closeTo(20, 9),
      });
    });

    it('by way of another', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('describe', () => {
        clock.advance(1);
        monitor.measure('merge', () => {
          clock.advance(2);
          take(monitor, clock, 'describe', [4]);
        });
      });
      expect(metricsOf(monitor, 'describe'), 'metrics').toMatchObject({ count: 2, totalMs: 7, selfMs: 5 });
      expect(metricsOf(monitor, 'merge'), 'metrics of the other').toMatchObject({ totalMs: 6, selfMs: 2 });
    });

    it('calls at the same time are not calls of itself', async () => {
      const { monitor, clock } = monitorWithClock();
      const gate = deferred<void>();
      const both = [1, 2].map(() => meanwhile(monitor.measureAsync('page', () => gate.promise)));
      clock.advance(10);
      gate.resolve();
      await Promise.all(both);
      expect(metricsOf(monitor, 'page').totalMs, 'totalMs of two at the same time').toBe(20);
    });
  });

  describe('5.3.8 A span nests what `run` calls in it, and nothing else', () => {
    it('it is nested in what is around its start', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => {
        clock.advance(3);
        using _span = monitor.start('query');
        clock.advance(20);
      });
      expect(drawn(monitor.callTree()), 'call tree').toEqual(['page 1 23/3', ['query 1 20/20']]);
    });

    it('`run` nests, returns what `fn` returned, and does not end the span', () => {
      const { monitor, clock } = monitorWithClock();
      {
        using span = monitor.start('page');
        const value = span.run(() => monitor.measure('query', () => (clock.advance(20), 'rows')));
        expect(value, 'what run returned').toBe('rows');
        span.run(() => take(monitor, clock, 'render', [5]));
        clock.advance(3);
      }
      expect(drawn(monitor.callTree()), 'call tree').toEqual(['page 1 28/3', ['query 1 20/20', 'render 1 5/5']]);
    });

    it('`run` nests after an `await` too', async () => {
      const { monitor, clock } = monitorWithClock();
      {
        using span = monitor.start('page');
        await span.run(async () => {
          await macrotask();
          take(monitor, clock, 'query', [20]);
        });
      }
      expect(drawn(monitor.callTree()), 'call tree').toEqual(['page 1 20/0', ['query 1 20/20']]);
    });

    it('`run` throws what `fn` threw, which is no error of the span', () => {
      const { monitor } = monitorWithClock();
      const error = new Error('no rows');
      const failing = () => {
        throw error;
      };
      {
        using span = monitor.start('page');
        expect(thrownBy(() => span.run(failing)), 'what run threw').toBe(error);
      }
      expect(metricsOf(monitor, 'page').errors, 'errors').toBe(0);
    });

    it('what runs beside an open span is not nested in it', async () => {
      const { monitor, clock } = monitorWithClock();
      const gate = deferred<void>();
      const page = async (name: string) => {
        using _span = monitor.start(name);
        await gate.promise;
      };
      const both = [page('first'), page('second')].map(meanwhile);
      take(monitor, clock, 'job', [10]);
      gate.resolve();
      await Promise.all(both);
      expect(drawn(monitor.callTree()).toSorted(), 'call tree').toEqual([
        'first 1 10/10',
        'job 1 10/10',
        'second 1 10/10',
      ]);
    });
  });

  describe('5.3.9 After a failure, what follows is nested as if the call had returned', () => {
    it('of `measure`', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => {
        thrownBy(() =>
          monitor.measure('query', () => {
            clock.advance(20);
            throw new Error('timeout');
          }),
        );
        take(monitor, clock, 'render', [5]);
      });
      take(monitor, clock, 'job', [7]);
      expect(drawn(monitor.callTree()), 'call tree').toEqual([
        'page 1 25/0',
        ['query 1 20/20', 'render 1 5/5'],
        'job 1 7/7',
      ]);
    });

    it('of `measureAsync`', async () => {
      const { monitor, clock } = monitorWithClock();
      await monitor.measureAsync('page', async () => {
        const query = monitor.measureAsync('query', async () => {
          await macrotask();
          clock.advance(20);
          throw new Error('timeout');
        });
        await rejectionOf(query);
        take(monitor, clock, 'render', [5]);
      });
      take(monitor, clock, 'job', [7]);
      expect(drawn(monitor.callTree()), 'call tree').toEqual([
        'page 1 25/0',
        ['query 1 20/20', 'render 1 5/5'],
        'job 1 7/7',
      ]);
    });
  });

  describe('5.3.10 `callTree` has a node for each operation by way of those around it', () => {
    it('calls that are nested in the same way share one', () => {
      const { monitor, clock } = monitorWithClock();
      for (const ms of [20, 30]) {
        monitor.measure('page', () => {
          clock.advance(1);
          take(monitor, clock, 'query', [ms, ms]);
        });
      }
      expect(drawn(monitor.callTree()), 'call tree').toEqual(['page 2 102/2', ['query 4 100/100']]);
    });

    it('an operation that is nested in two has two', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => take(monitor, clock, 'query', [20]));
      monitor.measure('job', () => take(monitor, clock, 'query', [300]));
      take(monitor, clock, 'query', [4_000]);
      expect(drawn(monitor.callTree()), 'call tree').toEqual([
        'page 1 20/0',
        ['query 1 20/20'],
        'job 1 300/0',
        ['query 1 300/300'],
        'query 1 4000/4000',
      ]);
      expect(metricsOf(monitor, 'query'), 'metrics of all three').toMatchObject({ count: 3, totalMs: 4_320 });
    });

    it('a recursion has one for each depth', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('walk', () => {
        clock.advance(1);
        take(monitor, clock, 'walk', [10, 10]);
      });
      expect(drawn(monitor.callTree()), 'call tree').toEqual(['walk 1 21/1', ['walk 2 20/20']]);
    });

    it('of calls that are still running only the nested ones count', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => {
        take(monitor, clock, 'query', [20]);
        expect(drawn(monitor.callTree()), 'call tree within the page').toEqual(['page 0 0/0', ['query 1 20/20']]);
      });
    });

    it('what was returned does not change', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => take(monitor, clock, 'query', [20]));
      const tree = monitor.callTree();
      const before = drawn(tree);
      monitor.measure('page', () => take(monitor, clock, 'query', [20]));
      expect(drawn(tree), 'the tree, after further calls').toEqual(before);
    });
  });
});
