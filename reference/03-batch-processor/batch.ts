// One batch, from its first member to its last answer: how they wait, start, and are settled each by itself.

import { inspect } from 'node:util';
import { allTold, type Cohort, type Room } from './admission.ts';
import { type Gate, newGate } from './gate.ts';
import { BatchError, type BatchHandler, type Cause, type Milliseconds } from './options.ts';

export type AnyHandler = BatchHandler<unknown, unknown>;

/** What batches have in common, and whom they tell of what happens to them. */
export interface BatchHost {
  readonly sliceSize: number;
  nextTurn(): Promise<void>;
  readonly room: Room;
  /** All are settled. */
  done(batch: Batch): void;
}

/** More than a batch has ever; a small integer all the same, so that the count stays one. */
const ANY_NUMBER = 2 ** 30 - 1;

/** The identity of an item that is like no other, and of every operation. */
export const UNIQUE = Symbol('unique');

/**
 * Operations that are started together, or items that are handed over together.
 *
 * Each member waits behind a gate which they share, and what `then` returns there is the member's own
 * promise. With that the language does most of the work, and does it at the price of one promise a member:
 *
 * - `then` remembers the async context of its caller, so each operation runs in that of the one who added it;
 * - whatever the reaction throws or returns settles that one promise and no other;
 * - reactions run in the order of the `then`s, never within the call that opens the gate, and one by one.
 *
 * Because of that order a reaction need not know whose it is: the first to run is the first member's. So one
 * closure serves the batch, and what a member costs beside its promise is a place in an array.
 *
 * A batch of operations has a gate for each slice. A batch of items has two: behind the first waits the call
 * of the handler, which thereby has the context of the first member, and behind the second wait the members.
 */
export class Batch {
  readonly key: string;
  /** Whoever answers the items; a batch of operations has none. */
  readonly handler: AnyHandler | undefined;
  readonly cohort: Cohort;
  readonly openedAt: Milliseconds;
  /** 0 until then. */
  begunAt: Milliseconds = 0;
  cause: Cause = 'window';
  cancelTimer: (() => void) | undefined;
  /** Whether it has begun, or would have if its turn had come. */
  isDue = false;
  /** How many are in it. */
  size = 0;
  /** How many have failed so far. */
  failures = 0;

  readonly #host: BatchHost;
  /** Operations, each forgotten when it starts; or items, and later their answers. */
  #members: unknown[] = [];
  /** Given to every `then`: settles the member whose turn it is. */
  readonly #next: () => unknown;
  /** The member whose turn it is. All before it have been started or answered, and none after it. */
  #turn = 0;
  /** From the beginning on, those that are not settled. */
  #unsettled = 0;

  readonly #gates: Gate[] = [];
  /** Where the next to join waits. */
  #gate: Gate;
  /** How many more may wait there. */
  #places: number;

  /** By what makes two items one; only of a handler that has such a thing. */
  #twins: Map<unknown, Promise<unknown>> | undefined;
  #whenDone: { readonly promise: Promise<void>; resolve(value: Promise<void>): void } | undefined;

  constructor(
    host: BatchHost,
    key: string,
    handler: AnyHandler | undefined,
    cohort: Cohort,
    now: Milliseconds,
  ) {
    this.#host = host;
    this.key = key;
    this.handler = handler;
    this.cohort = cohort;
    this.openedAt = now;
    cohort.owe();
    this.#next = handler === undefined ? () => this.#start() : () => this.#answer();
    this.#gate = this.#newGate();
    this.#places = host.sliceSize;
    if (handler !== undefined) {
      void this.#gate.passed.then(() => this.#handOver(handler));
      this.#gate = newGate();
      this.#places = ANY_NUMBER;
    }
  }

