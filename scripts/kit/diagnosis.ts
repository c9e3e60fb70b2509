import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownWrong } from '../../tests/known-wrong.ts';
import type { Exercise } from './catalogue.ts';
import type { Failure } from './failure.ts';
import { readKnownWrong } from './known-wrong.ts';
import type { ClauseVerdict, StepVerdict } from './verdict.ts';

/** How a program fails: by clause, each claim that does not hold and what was seen instead. */
export type Signature = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How each known mistake of an exercise fails, by its id: `tests/<exercise>/kill-matrix.json`. */
export type KillMatrix = Readonly<Record<string, Signature>>;

/** The known mistake that an attempt fails like. */
export interface Diagnosis {
  readonly mistake: KnownWrong;
  /** From 0 to 1: 1 if it fails in the same claims, and in the same way. */
  readonly likeness: number;
}

/** Less than this is not like it. */
const LIKE = 0.75;
/** By less than this no mistake is clearly liker than another. */
const CLEARLY = 0.1;
/** A claim that fails in both, but in another way. */
const SAME_CLAIM = 0.4;
/** What is kept of what was seen, characters. */
const SEEN = 160;

/** How the given steps fail; what is to do is no failure. */
export function signatureOf(steps: readonly StepVerdict[]): Signature {
  const failed = judgedClauses(steps).filter(({ failures }) => failures.length > 0);
  return Object.fromEntries(failed.map(({ id, failures }) => [id, Object.fromEntries(failures.map(entryOf))]));
}

function entryOf({ claim, subject, expected, received }: Failure): [string, string] {
  const seen = expected === undefined ? subject : `${subject}: ${expected} → ${received}`;
  return [claim, seen.replace(/\d+\.\d{3,}/g, '…').slice(0, SEEN)]; // a real clock never says the same twice
}

/** The clauses of steps that somebody has begun, and that came to a verdict. */
function judgedClauses(steps: readonly StepVerdict[]): ClauseVerdict[] {
  const begun = steps.filter(({ state }) => state === 'passed' || state === 'failed');
  return begun.flatMap(({ clauses }) => clauses).filter(({ state }) => state === 'passed' || state === 'failed');
}

/**
 * The mistake that fails as the attempt does, if one does clearly. Only what was judged in both is compared, so that a
 * learner in step 2 is not held against what a mistake breaks in step 5.
 */
export function diagnose(
  steps: readonly StepVerdict[],
  mistakes: readonly KnownWrong[],
  matrix: KillMatrix,
): Diagnosis | undefined {
  const judged = new Set(judgedClauses(steps).map(({ id }) => id));
  const seen = signatureOf(steps);
  if (Object.keys(seen).length === 0) return undefined;
  const [best, second] = mistakes
    .map((mistake) => ({ mistake, likeness: likeness(seen, restrict(matrix[mistake.id] ?? {}, judged)) }))
    .sort((a, b) => b.likeness - a.likeness);
  if (!best || best.likeness < LIKE || best.likeness - (second?.likeness ?? 0) < CLEARLY) return undefined;
  return best;
}

function restrict(signature: Signature, clauses: ReadonlySet<string>): Signature {
  return Object.fromEntries(Object.entries(signature).filter(([clause]) => clauses.has(clause)));
}

/** The mean, over the claims that fail in either, of how alike they fail; each clause counts the same. From 0 to 1. */
export function likeness(a: Signature, b: Signature): number {
  const clauses = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  if (clauses.length === 0) return 0;
  return clauses.reduce((sum, clause) => sum + clauseLikeness(a[clause] ?? {}, b[clause] ?? {}), 0) / clauses.length;
}

function clauseLikeness(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): number {
  const claims = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const alike = (claim: string) => (!(claim in a) || !(claim in b) ? 0 : a[claim] === b[claim] ? 1 : SAME_CLAIM);
  return claims.reduce((sum, claim) => sum + alike(claim), 0) / claims.length;
}

export const matrixPath = ({ folder }: Exercise) => join('tests', folder, 'kill-matrix.json');

export function readMatrix(root: string, exercise: Exercise): KillMatrix {
  const path = join(root, matrixPath(exercise));
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as KillMatrix) : {};
}

/** What an exercise's attempts are compared with. */
export class Diagnostician {
  readonly #mistakes: readonly KnownWrong[];
  readonly #matrix: KillMatrix;

  static async of(root: string, exercise: Exercise): Promise<Diagnostician> {
    return new Diagnostician(await readKnownWrong(root, exercise), readMatrix(root, exercise));
  }

  private constructor(mistakes: readonly KnownWrong[], matrix: KillMatrix) {
    this.#mistakes = mistakes;
    this.#matrix = matrix;
  }

  diagnose(steps: readonly StepVerdict[]): Diagnosis | undefined {
    return diagnose(steps, this.#mistakes, this.#matrix);
  }
}
