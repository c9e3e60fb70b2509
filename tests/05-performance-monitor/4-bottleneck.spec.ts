import { describe, expect, it } from 'vitest';
import { type Bottleneck, DurationHistogram, MetadataPerformanceMonitor } from '#exercise/05-performance-monitor';
import { Clock } from '../clock.ts';
import { deferred } from '../deferred.ts';
import { draw } from './distributions.ts';
import { meanwhile, take } from './metrics.ts';

function monitorWithClock(): { monitor: MetadataPerformanceMonitor; clock: Clock } {
  const clock = new Clock();
  return { monitor: new MetadataPerformanceMonitor({ now: clock.now }), clock };
}

/** Pages of 100 ms: 10 by themselves, 70 in queries, 20 in rendering. */
function shop(pages = 3): MetadataPerformanceMonitor {
  const { monitor, clock } = monitorWithClock();
  for (let page = 0; page < pages; page++) {
    monitor.measure('page', () => {
      take(monitor, clock, 'render', [20]);
      clock.advance(10);
      take(monitor, clock, 'query', [30, 40]);
    });
  }
  return monitor;
}

/** A page of 100 ms: 40 in four queries and a mail side by side, 60 by itself. */
async function sideBySide(): Promise<MetadataPerformanceMonitor> {
  const { monitor, clock } = monitorWithClock();
  const gate = deferred<void>();
  const page = async () => {
    const queries = [1, 2, 3, 4].map(() => monitor.measureAsync('query', () => gate.promise));
    const mail = monitor.measureAsync('mail', () => gate.promise);
    await Promise.all([...queries, mail]);
    clock.advance(60);
  };
  const running = meanwhile(monitor.measureAsync('page', page));
  clock.advance(40);
  gate.resolve();
  await running;
  return monitor;
}

/** One field of each bottleneck, by operation. */
const each = <K extends keyof Bottleneck>(monitor: MetadataPerformanceMonitor, field: K) =>
  Object.fromEntries(monitor.analyzeBottlenecks().bottlenecks.map((one) => [one.operation, one[field]]));

