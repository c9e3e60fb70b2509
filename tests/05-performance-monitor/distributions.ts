/** Evenly distributed from 0 to below 1, and the same numbers each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Durations in milliseconds, as they occur. */
export const DISTRIBUTIONS: Readonly<Record<string, (random: () => number) => number>> = {
  uniform: (random) => 5 + 10 * random(),
  exponential: (random) => -12 * Math.log(1 - random()),
  'log-normal': (random) => Math.exp(1 + 1.5 * normal(random)),
  'Pareto, with a heavy tail': (random) => 0.2 * (1 - random()) ** (-1 / 1.1),
  'bimodal: hits of 0.0001 ms, misses of 80 ms': (random) =>
    random() < 0.9 ? 0.0001 * (1 + random()) : 80 + 8 * normal(random),
};

export function draw(name: string, count: number, seed = 5): number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => Math.max(0, DISTRIBUTIONS[name]!(random)));
}

/** For each of `ps`, the smallest of `values` that at least so many per cent of them do not exceed. */
export function exactPercentiles(values: readonly number[], ps: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return ps.map((p) => sorted[Math.max(0, Math.ceil((p * values.length) / 100) - 1)]!);
}

export const exactPercentile = (values: readonly number[], p: number) => exactPercentiles(values, [p])[0]!;
