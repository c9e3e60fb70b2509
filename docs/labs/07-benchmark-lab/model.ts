import {
  type Interval,
  median,
  randomNumbers,
  type Ratio,
  ratioOf,
  type Verdict,
  verdictOf,
} from '../../../reference/07-benchmark-lab/statistics.ts';

export const GENERATIONS = 5;
const ROUNDS_EACH = 12;
export const ROUNDS = GENERATIONS * ROUNDS_EACH;

/** Two programs and the machine that they run on. */
export interface Machine {
  /** How many times as long `b` takes. */
  readonly ratio: number;
  /** Whether a neighbour begins to work after a third of the time, and stays for a while. */
  readonly hasNeighbour: boolean;
  /** Whether a sample now and then takes some times as long, for a collection or a page that was not there. */
  readonly hasOutliers: boolean;
  /** Whether everybody takes turns, or first all of `a` is measured, then all of `b`. */
  readonly takesTurns: boolean;
}

/** Of each subject one sample a round, nanoseconds; the twin is `b` once more. */
export interface Samples {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly twin: readonly number[];
}

const SUBJECTS = ['a', 'b', 'twin'] as const;
const COST_NS = 100;

/** All rounds, the same for the same machine. */
export function measure({ ratio, hasNeighbour, hasOutliers, takesTurns }: Machine): Samples {
  const random = randomNumbers(29);
  const normal = () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
  const samples: Record<(typeof SUBJECTS)[number], number[]> = { a: [], b: [], twin: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, subject] of SUBJECTS.entries()) {
      const instant = takesTurns ? (3 * round + place) / (3 * ROUNDS) : (ROUNDS * place + round) / (3 * ROUNDS);
      const usual = COST_NS * (subject === 'a' ? 1 : ratio) * Math.exp(0.04 * normal());
      const isSlow = hasNeighbour && instant > 0.35 && instant < 0.75;
      const [chance, by] = [random(), random()];
      samples[subject].push(usual * (isSlow ? 1.6 : 1) * (hasOutliers && chance < 0.04 ? 3 + 9 * by : 1));
    }
  }
  return samples;
}

export interface Comparison {
  /** Of a to b, by the means and by the medians of their samples: 0.5 is "a takes half as long". */
  readonly byMeans: number;
  readonly byMedians: number;
  /** By the reference: round by round, with an interval. */
  readonly byRounds: Ratio;
  /** Of `b` to itself. */
  readonly aa: Ratio;
  readonly verdict: Verdict;
}

/** What the first rounds say. */
export function compare({ a, b, twin }: Samples, rounds: number): Comparison {
  const first = (samples: readonly number[]) => samples.slice(0, rounds);
  const mean = (samples: readonly number[]) => first(samples).reduce((sum, value) => sum + value, 0) / rounds;
  const byRounds = ratioOf(generationsOf(first(a)), generationsOf(first(b)));
  const aa = ratioOf(generationsOf(first(b)), generationsOf(first(twin)));
  return {
    byMeans: mean(a) / mean(b),
    byMedians: median(first(a)) / median(first(b)),
    byRounds,
    aa,
    verdict: verdictOf(byRounds, aa),
  };
}

/** The interval after so many rounds each, up to `rounds`. */
export function narrowing(samples: Samples, rounds: number, every: number): readonly Interval[] {
  const counts = Array.from({ length: Math.floor(rounds / every) }, (_, i) => every * (i + 1));
  return counts.map((count) => compare(samples, count).byRounds.interval);
}

function generationsOf(samples: readonly number[]): number[][] {
  const generations: number[][] = [];
  for (let start = 0; start < samples.length; start += ROUNDS_EACH) {
    generations.push(samples.slice(start, start + ROUNDS_EACH));
  }
  return generations;
}