describe('5.4 Find the bottleneck', () => {
  describe('5.4.1 `totalMs` is what the outermost calls took', () => {
    it('what is nested is not counted again', () => {
      expect(shop().analyzeBottlenecks().totalMs, 'totalMs').toBe(300);
    });

    it('of several outermost operations, and one that is nested elsewhere', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'query', [7]);
      monitor.measure('page', () => take(monitor, clock, 'query', [20]));
      take(monitor, clock, 'job', [100]);
      expect(monitor.analyzeBottlenecks().totalMs, 'totalMs').toBe(127);
    });

    it('of requests at the same time, all', async () => {
      const { monitor, clock } = monitorWithClock();
      const gate = deferred<void>();
      const query = () => monitor.measureAsync('query', () => gate.promise);
      const requests = [1, 2, 3].map(() => meanwhile(monitor.measureAsync('page', query)));
      clock.advance(10);
      gate.resolve();
      await Promise.all(requests);
      expect(monitor.analyzeBottlenecks().totalMs, 'totalMs').toBe(30);
    });

    it('of calls side by side, what passed meanwhile', async () => {
      expect((await sideBySide()).analyzeBottlenecks().totalMs, 'totalMs').toBe(100);
    });
  });

  describe('5.4.2 `bottlenecks` has every operation, the largest `selfMs` first', () => {
    it('not the largest total, and not the first called', () => {
      const { bottlenecks } = shop().analyzeBottlenecks();
      const ranked = bottlenecks.map(({ operation, selfMs }) => `${operation} ${selfMs}`);
      expect(ranked, 'operations and selfMs').toEqual(['query 210', 'render 60', 'page 30']);
    });

    it('not what is still running', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => {
        take(monitor, clock, 'query', [20]);
        const ranked = monitor.analyzeBottlenecks().bottlenecks.map(({ operation }) => operation);
        expect(ranked, 'operations').toEqual(['query']);
      });
    });
  });

  describe('5.4.3 `share` is `selfMs` ÷ `totalMs` of the analysis, at most 1', () => {
    it('one after the other, they share all of it', () => {
      expect(each(shop(), 'share'), 'shares').toEqual({ query: 0.7, render: 0.2, page: 0.1 });
    });

    it('side by side, each has its own, and none more than 1', async () => {
      expect(each(await sideBySide(), 'share'), 'shares').toEqual({ query: 1, page: 0.6, mail: 0.4 });
    });

    it('where no time has passed it is 0', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'hit', [0]);
      expect(each(monitor, 'share'), 'shares').toEqual({ hit: 0 });
    });
  });

  describe('5.4.4 `maxSpeedup` is 1 ÷ (1 − `share`)', () => {
    it('of what takes 70, 20 and 10 of 100', () => {
      expect(each(shop(), 'maxSpeedup'), 'maxSpeedup').toEqual({
        query: expect.closeTo(3.333, 3),
        render: expect.closeTo(1.25, 9),
        page: expect.closeTo(1.111, 3),
      });
    });

    it('of what takes nothing of its own, 1; of what takes all, Infinity', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => take(monitor, clock, 'query', [20]));
      expect(each(monitor, 'maxSpeedup'), 'maxSpeedup').toEqual({ query: Infinity, page: 1 });
    });

    it('of what takes more than all, side by side, Infinity', async () => {
      expect(each(await sideBySide(), 'maxSpeedup'), 'maxSpeedup').toMatchObject({ query: Infinity, page: 2.5 });
    });
  });

  describe('5.4.5 `tailShare` is the part of the time that calls beyond 10 times the median take', () => {
    it('of 90 calls of 1 ms, nine of 20 ms and one of 230', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'query', [...Array<number>(90).fill(1), ...Array<number>(9).fill(20), 230]);
      expect(Math.abs(each(monitor, 'tailShare')['query']! - 410 / 500), 'how far from 0.82').toBeLessThan(0.01);
    });

    it('of calls that differ by less than that, 0', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'query', [...Array<number>(90).fill(10), ...Array<number>(10).fill(90)]);
      expect(each(monitor, 'tailShare')['query'], 'tailShare').toBe(0);
    });

    for (const name of ['exponential', 'log-normal', 'Pareto, with a heavy tail']) {
      it(`of 10,000 calls, ${name}`, () => {
        const { monitor, clock } = monitorWithClock();
        const durations = draw(name, 10_000);
        take(monitor, clock, 'query', durations);
        const histogram = new DurationHistogram();
        for (const ms of durations) histogram.record(ms);
        const beyond = 10 * histogram.percentile(50);
        const sum = (list: readonly number[]) => list.reduce((all, one) => all + one, 0);
        const exact = sum(durations.filter((ms) => ms > beyond)) / sum(durations);
        const off = Math.abs(each(monitor, 'tailShare')['query']! - exact);
        expect(off, 'how far tailShare is off').toBeLessThan(0.01);
      });
    }

    it('where no time has passed it is 0', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'hit', [0, 0]);
      expect(each(monitor, 'tailShare'), 'tailShare').toEqual({ hit: 0 });
    });
  });

  describe('5.4.6 `tails` names what is slow now and then, not what is slow each time', () => {
    it('the pages of the symptom, whose mean and 99th percentile look well', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'search', Array<number>(500).fill(400));
      take(monitor, clock, 'page', [...Array<number>(499).fill(2), 5_000]);
      expect(monitor.analyzeBottlenecks().tails, 'tails').toEqual(['page']);
    });

    it('not when the slow calls take less than half of the time', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'page', [...Array<number>(95).fill(10), ...Array<number>(5).fill(150)]);
      expect(monitor.analyzeBottlenecks().tails, 'tails').toEqual([]);
    });

    it('the largest `selfMs` first', () => {
      const { monitor, clock } = monitorWithClock();
      const now = (ms: number) => [...Array<number>(50).fill(1), ms];
      take(monitor, clock, 'first', now(100));
      take(monitor, clock, 'even', Array<number>(50).fill(10));
      take(monitor, clock, 'second', now(900));
      take(monitor, clock, 'third', now(300));
      expect(monitor.analyzeBottlenecks().tails, 'tails').toEqual(['second', 'third', 'first']);
    });
  });

  describe('5.4.7 Before a call has ended, the analysis is of 0 ms, and its lists are empty', () => {
    it('of a new monitor', () => {
      const { monitor } = monitorWithClock();
      expect(monitor.analyzeBottlenecks(), 'analysis').toEqual({ totalMs: 0, bottlenecks: [], tails: [] });
    });
  });
});
