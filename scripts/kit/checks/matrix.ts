import type { Exercise } from '../catalogue.ts';
import { type KillMatrix, likeness, matrixPath, readMatrix, type Signature, signatureOf } from '../diagnosis.ts';
import type { Finding } from './finding.ts';
import type { Judged } from './programs.ts';

/** How each known mistake fails, as it was just judged. */
export function matrixOf(exercise: Exercise, judged: readonly Judged[]): KillMatrix {
  const mistakes = judged.filter((program) => program.exercise === exercise && program.mistake);
  return Object.fromEntries(mistakes.map(({ mistake, steps }) => [mistake!.id, signatureOf(steps)]));
}

export const matrixText = (matrix: KillMatrix) => `${JSON.stringify(matrix, null, 2)}\n`;

/** The committed matrix is what the mistakes do; it tells each from each other, and has no clause that is one too many. */
export function checkMatrix(root: string, exercises: readonly Exercise[], judged: readonly Judged[]): Finding[] {
  return exercises.flatMap((exercise) => {
    const matrix = matrixOf(exercise, judged);
    return [...checkFreshness(root, exercise, matrix), ...checkMistakes(exercise, matrix), ...checkTwins(exercise, matrix)];
  });
}

function checkFreshness(root: string, exercise: Exercise, matrix: KillMatrix): Finding[] {
  const committed = readMatrix(root, exercise);
  const ids = [...new Set([...Object.keys(committed), ...Object.keys(matrix)])];
  const stale = ids.filter((id) => !failsAs(committed[id], matrix[id]));
  if (stale.length === 0) return [];
  const what = `does not say how these known mistakes fail today: ${stale.join(', ')}`;
  return [{ where: matrixPath(exercise), what, mend: 'npm run matrix' }];
}

/**
 * Whether a row still describes a mistake: the same clauses, and something in common in each. Not more, since what one
 * of several claims about memory says depends on when the collector runs.
 */
function failsAs(row: Signature | undefined, today: Signature | undefined): boolean {
  if (!row || !today || Object.keys(row).length !== Object.keys(today).length) return false;
  return Object.entries(row).every(([clause, claims]) => Object.keys(claims).some((claim) => claim in (today[clause] ?? {})));
}

/** Two mistakes that fail in the same way are one to whoever sees only how they fail. */
function checkMistakes(exercise: Exercise, matrix: KillMatrix): Finding[] {
  const rows = Object.entries(matrix);
  return rows.flatMap(([id, row], index) =>
    rows
      .slice(index + 1)
      .filter(([, other]) => likeness(row, other) === 1)
      .map(([other]) => ({
        where: `tests/${exercise.folder}/known-wrong.ts`,
        what: `${id} and ${other} cannot be told apart`,
        mend: 'merge them, or sharpen a clause that tells them apart',
      })),
  );
}

/** Two clauses that fail together in every mistake say the same thing, as far as anybody knows. */
function checkTwins(exercise: Exercise, matrix: KillMatrix): Finding[] {
  const rows = Object.values(matrix);
  const clauses = exercise.steps.flatMap((step) => step.clauses.map(({ id }) => id));
  const columns = clauses.map((id) => ({ id, column: rows.map((row) => (id in row ? 1 : 0)).join('') }));
  const where = `tests/${exercise.folder}/known-wrong.ts`;
  const never = columns
    .filter(({ column }) => !column.includes('1'))
    .map(({ id }) => ({ where, what: `no known mistake breaks clause ${id}`, mend: 'think of one, or drop the clause' }));
  const twins = columns.flatMap(({ id, column }, index) =>
    columns
      .slice(index + 1)
      .filter((other) => other.column === column && column.includes('1'))
      .map((other) => ({
        where,
        what: `clauses ${id} and ${other.id} fail together in every known mistake`,
        mend: 'one clause too many, or a mistake too few',
      })),
  );
  return [...never, ...twins];
}
