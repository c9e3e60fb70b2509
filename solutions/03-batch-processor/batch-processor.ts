// #region solution only
import { AsyncResource } from 'node:async_hooks';
import { inspect } from 'node:util';
// #endregion
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

// #region solution only
type AnyHandler = BatchHandler<unknown, unknown>;

/** What is to be done, before it has found its batch. */
interface Submission {
  readonly key: string;
  /** Answers all items of a batch; without one, each item is an operation, to be called. */
  readonly handler?: AnyHandler | undefined;
  readonly item: unknown;
  /** Two with the same identity are one, within a batch. */
  readonly identity: unknown;
}

/** What is to be done, in its batch. */
interface Entry {
  readonly item: unknown;
  readonly promise: Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Batch {
  readonly handler: AnyHandler | undefined;
  /** By identity, in the order in which they came. */
  readonly entries: Map<unknown, Entry>;
  readonly cancelTimer: () => void;
}

/** What setTimeout takes for more than this, it takes for 1. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const byTimer: Schedule = (callback, ms) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

// #endregion
/**
 * Collects operations for a moment and runs them together: one round trip where there would be many.
 *
 * The batches of a key begin in order, but do not wait for one another to end: an operation may add to its
 * own key and wait for the result.
 */
export class BatchMetadataProcessor {
  // #region solution only
  /** What is being collected: a key is here only while something waits under it. */
  readonly #waiting = new Map<string, Batch>();
  readonly #heldBack = new Queue<() => void>();
  /** Every promise that was given and is not settled: of what runs, of what waits, of what is held back. */
  readonly #owed = new Set<Promise<unknown>>();
  #pending = 0;
  /** How many calls of `flushAll` are under way. */
  #flushes = 0;
  #isClosed = false;
  /** Only of keys whose size was changed. */
  readonly #sizes = new Map<string, number>();

  readonly #windowMs: Milliseconds;
  readonly #batchSize: number;
  readonly #schedule: Schedule;
  readonly #maxPending: number = Infinity;
  readonly #overflow: NonNullable<BatchOptions['overflow']> = 'wait';
  readonly #minBatchSize: number = 1;
  readonly #maxBatchSize: number = 1_000;
  readonly #targetEfficiency: number = 100;
  readonly #sliceSize: number = 100;
  readonly #nextTurn: () => Promise<void> = () => new Promise((resolve) => setImmediate(resolve));

  // #endregion
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor(options: BatchOptions = {}) {
    const { windowMs = 0, batchSize = 100, schedule, maxPending, overflow } = options;
    const { minBatchSize, maxBatchSize, targetEfficiency, sliceSize, nextTurn } = options;
    // #region solution only
    this.#windowMs = from0('windowMs', windowMs, LONGEST_TIMER_MS);
    this.#schedule = callable('schedule', schedule ?? byTimer);
    // #endregion
    if (maxPending !== undefined || overflow !== undefined) {
      // #region step 3.4
      if (maxPending !== undefined) this.#maxPending = integer('maxPending', maxPending, 1);
      if (overflow !== undefined) this.#overflow = oneOf('overflow', overflow, ['wait', 'reject']);
      // #endregion
    }
    if (minBatchSize !== undefined || maxBatchSize !== undefined || targetEfficiency !== undefined) {
      // #region step 3.5
      if (minBatchSize !== undefined) this.#minBatchSize = integer('minBatchSize', minBatchSize, 1);
      this.#maxBatchSize = integer('maxBatchSize', maxBatchSize ?? this.#maxBatchSize, this.#minBatchSize);
      if (targetEfficiency !== undefined) {
        this.#targetEfficiency = above0('targetEfficiency', targetEfficiency);
      }
      // #endregion
    }
    if (sliceSize !== undefined || nextTurn !== undefined) {
      // #region step 3.5
      if (sliceSize !== undefined) this.#sliceSize = integer('sliceSize', sliceSize, 1);
      if (nextTurn !== undefined) this.#nextTurn = callable('nextTurn', nextTurn);
      // #endregion
    }
    // #region solution only
    this.#batchSize = integer('batchSize', batchSize, this.#minBatchSize, this.#maxBatchSize);
    // #endregion
  }

