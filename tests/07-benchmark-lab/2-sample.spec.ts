import { describe, expect, it } from 'vitest';
import { LocalStation, type Subject, type Task } from '#exercise/07-benchmark-lab';
import { Clock } from '../clock.ts';
import { recorder } from '../recorder.ts';
import { Noise } from './noise.ts';

/** A subject whose nth run, from 0, takes what `cost` says, on a clock that it turns itself. */
function scripted(cost: (run: number) => number, others: Omit<Subject, 'run'> = {}) {
  const clock = new Clock();
  const [run, runs] = recorder((): void => clock.advance(cost(runs.length - 1)));
  const stationOf = (task: Partial<Task> = {}, now = clock.now) =>
    new LocalStation({ run, ...others }, { unit: 'ns/op', operations: 1, ...task }, now);
  return { clock, runs, stationOf };
}

async function sampled(station: LocalStation, count: number): Promise<number[]> {
  const values: number[] = [];
  for (let i = 0; i < count; i++) values.push((await station.sample()).value);
  return values;
}

describe('7.2 Sample', () => {
  describe('7.2.1 Who answers wrongly is not timed', () => {
    const wrong = new Error('it has the value of another key');

    it('what throws or rejects at the first check is not run', async () => {
      const rejecting = async () => {
        throw wrong;
      };
      const throwing = () => {
        throw wrong;
      };
      for (const check of [rejecting, throwing]) {
        const { runs, stationOf } = scripted(() => 1, { check });
        await expect(stationOf().warm(), 'warm').rejects.toBe(wrong);
        expect(runs.length, 'runs').toBe(0);
      }
    });

    it('it is checked again in the end', async () => {
      let isWrong = false;
      const check = () => {
        if (isWrong) throw wrong;
      };
      const { runs, stationOf } = scripted(() => 1, { check });
      const station = stationOf();
      await station.warm();
      expect(runs.length, 'runs').toBeGreaterThan(0);
      isWrong = true;
      await expect(station.finish(), 'finish').rejects.toBe(wrong);
    });

    it('and then it tells what else there is to say', async () => {
      const silent = scripted(() => 1).stationOf();
      await silent.warm();
      expect(await silent.finish(), 'figures of one that has none').toEqual({});
      const { runs, stationOf } = scripted(() => 1, { figures: () => ({ 'was run': Number(runs.length > 0) }) });
      const telling = stationOf();
      await telling.warm();
      expect(await telling.finish(), 'figures').toEqual({ 'was run': 1 });
    });
  });

  describe('7.2.2 It is warmed up until it is stable', () => {
    it('so that no sample has what compilers took', async () => {
      const { stationOf } = scripted((run) => 2 + 40 * Math.exp(-run / 50));
      const station = stationOf({ warmUpMs: 20_000 });
      await station.warm();
      const [first] = await sampled(station, 1);
      expect(first! / 2e6, 'first sample ÷ what a run takes in the end').toBeLessThan(1.25);
    });

    it('in steps, too, and with noise', async () => {
      for (let seed = 0; seed < 10; seed++) {
        const noise = new Noise(seed);
        const { stationOf } = scripted((run) => (run < 5 ? 10 : run < 13 ? 5 : 1) * noise.factor(0.02));
        const station = stationOf({ warmUpMs: 20_000 });
        await station.warm();
        const [first] = await sampled(station, 1);
        expect(first! / 1e6, 'first sample ÷ what a run takes in the end').toBeLessThan(1.25);
      }
    });

    it('a collection meanwhile is no trend', async () => {
      const { clock, stationOf } = scripted((run) => (run === 50 ? 300 : 1));
      const start = clock.now();
      await stationOf({ warmUpMs: 20_000 }).warm();
      expect(clock.now() - start, 'ms of warming up').toBeLessThan(1_500);
    });

    it('and not for longer', async () => {
      const { clock, stationOf } = scripted(() => 1);
      const start = clock.now();
      await stationOf().warm();
      expect(clock.now() - start, 'ms of warming up').toBeLessThan(250);
      expect(clock.now() - start, 'ms of warming up').toBeGreaterThanOrEqual(80);
    });
  });

  describe('7.2.3 Who never becomes stable is warmed for so long', () => {
    for (const warmUpMs of [500, 3_000]) {
      it(`${warmUpMs} ms`, async () => {
        const start = new Clock().now();
        const { clock, stationOf } = scripted(() => Math.max(0.01, 8 * Math.exp((start - clock.now()) / 500)));
        await stationOf({ warmUpMs }).warm();
        expect(clock.now() - start, 'ms of warming up').toBeGreaterThanOrEqual(warmUpMs);
        expect(clock.now() - start, 'ms of warming up').toBeLessThan(warmUpMs + 100);
      });
    }
  });

  describe('7.2.4 A value is in nanoseconds an operation', () => {
    it('and a duration in milliseconds', async () => {
      const { stationOf } = scripted(() => 4);
      const station = stationOf({ operations: 1_000, sampleMs: 20 });
      await station.warm();
      const { value, durationMs } = await station.sample();
      expect(value, 'value of 4 ms for 1,000 operations').toBeCloseTo(4_000);
      expect(durationMs, 'duration of five runs').toBeCloseTo(20);
    });
  });

  describe('7.2.5 A sample is long against the resolution of the clock', () => {
    it('which goes forward in steps', async () => {
      const { clock, stationOf } = scripted(() => 0.003);
      const station = stationOf({ sampleMs: 50 }, () => Math.floor(clock.now()));
      await station.warm();
      for (const value of await sampled(station, 5)) {
        expect(value / 3_000, 'value ÷ what a run takes').toBeCloseTo(1, 1);
      }
    });

    it('and takes time itself', async () => {
      const { clock, stationOf } = scripted(() => 0.001);
      const reading = () => {
        clock.advance(0.02);
        return clock.now();
      };
      const station = stationOf({ sampleMs: 10 }, reading);
      await station.warm();
      for (const value of await sampled(station, 5)) {
        expect(value / 1_000, 'value ÷ what a run takes').toBeCloseTo(1, 1);
      }
    });
  });

  describe('7.2.6 A promise is awaited', () => {
    it('until it is settled', async () => {
      const clock = new Clock();
      const run = async () => {
        await undefined;
        await undefined;
        clock.advance(4);
      };
      const station = new LocalStation({ run }, { unit: 'ns/op', operations: 4, sampleMs: 8 }, clock.now);
      await station.warm();
      expect(await sampled(station, 1), 'values').toEqual([1e6]);
    });

    it('and nothing else, for to wait for a turn takes time as well', async () => {
      const clock = new Clock();
      const run = () => {
        clock.advance(1);
        queueMicrotask(() => clock.advance(5));
      };
      const station = new LocalStation({ run }, { unit: 'ns/op', operations: 1 }, clock.now);
      await station.warm();
      expect((await sampled(station, 1))[0]! / 1e6, 'value ÷ what a run takes').toBeCloseTo(1);
    });
  });

  describe('7.2.7 The first run of a turn is not timed', () => {
    it('for another has had the caches', async () => {
      const clock = new Clock();
      let isCold = false;
      const run = () => {
        clock.advance(isCold ? 20 : 1);
        isCold = false;
      };
      const station = new LocalStation({ run }, { unit: 'ns/op', operations: 1 }, clock.now);
      await station.warm();
      isCold = true;
      expect((await sampled(station, 1))[0]! / 1e6, 'value ÷ what a run takes').toBeCloseTo(1);
    });
  });

  describe('7.2.8 What is kept is weighed while it is kept', () => {
    const weighed = async (run: () => unknown) => {
      const station = new LocalStation({ run }, { unit: 'B/entry', operations: 1_000 });
      await station.sample();
      return (await station.sample()).value;
    };
    const blocks = () => Array.from({ length: 1_000 }, () => new Uint8Array(4_000));

    it('also outside of the heap', async () => {
      const value = await weighed(blocks);
      expect(value, 'bytes an entry of 4,000').toBeGreaterThan(3_800);
      expect(value, 'bytes an entry of 4,000').toBeLessThan(5_500);
    });

    it('without garbage', async () => {
      const value = await weighed(() => {
        let kept: unknown;
        for (let i = 0; i < 3; i++) kept = blocks();
        return kept;
      });
      expect(value, 'bytes an entry of 4,000').toBeGreaterThan(3_800);
      expect(value, 'bytes an entry of 4,000').toBeLessThan(5_500);
    });

    it('and when a promise brings it', async () => {
      const value = await weighed(async () => {
        await undefined;
        return blocks();
      });
      expect(value, 'bytes an entry of 4,000').toBeGreaterThan(3_800);
      expect(value, 'bytes an entry of 4,000').toBeLessThan(5_500);
    });
  });
});
