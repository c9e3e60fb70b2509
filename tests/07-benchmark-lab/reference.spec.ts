import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  allocationOf,
  arrivals,
  BaselineError,
  BenchmarkRunner,
  changeOf,
  formatReport,
  growthOf,
  isStable,
  loadTest,
  LocalStation,
  mad,
  median,
  memoryStressTest,
  type Metrics,
  PerformanceBenchmark,
  PerformanceRegressionTester,
  ProcessStation,
  quantile,
  randomNumbers,
  ratioApart,
  ratioOf,
  regressionReport,
  runsFor,
  type Sample,
  type Scenario,
  type ScenarioResult,
  slopeOf,
  type Station,
  undisturbedNow,
  verdictOf,
  yardstick,
} from '../../reference/07-benchmark-lab/index.ts';
import { ticks } from '../../reference/07-benchmark-lab/page.ts';
import { recorder } from '../recorder.ts';

/** A machine on which nothing runs and nothing waits: samples are drawn, and turn the clock by what they say. */
class ScriptedMachine {
  #now = 0;
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomNumbers(seed);
  }

  readonly now = (): number => this.#now;

  /** Normally distributed, of mean 0 and deviation 1: the sum of twelve is near enough. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.random();
    return sum;
  }

  /**
   * A subject of the given cost. Each of its processes is some per cent off, each sample too, and where a neighbour is
   * busy, some samples take up to three times as long.
   */
  subject(cost: number, busy = 0): () => Station {
    return () => {
      const bias = Math.exp(0.03 * this.normal());
      return this.station(() => {
        const disturbed = this.random() < busy ? 1 + 2 * this.random() : 1;
        return cost * bias * disturbed * Math.exp(0.04 * this.normal());
      });
    };
  }

  station(value: () => number, durationMs = 10): Station {
    const sample = async (): Promise<Sample> => {
      this.#now += durationMs;
      return { value: value(), durationMs };
    };
    return { warm: async () => {}, sample, finish: async () => ({}), close: () => {} };
  }
}

const scenarioOf = (subjects: Scenario['subjects']): Scenario => ({ name: 'scripted', unit: 'ns/op', subjects });

/** Three generations of eight rounds, the first subject beside the second. */
async function compared(seed: number, costs: readonly [number, number], busy = 0): Promise<ScenarioResult> {
  const machine = new ScriptedMachine(seed);
  const runner = new BenchmarkRunner({ generations: 3, budgetMs: 720, now: machine.now });
  const subjects = { a: machine.subject(costs[0], busy), b: machine.subject(costs[1], busy) };
  return runner.benchmarkScenario(scenarioOf(subjects));
}

const count = <T>(values: readonly T[], wanted: T) => values.filter((value) => value === wanted).length;

