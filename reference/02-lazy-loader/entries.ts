// What is known of each key: how to load it, the value that is kept, the load that may replace it, and who
// depends on it.

import type { Load } from './load.ts';
import type { Loader } from './options.ts';
import { dueNow, type Life, type Policy } from './policy.ts';

export const NONE: readonly never[] = Object.freeze([]);

/** How a key is loaded. */
export interface Recipe {
  readonly loader: Loader<unknown>;
  readonly deps: readonly string[];
  readonly policy: Policy;
}

/** A value that was loaded. */
export class Kept {
  readonly entry: Entry;
  /**
   * Resolved, and what every caller is given, so that a hit makes no promise. It is the version of the value,
   * too: another promise, another value.
   */
  readonly promise: Promise<unknown>;
  readonly value: unknown;
  /** What it was made from. */
  readonly sources: readonly Entry[];
  life: Life;

  constructor(
    entry: Entry,
    promise: Promise<unknown>,
    value: unknown,
    sources: readonly Entry[],
    life: Life,
  ) {
    this.entry = entry;
    this.promise = promise;
    this.value = value;
    this.sources = sources;
    this.life = life;
  }
}

/**
 * A key, and a node of the graph.
 *
 * Edges lead from entry to entry, not from value to value, so they outlast a value that is replaced. `a` is
 * among the dependants of `b` if and only if `b` is among the sources of `a`.
 */
export class Entry {
  readonly key: string;
  /** What was registered last. */
  recipe: Recipe | undefined;
  kept: Kept | undefined;
  /**
   * The only load that may write {@link kept}: the object is its own token. It is of this entry, and not
   * over.
   */
  lease: Load | undefined;
  /** Made with the first, and not given up with the last. */
  dependants: Set<Entry> | undefined;

  constructor(key: string) {
    this.key = key;
  }

  /**
   * What its value was made from, together with what its load needs: while it is being refreshed, they may
   * differ.
   */
  get sources(): Set<Entry> {
    return new Set([...(this.kept?.sources ?? NONE), ...(this.lease?.sources ?? NONE)]);
  }

  /** Whether nothing is known of it, and nobody depends on it. */
  get isBare(): boolean {
    if (this.recipe !== undefined || this.kept !== undefined || this.lease !== undefined) return false;
    return this.dependants === undefined || this.dependants.size === 0;
  }
}

/** All entries by key. */
export class Entries {
  /** Each under its own key, and none that is bare, but for one that is about to be given something. */
  readonly #byKey = new Map<string, Entry>();

  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  /**
   * The entry of `key`, which is made if need be. It is then to be given something, or {@link tidy tidied}.
   */
  of(key: string): Entry {
    return this.#byKey.get(key) ?? this.add(key);
  }

  /** An entry for a key that has none. */
  add(key: string): Entry {
    const entry = new Entry(key);
    this.#byKey.set(key, entry);
    return entry;
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#byKey.values();
  }

  /** Takes away the edges to `former` sources, but for those that what is left of `entry` comes from. */
  unlink(entry: Entry, former: readonly Entry[]): void {
    if (former.length === 0) return;
    const { sources } = entry;
    for (const source of former) {
      if (sources.has(source)) continue;
      source.dependants?.delete(entry);
      this.tidy(source);
    }
  }

  tidy(entry: Entry): void {
    if (entry.isBare && this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
  }
}

/** `entry` and all that was made from it, however indirectly. O(what is reached, and the edges between). */
export function reach(entry: Entry): Set<Entry> {
  const reached = new Set([entry]);
  for (const { dependants } of reached) {
    if (dependants === undefined) continue;
    for (const dependant of dependants) reached.add(dependant); // and the outer loop comes to it
  }
  return reached;
}

/** What was made from a value that has changed is given out once more, and refreshed. */
export function makeDependantsDue(entry: Entry): void {
  for (const { kept } of reach(entry)) {
    if (kept !== undefined && kept !== entry.kept) kept.life = dueNow(kept.life);
  }
}
