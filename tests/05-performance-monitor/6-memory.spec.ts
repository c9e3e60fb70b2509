import { constants } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { countWork, growth } from '../work.ts'; // first: it counts in what is loaded after it
import { type GcEntry, MetadataPerformanceMonitor, RECENT_CALLS } from '#exercise/05-performance-monitor';
import { Clock } from '../clock.ts';
import { deferred } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { meanwhile, metricsOf, take } from './metrics.ts';

const { NODE_PERFORMANCE_GC_MAJOR: MAJOR, NODE_PERFORMANCE_GC_MINOR: MINOR } = constants;

/** A monitor of a heap that the test fills, and of collections that the test reports. */
function observed(sampleRate = 1) {
  const clock = new Clock();
  const heap = { used: 50_000_000 };
  const [heapUsed, readings] = recorder(() => heap.used);
  const listeners: ((entry: GcEntry) => void)[] = [];
  const monitor = new MetadataPerformanceMonitor({
    now: clock.now,
    heapUsed,
    gc: (listener) => listeners.push(listener),
    sampleRate,
    random: () => 0.5,
  });
  /** Reports a collection that began at `startTime`. */
  const report = (startTime: number, duration: number, kind = MINOR) => {
    for (const listener of listeners) listener({ startTime, duration, detail: { kind } });
  };
  return { monitor, clock, heap, readings, report };
}