  /** How many operations and items are waiting in a batch or running; what is held back is not. */
  get pending(): number {
    // #region step 3.2
    return this.#pending;
    // #endregion
  }

  /**
   * Runs `operation` together with what else is added under `key` in a short while. O(1).
   *
   * @param operation called once, after this call has returned, in the async context of this call
   * @returns what the operation returns or throws; rejected with {@link BatchFullError} or
   *   {@link BatchClosedError} where it is not run at all
   */
  async addToBatch<T>(key: string, operation: () => Awaitable<T>): Promise<T> {
    // #region step 3.1
    requireType('string', 'key', key);
    // It will be called from the timer of whoever came first, whose AsyncLocalStorage is not this caller's.
    const item = AsyncResource.bind(callable('operation', operation));
    return this.#accept({ key, item, identity: item }) as Promise<T>;
    // #endregion
  }

  /**
   * Runs what waits under `key`, now.
   *
   * @returns fulfilled when all of it is done, also where operations failed; at once if nothing waits
   */
  processBatch(key: string): Promise<void> {
    // #region step 3.1
    const batch = this.#waiting.get(key);
    if (!batch) return Promise.resolve();
    this.#waiting.delete(key);
    batch.cancelTimer();
    return this.#run(key, batch);
    // #endregion
  }