describe('statistics', () => {
  it('a quantile lies between two values by interpolation, and of nothing there is none', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
    expect(quantile([7], 0.99)).toBe(7);
    expect(() => quantile([], 0.5)).toThrow(new RangeError('quantile needs at least one value, received none'));
  });

  it('the median and its deviation are those of the many, whatever a few do', () => {
    const times = [10, 11, 9, 10, 12, 8, 10_000];
    expect(median(times)).toBe(10);
    expect(mad(times)).toBe(1);
  });

  it('the same seed gives the same numbers, from 0 to below 1, evenly', () => {
    const [a, b] = [randomNumbers(9), randomNumbers(9)];
    const drawn = Array.from({ length: 10_000 }, a);
    expect(drawn.slice(0, 5)).toEqual(Array.from({ length: 5 }, b));
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(median(drawn)).toBeCloseTo(0.5, 1);
  });

  it('the interval of a ratio of five generations holds the true one in 19 cases of 20', { timeout: 30_000 }, () => {
    const machine = new ScriptedMachine(11);
    const generation = (cost: number) => {
      const bias = Math.exp(0.05 * machine.normal());
      return Array.from({ length: 10 }, () => cost * bias * Math.exp(0.1 * machine.normal()));
    };
    const side = (cost: number) => Array.from({ length: 5 }, () => generation(cost));
    const held = Array.from({ length: 200 }, () => {
      const { interval: [low, high] } = ratioOf(side(2), side(1));
      return low <= 2 && 2 <= high;
    });
    expect(count(held, true) / held.length).toBeGreaterThan(0.95 - 0.05); // give or take what 200 cases can know
  });

  it('what a whole round suffered is not in the ratio', () => {
    const slowdowns = [1, 9, 1, 4, 30, 1, 2, 7];
    const side = (cost: number) => [1, 2].map(() => slowdowns.map((by) => cost * by));
    const { ratio, interval } = ratioOf(side(30), side(10));
    expect(ratio).toBeCloseTo(3);
    expect(interval[1] - interval[0]).toBeCloseTo(0);
  });

  it('one generation alone may be off by a quarter, whatever its rounds say', () => {
    const steady = (cost: number) => [Array<number>(50).fill(cost)];
    expect(ratioOf(steady(10), steady(10))).toEqual({ ratio: 1, interval: [0.8, 1.25] });
  });

  it('generations that disagree are doubt, however many rounds each of them had', () => {
    const steady = (cost: number) => Array<number>(200).fill(cost);
    const { interval: [low, high] } = ratioOf([steady(10), steady(14)], [steady(10), steady(10)]);
    expect(low).toBeCloseTo(1);
    expect(high).toBeCloseTo(1.4);
  });

  it('less than three rounds in common say nothing', () => {
    expect(ratioOf([[5, NaN, 5]], [[1, 1, NaN]]).interval).toEqual([0, Infinity]);
    expect(ratioOf([], []).interval).toEqual([0, Infinity]);
    expect(ratioOf([[5, 5], [5]], [[1, 1], [1]]).interval).toEqual([5, 5]);
  });

  it('sides that were measured apart are drawn apart', () => {
    const { ratio, interval: [low, high] } = ratioApart([[20, 22, 18, 20]], [[10, 11, 9, 10, 10]]);
    expect(ratio).toBeCloseTo(2);
    expect(low).toBeGreaterThan(1.5);
    expect(high).toBeLessThan(2.5);
  });
});

describe('the verdict', () => {
  const calm = { ratio: 1, interval: [0.98, 1.03] } as const;
  const of = (low: number, high: number, aa: { ratio: number; interval: readonly [number, number] } = calm) =>
    verdictOf({ ratio: Math.sqrt(low * high), interval: [low, high] }, aa);

  it('is ahead or behind when the whole interval is, by more than a tenth', () => {
    expect(of(0.5, 0.6)).toBe('ahead');
    expect(of(1.2, 1.3)).toBe('behind');
    expect(of(0.95, 1.08)).toBe('level');
  });

  it('is inconclusive where the interval reaches into two of them', () => {
    expect(of(0.8, 0.95)).toBe('inconclusive');
    expect(of(1.05, 1.3)).toBe('inconclusive');
    expect(of(0, Infinity)).toBe('inconclusive');
  });

  it('claims nothing that the machine does to equals', () => {
    const noisy = { ratio: 1.2, interval: [0.9, 1.5] } as const;
    expect(of(1.2, 1.3, noisy)).toBe('inconclusive');
    expect(of(0.95, 1.05, noisy)).toBe('inconclusive');
    expect(of(9, 11, noisy)).toBe('behind');
    expect(of(0.1, 0.2, { ratio: NaN, interval: [0, Infinity] })).toBe('inconclusive');
  });

  it.each([0, 0.3, 0.6])('is never ahead nor behind for identical code, in 100 runs with %d of the samples disturbed', { timeout: 30_000 }, async (busy) => {
    const verdicts = [];
    for (let seed = 0; seed < 100; seed++) verdicts.push((await compared(seed, [100, 100], busy)).verdict('a', 'b'));
    expect(count(verdicts, 'ahead') + count(verdicts, 'behind')).toBe(0);
    if (busy === 0) expect(count(verdicts, 'level')).toBeGreaterThan(50);
  });

  it('is behind for what is ten times as slow, in 50 of 50 runs with a busy neighbour', { timeout: 30_000 }, async () => {
    const verdicts = [];
    for (let seed = 0; seed < 50; seed++) verdicts.push((await compared(seed, [1_000, 100], 0.4)).verdict('a', 'b'));
    expect(count(verdicts, 'behind')).toBe(50);
  });
});

