// Who may load what, and when, and what is kept of it: the loader but for its callers.

import { bring, type Pace } from './attempts.ts';
import { Entries, type Entry, Kept, makeDependantsDue, NONE, reach, type Recipe } from './entries.ts';
import { Load, Unmet } from './load.ts';
import {
  DependencyCycleError,
  type LoaderOptions,
  type Milliseconds,
  MissingLoaderError,
} from './options.ts';
import { afterFailure, dueNow, FOR_EVER, leaseEndOf, lifeOf, notDueBefore } from './policy.ts';

export interface LoadsOptions {
  readonly pace: Pace;
  readonly now: () => Milliseconds;
  readonly onRefreshError: LoaderOptions['onRefreshError'];
}

/**
 * The life of a load:
 *
 *     board → grant → open → run → keep, or fail, or be left
 *
 * No loader, no listener and no other code of strangers is called while entries are changing: loaders are
 * when everything is open, and what there is to tell is told a turn later.
 */
export class Loads {
  readonly entries = new Entries();
  readonly #pace: Pace;
  readonly #now: () => Milliseconds;
  readonly #onRefreshError: LoaderOptions['onRefreshError'];

  constructor({ pace, now, onRefreshError }: LoadsOptions) {
    this.#pace = pace;
    this.#now = now;
    this.#onRefreshError = onRefreshError;
  }

  // ---- Asking -------------------------------------------------------------------------------------------

  // #region atOnce
  /**
   * The promise for a caller who will wait as long as it takes, if it is there and nothing has to be decided;
   * then the caller counts as waiting. Makes nothing.
   */
  atOnce(key: string): Promise<unknown> | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    const { kept, lease } = entry;
    if (kept !== undefined) return this.#isFresh(kept) ? kept.promise : undefined;
    if (lease === undefined || lease.promise === undefined || this.#hasEnded(lease)) return undefined;
    lease.waiters++;
    return lease.promise;
  }
  // #endregion atOnce

  /**
   * The value that is kept for `key`, or the load of it, which is begun if need be. Whoever gets a load
   * counts as waiting for it until they {@link leave}.
   *
   * @param given how to load it, in place of what is registered
   * @throws MissingLoaderError if it has to be loaded and nobody has said how
   */
  board(key: string, given: Recipe | undefined): Kept | Load {
    const entry = this.entries.get(key);
    const recipe = given ?? entry?.recipe;
    const found = entry && this.#find(entry, recipe, false);
    if (found !== undefined) {
      if (found instanceof Load) found.waiters++;
      return found;
    }
    if (recipe === undefined) throw new MissingLoaderError(key);
    // An entry that has lost an ended lease just now may be bare, and thus no longer in the map.
    const home = entry === undefined || entry.isBare ? this.entries.add(key) : entry;
    const load = this.#grant(home, recipe, false);
    this.#start(load);
    return load;
  }

  /**
   * To be called when somebody waits no longer. With the last the load is given up, and what only it waited
   * for.
   */
  leave(load: Load): void {
    const left = [load];
    for (const each of left) {
      each.waiters--;
      if (each.waiters > 0 || each.isOver) continue;
      each.isOver = true;
      this.#release(each);
      each.cancelPause?.();
      queueMicrotask(() => each.abort());
      for (const need of each.needs) if (need instanceof Load) left.push(need);
    }
  }

  /** Whether there is a value that may be given out. */
  has(key: string): boolean {
    const kept = this.entries.get(key)?.kept;
    return kept !== undefined && (kept.life === FOR_EVER || this.#now() < kept.life.expiresAt);
  }

  // ---- Saying, forgetting, telling ----------------------------------------------------------------------

  register(key: string, recipe: Recipe): void {
    this.entries.of(key).recipe = recipe;
  }

  /** Forgets `key` and all that is made from it, and returns the keys of what there was to forget. */
  invalidate(key: string): string[] {
    const entry = this.entries.get(key);
    if (entry === undefined) return [];
    const forgotten: string[] = [];
    for (const each of reach(entry)) {
      const { kept, lease } = each;
      if (kept !== undefined || lease !== undefined) forgotten.push(each.key);
      each.kept = undefined;
      if (lease !== undefined) this.#revoke(lease);
      if (kept !== undefined) this.entries.unlink(each, kept.sources);
      this.entries.tidy(each);
    }
    return forgotten;
  }

  /** Whether the next use of an entry with a value would find it as it should be. */
  isFresh(entry: Entry): boolean {
    return entry.kept !== undefined && this.#isFresh(entry.kept);
  }

  // ---- Leases -------------------------------------------------------------------------------------------

  /**
   * What an entry has to offer: a value that may be given out, or the load that holds the lease.
   *
   * @param isPatient whether a value that is due is not good enough, if it can be loaded
   */
  #find(entry: Entry, recipe: Recipe | undefined, isPatient: boolean): Kept | Load | undefined {
    const { kept } = entry;
    if (kept !== undefined) {
      if (this.#isFresh(kept)) return kept;
      const now = this.#now();
      if (now < kept.life.expiresAt && !(isPatient && recipe !== undefined)) {
        if (recipe !== undefined) this.#refresh(kept, recipe, now);
        return kept;
      }
    }
    return this.#holder(entry);
  }

  /** The load that holds the lease of an entry. One whose lease has ended loses it. */
  #holder({ lease }: Entry): Load | undefined {
    if (lease === undefined || !this.#hasEnded(lease)) return lease;
    this.#revoke(lease);
    return undefined;
  }

  // #region refresh
  /** Loads a value that is due once more, a turn later and behind the back of its caller. */
  #refresh(kept: Kept, recipe: Recipe, now: Milliseconds): void {
    const { entry } = kept;
    // Whoever asks meanwhile finds it in order, unless the refresh takes longer than its lease.
    kept.life = notDueBefore(now + recipe.policy.leaseMs, kept.life);
    queueMicrotask(() => {
      if (entry.kept !== kept || this.#holder(entry) !== undefined) return;
      const load = this.#grant(entry, recipe, true);
      this.#start(load);
      load.outcome.catch((error: unknown) => {
        if (load.waiters > 0) this.#onRefreshError?.(entry.key, error);
      });
    });
  }
  // #endregion refresh

  #grant(entry: Entry, recipe: Recipe, isRefresh: boolean): Load {
    const load = new Load(entry, recipe, isRefresh);
    entry.lease = load;
    return load;
  }

