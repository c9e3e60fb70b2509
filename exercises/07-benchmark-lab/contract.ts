import { cpus } from 'node:os';
import { setImmediate as aTurn } from 'node:timers/promises';
import { GCProfiler } from 'node:v8';

/** Milliseconds: a duration, or an instant on a clock. */
export type Milliseconds = number;

/** What a value is a number of: time for an operation, or memory for something kept. Less is better. */
export type Unit = 'ns/op' | 'B/entry';

// ---- Statistics -----------------------------------------------------------------------------------------

/** How sure an interval is to hold the truth. */
export const CONFIDENCE = 0.99;

/** Two subjects whose ratio is at most this, one way or the other, are level for all that anybody notices. */
export const LEVEL = 1.1;

/** Of fewer rounds in common nothing is known. */
export const LEAST_PAIRS = 3;

/**
 * The factor by which the rounds of a single generation may all be off: where memory happened to lie, when code
 * happened to be compiled.
 */
export const ONE_GENERATION = 1.25;

export type Interval = readonly [low: number, high: number];

/** The samples of a subject by generation, in each by round. NaN, or nothing, where there is no sample. */
export type Generations = readonly (readonly number[])[];

/** `ratio` of a to b: 2 is "a takes twice as long". */
export interface Ratio {
  readonly ratio: number;
  readonly interval: Interval;
}

export type Verdict = 'ahead' | 'level' | 'behind' | 'inconclusive';

// ---- One subject ----------------------------------------------------------------------------------------

/** One implementation, ready for one task. */
export interface Subject {
  /**
   * All {@link Task.operations} once. A promise is awaited. For `B/entry` it builds and returns what is kept,
   * and each call builds a new one.
   */
  readonly run: () => unknown;
  /** Throws, or rejects, where the subject answers wrongly. */
  readonly check?: () => void | Promise<void>;
  /** What else there is to say of it after the last run, such as a hit ratio. Shown, never judged. */
  readonly figures?: () => Figures;
}

export type Figures = Readonly<Record<string, number>>;

export interface Task {
  readonly unit: Unit;
  /** How many operations one {@link Subject.run} does, or how many entries it keeps: an integer from 1. */
  readonly operations: number;
  /** How long a sample lasts at least, so that the resolution of the clock is small against it. @default 10 */
  readonly sampleMs?: Milliseconds;
  /** When warming up ends, stable or not. @default 500 */
  readonly warmUpMs?: Milliseconds;
}

export interface Sample {
  /** In the unit of the task. */
  readonly value: number;
  readonly durationMs: Milliseconds;
}

/** A place where one subject is measured. */
export interface Station {
  /** Checks the subject and runs it until it is stable. Rejects if it answers wrongly. */
  warm(): Promise<void>;
  sample(): Promise<Sample>;
  /** Checks the subject again. Rejects if it answers wrongly after all that it has done. */
  finish(): Promise<Figures>;
  /** May be called at any time, and more than once. */
  close(): void;
}

/** So many stretches of warming up are compared with as many before them. */
export const STRETCHES = 4;

/** The medians of the two are the same if the later is not less by more than this part. */
export const STABLE_WITHIN = 0.05;

// ---- Several subjects -----------------------------------------------------------------------------------

export interface Scenario {
  readonly name: string;
  readonly unit: Unit;
  /** By name; each call opens a new station. */
  readonly subjects: Readonly<Record<string, () => Station>>;
}

export interface RunnerOptions {
  /** How often everything is done again with new stations, at the most: an integer from 1. @default 5 */
  readonly generations?: number;
  /** How long a scenario takes. Slow subjects may take longer: some rounds are measured in any case. @default 10,000 */
  readonly budgetMs?: Milliseconds;
  /** The clock. @default performance.now */
  readonly now?: () => Milliseconds;
}

/** The rounds that a generation has in any case. */
export const LEAST_ROUNDS = 12;

/** After so many rounds, more would tell little. */
export const MOST_ROUNDS = 60;

/** What a scenario has yielded. */
export interface ScenarioResult {
  readonly scenario: Scenario;
  /** Why subjects are out, by their names. */
  readonly failures: ReadonlyMap<string, Error>;
  /** The names of the subjects that have not failed, in the order of the scenario. */
  readonly measured: readonly string[];
  /** A subject against itself. */
  readonly aa: Ratio;
  /** All of a subject's samples, of all generations. */
  samplesOf(name: string): readonly number[];
  /** The median of the medians of a subject's generations. */
  valueOf(name: string): number;
  figuresOf(name: string): Figures;
  /** Of what `a` takes to what `b` takes. */
  ratio(a: string, b: string): Ratio;
  /** On `a`, beside `b`. */
  verdict(a: string, b: string): Verdict;
}