describe('growth', () => {
  const costs = (cost: (n: number) => number) => [100, 200, 400, 800].map((n) => ({ n, cost: cost(n) }));

  it('is the exponent of n', () => {
    expect(growthOf(costs(() => 7)).exponent).toBeCloseTo(0);
    expect(growthOf(costs((n) => 3 * n)).exponent).toBeCloseTo(1);
    expect(growthOf(costs((n) => n * n)).exponent).toBeCloseTo(2);
  });

  it('has an interval that is as wide as the noise', () => {
    const machine = new ScriptedMachine(2);
    const noisy = Array.from({ length: 5 }, () => costs((n) => n * Math.exp(0.1 * machine.normal()))).flat();
    const { exponent, interval: [low, high] } = growthOf(noisy);
    expect(exponent).toBeCloseTo(1, 0);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(1);
    expect(low).toBeGreaterThan(0.5);
  });

  it('refuses what has no logarithm, and a single size', () => {
    expect(() => growthOf([{ n: 10, cost: 0 }])).toThrow('growth needs sizes and costs above 0, received 0 at 10');
    expect(() => growthOf([{ n: 10, cost: 1 }])).toThrow('a slope needs points at two places at least, received 1 at one');
  });

  it('pays no attention to a point that is nonsense', () => {
    expect(slopeOf([0, 1, 2, 3, 4, 5, 6, 7].map((x) => ({ x, y: x === 3 ? 1_000 : 2 * x })))).toBeCloseTo(2);
  });
});

describe('sampling', () => {
  /** A subject whose nth run takes what `cost` says, on a clock that only it turns. */
  function scripted(cost: (run: number) => number) {
    let now = 0;
    const [run, runs] = recorder(() => void (now += cost(runs.length)));
    return { subject: { run }, runs, now: () => now };
  }

  it('warms up until the times have ceased to fall', async () => {
    const { subject, runs, now } = scripted((run) => Math.max(1, 20 - run / 4));
    const station = new LocalStation(subject, { unit: 'ns/op', operations: 1_000, sampleMs: 10, warmUpMs: 1e6 }, now);
    await station.warm();
    expect(runs.length).toBeGreaterThan(76);
    expect(await station.sample()).toEqual({ value: 1_000, durationMs: 10 }); // ten runs of 1,000 operations in 10 ms
  });

  it('warms up no longer than it may', async () => {
    const { subject, now } = scripted((run) => 1_000 / (run + 1));
    await new LocalStation(subject, { unit: 'ns/op', operations: 1, warmUpMs: 3_000 }, now).warm();
    expect(now()).toBeLessThan(4_100);
  });

  it('is stable when a stretch is no faster than the one before it', () => {
    expect(isStable([9, 9, 9, 9, 9, 9, 9])).toBe(false);
    expect(isStable([9, 9, 9, 9, 9, 9, 9, 9])).toBe(true);
    expect(isStable([9, 9, 9, 9, 8, 8, 8, 8])).toBe(false);
    expect(isStable([9, 9, 9, 9, 9, 70, 9, 9])).toBe(true);
  });

  it('a sample is long against the timer, and one run if that is long enough', () => {
    expect(runsFor(10, 0.003)).toBe(3_334);
    expect(runsFor(10, 25)).toBe(1);
  });

  it('awaits what is a promise', async () => {
    let now = 0;
    const run = () => Promise.resolve().then(() => void (now += 4));
    const station = new LocalStation({ run }, { unit: 'ns/op', operations: 4, sampleMs: 4, warmUpMs: 8 }, () => now);
    await station.warm();
    expect(await station.sample()).toEqual({ value: 1e6, durationMs: 4 });
  });

  it('a subject that answers wrongly is not run', async () => {
    const [run, runs] = recorder(() => {});
    const check = () => {
      throw new Error('it has the value of another key');
    };
    await expect(new LocalStation({ run, check }, { unit: 'ns/op', operations: 1 }).warm()).rejects.toThrow('another key');
    expect(runs).toEqual([]);
  });

  it('weighs what is kept, within and outside of the heap', async () => {
    const run = () => Array.from({ length: 1_000 }, () => new Uint8Array(1_000));
    const { value } = await new LocalStation({ run }, { unit: 'B/entry', operations: 1_000 }).sample();
    expect(value).toBeGreaterThan(1_000);
    expect(value).toBeLessThan(1_500);
  });

  it('refuses numbers that make no sense', () => {
    const open = (task: object) => () => new LocalStation({ run: () => {} }, { unit: 'ns/op', operations: 1, ...task });
    expect(open({ operations: 1.5 })).toThrow(new RangeError('operations must be an integer from 1, received 1.5'));
    expect(open({ sampleMs: 0 })).toThrow(new RangeError('sampleMs must be above 0, received 0'));
    expect(open({ warmUpMs: '9' })).toThrow(new TypeError('warmUpMs must be a number, received 9'));
  });

  it('the clock goes forward', () => {
    const readings = Array.from({ length: 1_000 }, undisturbedNow);
    expect(readings.every((reading, i) => i === 0 || reading >= readings[i - 1]!)).toBe(true);
  });
});

