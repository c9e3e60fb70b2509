// Which memory is right: found out by those that have it, on a sample of the keys.

import { type Known, type Memory, Order } from './order.ts';

/** A shadow should be at least so large, or its hits are chance: so small caches sample more of the keys. */
const LEAST_SHADOW = 64;
/** One in 2⁴ keys is enough [3]. */
const MOST_SAMPLE_BITS = 4;
/** The shadows are compared each time they have been asked so many times their capacity. */
const PERIOD = 2;
/** What is left of a shadow's hits at each comparison. */
const FADING = 0.7;

const MEMORIES: readonly Memory[] = ['short', 'long', 'none'];

/** An order that keeps names only, of a sample of the keys, and counts what would have been hits. */
class Shadow extends Order {
  /** Of late: they fade with each comparison. */
  hits = 0;

  ask(key: string): void {
    const known = this.find(key);
    if (known?.isKept) {
      this.hits++;
      this.touch(known);
      return;
    }
    this.add(key);
    while (this.size > this.capacity) this.evict();
  }
}

/**
 * An order that follows the best of its shadows: each of them is the same order on a sixteenth of the keys, with a
 * sixteenth of the capacity, and remembers for another time. What hits on a sample of keys is, but for chance, the
 * same part of the requests [3].
 */
export class AdaptiveOrder extends Order {
  readonly #shadows: readonly Shadow[];
  readonly #sampleBits: number;
  #asked = 0;

  constructor(capacity: number) {
    super(capacity);
    this.#sampleBits = sampleBits(capacity);
    this.#shadows = MEMORIES.map((memory) => new Shadow(this.#share(), memory));
  }

  override resize(capacity: number): void {
    super.resize(capacity);
    for (const shadow of this.#shadows) shadow.resize(this.#share());
  }

  override touch(known: Known): void {
    super.touch(known);
    if (known.isSampled) this.#ask(known.key);
  }

  override add(key: string): Known {
    const known = super.add(key);
    if (known.isSampled) this.#ask(key);
    return known;
  }

  protected override isSampled(key: string): boolean {
    return hash(key) % 2 ** this.#sampleBits === 0;
  }

  // #region choose
  #ask(key: string): void {
    for (const shadow of this.#shadows) shadow.ask(key);
    if (++this.#asked < PERIOD * this.#share()) return;
    this.#asked = 0;
    this.memory = this.#shadows.reduce((best, shadow) => (shadow.hits > best.hits ? shadow : best)).memory;
    for (const shadow of this.#shadows) shadow.hits *= FADING;
  }
  // #endregion choose

  #share(): number {
    return Math.max(1, this.capacity >>> this.#sampleBits);
  }
}

/** One in 2 to this power of the keys is sampled. */
export function sampleBits(capacity: number): number {
  return Math.min(MOST_SAMPLE_BITS, Math.max(0, Math.floor(Math.log2(capacity / LEAST_SHADOW))));
}

/** FNV-1a [7], of 32 bits; its lower bits are folded with the upper ones, which all of the key has reached. */
export function hash(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) >>> 0;
}
