/** Thrown where a stub is still to be written; the verdict shows the clause as *to do*, not as failed. */
export class TodoError extends Error {
  override readonly name = 'TodoError';

  constructor(readonly step: string) {
    super(`step ${step} is still to do`);
  }
}

/** The steps whose marks were reached since the list was last emptied: the verdict empties it before each test. */
export const reachedMarks: string[] = [];

/**
 * Marks what the learner writes: put your code in its place.
 *
 * @param step exercise and step, as in `'1.2'`
 * @throws {@link TodoError} always
 */
export function todo(step: string): never {
  reachedMarks.push(step);
  throw new TodoError(step);
}