describe('a comparison', () => {
  it('lets everybody have a turn in each round, and in another order each time', async () => {
    const machine = new ScriptedMachine(1);
    const turns: string[] = [];
    const subject = (name: string) => () => machine.station(() => turns.push(name));
    const runner = new BenchmarkRunner({ generations: 1, budgetMs: 400, now: machine.now });
    await runner.benchmarkScenario(scenarioOf({ a: subject('a'), b: subject('b'), c: subject('c') }));
    const rounds = Array.from({ length: 10 }, (_, i) => turns.slice(4 * i, 4 * i + 4));
    for (const round of rounds) expect([...round].sort().join('')).toBe('abcc'); // the last is its own twin
    expect(new Set(rounds.map((round) => round.join(''))).size).toBeGreaterThan(3);
  });

  it('goes on without those who fail, and says why', async () => {
    const machine = new ScriptedMachine(1);
    const good = machine.subject(10);
    const wrong = () => ({ ...good(), warm: () => Promise.reject(new Error('wrong at once')) });
    const late = () => ({ ...good(), finish: () => Promise.reject(new Error('wrong in the end')) });
    const runner = new BenchmarkRunner({ generations: 2, budgetMs: 400, now: machine.now });
    const result = await runner.benchmarkScenario(scenarioOf({ wrong, good, late, other: good }));
    expect([...result.failures].map(([name, { message }]) => `${name}: ${message}`)).toEqual([
      'wrong: wrong at once',
      'late: wrong in the end',
    ]);
    expect(result.measured).toEqual(['good', 'other']);
    expect(result.ratio('good', 'other').ratio).toBeCloseTo(1, 0);
  });

  it('a slow subject sits rounds out, so that the others have enough', async () => {
    const machine = new ScriptedMachine(1);
    const slow = () => machine.station(() => 9_000, 500);
    const fast = machine.subject(10);
    const runner = new BenchmarkRunner({ generations: 1, budgetMs: 4_000, now: machine.now });
    const result = await runner.benchmarkScenario(scenarioOf({ slow, fast, other: fast }));
    expect(result.samplesOf('slow').length).toBeLessThan(8);
    expect(result.samplesOf('slow').length).toBeGreaterThanOrEqual(3);
    expect(result.samplesOf('fast').length).toBe(60);
    expect(result.verdict('slow', 'fast')).toBe('behind');
  });

  it('keeps what was measured when it is stopped, and closes every station', async () => {
    const machine = new ScriptedMachine(1);
    const stop = new AbortController();
    let open = 0;
    let samples = 0;
    const subject = () => {
      open++;
      let isOpen = true;
      const close = () => {
        if (isOpen) open--;
        isOpen = false;
      };
      return { ...machine.station(() => (++samples === 20 ? (stop.abort(), 1) : 1)), close };
    };
    const runner = new BenchmarkRunner({ budgetMs: 1e6, now: machine.now, signal: stop.signal });
    const results = await runner.runComparativeBenchmark([scenarioOf({ a: subject, b: subject }), scenarioOf({ a: subject })]);
    expect(results.length).toBe(1);
    expect(results[0]!.samplesOf('a').length).toBeGreaterThan(5);
    expect(samples).toBe(20);
    expect(open).toBe(0);
  });

  it('tells how far it is, from 0 to 1', async () => {
    const machine = new ScriptedMachine(1);
    const [onProgress, told] = recorder((_scenario: string, _share: number) => {});
    const runner = new BenchmarkRunner({ generations: 2, budgetMs: 300, now: machine.now, onProgress });
    await runner.benchmarkScenario(scenarioOf({ a: machine.subject(1) }));
    const shares = told.map(([, share]) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });
});

describe('a process of its own', () => {
  const lab = new URL('../../reference/07-benchmark-lab/processes.ts', import.meta.url);
  const SERVED = `
    import { serve } from '${lab.href}';
    serve(async (answer) => {
      if (answer === 'no subject') throw new RangeError('there is no such subject');
      if (answer === 'end') process.exit(7);
      let runs = 0;
      const check = () => {
        if (answer === 'wrong') throw new Error('2 is not 3');
      };
      const subject = { run: () => runs++, check, figures: () => ({ 'was run': Number(runs > 0) }) };
      return { subject, task: { unit: 'ns/op', operations: 1, sampleMs: 0.01, warmUpMs: 1 } };
    });
  `;
  const station = (answer: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'hotpath-served-'));
    const entry = join(folder, 'served.mjs');
    writeFileSync(entry, SERVED);
    const opened = new ProcessStation(entry, { argument: answer, execArgv: ['--import', 'tsx'] });
    onTestFinished(() => {
      opened.close();
      rmSync(folder, { recursive: true });
    });
    return opened;
  };

  it('warms, samples and finishes what it was asked for', { timeout: 60_000 }, async () => {
    const opened = station('right');
    await opened.warm();
    expect((await opened.sample()).value).toBeGreaterThan(0);
    expect(await opened.finish()).toEqual({ 'was run': 1 });
    opened.close();
    await expect(opened.sample()).rejects.toThrow('the process was closed');
  });

  it.each([
    ['wrong', 'Error', '2 is not 3'],
    ['no subject', 'RangeError', 'there is no such subject'],
    ['end', 'ProcessError', 'the process ended with exit code 7.'],
  ])('that is %s says so', { timeout: 60_000 }, async (answer, name, message) => {
    await expect(station(answer).warm()).rejects.toThrow(expect.objectContaining({ name, message }));
  });
});

