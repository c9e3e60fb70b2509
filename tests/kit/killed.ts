// What is killed in the middle of: a learner who saves, and a kit that keeps, replaces and brings back, without end.

import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { readExercise } from '../../scripts/kit/catalogue.ts';
import { Journal } from '../../scripts/kit/journal.ts';
import { resetExercise } from '../../scripts/kit/reset.ts';
import { State, writeWhole } from '../../scripts/kit/store.ts';

const [root = '', round = ''] = process.argv.slice(2);
const exercise = readExercise(root, '01-counter');
const journal = new Journal(root, exercise);

for (let save = 0; ; save++) {
  const work = `work ${round}.${save}`;
  writeWhole(join(root, 'exercises/01-counter/counter.ts'), `// ${work}\n`.repeat(2_000));
  writeSync(1, `${work}\n`);
  journal.keep('verdict');
  new State(root, exercise.slug).setHintsShown('1', save);
  resetExercise(root, exercise);
  journal.restore(journal.attempts().at(-1)!);
}
