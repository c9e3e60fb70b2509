// Where the entries are: a number for each, and a column for each thing that is known of them.

import type { Milliseconds } from './options.ts';
import { Deadlines } from './time.ts';

/** Integers from 0 for as long as they fit, then any number; see {@link admitting}. */
export type Column = Uint16Array | Uint32Array | Float64Array;

/** Slots 0 and 1 hold no entry: they head the queues of the policies. 0 also means "no slot". */
export const RESERVED_SLOTS = 2;

const FIRST_CAPACITY = 16;

export interface SlotsOptions {
  readonly maxEntries: number;
  /** The lifetime of an entry that is given no other. */
  readonly ttlMs: Milliseconds;
  readonly isWeighed: boolean;
  /** Told of each new capacity: slot numbers are below it. */
  readonly onGrow?: (capacity: number) => void;
}

/**
 * A structure of arrays. An entry is a slot, which is a number, and what is known of it stands at that
 * place in one array for each property. No entry is an object, so none has a header, none is traced by the
 * garbage collector beyond its key and its value, and a column that nobody needs is not there.
 *
 * Stores, finds and removes; who should go is not decided here.
 */
export class Slots {
  /** Exactly the keys that are in {@link keys}, each with its place there. */
  readonly index = new Map<string, number>();
  /** `undefined` in a slot that is free. */
  keys: (string | undefined)[] = [];
  /** In a free slot, the next free slot: so the free list needs no room, and no removed value is held. */
  values: unknown[] = [];
  hits: Column = new Uint16Array(0);
  /** With the lifetime it makes the deadline, which therefore needs no column. */
  createdAt: Column = new Uint32Array(0);
  usedAt: Column = new Uint32Array(0);
  /** 0 in a slot that is free. */
  sizes: Column | undefined;
  /** The sum of {@link sizes}. */
  totalSize = 0;
  /** Lifetimes, from the first on that differs from the common one. */
  ttls: Float64Array | undefined;
  /** For how long after the deadline a value may still be served, from the first that may on. */
  staleMs: Float64Array | undefined;
  readonly deadlines = new Deadlines((slot) => this.deadline(slot));
  maxEntries: number;

  readonly #onGrow: SlotsOptions['onGrow'];
  readonly #ttlMs: Milliseconds;
  #capacity = 0;
  #firstFree = 0;
  /** From here on no slot was ever used. */
  #firstUnused = RESERVED_SLOTS;
  /** The instant that {@link createdAt} and {@link usedAt} were last seen to admit. */
  #admitted: Milliseconds = 0;
  /** Whether {@link sizes}, {@link ttls} or {@link staleMs} is there. */
  #hasOptional: boolean;
  /** What {@link hits} admits. */
  #mostHits = 0xffff;

  constructor(options: SlotsOptions) {
    this.maxEntries = options.maxEntries;
    this.#onGrow = options.onGrow;
    this.#ttlMs = options.ttlMs;
    if (options.isWeighed) this.sizes = new Uint32Array(0);
    this.#hasOptional = options.isWeighed;
    this.#grow();
  }

