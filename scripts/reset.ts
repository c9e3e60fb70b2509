import { findRoot, readCatalogue, resolveAddress } from './kit/catalogue.ts';
import { EXIT, run, UsageError } from './kit/command.ts';
import { resetExercise } from './kit/reset.ts';

await run(
  {
    line: 'npm run reset <exercise>',
    about: 'Puts the stub in the place of what you have, which is kept; says how to get it back.',
    options: {},
    words: [1, 1],
  },
  async ([address]) => {
    const root = findRoot();
    const { exercise, step } = resolveAddress(readCatalogue(root), address!);
    if (step) throw new UsageError(`steps share their file: npm run reset ${exercise.number} resets the whole exercise`);
    console.log(resetExercise(root, exercise));
    return EXIT.ok;
  },
);
