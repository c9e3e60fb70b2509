// Who left by himself: counted at once, told of when the operation is complete.

import type { CacheOptions, EvictionReason } from './options.ts';

type Departure = Parameters<NonNullable<CacheOptions['onEvict']>>;

/**
 * `onEvict` is a stranger's code: it may use the cache, and it may throw. Called in the middle of an
 * operation it would find the cache half changed, and could leave it so. Hence two steps: note, while the
 * cache changes; tell, when it has.
 */
export class Departures {
  evictions = 0;
  expirations = 0;
  /** Noted and not yet told. Always empty without `onEvict`, and between any two operations. */
  readonly #untold: Departure[] = [];
  #isTelling = false;
  readonly #onEvict: CacheOptions['onEvict'];

  constructor(onEvict: CacheOptions['onEvict']) {
    this.#onEvict = onEvict;
  }

  note(key: string, value: unknown, reason: EvictionReason): void {
    if (reason === 'capacity') this.evictions++;
    else this.expirations++;
    if (this.#onEvict !== undefined) this.#untold.push([key, value, reason]);
  }

  resetCounts(): void {
    this.evictions = 0;
    this.expirations = 0;
  }

  /** @throws what `onEvict` threw, after all were told of; an AggregateError if it threw more than once */
  tell(): void {
    if (this.#untold.length !== 0) this.#tellAll();
  }

  #tellAll(): void {
    if (this.#isTelling) return; // by the loop below, which comes to what is noted meanwhile
    this.#isTelling = true;
    const errors: unknown[] = [];
    for (const departure of this.#untold) {
      try {
        this.#onEvict!(...departure);
      } catch (error) {
        errors.push(error);
      }
    }
    this.#untold.length = 0;
    this.#isTelling = false;
    if (errors.length > 1) throw new AggregateError(errors, `onEvict threw ${errors.length} times`);
    if (errors.length === 1) throw errors[0];
  }
}
