// Calling a loader, and calling it again.

import type { Load } from './load.ts';
import type { LoadContext, Milliseconds, Schedule } from './options.ts';
import { backoff } from './policy.ts';

/** What pauses are kept by, and drawn by. */
export interface Pace {
  readonly schedule: Schedule;
  readonly random: () => number;
}

/**
 * What a loader sees of its load. The signal is made when the loader asks for it: an AbortController costs
 * more than all the rest of a load, and most loaders have no use for it.
 */
class Context implements LoadContext {
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

/** What the loader of `load` brings, in as many attempts as its policy allows. The first is made at once. */
export function bring(load: Load, dependencies: readonly unknown[], pace: Pace): Promise<unknown> {
  if (load.isOver) return Promise.resolve(); // left meanwhile: whatever this is, nobody gets it
  const context = new Context(load, dependencies);
  return load.policy.attempts === 1 ? call(load, context) : insist(load, context, pace);
}

async function insist(load: Load, context: Context, pace: Pace): Promise<unknown> {
  const { attempts, retryIf } = load.policy;
  for (let failures = 1; ; failures++) {
    try {
      return await load.loader(context);
    } catch (error) {
      if (failures === attempts || load.isOver || !retryIf(error)) throw error;
    }
    await pause(load, backoff(failures, pace.random(), load.policy), pace);
  }
}

/** Never over for a load that is left meanwhile; then nothing refers to either, and both are collected. */
function pause(load: Load, ms: Milliseconds, { schedule }: Pace): Promise<void> {
  return new Promise((resolve) => (load.cancelPause = schedule(resolve, ms)));
}

/** One attempt; what the loader throws rejects. */
function call(load: Load, context: Context): Promise<unknown> {
  try {
    return Promise.resolve(load.loader(context));
  } catch (error) {
    return Promise.reject(error);
  }
}
