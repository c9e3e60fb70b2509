// Whom a cache has let go, and how often they had been used: a name and a count in four bytes.

/** Names of as many ghosts are remembered, at least, as there are entries, times this. */
const GHOSTS = 2;
/** A bucket is half a cache line: to look through all of it costs no more than to look at one. */
const WAYS = 8;
/** The count stands in the lower bits of a word, in place of those of the hash. */
const COUNT_BITS = 4;
/** Uses are counted up to here. */
export const MOST_USES = (1 << COUNT_BITS) - 1;
/** No count of uses. */
export const UNKNOWN = -1;

/**
 * Which bucket a name belongs in follows from its hash, and so does what is left of it in the word; two keys of which
 * the remaining 28 bits agree are taken for one, and the cache is none the worse for it. In a full bucket the one that
 * came first gives way. Nothing is linked, moved or allocated for a ghost.
 */
export class Ghosts {
  /** Hash and count; 0 is nobody. */
  #words = new Int32Array(WAYS);
  /** Of each bucket, where its next ghost goes. */
  #places = new Uint8Array(1);

  /** Makes room for the ghosts of so many entries. O(capacity), but O(1) for a change by one, amortized. */
  resize(capacity: number): void {
    const least = GHOSTS * capacity;
    if (least <= this.#words.length && this.#words.length <= 4 * least) return;
    const before = this.#words;
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(1, least / WAYS)));
    this.#words = new Int32Array(WAYS * buckets);
    this.#places = new Uint8Array(buckets);
    for (const word of before) if (word !== 0) this.add(word, word & MOST_USES);
  }

  add(hash: number, uses: number): void {
    const bucket = this.#bucketOf(hash);
    const place = this.#places[bucket]!;
    this.#words[WAYS * bucket + place] = (hash & ~MOST_USES) | uses;
    this.#places[bucket] = (place + 1) % WAYS;
  }

  // #region take
  /** How often a ghost had been used, or {@link UNKNOWN} if it is none; it is none any longer. */
  take(hash: number): number {
    const words = this.#words;
    const begin = WAYS * this.#bucketOf(hash);
    for (let i = begin; i < begin + WAYS; i++) {
      const word = words[i]!;
      if ((word ^ hash) >>> COUNT_BITS !== 0) continue;
      words[i] = 0;
      return word & MOST_USES;
    }
    return UNKNOWN;
  }
  // #endregion take

  halve(): void {
    halveCounts(this.#words);
  }

  #bucketOf(hash: number): number {
    return (hash >>> COUNT_BITS) & (this.#places.length - 1);
  }
}

/** Halves what stands in the lower bits of each word; the others stay. */
export function halveCounts(words: Int32Array | Uint8Array): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    words[i] = (word & ~MOST_USES) | ((word & MOST_USES) >> 1);
  }
}

/**
 * FNV-1a [7], of 32 bits. No bit of it depends on a higher bit of any character; so the upper half, which all of the
 * key has reached, is folded into the lower one.
 */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 16);
}
