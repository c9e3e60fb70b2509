// What prefetching may do, and what it was good for.

import { PREFETCH_WINDOW, type PrefetchReport } from './options.ts';

/** An allowance of nothing grows to one more chance in so many accesses. */
const PROBE_EVERY = 100;

/**
 * The account of a prefetcher.
 *
 * Its allowance is an AIMD window, as TCP's [6]: one more with each hit, half of it with each miss. So it settles
 * where misses are rare, and where they are not it is soon nothing but a probe now and then, by which it finds out
 * when predictions come true again.
 */
export class PrefetchAccount {
  readonly #budget: number;
  /** At most the budget. */
  #allowance: number;
  /** Prefetched and not accessed yet, the oldest first, each with the count of accesses before it. */
  readonly #open = new Map<string, number>();
  #accesses = 0;
  #hits = 0;
  #misses = 0;
  #unforeseen = 0;

  constructor(budget: number) {
    this.#budget = budget;
    this.#allowance = budget;
  }

  /** How many more may be prefetched now. */
  get room(): number {
    return Math.max(0, Math.floor(this.#allowance) - this.#open.size);
  }

  prefetched(key: string): void {
    this.#open.set(key, this.#accesses);
  }

  /** It is neither hit nor miss: it failed, it was there already, or it was invalidated. */
  cancel(key: string): void {
    this.#open.delete(key);
  }

  /** @param isThere whether it had been accessed or prefetched before */
  accessed(key: string, isThere: boolean): void {
    this.#accesses++;
    this.#giveUp();
    if (this.#open.delete(key)) {
      this.#hits++;
      this.#allow(1);
    } else {
      this.#allow(1 / PROBE_EVERY);
      if (!isThere) this.#unforeseen++;
    }
  }

  report(): PrefetchReport {
    const [hits, misses] = [this.#hits, this.#misses];
    return { hits, misses, precision: ratio(hits, misses), recall: ratio(hits, this.#unforeseen) };
  }

  #giveUp(): void {
    for (const [key, before] of this.#open) {
      if (this.#accesses <= before + PREFETCH_WINDOW) return;
      this.#open.delete(key);
      this.#misses++;
      this.#allowance = this.#allowance >= 2 ? this.#allowance / 2 : 0;
    }
  }

  #allow(more: number): void {
    this.#allowance = Math.min(this.#budget, this.#allowance + more);
  }
}

function ratio(some: number, others: number): number {
  return some === 0 ? 0 : some / (some + others);
}
