import { inspect } from 'node:util';

/** Milliseconds: a duration. */
export type Milliseconds = number;

/** A value, or the promise of one. */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * Calls `callback` once, `ms` from now, unless the function that it returns is called before.
 *
 * All waiting goes through here, so that a test turns the clock by hand.
 */
export type Schedule = (callback: () => void, ms: Milliseconds) => () => void;

export interface BatchOptions {
  /** How long a batch collects, counted from its first operation; from 0 to 2³¹ − 1. @default 0 */
  windowMs?: Milliseconds;
  /**
   * How many operations a batch of each key collects before it runs without waiting any longer; where
   * `optimizeBatchSize` begins. An integer from {@link minBatchSize} to {@link maxBatchSize}. @default 100
   */
  batchSize?: number;
  /** Starts the timer of a batch. @default setTimeout and clearTimeout */
  schedule?: Schedule;

  /** The most operations that wait in a batch or run, over all keys, an integer from 1. @default Infinity */
  maxPending?: number;
  /** What becomes of an operation for which there is no room: it waits, or is rejected. @default 'wait' */
  overflow?: 'wait' | 'reject';

  /** Below this `optimizeBatchSize` does not go, an integer from 1. @default 1 */
  minBatchSize?: number;
  /** Above this `optimizeBatchSize` does not go, an integer from {@link minBatchSize}. @default 1_000 */
  maxBatchSize?: number;
  /** The efficiency to hold, above 0: see {@link BatchMetrics}. @default 100 */
  targetEfficiency?: number;

  /** How many operations of a batch are started in a row, an integer from 1. @default 100 */
  sliceSize?: number;
  /** Resolves when whatever else waits in the event loop has had its turn. @default setImmediate */
  nextTurn?: () => Promise<void>;
}

/** Measured of the batches of one key. Efficiency is throughput ÷ latency, pressure is usage ÷ limit. */
export interface BatchMetrics {
  /** Operations a second, 0 or more. */
  readonly throughput: number;
  /** How long a batch takes, above 0. */
  readonly latency: Milliseconds;
  /** Bytes, 0 or more. */
  readonly memoryUsage: number;
  /** Bytes, above 0. */
  readonly memoryLimit: number;
}

/** Answers many items at once: a result for each, at its position; an `Error` there is the answer for one. */
export type BatchHandler<Item, Result> = (items: readonly Item[]) => Awaitable<readonly (Result | Error)[]>;

export interface ItemOptions<Item> {
  /**
   * What two items must have in common to be one, compared as the keys of a `Map` are. Without it no two are.
   * Worth giving for reads, wrong for writes.
   */
  keyOf?: (item: Item) => unknown;
}

export interface BatchedOptions<Item> extends BatchOptions, ItemOptions<Item> {}

/** What a class's metadata says of one `@batched` method. */
export interface BatchedMember {
  readonly name: string | symbol;
  /** The method that answers many. */
  readonly by: string | symbol;
  readonly static: boolean;
}

/** Where a class's `Symbol.metadata` keeps its list of {@link BatchedMember}s. */
export const BATCHED: unique symbol = Symbol.for('hotpath.batched');

/** A handler failed, and with it every item of the batch: not necessarily yours. The `cause` says why. */
export class BatchError extends Error {
  override readonly name = 'BatchError';

  /** @param size how many items the batch had */
  constructor(
    readonly key: string,
    readonly size: number,
    cause: unknown,
  ) {
    const why = cause instanceof Error ? cause.message : inspect(cause);
    super(`batch ${inspect(key)} of ${size} failed: ${why}`, { cause });
  }
}

/** There was no room for an operation, and it was not to wait: it was not run. */
export class BatchFullError extends Error {
  override readonly name = 'BatchFullError';

  constructor(
    readonly key: string,
    readonly maxPending: number,
  ) {
    super(`no room for ${inspect(key)}: maxPending is ${maxPending}`);
  }
}

/** An operation came after the processor was closed: it was not run. */
export class BatchClosedError extends Error {
  override readonly name = 'BatchClosedError';

  constructor(readonly key: string) {
    super(`too late for ${inspect(key)}: the processor is closed`);
  }
}

// Node has no `Symbol.metadata` yet; esbuild's decorators fall back to the registered symbol, and so do we.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');
