import { createInterface } from 'node:readline/promises';
import { findRoot, readCatalogue, resolveAddress } from './kit/catalogue.ts';
import { EXIT, run, UsageError } from './kit/command.ts';
import { compareScreen } from './kit/compare.ts';
import { Journal } from './kit/journal.ts';
import { stepName } from './kit/screen.ts';
import { isInteractive } from './kit/terminal.ts';

await run(
  {
    line: 'npm run compare <exercise> [-- --reference] [-- --yes]',
    about: 'What you have beside the solution, declaration by declaration; nothing of yours is changed.',
    options: {
      reference: { type: 'boolean', help: 'beside the reference instead' },
      yes: { type: 'boolean', help: 'do not ask first when the exercise is unfinished' },
    },
    words: [1, 1],
  },
  async ([address], { reference, yes }) => {
    const root = findRoot();
    const { exercise } = resolveAddress(readCatalogue(root), address!);
    const judged = new Journal(root, exercise).lastVerdict()?.steps ?? {};
    const unfinished = exercise.steps.find(({ id }) => judged[id]?.state !== 'passed');
    if (unfinished && !yes && !(await isWanted(`${stepName(unfinished)} is not passed yet. Show the solution all the same?`))) {
      return EXIT.ok;
    }
    console.log(await compareScreen(root, exercise, reference ? 'reference' : 'solutions'));
    return EXIT.ok;
  },
);

async function isWanted(question: string): Promise<boolean> {
  if (!isInteractive()) throw new UsageError(`${question} Then add: -- --yes`);
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`${question} (y/N) `);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