export type Format = 'json';

// ---- Slopes ---------------------------------------------------------------------------------------------

export interface Cost {
  /** How many there were. */
  readonly n: number;
  /** In any unit: nanoseconds, or a count of steps, which is the same on every machine. */
  readonly cost: number;
}

export interface Growth {
  /** The cost is proportional to n to this power: 0 is O(1), 1 is O(n). */
  readonly exponent: number;
  readonly interval: Interval;
}

export interface StressOptions {
  /** How many, an integer from 1. @default 24 */
  readonly rounds?: number;
  /** What a round may leave behind, bytes: an engine has tables of its own that grow now and then. @default 256 */
  readonly tolerance?: number;
  /** The heap at the moment, bytes. @default collectedHeap */
  readonly heap?: () => number | Promise<number>;
}

export interface MemoryTestResults {
  /** The heap after each round, bytes. */
  readonly readings: readonly number[];
  /** By how much it grows from round to round. */
  readonly bytesPerRound: number;
  readonly interval: Interval;
  /** Whether it grows, and by more than {@link StressOptions.tolerance}. */
  readonly isLeaking: boolean;
}

/** @throws Error unless Node was started with `--expose-gc` */
export function fullCollection(): void {
  if (globalThis.gc === undefined) throw new Error('memory is measured in a process started with --expose-gc');
  // The first finds what is dead; what died of that, such as the entries of a WeakMap, is found by the second.
  globalThis.gc();
  globalThis.gc();
}

/** Objects, and what they keep outside of the heap, such as the bytes of a typed array. */
export function heapBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The heap without garbage, bytes: the least of three readings, because what others hold for a moment adds. */
export async function collectedHeap(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 3; i++) {
    await aTurn();
    fullCollection();
    least = Math.min(least, heapBytes());
  }
  return least;
}

// ---- Load -----------------------------------------------------------------------------------------------

export interface LoadOptions {
  /** How many run at a time, an integer from 1; others wait. */
  readonly concurrent: number;
  /** For how long requests come. */
  readonly durationMs: Milliseconds;
  readonly arrivalsPerSecond: number;
  /** The clock. @default performance.now */
  readonly now?: () => Milliseconds;
  /** Resolves after so long. @default setTimeout */
  readonly wait?: (ms: Milliseconds) => Promise<void>;
}

/** Quantiles; 0 where there was nothing. */
export interface Percentiles {
  readonly p50: Milliseconds;
  readonly p95: Milliseconds;
  readonly p99: Milliseconds;
  readonly max: Milliseconds;
}

export interface LoadTestResults {
  /** Requests that were answered. */
  readonly completed: number;
  /** Requests that threw or rejected. */
  readonly failed: number;
  readonly throughputPerSecond: number;
  /** From the moment at which a request was due: what its sender sees. */
  readonly latencyMs: Percentiles;
  /** From the moment at which it was begun: all that who asks after the last answer sees. */
  readonly serviceMs: Percentiles;
  /** The most that waited at a time. */
  readonly longestQueue: number;
}

// ---- The bench of a performance layer -------------------------------------------------------------------

/** What is put to the test: whatever has these methods. Each call makes a new one. */
export interface Parts {
  readonly cache: () => {
    get<T>(key: string, factory: () => T): T;
    set<T>(key: string, value: T): unknown;
  };
  readonly loader: () => { load<T>(key: string, loader: () => Promise<T>): Promise<T> };
  readonly batches: () => {
    addToBatch<T>(key: string, operation: () => T): Promise<T>;
    flushAll(): Promise<void>;
  };
}

export interface BenchmarkOptions extends RunnerOptions {
  /** For load: resolves after so long. @default setTimeout */
  readonly wait?: (ms: Milliseconds) => Promise<void>;
  /** For the memory test: the heap at the moment, bytes. @default collectedHeap */
  readonly heap?: () => number | Promise<number>;
}

/** How many keys are measured, and how many for the growth. */
export const BENCH_KEYS = 1_000;
export const GROWTH_KEYS: readonly number[] = [500, 1_000, 2_000, 4_000];

/** As many ask for a key at once. */
export const CALLERS = 100;

export interface BenchmarkResults {
  /** The subjects `without` and `with`. */
  readonly timing: ScenarioResult;
  /** With it. */
  readonly allocation: Allocation;
  /** How what one operation costs with it grows with the number of keys. */
  readonly growth: Growth;
}

