// The same contract from other parts: intervals by standard errors instead of a bootstrap, stretches of a fixed number
// of runs, rounds that rotate, slots that take from a queue, a table of benches, and a sign test in place of the runner
// for two contenders. Misuse is not checked.

import { readFileSync, writeFileSync } from 'node:fs';
import {
  allocationOf,
  BaselineError,
  BENCH_KEYS,
  type BenchmarkOptions,
  type BenchmarkResults,
  CALLERS,
  collectedHeap,
  type Contender,
  type Cost,
  type Faster,
  FEWEST_COLLECTIONS,
  type Figures,
  type Finding,
  fingerprint,
  fullCollection,
  type Generations,
  type Growth,
  GROWTH_KEYS,
  heapBytes,
  type Interval,
  LEAST_PAIRS,
  LEAST_ROUNDS,
  LEVEL,
  type LoadOptions,
  type LoadTestResults,
  type MemoryTestResults,
  type Metrics,
  type Milliseconds,
  MOST_ROUNDS,
  ONE_GENERATION,
  type OperationMetrics,
  type Parts,
  type Ratio,
  type RegressionResult,
  type RunnerOptions,
  type Sample,
  type Scenario,
  type ScenarioResult,
  STABLE_WITHIN,
  type Station,
  STRETCHES,
  type StressOptions,
  type Subject,
  type Task,
  type Thresholds,
  type Verdict,
} from '#contract/07-benchmark-lab';
import { randomNumbers } from '#framework';

export * from '#contract/07-benchmark-lab';

// ---- Statistics -----------------------------------------------------------------------------------------

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

