// The same contract from other parts: an operation is an item that is called, a permit is passed from who is
// done to who waits, a flush counts down the tickets that it covers, an object carries its own collectors.
// Misuse is not checked.

import { AsyncResource } from 'node:async_hooks';
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
} from '#contract/03-batch-processor';

export * from '#contract/03-batch-processor';

// ---- What is on its way --------------------------------------------------------------------------------

interface Ticket {
  readonly item: unknown;
  readonly done: (error: unknown, value?: unknown) => void;
  /** Settled with the ticket, for its twins. */
  readonly answer: Promise<unknown>;
}

/** Settles every ticket it is given, by `done`; resolves when it has. */
type Work = (key: string, tickets: readonly Ticket[]) => Promise<void>;

/** A batch that is being collected. */
interface Lane {
  readonly key: string;
  readonly work: Work;
  readonly tickets: Ticket[];
  readonly twins: Map<unknown, Ticket>;
  stop: () => void;
}

interface Flush {
  readonly upTo: number;
  left: number;
  readonly finish: () => void;
}

interface Waiter {
  readonly admit: () => void;
  next?: Waiter;
}

interface State extends Required<BatchOptions> {
  /** Only lanes that have tickets. */
  readonly lanes: Map<string, Lane>;
  readonly sizes: Map<string, number>;
  readonly flushes: Set<Flush>;
  unsettled: number;
  permits: number;
  lastNumber: number;
  firstWaiter: Waiter | undefined;
  lastWaiter: Waiter | undefined;
  isClosed: boolean;
}

function create(options: BatchOptions): State {
  return {
    windowMs: 0,
    batchSize: 100,
    schedule: (callback, ms) => clearTimeout.bind(undefined, setTimeout(callback, ms)),
    maxPending: Number.MAX_SAFE_INTEGER,
    overflow: 'wait',
    minBatchSize: 1,
    maxBatchSize: 1_000,
    targetEfficiency: 100,
    sliceSize: 100,
    nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
    ...options,
    lanes: new Map(),
    sizes: new Map(),
    flushes: new Set(),
    unsettled: 0,
    permits: options.maxPending ?? Number.MAX_SAFE_INTEGER,
    lastNumber: 0,
    firstWaiter: undefined,
    lastWaiter: undefined,
    isClosed: false,
  };
}

// ---- Permits -------------------------------------------------------------------------------------------

/** Undefined if there was a permit; otherwise a promise of one, which then belongs to the caller. */
function takePermit(state: State, key: string): Promise<void> | undefined {
  if (state.permits > 0) {
    state.permits--;
    return undefined;
  }
  if (state.overflow === 'reject') throw new BatchFullError(key, state.maxPending);
  return new Promise((admit) => {
    const waiter = { admit };
    if (state.lastWaiter) state.lastWaiter.next = waiter;
    else state.firstWaiter = waiter;
    state.lastWaiter = waiter;
  });
}

function passPermitOn(state: State): void {
  const waiter = state.firstWaiter;
  if (!waiter) {
    state.permits++;
    return;
  }
  state.firstWaiter = waiter.next;
  if (!waiter.next) state.lastWaiter = undefined;
  waiter.admit();
}

// ---- Lanes ---------------------------------------------------------------------------------------------

interface Wish {
  readonly key: string;
  readonly work: Work;
  readonly item: unknown;
  /** Boxed, because anything may be an identity. */
  readonly identity?: { readonly of: unknown } | undefined;
}

async function submit(state: State, wish: Wish): Promise<unknown> {
  if (state.isClosed) throw new BatchClosedError(wish.key);
  const number = ++state.lastNumber;
  state.unsettled++;
  try {
    return await join(state, wish);
  } finally {
    state.unsettled--;
    for (const flush of state.flushes) {
      if (number <= flush.upTo && --flush.left === 0) flush.finish();
    }
  }
}

