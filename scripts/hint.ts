import { hintsOf } from './kit/brief.ts';
import { CatalogueError, findRoot, readCatalogue, resolveAddress } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import { Journal } from './kit/journal.ts';
import { hintText } from './kit/screen.ts';
import { State } from './kit/store.ts';

await run(
  {
    line: 'npm run hint <exercise>',
    about: 'Shows the next hint of the step you are at, or of the one that you name: 3, 3.2. Three a step.',
    options: {},
    words: [1, 1],
  },
  async ([address]) => {
    const root = findRoot();
    const { exercise, step: named } = resolveAddress(readCatalogue(root), address!);
    const judged = new Journal(root, exercise).attempts().at(-1)?.steps ?? {};
    const step = named ?? exercise.steps.find(({ id }) => judged[id]?.state !== 'passed') ?? exercise.steps.at(-1)!;
    const hints = hintsOf(root, exercise, step);
    if (hints.length === 0) throw new CatalogueError(`exercises/${exercise.folder}/hints.md has none for step ${step.id}`);
    const state = new State(root, exercise.slug);
    const number = Math.min(state.hintsShown(step.id) + 1, hints.length);
    state.setHintsShown(step.id, number);
    console.log(hintText(step, hints, number));
    return EXIT.ok;
  },
);
