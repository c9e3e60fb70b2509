import { describe, expect, it } from 'vitest';
import { mad, median, quantile, type Ratio, ratioOf, verdictOf } from '#exercise/07-benchmark-lab';
import { macrotask } from '../deferred.ts';
import { Noise } from './noise.ts';

/** Rounds that all took the same. */
const steady = (value: number, rounds = 20) => Array<number>(rounds).fill(value);

describe('7.1 Say what samples say', () => {
  describe('7.1.1 A quantile lies between two values', () => {
    it('by interpolation', () => {
      expect(quantile([40, 10, 30, 20], 0.5), 'the half of 10, 20, 30 and 40').toBe(25);
      expect(quantile([1, 2, 3, 4, 5], 0.25), 'the quarter of 1 to 5').toBe(2);
      expect(quantile([10, 20], 0.9), 'nine tenths of 10 and 20').toBeCloseTo(19);
      expect(quantile([5, 1, 9], 0), 'the least').toBe(1);
      expect(quantile([5, 1, 9], 1), 'the most').toBe(9);
      expect(quantile([7], 0.99), 'of a single value').toBe(7);
    });

    it('of numbers, which 9 and 10 are', () => {
      expect(quantile([100, 9, 10], 0.5), 'the half of 9, 10 and 100').toBe(10);
      expect(quantile([-1, -2, 1e-7], 0), 'the least').toBe(-2);
    });

    it('and leaves the values as they were', () => {
      const values = [3, 1, 2];
      quantile(values, 0.5);
      expect(values, 'the values').toEqual([3, 1, 2]);
    });
  });

  describe('7.1.2 Median and MAD are those of the many', () => {
    it('whatever a few do', () => {
      const times = [10, 11, 9, 10, 12, 8, 10_000];
      expect(median(times), 'median').toBe(10);
      expect(mad(times), 'MAD').toBe(1);
    });

    it('of an even number, too', () => {
      expect(median([1, 2, 3, 10]), 'median').toBe(2.5);
      expect(mad([1, 2, 3, 10]), 'MAD').toBe(1);
    });
  });

  describe('7.1.3 A ratio is taken round by round', () => {
    it('so that what a whole round has suffered is not in it', () => {
      const slowdowns = [1, 9, 1, 4, 30, 1, 2, 7];
      const other = [3, 1, 1, 1, 1, 50, 2, 1];
      const side = (cost: number) => [slowdowns.map((by) => cost * by), other.map((by) => cost * by)];
      expect(ratioOf(side(30), side(10)).ratio, 'ratio').toBeCloseTo(3);
    });

    it('the median of a generation', () => {
      const a = [[2, 20, 2, 30, 2], [2, 2, 2], [2, 2, 2, 2]];
      const b = [[1, 2, 1, 4, 1], [1, 1, 1], [1, 1, 1, 1]];
      expect(ratioOf(a, b).ratio, 'ratio').toBeCloseTo(2);
    });

    it('and the geometric mean of generations, of which each counts as much', () => {
      const ones = [steady(1, 3), steady(1, 3), steady(1, 30)];
      expect(ratioOf([steady(8, 3), steady(1, 3), steady(1, 30)], ones).ratio, 'ratio').toBeCloseTo(2);
      expect(ratioOf(ones, [steady(8, 3), steady(1, 3), steady(1, 30)]).ratio, 'the other way').toBeCloseTo(0.5);
    });
  });

  describe('7.1.4 Rounds that one has sat out do not count', () => {
    it('nor a generation of them', () => {
      const { ratio, interval } = ratioOf([[4, NaN, 4, 4], [4, 4, 4], [NaN]], [[2, 2, NaN, 2], [2, 2], [2]]);
      expect(ratio, 'ratio').toBeCloseTo(2);
      expect(interval[0], 'low').toBeCloseTo(2);
      expect(interval[1], 'high').toBeCloseTo(2);
    });

    it('of fewer than three nothing is known', () => {
      expect(ratioOf([[5, NaN, 5]], [[1, 1, NaN]]).interval, 'interval of one').toEqual([0, Infinity]);
      expect(ratioOf([[5], [5]], [[1], [1]]).interval, 'interval of two').toEqual([0, Infinity]);
      expect(ratioOf([], []).interval, 'interval of none').toEqual([0, Infinity]);
      const [low, high] = ratioOf([[5, 5], [5]], [[1, 1], [1]]).interval;
      expect(low, 'low of three').toBeGreaterThan(4);
      expect(high, 'high of three').toBeLessThan(6);
    });
  });

  describe('7.1.5 The interval of five generations holds the true ratio', () => {
    it('in nine cases of ten', async () => {
      const noise = new Noise(11);
      const processes = { bias: 0.1, spread: 0.01, rounds: 6 }; // that are far from one another, and steady
      let held = 0;
      for (let i = 0; i < 20; i++) {
        const { interval } = ratioOf(noise.generations(2, processes), noise.generations(1, processes));
        if (interval[0] <= 2 && 2 <= interval[1]) held++;
        await macrotask();
      }
      expect(held, 'intervals of 20 that hold it').toBeGreaterThanOrEqual(17);
    });
  });

  describe('7.1.6 It is no wider than it must be', () => {
    const width = (spread: number, count: number) => {
      const noise = new Noise(12);
      const widths = Array.from({ length: 3 }, () => {
        const side = () => noise.generations(1, { count, spread, bias: spread / 2 });
        const [low, high] = ratioOf(side(), side()).interval;
        return high / low;
      });
      return widths.sort((a, b) => a - b)[1]!;
    };

    it('where samples scatter by a tenth', () => {
      expect(width(0.1, 5), 'high ÷ low, of five generations').toBeLessThan(1.5);
    });

    it('and narrower where they scatter less, or there are more', () => {
      expect(width(0.02, 5), 'high ÷ low, where they scatter by a fiftieth').toBeLessThan(1.1);
      expect(width(0.1, 15), 'high ÷ low, of fifteen generations').toBeLessThan(1.25);
    });

    it('where all agree it is the ratio', () => {
      const { interval } = ratioOf([steady(30), steady(60), steady(15)], [steady(10), steady(20), steady(5)]);
      expect(interval[0], 'low').toBeCloseTo(3);
      expect(interval[1], 'high').toBeCloseTo(3);
    });
  });

  describe('7.1.7 Generations that disagree are doubt', () => {
    it('however many rounds each of them had', () => {
      const [low, high] = ratioOf([steady(10, 200), steady(14, 200)], [steady(10, 200), steady(10, 200)]).interval;
      expect(low, 'low').toBeLessThan(1.05);
      expect(high, 'high').toBeGreaterThan(1.35);
    });

    it('and are not outvoted', () => {
      const a = [steady(10, 200), steady(14, 200), steady(10, 200)];
      const { interval } = ratioOf(a, [steady(10, 200), steady(10, 200), steady(10, 200)]);
      expect(interval[1], 'high, where one of three is slower').toBeGreaterThan(1.2);
    });

    it('and a single one may be off by a quarter, whatever its rounds say', () => {
      const { ratio, interval } = ratioOf([steady(10)], [steady(10)]);
      expect(ratio, 'ratio').toBe(1);
      expect(interval[0], 'low').toBeCloseTo(0.8);
      expect(interval[1], 'high').toBeCloseTo(1.25);
    });
  });

  const calm: Ratio = { ratio: 1, interval: [0.98, 1.03] };
  const of = (low: number, high: number, aa = calm) =>
    verdictOf({ ratio: Math.sqrt(low * high), interval: [low, high] }, aa);

  describe('7.1.8 A verdict is on the whole interval', () => {
    it('beyond a tenth', () => {
      expect(of(0.5, 0.6), 'verdict on 0.5 to 0.6').toBe('ahead');
      expect(of(1.2, 1.3), 'verdict on 1.2 to 1.3').toBe('behind');
    });

    it('or within it', () => {
      expect(of(0.95, 1.08), 'verdict on 0.95 to 1.08').toBe('level');
      expect(of(0.92, 0.98), 'verdict on 0.92 to 0.98').toBe('level');
    });

    it('and else there is none', () => {
      expect(of(0.8, 0.95), 'verdict on 0.8 to 0.95').toBe('inconclusive');
      expect(of(1.05, 3), 'verdict on 1.05 to 3').toBe('inconclusive');
      expect(of(0.5, 2), 'verdict on 0.5 to 2').toBe('inconclusive');
      expect(of(0, Infinity), 'verdict on 0 to Infinity').toBe('inconclusive');
    });
  });

  describe('7.1.9 Nothing is claimed within what equals are off by', () => {
    it('on one side or the other', () => {
      const slow: Ratio = { ratio: 1.4, interval: [1.3, 1.5] };
      const fast: Ratio = { ratio: 0.7, interval: [0.65, 0.75] };
      for (const aa of [slow, fast]) {
        expect(of(1.2, 1.3, aa), 'verdict on 1.2 to 1.3').toBe('inconclusive');
        expect(of(0.8, 0.85, aa), 'verdict on 0.8 to 0.85').toBe('inconclusive');
        expect(of(0.97, 1.03, aa), 'verdict on 0.97 to 1.03').toBe('inconclusive');
        expect(of(1.6, 1.8, aa), 'verdict on 1.6 to 1.8').toBe('behind');
        expect(of(0.5, 0.6, aa), 'verdict on 0.5 to 0.6').toBe('ahead');
      }
    });

    it('where equals were not measured, nothing at all', () => {
      expect(of(0.1, 0.2, { ratio: NaN, interval: [0, Infinity] }), 'verdict on 0.1 to 0.2').toBe('inconclusive');
    });
  });

  describe('7.1.10 Noise counts once', () => {
    it('not what the interval of equals is wide, but how far off they came out', () => {
      const noisy: Ratio = { ratio: 1.02, interval: [0.7, 1.5] };
      expect(of(1.2, 1.3, noisy), 'verdict on 1.2 to 1.3').toBe('behind');
      expect(of(0.8, 0.85, noisy), 'verdict on 0.8 to 0.85').toBe('ahead');
      expect(of(0.97, 1.03, noisy), 'verdict on 0.97 to 1.03').toBe('level');
    });
  });
});