async function join(state: State, { key, work, item, identity }: Wish): Promise<unknown> {
  const twinNow = () => {
    const lane = state.lanes.get(key);
    return identity && lane?.work === work ? lane.twins.get(identity.of) : undefined;
  };
  const already = twinNow();
  if (already) return already.answer;
  const permit = takePermit(state, key);
  if (permit) {
    await permit;
    const meanwhile = twinNow();
    if (meanwhile) {
      passPermitOn(state);
      return meanwhile.answer;
    }
  }
  const ticket = newTicket(state, item);
  const lane = laneFor(state, key, work);
  lane.tickets.push(ticket);
  if (identity) lane.twins.set(identity.of, ticket);
  if (lane.tickets.length >= sizeOf(state, key)) void depart(state, lane);
  else if (permit && state.flushes.size > 0) queueMicrotask(() => void depart(state, lane));
  return ticket.answer;
}

function newTicket(state: State, item: unknown): Ticket {
  let done!: Ticket['done'];
  const answer = new Promise((resolve, reject) => {
    done = (...[error, value]) => {
      passPermitOn(state);
      if (error === NONE) resolve(value);
      else reject(error);
    };
  });
  return { item, done, answer };
}

/** In the place of an error, where there is none: anything may be thrown, `undefined` too. */
const NONE = Symbol('no error');

function laneFor(state: State, key: string, work: Work): Lane {
  const open = state.lanes.get(key);
  if (open?.work === work) return open;
  if (open) void depart(state, open);
  const lane: Lane = { key, work, tickets: [], twins: new Map(), stop: () => {} };
  lane.stop = state.schedule(() => void depart(state, lane), state.windowMs);
  state.lanes.set(key, lane);
  return lane;
}

function sizeOf(state: State, key: string): number {
  return state.sizes.get(key) ?? state.batchSize;
}

function depart(state: State, lane: Lane): Promise<void> {
  if (state.lanes.get(lane.key) !== lane) return Promise.resolve();
  state.lanes.delete(lane.key);
  lane.stop();
  return Promise.resolve().then(() => lane.work(lane.key, lane.tickets));
}

// ---- Work ----------------------------------------------------------------------------------------------

function callEach(state: State): Work {
  const call = async ({ item, done }: Ticket) => {
    try {
      done(NONE, await (item as () => unknown)());
    } catch (error) {
      done(error);
    }
  };
  return async (_key, tickets) => {
    const called: Promise<void>[] = [];
    for (let rest = tickets; rest.length > 0; rest = rest.slice(state.sliceSize)) {
      if (rest !== tickets) await state.nextTurn();
      called.push(...rest.slice(0, state.sliceSize).map(call));
    }
    await Promise.all(called);
  };
}

function handOver(handler: BatchHandler<any, any>): Work {
  return async (key, tickets) => {
    const failed = (cause: unknown) => new BatchError(key, tickets.length, cause);
    const answers = await ask(handler, tickets).catch(failed);
    tickets.forEach(({ done }, i) => {
      const answer: unknown = answers instanceof Error ? answers : answers[i];
      if (answer instanceof Error) done(answer);
      else done(NONE, answer);
    });
  };
}

async function ask(handler: BatchHandler<any, any>, tickets: readonly Ticket[]): Promise<readonly unknown[]> {
  const answers = await handler(tickets.map(({ item }) => item));
  const { length } = tickets;
  if (Array.isArray(answers) && answers.length === length) return answers;
  const received = Array.isArray(answers) ? answers.length : typeof answers;
  throw new TypeError(`expected ${length} results, received ${received}`);
}

// ---- The class -----------------------------------------------------------------------------------------

export class BatchMetadataProcessor {
  readonly #state: State;
  readonly #callEach: Work;

  constructor(options: BatchOptions = {}) {
    this.#state = create(options);
    this.#callEach = callEach(this.#state);
  }

  get pending(): number {
    return this.#state.maxPending - this.#state.permits;
  }

