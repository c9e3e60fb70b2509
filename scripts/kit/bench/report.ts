import { type Ratio, type ScenarioResult, type Verdict } from '../../../reference/07-benchmark-lab/index.ts';
import type { Workload } from '../../../tests/bench.ts';
import type { Exercise } from '../catalogue.ts';
import { PROGRAMS } from './measure.ts';

export const PROGRAM_NAMES = Object.keys(PROGRAMS);

/** What `npm run bench -- --json` prints. */
export interface BenchReport {
  readonly exercise: string;
  /** A subject against itself: of all workloads the one that it went worst in. */
  readonly aa: Ratio;
  readonly workloads: readonly {
    readonly name: string;
    readonly unit: string;
    /** In the unit; of what could not be measured, why. */
    readonly subjects: Readonly<Record<string, number | string>>;
    /** By `a/b`: what a takes ÷ what b takes. */
    readonly ratios: Readonly<Record<string, Ratio>>;
    readonly verdict: Verdict;
  }[];
}

export function reportOf(
  { folder }: Exercise,
  workloads: readonly Workload<unknown>[],
  results: readonly ScenarioResult[],
): BenchReport {
  return {
    exercise: folder,
    aa: worstOf(results.map(({ aa }) => aa)),
    workloads: results.map((result, index) => {
      const { name, unit, subjects } = result.scenario;
      const values = Object.keys(subjects).map((subject) => [subject, valueOf(result, subject)] as const);
      const ratios = pairsOf(result).map(([a, b]) => [`${a}/${b}`, rounded(result.ratio(a, b))] as const);
      const judged = judgedPair(workloads[index]!, result);
      return {
        name,
        unit,
        subjects: Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Record<string, number | string>,
        ratios: Object.fromEntries(ratios),
        verdict: judged ? result.verdict(...judged) : 'inconclusive',
      };
    }),
  };
}

export type Pair = readonly [subject: string, beside: string];

/**
 * Whom the verdict on a workload is about: you beside the solution, once you have something that works; until then the
 * reference beside the fastest package that does the same.
 */
export function judgedPair(workload: Workload<unknown>, result: ScenarioResult): Pair | undefined {
  const has = (name: string) => result.measured.includes(name);
  if (has('yours') && has('solution')) return ['yours', 'solution'];
  const peer = bestPeer(workload, result);
  if (has('reference') && peer) return ['reference', peer];
  return has('reference') && has('naive') ? ['reference', 'naive'] : undefined;
}

/** By workload, the key of the ratio that its verdict is about. */
export function judgedRatios(workloads: readonly Workload<unknown>[], results: readonly ScenarioResult[]): Record<string, string> {
  const pairs = results.map((result, index) => [result.scenario.name, judgedPair(workloads[index]!, result)] as const);
  return Object.fromEntries(pairs.flatMap(([name, pair]) => (pair ? [[name, pair.join('/')]] : [])));
}

/** Of the packages that do the same the one that is the fastest, or keeps the least. */
export function bestPeer({ unlike = [] }: Workload<unknown>, result: ScenarioResult): string | undefined {
  const alike = peersOf(result).filter((name) => !unlike.includes(name));
  return alike.sort((a, b) => result.valueOf(a) - result.valueOf(b))[0];
}

const peersOf = ({ measured }: ScenarioResult) => measured.filter((name) => name !== 'naive' && !PROGRAM_NAMES.includes(name));

/** Each program beside the naive version and the programs after it; yours and the reference beside each package. */
export function pairsOf(result: ScenarioResult): Pair[] {
  const programs = PROGRAM_NAMES.filter((name) => result.measured.includes(name));
  return programs.flatMap((name, index) => {
    const naive = result.measured.filter((other) => other === 'naive');
    const peers = name === 'solution' ? [] : peersOf(result);
    return [...naive, ...programs.slice(index + 1), ...peers].map((other): Pair => [name, other]);
  });
}

function valueOf(result: ScenarioResult, subject: string): number | string | undefined {
  const failure = result.failures.get(subject);
  if (failure) return failureText(failure);
  return result.measured.includes(subject) ? significant(result.valueOf(subject)) : undefined;
}

/** Why a subject was not measured, on one line. */
export function failureText({ name, message }: Error): string {
  const first = message.split('\n')[0]!;
  return name === 'TodoError' ? `unfinished: ${first}` : `${name}: ${first}`;
}

function worstOf(ratios: readonly Ratio[]): Ratio {
  const width = ({ interval: [low, high] }: Ratio) => Math.max(high, 1 / low);
  const worst = [...ratios].sort((a, b) => width(b) - width(a))[0];
  return worst ? rounded(worst) : { ratio: NaN, interval: [0, Infinity] };
}

const rounded = ({ ratio, interval: [low, high] }: Ratio): Ratio => ({
  ratio: significant(ratio),
  interval: [significant(low), significant(high)],
});

/** Four digits: the fifth was never known. */
const significant = (value: number) => Number(value.toPrecision(4));