describe('5.6 Memory and collections', () => {
  describe('5.6.1 `heapGrowthBytes` sums up by how much more of the heap was used', () => {
    it('of two calls of one operation', () => {
      const { monitor, heap } = observed();
      monitor.measure('parse', () => (heap.used += 3_000));
      heap.used += 500_000;
      monitor.measure('parse', () => (heap.used += 4_000));
      expect(metricsOf(monitor, 'parse').heapGrowthBytes, 'heapGrowthBytes').toBe(7_000);
    });

    it('of an async call, from its beginning to its end', async () => {
      const { monitor, heap } = observed();
      const pending = deferred<void>();
      const running = meanwhile(monitor.measureAsync('load', () => pending.promise));
      heap.used += 9_000;
      pending.resolve();
      await running;
      heap.used += 500_000;
      expect(metricsOf(monitor, 'load').heapGrowthBytes, 'heapGrowthBytes').toBe(9_000);
    });

    it('of nested calls, the outer has it all', () => {
      const { monitor, heap } = observed();
      monitor.measure('page', () => {
        heap.used += 100;
        monitor.measure('parse', () => (heap.used += 3_000));
      });
      expect(metricsOf(monitor, 'page').heapGrowthBytes, 'heapGrowthBytes of the outer').toBe(3_100);
      expect(metricsOf(monitor, 'parse').heapGrowthBytes, 'heapGrowthBytes of the inner').toBe(3_000);
    });

    it('of a call that throws', () => {
      const { monitor, heap } = observed();
      const failing = () => {
        heap.used += 3_000;
        throw new Error('unexpected end');
      };
      expect(() => monitor.measure('parse', failing), 'measure').toThrow('unexpected end');
      expect(metricsOf(monitor, 'parse').heapGrowthBytes, 'heapGrowthBytes').toBe(3_000);
    });
  });

  describe('5.6.2 A call during which the heap shrank counts as 0', () => {
    it('and takes nothing away from others', () => {
      const { monitor, heap } = observed();
      monitor.measure('parse', () => (heap.used += 3_000));
      monitor.measure('parse', () => (heap.used -= 20_000));
      monitor.measure('parse', () => (heap.used += 4_000));
      expect(metricsOf(monitor, 'parse').heapGrowthBytes, 'heapGrowthBytes').toBe(7_000);
    });
  });

  describe('5.6.3 A collection during a call counts for its operation', () => {
    it('by kind, with its pause', () => {
      const { monitor, clock, report } = observed();
      const start = clock.now();
      monitor.measure('parse', () => {
        clock.advance(100);
        report(start + 10, 2, MINOR);
        report(start + 20, 3, MINOR);
        report(start + 30, 40, MAJOR);
        report(start + 90, 1, constants.NODE_PERFORMANCE_GC_INCREMENTAL);
      });
      expect(metricsOf(monitor, 'parse').gc, 'gc').toEqual({ minor: 2, major: 2, pauseMs: 46 });
    });

    it('of several calls, all', () => {
      const { monitor, clock, report } = observed();
      for (let i = 0; i < 3; i++) {
        monitor.measure('parse', () => {
          clock.advance(10);
          report(clock.now() - 5, 2);
        });
      }
      expect(metricsOf(monitor, 'parse').gc, 'gc').toEqual({ minor: 3, major: 0, pauseMs: 6 });
    });

    it('where there was none, it is 0', () => {
      const { monitor, clock } = observed();
      take(monitor, clock, 'parse', [10]);
      expect(metricsOf(monitor, 'parse').gc, 'gc').toEqual({ minor: 0, major: 0, pauseMs: 0 });
    });
  });

  describe('5.6.4 A collection that is reported after the call has ended counts all the same', () => {
    it('some time later', () => {
      const { monitor, clock, report } = observed();
      const start = clock.now();
      take(monitor, clock, 'parse', [10, 10, 10]);
      clock.advance(25);
      report(start + 12, 3);
      expect(metricsOf(monitor, 'parse').gc, 'gc').toEqual({ minor: 1, major: 0, pauseMs: 3 });
    });

    it(`of ${RECENT_CALLS} calls later, still`, () => {
      const { monitor, clock, report } = observed();
      take(monitor, clock, 'job', Array<number>(3 * RECENT_CALLS).fill(1));
      const start = clock.now();
      take(monitor, clock, 'parse', [10]);
      take(monitor, clock, 'hit', Array<number>(RECENT_CALLS - 1).fill(1));
      report(start + 5, 3);
      expect(metricsOf(monitor, 'parse').gc, 'gc').toEqual({ minor: 1, major: 0, pauseMs: 3 });
    });
  });

  describe('5.6.5 A collection counts once for every call that was running', () => {
    it('for the outer and the inner', () => {
      const { monitor, clock, report } = observed();
      const start = clock.now();
      monitor.measure('page', () => {
        take(monitor, clock, 'parse', [10]);
        report(start + 5, 3);
        take(monitor, clock, 'render', [10]);
      });
      const pauses = ['page', 'parse', 'render'].map((one) => metricsOf(monitor, one).gc?.pauseMs);
      expect(pauses, 'pauseMs of page, parse and render').toEqual([3, 3, 0]);
    });

    it('for calls at the same time, of which one has ended and one has not', async () => {
      const { monitor, clock, report } = observed();
      const start = clock.now();
      const [first, second] = [deferred<void>(), deferred<void>()];
      const running = [
        monitor.measureAsync('first', () => first.promise),
        monitor.measureAsync('second', () => second.promise),
      ].map(meanwhile);
      clock.advance(10);
      first.resolve();
      await running[0];
      report(start + 5, 3);
      clock.advance(10);
      second.resolve();
      await running[1];
      expect(metricsOf(monitor, 'first').gc, 'gc of what had ended').toEqual({ minor: 1, major: 0, pauseMs: 3 });
      expect(metricsOf(monitor, 'second').gc, 'gc of what had not').toEqual({ minor: 1, major: 0, pauseMs: 3 });
    });
  });

  describe('5.6.6 Only the part of a collection within a call is its pause', () => {
    it('of one that goes on when the call has ended, or had begun before', () => {
      const { monitor, clock, report } = observed();
      const start = clock.now();
      take(monitor, clock, 'first', [10]);
      take(monitor, clock, 'second', [10]);
      report(start + 6, 8, MAJOR);
      expect(metricsOf(monitor, 'first').gc, 'gc of the first').toEqual({ minor: 0, major: 1, pauseMs: 4 });
      expect(metricsOf(monitor, 'second').gc, 'gc of the second').toEqual({ minor: 0, major: 1, pauseMs: 4 });
    });

    it('of one that had begun before, and is reported while the call is running', () => {
      const { monitor, clock, report } = observed();
      const start = clock.now();
      clock.advance(5);
      monitor.measure('parse', () => {
        clock.advance(10);
        report(start, 8);
      });
      expect(metricsOf(monitor, 'parse').gc, 'gc').toEqual({ minor: 1, major: 0, pauseMs: 3 });
    });

    it('one that ended before the call began, or began when it had ended, is none of its', () => {
      const { monitor, clock, report } = observed();
      clock.advance(50);
      const start = clock.now();
      monitor.measure('parse', () => {
        clock.advance(10);
        report(start - 20, 5);
        report(start - 5, 5);
      });
      clock.advance(50);
      report(start + 10, 5);
      report(start + 20, 5);
      expect(metricsOf(monitor, 'parse').gc, 'gc').toEqual({ minor: 0, major: 0, pauseMs: 0 });
    });
  });

  describe('5.6.7 The work on a report does not grow with the number of calls', () => {
    it('that have ended', () => {
      const measured = growth(RECENT_CALLS, (n) => {
        const { monitor, clock, report } = observed();
        take(monitor, clock, 'hit', Array<number>(n).fill(1));
        return countWork(() => report(clock.now() - 5, 3));
      });
      expect(measured, 'growth of the work').toBe('constant');
    });
  });

  describe('5.6.8 Nobody is asked without need', () => {
    it('without `heapUsed` there is no `heapGrowthBytes`, without `gc` no `gc`', () => {
      const clock = new Clock();
      const neither = new MetadataPerformanceMonitor({ now: clock.now });
      const onlyHeap = new MetadataPerformanceMonitor({ now: clock.now, heapUsed: () => 1 });
      const onlyGc = new MetadataPerformanceMonitor({ now: clock.now, gc: () => {} });
      const had = [neither, onlyHeap, onlyGc].map((monitor) => {
        take(monitor, clock, 'parse', [1]);
        const metrics = metricsOf(monitor, 'parse');
        return ['heapGrowthBytes', 'gc'].filter((field) => field in metrics);
      });
      expect(had, 'fields with neither, with heapUsed, with gc').toEqual([[], ['heapGrowthBytes'], ['gc']]);
    });

    it('`heapUsed` is asked twice for a timed call', () => {
      const { monitor, clock, readings } = observed();
      take(monitor, clock, 'parse', [1, 2, 3]);
      expect(readings.length, 'questions to heapUsed').toBe(6);
    });

    it('for a call that is not timed, not at all', () => {
      const { monitor, clock, readings, report } = observed(0.1);
      monitor.measure('page', () => take(monitor, clock, 'parse', [10, 10]));
      report(clock.now() - 5, 3);
      expect(readings.length, 'questions to heapUsed').toBe(0);
      expect(metricsOf(monitor, 'parse'), 'metrics').toMatchObject({
        count: 2,
        heapGrowthBytes: 0,
        gc: { minor: 0, major: 0, pauseMs: 0 },
      });
    });
  });
});
