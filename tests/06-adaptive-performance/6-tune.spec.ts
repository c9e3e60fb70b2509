import { describe, expect, it } from 'vitest';
import { randomNumbers } from '#framework';
import {
  type LoadMetrics,
  type PerformanceAlert,
  RealTimeOptimizer,
} from '#exercise/06-adaptive-performance';
import { recorder } from '../recorder.ts';

const STEP = 5;

interface Dial {
  readonly name: string;
  readonly start: number;
  readonly min?: number;
  readonly max?: number;
}

/** What a tuner does with some parameters from 0 to 100. */
class Plant {
  readonly values: Record<string, number> = {};
  /** What each parameter was at each call, and before the first. */
  readonly seen: Record<string, number>[] = [];
  measurements = 0;
  readonly #optimizer: RealTimeOptimizer;

  constructor(dials: readonly Dial[], objective: (values: Record<string, number>, call: number) => number) {
    for (const { name, start } of dials) this.values[name] = start;
    this.#optimizer = new RealTimeOptimizer({
      parameters: dials.map(({ name, start, min = 0, max = 100 }) => ({
        name,
        value: start,
        min,
        max,
        step: STEP,
        apply: (value) => (this.values[name] = value),
      })),
      objective: () => {
        this.measurements++;
        return objective(this.values, this.seen.length);
      },
    });
  }

  run(calls: number): this {
    for (let i = 0; i < calls; i++) {
      this.seen.push({ ...this.values });
      this.#optimizer.autoTuneParameters();
    }
    return this;
  }

  /** What a parameter was most of the time, of late. */
  settled(name: string): number {
    const latest = this.seen
      .slice(-100)
      .map((values) => values[name]!)
      .sort((a, b) => a - b);
    return latest[50]!;
  }
}

/** Best where `batch` is 60 and `window` 30. */
const valley = ({ batch = 60, window = 30 }: Record<string, number>) =>
  1_000 + (batch - 60) ** 2 + (window - 30) ** 2;

/** Some numbers around 0, by chance: at most `size` away. */
function noise(size: number, seed: number): () => number {
  const random = randomNumbers(seed);
  return () => ((random() + random() + random()) / 1.5 - 1) * size;
}

const batch = { name: 'batch', start: 10 };
const window = { name: 'window', start: 80 };

const load = (arrivalsPerSecond: number, metrics: Partial<LoadMetrics> = {}): LoadMetrics => ({
  arrivalsPerSecond,
  completionsPerSecond: arrivalsPerSecond,
  serviceMs: 50,
  responseMs: 50,
  ...metrics,
});

