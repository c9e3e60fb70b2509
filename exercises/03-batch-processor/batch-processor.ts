import {
  type Awaitable,
  BATCHED,
  BatchClosedError,
  type BatchedMember,
  type BatchedOptions,
  BatchError,
  BatchFullError,
  type BatchHandler,
  type BatchMetrics,
  type BatchOptions,
  type ItemOptions,
  type Milliseconds,
  type Schedule,
} from '#contract/03-batch-processor';
import { todo } from '#todo';

/**
 * Collects operations for a moment and runs them together: one round trip where there would be many.
 *
 * The batches of a key begin in order, but do not wait for one another to end: an operation may add to its
 * own key and wait for the result.
 */
export class BatchMetadataProcessor {
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor(options: BatchOptions = {}) {
    const { windowMs = 0, batchSize = 100, schedule, maxPending, overflow } = options;
    const { minBatchSize, maxBatchSize, targetEfficiency, sliceSize, nextTurn } = options;
    if (maxPending !== undefined || overflow !== undefined) {
      todo('3.4');
    }
    if (minBatchSize !== undefined || maxBatchSize !== undefined || targetEfficiency !== undefined) {
      todo('3.5');
    }
    if (sliceSize !== undefined || nextTurn !== undefined) {
      todo('3.5');
    }
  }

  /** How many operations and items are waiting in a batch or running; what is held back is not. */
  get pending(): number {
    return todo('3.2');
  }

  /**
   * Runs `operation` together with what else is added under `key` in a short while. O(1).
   *
   * @param operation called once, after this call has returned, in the async context of this call
   * @returns what the operation returns or throws; rejected with {@link BatchFullError} or
   *   {@link BatchClosedError} where it is not run at all
   */
  async addToBatch<T>(key: string, operation: () => Awaitable<T>): Promise<T> {
    todo('3.1');
  }

  /**
   * Runs what waits under `key`, now.
   *
   * @returns fulfilled when all of it is done, also where operations failed; at once if nothing waits
   */
  processBatch(key: string): Promise<void> {
    todo('3.1');
  }

  /**
   * Runs what waits under any key, now.
   *
   * @returns fulfilled when everything that was added before is done, also where operations failed
   */
  async flushAll(): Promise<void> {
    todo('3.3');
  }

  /** Accepts nothing more, and runs what was accepted: fulfilled when all of it is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    todo('3.3');
  }

  /**
   * Makes the batches of `key` larger when they do better than the target and there is memory, smaller when
   * they do worse or memory is short. Holds from now on, for what waits too.
   *
   * @returns the new size
   * @throws RangeError if a metric is out of its range
   */
  optimizeBatchSize(key: string, metrics: BatchMetrics): number {
    todo('3.5');
  }

  /**
   * Gives a key's batches to a handler, as a whole.
   *
   * @returns a function that adds one item and promises its result: rejected with the `Error` at its
   *   position, or with a {@link BatchError} if the handler throws, or does not return one result an item
   */
  defineBatch<Item, Result>(
    key: string,
    handler: BatchHandler<Item, Result>,
    { keyOf }: ItemOptions<Item> = {},
  ): (item: Item) => Promise<Result> {
    todo('3.6');
  }
}

/**
 * Collects the calls of a method that answers for one item, and calls the method `by`, which answers for
 * many. The body of the decorated one is not run: it says what a call means, and holds without the decorator.
 *
 * Each object collects for itself; a static method for each class.
 *
 * @throws TypeError if it decorates anything but a method
 */
export function batched<Name extends string | symbol, Item = any>(
  by: Name,
  options: BatchedOptions<Item> = {},
) {
  return function <This extends Record<Name, BatchHandler<Item, Result>>, Result>(
    _method: (this: This, item: Item) => Promise<Result>,
    context: ClassMethodDecoratorContext<This>,
  ): (this: This, item: Item) => Promise<Result> {
    todo('3.7');
  };
}

/** Runs now what `@batched` has collected for `target`, of one method or of all; fulfilled when done. */
export async function flushBatched(target: object, member?: string | symbol): Promise<void> {
  todo('3.7');
}

/** The `@batched` methods of a class and of those that it extends, as its `Symbol.metadata` lists them. */
export function batchedMembers(target: abstract new (...args: never[]) => unknown): readonly BatchedMember[] {
  todo('3.7');
}