export function quantile(values: readonly number[], share: number): number {
  const place = share * (values.length - 1);
  return ascending(values).reduce((sum, value, i) => sum + value * Math.max(0, 1 - Math.abs(i - place)), 0);
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

export const mad = (values: readonly number[]) => median(values.map((value) => Math.abs(value - median(values))));

/** So many standard errors are an interval of some 99 per cent, of five values or more. */
const ERRORS = 3;

interface Estimate {
  readonly middle: number;
  readonly error: number;
}

/** The mean of the generations' medians; of one generation, how well its rounds know their median. */
function estimateOf(generations: Generations): Estimate {
  const medians = generations.map(median);
  const middle = medians.reduce((sum, value) => sum + value, 0) / medians.length;
  if (medians.length === 1) {
    const [rounds] = generations as [number[]];
    return { middle, error: (1.25 * 1.48 * mad(rounds)) / Math.sqrt(rounds.length) };
  }
  const squares = medians.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return { middle, error: Math.sqrt(squares / (medians.length - 1) / medians.length) };
}

function ratioFrom({ middle, error }: Estimate, doubt = 1): Ratio {
  const interval: Interval = [Math.exp(middle - ERRORS * error) / doubt, Math.exp(middle + ERRORS * error) * doubt];
  return { ratio: Math.exp(middle), interval };
}

export function ratioOf(a: Generations, b: Generations): Ratio {
  const generations: number[][] = [];
  let pairs = 0;
  for (const [g, rounds] of a.entries()) {
    const logs: number[] = [];
    for (const [i, value] of rounds.entries()) {
      const log = Math.log(value) - Math.log(b[g]?.[i] ?? NaN);
      if (Number.isFinite(log)) logs.push(log);
    }
    pairs += logs.length;
    if (logs.length > 0) generations.push(logs);
  }
  if (pairs < LEAST_PAIRS) return { ratio: NaN, interval: [0, Infinity] };
  return ratioFrom(estimateOf(generations), generations.length === 1 ? ONE_GENERATION : 1);
}

export function verdictOf({ interval }: Ratio, aa: Ratio): Verdict {
  const [low, high] = interval.map(Math.log) as [number, number];
  const doubt = Math.abs(Math.log(aa.ratio));
  const level = Math.log(LEVEL);
  if (high < -level && high < -doubt) return 'ahead';
  if (low > level && low > doubt) return 'behind';
  return doubt <= level && low >= -level && high <= level ? 'level' : 'inconclusive';
}

// ---- One subject ----------------------------------------------------------------------------------------

export class LocalStation implements Station {
  readonly #subject: Subject;
  readonly #task: Task;
  readonly #now: () => Milliseconds;
  #runs = 1;

  constructor(subject: Subject, task: Task, now = () => performance.now()) {
    this.#subject = subject;
    this.#task = task;
    this.#now = now;
  }

  async warm(): Promise<void> {
    await this.#subject.check?.();
    if (this.#task.unit === 'B/entry') return;
    const { sampleMs = 10, warmUpMs = 500 } = this.#task;
    const end = this.#now() + warmUpMs;
    const latest: number[] = [];
    while (this.#now() < end) {
      let took = await this.#time(this.#runs);
      while (took < sampleMs) {
        this.#runs = Math.ceil(this.#runs * (took > 0 ? Math.min(4, (1.2 * sampleMs) / took) : 2));
        took = await this.#time(this.#runs);
      }
      latest.push(took / this.#runs);
      if (took > 2 * sampleMs && this.#runs > 1) this.#runs = Math.max(1, Math.ceil((this.#runs * sampleMs) / took));
      if (latest.length < 2 * STRETCHES) continue;
      const [before, after] = [latest.slice(-2 * STRETCHES, -STRETCHES), latest.slice(-STRETCHES)];
      if (median(after) > median(before) * (1 - STABLE_WITHIN)) break;
    }
    this.#runs = Math.ceil(sampleMs / median(latest.slice(-STRETCHES)));
  }

  async sample(): Promise<Sample> {
    const { unit, operations } = this.#task;
    const start = this.#now();
    if (unit === 'B/entry') {
      fullCollection();
      const before = heapBytes();
      const kept = { value: await this.#subject.run() };
      fullCollection();
      const value = (heapBytes() - before) / operations;
      delete kept.value;
      return { value, durationMs: this.#now() - start };
    }
    await this.#time(this.#runs > 1 ? Math.ceil(this.#runs / 4) : 0);
    const durationMs = await this.#time(this.#runs);
    return { value: (durationMs / this.#runs / operations) * 1e6, durationMs };
  }

  async finish(): Promise<Figures> {
    await this.#subject.check?.();
    return this.#subject.figures === undefined ? {} : this.#subject.figures();
  }

  close(): void {}

  async #time(runs: number): Promise<Milliseconds> {
    const start = this.#now();
    for (let left = runs; left > 0; left--) {
      const result = this.#subject.run();
      if (result instanceof Promise) await result;
    }
    return this.#now() - start;
  }
}

// ---- Several subjects -----------------------------------------------------------------------------------

export class BenchmarkRunner {
  readonly #options: Required<RunnerOptions>;

  constructor(options: RunnerOptions = {}) {
    this.#options = { generations: 5, budgetMs: 10_000, now: () => performance.now(), ...options };
  }

  runComparativeBenchmark(scenarios: readonly Scenario[]): Promise<ScenarioResult[]> {
    return scenarios.reduce(
      async (results, scenario) => [...(await results), await this.benchmarkScenario(scenario)],
      Promise.resolve<ScenarioResult[]>([]),
    );
  }

  async benchmarkScenario(scenario: Scenario): Promise<ScenarioResult> {
    const { generations, budgetMs, now } = this.#options;
    const start = now();
    const failures = new Map<string, Error>();
    const figures = new Map<string, Figures>();
    const table = new Map(Object.keys(scenario.subjects).map((name) => [name, [] as number[][]]));
    const pairs: [number[], number[]][] = [];
    const left = () => [...table.keys()].filter((name) => !failures.has(name));

    for (let g = 0; g < generations && left().length > 0; g++) {
      if (g > 0 && now() - start > budgetMs) break;
      const names = left();
      const seats = [...names, names.at(-1)!].map((name) => ({
        name,
        station: scenario.subjects[name]!(),
        samples: [] as number[],
      }));
      const all = async (act: (seat: (typeof seats)[number]) => Promise<void>, order = seats) => {
        for (const seat of order) {
          if (failures.has(seat.name)) continue;
          await act(seat).catch((error: Error) => void failures.set(seat.name, error));
        }
      };
      await all(({ station }) => station.warm());
      const end = start + (budgetMs * (g + 1)) / generations;
      for (let round = 0; round < LEAST_ROUNDS || (round < MOST_ROUNDS && now() < end); round++) {
        const turn = round % seats.length;
        const rotated = [...seats.slice(turn), ...seats.slice(0, turn)];
        await all(
          async ({ station, samples }) => {
            samples[round] = NaN;
            samples[round] = (await station.sample()).value;
          },
          Math.floor(round / seats.length) % 2 === 0 ? rotated : rotated.reverse(),
        );
      }
      await all(async ({ name, station }) => void figures.set(name, await station.finish()));
      for (const { station } of seats) station.close();
      const twin = seats.pop()!;
      for (const { name, samples } of seats) table.get(name)!.push(samples);
      pairs.push([seats.at(-1)!.samples, twin.samples]);
    }

    const numbers = (samples: readonly number[]) => samples.filter((value) => value > 0);
    const result: ScenarioResult = {
      scenario,
      failures,
      measured: left(),
      aa: ratioOf(
        pairs.map(([one]) => one),
        pairs.map(([, other]) => other),
      ),
      samplesOf: (name) => table.get(name)!.flatMap(numbers),
      valueOf: (name) => median(table.get(name)!.map(numbers).filter(({ length }) => length > 0).map(median)),
      figuresOf: (name) => figures.get(name) ?? {},
      ratio: (a, b) => ratioOf(table.get(a)!, table.get(b)!),
      verdict: (a, b) => verdictOf(result.ratio(a, b), result.aa),
    };
    return result;
  }

  generateReport(results: readonly ScenarioResult[]): string {
    const reports = results.map((result) => ({
      name: result.scenario.name,
      unit: result.scenario.unit,
      aa: result.aa,
      failures: Object.fromEntries([...result.failures].map(([name, error]) => [name, error.message])),
      subjects: result.measured.map((name, i, [first]) => ({
        name,
        value: result.valueOf(name),
        mad: mad(result.samplesOf(name)),
        samples: result.samplesOf(name).length,
        ratio: result.ratio(name, first!),
        verdict: i === 0 ? 'level' : result.verdict(name, first!),
      })),
    }));
    return JSON.stringify(reports, null, 2);
  }
}

// ---- Slopes ---------------------------------------------------------------------------------------------

/** By Theil and Sen; the error is that of least squares, from what half of the residuals keep to. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): Estimate {
  const slopes: number[] = [];
  for (const [x, y] of points) {
    for (const [otherX, otherY] of points) if (otherX > x) slopes.push((otherY - y) / (otherX - x));
  }
  const middle = median(slopes);
  const xs = points.map(([x]) => x);
  const meanX = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const squares = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const residuals = points.map(([x, y]) => y - middle * x);
  return { middle, error: (1.48 * mad(residuals)) / Math.sqrt(squares) };
}

const intervalOf = ({ middle, error }: Estimate): Interval => [middle - ERRORS * error, middle + ERRORS * error];

export function growthOf(costs: readonly Cost[]): Growth {
  const slope = slopeOf(costs.map(({ n, cost }) => [Math.log2(n), Math.log2(cost)]));
  return { exponent: slope.middle, interval: intervalOf(slope) };
}

export async function memoryStressTest(round: () => unknown, options: StressOptions = {}): Promise<MemoryTestResults> {
  const { rounds = 24, tolerance = 256, heap = collectedHeap } = options;
  const readings: number[] = [];
  while (readings.length < rounds) {
    await round();
    readings.push(await heap());
  }
  const points = readings.map((bytes, i) => [i, bytes] as const);
  const slope = slopeOf(points.filter(([i]) => i >= Math.floor(rounds / 3)));
  const interval = intervalOf(slope);
  return { readings, bytesPerRound: slope.middle, interval, isLeaking: interval[0] > tolerance };
}

// ---- Load -----------------------------------------------------------------------------------------------

export function* arrivals(start: Milliseconds, durationMs: Milliseconds, perSecond: number): Generator<Milliseconds> {
  const random = randomNumbers(99);
  for (let due = start; ; yield due) {
    due += (Math.log(1 / (1 - random())) * 1_000) / perSecond;
    if (due >= start + durationMs) return;
  }
}

export async function loadTest(operation: () => unknown, options: LoadOptions): Promise<LoadTestResults> {
  const { concurrent, durationMs, arrivalsPerSecond } = options;
  const now = options.now ?? (() => performance.now());
  const wait = options.wait ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const queue = new Set<{ readonly due: Milliseconds }>();
  const slots = new Set<Promise<void>>();
  const answered: { readonly latency: number; readonly service: number; readonly isFailed: boolean }[] = [];
  let longestQueue = 0;

  /** Answers what is in the queue until it is empty. */
  async function serve(): Promise<void> {
    for (const request of queue) {
      queue.delete(request);
      const begun = now();
      let isFailed = false;
      try {
        await operation();
      } catch {
        isFailed = true;
      }
      answered.push({ latency: now() - request.due, service: now() - begun, isFailed });
    }
  }

  const start = now();
  for (const due of arrivals(start, durationMs, arrivalsPerSecond)) {
    while (now() < due) await wait(due - now());
    await Promise.resolve();
    queue.add({ due });
    if (slots.size < concurrent) {
      const slot: Promise<void> = serve().then(() => void slots.delete(slot));
      slots.add(slot);
    }
    longestQueue = Math.max(longestQueue, queue.size);
  }
  while (slots.size > 0) await Promise.all(slots);

  const completed = answered.filter(({ isFailed }) => !isFailed).length;
  const percentiles = (of: 'latency' | 'service') => {
    const times = answered.map((one) => one[of]);
    const at = (share: number) => (times.length > 0 ? quantile(times, share) : 0);
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  };
  return {
    completed,
    failed: answered.length - completed,
    throughputPerSecond: completed / ((now() - start) / 1e3),
    latencyMs: percentiles('latency'),
    serviceMs: percentiles('service'),
    longestQueue,
  };
}

// ---- The bench of a performance layer -------------------------------------------------------------------

interface Bench {
  readonly name: string;
  readonly with: () => unknown;
  readonly without: () => unknown;
}

const make = (key: string) => ({ key, letters: [...key].map((letter) => letter.charCodeAt(0)) });
const named = (n: number) => Array.from({ length: n }, (_, i) => `entity-${i}`);

const BENCHES = {
  cache(parts: Parts, n: number): Bench {
    const cache = parts.cache();
    for (const key of named(n)) cache.set(key, make(key));
    const run = (get: (key: string) => ReturnType<typeof make>) => () =>
      named(n).reduce((sum, key) => sum + get(key).letters[0]!, 0);
    return { name: 'cache', with: run((key) => cache.get(key, () => make(key))), without: run(make) };
  },
  loader(parts: Parts, n: number): Bench {
    const asked = named(n).map((_, i) => `entity-${i % (n / CALLERS)}`);
    const run = (begin: () => (key: string) => Promise<unknown>) => () => Promise.all(asked.map(begin()));
    return {
      name: 'loader',
      with: run(() => {
        const loader = parts.loader();
        return (key) => loader.load(key, async () => make(key));
      }),
      without: run(() => async (key) => make(key)),
    };
  },
  batches(parts: Parts, n: number): Bench {
    return {
      name: 'batches',
      async with() {
        const batches = parts.batches();
        const results = Promise.all(named(n).map((key) => batches.addToBatch('make', () => make(key))));
        await batches.flushAll();
        return results;
      },
      without: () => Promise.all(named(n).map(async (key) => make(key))),
    };
  },
};

export class PerformanceBenchmark {
  readonly #parts: Parts;
  readonly #options: BenchmarkOptions;

  constructor(parts: Parts, options: BenchmarkOptions = {}) {
    this.#parts = parts;
    this.#options = options;
  }

  benchmarkCachePerformance = () => this.#benchmark('cache');
  benchmarkLazyLoading = () => this.#benchmark('loader');
  benchmarkBatchProcessing = () => this.#benchmark('batches');

  loadTest(concurrent: number, durationMs: Milliseconds, arrivalsPerSecond = 1_000): Promise<LoadTestResults> {
    const loader = this.#parts.loader();
    let n = 0;
    const operation = () => {
      const key = n % 10 === 5 ? `new ${n}` : 'known';
      n++;
      return loader.load(key, async () => make(key));
    };
    return loadTest(operation, { ...this.#options, concurrent, durationMs, arrivalsPerSecond });
  }

  memoryStressTest(): Promise<MemoryTestResults> {
    return memoryStressTest(() => void BENCHES.cache(this.#parts, BENCH_KEYS), this.#options);
  }

  async #benchmark(kind: keyof typeof BENCHES): Promise<BenchmarkResults> {
    const { now = () => performance.now() } = this.#options;
    const bench = BENCHES[kind](this.#parts, BENCH_KEYS);
    const task: Task = { unit: 'ns/op', operations: BENCH_KEYS, sampleMs: 2, warmUpMs: 200 };
    const timing = await new BenchmarkRunner({ generations: 2, budgetMs: 1_000, ...this.#options }).benchmarkScenario({
      name: bench.name,
      unit: 'ns/op',
      subjects: {
        without: () => new LocalStation({ run: bench.without }, task, now),
        with: () => new LocalStation({ run: bench.with }, task, now),
      },
    });
    const costs: Cost[] = [];
    for (const n of [...GROWTH_KEYS, ...GROWTH_KEYS, ...GROWTH_KEYS]) {
      const { with: run } = BENCHES[kind](this.#parts, n);
      const start = now();
      await run();
      costs.push({ n, cost: (now() - start) / n });
    }
    return { timing, growth: growthOf(costs), allocation: await allocationOf(bench.with, BENCH_KEYS) };
  }
}

// ---- Baselines ------------------------------------------------------------------------------------------

export class PerformanceRegressionTester {
  readonly #path: string;
  readonly #machine: string;
  readonly #thresholds: Thresholds;

  constructor(path: string, thresholds: Thresholds = {}, machine = fingerprint()) {
    this.#path = path;
    this.#machine = machine;
    this.#thresholds = thresholds;
  }

  establishBaseline(metrics: Metrics): void {
    writeFileSync(this.#path, JSON.stringify([this.#machine, Object.entries(metrics)]));
  }

  validatePerformance(metrics: Metrics): RegressionResult {
    const findings: Finding[] = [];
    for (const [operation, then] of this.#read()) {
      const now = metrics[operation];
      if (!now) continue;
      const add = (measure: Finding['measure'], ratio: Ratio, worse: number) => {
        const { improvement = 0.1, [measure]: threshold = worse } = this.#thresholds;
        const [low, high] = ratio.interval;
        const change =
          low > 1 + threshold ? 'regression'
          : high > 1 + threshold ? 'inconclusive'
          : high < 1 - improvement ? 'improvement'
          : 'none';
        findings.push({ operation, measure, ratio, change });
      };
      add('time', apart(scaled(now), scaled(then)), 0.2);
      if (now.bytesPerOperation && then.bytesPerOperation) {
        add('allocation', exact(now.bytesPerOperation, then.bytesPerOperation), 0.3);
      }
      const [count, before] = [now.collections, then.collections];
      if (count && before && (count >= FEWEST_COLLECTIONS || before >= FEWEST_COLLECTIONS)) {
        add('collections', exact(count, before), 0.5);
      }
    }
    const worse = findings.filter(({ change }) => change === 'regression');
    const told = worse.map(({ operation, measure }) => `${operation} (${measure})`).join(', ');
    const success = worse.length === 0;
    return { success, message: success ? 'all is as well as it was' : `worse: ${told}`, findings };
  }

  #read(): [operation: string, metrics: OperationMetrics][] {
    let machine: string;
    let entries: [string, OperationMetrics][];
    try {
      [machine, entries] = JSON.parse(readFileSync(this.#path, 'utf8')) as [string, [string, OperationMetrics][]];
    } catch {
      throw new BaselineError(`${this.#path} is no baseline`);
    }
    if (machine !== this.#machine) throw new BaselineError(`${this.#path} is of ${machine}`);
    return entries;
  }
}

const exact = (now: number, then: number): Ratio => ({ ratio: now / then, interval: [now / then, now / then] });

/** In logarithms, less that of the yardstick. */
const scaled = ({ time, yardstick }: OperationMetrics): Generations =>
  time.map((rounds, g) => rounds.map((value) => Math.log(value) - Math.log(median(yardstick[g]!))));

function apart(a: Generations, b: Generations): Ratio {
  const [now, then] = [estimateOf(a), estimateOf(b)];
  return ratioFrom({ middle: now.middle - then.middle, error: Math.hypot(now.error, then.error) });
}

// ---- Which is faster ------------------------------------------------------------------------------------

const PAIRS = 60;
const BLOCK_MS = 25;
const WARM_RUNS = 400;

/** A sign test: in so many pairs of blocks one must be clearly faster, or nothing is said. */
export async function fasterOf(a: Contender, b: Contender, now: () => Milliseconds): Promise<Faster> {
  const time = ({ run }: Contender, runs: number) => {
    const start = now();
    for (let i = 0; i < runs; i++) run().read();
    return now() - start;
  };
  for (const contender of [a, b]) time(contender, WARM_RUNS);
  const slower = Math.max(...[a, b].map((one) => median([1, 2, 3, 4, 5].map(() => time(one, 20)))));
  const runs = Math.ceil((20 * BLOCK_MS) / slower);
  const ratios = Array.from({ length: PAIRS }, (_, i) => {
    const [first, second] = i % 2 === 0 ? [a, b] : [b, a];
    const times = [time(first!, runs), time(second!, runs)];
    return i % 2 === 0 ? times[0]! / times[1]! : times[1]! / times[0]!;
  });
  if (ratios.filter((ratio) => ratio < 0.75).length > 0.75 * PAIRS) return 'a';
  return ratios.filter((ratio) => ratio > 1.33).length > 0.75 * PAIRS ? 'b' : 'neither';
}
