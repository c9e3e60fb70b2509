// Arithmetic on what a histogram has counted.

/** How many values there were, what they add up to, and how many of them were at most so much. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  /** Cumulative and ascending by `le`, "less or equal". What is beyond the last is in {@link count} alone. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

/** Upper bounds in seconds, from 5 ms to 10 s: those that Prometheus's own clients begin with [1]. */
export const DEFAULT_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Below which value the part `q` of all lies, `q` from 0 to 1; of no values, 0.
 *
 * The bucket in which it lies is certain. Where in the bucket is not: the values are taken as evenly spread from
 * the bound before, of the first bucket from 0. Beyond the last bound nothing is known: the answer is that bound.
 */
export function quantile({ count, buckets }: Distribution, q: number): number {
  if (count === 0) return 0;
  const rank = q * count;
  let from = Math.min(0, buckets[0]!.le);
  let before = 0;
  for (const { le, count: upTo } of buckets) {
    if (upTo >= rank && upTo > before) return from + ((le - from) * (rank - before)) / (upTo - before);
    from = le;
    before = upTo;
  }
  return from;
}

/** What was observed between two states of one histogram. */
export function between(before: Distribution | undefined, after: Distribution): Distribution {
  if (before === undefined) return after;
  return {
    count: after.count - before.count,
    sum: after.sum - before.sum,
    buckets: after.buckets.map(({ le, count }, i) => ({ le, count: count - before.buckets[i]!.count })),
  };
}

/** How many values lie beyond the first bound that is at least `limit`; 0 if there is no such bound. */
export function countOver(limit: number, { count, buckets }: Distribution): number {
  const bucket = buckets.find(({ le }) => le >= limit);
  return bucket === undefined ? 0 : count - bucket.count;
}
