// What a user of the processor writes, reads and catches: the options, the reports, the errors.

import { inspect } from 'node:util';

/** Milliseconds: a duration, or an instant on the processor's clock. */
export type Milliseconds = number;

/** A value, or the promise of one. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Calls `callback` once, `ms` from now, unless the function that it returns is called before. */
export type Schedule = (callback: () => void, ms: Milliseconds) => () => void;

/** How long and how many a batch collects, and what it may cost. */
export interface BatchOptions {
  /** How long a batch collects, counted from its first operation, from 0 to 2³¹ − 1. @default 0 */
  windowMs?: Milliseconds;
  /**
   * How long it collects where company is not to be expected: in the batches of late of a key, mostly nobody
   * joined, or would have, within {@link windowMs}. From 0 to `windowMs`. @default {@link windowMs}
   */
  idleWindowMs?: Milliseconds;
  /**
   * How many operations a batch collects, at first: from {@link minBatchSize} to {@link maxBatchSize}.
   * @default 100
   */
  batchSize?: number;
  /** The least that a size is adapted to, an integer from 1. @default 1 */
  minBatchSize?: number;
  /** The most that a size is adapted to, an integer from {@link minBatchSize}. @default 1_000 */
  maxBatchSize?: number;
  /**
   * How long a batch may run, above 0. When it is given, the size of each key's batches is adapted to it,
   * after each batch; `optimizeBatchSize` still does what it does, and is not needed.
   */
  targetLatencyMs?: Milliseconds;
  /** What `optimizeBatchSize` steers by, above 0: see {@link BatchMetrics}. @default 100 */
  targetEfficiency?: number;

  /** The most operations that wait in a batch or run, over all keys, an integer from 1. @default Infinity */
  maxPending?: number;
  /** What becomes of an operation that there is no room for: it waits, or is rejected. @default 'wait' */
  overflow?: 'wait' | 'reject';
  /**
   * The most batches that run at a time, over all keys, an integer from 1. Those that are due meanwhile take
   * turns by key. An operation that waits for another one of the same processor may then wait for ever.
   * @default Infinity
   */
  maxRunning?: number;

  /** How many operations of a batch start between two {@link nextTurn}s, an integer from 1. @default 100 */
  sliceSize?: number;
  /**
   * Resolves when others have had their turn. If it fails, those that have not started fail with it.
   * @default setImmediate
   */
  nextTurn?: () => Promise<void>;
  /** Starts the timers. @default setTimeout, or setImmediate for 0 ms, which setTimeout takes for 1 */
  schedule?: Schedule;
  /** The clock, which must not go backwards. It is read three times a batch. @default performance.now */
  now?: () => Milliseconds;
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

/** How the items of one handler are told apart. */
export interface ItemOptions<Item> {
  /** What two items of a batch must have in common to be one; compared as the keys of a `Map` are. */
  keyOf?: (item: Item) => unknown;
}

/** Why a batch stopped collecting. */
export type Cause = 'window' | 'size' | 'demand';

/** Of many recorded values. Quantiles are up to 3% off, and all 0 before the first value. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What batches did since the processor was made. */
export interface BatchStats {
  /** Batches begun, by what made them begin: where that is `window`, a larger size would change nothing. */
  readonly batches: Readonly<Record<Cause, number>>;
  /** Operations and items that failed, in batches that are done. */
  readonly failures: number;
  /** Operations that had to wait for room, or were rejected for want of it. */
  readonly turnedAway: number;
  /** Operations in a batch, as it began. */
  readonly sizes: Summary;
  /** From the first operation of a batch to its beginning; the others of it waited less. */
  readonly waitsMs: Summary;
  /** From the beginning of a batch until its last operation was settled; of those that are done. */
  readonly latenciesMs: Summary;
}

/** What the processor makes of one key at the moment. */
export interface KeyState {
  /** How many operations fill a batch. */
  readonly batchSize: number;
  /** How long the next batch will collect. */
  readonly windowMs: Milliseconds;
  /** Operations in batches that have not begun. */
  readonly waiting: number;
}

// ---- Errors ---------------------------------------------------------------------------------------------

/** A handler failed, and all of a batch with it: not necessarily because of your item. See its `cause`. */
export class BatchError extends Error {
  override readonly name = 'BatchError';

  /** @param size the number of items in the batch */
  constructor(
    readonly key: string,
    readonly size: number,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : inspect(cause);
    super(`batch ${inspect(key)} of ${size} failed: ${reason}`, { cause });
  }
}

/** There was no room for an operation, and it was not to wait for any: it was not run. */
export class BatchFullError extends Error {
  override readonly name = 'BatchFullError';

  constructor(
    readonly key: string,
    readonly maxPending: number,
  ) {
    super(`no room for ${inspect(key)}: maxPending is ${maxPending}`);
  }
}

/** An operation was added after the processor was closed: it was not run. */
export class BatchClosedError extends Error {
  override readonly name = 'BatchClosedError';

  constructor(readonly key: string) {
    super(`too late for ${inspect(key)}: the processor is closed`);
  }
}
