import { findRoot, readAll, resolveAddress } from './kit/catalogue.ts';
import { matrixOf, matrixText } from './kit/checks/matrix.ts';
import { checkPrograms } from './kit/checks/programs.ts';
import { EXIT, run } from './kit/command.ts';
import { matrixPath } from './kit/diagnosis.ts';
import { writeWhole } from './kit/store.ts';
import { progressBar } from './kit/terminal.ts';

await run(
  {
    line: 'npm run matrix [<exercise>…]',
    about: 'For authors: writes down how each known mistake fails, for the diagnosis to compare attempts with.',
    options: {},
    words: [0, 99],
  },
  async (addresses) => {
    const root = findRoot();
    const all = readAll(root);
    const exercises = addresses.length === 0 ? all : addresses.map((address) => resolveAddress(all, address).exercise);
    const bar = progressBar('judging');
    const { judged } = await checkPrograms(root, exercises, { onProgress: bar.show });
    bar.stop();
    for (const exercise of exercises) {
      writeWhole(`${root}/${matrixPath(exercise)}`, matrixText(matrixOf(exercise, judged)));
      console.log(`${matrixPath(exercise)} is written`);
    }
    return EXIT.ok;
  },
);