describe('6.6 Tune, alert, scale', () => {
  describe('6.6.1 Each parameter comes to within a step of the best', () => {
    it('a single one, from below', () => {
      const plant = new Plant([batch], valley).run(500);
      expect(Math.abs(plant.settled('batch') - 60), 'distance from the best').toBeLessThanOrEqual(STEP);
    });

    it('a single one, from above', () => {
      const plant = new Plant([{ name: 'batch', start: 95 }], valley).run(500);
      expect(Math.abs(plant.settled('batch') - 60), 'distance from the best').toBeLessThanOrEqual(STEP);
    });

    it('two', () => {
      const plant = new Plant([batch, window], valley).run(1_500);
      expect(
        Math.abs(plant.settled('batch') - 60),
        'distance of the first from the best',
      ).toBeLessThanOrEqual(STEP);
      expect(
        Math.abs(plant.settled('window') - 30),
        'distance of the second from the best',
      ).toBeLessThanOrEqual(STEP);
    });

    it('with some noise', () => {
      const random = noise(10, 1);
      const plant = new Plant([batch], (values) => valley(values) + random()).run(800);
      expect(Math.abs(plant.settled('batch') - 60), 'distance from the best').toBeLessThanOrEqual(STEP);
    });

    it('with one measurement a call', () => {
      expect(new Plant([batch], valley).run(200).measurements, 'measurements in 200 calls').toBe(200);
    });
  });

  describe('6.6.2 A change that makes it worse is taken back', () => {
    it('after ten calls at the latest', () => {
      const { seen } = new Plant([{ name: 'batch', start: 60 }], valley).run(400);
      let longest = 0;
      let calls = 0;
      for (const { batch } of seen) {
        calls = batch === 60 ? 0 : calls + 1;
        longest = Math.max(longest, calls);
      }
      expect(longest, 'most calls in a row with a worse value').toBeLessThanOrEqual(10);
    });

    it('of two parameters, the one that was changed', () => {
      const dials = [
        { name: 'batch', start: 60 },
        { name: 'window', start: 30 },
      ];
      const plant = new Plant(dials, valley).run(400);
      const both = plant.seen.filter(({ batch, window }) => batch !== 60 && window !== 30);
      expect(both.length, 'calls with both at a worse value').toBe(0);
      expect([plant.settled('batch'), plant.settled('window')], 'values most of the time').toEqual([60, 30]);
    });
  });

  describe('6.6.3 Where nothing but the noise changes, a parameter stays about where it was', () => {
    it('in a thousand calls, ten times', () => {
      const distances = Array.from({ length: 10 }, (_, seed) => {
        const random = noise(40, seed);
        const plant = new Plant([{ name: 'batch', start: 50 }], () => 100 + random()).run(1_000);
        return Math.abs(plant.settled('batch') - 50);
      });
      const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
      expect(mean, 'mean distance from the start').toBeLessThanOrEqual(2.5 * STEP);
    });
  });

  describe('6.6.4 When the load makes all of it worse, the tuning goes on', () => {
    for (const from of [3, 8, 13]) {
      it(`from call ${from} on`, () => {
        const objective = (values: Record<string, number>, call: number) =>
          valley(values) * (call < from ? 1 : 5);
        const plant = new Plant([batch], objective).run(600);
        expect(Math.abs(plant.settled('batch') - 60), 'distance from the best').toBeLessThanOrEqual(STEP);
      });
    }
  });

  describe('6.6.5 No value beyond the range is put into effect', () => {
    it('above', () => {
      const plant = new Plant([{ name: 'batch', start: 8, min: 5, max: 37 }], valley).run(500);
      const values = plant.seen.map(({ batch }) => batch!);
      expect(Math.max(...values), 'greatest value').toBeLessThanOrEqual(37);
      expect(plant.settled('batch'), 'value most of the time').toBeGreaterThanOrEqual(37 - STEP);
    });

    it('below', () => {
      const plant = new Plant([{ name: 'batch', start: 90, min: 73, max: 100 }], valley).run(500);
      const values = plant.seen.map(({ batch }) => batch!);
      expect(Math.min(...values), 'least value').toBeGreaterThanOrEqual(73);
      expect(plant.settled('batch'), 'value most of the time').toBeLessThanOrEqual(73 + STEP);
    });
  });

  describe('6.6.6 Alerts are raised and cleared by three readings in a row', () => {
    const watching = () => {
      const [onAlert, calls] = recorder((_alert: PerformanceAlert) => {});
      const optimizer = new RealTimeOptimizer({ onAlert });
      optimizer.setupPerformanceAlerts({ p99Ms: { above: 200 }, hitRatio: { below: 0.5 } });
      const observe = (metric: string, ...values: number[]) => {
        for (const value of values) optimizer.observe({ [metric]: value });
      };
      return { optimizer, observe, alerts: () => calls.map(([alert]) => alert) };
    };

    it('raised once, whatever follows', () => {
      const { observe, alerts } = watching();
      observe('p99Ms', 300, 301, 302, 303, 304, 305, 306);
      expect(alerts(), 'alerts').toEqual([{ metric: 'p99Ms', state: 'raised', value: 302 }]);
    });

    it('cleared, and raised again', () => {
      const { observe, alerts } = watching();
      observe('hitRatio', 0.4, 0.4, 0.3, 0.6, 0.7, 0.8, 0.9, 0.2, 0.2, 0.1);
      expect(alerts(), 'alerts').toEqual([
        { metric: 'hitRatio', state: 'raised', value: 0.3 },
        { metric: 'hitRatio', state: 'cleared', value: 0.8 },
        { metric: 'hitRatio', state: 'raised', value: 0.1 },
      ]);
    });

    it('not by readings that come and go', () => {
      const { observe, alerts } = watching();
      observe('p99Ms', 300, 300, 100, 300, 300, 100, 300, 300, 100);
      expect(alerts(), 'alerts').toEqual([]);
      observe('p99Ms', 300, 300, 300, 100, 100, 300, 100, 100, 300);
      expect(
        alerts().map(({ state }) => state),
        'alerts',
      ).toEqual(['raised']);
    });

    it('not at the threshold itself', () => {
      const { observe, alerts } = watching();
      observe('p99Ms', 200, 200, 200, 200);
      observe('hitRatio', 0.5, 0.5, 0.5, 0.5);
      expect(alerts(), 'alerts').toEqual([]);
    });

    it('of each metric by itself', () => {
      const { optimizer, observe, alerts } = watching();
      observe('p99Ms', 300, 300);
      observe('hitRatio', 0.9, 0.9, 0.9);
      observe('p99Ms', 310);
      expect(alerts(), 'alerts').toEqual([{ metric: 'p99Ms', state: 'raised', value: 310 }]);
      for (let i = 0; i < 3; i++) optimizer.observe({ p99Ms: 100, hitRatio: 0.1, unknown: 1e9 });
      expect(
        alerts()
          .slice(1)
          .map(({ metric, state }) => `${metric} ${state}`)
          .sort(),
        'further alerts',
      ).toEqual(['hitRatio raised', 'p99Ms cleared']);
    });

    it('by the thresholds that were set up last', () => {
      const { optimizer, observe, alerts } = watching();
      optimizer.setupPerformanceAlerts({ p99Ms: { above: 1_000 } });
      observe('p99Ms', 300, 300, 300);
      observe('hitRatio', 0.1, 0.1, 0.1);
      expect(alerts(), 'alerts').toEqual([]);
    });
  });

  describe('6.6.7 There are as many workers as the requests that come keep busy', () => {
    const workersFor = (metrics: LoadMetrics, minWorkers = 1, maxWorkers = 64) => {
      const optimizer = new RealTimeOptimizer({ minWorkers, maxWorkers });
      optimizer.scaleBasedOnLoad(metrics);
      return optimizer.workers;
    };

    it('for three quarters of the time', () => {
      expect(workersFor(load(90)), 'workers for 90 requests a second of 50 ms').toBe(6);
      expect(workersFor(load(900, { serviceMs: 20 })), 'workers for 900 of 20 ms').toBe(24);
    });

    it('rounded up', () => {
      expect(workersFor(load(91)), 'workers for 91 requests a second of 50 ms').toBe(7);
    });

    it('whatever the queue makes the callers wait', () => {
      const congested = load(90, { responseMs: 4_000, completionsPerSecond: 40 });
      expect(workersFor(congested), 'workers for 90 requests a second of 50 ms').toBe(6);
    });

    it('no more than there may be, and no fewer', () => {
      expect(workersFor(load(5_000), 2, 12), 'workers for a great load').toBe(12);
      expect(workersFor(load(0), 2, 12), 'workers for none').toBe(2);
      expect(workersFor(load(30_000)), 'workers for a very great load, when nothing else is said').toBe(64);
    });
  });

  describe('6.6.8 More workers come at once, fewer when it has been calm', () => {
    const scaled = (...arrivals: number[]) => {
      const [onScale, calls] = recorder((_workers: number) => {});
      const optimizer = new RealTimeOptimizer({ onScale });
      const workers = arrivals.map((arrivalsPerSecond) => {
        optimizer.scaleBasedOnLoad(load(arrivalsPerSecond));
        return optimizer.workers;
      });
      return { workers, told: calls.map(([workers]) => workers) };
    };

    it('more, at once', () => {
      expect(scaled(90, 180, 360).workers, 'workers').toEqual([6, 12, 24]);
    });

    it('fewer, after three readings in a row', () => {
      expect(scaled(180, 90, 90, 90, 90).workers, 'workers').toEqual([12, 12, 12, 6, 6]);
    });

    it('as many as the greatest of the three asked for', () => {
      expect(scaled(360, 90, 180, 15, 15).workers, 'workers').toEqual([24, 24, 24, 12, 12]);
    });

    it('not while it comes and goes', () => {
      expect(scaled(180, 90, 90, 180, 90, 90, 180).workers, 'workers').toEqual([12, 12, 12, 12, 12, 12, 12]);
    });

    it('and then three more for the next', () => {
      expect(scaled(360, 180, 180, 180, 90, 90, 90).workers, 'workers').toEqual([24, 24, 24, 12, 12, 12, 6]);
    });

    it('`onScale` hears of changes only', () => {
      expect(scaled(90, 90, 90, 180, 180, 90, 90, 90, 90).told, 'calls of onScale').toEqual([6, 12, 6]);
    });
  });
});
