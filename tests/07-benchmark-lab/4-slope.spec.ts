import { describe, expect, it } from 'vitest';
import { type Cost, growthOf, memoryStressTest } from '#exercise/07-benchmark-lab';
import { deferred, macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { Noise } from './noise.ts';

const costs = (cost: (n: number) => number, sizes = [100, 200, 400, 800]): Cost[] =>
  sizes.map((n) => ({ n, cost: cost(n) }));

/** A stress test of which only the readings are scripted, from 0. */
const stressed = (reading: (round: number) => number, options: { rounds?: number; tolerance?: number } = {}) => {
  let round = 0;
  return memoryStressTest(() => {}, { ...options, heap: () => reading(round++) });
};

describe('7.4 Look for a slope', () => {
  describe('7.4.1 The growth of a cost is a power of n', () => {
    for (const [name, cost, exponent] of [
      ['constant', () => 7, 0],
      ['linear', (n: number) => 3 * n, 1],
      ['quadratic', (n: number) => n * n, 2],
      ['the root of n', (n: number) => 5 * Math.sqrt(n), 0.5],
    ] as const) {
      it(name, () => {
        const growth = growthOf(costs(cost));
        expect(growth.exponent, 'exponent').toBeCloseTo(exponent);
        expect(growth.interval[0], 'low').toBeCloseTo(exponent);
        expect(growth.interval[1], 'high').toBeCloseTo(exponent);
      });
    }

    it('with an interval as wide as the noise', () => {
      const widths = [0.02, 0.2].map((spread) => {
        const noise = new Noise(2);
        let held = 0;
        let width = 0;
        for (let i = 0; i < 4; i++) {
          const noisy = Array.from({ length: 3 }, () => costs((n) => n * noise.factor(spread))).flat();
          const [low, high] = growthOf(noisy).interval;
          if (low <= 1 && 1 <= high) held++;
          width += (high - low) / 4;
        }
        expect(held, `intervals of 4 that hold it, where costs scatter by ${spread}`).toBeGreaterThanOrEqual(3);
        return width;
      });
      expect(widths[0], 'width where costs scatter by a fiftieth').toBeLessThan(0.2);
      expect(widths[1], 'width where they scatter by a fifth').toBeGreaterThan(0.2);
    });
  });

  describe('7.4.2 A few costs may be nonsense', () => {
    it('wherever they are', () => {
      const sizes = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800];
      for (const disturbed of sizes) {
        const { exponent } = growthOf(costs((n) => (n === disturbed ? 500 * n : n), sizes));
        expect(exponent, `exponent where the cost at ${disturbed} is nonsense`).toBeCloseTo(1, 1);
      }
    });
  });

  describe('7.4.3 The heap is read after each round', () => {
    it('as often as there are rounds', async () => {
      const heap = [5, 9, 7, 8, 6, 7];
      const [round, rounds] = recorder(() => {});
      const { readings } = await memoryStressTest(round, { rounds: 6, heap: () => heap[rounds.length - 1]! });
      expect(rounds.length, 'rounds').toBe(6);
      expect(readings, 'readings').toEqual(heap);
    });

    it('by default 24', async () => {
      const [round, rounds] = recorder(() => {});
      await memoryStressTest(round, { heap: async () => 1 });
      expect(rounds.length, 'rounds').toBe(24);
    });

    it('when it is done', async () => {
      const first = deferred<void>();
      const [round, rounds] = recorder(() => first.promise);
      const [heap, reads] = recorder(() => 1);
      const ended = memoryStressTest(round, { rounds: 4, heap });
      ended.catch(() => {}); // it is awaited later
      await macrotask();
      expect(rounds.length, 'rounds begun before the first is done').toBe(1);
      expect(reads.length, 'readings before the first is done').toBe(0);
      first.resolve();
      await ended;
      expect(reads.length, 'readings').toBe(4);
    });
  });

  describe('7.4.4 A heap that grows leaks', () => {
    it('by so many bytes a round', async () => {
      for (let seed = 0; seed < 2; seed++) {
        const noise = new Noise(seed);
        const leak = await stressed((round) => 5e6 + 1_000 * round + 500 * noise.random());
        expect(leak.isLeaking, 'a leak of 1,000 bytes').toBe(true);
        expect(leak.bytesPerRound, 'bytes a round').toBeGreaterThan(930);
        expect(leak.bytesPerRound, 'bytes a round').toBeLessThan(1_070);
        expect(leak.interval[0], 'low').toBeLessThanOrEqual(leak.bytesPerRound);
        expect(leak.interval[1], 'high').toBeGreaterThanOrEqual(leak.bytesPerRound);
      }
    });

    it('also one that is small', async () => {
      expect((await stressed((round) => 5e6 + 300 * round)).isLeaking, '300 bytes a round').toBe(true);
      const strict = await stressed((round) => 5e6 + 50 * round, { tolerance: 16 });
      expect(strict.isLeaking, '50 bytes a round, of which 16 are tolerated').toBe(true);
    });

    it('and drops now and then', async () => {
      const { isLeaking } = await stressed((round) => 5e6 + 2_000 * round - (round % 9 === 0 ? 4e5 : 0));
      expect(isLeaking, 'a leak of 2,000 bytes').toBe(true);
    });
  });

  describe('7.4.5 A heap that rises and falls does not', () => {
    it('by chance', async () => {
      for (let seed = 0; seed < 6; seed++) {
        const noise = new Noise(seed);
        const { isLeaking } = await stressed(() => 5e6 + 20_000 * noise.random());
        await macrotask();
        expect(isLeaking, 'a leak').toBe(false);
      }
    });

    it('in waves', async () => {
      const { isLeaking } = await stressed((round) => 5e6 + 10_000 * (round % 5));
      expect(isLeaking, 'a leak').toBe(false);
    });

    it('or has risen in the end', async () => {
      const once = await stressed((round) => (round === 23 ? 6e6 : 5e6));
      expect(once.isLeaking, 'a leak, where the last reading is larger').toBe(false);
      const late = await stressed((round) => (round < 21 ? 5e6 : 6e6));
      expect(late.isLeaking, 'a leak, where the last three are').toBe(false);
    });

    it('or grows by what is tolerated', async () => {
      expect((await stressed((round) => 5e6 + 200 * round)).isLeaking, '200 bytes a round').toBe(false);
      const tolerant = await stressed((round) => 5e6 + 5_000 * round, { tolerance: 6_000 });
      expect(tolerant.isLeaking, '5,000 bytes a round, of which 6,000 are tolerated').toBe(false);
    });
  });

  describe('7.4.6 What fills up is no leak', () => {
    for (const rounds of [24, 48]) {
      it(`in the first third of ${rounds} rounds`, async () => {
        const fills = (round: number) => 1e6 + 1e5 * Math.min(round, rounds / 3);
        const { isLeaking, bytesPerRound } = await stressed(fills, { rounds });
        expect(isLeaking, 'a leak').toBe(false);
        expect(bytesPerRound, 'bytes a round').toBe(0);
      });
    }

    it('but what goes on is', async () => {
      const { isLeaking, bytesPerRound } = await stressed((round) => (round < 8 ? 1e6 : 5e6 + 1_000 * round));
      expect(isLeaking, 'a leak').toBe(true);
      expect(bytesPerRound, 'bytes a round').toBeCloseTo(1_000, -1);
    });
  });
});
