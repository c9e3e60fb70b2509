import { BatchMetadataProcessor, type BatchOptions } from '#exercise/03-batch-processor';
import { Timers } from './timers.ts';

/** What has become of a promise so far. */
export interface Observed {
  state: 'pending' | 'fulfilled' | 'rejected';
  value?: unknown;
  error?: any;
}

/** Watches a promise, whose rejection is then nobody's unhandled one. */
export function observe(promise: PromiseLike<unknown>): Observed {
  const observed: Observed = { state: 'pending' };
  promise.then(
    (value) => Object.assign(observed, { state: 'fulfilled', value }),
    (error) => Object.assign(observed, { state: 'rejected', error }),
  );
  return observed;
}

export const statesOf = (observed: readonly Observed[]) => observed.map(({ state }) => state).join(' ');

/** A processor with timers that the test turns, and operations that are called by letters. */
export function setUp(options: BatchOptions = {}) {
  const timers = new Timers();
  const processor = new BatchMetadataProcessor({ schedule: timers.schedule, windowMs: 10, ...options });
  const started: string[] = [];
  /** The letters of the operations that were started, in this order. */
  const inOrder = () => started.join('');
  /** The same, where it does not matter in which order they were. */
  const ran = () => started.toSorted().join('');

  /** Adds an operation under `key`, which notes its letter and then does as `run` does. */
  const add = (key: string, letter: string, run: () => unknown = () => letter): Observed =>
    observe(
      processor.addToBatch(key, () => {
        started.push(letter);
        return run();
      }),
    );
  /** Adds one for each letter. */
  const addAll = (key: string, letters: string): Observed[] => [...letters].map((letter) => add(key, letter));
  return { timers, processor, inOrder, ran, add, addAll };
}
