// What is regular in a history of accesses: arithmetic on what was written down.

import {
  type AccessPattern,
  EVIDENCE,
  FREQUENT_SHARE,
  type Milliseconds,
  REGULAR_JITTER,
  SEQUENCE_PROBABILITY,
} from './options.ts';

/** One use of a key in a session. */
export interface Access {
  readonly key: string;
  readonly at: Milliseconds;
  /** What the session used before it, and what it used next, as far as it has come. */
  readonly before: string | undefined;
  next: string | undefined;
}

/** The latest accesses, at most so many: a ring, in which the oldest stands where the next one will. */
export class History {
  readonly #size: number;
  readonly #ring: Access[] = [];
  #count = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Accesses that there ever were. */
  get count(): number {
    return this.#count;
  }

  add(access: Access): void {
    this.#ring[this.#count++ % this.#size] = access;
  }

  /** The oldest first. */
  *[Symbol.iterator](): Generator<Access, void, void> {
    const { length } = this.#ring;
    for (let i = 0; i < length; i++) yield this.#ring[(this.#count + i) % length]!;
  }
}

/** What was seen of one key. */
interface Evidence {
  readonly instants: Milliseconds[];
  readonly times: Map<string, number>;
}

/** All patterns, by key in the order of their first access. O(n log n) in the accesses. */
export function patternsIn(history: Iterable<Access>): AccessPattern[] {
  const evidence = new Map<string, Evidence>();
  let all = 0;
  for (const { key, at, next } of history) {
    let seen = evidence.get(key);
    if (seen === undefined) evidence.set(key, (seen = { instants: [], times: new Map() }));
    seen.instants.push(at);
    if (next !== undefined) seen.times.set(next, 1 + (seen.times.get(next) ?? 0));
    all++;
  }
  const patterns: AccessPattern[] = [];
  for (const [key, { instants, times }] of evidence) {
    const accesses = instants.length;
    if (isEnough(accesses, accesses / all, FREQUENT_SHARE)) {
      patterns.push({ kind: 'frequency', key, accesses, share: accesses / all });
    }
    for (const [next, followed] of times) {
      const probability = followed / accesses;
      if (!isEnough(followed, probability, SEQUENCE_PROBABILITY)) continue;
      patterns.push({ kind: 'sequence', key, next, times: followed, probability });
    }
    const { periodMs, jitterMs } = rhythmOf(instants);
    if (accesses - 1 < EVIDENCE || periodMs === 0 || jitterMs > REGULAR_JITTER * periodMs) continue;
    patterns.push({ kind: 'temporal', key, intervals: accesses - 1, periodMs, jitterMs });
  }
  return patterns;
}

function isEnough(observations: number, part: number, least: number): boolean {
  return observations >= EVIDENCE && part >= least;
}

/** By medians: one pause, however long, moves a mean and a deviation as far as it likes, and these not at all. */
export function rhythmOf(instants: readonly Milliseconds[]): { periodMs: Milliseconds; jitterMs: Milliseconds } {
  const intervals: Milliseconds[] = [];
  for (let i = 1; i < instants.length; i++) intervals.push(instants[i]! - instants[i - 1]!);
  const periodMs = medianOf(intervals);
  return { periodMs, jitterMs: medianOf(intervals.map((interval) => Math.abs(interval - periodMs))) };
}

/** 0 of nothing. */
function medianOf(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const inOrder = [...values].sort((a, b) => a - b);
  const upper = inOrder.length >> 1;
  return inOrder.length % 2 === 1 ? inOrder[upper]! : (inOrder[upper - 1]! + inOrder[upper]!) / 2;
}