  /**
   * Runs what waits under any key, now.
   *
   * @returns fulfilled when everything that was added before is done, also where operations failed
   */
  async flushAll(): Promise<void> {
    // #region step 3.3
    this.#flushes++;
    for (const key of this.#waiting.keys()) void this.processBatch(key);
    await Promise.allSettled(this.#owed);
    this.#flushes--;
    // #endregion
  }

  /** Accepts nothing more, and runs what was accepted: fulfilled when all of it is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    // #region step 3.3
    this.#isClosed = true;
    await this.flushAll();
    // #endregion
  }

  /**
   * Makes the batches of `key` larger when they do better than the target and there is memory, smaller when
   * they do worse or memory is short. Holds from now on, for what waits too.
   *
   * @returns the new size
   * @throws RangeError if a metric is out of its range
   */
  optimizeBatchSize(key: string, metrics: BatchMetrics): number {
    // #region step 3.5
    requireType('string', 'key', key);
    const efficiency = from0('throughput', metrics.throughput) / above0('latency', metrics.latency);
    const pressure = from0('memoryUsage', metrics.memoryUsage) / above0('memoryLimit', metrics.memoryLimit);
    let size = this.#sizeOf(key);
    if (efficiency > this.#targetEfficiency && pressure < 0.8) {
      size = Math.min(Math.ceil(size * 1.2), this.#maxBatchSize);
    } else if (efficiency < this.#targetEfficiency || pressure > 0.9) {
      size = Math.max(Math.floor(size * 0.8), this.#minBatchSize);
    }
    this.#sizes.set(key, size);
    this.#runIfFull(key);
    return size;
    // #endregion
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
    // #region step 3.6
    requireType('string', 'key', key);
    const untyped = callable('handler', handler) as AnyHandler;
    if (keyOf !== undefined) callable('keyOf', keyOf);
    return async (item) => {
      const identity = keyOf ? keyOf(item) : Symbol();
      return this.#accept({ key, handler: untyped, item, identity }) as Promise<Result>;
    };
    // #endregion
  }
  // #region solution only

  #accept(submission: Submission): Promise<unknown> {
    if (this.#isClosed) throw new BatchClosedError(submission.key);
    const promise = this.#join(submission);
    const settled = () => this.#owed.delete(promise);
    this.#owed.add(promise);
    promise.then(settled, settled);
    return promise;
  }

  #join(submission: Submission): Promise<unknown> {
    const { key, handler, item, identity } = submission;
    if (this.#waiting.get(key)?.handler !== handler) void this.processBatch(key); // a batch has one
    const twin = this.#waiting.get(key)?.entries.get(identity);
    if (twin) return twin.promise;
    if (this.#pending >= this.#maxPending) return this.#holdBack(submission);

    this.#pending++;
    const entry = this.#newEntry(item);
    const batch = this.#waiting.get(key) ?? this.#open(key, handler);
    batch.entries.set(identity, entry);
    this.#runIfFull(key);
    return entry.promise;
  }

  #holdBack(submission: Submission): Promise<unknown> {
    if (this.#overflow === 'reject') throw new BatchFullError(submission.key, this.#maxPending);
    return new Promise((resolve) => {
      this.#heldBack.push(() => {
        resolve(this.#join(submission));
        // A moment later, so that all who are let in together go together.
        if (this.#flushes > 0) queueMicrotask(() => void this.processBatch(submission.key));
      });
    });
  }

  #newEntry(item: unknown): Entry {
    let settle!: Pick<Entry, 'resolve' | 'reject'>;
    const promise = new Promise((resolve, reject) => (settle = { resolve, reject }));
    return { item, promise, ...settle };
  }

  #open(key: string, handler: AnyHandler | undefined): Batch {
    const cancelTimer = this.#schedule(() => void this.processBatch(key), this.#windowMs);
    const batch: Batch = { handler, entries: new Map(), cancelTimer };
    this.#waiting.set(key, batch);
    return batch;
  }

  #sizeOf(key: string): number {
    return this.#sizes.get(key) ?? this.#batchSize;
  }

  #runIfFull(key: string): void {
    const waiting = this.#waiting.get(key)?.entries.size ?? 0;
    if (waiting >= this.#sizeOf(key)) void this.processBatch(key);
  }

  async #run(key: string, { handler, entries }: Batch): Promise<void> {
    await null; // never within the call that fills the batch: its caller does not hold the promise yet
    if (handler) await this.#handOver(key, handler, [...entries.values()]);
    else await this.#callEach([...entries.values()]);
  }

  async #callEach(entries: readonly Entry[]): Promise<void> {
    const settled: Promise<void>[] = [];
    for (const [index, entry] of entries.entries()) {
      if (index > 0 && index % this.#sliceSize === 0) await this.#nextTurn();
      settled.push(this.#settle(entry, entry.item as () => unknown));
    }
    await Promise.all(settled);
  }

  async #handOver(key: string, handler: AnyHandler, entries: readonly Entry[]): Promise<void> {
    let results: readonly unknown[];
    try {
      results = oneEach(entries, await handler(entries.map(({ item }) => item)));
    } catch (cause) {
      const error = new BatchError(key, entries.length, cause);
      results = entries.map(() => error);
    }
    await Promise.all(entries.map((entry, index) => this.#settle(entry, () => valueOf(results[index]))));
  }

  /** Never rejects: what goes wrong is the business of the one whose entry it is. */
  async #settle(entry: Entry, outcome: () => unknown): Promise<void> {
    try {
      entry.resolve(await outcome());
    } catch (error) {
      entry.reject(error);
    }
    this.#pending--;
    // One who is let in may turn out to be a twin, and take no room.
    while (this.#pending < this.#maxPending && this.#heldBack.length > 0) this.#heldBack.shift()!();
  }
  // #endregion
}

// #region solution only
interface Collector {
  readonly processor: BatchMetadataProcessor;
  readonly add: (item: any) => Promise<any>;
}

/** The collectors of each object, by decoration: a method and the one that it overrides are two. */
const collectorsOf = new WeakMap<object, Map<{ name: string | symbol }, Collector>>();

// #endregion
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
    // #region step 3.7
    if (context.kind !== 'method') {
      const { kind, name } = context as DecoratorContext;
      throw new TypeError(`@batched decorates methods, received the ${kind} ${String(name)}`);
    }
    const { name, static: isStatic } = context;
    const inherited = (context.metadata[BATCHED] ?? []) as readonly BatchedMember[];
    context.metadata[BATCHED] = [...inherited, { name, by, static: isStatic }];

    const { keyOf, ...batchOptions } = options;
    const newCollector = (target: This): Collector => {
      const processor = new BatchMetadataProcessor(batchOptions);
      const handler: BatchHandler<Item, Result> = (items) => {
        callable(String(by), target[by]);
        return target[by](items);
      };
      return { processor, add: processor.defineBatch(String(name), handler, keyOf && { keyOf }) };
    };
    return function (item) {
      let collectors = collectorsOf.get(this);
      if (!collectors) collectorsOf.set(this, (collectors = new Map()));
      let collector = collectors.get(context);
      if (!collector) collectors.set(context, (collector = newCollector(this)));
      return collector.add(item);
    };
    // #endregion
  };
}

/** Runs now what `@batched` has collected for `target`, of one method or of all; fulfilled when done. */
export async function flushBatched(target: object, member?: string | symbol): Promise<void> {
  // #region step 3.7
  const collectors = [...(collectorsOf.get(target) ?? [])];
  const asked = collectors.filter(([{ name }]) => member === undefined || name === member);
  await Promise.all(asked.map(([, { processor }]) => processor.flushAll()));
  // #endregion
}

/** The `@batched` methods of a class and of those that it extends, as its `Symbol.metadata` lists them. */
export function batchedMembers(target: abstract new (...args: never[]) => unknown): readonly BatchedMember[] {
  // #region step 3.7
  return (target[Symbol.metadata]?.[BATCHED] ?? []) as readonly BatchedMember[];
  // #endregion
}
// #region solution only

/** First in, first out, O(1) on average; `Array.shift` moves all that stay behind. */
class Queue<T> {
  #arrived: T[] = [];
  #leaving: T[] = []; // the next one last

