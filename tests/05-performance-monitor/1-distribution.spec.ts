import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { countWork, growth } from '../work.ts'; // first: it counts in what is loaded after it
import { DurationHistogram, RELATIVE_ERROR } from '#exercise/05-performance-monitor';
import { DISTRIBUTIONS, draw, exactPercentile, exactPercentiles, seeded } from './distributions.ts';

const NANOSECOND = 1e-6;
const DAY = 86_400_000;

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
}

/** How far `got` is from `exact`, as a part of it. */
const error = (got: number, exact: number) => Math.abs(got - exact) / exact;

/** All that a histogram tells, percentiles to three digits. */
function told(histogram: DurationHistogram) {
  const { count, min, max, mean, standardDeviation } = histogram;
  const percentiles = [50, 95, 99].map((p) => Number(histogram.percentile(p).toPrecision(3)));
  return { count, min, max, mean, standardDeviation, percentiles };
}

describe('5.1 Keep the distribution', () => {
  describe('5.1.1 `percentile` is within `RELATIVE_ERROR` of the exact one', () => {
    for (const name of Object.keys(DISTRIBUTIONS)) {
      it(`of 10,000 durations, ${name}`, () => {
        const durations = draw(name, 10_000);
        const histogram = histogramOf(durations);
        const ps = [1, 10, 25, 50, 75, 90, 95, 99, 99.5];
        const exact = exactPercentiles(durations, ps);
        for (const [i, p] of ps.entries()) {
          const off = error(histogram.percentile(p), exact[i]!);
          expect(off, `how far p${p} is off, as a part of it`).toBeLessThanOrEqual(RELATIVE_ERROR);
        }
      });
    }

    it('of a hundred durations, each percentile is another one of them', () => {
      const durations = Array.from({ length: 100 }, (_, i) => 1.1 ** i);
      const histogram = histogramOf(durations.toReversed());
      for (let p = 1; p <= 100; p++) {
        const off = error(histogram.percentile(p), durations[p - 1]!);
        expect(off, `how far p${p} is off, as a part of it`).toBeLessThanOrEqual(RELATIVE_ERROR);
      }
    });

    it('of few durations it is one of them, not something between two', () => {
      const histogram = histogramOf([10, 1_000, 20, 30]);
      expect(error(histogram.percentile(50), 20), 'how far p50 is off').toBeLessThanOrEqual(RELATIVE_ERROR);
      expect(error(histogram.percentile(51), 30), 'how far p51 is off').toBeLessThanOrEqual(RELATIVE_ERROR);
    });
  });

  describe('5.1.2 From a nanosecond to one day; 0 stays 0, and what is longer is counted', () => {
    it('of durations all over the range', () => {
      for (let duration = NANOSECOND; duration <= DAY; duration *= 1.37) {
        const histogram = histogramOf([duration / 9, duration, duration * 9]);
        const off = error(histogram.percentile(50), duration);
        expect(off, `how far p50 is off, of ${duration} ms`).toBeLessThanOrEqual(RELATIVE_ERROR);
      }
    });

    it('of powers of two, and of what is just below and above them', () => {
      for (let power = -19; power <= 26; power++) {
        for (const duration of [1 - Number.EPSILON / 2, 1, 1 + Number.EPSILON].map((x) => x * 2 ** power)) {
          const histogram = histogramOf([duration / 9, duration, duration * 9]);
          const off = error(histogram.percentile(50), duration);
          expect(off, `how far p50 is off, of ${duration} ms`).toBeLessThanOrEqual(RELATIVE_ERROR);
        }
      }
    });

    it('a duration of 0 is 0', () => {
      const histogram = histogramOf([0, 0, 0, 5]);
      expect(histogram.count, 'count').toBe(4);
      expect(histogram.percentile(50), 'p50').toBe(0);
    });

    it('what is longer than a day is at least a day, and nothing is lost', () => {
      const histogram = histogramOf([1, 2, 3 * DAY, 30 * DAY, 300 * DAY]);
      expect(histogram.count, 'count').toBe(5);
      expect(histogram.max, 'max').toBe(300 * DAY);
      expect(error(histogram.percentile(40), 2), 'how far p40 is off').toBeLessThanOrEqual(RELATIVE_ERROR);
      expect(histogram.percentile(60), 'p60, of three days').toBeGreaterThanOrEqual(DAY);
    });
  });

  describe('5.1.3 `count`, `min`, `max` and `mean` are exact; no percentile lies outside', () => {
    it('of 10,000 durations', () => {
      const durations = draw('log-normal', 10_000);
      const histogram = histogramOf(durations);
      expect(histogram.count, 'count').toBe(10_000);
      expect(histogram.min, 'min').toBe(Math.min(...durations));
      expect(histogram.max, 'max').toBe(Math.max(...durations));
      expect(histogram.mean, 'mean').toBeCloseTo(durations.reduce((sum, one) => sum + one, 0) / 10_000, 9);
    });

    it('`percentile(0)` is `min`, `percentile(100)` is `max`', () => {
      const histogram = histogramOf([7.77, 3.33, 9.99]);
      expect(histogram.percentile(0), 'p0').toBe(3.33);
      expect(histogram.percentile(100), 'p100').toBe(9.99);
    });

    it('of one duration, each percentile is that one', () => {
      const histogram = histogramOf([12.345]);
      expect([0, 1, 50, 99, 100].map((p) => histogram.percentile(p)), 'p0, p1, p50, p99, p100').toEqual(
        Array(5).fill(12.345),
      );
    });

    it('of durations that are all the same, each percentile is that one', () => {
      for (const duration of [0.000123, 1, 4.56, 789]) {
        const histogram = histogramOf(Array(9).fill(duration));
        expect(histogram.percentile(50), `p50 of nine times ${duration}`).toBe(duration);
      }
    });

    it('of none, all are 0', () => {
      const { count, min, max, mean, standardDeviation } = new DurationHistogram();
      expect({ count, min, max, mean, standardDeviation }, 'what an empty one tells').toEqual({
        count: 0,
        min: 0,
        max: 0,
        mean: 0,
        standardDeviation: 0,
      });
      expect(new DurationHistogram().percentile(99), 'p99').toBe(0);
    });
  });

  describe('5.1.4 `standardDeviation` is that of the recorded durations', () => {
    it('divided by n', () => {
      const histogram = histogramOf([2, 4, 4, 4, 5, 5, 7, 9]);
      expect(histogram.standardDeviation, 'standard deviation').toBeCloseTo(2, 9);
    });

    it('of one duration, 0', () => {
      expect(histogramOf([12.345]).standardDeviation, 'standard deviation').toBe(0);
    });

    it('of an hour each, and some milliseconds more', () => {
      const histogram = histogramOf([4, 7, 13, 16].map((ms) => 1e9 + ms));
      expect(histogram.standardDeviation, 'standard deviation').toBeCloseTo(Math.sqrt(22.5), 3);
    });
  });

  describe('5.1.5 Neither the work nor what is kept grows with the number of durations', () => {
    const RECORDED = Array.from({ length: 4_096 }, (_, i) => 1 + (3 * ((i * 769) % 4_096)) / 4_096);

    it('the work of `record`', () => {
      const measured = growth(512, (n) => {
        const histogram = histogramOf(RECORDED.slice(0, n));
        return countWork(() => {
          for (let i = 0; i < 50; i++) histogram.record(RECORDED[n + i]!);
        });
      });
      expect(measured, 'growth of the work').toBe('constant');
    });

    it('the work of `percentile`', () => {
      const measured = growth(1_000, (n) => {
        const histogram = histogramOf(RECORDED.slice(0, n));
        return countWork(() => histogram.percentile(99));
      });
      expect(measured, 'growth of the work').toBe('constant');
    });

    it('what is kept', () => {
      const random = seeded(5);
      const histogram = histogramOf([random()]);
      globalThis.gc!();
      const before = process.memoryUsage();
      for (let i = 0; i < 40_000; i++) histogram.record(random());
      globalThis.gc!();
      const after = process.memoryUsage();
      const grownBytes = after.heapUsed + after.external - before.heapUsed - before.external;
      expect(grownBytes < 150_000, 'whether 40,000 durations took less than 150,000 bytes').toBe(true);
      expect(histogram.count, 'count').toBe(40_001);
    });
  });

  describe('5.1.6 `merge` leaves what recording all of them in one would have left', () => {
    it('of two of very different durations', () => {
      const hits = draw('uniform', 3_000);
      const misses = draw('log-normal', 1_000).map((ms) => 400 + ms);
      const merged = histogramOf(hits);
      merged.merge(histogramOf(misses));
      const all = [...hits, ...misses];
      const whole = histogramOf(all);

      expect(merged.count, 'count').toBe(4_000);
      expect([merged.min, merged.max], 'min and max').toEqual([whole.min, whole.max]);
      expect(merged.mean, 'mean').toBeCloseTo(whole.mean, 6);
      expect(merged.standardDeviation, 'standard deviation').toBeCloseTo(whole.standardDeviation, 6);
      for (const p of [50, 74, 76, 95, 99]) {
        const off = error(merged.percentile(p), exactPercentile(all, p));
        expect(off, `how far p${p} is off, as a part of it`).toBeLessThanOrEqual(RELATIVE_ERROR);
      }
    });

    it('of eight processes, one of which is slow', () => {
      const processes = Array.from({ length: 8 }, (_, i) => draw('uniform', 500, i + 1));
      processes[3] = processes[3]!.map((ms) => ms * 100);
      const merged = new DurationHistogram();
      for (const durations of processes) merged.merge(histogramOf(durations));
      const off = error(merged.percentile(99), exactPercentile(processes.flat(), 99));
      expect(off, 'how far p99 is off, as a part of it').toBeLessThanOrEqual(RELATIVE_ERROR);
    });

    it('goes on recording', () => {
      const merged = histogramOf([1, 2]);
      merged.merge(histogramOf([30, 40]));
      merged.record(500);
      expect(told(merged), 'what it tells').toEqual({
        count: 5,
        min: 1,
        max: 500,
        mean: expect.closeTo(114.6, 9),
        standardDeviation: expect.closeTo(193.3076, 4),
        percentiles: [expect.closeTo(30, 0), 500, 500],
      });
    });
  });

  describe('5.1.7 `merge` leaves `other` as it was, and neither follows the other', () => {
    it('it is as it was', () => {
      const other = histogramOf([30, 40]);
      const before = told(other);
      histogramOf([1, 2]).merge(other);
      expect(told(other), 'what the other tells').toEqual(before);
    });

    for (const [kind, recorded] of [
      ['an empty one', []],
      ['one that has durations', [1, 2]],
    ] as const) {
      it(`what is recorded later goes its own way, merged into ${kind}`, () => {
        const one = histogramOf(recorded);
        const other = histogramOf([30, 40, 50, 60]);
        one.merge(other);
        const beforeOne = told(one);
        for (let i = 0; i < 20; i++) other.record(700);
        expect(told(one), 'what the one tells, after records in the other').toEqual(beforeOne);
        const beforeOther = told(other);
        for (let i = 0; i < 90; i++) one.record(0.5);
        expect(told(other), 'what the other tells, after records in the one').toEqual(beforeOther);
      });
    }
  });

  describe('5.1.8 To merge with an empty histogram is to merge nothing, or to copy', () => {
    it('an empty one changes nothing', () => {
      const histogram = histogramOf([10, 20, 60]);
      const before = told(histogram);
      histogram.merge(new DurationHistogram());
      expect(told(histogram), 'what it tells').toEqual(before);
    });

    it('into an empty one, it is a copy', () => {
      const histogram = histogramOf([10, 20, 60]);
      const copy = new DurationHistogram();
      copy.merge(histogram);
      expect(told(copy), 'what the copy tells').toEqual({
        ...told(histogram),
        mean: expect.closeTo(30, 9),
        standardDeviation: expect.closeTo(histogram.standardDeviation, 9),
      });
    });

    it('two empty ones are an empty one', () => {
      const histogram = new DurationHistogram();
      histogram.merge(new DurationHistogram());
      expect(told(histogram), 'what it tells').toEqual({
        count: 0,
        min: 0,
        max: 0,
        mean: 0,
        standardDeviation: 0,
        percentiles: [0, 0, 0],
      });
    });
  });

  describe('5.1.9 What is no duration is a `RangeError`, and the histogram is as it was', () => {
    for (const duration of [-1, NaN, Infinity, -Infinity]) {
      it(inspect(duration), () => {
        const histogram = histogramOf([10, 20]);
        const before = told(histogram);
        expect(() => histogram.record(duration), 'record').toThrow(RangeError);
        expect(told(histogram), 'what it tells').toEqual(before);
      });
    }
  });
});
