// What is known of one key: how to load it, the value that is kept, the load that may replace it, and who depends on it.

import type { LoadContext, Loader, Milliseconds } from './options.ts';
import type { Life, Policy } from './policy.ts';

/** How a key is loaded. */
export interface Recipe {
  readonly loader: Loader<unknown>;
  readonly deps: readonly string[];
  readonly policy: Policy;
}

export const NONE: readonly never[] = Object.freeze([]);

/**
 * A key, and a node of the graph. Its edges lead to entries and not to values, so they outlast a value that is replaced:
 * `a` is among the dependants of `b` if and only if `b` is among what `a`'s value, or its load, is made from.
 *
 * What nothing is known of has no entry: one that {@link isBare} is in no map.
 */
export class Entry {
  readonly key: string;
  /** What was registered last. */
  recipe: Recipe | undefined;
  kept: Kept | undefined;
  /**
   * The load that may write {@link kept}, and the only one: the object itself is the token that memcached [1] makes
   * of 64 bits. Not over, and of this entry.
   */
  lease: Load | undefined;
  /** Made with the first. */
  dependants: Set<Entry> | undefined;

  constructor(key: string) {
    this.key = key;
  }

  get isBare(): boolean {
    if (this.recipe !== undefined || this.kept !== undefined || this.lease !== undefined) return false;
    return this.dependants === undefined || this.dependants.size === 0;
  }

  /** What it is made from. An entry that is being refreshed depends on what its value came from, and on what the load needs. */
  get sources(): Set<Entry> {
    return new Set([...(this.kept?.sources ?? NONE), ...(this.lease?.sources ?? NONE)]);
  }
}

/** A value that was loaded. */
export class Kept {
  readonly entry: Entry;
  /**
   * Resolved: what a caller is given, so that a hit makes no promise. It is also the version of the value: another
   * promise, another value.
   */
  readonly promise: Promise<unknown>;
  readonly value: unknown;
  readonly sources: readonly Entry[];
  life: Life;

  constructor(entry: Entry, promise: Promise<unknown>, value: unknown, sources: readonly Entry[], life: Life) {
    this.entry = entry;
    this.promise = promise;
    this.value = value;
    this.sources = sources;
    this.life = life;
  }
}

/** A load that is on its way, or over: it has ended, or was given up. */
export class Load {
  readonly entry: Entry;
  readonly loader: Loader<unknown>;
  readonly policy: Policy;
  /** A copy: whoever wrote the recipe may write on. */
  readonly deps: readonly string[];
  /** What it is given for each of {@link deps}, in their order; complete before the loader is called. */
  readonly needs: Need[];
  /** Nobody waits for a refresh, so a refresh waits for those of what it depends on. */
  readonly isRefresh: boolean;
  /** `undefined`: never. Set when the load begins to run, so that no lease ends while its graph is being opened. */
  leaseEndsAt: Milliseconds | undefined;
  /**
   * Callers, loads that need this one, and for a refresh the loader itself. Who can't leave is never subtracted.
   * When it comes to 0 the load is given up.
   */
  waiters = 1;
  isOver = false;
  /** Set when the loader has returned: see {@link outcome}. */
  promise: Promise<unknown> | undefined;
  /** While it pauses between two attempts. */
  cancelPause: (() => void) | undefined;
  #controller: AbortController | undefined;

  constructor(entry: Entry, recipe: Recipe, isRefresh: boolean) {
    this.entry = entry;
    this.loader = recipe.loader;
    this.policy = recipe.policy;
    this.deps = recipe.deps.length === 0 ? NONE : [...recipe.deps];
    this.needs = recipe.deps.length === 0 ? (NONE as never[]) : [];
    this.isRefresh = isRefresh;
  }

  /** What it brings. There is no promise yet for those whom a loader calls before it has returned: theirs comes a turn later. */
  get outcome(): Promise<unknown> {
    return this.promise ?? Promise.resolve().then(() => this.outcome);
  }

  get sources(): readonly Entry[] {
    return this.needs.length === 0 ? NONE : this.needs.map(({ entry }) => entry);
  }

  /** What is in the middle of the search for what it needs; two such are on the path from one to the other. */
  get isOpening(): boolean {
    return this.needs.length < this.deps.length;
  }

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  abort(): void {
    (this.#controller ??= new AbortController()).abort();
  }
}

/** What stands for a dependency that cannot be had. */
export class Unmet {
  readonly entry: Entry;
  readonly error: Error;

  constructor(entry: Entry, error: Error) {
    this.entry = entry;
    this.error = error;
  }
}

/** What a load is given for one of its dependencies. */
export type Need = Kept | Load | Unmet;

/** A load's own view of itself. An AbortController costs as much as all the rest of a load, so it is made on demand. */
export class Context implements LoadContext {
  readonly dependencies: readonly unknown[];
  readonly #load: Load;

  constructor(load: Load, dependencies: readonly unknown[]) {
    this.#load = load;
    this.dependencies = dependencies;
  }

  get signal(): AbortSignal {
    return this.#load.signal;
  }
}

// #region reach
/** `entry` and all that was made from it, however indirectly. O(what is reached, and the edges between). */
export function reach(entry: Entry): Set<Entry> {
  const reached = new Set([entry]);
  for (const { dependants } of reached) {
    if (dependants === undefined) continue;
    for (const dependant of dependants) reached.add(dependant); // the loop comes to those, too
  }
  return reached;
}
// #endregion reach
