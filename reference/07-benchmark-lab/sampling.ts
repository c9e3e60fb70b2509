// One subject in this process: warmed until it is stable, then timed in samples that are long against the timer.

import { undisturbedNow } from './clock.ts';
import { fullCollection, heapBytes } from './memory.ts';
import { median } from './statistics.ts';
import {
  type Figures,
  type Milliseconds,
  positive,
  positiveInteger,
  type Sample,
  type Station,
  type Subject,
  type Task,
} from './subject.ts';

/** Windows that are compared with as many before them. */
const WINDOWS = 4;
/** Before a sample of more than one run the subject runs for this share of it, untimed. */
const LEAD_IN = 0.5;
/** Two stretches of warming up that differ by less are the same. */
const TOLERANCE = 0.05;

export class LocalStation implements Station {
  readonly #subject: Subject;
  readonly #task: Required<Task>;
  readonly #now: () => Milliseconds;
  #runsPerSample = 1;

  /**
   * @param now the clock
   * @throws TypeError or RangeError if a number of the task is out of its range
   */
  constructor(subject: Subject, task: Task, now: () => Milliseconds = undisturbedNow) {
    const { unit, operations, sampleMs = 10, warmUpMs = 500 } = task;
    positiveInteger('operations', operations);
    positive('sampleMs', sampleMs);
    positive('warmUpMs', warmUpMs);
    this.#subject = subject;
    this.#task = { unit, operations, sampleMs, warmUpMs };
    this.#now = now;
  }

  async warm(): Promise<void> {
    await this.#subject.check?.();
    if (this.#task.unit === 'B/entry') return void (await this.sample()); // what is made once only is made now
    const { sampleMs, warmUpMs } = this.#task;
    const end = this.#now() + warmUpMs;
    const windows: Milliseconds[] = []; // for a run
    while (!isStable(windows) && this.#now() < end) {
      let runs = 0;
      let elapsed = 0;
      while (elapsed < sampleMs) {
        const more = Math.max(runs, 1);
        elapsed += await this.#time(more);
        runs += more;
      }
      windows.push(elapsed / runs);
    }
    this.#runsPerSample = runsFor(sampleMs, median(windows.slice(-WINDOWS)));
  }

  /** As many runs as take as long as a sample should; for `B/entry` one, weighed. */
  async sample(): Promise<Sample> {
    const { unit, operations } = this.#task;
    if (unit === 'B/entry') return this.#weigh();
    await this.#time(Math.floor(this.#runsPerSample * LEAD_IN)); // others had the caches of the processor meanwhile
    const durationMs = await this.#time(this.#runsPerSample);
    return { value: (durationMs * 1e6) / (this.#runsPerSample * operations), durationMs };
  }

  async finish(): Promise<Figures> {
    await this.#subject.check?.();
    return this.#subject.figures?.() ?? {};
  }

  close(): void {}

  async #time(runs: number): Promise<Milliseconds> {
    const start = this.#now();
    for (let i = 0; i < runs; i++) {
      const result = this.#subject.run();
      if (isPromise(result)) await result; // and only then: a turn of the micro-task queue is no part of a loop
    }
    return this.#now() - start;
  }

  async #weigh(): Promise<Sample> {
    const start = this.#now();
    fullCollection();
    const before = heapBytes();
    const kept = [await this.#subject.run()];
    fullCollection();
    const value = (heapBytes() - before) / this.#task.operations;
    kept.length = 0; // which also kept it alive until here
    return { value, durationMs: this.#now() - start };
  }
}

// #region isStable
/**
 * Whether the times have ceased to fall: compilers replace code while it runs, so the first of them belong to a
 * program that nobody will use for long. Medians of short stretches, because one collection is no trend.
 */
export function isStable(times: readonly Milliseconds[]): boolean {
  if (times.length < 2 * WINDOWS) return false;
  const before = median(times.slice(-2 * WINDOWS, -WINDOWS));
  return median(times.slice(-WINDOWS)) > before * (1 - TOLERANCE);
}
// #endregion isStable

/** How many runs last for `sampleMs`. */
export function runsFor(sampleMs: Milliseconds, runMs: Milliseconds): number {
  return Math.max(1, Math.ceil(sampleMs / runMs));
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
