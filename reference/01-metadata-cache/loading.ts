// Values that take time: one load for all who ask at once, and loading ahead of demand.

import type { LoadStats, WarmEntry, WarmReport } from './options.ts';

export const NO_LOADS: LoadStats = { loads: 0, joined: 0, stale: 0, failures: 0 };

/**
 * The loads that are under way, by key.
 *
 * What a load brings is stored only if the load is still in the map by then. A write or a delete of its key
 * takes it out: it was begun before the data changed, so what it brings is for those who wait for it, and
 * for nobody after.
 */
export class Flights {
  readonly #flights = new Map<string, Promise<unknown>>();
  readonly #counts = { ...NO_LOADS } as { -readonly [Name in keyof LoadStats]: number };

  /** Waits for the load of `key` that is under way, or for a new one. */
  join(key: string, load: () => unknown, land: (value: unknown) => void): Promise<unknown> {
    const flight = this.#flights.get(key);
    if (flight === undefined) return this.#start(key, load, land);
    this.#counts.joined++;
    return flight;
  }

  /** Sees to it that a load of `key` is under way, which nobody waits for. */
  refresh(
    key: string,
    load: () => unknown,
    land: (value: unknown) => void,
    onError: ((key: string, error: unknown) => void) | undefined,
  ): void {
    this.#counts.stale++;
    if (this.#flights.has(key)) return;
    this.#start(key, load, land).catch((error: unknown) => onError?.(key, error));
  }

  cancel(key: string): void {
    this.#flights.delete(key);
  }

  cancelAll(): void {
    this.#flights.clear();
  }

  stats(): LoadStats {
    return { ...this.#counts };
  }

  resetStats(): void {
    Object.assign(this.#counts, NO_LOADS);
  }

  // #region start
  /** @param land called with what was loaded, unless that was cancelled; if it throws, the load has failed */
  #start(key: string, load: () => unknown, land: (value: unknown) => void): Promise<unknown> {
    this.#counts.loads++;
    const leave = () => this.#flights.get(key) === flight && this.#flights.delete(key);
    const flight = new Promise((resolve) => resolve(load()))
      .then((value) => {
        if (leave()) land(value);
        return value;
      })
      .catch((error: unknown) => {
        this.#counts.failures++;
        leave();
        throw error;
      });
    this.#flights.set(key, flight);
    return flight;
  }
  // #endregion start
}

/** What {@link warm} needs of a cache. */
export interface WarmTarget {
  /** Entries that could be stored without evicting anybody. */
  readonly room: number;
  has(key: string): boolean;
  /** Stores a value below all others if there is room for it and `key` is absent, and tells whether. */
  store(key: string, value: unknown): boolean;
}

/**
 * Loads what `source` names, and stores it in the order of the source, whatever the order in which the
 * loads end: a value that comes early waits for those before it, so that each can be stored below all
 * others.
 */
export async function warm(
  target: WarmTarget,
  source: Iterable<WarmEntry> | AsyncIterable<WarmEntry>,
  concurrency: number,
): Promise<WarmReport> {
  const failed: { key: string; error: unknown }[] = [];
  const counts = { stored: 0, skipped: 0 };
  const entries = oneAtATime(source);
  /** A lane takes from this before it reads, so no more is read than there was room for at the outset. */
  let { room } = target;
  let stores: Promise<unknown> = Promise.resolve();

  async function runLane(): Promise<void> {
    while (room > 0) {
      room--;
      const { done, value } = await entries.next();
      if (done) return;
      const [key, load] = value;
      if (target.has(key)) {
        counts.skipped++;
        room++;
        continue;
      }
      const loading = new Promise((resolve) => resolve(load()));
      stores = stores
        .then(() => loading)
        .then((loaded) => counts[target.store(key, loaded) ? 'stored' : 'skipped']++)
        .catch((error: unknown) => failed.push({ key, error }));
      await loading.catch(() => room++);
    }
  }

  const lanes = await Promise.allSettled(Array.from({ length: Math.min(concurrency, room) }, runLane));
  await entries.return();
  await stores;
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason; // the source failed
  return { ...counts, failed };
}

/** An async generator answers each `next` in turn, as not every iterator does, and closes its source. */
async function* oneAtATime<T>(source: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, void, void> {
  yield* source;
}