describe('memory', () => {
  it('what is allocated is counted, and not what is left of it', async () => {
    const kept: unknown[] = [];
    const { bytesPerOperation, collections } = await allocationOf(() => {
      for (let i = 0; i < 200_000; i++) kept[i & 7] = new Array<number>(100).fill(i);
    }, 200_000);
    expect(bytesPerOperation).toBeGreaterThan(800);
    expect(bytesPerOperation).toBeLessThan(1_000);
    expect(collections).toBeGreaterThan(3);
  });

  it('a heap that rises and falls is no leak, and one that rises is', async () => {
    const machine = new ScriptedMachine(6);
    const heap = (perRound: number) => {
      let round = 0;
      return () => 5e6 + perRound * round++ + 2_000 * machine.random();
    };
    const steady = await memoryStressTest(() => {}, { heap: heap(0) });
    const leaking = await memoryStressTest(() => {}, { heap: heap(1_000) });
    expect(steady.isLeaking).toBe(false);
    expect(leaking.isLeaking).toBe(true);
    expect(leaking.bytesPerRound).toBeCloseTo(1_000, -3);
  });

  it('a cache that fills up is no leak', async () => {
    let round = 0;
    const { isLeaking } = await memoryStressTest(() => {}, { heap: () => 1e6 + 1e5 * Math.min(++round, 8) });
    expect(isLeaking).toBe(false);
  });

  it('finds what a program really keeps', { timeout: 30_000 }, async () => {
    const kept: unknown[] = [];
    const { isLeaking, bytesPerRound } = await memoryStressTest(() => kept.push(new Array<number>(2_000).fill(1)));
    expect(isLeaking).toBe(true);
    expect(bytesPerRound).toBeGreaterThan(15_000);
  });
});

