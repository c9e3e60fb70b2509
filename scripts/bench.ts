import { relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { ScenarioResult } from '../reference/07-benchmark-lab/index.ts';
import { Guesses, parseGuess } from './kit/bench/guesses.ts';
import { type Effort, FULL, QUICK } from './kit/bench/measure.ts';
import { requireBench, runBench } from './kit/bench/run.ts';
import { benchScreen, progressLine } from './kit/bench/screen.ts';
import { type Exercise, findRoot, readAll, resolveAddress } from './kit/catalogue.ts';
import { EXIT, positiveOption, run } from './kit/command.ts';
import { publish } from './kit/docs/results.ts';
import { isInteractive, keeping, paint } from './kit/terminal.ts';
import { Work } from './kit/verdict.ts';

await run(
  {
    line: 'npm run bench <exercise> [-- --quick] [-- --json]',
    about: [
      'How fast yours is beside a naive version, the solution, the reference and the packages from npm.',
      'The verdict on a workload is about yours beside the solution; while yours is unfinished, about the reference',
      'beside the fastest package. Ctrl-C ends it with what was measured until then.',
    ].join('\n'),
    options: {
      quick: { type: 'boolean', help: 'in a quarter of the time, and with wider intervals' },
      seconds: { type: 'string', help: 'how long all of it may take, about' },
      json: { type: 'boolean', help: 'prints one JSON object and nothing else' },
      publish: { type: 'boolean', help: 'for authors: into docs/results too, where the study guide has its figures from' },
    },
    words: [1, 1],
  },
  async ([address], { quick, seconds, json, publish: isPublic }) => {
    const root = findRoot();
    // Drafts too: whoever writes an exercise wants to measure it.
    const { exercise } = resolveAddress(readAll(root), address!);
    requireBench(root, exercise);
    const effort = effortOf(quick, seconds);
    const guessed = json || !isInteractive() || isUnfinished(root, exercise) ? undefined : await askGuess();

    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
    const progress = progressLine();
    const { workloads, results, report, judged, page } = await runBench(root, exercise, {
      effort,
      signal: stop.signal,
      onProgress: progress.show,
    }).finally(progress.stop);
    if (isPublic && !stop.signal.aborted) publish(root, exercise.folder, `npm run bench ${exercise.number}`, { ...report, judged });
    if (json) console.log(JSON.stringify(report));
    else {
      console.log(benchScreen(exercise, workloads, results));
      if (guessed !== undefined) tellGuess(root, exercise, guessed, results);
      console.log(paint.dim(`\nThe distributions: ${relative(process.cwd(), page)}`));
    }
    return EXIT.ok;
  },
);

function effortOf(quick: boolean | undefined, seconds: string | undefined): Effort {
  const effort = quick ? QUICK : FULL;
  if (seconds === undefined) return effort;
  return { ...effort, totalMs: positiveOption('seconds', seconds) * 1e3 };
}

function isUnfinished(root: string, exercise: Exercise): boolean {
  const work = Work.ofLearner(root, exercise);
  return exercise.steps.some((step) => work.marksOf(step).length > 0);
}

async function askGuess(): Promise<number | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  lines.once('SIGINT', () => process.exit(EXIT.ok)); // or nobody would answer, and nothing go on
  const answer = await lines.question('How many times as fast as the naive version is yours? (Enter skips) ');
  lines.close();
  return parseGuess(answer);
}

/** Of the first workload that has both. */
function tellGuess(root: string, { slug }: Exercise, guessed: number, results: readonly ScenarioResult[]): void {
  const result = results.find(({ measured }) => measured.includes('yours') && measured.includes('naive'));
  if (!result) return;
  const measured = 1 / result.ratio('yours', 'naive').ratio;
  const guess = { slug, workload: result.scenario.name, at: new Date().toISOString(), guessed, measured };
  const guesses = new Guesses(root);
  console.log(`\n${guesses.tell(guess)}`);
  keeping(() => guesses.keep(guess));
}
