// The same contract from other parts: a node for each key, linked both ways; a list of seats instead of a shared
// promise; cycles looked for before anything is begun; sessions that count when they end; accessors that keep
// their promise themselves. Misuse is not checked.

import { AsyncLocalStorage } from 'node:async_hooks';
import {
  DependencyCycleError,
  DependencyError,
  type Loader,
  type LoaderOptions,
  type LoadOptions,
  LoadTimeoutError,
  MissingLoaderError,
  type PreloadOptions,
  type PreloadResult,
  type Schedule,
  TOGETHER_TIMES,
} from '#contract/02-lazy-loader';

export * from '#contract/02-lazy-loader';

// ---- The graph ------------------------------------------------------------------------------------------

type State =
  | { readonly is: 'absent' }
  | { readonly is: 'loading'; readonly flight: Flight }
  | { readonly is: 'loaded'; readonly value: unknown };

interface Recipe {
  readonly loader: Loader<unknown>;
  readonly needs: readonly Node[];
}

interface Node {
  readonly key: string;
  recipe: Recipe | undefined;
  state: State;
  /** What its present state was made from. */
  needs: readonly Node[];
  readonly neededBy: Set<Node>;
}

/** One load: it goes on until it has landed or every seat is empty, whatever becomes of its node. */
interface Flight {
  readonly node: Node;
  readonly seats: Set<Seat>;
  readonly aborter: AbortController;
  /** Each gives up the seat in the flight of a dependency. */
  readonly connections: (() => void)[];
  isOver: boolean;
}

interface Seat {
  answer(value: unknown): void;
  fail(error: unknown): void;
}

const ABSENT: State = { is: 'absent' };

function reset(node: Node, state: State, needs: readonly Node[]): void {
  for (const need of node.needs) need.neededBy.delete(node);
  for (const need of needs) need.neededBy.add(node);
  node.needs = needs;
  node.state = state;
}

function isCurrent(flight: Flight): boolean {
  const { state } = flight.node;
  return state.is === 'loading' && state.flight === flight;
}

function land(flight: Flight, value: unknown): void {
  if (flight.isOver) return;
  if (isCurrent(flight)) flight.node.state = { is: 'loaded', value };
  flight.isOver = true;
  for (const seat of flight.seats) seat.answer(value);
}

function crash(flight: Flight, error: unknown): void {
  if (flight.isOver) return;
  if (isCurrent(flight)) reset(flight.node, ABSENT, []);
  flight.isOver = true;
  for (const seat of flight.seats) seat.fail(error);
}

function giveUp(flight: Flight): void {
  if (flight.isOver) return;
  if (isCurrent(flight)) reset(flight.node, ABSENT, []);
  flight.isOver = true;
  flight.aborter.abort();
  for (const leave of flight.connections) leave();
}

function takeOff(node: Node, { loader, needs }: Recipe): Flight {
  const aborter = new AbortController();
  const flight: Flight = { node, seats: new Set(), aborter, connections: [], isOver: false };
  reset(node, { is: 'loading', flight }, needs);
  const dependencies: unknown[] = needs.map(() => undefined);
  let missing = needs.length;
  const depart = () => {
    if (flight.isOver) return;
    const { signal } = aborter;
    const load = async () => loader({ dependencies, signal });
    load().then(
      (value) => land(flight, value),
      (error: unknown) => crash(flight, error),
    );
  };
  for (const [index, need] of needs.entries()) {
    const leave = board(need, need.recipe, {
      answer(value) {
        dependencies[index] = value;
        if (--missing === 0) depart();
      },
      fail: (error) => crash(flight, failureOf(node, need, error)),
    });
    flight.connections.push(leave);
  }
  if (missing === 0) queueMicrotask(depart);
  return flight;
}

function failureOf({ key }: Node, need: Node, error: unknown): unknown {
  if (error instanceof DependencyCycleError) return error;
  const [rest, cause] = error instanceof DependencyError ? [error.path, error.cause] : [[need.key], error];
  return new DependencyError([key, ...rest], cause);
}

