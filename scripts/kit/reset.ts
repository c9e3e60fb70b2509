import type { Exercise } from './catalogue.ts';
import { Journal } from './journal.ts';
import { stubsOf } from './stub.ts';

/**
 * Puts the stubs in the place of what the learner has, which is kept first.
 *
 * @returns what was done, and the command that undoes it
 */
export function resetExercise(root: string, exercise: Exercise): string {
  const kept = new Journal(root, exercise).reset(new Map(stubsOf(root, exercise)));
  return [
    ...exercise.files.map((name) => `exercises/${exercise.folder}/${name} is the stub again.`),
    `What you had is attempt ${kept.number}; to have it back:`,
    '',
    `  npm run undo ${exercise.number} ${kept.number}`,
  ].join('\n');
}