describe('load', () => {
  /** Time that passes only when everybody waits. */
  function virtualTime() {
    let now = 0;
    const timers: { at: number; done: () => void }[] = [];
    const wait = (ms: number) => new Promise<void>((done) => timers.push({ at: now + ms, done }));
    async function runUntil(ended: Promise<unknown>): Promise<void> {
      let isOver = false;
      void ended.then(() => (isOver = true));
      while (!isOver) {
        for (let i = 0; i < 20; i++) await undefined;
        timers.sort((a, b) => a.at - b.at);
        const next = timers.shift();
        if (!next) continue;
        now = Math.max(now, next.at);
        next.done();
      }
    }
    return { now: () => now, wait, runUntil };
  }

  it('arrives at random, as often as it should', () => {
    const due = [...arrivals(1_000, 10_000, 500)];
    expect(due.length).toBeGreaterThan(4_800);
    expect(due.length).toBeLessThan(5_200);
    expect(due.every((at, i) => at >= (due[i - 1] ?? 1_000) && at < 11_000)).toBe(true);
  });

  it('a pause of a second is felt by all that were due in it', async () => {
    const time = virtualTime();
    const operation = () => time.wait(time.now() > 4_000 && time.now() < 5_000 ? 5_000 - time.now() : 1);
    const ended = loadTest(operation, { concurrent: 1, durationMs: 10_000, arrivalsPerSecond: 200, now: time.now, wait: time.wait });
    await time.runUntil(ended);
    const { latencyMs, serviceMs, longestQueue, completed } = await ended;
    expect(latencyMs.p95).toBeGreaterThan(400); // a tenth of the requests waited for half a second on average
    expect(serviceMs.p95).toBeCloseTo(1); // who sends the next after the last is answered sees one bad request
    expect(longestQueue).toBeGreaterThan(150);
    expect(completed).toBeGreaterThan(1_800);
  });

  it('counts what fails, and runs no more at a time than it may', async () => {
    const time = virtualTime();
    let running = 0;
    let most = 0;
    let calls = 0;
    const operation = async () => {
      most = Math.max(most, ++running);
      await time.wait(20);
      running--;
      if (++calls % 10 === 0) throw new Error('no connection');
    };
    const ended = loadTest(operation, { concurrent: 3, durationMs: 2_000, arrivalsPerSecond: 300, now: time.now, wait: time.wait });
    await time.runUntil(ended);
    const { completed, failed, throughputPerSecond } = await ended;
    expect(most).toBe(3);
    expect(failed).toBe(Math.floor((completed + failed) / 10));
    expect(throughputPerSecond).toBeCloseTo(135, -1); // three at a time, 20 ms each, nine in ten
  });
});

