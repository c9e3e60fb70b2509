// One load: what it needs, and who waits for it.

import { type Entry, Kept, NONE, type Recipe } from './entries.ts';
import { DependencyCycleError, DependencyError, type Loader, type Milliseconds } from './options.ts';
import type { Policy } from './policy.ts';

/** A dependency that cannot be had. */
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

/** A load that is on its way, or over: it has ended, or was given up. */
export class Load {
  readonly entry: Entry;
  readonly loader: Loader<unknown>;
  readonly policy: Policy;
  /** A copy: whoever wrote the recipe may go on writing. */
  readonly deps: readonly string[];
  /** One for each of {@link deps}, in their order; complete before any loader is called. */
  readonly needs: Need[];
  /** Nobody waits for a refresh, so it has the time to wait for those of its dependencies. */
  readonly isRefresh: boolean;
  /**
   * `undefined`: never. Set when the load begins to run, so that no lease ends while its needs are searched
   * for.
   */
  leaseEndsAt: Milliseconds | undefined;
  /**
   * Callers, loads that need this one, and for a refresh the loader itself: whoever asked is the first. Who
   * waits as long as it takes is never subtracted. With the last of them it is given up.
   */
  waiters = 1;
  isOver = false;
  /** Set when the loader has returned: see {@link outcome}. */
  promise: Promise<unknown> | undefined;
  /** Of the pause between two attempts, if there was one. */
  cancelPause: (() => void) | undefined;
  #controller: AbortController | undefined;

  constructor(entry: Entry, { loader, deps, policy }: Recipe, isRefresh: boolean) {
    this.entry = entry;
    this.loader = loader;
    this.policy = policy;
    this.deps = deps.length === 0 ? NONE : [...deps];
    this.needs = deps.length === 0 ? (NONE as never[]) : [];
    this.isRefresh = isRefresh;
  }

  /**
   * What it brings. Before its loader has returned there is no promise: whoever asks from within a loader
   * gets one that follows a turn later.
   */
  get outcome(): Promise<unknown> {
    return this.promise ?? Promise.resolve().then(() => this.outcome);
  }

  get sources(): readonly Entry[] {
    return this.needs.length === 0 ? NONE : this.needs.map(({ entry }) => entry);
  }

  /** Whether some of its needs have not been found yet. */
  get isOpening(): boolean {
    return this.needs.length < this.deps.length;
  }

  /** Whether some of what it was given is no longer what its dependencies have. */
  get isOutdated(): boolean {
    return this.needs.some((need) => !(need instanceof Unmet) && need.promise !== need.entry.kept?.promise);
  }

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  abort(): void {
    (this.#controller ??= new AbortController()).abort();
  }

  /** Takes `need` for the next of its dependencies; the graph hears of it if the load has the lease. */
  add(need: Need): void {
    this.needs.push(need);
    if (this.entry.lease === this) (need.entry.dependants ??= new Set()).add(this.entry);
  }

  /** The values of its dependencies, or the first failure among them, as its own. */
  gather(): Promise<readonly unknown[]> {
    return Promise.all(this.needs.map((need) => (need instanceof Kept ? need.value : this.#valueOf(need))));
  }

  async #valueOf(need: Load | Unmet): Promise<unknown> {
    try {
      if (need instanceof Unmet) throw need.error;
      return await need.outcome;
    } catch (error) {
      throw failureOf(this.entry.key, need.entry.key, error);
    }
  }
}

/** The failure of `key` whose dependency `dep` has failed with `error`. */
function failureOf(key: string, dep: string, error: unknown): Error {
  if (error instanceof DependencyCycleError) return error;
  if (error instanceof DependencyError) return new DependencyError([key, ...error.path], error.cause);
  return new DependencyError([key, dep], error);
}
