import { type Contender, type Faster, fasterOf, median } from '../../../reference/07-benchmark-lab/index.ts';
import { Computer, TRAITS } from '../../../tests/07-benchmark-lab/computer.ts';

/** How a way to compare two programs did, on computers on which everything is the matter. */
export interface Way {
  readonly name: string;
  /** Of as many computers as there are: two equal programs, and one of them was named. */
  readonly equalNamed: number;
  /** Of twice as many pairs of which one takes twice as long: the other one was named, */
  readonly wrongNamed: number;
  /** or neither. */
  readonly missed: number;
  /** On the clock of a computer, s, in the median. */
  readonly seconds: number;
}

type Compare = (a: Contender, b: Contender, now: () => number) => Faster | Promise<Faster>;

const COMPUTERS = 100;
/** Runs of a loop. */
const LOOP = 300;
/** Samples, and runs of each. */
const ROUNDS = 60;
const SAMPLE = 20;
/** Ratios that are nearer to 1 are none. */
const LEVEL = 1.1;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  'a loop each': (a, b, now) => named(timeOf(a, LOOP, now), timeOf(b, LOOP, now)),
  'the same, warmed up': (a, b, now) => {
    for (const one of [a, b]) timeOf(one, LOOP, now);
    return named(timeOf(a, LOOP, now), timeOf(b, LOOP, now));
  },
  [`in turns, by the means of ${ROUNDS} samples`]: (a, b, now) => inTurns(a, b, now, mean),
  'in turns, by the medians': (a, b, now) => inTurns(a, b, now, median),
  '**the reference**': fasterOf,
};

/** Everybody reads the answers, or there would be nothing to compare. The computers are drawn by seed. */
export async function compareWays(): Promise<Way[]> {
  const ways: Way[] = [];
  for (const [name, compare] of Object.entries(COMPARISONS)) {
    const counts = { equalNamed: 0, wrongNamed: 0, missed: 0 };
    const times: number[] = [];
    for (let seed = 1; seed <= COMPUTERS; seed++) {
      for (const [ratio, right] of [[1, 'neither'], [2, 'a'], [0.5, 'b']] as const) {
        const computer = new Computer(seed, TRAITS);
        const start = computer.elapsedMs;
        const said = await compare(...computer.pair(ratio), computer.now);
        times.push((computer.elapsedMs - start) / 1e3);
        if (said === right) continue;
        if (ratio === 1) counts.equalNamed++;
        else if (said === 'neither') counts.missed++;
        else counts.wrongNamed++;
      }
    }
    ways.push({ name, ...counts, seconds: Number(median(times).toPrecision(2)) });
  }
  return ways;
}

function timeOf(contender: Contender, runs: number, now: () => number): number {
  const start = now();
  for (let i = 0; i < runs; i++) contender.run().read();
  return now() - start;
}

function inTurns(a: Contender, b: Contender, now: () => number, middle: (samples: readonly number[]) => number): Faster {
  for (const one of [a, b]) timeOf(one, LOOP, now);
  const samples: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    samples[0].push(timeOf(a, SAMPLE, now));
    samples[1].push(timeOf(b, SAMPLE, now));
  }
  return named(middle(samples[0]), middle(samples[1]));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function named(a: number, b: number): Faster {
  if (b / a > LEVEL) return 'a';
  return a / b > LEVEL ? 'b' : 'neither';
}
