import { type Exercise, findRoot, readCatalogue, type Step } from './kit/catalogue.ts';
import { run } from './kit/command.ts';
import { Journal, summaryOf } from './kit/journal.ts';
import { Judge } from './kit/judge/judge.ts';
import { exitCodeOf, WORKERS } from './kit/judging.ts';
import { progressScreen } from './kit/screen.ts';
import { keeping, progressBar } from './kit/terminal.ts';
import { type ExerciseVerdict, readVerdict, Work } from './kit/verdict.ts';

await run(
  {
    line: 'npm run progress',
    about: 'Runs the tests of every step of every exercise, and says how far you are and what comes next.',
    options: { json: { type: 'boolean', help: 'prints one JSON object and nothing else' } },
    words: [0, 0],
  },
  async (_words, { json }) => {
    const root = findRoot();
    const catalogue = readCatalogue(root);
    const verdicts = await judgeAll(root, catalogue);
    for (const verdict of verdicts) keeping(() => new Journal(root, verdict.exercise).keep('verdict', verdict));
    console.log(json ? JSON.stringify(reportOf(verdicts)) : progressScreen(verdicts));
    return exitCodeOf(verdicts);
  },
);

/** Every step of every exercise, in one Vitest. */
async function judgeAll(root: string, catalogue: readonly Exercise[]): Promise<ExerciseVerdict[]> {
  const work = new Map(catalogue.map((exercise) => [exercise, Work.ofLearner(root, exercise)]));
  const all: [Exercise, Step][] = catalogue.flatMap((exercise) => exercise.steps.map((step): [Exercise, Step] => [exercise, step]));
  const judge = await Judge.open(root, { workers: WORKERS, atOnce: WORKERS });
  const bar = progressBar('judging');
  let done = 0;
  bar.show(done, all.length);
  try {
    const runs = all.map(([, { spec }]) => ({ spec, subject: 'exercises' as const }));
    const outcomes = await judge.run(runs, () => bar.show(++done, all.length));
    const verdicts = all.map(([exercise, step], index) => readVerdict(step, outcomes[index]!, work.get(exercise)!));
    return catalogue.map((exercise) => ({
      exercise,
      steps: verdicts.filter(({ step }) => exercise.steps.includes(step)),
    }));
  } finally {
    bar.stop();
    await judge.close();
  }
}

/** What graders read. */
function reportOf(verdicts: readonly ExerciseVerdict[]) {
  return {
    exercises: verdicts.map(({ exercise: { slug, number }, steps }) => ({
      slug,
      number,
      steps: steps.map((verdict) => {
        const { id, title } = verdict.step;
        const { state, passed, total } = summaryOf(verdict);
        return { id, title, status: state, clauses: { passed, total } };
      }),
    })),
  };
}