  /**
   * Takes the lease from a load whose value will not be wanted, and from those that wait for it: they go on
   * for their callers, but what they bring is made from a value that the graph does not know.
   */
  #revoke(load: Load): void {
    const revoked = [load];
    for (const each of revoked) {
      if (each.entry.lease !== each) continue;
      for (const { lease } of each.entry.dependants ?? NONE) {
        if (lease?.needs.includes(each)) revoked.push(lease);
      }
      this.#release(each);
      if (each.isRefresh) this.leave(each);
    }
  }

  /** Leaves an entry without a load, and tidied unless it is about to get another. */
  #release(load: Load): void {
    const { entry } = load;
    if (entry.lease !== load) return;
    entry.lease = undefined;
    if (entry.kept !== undefined) entry.kept.life = dueNow(entry.kept.life); // what was to refresh it won't
    this.entries.unlink(entry, load.sources);
    this.entries.tidy(entry);
  }

  #hasEnded(lease: Load): boolean {
    return lease.leaseEndsAt !== undefined && this.#now() >= lease.leaseEndsAt;
  }

  #isFresh({ life }: Kept): boolean {
    return life === FOR_EVER || this.#now() < life.dueAt;
  }

  // ---- Opening ------------------------------------------------------------------------------------------

  #start(load: Load): void {
    if (load.deps.length === 0) this.#run(load);
    else for (const opened of this.#open(load)) this.#run(opened);
  }

  // #region open
  /**
   * Finds what `root` needs, and what that needs, and grants a load where nothing is there: depth first, on a
   * path of its own instead of by recursion, so that a chain may be as long as it likes.
   *
   * A load that is found on its way has all its needs, and they theirs, unless it is on the path: then, and
   * only then, there is a cycle. No loader has been called by then, so none of the cycle will be.
   *
   * @returns the loads that were granted, each after those that it needs
   */
  #open(root: Load): Load[] {
    const opened: Load[] = [];
    const path = [root];
    for (let load: Load | undefined = root; load !== undefined; load = path.at(-1)) {
      if (!load.isOpening) {
        opened.push(load);
        path.pop();
        path.at(-1)?.add(load);
        continue;
      }
      const dep = load.deps[load.needs.length]!;
      const entry = this.entries.get(dep);
      const found = entry && this.#find(entry, entry.recipe, root.isRefresh);
      if (found === undefined) {
        if (entry?.recipe !== undefined) path.push(this.#grant(entry, entry.recipe, false));
        else this.#miss(load, dep);
      } else if (found instanceof Load && found.isOpening) {
        load.add(new Unmet(found.entry, new DependencyCycleError(cycleOf(path, found))));
      } else {
        if (found instanceof Load) found.waiters++;
        load.add(found);
      }
    }
    return opened;
  }
  // #endregion open

  /** Nobody has said how to load `dep`. */
  #miss(load: Load, dep: string): void {
    const entry = this.entries.of(dep);
    load.add(new Unmet(entry, new MissingLoaderError(dep)));
    this.entries.tidy(entry); // if the load has lost its lease, nothing leads to it
  }

  // ---- Running ------------------------------------------------------------------------------------------

  /**
   * Gives a load its promise. Its callers share it, so they hear of the end when the entry has, and not
   * before.
   */
  #run(load: Load): void {
    load.leaseEndsAt = leaseEndOf(load.policy, this.#now);
    const brought =
      load.needs.length === 0
        ? bring(load, NONE, this.#pace)
        : load.gather().then((values) => bring(load, values, this.#pace));
    load.promise = brought.then(
      (value) => this.#keep(load, value),
      (error: unknown) => this.#fail(load, error),
    );
  }

  // ---- Ending -------------------------------------------------------------------------------------------

  // #region keep
  /** Hands the value on, and keeps it if the load still holds the lease. */
  #keep(load: Load, value: unknown): unknown {
    load.isOver = true;
    const { entry } = load;
    if (entry.lease !== load) return value;
    entry.lease = undefined;

    const former = entry.kept;
    const isSame = former !== undefined && Object.is(former.value, value);
    if (isSame) load.promise = former.promise; // no other version
    const life = lifeOf(load.policy, this.#now);
    entry.kept = new Kept(entry, load.promise!, value, load.sources, load.isOutdated ? dueNow(life) : life);
    if (former !== undefined) {
      this.entries.unlink(entry, former.sources);
      if (!isSame) makeDependantsDue(entry);
    }
    return value;
  }
  // #endregion keep

  #fail(load: Load, error: unknown): never {
    load.isOver = true;
    const { entry, policy } = load;
    if (entry.lease === load) {
      this.#release(load);
      const { kept } = entry;
      if (kept !== undefined) kept.life = afterFailure(kept.life, this.#now(), this.#pace.random(), policy);
    }
    throw error;
  }
}

/** Once around: from the load on the path that was found again, to itself. */
function cycleOf(path: readonly Load[], found: Load): string[] {
  return [...path.slice(path.indexOf(found)), found].map(({ entry }) => entry.key);
}