/** @returns leaves the seat */
function board(node: Node, recipe: Recipe | undefined, seat: Seat): () => void {
  const { state } = node;
  if (state.is === 'loaded') {
    queueMicrotask(() => seat.answer(state.value));
    return () => {};
  }
  if (state.is === 'absent' && !recipe) {
    queueMicrotask(() => seat.fail(new MissingLoaderError(node.key)));
    return () => {};
  }
  const flight = state.is === 'loading' ? state.flight : takeOff(node, recipe!);
  flight.seats.add(seat);
  return () => {
    if (flight.seats.delete(seat) && flight.seats.size === 0) giveUp(flight);
  };
}

/** The first cycle that loading `node` would run into, once around. */
function cycleFrom(node: Node, recipe: Recipe | undefined): string[] | undefined {
  const path: Node[] = [];
  const cleared = new Set<Node>();
  const visit = (at: Node, needs: readonly Node[]): string[] | undefined => {
    if (cleared.has(at) || at.state.is !== 'absent') return undefined;
    const start = path.indexOf(at);
    if (start >= 0) return [...path.slice(start), at].map(({ key }) => key);
    path.push(at);
    for (const need of needs) {
      const cycle = visit(need, need === node ? (recipe?.needs ?? []) : (need.recipe?.needs ?? []));
      if (cycle) return cycle;
    }
    path.pop();
    cleared.add(at);
    return undefined;
  };
  return visit(node, recipe?.needs ?? []);
}

/** What is used together, a count for each pair. */
class Pairs {
  readonly #times = new Map<string, number>();

  count(keys: ReadonlySet<string>): void {
    for (const a of keys) {
      for (const b of keys) {
        if (a >= b) continue;
        const pair = JSON.stringify([a, b]);
        this.#times.set(pair, (this.#times.get(pair) ?? 0) + 1);
      }
    }
  }

  of(key: string): string[] {
    const found: { other: string; times: number }[] = [];
    for (const [pair, times] of this.#times) {
      const [a, b] = JSON.parse(pair) as [string, string];
      if (times >= TOGETHER_TIMES && (a === key || b === key)) found.push({ other: a === key ? b : a, times });
    }
    return found.sort((one, two) => two.times - one.times).map(({ other }) => other);
  }
}

// ---- The class ------------------------------------------------------------------------------------------

export class LazyMetadataLoader {
  readonly #nodes = new Map<string, Node>();
  readonly #pairs = new Pairs();
  readonly #used = new AsyncLocalStorage<Set<string>>();
  readonly #schedule: Schedule;

  constructor({ schedule }: LoaderOptions = {}) {
    this.#schedule =
      schedule ??
      ((callback, ms) => {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      });
  }

  register<T>(key: string, loader: Loader<T>, deps: readonly string[] = []): void {
    this.#node(key).recipe = { loader, needs: this.#all(deps) };
  }

  load<T>(key: string, loader: Loader<T>, options: LoadOptions = {}): Promise<T> {
    return this.#use(key, { loader, needs: [] }, options);
  }

  loadWithDependencies<T>(
    key: string,
    deps: readonly string[],
    loader: Loader<T>,
    options: LoadOptions = {},
  ): Promise<T> {
    return this.#use(key, { loader, needs: this.#all(deps) }, options);
  }

  get<T>(key: string, options: LoadOptions = {}): Promise<T> {
    return this.#use(key, this.#node(key).recipe, options);
  }

  invalidate(key: string): string[] {
    const forgotten: string[] = [];
    const forget = (node: Node) => {
      if (node.state.is === 'absent') return;
      const dependants = [...node.neededBy];
      reset(node, ABSENT, []);
      forgotten.push(node.key);
      dependants.forEach(forget);
    };
    const node = this.#nodes.get(key);
    if (node) forget(node);
    return forgotten;
  }

