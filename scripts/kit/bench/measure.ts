import {
  BenchmarkRunner,
  ProcessStation,
  type Scenario,
  type ScenarioResult,
  type Station,
} from '../../../reference/07-benchmark-lab/index.ts';
import type { Workload } from '../../../tests/bench.ts';
import { type Built, type BuiltBench, type Target } from './build.ts';
import type { Seat } from './worker.ts';

/** How much is done, and in which time. */
export interface Effort {
  /** For all workloads together, ms. */
  readonly totalMs: number;
  readonly generations: number;
  readonly sampleMs: number;
  readonly warmUpMs: number;
  /** For one answer of a process, ms. */
  readonly patienceMs: number;
}

export const FULL: Effort = { totalMs: 48_000, generations: 5, sampleMs: 6, warmUpMs: 500, patienceMs: 20_000 };
export const QUICK: Effort = { totalMs: 8_000, generations: 3, sampleMs: 3, warmUpMs: 150, patienceMs: 10_000 };

/** The programs of an exercise, by the names that they have beside the naive version and the packages. */
export const PROGRAMS = { yours: 'exercises', solution: 'solutions', reference: 'reference' } as const satisfies Record<string, Target>;

/** Code is compiled when it is found to be hot, and not when a busy machine has a thread to spare for that. */
const EXEC_ARGV = ['--expose-gc', '--no-concurrent-recompilation', '--max-old-space-size=1024'];

export interface Measuring {
  readonly effort: Effort;
  /** Ends it with what was measured until then. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly workload: string;
  /** From 1. */
  readonly number: number;
  /** How many there are. */
  readonly of: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** Measures the workloads one after the other; those that an abort leaves no time for are missing. */
export async function measure(built: BuiltBench, { effort, signal, onProgress }: Measuring): Promise<ScenarioResult[]> {
  const { workloads } = built.bench;
  const end = performance.now() + effort.totalMs;
  const results: ScenarioResult[] = [];
  for (const [index, workload] of workloads.entries()) {
    if (signal.aborted) break;
    const budgetMs = Math.max(1, (end - performance.now()) / (workloads.length - index));
    const tell = (share: number) => onProgress({ workload: workload.name, number: index + 1, of: workloads.length, share });
    const runner = new BenchmarkRunner({
      generations: effort.generations,
      budgetMs,
      signal,
      onProgress: (_scenario, share) => tell(share),
    });
    tell(0);
    const result = await runner.benchmarkScenario(scenarioOf(built, workload, index, effort));
    if (result.measured.length > 0 || !signal.aborted) results.push(result);
  }
  return results;
}

function scenarioOf(built: BuiltBench, workload: Workload<unknown>, index: number, effort: Effort): Scenario {
  const seatIn = ({ worker, bench, program }: Built, subject: Seat['subject']) => () => {
    const { sampleMs, warmUpMs, patienceMs } = effort;
    const seat: Seat = { bench, program, workload: index, subject, sampleMs, warmUpMs };
    return new ProcessStation(worker, { argument: seat, execArgv: EXEC_ARGV, patienceMs });
  };
  const subjects: Record<string, () => Station> = {};
  if (workload.naive) subjects['naive'] = seatIn(built.any, { kind: 'naive' });
  for (const [name, target] of Object.entries(PROGRAMS)) {
    const program = built.target(target);
    if (program instanceof Error) subjects[name] = () => new Uncompiled(program);
    else if (program) subjects[name] = seatIn(program, { kind: 'program' });
  }
  for (const name of Object.keys(workload.peers)) subjects[name] = seatIn(built.any, { kind: 'peer', name });
  return { name: workload.name, unit: workload.unit, subjects };
}

/** In the place of a program that no process can load. */
class Uncompiled implements Station {
  readonly #error: Error;

  constructor(error: Error) {
    this.#error = error;
  }

  async warm(): Promise<never> {
    throw this.#error;
  }

  sample = this.warm;
  finish = this.warm;
  close(): void {}
}
