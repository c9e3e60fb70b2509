import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatReport, type ScenarioResult } from '../../../reference/07-benchmark-lab/index.ts';
import type { Workload } from '../../../tests/bench.ts';
import { type Exercise } from '../catalogue.ts';
import { UsageError } from '../command.ts';
import { STORE, writeWhole } from '../store.ts';
import { keeping } from '../terminal.ts';
import { BuiltBench } from './build.ts';
import { measure, type Measuring } from './measure.ts';
import { type BenchReport, judgedRatios, reportOf } from './report.ts';

export interface Benched {
  readonly workloads: readonly Workload<unknown>[];
  /** Of as many of them as were measured. */
  readonly results: readonly ScenarioResult[];
  readonly report: BenchReport;
  /** By workload, which of its ratios the verdict is about. */
  readonly judged: Readonly<Record<string, string>>;
  /** The path of the HTML page; a JSON file lies beside it. */
  readonly page: string;
}

/** @throws UsageError if the exercise has nothing to measure */
export function requireBench(root: string, { title, folder }: Exercise): void {
  if (existsSync(join(root, 'tests', folder, 'bench.ts'))) return;
  throw new UsageError(`${title} has nothing to measure: there is no tests/${folder}/bench.ts`);
}

/** Measures an exercise and keeps what was measured, however it ended. */
export async function runBench(root: string, exercise: Exercise, measuring: Measuring): Promise<Benched> {
  requireBench(root, exercise);
  const built = await BuiltBench.of(root, exercise);
  try {
    const { workloads } = built.bench;
    const results = await measure(built, measuring);
    const report = reportOf(exercise, workloads, results);
    const page = join(root, STORE, 'bench', `${exercise.slug}.html`);
    keeping(() => {
      writeWhole(page, formatReport(results, 'html'));
      writeWhole(page.replace(/html$/, 'json'), `${JSON.stringify(report, null, 2)}\n`);
    });
    return { workloads, results, report, judged: judgedRatios(workloads, results), page };
  } finally {
    built.remove();
  }
}