  preload(keys: readonly string[], { concurrency = 8, signal }: PreloadOptions = {}): Promise<PreloadResult[]> {
    return new Promise((resolve) => {
      const results: PreloadResult[] = [];
      let begun = 0;
      let ended = 0;
      const end = (index: number, result: PreloadResult) => {
        results[index] = result;
        ended++;
        beginNext();
      };
      const beginNext = () => {
        if (ended === keys.length) resolve(results);
        if (begun === keys.length) return;
        const index = begun++;
        const key = keys[index]!;
        const node = this.#node(key);
        if (node.state.is === 'loaded') return end(index, { key, status: 'present' });
        this.#wait(node, node.recipe, { signal }).then(
          () => end(index, { key, status: 'loaded' }),
          (error: unknown) => {
            end(index, signal?.aborted ? { key, status: 'cancelled' } : { key, status: 'failed', error });
          },
        );
      };
      for (let lane = 0; lane < Math.max(1, Math.min(concurrency, keys.length)); lane++) beginNext();
    });
  }

  session<T>(run: () => T): T {
    const keys = new Set<string>();
    const close = () => this.#pairs.count(keys);
    let result: T;
    try {
      result = this.#used.run(keys, run);
    } catch (error) {
      close();
      throw error;
    }
    if (result instanceof Promise) result.then(close, close);
    else close();
    return result;
  }

  usedTogether(key: string): string[] {
    return this.#pairs.of(key);
  }

  #node(key: string): Node {
    const known = this.#nodes.get(key);
    if (known) return known;
    const node: Node = { key, recipe: undefined, state: ABSENT, needs: [], neededBy: new Set() };
    this.#nodes.set(key, node);
    return node;
  }

  #all(keys: readonly string[]): Node[] {
    return keys.map((key) => this.#node(key));
  }

  #use<T>(key: string, recipe: Recipe | undefined, options: LoadOptions): Promise<T> {
    const answer = this.#wait(this.#node(key), recipe, options);
    const session = this.#used.getStore();
    if (session) {
      session.add(key);
      this.#used.exit(() => void this.preload(this.usedTogether(key), { concurrency: Infinity }));
    }
    return answer as Promise<T>;
  }

  #wait(node: Node, recipe: Recipe | undefined, { signal, timeoutMs }: LoadOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const cycle = cycleFrom(node, recipe);
      if (cycle) return reject(new DependencyCycleError(cycle));

      const undo: (() => void)[] = [];
      const endWith = (settle: () => void) => {
        for (const step of undo.splice(0)) step();
        settle();
      };
      const leaveWith = (reason: unknown) => endWith(() => (leave(), reject(reason)));
      const leave = board(node, recipe, {
        answer: (value) => endWith(() => resolve(value)),
        fail: (error) => endWith(() => reject(error)),
      });
      if (signal) {
        const onAbort = () => leaveWith(signal.reason);
        signal.addEventListener('abort', onAbort);
        undo.push(() => signal.removeEventListener('abort', onAbort));
      }
      if (timeoutMs !== undefined) {
        undo.push(this.#schedule(() => leaveWith(new LoadTimeoutError(node.key, timeoutMs)), timeoutMs));
      }
    });
  }
}

// ---- The decorator --------------------------------------------------------------------------------------

interface Slot {
  readonly name: string | symbol;
  forget(): void;
}

const slotsOf = new WeakMap<object, Slot[]>();

export function lazy<This extends object, T>(loader: (target: This) => T | PromiseLike<T>) {
  return function (
    { get, set }: ClassAccessorDecoratorTarget<This, Promise<T>>,
    { name }: ClassAccessorDecoratorContext<This, Promise<T>>,
  ): ClassAccessorDecoratorResult<This, Promise<T>> {
    const keep = (target: This, promise: Promise<T> | undefined) => set.call(target, promise as Promise<T>);
    const seen = new WeakSet<object>();
    const note = (target: This) => {
      if (seen.has(target)) return;
      seen.add(target);
      slotsOf.set(target, [...(slotsOf.get(target) ?? []), { name, forget: () => keep(target, undefined) }]);
    };
    return {
      get() {
        note(this);
        const kept = get.call(this) as Promise<T> | undefined;
        if (kept) return kept;
        const promise = Promise.resolve(this).then(loader);
        keep(this, promise);
        promise.catch(() => {
          if (get.call(this) === promise) keep(this, undefined);
        });
        return promise;
      },
      set(value) {
        note(this);
        keep(this, value);
      },
    };
  };
}

export function invalidateLazy(target: object, member?: string | symbol): void {
  for (const { name, forget } of slotsOf.get(target) ?? []) {
    if (member === undefined || member === name) forget();
  }
}
