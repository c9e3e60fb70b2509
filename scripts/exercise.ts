import { findRoot, readCatalogue, resolveAddress } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import { Diagnostician } from './kit/diagnosis.ts';
import { Journal } from './kit/journal.ts';
import { Judge } from './kit/judge/judge.ts';
import { exitCodeOf, judgeSteps, WORKERS } from './kit/judging.ts';
import { typeErrorLines, verdictScreen, welcomeScreen } from './kit/screen.ts';
import { keeping, working } from './kit/terminal.ts';
import { typeErrorsOf } from './kit/types/checker.ts';
import { Work } from './kit/verdict.ts';

await run(
  {
    line: 'npm run exercise <exercise>',
    about: 'Judges what you have of an exercise, or of one step of it: 3, 03, batch, batch-processor, 3.2.',
    options: {},
    words: [1, 1],
  },
  async ([address]) => {
    const root = findRoot();
    const { exercise, step } = resolveAddress(readCatalogue(root), address!);
    const asked = step ? [step] : exercise.steps;
    const judge = await Judge.open(root, { workers: WORKERS, atOnce: Math.min(asked.length, WORKERS) });
    try {
      const steps = await working('judging', () => judgeSteps(judge, root, exercise, asked));
      const verdict = { exercise, steps, diagnosis: (await Diagnostician.of(root, exercise)).diagnose(steps) };
      keeping(() => new Journal(root, exercise).keep('verdict', verdict));
      const work = Work.ofLearner(root, exercise);
      const untouched = exercise.steps.every((step) => work.isUntouched(step));
      console.log(untouched ? welcomeScreen(verdict, work.marksOf(exercise.steps[0]!)[0]!) : verdictScreen(verdict));
      if (exitCodeOf([verdict]) === EXIT.ok) return EXIT.ok;
      if (steps.some(({ state }) => state === 'stuck')) return EXIT.failed; // that took its time already
      const types = await typeErrorsOf(root, work.files);
      if (types.length > 0) console.log(`\n${typeErrorLines(root, types)}`);
      return EXIT.failed;
    } finally {
      await judge.close();
    }
  },
);
