// The processor as its users see it: who is let in, who has to wait, and what is owed to whom.

import { AsyncResource } from 'node:async_hooks';
import { Cohort, Room } from './admission.ts';
import { type AnyHandler, UNIQUE } from './batch.ts';
import { batchesOf, type Lane, Lanes } from './lanes.ts';
import {
  type Awaitable,
  BatchClosedError,
  BatchFullError,
  type BatchHandler,
  type BatchMetrics,
  type BatchOptions,
  type BatchStats,
  type ItemOptions,
  type KeyState,
} from './options.ts';
import { callable, positive, type Settings, settingsOf, string, within } from './settings.ts';
import { sizeByEfficiency } from './sizing.ts';
import { Statistics } from './statistics.ts';

/** For tests: what is inside a processor. Its users have no way there. @internal */
export let insideOf: (processor: BatchMetadataProcessor) => { lanes: Lanes; room: Room; settings: Settings };

/**
 * Collects operations for a moment, by key, and runs them together.
 *
 * The batches of a key begin in order, and do not wait for one another to end. What is done for one operation
 * is O(1).
 *
 * @example
 * {@includeCode ../../docs/examples/03-batch-processor/processor.ts#processor}
 */
export class BatchMetadataProcessor {
  readonly #settings: Settings;
  readonly #statistics = new Statistics();
  readonly #room: Room;
  readonly #lanes: Lanes;
  /** Of those who are added now. */
  #cohort = new Cohort();
  /** Fulfilled when all earlier cohorts are done. */
  #flushed: Promise<void> = Promise.resolve();
  #isClosed = false;

  static {
    insideOf = (processor) => ({
      lanes: processor.#lanes,
      room: processor.#room,
      settings: processor.#settings,
    });
  }

  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor(options: BatchOptions = {}) {
    this.#settings = settingsOf(options);
    this.#room = new Room(this.#settings.maxPending);
    this.#lanes = new Lanes(this.#settings, this.#statistics, this.#room);
  }

  /** Operations and items that wait in a batch or run. What is held back is in none, and is not counted. */
  get pending(): number {
    return this.#room.pending;
  }

  // ---- Adding -------------------------------------------------------------------------------------------

