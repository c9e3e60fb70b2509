import { findRoot, readCatalogue, resolveAddress } from './kit/catalogue.ts';
import { EXIT, run, UsageError } from './kit/command.ts';
import { Journal } from './kit/journal.ts';
import { attemptsTable } from './kit/screen.ts';

await run(
  {
    line: 'npm run undo <exercise> [<attempt>]',
    about: 'Lists what you had of an exercise at each verdict and reset, or goes back to one of them.',
    options: {},
    words: [1, 2],
  },
  async ([address, number]) => {
    const root = findRoot();
    const { exercise } = resolveAddress(readCatalogue(root), address!);
    const journal = new Journal(root, exercise);
    const attempts = journal.attempts();
    if (number === undefined) {
      console.log(attemptsTable(exercise, attempts));
      return EXIT.ok;
    }
    const attempt = attempts.find((attempt) => attempt.number === Number(number));
    if (!attempt) throw new UsageError(`there is no attempt ${number}; npm run undo ${exercise.number} lists them`);
    const kept = journal.restore(attempt);
    console.log(`You have attempt ${attempt.number} again.`);
    if (kept.number === attempt.number) return EXIT.ok;
    console.log(`What you had a moment ago is attempt ${kept.number}:\n\n  npm run undo ${exercise.number} ${kept.number}`);
    return EXIT.ok;
  },
);
