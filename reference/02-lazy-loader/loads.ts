// Who may load what, when, and what is kept of it: the loader without its callers.

import { Context, Entry, Kept, Load, type Need, NONE, reach, type Recipe, Unmet } from './entry.ts';
import type { GraphNode } from './graph.ts';
import {
  DependencyCycleError,
  DependencyError,
  type Loader,
  type LoaderOptions,
  type Milliseconds,
  MissingLoaderError,
  type Schedule,
} from './options.ts';
import { afterFailure, backoff, dueNow, FOR_EVER, leaseEndOf, lifeOf, notDueBefore } from './policy.ts';

export interface LoadsOptions {
  readonly schedule: Schedule;
  readonly now: () => Milliseconds;
  readonly random: () => number;
  readonly onRefreshError: LoaderOptions['onRefreshError'];
}

/**
 * The entries, and the life of a load:
 *
 *     board → grant → open → run → keep | fail | give up
 *
 * No code of others is called while an entry, or the graph, is being changed: loaders run when all is open, and what
 * is to be told is told a turn later.
 */
export class Loads {
  /** Each under its key, and none that is bare. */
  readonly #entries = new Map<string, Entry>();
  readonly #schedule: Schedule;
  readonly #now: () => Milliseconds;
  readonly #random: () => number;
  readonly #onRefreshError: LoaderOptions['onRefreshError'];

  constructor({ schedule, now, random, onRefreshError }: LoadsOptions) {
    this.#schedule = schedule;
    this.#now = now;
    this.#random = random;
    this.#onRefreshError = onRefreshError;
  }

  // ---- Asking ----------------------------------------------------------------------------------------------

  // #region atOnce
  /**
   * The promise for somebody who will not leave, if there is one and nothing has to be decided. Makes nothing.
   * Whoever gets it counts as waiting.
   */
  atOnce(key: string): Promise<unknown> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { kept, lease } = entry;
    if (kept !== undefined) {
      return kept.life === FOR_EVER || this.#now() < kept.life.dueAt ? kept.promise : undefined;
    }
    if (lease === undefined || lease.promise === undefined || this.#hasEnded(lease)) return undefined;
    lease.waiters++;
    return lease.promise;
  }
  // #endregion atOnce

  /**
   * The value that is kept for `key`, or the load of it, which is begun if need be. Whoever gets a load counts as
   * waiting for it, until they {@link leave}.
   *
   * @param given how to load it, in place of what is registered
   * @throws MissingLoaderError if it has to be loaded and nobody has said how
   */
  board(key: string, given?: Recipe): Kept | Load {
    const entry = this.#entries.get(key);
    const recipe = given ?? entry?.recipe;
    const found = entry && this.#find(entry, recipe, false);
    if (found !== undefined) {
      if (found instanceof Load) found.waiters++;
      return found;
    }
    if (recipe === undefined) throw new MissingLoaderError(key);
    return this.#start(this.#grant(entry ?? this.#enter(key), recipe, false));
  }