  /**
   * Runs `operation` together with what else is added under `key` in a short while.
   *
   * @param operation called once, after this call has returned, in the async context of this call
   * @returns what the operation returns or throws; rejected with {@link BatchFullError} or
   *   {@link BatchClosedError} if it is not run at all
   */
  addToBatch<T>(key: string, operation: () => Awaitable<T>): Promise<T> {
    try {
      string('key', key);
      callable('operation', operation);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.#add(this.#lanes.of(key), undefined, operation, UNIQUE) as Promise<T>;
  }

  /**
   * Gives a key's batches to a handler, each as a whole, in the async context of the first of the batch.
   *
   * Operations and items do not share a batch, nor do the items of two handlers: under one key, whichever
   * comes makes the batch of the other due.
   *
   * @returns a function that adds one item and promises its result: rejected with the `Error` at its
   *   position, or with a {@link BatchError} if the handler fails or does not return a result for each
   */
  defineBatch<Item, Result>(
    key: string,
    handler: BatchHandler<Item, Result>,
    { keyOf }: ItemOptions<Item> = {},
  ): (item: Item) => Promise<Result> {
    string('key', key);
    const answer = callable('handler', handler) as AnyHandler;
    if (keyOf !== undefined) callable('keyOf', keyOf);
    const lane = this.#lanes.keep(key);
    if (keyOf === undefined) return (item) => this.#add(lane, answer, item, UNIQUE) as Promise<Result>;
    return (item) => {
      let identity: unknown;
      try {
        identity = keyOf(item);
      } catch (error) {
        return Promise.reject(error as Error);
      }
      return this.#addOnce(lane, answer, item, identity) as Promise<Result>;
    };
  }

  // ---- Running ------------------------------------------------------------------------------------------

  /**
   * Runs now what waits under `key`, or in its turn if as many batches run as may.
   *
   * @returns fulfilled when all of it is settled, in whichever way; at once if there was nothing
   */
  async processBatch(key: string): Promise<void> {
    const lane = this.#lanes.of(key);
    const done = Array.from(batchesOf(lane), (batch) => batch.whenDone());
    if (lane.open !== undefined) this.#lanes.makeDue(lane, lane.open, 'demand');
    await Promise.all(done);
  }

  // #region flushAll
  /**
   * Runs now what waits under any key. O(keys under which something waits).
   *
   * @returns fulfilled when all that was added before this call is settled, in whichever way
   */
  flushAll(): Promise<void> {
    const done = this.#cohort.flush();
    this.#cohort = new Cohort();
    for (const lane of this.#lanes.waiting) this.#lanes.close(lane, 'demand');
    this.#flushed = this.#flushed.then(() => done);
    return this.#flushed;
  }
  // #endregion flushAll

  /** Accepts nothing more, and runs what was accepted: fulfilled when all of it is settled. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    return this.flushAll();
  }

  // ---- Sizes and accounts -------------------------------------------------------------------------------

  /**
   * Makes the batches of `key` larger by a fifth if they do better than {@link BatchOptions.targetEfficiency}
   * and memory is not short, and smaller by a fifth if they do worse or it is. Holds at once, also for what
   * waits.
   *
   * @returns the new size
   * @throws RangeError if a metric is out of its range
   */
  optimizeBatchSize(key: string, metrics: BatchMetrics): number {
    string('key', key);
    const { throughput, latency, memoryUsage, memoryLimit } = metrics;
    const efficiency = within('throughput', throughput) / positive('latency', latency);
    const pressure = within('memoryUsage', memoryUsage) / positive('memoryLimit', memoryLimit);
    const lane = this.#lanes.keep(key);
    const { targetEfficiency } = this.#settings;
    const size = sizeByEfficiency(lane.batchSize, efficiency, pressure, targetEfficiency, this.#settings);
    this.#lanes.resize(lane, size);
    return size;
  }

  /** What was done so far; does not change afterwards. */
  stats(): BatchStats {
    return this.#statistics.report();
  }

  /** What is made of `key` at the moment, used or not. O(batches that wait under it). */
  stateOf(key: string): KeyState {
    const lane = this.#lanes.of(key);
    let waiting = 0;
    for (const { size } of batchesOf(lane)) waiting += size;
    return { batchSize: lane.batchSize, windowMs: this.#lanes.windowOf(lane), waiting };
  }

  // ---- Private ------------------------------------------------------------------------------------------

  #add(lane: Lane, handler: AnyHandler | undefined, member: unknown, identity: unknown): Promise<unknown> {
    if (this.#isClosed || this.#room.isFull) return this.#turnAway(lane, handler, member, identity);
    this.#room.pending++;
    return this.#lanes.join(lane, this.#cohort, handler, member, identity);
  }

  /** As {@link #add}, but an item whose like is in the batch already takes no room, and needs none. */
  #addOnce(lane: Lane, handler: AnyHandler, item: unknown, identity: unknown): Promise<unknown> {
    const twin = this.#isClosed ? undefined : twinOf(lane, this.#cohort, handler, identity);
    return twin ?? this.#add(lane, handler, item, identity);
  }

  /** Apart from {@link #add}, which would pay for the closures in here even when none is made. */
  #turnAway(
    { key }: Lane,
    handler: AnyHandler | undefined,
    member: unknown,
    identity: unknown,
  ): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new BatchClosedError(key));
    this.#statistics.turnedAway++;
    const { overflow, maxPending } = this.#settings;
    if (overflow === 'reject') return Promise.reject(new BatchFullError(key, maxPending));

    const cohort = this.#cohort;
    cohort.owe();
    return new Promise((resolve) => {
      const letIn = () => {
        const current = this.#lanes.of(key); // unless it is kept, the lane of a key is another one by now
        let promise = twinOf(current, cohort, handler, identity);
        if (promise === undefined) {
          this.#room.pending++;
          promise = this.#lanes.join(current, cohort, handler, member, identity);
        }
        resolve(promise);
        cohort.pay();
      };
      this.#room.heldBack.push(AsyncResource.bind(letIn)); // whoever makes room is in another context
    });
  }
}

/** The promise of the item that is waiting already and has this identity, if there is one. */
function twinOf(
  { open }: Lane,
  cohort: Cohort,
  handler: AnyHandler | undefined,
  identity: unknown,
): Promise<unknown> | undefined {
  return open?.handler === handler && open?.cohort === cohort ? open.twin(identity) : undefined;
}