  // #region join
  /** @returns the promise of the one that joins, which is that of its twins to come */
  join(member: unknown, identity: unknown): Promise<unknown> {
    if (this.#places === 0) this.#openSlice();
    this.#places--;
    this.size++;
    this.#members.push(member);
    const promise = this.#gate.passed.then(this.#next);
    if (identity !== UNIQUE) (this.#twins ??= new Map()).set(identity, promise);
    return promise;
  }
  // #endregion join

  /** The promise of the item that has this identity, if there is one. */
  twin(identity: unknown): Promise<unknown> | undefined {
    return this.#twins?.get(identity);
  }

  /**
   * Lets the members go; to be called once, when nobody joins any more. None has started when this returns.
   */
  begin(now: Milliseconds): void {
    this.begunAt = now;
    this.#unsettled = this.size;
    this.#twins = undefined;
    if (this.#gates.length === 1) this.#gates[0]!.open();
    else void this.#beginBySlices();
  }

  /** Fulfilled when all are settled, and all who wait for one of them have been told before. */
  whenDone(): Promise<void> {
    if (this.#whenDone === undefined) {
      let resolve!: (value: Promise<void>) => void;
      this.#whenDone = { promise: new Promise((settle) => (resolve = settle)), resolve };
    }
    return this.#whenDone.promise;
  }

  // ---- Operations ---------------------------------------------------------------------------------------

  // #region start
  /** Starts the operation whose turn it is. Its promise becomes what this returns or throws. */
  #start(): unknown {
    const operation = this.#members[this.#turn] as () => unknown;
    this.#members[this.#turn++] = undefined;
    let result: unknown;
    try {
      result = operation();
    } catch (error) {
      throw this.#failed(error);
    }
    return this.#settle(result);
  }
  // #endregion start

  async #beginBySlices(): Promise<void> {
    const last = this.#gates.pop()!;
    try {
      for (const gate of this.#gates) {
        gate.open();
        await gate.passed; // behind all members of the slice
        await this.#host.nextTurn();
      }
      last.open();
    } catch (error) {
      this.#abandon(error, [...this.#gates, last]);
    }
  }

  // ---- Items --------------------------------------------------------------------------------------------

  // #region handOver
  async #handOver(handler: AnyHandler): Promise<void> {
    const items = this.#members;
    this.#members = []; // the array is the handler's now
    try {
      this.#members = oneEach(this.size, await handler(items));
    } catch (cause) {
      return this.#abandon(new BatchError(this.key, this.size, cause), [this.#gate]);
    }
    this.#gate.open();
  }

  /** Gives the answer to the item whose turn it is. */
  #answer(): unknown {
    const answer = this.#members[this.#turn++];
    if (answer instanceof Error) throw this.#failed(answer);
    return this.#settle(answer);
  }
  // #endregion handOver

  // ---- Both ---------------------------------------------------------------------------------------------

  #newGate(): Gate {
    const gate = newGate();
    this.#gates.push(gate);
    return gate;
  }

  #openSlice(): void {
    this.#gate = this.#newGate();
    this.#places = this.#host.sliceSize;
  }

  /** Whoever waits behind the gates, all that have had no turn, fail with `error`. */
  #abandon(error: unknown, gates: readonly Gate[]): void {
    const rest = this.size - this.#turn;
    this.#members = [];
    for (const gate of gates) gate.refuse(error); // one that is open stays open
    this.failures += rest;
    this.#settled(rest);
  }

  /** One has `result`, or will have what that comes to. */
  #settle(result: unknown): unknown {
    if (isThenable(result)) return this.#follow(result);
    this.#settled(1);
    return result;
  }

  #follow(result: PromiseLike<unknown>): Promise<unknown> {
    // Its `then` is called once, for there are thenables that begin their work anew each time.
    const promise = Promise.resolve(result);
    promise.then(
      () => this.#settled(1),
      (error: unknown) => this.#failed(error),
    );
    return promise;
  }

  #failed(error: unknown): unknown {
    this.failures++;
    this.#settled(1);
    return error;
  }

  #settled(count: number): void {
    this.#unsettled -= count;
    if (this.#unsettled === 0) {
      this.cohort.pay();
      this.#whenDone?.resolve(allTold());
      this.#host.done(this);
    }
    this.#host.room.leave(count);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  try {
    return 'then' in value && typeof value.then === 'function';
  } catch {
    return true; // whoever asks it for more will be told why
  }
}

function oneEach(count: number, results: unknown): unknown[] {
  if (Array.isArray(results) && results.length === count) return results;
  const received = Array.isArray(results) ? results.length : inspect(results);
  throw new TypeError(`the handler must return an array of ${count} results, received ${received}`);
}
