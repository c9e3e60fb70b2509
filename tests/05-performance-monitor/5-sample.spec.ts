import { describe, expect, it } from 'vitest';
import { DurationHistogram, MetadataPerformanceMonitor } from '#exercise/05-performance-monitor';
import { Clock } from '../clock.ts';
import { macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { exactPercentile, seeded } from './distributions.ts';
import { metricsOf, rejectionOf, take, thrownBy } from './metrics.ts';

/** A monitor that times a fifth of the calls: those for which `script` has a `t`, which are not many. */
function sampling(script: string) {
  const clock = new Clock();
  const [now, readings] = recorder(clock.now);
  const decisions = [...script];
  const [random, asked] = recorder(() => (decisions.shift() === 't' ? 0.19 : 0.2));
  const monitor = new MetadataPerformanceMonitor({ now, sampleRate: 0.2, random });
  readings.length = 0;
  return { monitor, clock, readings, asked };
}

const histogramOf = (durations: readonly number[]): DurationHistogram => {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
};

describe('5.5 Sample without being fooled', () => {
  describe('5.5.1 An outermost call is timed if `random()` is below `sampleRate`', () => {
    it('each decides for itself', () => {
      const { monitor, clock } = sampling('-t--t-');
      take(monitor, clock, 'query', [1, 20, 300, 4_000, 50_000, 600_000]);
      expect(metricsOf(monitor, 'query'), 'metrics').toMatchObject({ timed: 2, minMs: 20, maxMs: 50_000 });
    });

    it('`random` is asked once for each', async () => {
      const { monitor, clock, asked } = sampling('-t-t');
      take(monitor, clock, 'query', [1, 1]);
      await monitor.measureAsync('load', async () => 1);
      monitor.start('span')[Symbol.dispose]();
      expect(asked.length, 'questions to random, of four calls').toBe(4);
    });

    it('of operations that take turns too', () => {
      const { monitor, clock } = sampling('t-t-t-');
      for (let i = 0; i < 3; i++) {
        take(monitor, clock, 'hit', [1]);
        take(monitor, clock, 'miss', [80]);
      }
      expect([metricsOf(monitor, 'hit').timed, metricsOf(monitor, 'miss').timed], 'timed').toEqual([3, 0]);
    });

    it('what is slow each tenth time is met as often as it occurs', () => {
      const clock = new Clock();
      const monitor = new MetadataPerformanceMonitor({ now: clock.now, sampleRate: 0.1, random: seeded(5) });
      take(monitor, clock, 'query', Array.from({ length: 20_000 }, (_, i) => (i % 10 === 0 ? 100 : 1)));
      const { timed, meanMs } = metricsOf(monitor, 'query');
      expect(Math.abs(timed - 2_000), 'how far from 2,000 calls were timed').toBeLessThan(200);
      expect(Math.abs(meanMs - 10.9), 'how far the mean is from 10.9 ms').toBeLessThan(1.5);
    });

    it('with a `sampleRate` of 0, none', () => {
      const clock = new Clock();
      const monitor = new MetadataPerformanceMonitor({ now: clock.now, sampleRate: 0, random: () => 0 });
      take(monitor, clock, 'query', [1, 2]);
      expect(metricsOf(monitor, 'query'), 'metrics').toMatchObject({ count: 2, timed: 0, totalMs: 0 });
    });
  });

  describe('5.5.2 What is nested is timed if the call around it is', () => {
    it('of `measure`', () => {
      const { monitor, clock, asked } = sampling('t-');
      for (const ms of [10, 900]) {
        monitor.measure('page', () => {
          take(monitor, clock, 'query', [ms, ms]);
          clock.advance(1);
        });
      }
      expect(metricsOf(monitor, 'query'), 'metrics of the inner').toMatchObject({ count: 4, timed: 2, maxMs: 10 });
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ count: 2, timed: 1, maxMs: 21 });
      expect(asked.length, 'questions to random').toBe(2);
    });

    it('after an `await`', async () => {
      const { monitor, clock, asked } = sampling('-t');
      for (const ms of [900, 10]) {
        await monitor.measureAsync('page', async () => {
          await macrotask();
          take(monitor, clock, 'query', [ms]);
        });
      }
      expect(metricsOf(monitor, 'query'), 'metrics of the inner').toMatchObject({ count: 2, timed: 1, maxMs: 10 });
      expect(asked.length, 'questions to random').toBe(2);
    });

    it('of spans', () => {
      const { monitor, clock, asked } = sampling('-t');
      for (const ms of [900, 10]) {
        using span = monitor.start('page');
        span.run(() => take(monitor, clock, 'query', [ms]));
      }
      expect(metricsOf(monitor, 'query'), 'metrics of the inner').toMatchObject({ count: 2, timed: 1, maxMs: 10 });
      expect(asked.length, 'questions to random').toBe(2);
    });
  });

  describe('5.5.3 `count`, `errors` and `ratePerSecond` are exact', () => {
    it('of calls of which one is timed', async () => {
      const { monitor, clock } = sampling('--t----');
      take(monitor, clock, 'query', [1, 1, 1]);
      const failing = () => {
        throw new Error('timeout');
      };
      thrownBy(() => monitor.measure('query', failing));
      await rejectionOf(monitor.measureAsync('query', async () => failing()));
      {
        using span = monitor.start('query');
        span.fail();
      }
      monitor.measure('query', () => clock.advance(497));
      expect(metricsOf(monitor, 'query'), 'metrics of seven calls in half a second').toMatchObject({
        count: 7,
        errors: 3,
        timed: 1,
        ratePerSecond: 14,
      });
    });

    it('the value comes through', async () => {
      const { monitor } = sampling('--');
      expect(monitor.measure('query', () => 'rows'), 'what measure returned').toBe('rows');
      expect(await monitor.measureAsync('load', async () => 'rows'), 'what it resolved to').toBe('rows');
    });
  });

  describe('5.5.4 For a call that is not timed, the clock is not read', () => {
    it('of `measure`, `measureAsync` and a span', async () => {
      const { monitor, clock, readings } = sampling('---');
      monitor.measure('page', () => take(monitor, clock, 'query', [1, 2]));
      await monitor.measureAsync('load', async () => 1);
      monitor.start('span')[Symbol.dispose]();
      expect(readings.length, 'readings of the clock').toBe(0);
    });

    it('for one that is timed, twice', () => {
      const { monitor, clock, readings } = sampling('-t-');
      take(monitor, clock, 'query', [1, 2, 3]);
      expect(readings.length, 'readings of the clock').toBe(2);
    });
  });

  describe('5.5.5 `totalMs` and `selfMs` are estimated for all calls, times `count` ÷ `timed`', () => {
    it('of one operation', () => {
      const { monitor, clock } = sampling('t---t');
      take(monitor, clock, 'query', [10, 11, 12, 13, 14]);
      expect(metricsOf(monitor, 'query'), 'metrics').toMatchObject({
        totalMs: 60,
        selfMs: 60,
        minMs: 10,
        maxMs: 14,
        meanMs: expect.closeTo(12, 9),
      });
    });

    it('of nested ones, in the analysis, and not in the tree', () => {
      const { monitor, clock } = sampling('-t--tt');
      for (let i = 0; i < 4; i++) {
        monitor.measure('page', () => {
          clock.advance(4);
          take(monitor, clock, 'query', [6]);
        });
      }
      take(monitor, clock, 'job', [5, 5]);
      const { totalMs, bottlenecks } = monitor.analyzeBottlenecks();
      expect(totalMs, 'totalMs of the analysis').toBe(50);
      expect(
        bottlenecks.map(({ operation, selfMs, share }) => ({ operation, selfMs, share })),
        'bottlenecks',
      ).toEqual([
        { operation: 'query', selfMs: 24, share: 0.48 },
        { operation: 'page', selfMs: 16, share: 0.32 },
        { operation: 'job', selfMs: 10, share: 0.2 },
      ]);
      expect(metricsOf(monitor, 'page'), 'metrics of the outer').toMatchObject({ totalMs: 40, selfMs: 16 });
      expect(monitor.callTree()[0], 'the first node of the tree').toMatchObject({
        operation: 'page',
        count: 1,
        totalMs: 10,
        selfMs: 4,
      });
    });

    it('where none was timed, all durations are 0', () => {
      const { monitor, clock } = sampling('--');
      take(monitor, clock, 'query', [10, 11]);
      expect(metricsOf(monitor, 'query'), 'metrics').toMatchObject({
        count: 2,
        timed: 0,
        totalMs: 0,
        selfMs: 0,
        minMs: 0,
        maxMs: 0,
        meanMs: 0,
        standardDeviationMs: 0,
        p99Ms: 0,
      });
      expect(monitor.analyzeBottlenecks(), 'analysis').toMatchObject({ totalMs: 0, bottlenecks: [{ share: 0 }] });
    });
  });

  describe('5.5.6 `recordWithExpectedInterval` records what had to wait as well', () => {
    function recorded(duration: number, interval: number): number[] {
      const histogram = new DurationHistogram();
      histogram.recordWithExpectedInterval(duration, interval);
      const { count } = histogram;
      return Array.from({ length: count }, (_, i) => Math.round(histogram.percentile(((i + 1) * 100) / count)));
    }

    it('of 55 ms, one each 10 ms', () => {
      expect(recorded(55, 10), 'what was recorded').toEqual([15, 25, 35, 45, 55]);
    });

    it('of 50 ms, one each 10 ms: down to 10', () => {
      expect(recorded(50, 10), 'what was recorded').toEqual([10, 20, 30, 40, 50]);
    });

    it('of what takes less than twice the interval, nothing else', () => {
      for (const duration of [0, 3, 10, 19]) {
        expect(recorded(duration, 10), `what was recorded of ${duration} ms`).toEqual([duration]);
      }
    });

    it('of a server that stands still for five seconds, what all would have met', () => {
      const asked = new DurationHistogram();
      const corrected = new DurationHistogram();
      const waitedFor = [...Array<number>(9_500).fill(1), 5_000];
      for (const ms of waitedFor) asked.record(ms);
      for (const ms of waitedFor) corrected.recordWithExpectedInterval(ms, 10);
      // Had somebody asked each 10 ms without waiting for answers:
      const met = [...Array<number>(9_500).fill(1), ...Array.from({ length: 500 }, (_, i) => 5_000 - 10 * i)];

      expect(asked.percentile(99), 'p99 of who waits for each answer').toBeLessThan(1.1);
      expect(corrected.count, 'count, corrected').toBe(met.length);
      for (const p of [50, 94, 96, 99]) {
        const off = Math.abs(corrected.percentile(p) / exactPercentile(met, p) - 1);
        expect(off, `how far p${p} is off, corrected`).toBeLessThanOrEqual(0.01);
      }
    });
  });

  describe('5.5.7 With `expectedIntervalMs` the distribution has what had to wait', () => {
    function polls(durations: readonly number[]) {
      const clock = new Clock();
      const monitor = new MetadataPerformanceMonitor({ now: clock.now });
      for (const ms of durations) {
        using _span = monitor.start('poll', { expectedIntervalMs: 10 });
        clock.advance(ms);
      }
      return monitor;
    }

    it('the percentiles, the mean and the standard deviation', () => {
      const durations = [1, 1, 1, 1, 1, 50];
      const histogram = histogramOf([...durations, 40, 30, 20, 10]);
      expect(metricsOf(polls(durations), 'poll'), 'metrics').toMatchObject({
        p50Ms: histogram.percentile(50),
        p95Ms: histogram.percentile(95),
        minMs: 1,
        maxMs: 50,
        meanMs: expect.closeTo(15.5, 9),
        standardDeviationMs: expect.closeTo(histogram.standardDeviation, 9),
      });
    });

    it('what is counted and summed up is what happened', () => {
      expect(metricsOf(polls([1, 1, 1, 1, 1, 50]), 'poll'), 'metrics').toMatchObject({
        count: 6,
        timed: 6,
        totalMs: 55,
        selfMs: 55,
      });
    });

    it('of a sample, the estimate is of what happened too', () => {
      const { monitor, clock } = sampling('-t');
      for (const ms of [40, 50]) {
        using _span = monitor.start('poll', { expectedIntervalMs: 10 });
        clock.advance(ms);
      }
      expect(metricsOf(monitor, 'poll'), 'metrics').toMatchObject({ count: 2, timed: 1, totalMs: 100, maxMs: 50 });
    });

    it('other calls of the operation are as they are', () => {
      const monitor = polls([1]);
      monitor.start('poll')[Symbol.dispose]();
      expect(metricsOf(monitor, 'poll'), 'metrics').toMatchObject({ count: 2, minMs: 0, maxMs: 1 });
    });
  });
});