  /** When the entry of `slot` is over; `Infinity` if never, or if the slot is free. */
  deadline(slot: number): Milliseconds {
    if (this.keys[slot] === undefined) return Infinity;
    return this.createdAt[slot]! + (this.ttls === undefined ? this.#ttlMs : this.ttls[slot]!);
  }

  /** A slot for a key that is absent, with `maxEntries` not reached. Its value is to be written next. */
  open(key: string): number {
    let slot = this.#firstFree;
    if (slot !== 0) {
      this.#firstFree = this.values[slot] as number;
    } else {
      if (this.#firstUnused === this.#capacity) this.#grow();
      slot = this.#firstUnused++;
    }
    this.keys[slot] = key;
    this.index.set(key, slot);
    return slot;
  }

  /** Gives the slot of one key to another, which is absent. Its value is to be written next. */
  takeOver(slot: number, key: string): void {
    this.index.delete(this.keys[slot]!);
    this.keys[slot] = key;
    this.index.set(key, slot);
  }

  /** A value, and with it a new life. */
  write(
    slot: number,
    value: unknown,
    size: number,
    now: Milliseconds,
    ttlMs: Milliseconds,
    staleMs: Milliseconds,
  ): void {
    if (now !== this.#admitted) this.#admit(now);
    this.values[slot] = value;
    this.hits[slot] = 0;
    this.createdAt[slot] = now;
    this.usedAt[slot] = now;
    if (ttlMs !== this.#ttlMs || staleMs !== 0 || this.#hasOptional) this.#writeOptional(slot, size, ttlMs, staleMs);
    if (ttlMs !== Infinity) this.deadlines.lower(slot, now + ttlMs);
  }

  /** Notes that the entry of `slot` answered a call. */
  use(slot: number, now: Milliseconds): void {
    if (now !== this.#admitted) this.#admit(now);
    this.usedAt[slot] = now;
    const hits = this.hits[slot]! + 1;
    if (hits > this.#mostHits) this.#admitHits(hits);
    this.hits[slot] = hits;
  }

  remove(slot: number): void {
    this.index.delete(this.keys[slot]!);
    if (this.sizes !== undefined) this.#setSize(slot, 0);
    this.keys[slot] = undefined;
    this.values[slot] = this.#firstFree;
    this.#firstFree = slot;
  }

  /** Throws if the index, the free list or the sum of the sizes is not what it should be. @internal */
  check(): void {
    const taken = this.keys.flatMap((key, slot) => (key === undefined ? [] : [slot]));
    for (const slot of taken) {
      if (this.index.get(this.keys[slot]!) !== slot) throw new Error(`the index misses slot ${slot}`);
    }
    if (taken.length !== this.index.size) throw new Error('the index holds more than is there');
    let free = 0;
    for (let slot = this.#firstFree; slot !== 0; slot = this.values[slot] as number, free++) {
      if (this.keys[slot] !== undefined) throw new Error(`slot ${slot} is free and taken`);
    }
    if (RESERVED_SLOTS + taken.length + free !== this.#firstUnused) throw new Error('a slot is lost');
    const sum = taken.reduce((sum, slot) => sum + (this.sizes?.[slot] ?? 0), 0);
    if (sum !== this.totalSize) throw new Error(`the sizes are ${sum} together, not ${this.totalSize}`);
    this.deadlines.check();
  }

  #setSize(slot: number, size: number): void {
    this.sizes = admitting(this.sizes!, size);
    this.totalSize += size - this.sizes[slot]!;
    this.sizes[slot] = size;
  }

  /** The columns that are there, and those that are needed from now on. */
  #writeOptional(slot: number, size: number, ttlMs: Milliseconds, staleMs: Milliseconds): void {
    if (this.sizes !== undefined) this.#setSize(slot, size);
    if (ttlMs !== this.#ttlMs) this.ttls ??= new Float64Array(this.#capacity).fill(this.#ttlMs);
    if (this.ttls !== undefined) this.ttls[slot] = ttlMs;
    if (staleMs !== 0) this.staleMs ??= new Float64Array(this.#capacity);
    if (this.staleMs !== undefined) this.staleMs[slot] = staleMs;
    this.#hasOptional = true;
  }

  #admit(now: Milliseconds): void {
    this.#admitted = now;
    this.createdAt = admitting(this.createdAt, now);
    this.usedAt = admitting(this.usedAt, now);
  }

  #admitHits(hits: number): void {
    this.hits = admitting(this.hits, hits);
    this.#mostHits = this.hits instanceof Uint32Array ? 0xffff_ffff : Number.MAX_SAFE_INTEGER;
  }

  /** Doubles the capacity, at most to what `maxEntries` asks for. O(capacity), so O(1) an entry. */
  #grow(): void {
    const capacity = Math.min(Math.max(2 * this.#capacity, FIRST_CAPACITY), this.maxEntries + RESERVED_SLOTS);
    this.#capacity = capacity;
    this.keys = listOf(capacity, this.keys, undefined);
    this.values = listOf(capacity, this.values, undefined);
    this.hits = lengthened(this.hits, capacity);
    this.createdAt = lengthened(this.createdAt, capacity);
    this.usedAt = lengthened(this.usedAt, capacity);
    this.sizes &&= lengthened(this.sizes, capacity);
    this.ttls &&= lengthened(this.ttls, capacity);
    this.staleMs &&= lengthened(this.staleMs, capacity);
    this.deadlines.grow(capacity);
    this.#onGrow?.(capacity);
  }
}

// #region admitting
/** `column`, or a copy of it that is wide enough for `value` to be read as it was written. */
export function admitting(column: Column, value: number): Column {
  column[0] = value; // slot 0 is nobody's
  if (column[0] === value || column instanceof Float64Array) return column;
  const Wider = column instanceof Uint16Array ? Uint32Array : Float64Array;
  return admitting(Wider.from(column), value);
}
// #endregion admitting

export function lengthened<A extends Column | Uint8Array | Int32Array>(array: A, length: number): A {
  const copy = new (array.constructor as new (length: number) => A)(length);
  copy.set(array);
  return copy;
}

/** An array of just that length: one that is pushed to keeps up to half as much again in reserve. */
function listOf<T>(length: number, beginning: readonly T[], filler: T): T[] {
  const list = new Array<T>(length).fill(filler);
  for (let i = 0; i < beginning.length; i++) list[i] = beginning[i]!;
  return list;
}
