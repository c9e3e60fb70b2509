// The same contract from other parts: a linked list for the order of use, a heap for the deadlines, functions
// over a plain state, and everything that is due dropped before each answer. Misuse is not checked.

import {
  CACHED,
  type CachedMember,
  type CachedOptions,
  type CacheOptions,
  type CacheStats,
  type EntryInfo,
  type EntryOptions,
  type WarmEntry,
  type WarmOptions,
  type WarmReport,
} from '#contract/01-metadata-cache';

export * from '#contract/01-metadata-cache';

// ---- A ring of nodes, from the least to the most recently used ------------------------------------------

interface Link {
  older: Link;
  newer: Link;
}

interface Node extends Link {
  readonly key: string;
  readonly value: unknown;
  readonly size: number;
  readonly bornAt: number;
  readonly diesAt: number;
  usedAt: number;
  uses: number;
  isGone: boolean;
}

function ring(): Link {
  const start = {} as Link;
  start.older = start.newer = start;
  return start;
}

function cut(link: Link): void {
  link.older.newer = link.newer;
  link.newer.older = link.older;
}

function insert(link: Link, older: Link): void {
  link.older = older;
  link.newer = older.newer;
  link.older.newer = link.newer.older = link;
}

// ---- A heap of nodes, the next to die on top ------------------------------------------------------------

type Heap = Node[];

function push(heap: Heap, node: Node): void {
  let at = heap.push(node) - 1;
  for (let up = (at - 1) >> 1; at > 0 && heap[up]!.diesAt > node.diesAt; up = (at - 1) >> 1) {
    heap[at] = heap[up]!;
    at = up;
  }
  heap[at] = node;
}

function pop(heap: Heap): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let down = 2 * at + 1;
    if (down + 1 < heap.length && heap[down + 1]!.diesAt < heap[down]!.diesAt) down++;
    if (down >= heap.length || heap[down]!.diesAt >= last.diesAt) break;
    heap[at] = heap[down]!;
    at = down;
  }
  heap[at] = last;
}

// ---- The cache ------------------------------------------------------------------------------------------

interface State extends Required<CacheOptions> {
  readonly nodes: Map<string, Node>;
  readonly order: Link;
  /** Of the mortal; some are gone already, but never more than half of them. */
  deadlines: Heap;
  weight: number;
  hits: number;
  misses: number;
  evictions: number;
  expirations: number;
}

function create(options: CacheOptions): State {
  return {
    maxEntries: Infinity,
    maxSize: Infinity,
    ttlMs: Infinity,
    sizeOf: () => 0,
    onEvict: () => {},
    now: () => performance.now(),
    ...options,
    nodes: new Map(),
    order: ring(),
    deadlines: [],
    weight: 0,
    hits: 0,
    misses: 0,
    evictions: 0,
    expirations: 0,
  };
}

function makeNode(state: State, key: string, value: unknown, size: number, ttlMs: number): Node {
  const bornAt = state.now();
  const diesAt = bornAt + ttlMs;
  return { ...ring(), key, value, size, bornAt, diesAt, usedAt: bornAt, uses: 0, isGone: false };
}

function weigh(state: State, key: string, value: unknown): number {
  const size = state.sizeOf(value, key);
  if (!Number.isInteger(size) || size < 0) throw new RangeError(`${key} weighs ${size}`);
  return size;
}

function add(state: State, node: Node, older: Link): void {
  insert(node, older);
  state.nodes.set(node.key, node);
  state.weight += node.size;
  if (node.diesAt === Infinity) return;
  push(state.deadlines, node);
  if (state.deadlines.length <= 2 * state.nodes.size) return;
  state.deadlines = state.deadlines.filter(({ isGone }) => !isGone).sort((a, b) => a.diesAt - b.diesAt);
}

function remove(state: State, node: Node): void {
  cut(node);
  state.nodes.delete(node.key);
  state.weight -= node.size;
  node.isGone = true;
}

function dropDue(state: State): number {
  const now = state.now();
  const due: Node[] = [];
  for (let next = state.deadlines[0]; next && next.diesAt <= now; next = state.deadlines[0]) {
    pop(state.deadlines);
    if (!next.isGone) due.push(next);
  }
  for (const node of due) remove(state, node);
  state.expirations += due.length;
  for (const { key, value } of due) state.onEvict(key, value, 'expired');
  return due.length;
}

function find(state: State, key: string): Node | undefined {
  dropDue(state);
  return state.nodes.get(key);
}

function evict(state: State): boolean {
  dropDue(state);
  if (state.nodes.size === 0) return false;
  const node = state.order.newer as Node;
  remove(state, node);
  state.evictions++;
  state.onEvict(node.key, node.value, 'capacity');
  return true;
}

function put(state: State, key: string, value: unknown, ttlMs: number): boolean {
  const size = weigh(state, key, value);
  const old = find(state, key);
  if (old) remove(state, old);
  if (size > state.maxSize) return false;
  while (state.nodes.size >= state.maxEntries || state.weight + size > state.maxSize) evict(state);
  add(state, makeNode(state, key, value, size, ttlMs), state.order.older);
  dropDue(state);
  return true;
}

type Source = Iterable<WarmEntry> | AsyncIterable<WarmEntry>;