  /** Whether there is a value that may be given out. */
  has(key: string): boolean {
    const kept = this.#entries.get(key)?.kept;
    return kept !== undefined && (kept.life === FOR_EVER || this.#now() < kept.life.expiresAt);
  }

  /** To be called by whoever waits no longer. The load is given up with the last, and with it what only it waited for. */
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

  // ---- Saying and forgetting -------------------------------------------------------------------------------

  register(key: string, recipe: Recipe): void {
    (this.#entries.get(key) ?? this.#enter(key)).recipe = recipe;
  }

  /** Forgets what is kept, or being loaded, for `key` and for all that is made from it, and returns those keys. */
  invalidate(key: string): string[] {
    const entry = this.#entries.get(key);
    if (entry === undefined) return [];
    const forgotten: string[] = [];
    for (const each of reach(entry)) {
      const { kept, lease } = each;
      if (kept !== undefined || lease !== undefined) forgotten.push(each.key);
      each.kept = undefined;
      if (lease !== undefined) this.#revoke(lease);
      if (kept !== undefined) this.#unlink(each, kept.sources);
    }
    return forgotten;
  }

  /** The keys, in the order in which they were first heard of, and what each is made from or would be. */
  nodes(): GraphNode[] {
    return Array.from(this.#entries.values(), (entry) => {
      const { key, recipe, kept, lease } = entry;
      const isMade = kept !== undefined || lease !== undefined;
      const deps = isMade ? Array.from(entry.sources, (source) => source.key) : [...new Set(recipe?.deps)];
      return { key, deps, state: this.#stateOf(entry) };
    });
  }

  /** Throws if the entries are not what they should be. @internal */
  check(): void {
    for (const [key, entry] of this.#entries) {
      const { kept, lease, sources, dependants } = entry;
      if (entry.key !== key) throw new Error(`the entry of ${entry.key} stands under ${key}`);
      if (entry.isBare) throw new Error(`the entry of ${key} is bare`);
      if (lease?.isOver) throw new Error(`the load that holds the lease of ${key} is over`);
      if (lease !== undefined && lease.waiters < 1) throw new Error(`nobody waits for the load of ${key}`);
      if (kept !== undefined && kept.life.dueAt > kept.life.expiresAt) throw new Error(`${key} expires before it is due`);
      for (const source of sources) {
        if (this.#entries.get(source.key) !== source) throw new Error(`${key} is made from ${source.key}, which is no entry`);
        if (!source.dependants?.has(entry)) throw new Error(`${source.key} does not know that ${key} is made from it`);
      }
      for (const dependant of dependants ?? NONE) {
        if (!dependant.sources.has(entry)) throw new Error(`${key} takes ${dependant.key} for a dependant`);
      }
    }
  }

  // ---- Beginning -------------------------------------------------------------------------------------------

  /** What there is for `entry`: a value that may be given out, or the load that holds the lease. */
  #find(entry: Entry, recipe: Recipe | undefined, isPatient: boolean): Kept | Load | undefined {
    const { kept } = entry;
    if (kept !== undefined) {
      if (kept.life === FOR_EVER) return kept;
      const now = this.#now();
      if (now < kept.life.dueAt) return kept;
      if (now < kept.life.expiresAt && (!isPatient || recipe === undefined)) {
        if (recipe !== undefined) this.#refresh(kept, recipe, now);
        return kept;
      }
    }
    return this.#holder(entry);
  }

  /** The load that holds the lease; one whose lease has ended loses it. */
  #holder({ lease }: Entry): Load | undefined {
    if (lease === undefined || !this.#hasEnded(lease)) return lease;
    this.#revoke(lease);
    return undefined;
  }

  #hasEnded(lease: Load): boolean {
    return lease.leaseEndsAt !== undefined && this.#now() >= lease.leaseEndsAt;
  }

  // #region refresh
  /** Sees to it that a value that is due is loaded again, a turn later; it is not due again before that has ended. */
  #refresh(kept: Kept, recipe: Recipe, now: Milliseconds): void {
    const { entry } = kept;
    kept.life = notDueBefore(now + recipe.policy.leaseMs, kept.life);
    queueMicrotask(() => {
      if (entry.kept !== kept || this.#holder(entry) !== undefined) return;
      const load = this.#start(this.#grant(entry, recipe, true));
      load.outcome.catch((error: unknown) => {
        if (load.waiters > 0) this.#onRefreshError?.(entry.key, error);
      });
    });
  }
  // #endregion refresh

  #enter(key: string): Entry {
    const entry = new Entry(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** A load for an entry that has none, which somebody waits for already. */
  #grant(entry: Entry, recipe: Recipe, isRefresh: boolean): Load {
    const load = new Load(entry, recipe, isRefresh);
    entry.lease = load;
    return load;
  }

  #start(load: Load): Load {
    if (load.deps.length === 0) this.#run(load);
    else for (const opened of this.#open(load)) this.#run(opened);
    return load;
  }

  // #region open
  /**
   * Finds what `root` needs, and what that needs, and grants a load for whatever is not there. Depth first, on a path
   * of its own and not by recursion, so a chain may be as long as it likes.
   *
   * A load that is found has found all that it needs itself, unless it is on the path: only then is there a cycle. As
   * no loader has been called yet, none of the cycle will be.
   *
   * @returns the loads that were granted, each after those that it needs
   */
  #open(root: Load): Load[] {
    const opened: Load[] = [];
    const path = [root];
    for (let load: Load | undefined = root; load !== undefined; load = path.at(-1)) {
      if (!load.isOpening) {
        path.pop();
        opened.push(load);
        if (path.length > 0) link(path.at(-1)!, load);
        continue;
      }
      const dep = load.deps[load.needs.length]!;
      const entry = this.#entries.get(dep) ?? this.#enter(dep);
      const found = this.#find(entry, entry.recipe, root.isRefresh);
      if (found === undefined) {
        if (entry.recipe !== undefined) path.push(this.#grant(entry, entry.recipe, false));
        else link(load, new Unmet(entry, new MissingLoaderError(dep)));
      } else if (found instanceof Load && found.isOpening) {
        link(load, new Unmet(entry, new DependencyCycleError(cycleOf(path, found))));
      } else {
        if (found instanceof Load) found.waiters++;
        link(load, found);
      }
    }
    return opened;
  }
  // #endregion open

  // ---- Running ---------------------------------------------------------------------------------------------

  // #region run
  /** Gives the load its promise. Callers share it, and hear of the end after the entry has: who asks again finds it changed. */
  #run(load: Load): void {
    load.leaseEndsAt = leaseEndOf(load.policy, this.#now);
    const brought =
      load.needs.length === 0
        ? this.#attempt(load, new Context(load, NONE), 1)
        : gather(load).then((values) => (load.isOver ? NONE : this.#attempt(load, new Context(load, values), 1)));
    load.promise = brought.then(
      (value) => this.#keep(load, value),
      (error: unknown) => this.#fail(load, error),
    );
  }

  #attempt(load: Load, context: Context, attempt: number): Promise<unknown> {
    const brought = call(load.loader, context);
    const { attempts, retryIf } = load.policy;
    if (attempt === attempts) return brought;
    return brought.catch(async (error: unknown) => {
      if (load.isOver || !retryIf(error)) throw error;
      await this.#pause(load, backoff(attempt, this.#random(), load.policy));
      return this.#attempt(load, context, attempt + 1);
    });
  }
  // #endregion run

  /** A load that is given up meanwhile pauses for good; nobody notices, and it is collected. */
  #pause(load: Load, ms: Milliseconds): Promise<void> {
    return new Promise((resolve) => (load.cancelPause = this.#schedule(resolve, ms)));
  }

  // ---- Ending ----------------------------------------------------------------------------------------------

  // #region keep
  /** Keeps what was loaded, if the load still holds the lease. */
  #keep(load: Load, value: unknown): unknown {
    load.isOver = true;
    const { entry, needs } = load;
    if (entry.lease !== load) return value;
    entry.lease = undefined;

    const former = entry.kept;
    const isChange = former !== undefined && !Object.is(former.value, value);
    if (former !== undefined && !isChange) load.promise = former.promise; // the same version
    const life = lifeOf(load.policy, this.#now);
    const kept = new Kept(entry, load.promise!, value, load.sources, needs.some(isOutdated) ? dueNow(life) : life);
    entry.kept = kept;
    if (former !== undefined) this.#unlink(entry, former.sources);
    if (isChange) makeDue(kept);
    return value;
  }
  // #endregion keep

  #fail(load: Load, error: unknown): never {
    load.isOver = true;
    if (load.entry.lease === load) {
      this.#release(load);
      const { kept } = load.entry;
      if (kept !== undefined) kept.life = afterFailure(kept.life, this.#now(), this.#random(), load.policy);
    }
    throw error;
  }

  /** Takes the lease from a load that is not to write any more. It goes on for those who wait for it. */
  #revoke(load: Load): void {
    this.#release(load);
    if (load.isRefresh) this.leave(load);
  }

  #release(load: Load): void {
    const { entry, sources } = load;
    if (entry.lease !== load) return;
    entry.lease = undefined;
    if (entry.kept !== undefined) entry.kept.life = dueNow(entry.kept.life); // it has not been refreshed
    this.#unlink(entry, sources);
  }

  // ---- Edges -----------------------------------------------------------------------------------------------

  /** Takes away the edges to `sources`, but for those that what is left of `entry` is made from. */
  #unlink(entry: Entry, sources: readonly Entry[]): void {
    const left = entry.sources;
    for (const source of sources) {
      if (left.has(source)) continue;
      source.dependants?.delete(entry);
      this.#tidy(source);
    }
    this.#tidy(entry);
  }

