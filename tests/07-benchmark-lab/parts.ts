import type { Parts } from '#exercise/07-benchmark-lab';
import { Clock } from '../clock.ts';

/** What an operation of each part takes, in a part that has so many entries. */
type Cost = (entries: number) => number;

/** Parts that turn a clock by what they cost, and know how they were used. */
export class ScriptedParts implements Parts {
  readonly clock = new Clock();
  readonly #cost: Cost;
  /** How often a cache was asked for what it did not have, and for what it had. */
  misses = 0;
  hits = 0;
  /** The sizes of all caches that were made. */
  readonly caches: Map<string, unknown>[] = [];
  /** Of each loader, the loads by key, and the most callers that shared one. */
  readonly loaders: Map<string, { callers: number }>[] = [];
  /** Of each batcher, what was flushed each time. */
  readonly flushed: number[][] = [];
  /** Operations of batches that are done. */
  processed = 0;

  constructor(cost: Cost = () => 10) {
    this.#cost = cost;
  }

  /** Each reading takes long: so what no part is asked for takes some time as well, and little beside the parts. */
  readonly now = (): number => {
    this.clock.advance(100);
    return this.clock.now();
  };

  readonly cache = () => {
    const kept = new Map<string, unknown>();
    this.caches.push(kept);
    return {
      get: <T>(key: string, factory: () => T): T => {
        this.clock.advance(this.#cost(kept.size));
        if (kept.has(key)) this.hits++;
        else {
          this.misses++;
          kept.set(key, factory());
        }
        return kept.get(key) as T;
      },
      set: (key: string, value: unknown) => kept.set(key, value),
    };
  };

  readonly loader = () => {
    const loads = new Map<string, { callers: number; value: Promise<unknown> }>();
    this.loaders.push(loads);
    return {
      load: async <T>(key: string, loader: () => Promise<T>): Promise<T> => {
        this.clock.advance(this.#cost(loads.size));
        const shared = loads.get(key) ?? { callers: 0, value: loader() };
        loads.set(key, shared);
        if (!('isSettled' in shared)) shared.callers++;
        const value = await shared.value;
        await undefined;
        Object.assign(shared, { isSettled: true });
        return value as T;
      },
    };
  };

  readonly batches = () => {
    const flushed: number[] = [];
    this.flushed.push(flushed);
    const waiting: (() => void)[] = [];
    return {
      addToBatch: <T>(_key: string, operation: () => T): Promise<T> =>
        new Promise((resolve) => {
          this.clock.advance(this.#cost(waiting.length));
          waiting.push(() => {
            this.processed++;
            resolve(operation());
          });
        }),
      flushAll: async (): Promise<void> => {
        flushed.push(waiting.length);
        await undefined;
        for (const process of waiting.splice(0)) process();
      },
    };
  };
}
