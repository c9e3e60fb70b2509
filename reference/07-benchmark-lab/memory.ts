// Bytes: what is kept, what is allocated on the way, and what is never let go.

import { setImmediate as aTurn } from 'node:timers/promises';
import { GCProfiler } from 'node:v8';
import { type Interval, slopeWithInterval } from './statistics.ts';
import { type Milliseconds, positiveInteger } from './subject.ts';

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

// ---- What is allocated --------------------------------------------------------------------------------------

/** What was allocated, and collected meanwhile. */
export interface Allocation {
  readonly bytesPerOperation: number;
  /** Collections, of any kind, meanwhile. */
  readonly collections: number;
  readonly collectionMs: Milliseconds;
}

/**
 * What `run` allocates, garbage included. The heap before and after would say what is left; what collections took away
 * in between is added, as their profile has it. (A `PerformanceObserver` for `gc` tells of collections a turn of the
 * event loop later, and not what they found.)
 */
export async function allocationOf(run: () => unknown, operations: number): Promise<Allocation> {
  positiveInteger('operations', operations);
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().heapUsed;
  await run();
  const after = process.memoryUsage().heapUsed;
  const { statistics } = profiler.stop();
  const found = sum(statistics.map(({ beforeGC }) => beforeGC.heapStatistics.usedHeapSize));
  const left = sum(statistics.map(({ afterGC }) => afterGC.heapStatistics.usedHeapSize));
  return {
    bytesPerOperation: (after - before + found - left) / operations,
    collections: statistics.length,
    collectionMs: sum(statistics.map(({ cost }) => cost)) / 1e3, // it is given in microseconds
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

// ---- What is never let go -----------------------------------------------------------------------------------

/** Whether a heap grows, and by how much. */
export interface MemoryTestResults {
  /** The heap after each round and a full collection, bytes. */
  readonly readings: readonly number[];
  readonly bytesPerRound: number;
  readonly interval: Interval;
  /** Whether the heap grows, and by more than {@link StressOptions.tolerance}. */
  readonly isLeaking: boolean;
}

/** How long a program is watched, and what it may leave behind. */
export interface StressOptions {
  /** @default 24 */
  readonly rounds?: number;
  /** What a round may leave behind: an engine has tables of its own that grow now and then, bytes. @default 256 */
  readonly tolerance?: number;
  /** The heap, after a full collection, bytes. */
  readonly heap?: () => number | Promise<number>;
}

// #region stress
/**
 * Whether `round`, done again and again, leaves something behind. One reading before and one after would call every
 * cache a leak that fills up, and every leak a cache. So the first third, in which things may fill, is not counted, and
 * of the rest it is asked whether it rises: by the median of all slopes, of which a few late lookup tables are no part.
 *
 * {@includeCode ../../docs/examples/07-benchmark-lab/leak.ts#leak}
 */
export async function memoryStressTest(round: () => unknown, options: StressOptions = {}): Promise<MemoryTestResults> {
  const { rounds = 24, tolerance = 256, heap = collectedHeap } = options;
  const readings: number[] = [];
  for (let i = 0; i < positiveInteger('rounds', rounds); i++) {
    await round();
    readings.push(await heap());
  }
  const steady = readings.map((y, x) => ({ x, y })).slice(Math.floor(rounds / 3));
  const { slope, interval } = slopeWithInterval(steady);
  return { readings, bytesPerRound: slope, interval, isLeaking: interval[0] > tolerance };
}
// #endregion stress

/** The least of three: what others in the process hold for a moment, such as a compilation's notes, only ever adds. */
async function collectedHeap(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 3; i++) {
    await aTurn();
    fullCollection();
    least = Math.min(least, heapBytes());
  }
  return least;
}
