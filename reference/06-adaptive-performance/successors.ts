// What follows what: a Markov model that forgets.

import { OptimizedMetadataCache } from '../01-metadata-cache/index.ts';
import { LEAST_CONFIDENCE } from './options.ts';

/** What an observation is worth after each later one of the same context. */
const FADING = 0.9;
/** More than what followed once can weigh. */
const CHANCE = 1;
/** Of so many successors, some have faded so far that they can be forgotten: 0.9²⁹ is less than a twentieth. */
const MOST_SUCCESSORS = 32;
const FADED = 0.05;
/** Far from the largest number, with room for as many observations as it takes to get there. */
const LARGE = 2 ** 500;

/**
 * How much each successor of one context weighs: 1 when it is seen, and 0.9 of that with each later observation.
 *
 * Forward decay [5]: instead of making all that was seen lighter, each observation is made heavier than the one
 * before, by as much. Ratios are the same, and an observation is one addition.
 */
class Fading {
  readonly #weights = new Map<string, number>();
  /** What an observation weighs now, and what all weigh together in the same unit. */
  #unit = 1;
  #sum = 0;

  // #region add
  add(next: string): void {
    this.#unit /= FADING;
    this.#sum += this.#unit;
    this.#weights.set(next, (this.#weights.get(next) ?? 0) + this.#unit);
    if (this.#weights.size > MOST_SUCCESSORS || this.#unit > LARGE) this.#tidy();
  }
  // #endregion add

  likeliest(): string[] {
    const least = Math.max(LEAST_CONFIDENCE * this.#sum, CHANCE * this.#unit);
    const likely = [...this.#weights].filter(([, weight]) => weight >= least && weight > CHANCE * this.#unit);
    return likely.sort((a, b) => b[1] - a[1]).map(([next]) => next);
  }

  /** Forgets what has faded, and goes back to a unit of 1. */
  #tidy(): void {
    for (const [next, weight] of this.#weights) {
      if (weight < FADED * this.#unit) this.#weights.delete(next);
      else this.#weights.set(next, weight / this.#unit);
    }
    this.#sum /= this.#unit;
    this.#unit = 1;
  }
}

/**
 * For each key, and for each two keys in a row, what came next.
 *
 * Each order is bounded by a cache of exercise 1, whose policy forgets the least recently followed.
 */
export class Successors {
  readonly #ofKeys: OptimizedMetadataCache;
  readonly #ofPairs: OptimizedMetadataCache;

  constructor(maxContexts: number) {
    this.#ofKeys = new OptimizedMetadataCache({ maxEntries: maxContexts });
    this.#ofPairs = new OptimizedMetadataCache({ maxEntries: maxContexts });
  }

  /** Amortized O(1). */
  add(before: string | undefined, key: string, next: string): void {
    this.#ofKeys.get(key, () => new Fading()).add(next);
    if (before !== undefined) this.#ofPairs.get(pairOf(before, key), () => new Fading()).add(next);
  }

  /** By the pair where that tells anything, else by the key alone. O(what followed of late). */
  likeliest(before: string | undefined, key: string): string[] {
    const ofPair = before === undefined ? [] : likeliestIn(this.#ofPairs, pairOf(before, key));
    return ofPair.length > 0 ? ofPair : likeliestIn(this.#ofKeys, key);
  }
}

function likeliestIn(contexts: OptimizedMetadataCache, context: string): string[] {
  return contexts.peek<Fading>(context)?.likeliest() ?? [];
}

/** The length says where the first ends, so that no content of keys makes two pairs one. */
function pairOf(before: string, key: string): string {
  return `${before.length} ${before}${key}`;
}