describe('PerformanceBenchmark', () => {
  const parts = {
    cache: () => {
      const map = new Map<string, unknown>();
      const get = <T>(key: string, factory: () => T): T => (map.has(key) ? (map.get(key) as T) : (map.set(key, factory()).get(key) as T));
      return { get, set: (key: string, value: unknown) => map.set(key, value) };
    },
    loader: () => {
      const map = new Map<string, Promise<unknown>>();
      const load = <T>(key: string, load: () => Promise<T>): Promise<T> => {
        if (!map.has(key)) map.set(key, load());
        return map.get(key) as Promise<T>;
      };
      return { load };
    },
    batches: () => ({ addToBatch: async <T>(_key: string, operation: () => T) => operation(), flushAll: async () => {} }),
  };

  it('measures each part with and without, its allocation and its growth', { timeout: 60_000 }, async () => {
    const benchmark = new PerformanceBenchmark(parts, { generations: 1, budgetMs: 1 });
    for (const results of [
      await benchmark.benchmarkCachePerformance(),
      await benchmark.benchmarkLazyLoading(),
      await benchmark.benchmarkBatchProcessing(),
    ]) {
      expect(results.timing.measured).toEqual(['without', 'with']);
      expect(results.allocation.bytesPerOperation).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(results.growth.exponent)).toBe(true);
    }
  });

  it('sends a load, and looks for leaks', { timeout: 60_000 }, async () => {
    const benchmark = new PerformanceBenchmark(parts);
    const { completed, failed } = await benchmark.loadTest(10, 50, 1_000);
    expect(completed).toBeGreaterThan(20);
    expect(failed).toBe(0);
    expect((await benchmark.memoryStressTest()).readings.length).toBe(24);
  });
});

describe('PerformanceRegressionTester', () => {
  function baselineFile(): string {
    const folder = mkdtempSync(join(tmpdir(), 'hotpath-baseline-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return join(folder, 'baseline.json');
  }

  /** Of one operation, on a machine that is `pace` times as slow as another, with disturbed samples. */
  function metrics(seed: number, cost: number, { pace = 1, busy = 0, bytes = 100, collections = 40 } = {}): Metrics {
    const machine = new ScriptedMachine(seed);
    const generation = (cost: number) => {
      const bias = Math.exp(0.03 * machine.normal());
      return Array.from({ length: 10 }, () => {
        const disturbed = machine.random() < busy ? 1 + 2 * machine.random() : 1;
        return cost * pace * bias * disturbed * Math.exp(0.04 * machine.normal());
      });
    };
    const side = (cost: number) => Array.from({ length: 4 }, () => generation(cost));
    return { describe: { time: side(cost), yardstick: side(1_000), bytesPerOperation: bytes, collections } };
  }

  it('identical code is no regression, nor an improvement: 200 comparisons, half with a busy neighbour on a slow day', () => {
    const tester = new PerformanceRegressionTester(baselineFile());
    const changes = [];
    for (let seed = 0; seed < 200; seed++) {
      if (seed % 20 === 0) tester.establishBaseline(metrics(1_000 + seed, 500));
      const today = seed % 2 === 0 ? {} : { busy: 0.35, pace: 2 };
      changes.push(tester.validatePerformance(metrics(seed, 500, today)).findings[0]!.change);
    }
    expect(count(changes, 'regression')).toBe(0);
    expect(count(changes, 'improvement')).toBe(0);
    expect(count(changes, 'none')).toBeGreaterThan(100);
  }, 30_000);

  it('names what has become slower, and by how much', () => {
    const tester = new PerformanceRegressionTester(baselineFile());
    tester.establishBaseline(metrics(1, 500));
    const result = tester.validatePerformance(metrics(2, 900));
    expect(result.success).toBe(false);
    expect(result.message).toMatch(/^worse than on .*: describe$/);
    expect(regressionReport(result)).toMatch(/regression: describe, time × 1\.[78]/);
  });

  it('sees what has become faster', () => {
    const tester = new PerformanceRegressionTester(baselineFile());
    tester.establishBaseline(metrics(1, 500));
    const { success, findings } = tester.validatePerformance(metrics(2, 300));
    expect(success).toBe(true);
    expect(findings[0]!.change).toBe('improvement');
  });

  it('allocation may grow by 30%, and collections by half', () => {
    const tester = new PerformanceRegressionTester(baselineFile());
    tester.establishBaseline(metrics(1, 500));
    const changes = (bytes: number, collections: number) =>
      tester.validatePerformance(metrics(2, 500, { bytes, collections })).findings.slice(1).map(({ change }) => change);
    expect(changes(129, 59)).toEqual(['none', 'none']);
    expect(changes(131, 61)).toEqual(['regression', 'regression']);
    expect(changes(80, 40)).toEqual(['improvement', 'none']);
  });

  it('an interval that crosses the threshold is to be measured again', () => {
    expect(changeOf({ ratio: 1.25, interval: [1.1, 1.4] }, 0.2, 0.1)).toBe('inconclusive');
    expect(changeOf({ ratio: 1.25, interval: [1.21, 1.4] }, 0.2, 0.1)).toBe('regression');
    expect(changeOf({ ratio: 1, interval: [0.8, 1.19] }, 0.2, 0.1)).toBe('none');
    expect(changeOf({ ratio: 0.8, interval: [0.7, 0.89] }, 0.2, 0.1)).toBe('improvement');
  });

  it('has nothing to say without a baseline, of another machine, or of another version', () => {
    const path = baselineFile();
    const tester = new PerformanceRegressionTester(path);
    expect(() => tester.validatePerformance({})).toThrow(BaselineError);
    new PerformanceRegressionTester(path, {}, 'a mainframe').establishBaseline({});
    expect(() => tester.validatePerformance({})).toThrow(/is of another machine: a mainframe; this is /);
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version: 9 }));
    expect(() => tester.validatePerformance({})).toThrow(/must be of version 1, received 9/);
  });

  it('refuses thresholds that are none', () => {
    expect(() => new PerformanceRegressionTester('x', { time: 0 })).toThrow(new RangeError('time must be above 0, received 0'));
  });

  it('has a yardstick that does the same work each time', () => {
    expect([yardstick(), yardstick()]).toEqual([500, 500]);
  });
});