async function load(state: State, source: Source, concurrency: number): Promise<WarmReport> {
  const reader = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const loaded: { key: string; value: unknown; size: number; place: number }[] = [];
  const failed: { key: string; error: unknown }[] = [];
  const running = new Set<Promise<void>>();
  dropDue(state);
  const room = state.maxEntries - state.nodes.size;
  let present = 0;

  for (let place = 0; ; ) {
    const isWaiting = running.size >= concurrency || loaded.length + running.size >= room;
    if (isWaiting && running.size === 0) break;
    if (isWaiting) {
      await Promise.race(running);
      continue;
    }
    const next = await reader.next();
    if (next.done) break;
    const [key, obtain] = next.value;
    if (find(state, key)) {
      present++;
      continue;
    }
    const mine = place++;
    const job = (async () => obtain())()
      .then((value) => {
        loaded.push({ key, value, size: weigh(state, key, value), place: mine });
      })
      .catch((error: unknown) => {
        failed.push({ key, error });
      })
      .finally(() => running.delete(job));
    running.add(job);
  }
  await Promise.all(running);

  dropDue(state);
  let stored = 0;
  for (const { key, value, size } of loaded.sort((a, b) => a.place - b.place)) {
    const fits = state.nodes.size < state.maxEntries && state.weight + size <= state.maxSize;
    if (!fits || state.nodes.has(key)) continue;
    add(state, makeNode(state, key, value, size, state.ttlMs), state.order);
    stored++;
  }
  return { stored, skipped: present + loaded.length - stored, failed };
}

export class OptimizedMetadataCache {
  readonly #state: State;

  constructor(options: CacheOptions = {}) {
    this.#state = create(options);
  }

  get size(): number {
    dropDue(this.#state);
    return this.#state.nodes.size;
  }

  get currentSize(): number {
    dropDue(this.#state);
    return this.#state.weight;
  }

  get<T>(key: string, factory: () => T): T {
    const state = this.#state;
    const node = find(state, key);
    if (!node) {
      state.misses++;
      const value = factory();
      put(state, key, value, state.ttlMs);
      return value;
    }
    state.hits++;
    node.uses++;
    node.usedAt = state.now();
    cut(node);
    insert(node, state.order.older);
    return node.value as T;
  }

  set<T>(key: string, value: T, { ttlMs = this.#state.ttlMs }: EntryOptions = {}): boolean {
    return put(this.#state, key, value, ttlMs);
  }

  has(key: string): boolean {
    return find(this.#state, key) !== undefined;
  }

  peek<T>(key: string): T | undefined {
    return find(this.#state, key)?.value as T | undefined;
  }

  delete(key: string): boolean {
    const node = find(this.#state, key);
    if (node) remove(this.#state, node);
    return node !== undefined;
  }

  clear(): void {
    for (const node of this.#state.nodes.values()) remove(this.#state, node);
  }

  evictLRU(): boolean {
    return evict(this.#state);
  }

  cleanup(): number {
    return dropDue(this.#state);
  }

  entry(key: string): EntryInfo | undefined {
    const node = find(this.#state, key);
    return node && { hits: node.uses, createdAt: node.bornAt, lastAccessedAt: node.usedAt, size: node.size };
  }

  stats(): CacheStats {
    const { hits, misses, evictions, expirations } = this.#state;
    return { hits, misses, evictions, expirations, hitRatio: hits / (hits + misses || 1) };
  }

  resetStats(): void {
    Object.assign(this.#state, { hits: 0, misses: 0, evictions: 0, expirations: 0 });
  }

  warm(source: Source, { concurrency = 8 }: WarmOptions = {}): Promise<WarmReport> {
    return load(this.#state, source, concurrency);
  }
}

// ---- The decorator --------------------------------------------------------------------------------------

interface Kept {
  readonly member: string | symbol;
  readonly cache: OptimizedMetadataCache;
}

const keptFor = new WeakMap<object, Kept[]>();

export function cached({ keyOf = keyOfPrimitives, ...options }: CachedOptions = {}) {
  return function <This extends object, Args extends unknown[], Result>(
    original: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This> | ClassGetterDecoratorContext<This>,
  ): (this: This, ...args: Args) => Result {
    const { kind, name, static: isStatic, metadata } = context;
    const inherited = metadata[CACHED] as readonly CachedMember[] | undefined;
    metadata[CACHED] = (inherited ?? []).concat({ name, kind, static: isStatic });

    const caches = new WeakMap<object, OptimizedMetadataCache>();
    const cacheOf = (target: object): OptimizedMetadataCache => {
      const cache = new OptimizedMetadataCache(options);
      caches.set(target, cache);
      keptFor.set(target, [...(keptFor.get(target) ?? []), { member: name, cache }]);
      return cache;
    };
    return function (...args) {
      return (caches.get(this) ?? cacheOf(this)).get(keyOf(...args), () => original.call(this, ...args));
    };
  };
}

/** Each argument by its type, its length and its text: nothing needs to be escaped. */
function keyOfPrimitives(...args: unknown[]): string {
  let key = '';
  for (const arg of args) {
    if (typeof arg === 'function' || typeof arg === 'symbol' || Object(arg) === arg) {
      throw new TypeError(`no key for the argument ${String(arg)}`);
    }
    const text = Object.is(arg, -0) ? '-0' : String(arg);
    key += `${arg === null ? 'null' : typeof arg}:${text.length}:${text}`;
  }
  return key;
}

export function invalidateCached(target: object, member?: string | symbol): void {
  const kept = keptFor.get(target) ?? [];
  for (const { cache } of kept.filter((one) => member === undefined || one.member === member)) cache.clear();
}

export function cachedMembers(target: abstract new (...args: never[]) => unknown): readonly CachedMember[] {
  return (target[Symbol.metadata]?.[CACHED] as readonly CachedMember[] | undefined) ?? [];
}