export interface Allocation {
  readonly bytesPerOperation: number;
  /** Collections, of any kind, meanwhile. */
  readonly collections: number;
  readonly collectionMs: Milliseconds;
}

/** What `run` allocates, garbage included: what is left, and what collections took away meanwhile. */
export async function allocationOf(run: () => unknown, operations: number): Promise<Allocation> {
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().heapUsed;
  await run();
  const after = process.memoryUsage().heapUsed;
  let collected = 0;
  let collectionUs = 0;
  const { statistics } = profiler.stop();
  for (const { beforeGC, afterGC, cost } of statistics) {
    collected += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize;
    collectionUs += cost;
  }
  return {
    bytesPerOperation: (after - before + collected) / operations,
    collections: statistics.length,
    collectionMs: collectionUs / 1e3,
  };
}

// ---- Baselines ------------------------------------------------------------------------------------------

/** What one operation was measured to cost, and what a yardstick cost beside it. */
export interface OperationMetrics {
  /** Nanoseconds an operation. */
  readonly time: Generations;
  /** Of something that never changes, in the same rounds: what makes a busy day comparable with an idle one. */
  readonly yardstick: Generations;
  readonly bytesPerOperation?: number;
  /** Collections in a run of fixed length. */
  readonly collections?: number;
}

/** By the name of the operation. */
export type Metrics = Readonly<Record<string, OperationMetrics>>;

/** Shares: 0.2 is "by a fifth". */
export interface Thresholds {
  /** @default 0.2 */
  readonly time?: number;
  /** @default 0.3 */
  readonly allocation?: number;
  /** @default 0.5 */
  readonly collections?: number;
  /** From here on something is better, and worth a new baseline. @default 0.1 */
  readonly improvement?: number;
}

/** Garbage is collected in lumps: of fewer collections, then and now, one more or less says nothing. */
export const FEWEST_COLLECTIONS = 8;

export interface Finding {
  readonly operation: string;
  readonly measure: 'time' | 'allocation' | 'collections';
  readonly change: 'regression' | 'improvement' | 'none' | 'inconclusive';
  /** Now ÷ then. Counts have no interval but themselves. */
  readonly ratio: Ratio;
}

export interface RegressionResult {
  /** No regression. That something is inconclusive is no proof of one. */
  readonly success: boolean;
  /** One line. */
  readonly message: string;
  readonly findings: readonly Finding[];
}

/** There is no baseline, or it was made on another machine: what was measured there says nothing here. */
export class BaselineError extends Error {
  override readonly name = 'BaselineError';
}

/** What must be the same for times to be comparable. */
export function fingerprint(): string {
  const all = cpus();
  const processors = `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}`;
  return [processors, process.platform, process.arch, `node ${process.versions.node}`].join(', ');
}

// ---- The computer that is not yours ---------------------------------------------------------------------

/**
 * One of two programs for the same task, on a computer with a clock of its own. Either both take the same time,
 * or one takes at least twice as long as the other. But the computer is an ordinary one:
 *
 * 1. What nobody reads need not be computed: of a run whose answer is not read, the work is left out.
 * 2. Programs are slow at first, and faster with each run; after 300 runs one is as fast as it gets.
 * 3. The clock has a resolution, of 1 ms or less, and a run may take less than that.
 * 4. Now and then everything stands still: for up to a second, once in a second or two.
 * 5. Neighbours slow everything down, up to three times, for some hundred milliseconds at a time; they may come
 *    in the course of the comparison and stay.
 */
export interface Contender {
  run(): Answer;
}

/** What a run has answered. */
export interface Answer {
  /** Waits for the work to be done. */
  read(): number;
}

/** Which of two is faster, if that can be said. */
export type Faster = 'a' | 'b' | 'neither';

/** So long a comparison may take on the clock of the computer. */
export const PATIENCE_MS: Milliseconds = 60_000;

// ---- Guards ---------------------------------------------------------------------------------------------

/**
 * @returns the value
 * @throws TypeError or RangeError if it is not a finite number above 0
 */
export function positive(subject: string, value: number): number {
  if (typeof value !== 'number') throw new TypeError(`${subject} must be a number, received ${String(value)}`);
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`${subject} must be above 0, received ${value}`);
}

/**
 * @returns the value
 * @throws TypeError or RangeError if it is not an integer from 1
 */
export function positiveInteger(subject: string, value: number): number {
  if (Number.isSafeInteger(positive(subject, value))) return value;
  throw new RangeError(`${subject} must be an integer from 1, received ${value}`);
}