  addToBatch<T>(key: string, operation: () => Awaitable<T>): Promise<T> {
    const scope = new AsyncResource('operation');
    const call = () => scope.runInAsyncScope(operation);
    return submit(this.#state, { key, work: this.#callEach, item: call }) as Promise<T>;
  }

  async processBatch(key: string): Promise<void> {
    const lane = this.#state.lanes.get(key);
    if (lane) await depart(this.#state, lane);
  }

  flushAll(): Promise<void> {
    const state = this.#state;
    if (state.unsettled === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        state.flushes.delete(flush);
        resolve();
      };
      const flush: Flush = { upTo: state.lastNumber, left: state.unsettled, finish };
      state.flushes.add(flush);
      for (const lane of [...state.lanes.values()]) void depart(state, lane);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#state.isClosed = true;
    return this.flushAll();
  }

  optimizeBatchSize(key: string, metrics: BatchMetrics): number {
    const state = this.#state;
    const before = sizeOf(state, key);
    const surplus = metrics.throughput / metrics.latency - state.targetEfficiency;
    const used = metrics.memoryUsage / metrics.memoryLimit;
    const fifths = surplus > 0 && used < 0.8 ? 6 : surplus < 0 || used > 0.9 ? 4 : 5;
    const wanted = fifths > 5 ? Math.ceil((before * fifths) / 5) : Math.floor((before * fifths) / 5);
    const size = Math.min(state.maxBatchSize, Math.max(state.minBatchSize, wanted));
    state.sizes.set(key, size);
    const lane = state.lanes.get(key);
    if (lane && lane.tickets.length >= size) void depart(state, lane);
    return size;
  }

  defineBatch<Item, Result>(
    key: string,
    handler: BatchHandler<Item, Result>,
    { keyOf }: ItemOptions<Item> = {},
  ): (item: Item) => Promise<Result> {
    const work = handOver(handler);
    return (item) => {
      const identity = keyOf && { of: keyOf(item) };
      return submit(this.#state, { key, work, item, identity }) as Promise<Result>;
    };
  }
}

// ---- The decorator -------------------------------------------------------------------------------------

interface Collector {
  readonly name: string | symbol;
  readonly decoration: object;
  readonly processor: BatchMetadataProcessor;
  readonly add: (item: any) => Promise<any>;
}

const COLLECTORS = Symbol('collectors');

function collectorsOf(target: object): Collector[] {
  return Object.hasOwn(target, COLLECTORS) ? (target as { [COLLECTORS]: Collector[] })[COLLECTORS] : [];
}

export function batched<Name extends string | symbol, Item = any>(
  by: Name,
  options: BatchedOptions<Item> = {},
) {
  return function <This extends Record<Name, BatchHandler<Item, Result>>, Result>(
    _method: (this: This, item: Item) => Promise<Result>,
    decoration: ClassMethodDecoratorContext<This>,
  ): (this: This, item: Item) => Promise<Result> {
    const { name, metadata } = decoration;
    const inherited = (metadata[BATCHED] ?? []) as BatchedMember[];
    if (!Object.hasOwn(metadata, BATCHED)) metadata[BATCHED] = [...inherited];
    (metadata[BATCHED] as BatchedMember[]).push({ name, by, static: decoration.static });

    const { keyOf, ...rest } = options;
    function collectorOf(target: This): Collector {
      const existing = collectorsOf(target).find((collector) => collector.decoration === decoration);
      if (existing) return existing;
      const processor = new BatchMetadataProcessor(rest);
      const handler: BatchHandler<Item, Result> = (items) => target[by](items);
      const add = processor.defineBatch(String(name), handler, keyOf ? { keyOf } : {});
      const collector = { name, decoration, processor, add };
      const value = [...collectorsOf(target), collector];
      Object.defineProperty(target, COLLECTORS, { value, configurable: true });
      return collector;
    }
    return function (item) {
      return collectorOf(this).add(item);
    };
  };
}

export async function flushBatched(target: object, member?: string | symbol): Promise<void> {
  const flushes = collectorsOf(target).map(async ({ name, processor }) => {
    if (member === undefined || member === name) await processor.flushAll();
  });
  await Promise.all(flushes);
}

export function batchedMembers(target: abstract new (...args: never[]) => unknown): readonly BatchedMember[] {
  return [...((target[Symbol.metadata]?.[BATCHED] ?? []) as readonly BatchedMember[])];
}