  get length(): number {
    return this.#arrived.length + this.#leaving.length;
  }

  push(value: T): void {
    this.#arrived.push(value);
  }

  shift(): T | undefined {
    if (this.#leaving.length === 0) {
      this.#leaving = this.#arrived.reverse();
      this.#arrived = [];
    }
    return this.#leaving.pop();
  }
}

function oneEach(entries: readonly Entry[], results: readonly unknown[]): readonly unknown[] {
  if (Array.isArray(results) && results.length === entries.length) return results;
  const received = Array.isArray(results) ? `${results.length}` : inspect(results);
  throw new TypeError(`the handler must return an array of ${entries.length} results, received ${received}`);
}

function valueOf(result: unknown): unknown {
  if (result instanceof Error) throw result;
  return result;
}

function integer(name: string, value: number, from: number, to = Infinity): number {
  requireType('number', name, value);
  if (Number.isSafeInteger(value) && value >= from && value <= to) return value;
  const range = to === Infinity ? `from ${from}` : `from ${from} to ${to}`;
  throw new RangeError(`${name} must be an integer ${range}, received ${value}`);
}

function from0(name: string, value: number, to = Infinity): number {
  requireType('number', name, value);
  if (value >= 0 && value <= to) return value;
  const range = to === Infinity ? '0 or more' : `from 0 to ${to}`;
  throw new RangeError(`${name} must be ${range}, received ${value}`);
}

function above0(name: string, value: number): number {
  requireType('number', name, value);
  if (value > 0) return value;
  throw new RangeError(`${name} must be above 0, received ${value}`);
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  const rule = allowed.map((one) => inspect(one)).join(' or ');
  throw new TypeError(`${name} must be ${rule}, received ${inspect(value)}`);
}

function callable<F>(name: string, value: F): F {
  requireType('function', name, value);
  return value;
}

function requireType(type: 'string' | 'number' | 'function', name: string, value: unknown): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, received ${inspect(value)}`);
}
// #endregion