describe('a report', () => {
  async function results(): Promise<ScenarioResult[]> {
    const machine = new ScriptedMachine(4);
    const runner = new BenchmarkRunner({ generations: 3, budgetMs: 720, now: machine.now });
    const broken = () => ({ ...machine.subject(1)(), warm: () => Promise.reject(new Error('is <wrong>')) });
    return [await runner.benchmarkScenario(scenarioOf({ naive: machine.subject(400), ours: machine.subject(100), broken }))];
  }

  it('is a table, or Markdown', async () => {
    const table = formatReport(await results(), 'table');
    expect(table).toMatch(/^naive +[34]\d\d .* level$/m);
    expect(table).toMatch(/^ours +\d+(\.\d)? .* ahead$/m);
    expect(table).toContain('not measured: is <wrong>');
    expect(formatReport(await results(), 'markdown')).toMatch(/^\| ours \| \d+(\.\d)? \|/m);
  });

  it('is JSON', async () => {
    const [{ name, subjects, failures }] = JSON.parse(formatReport(await results(), 'json'));
    expect(name).toBe('scripted');
    expect(subjects.map((subject: { name: string }) => subject.name)).toEqual(['naive', 'ours']);
    expect(subjects[1].ratio.ratio).toBeCloseTo(0.25, 1);
    expect(failures).toEqual({ broken: 'is <wrong>' });
  });

  it('is a page that needs nothing else, with a dot for each sample', async () => {
    const all = await results();
    const page = formatReport(all, 'html');
    expect(page.match(/<circle /g)).toHaveLength(all[0]!.samplesOf('naive').length + all[0]!.samplesOf('ours').length);
    expect(page).not.toMatch(/<script|<link|<img|https?:/);
    expect(page).toContain('is &#60;wrong&#62;');
  });

  it('has round numbers on its axis', () => {
    expect(ticks(3, 240)).toEqual([5, 10, 20, 50, 100, 200]);
  });

  it('has no other format', () => {
    expect(() => formatReport([], 'pdf' as 'json')).toThrow('format must be one of table, json, markdown, html, received pdf');
  });
});
