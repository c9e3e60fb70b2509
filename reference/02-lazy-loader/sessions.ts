// What is used together: counted by session, so that it can be loaded together.

import { AsyncLocalStorage } from 'node:async_hooks';
import { TOGETHER_TIMES } from './options.ts';

/**
 * Counts, for each two keys, the sessions that used both.
 *
 * Exact, and paid for: a session that uses k keys costs k² / 2 counts, and the counts are kept for good, one
 * for each two keys that ever met.
 */
export class Sessions {
  /**
   * The keys that the session has used so far, which the running code belongs to; none outside of sessions.
   */
  readonly #used = new AsyncLocalStorage<Set<string> | undefined>();
  /** Both ways: what `a` has for `b`, `b` has for `a`. */
  readonly #times = new Map<string, Map<string, number>>();

  run<T>(run: () => T): T {
    return this.#used.run(new Set(), run);
  }

  /** Runs what is no part of the session that asks for it, though it is begun there. */
  runOutside(run: () => void): void {
    this.#used.run(undefined, run);
  }

  /** Notes a use, and tells whether it is the first of `key` in its session. */
  use(key: string): boolean {
    const used = this.#used.getStore();
    if (used === undefined || used.has(key)) return false;
    for (const other of used) {
      this.#count(key, other);
      this.#count(other, key);
    }
    used.add(key);
    return true;
  }

  /** The most frequent first. */
  usedTogether(key: string): string[] {
    const often = [...(this.#times.get(key) ?? [])].filter(([, times]) => times >= TOGETHER_TIMES);
    return often.sort(([, times], [, otherTimes]) => otherTimes - times).map(([other]) => other);
  }

  #count(key: string, other: string): void {
    let times = this.#times.get(key);
    if (times === undefined) this.#times.set(key, (times = new Map()));
    times.set(other, 1 + (times.get(other) ?? 0));
  }
}