  #tidy(entry: Entry): void {
    if (entry.isBare && this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
  }

  #stateOf({ kept, lease, recipe }: Entry): GraphNode['state'] {
    if (kept === undefined) return lease !== undefined ? 'loading' : recipe !== undefined ? 'registered' : 'missing';
    if (lease !== undefined) return 'refreshing';
    return kept.life === FOR_EVER || this.#now() < kept.life.dueAt ? 'loaded' : 'due';
  }
}

/** What `loader` brings; what it throws rejects. */
function call(loader: Loader<unknown>, context: Context): Promise<unknown> {
  try {
    return Promise.resolve(loader(context));
  } catch (error) {
    return Promise.reject(error);
  }
}

function link(load: Load, need: Need): void {
  load.needs.push(need);
  (need.entry.dependants ??= new Set()).add(load.entry);
}

/** Once around: from the load on the path that was found again, to itself. */
function cycleOf(path: readonly Load[], found: Load): string[] {
  return [...path.slice(path.indexOf(found)), found].map(({ entry }) => entry.key);
}

/** The values of what a load needs, in their order; the first failure, as that of the load. */
function gather({ entry, needs }: Load): Promise<readonly unknown[]> {
  const values = needs.map((need) => {
    if (need instanceof Kept) return need.value;
    const outcome = need instanceof Load ? need.outcome : Promise.reject(need.error);
    return outcome.catch((error: unknown) => {
      throw failureOf(entry.key, need.entry.key, error);
    });
  });
  return Promise.all(values);
}

function failureOf(key: string, dep: string, error: unknown): Error {
  if (error instanceof DependencyCycleError) return error;
  if (error instanceof DependencyError) return new DependencyError([key, ...error.path], error.cause);
  return new DependencyError([key, dep], error);
}

/** What was made from a value that has changed is given out once more, and refreshed. */
function makeDue(changed: Kept): void {
  for (const { kept } of reach(changed.entry)) {
    if (kept !== undefined && kept !== changed) kept.life = dueNow(kept.life);
  }
}

/** Whether what the load was given for a dependency is no longer what that dependency has. */
function isOutdated(need: Need): boolean {
  return !(need instanceof Unmet) && need.entry.kept?.promise !== need.promise;
}
