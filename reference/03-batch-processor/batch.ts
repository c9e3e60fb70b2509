// One batch, from its first member to its last answer: how its members wait, start, and are settled each by itself.

import { inspect } from 'node:util';
import { allTold, type Cohort } from './admission.ts';
import { BatchError, type BatchHandler, type Cause, type Milliseconds } from './options.ts';

export type AnyHandler = BatchHandler<unknown, unknown>;

/** What batches have in common, and whom they tell of what happens to them. */
export interface BatchHost {
  readonly sliceSize: number;
  nextTurn(): Promise<void>;
  /** So many are settled, or will be within this turn. */
  settled(count: number): void;
  /** All are settled. */
  done(batch: Batch): void;
}

/** A promise that many wait behind, and the two ways to let them go. */
interface Gate {
  readonly passed: Promise<void>;
  open(): void;
  /** Nobody passes: whoever waits gets `error`. */
  refuse(error: unknown): void;
}

/** More than a batch has ever; a small integer all the same, so that the count stays one. */
const ANY_NUMBER = 2 ** 30 - 1;

/** The identity of an item that is like no other, and of every operation. */
export const UNIQUE = Symbol('unique');

/**
 * Operations that are started together, or items that are handed over together.
 *
 * Each member waits behind a gate which they share, and what `then` returns there is the member's own promise. With
 * that the language does most of the work, and does it at the price of one promise a member:
 *
 * - `then` remembers the async context of its caller, so each operation runs in that of the one who added it;
 * - whatever the reaction throws or returns settles that one promise and no other;
 * - reactions run in the order of the `then`s, never within the call that opens the gate, and one by one.
 *
 * Because of that order a reaction need not know whose it is: the first to run is the first member's. So one closure
 * serves the batch, and what a member costs beside its promise is a place in an array.
 *
 * A batch of operations has a gate for each slice. A batch of items has two: behind the first waits the call of the
 * handler, which thereby has the context of the first member, and behind the second wait the members.
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
  cancelTimer: () => void = () => {};
  /** Whether it has begun, or would have if its turn had come. */
  isDue = false;
  /** How many are in it. */
  size = 0;
  /** How many have failed so far. */
  failures = 0;

  readonly #host: BatchHost;
  /** Operations, or items and later their answers, by position. What is done with is forgotten there. */
  #members: unknown[] = [];
  /** Given to every `then`: settles the member whose turn it is. */
  readonly #next: () => unknown;
  /** The position of the member whose turn it is. All before it have been started or answered, and none after it. */
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

  constructor(host: BatchHost, key: string, handler: AnyHandler | undefined, cohort: Cohort, now: Milliseconds) {
    this.#host = host;
    this.key = key;
    this.handler = handler;
    this.cohort = cohort;
    this.openedAt = now;
    cohort.owe();
    this.#gate = this.#newGate();
    if (handler === undefined) {
      this.#next = () => this.#start();
      this.#places = host.sliceSize;
    } else {
      void this.#gate.passed.then(() => this.#handOver(handler));
      this.#next = () => this.#answer();
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

  /** Lets the members go; to be called once, when nobody joins any more. None has started when this returns. */
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

  // ---- Operations ------------------------------------------------------------------------------------------

  // #region start
  /** Starts the operation whose turn it is. Its promise becomes what this returns or throws. */
  #start(): unknown {
    const operation = this.#members[this.#turn] as () => unknown;
    this.#members[this.#turn++] = undefined;
    let result: unknown;
    try {
      result = operation();
      if (isThenable(result)) return this.#follow(result);
    } catch (error) {
      this.failures++;
      this.#settled(1);
      throw error;
    }
    this.#settled(1);
    return result;
  }
  // #endregion start

  #follow(result: PromiseLike<unknown>): Promise<unknown> {
    const promise = Promise.resolve(result); // asked for once: some thenables begin their work each time that they are
    promise.then(
      () => this.#settled(1),
      () => {
        this.failures++;
        this.#settled(1);
      },
    );
    return promise;
  }

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

  // ---- Items -----------------------------------------------------------------------------------------------

  // #region handOver
  async #handOver(handler: AnyHandler): Promise<void> {
    const items = this.#members;
    this.#members = []; // the array is the handler's now
    try {
      this.#members = answersOf(await handler(items), this.size);
    } catch (cause) {
      return this.#abandon(new BatchError(this.key, this.size, cause), [this.#gate]);
    }
    this.#gate.open();
    this.#settleAnswered();
  }

  /** Gives the answer to the item whose turn it is. */
  #answer(): unknown {
    const answer = this.#members[this.#turn++];
    if (isObject(answer) && answer instanceof Error) throw answer;
    return answer;
  }
  // #endregion handOver

  /** All that have an answer make room at once, so that those who are let in come together and not one by one. */
  #settleAnswered(): void {
    let settled = this.size;
    for (const answer of this.#members) {
      if (!isObject(answer)) continue;
      if (answer instanceof Error) this.failures++;
      if (answer instanceof Promise) {
        void this.#follow(answer);
        settled--;
      }
    }
    if (settled > 0) this.#settled(settled);
  }

  // ---- Both ------------------------------------------------------------------------------------------------

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

  #settled(count: number): void {
    this.#unsettled -= count;
    if (this.#unsettled === 0) {
      this.cohort.pay();
      this.#whenDone?.resolve(allTold());
      this.#host.done(this);
    }
    this.#host.settled(count);
  }
}

function newGate(): Gate {
  let open!: () => void;
  let refuse!: (error: unknown) => void;
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    refuse = reject;
  });
  return { passed, open, refuse };
}

/** Asked first, because most answers are none, and all that comes after is dearer. */
function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && 'then' in value && typeof value.then === 'function';
}

/** A copy: what becomes of the handler's array from here on is nobody's answer. */
function answersOf(results: unknown, count: number): unknown[] {
  const isList = Array.isArray(results);
  if (!isList || results.length !== count) {
    const received = isList ? results.length : inspect(results);
    throw new TypeError(`the handler must return an array of ${count} results, received ${received}`);
  }
  const answers: unknown[] = results.slice();
  for (let i = 0; i < count; i++) if (isThenable(answers[i])) answers[i] = Promise.resolve(answers[i]);
  return answers;
}
