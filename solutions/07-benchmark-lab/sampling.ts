import {
  type Figures,
  fullCollection,
  heapBytes,
  type Milliseconds,
  positive,
  positiveInteger,
  type Sample,
  STABLE_WITHIN,
  type Station,
  STRETCHES,
  type Subject,
  type Task,
} from '#contract/07-benchmark-lab';
// #region solution only
import { median } from './statistics.ts';
// #endregion

/** Measures one subject in this process. */
export class LocalStation implements Station {
  // #region solution only
  readonly #subject: Subject;
  readonly #task: Required<Task>;
  readonly #now: () => Milliseconds;
  #runsPerSample = 1;

  // #endregion
  /**
   * @param now the clock
   * @throws TypeError or RangeError if a number of the task is out of its range
   */
  constructor(subject: Subject, task: Task, now: () => Milliseconds = () => performance.now()) {
    // #region step 7.2
    const { unit, operations, sampleMs = 10, warmUpMs = 500 } = task;
    positiveInteger('operations', operations);
    positive('sampleMs', sampleMs);
    positive('warmUpMs', warmUpMs);
    this.#subject = subject;
    this.#task = { unit, operations, sampleMs, warmUpMs };
    this.#now = now;
    // #endregion
  }

  async warm(): Promise<void> {
    // #region step 7.2
    await this.#subject.check?.();
    if (this.#task.unit === 'B/entry') return;
    const end = this.#now() + this.#task.warmUpMs;
    const stretches: Milliseconds[] = [];
    while (!isStable(stretches) && this.#now() < end) stretches.push(await this.#stretch());
    const runMs = median(stretches.slice(-STRETCHES));
    this.#runsPerSample = Math.max(1, Math.ceil(this.#task.sampleMs / runMs));
    // #endregion
  }

  async sample(): Promise<Sample> {
    // #region step 7.2
    const { unit, operations } = this.#task;
    if (unit === 'B/entry') return this.#weigh();
    if (this.#runsPerSample > 1) await this.#time(1); // who had the last turn has left the caches full of its own
    const durationMs = await this.#time(this.#runsPerSample);
    return { value: (durationMs * 1e6) / (this.#runsPerSample * operations), durationMs };
    // #endregion
  }

  async finish(): Promise<Figures> {
    // #region step 7.2
    await this.#subject.check?.();
    return this.#subject.figures?.() ?? {};
    // #endregion
  }

  close(): void {}
  // #region solution only

  /** How long a run takes, of as many as `sampleMs` has room for. */
  async #stretch(): Promise<Milliseconds> {
    let runs = 0;
    let elapsed = 0;
    while (elapsed < this.#task.sampleMs) {
      const more = Math.max(runs, 1); // so that the clock is read a few times only
      elapsed += await this.#time(more);
      runs += more;
    }
    return elapsed / runs;
  }

  async #time(runs: number): Promise<Milliseconds> {
    const start = this.#now();
    for (let i = 0; i < runs; i++) {
      const result = this.#subject.run();
      if (isPromise(result)) await result; // and only then: a turn of the micro-task queue takes time, too
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
  // #endregion
}
// #region solution only

/** Whether the times have ceased to fall: by medians, because one collection is no trend. */
function isStable(stretches: readonly Milliseconds[]): boolean {
  if (stretches.length < 2 * STRETCHES) return false;
  const before = median(stretches.slice(-2 * STRETCHES, -STRETCHES));
  return median(stretches.slice(-STRETCHES)) >= before * (1 - STABLE_WITHIN);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
// #endregion
