import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exercise } from '../catalogue.ts';
import { writeWhole } from '../store.ts';
import { MarkError, stubsOf } from '../stub.ts';
import type { Finding } from './finding.ts';

/**
 * Each committed stub is what its solution generates. What somebody has written over it since is their work, and no
 * concern of this check.
 */
export function checkStubs(root: string, exercises: readonly Exercise[]): Finding[] {
  return exercises.flatMap((exercise) => {
    try {
      return stubsOf(root, exercise)
        .map(([name, stub]) => ({ path: `exercises/${exercise.folder}/${name}`, stub }))
        .filter(({ path, stub }) => textOf(root, path) !== stub && committedText(root, path) !== stub)
        .map(({ path }) => ({ where: path, what: 'is not what its solution generates', mend: 'npm run stubs' }));
    } catch (error) {
      if (!(error instanceof MarkError)) throw error;
      return [{ where: `solutions/${exercise.folder}`, what: error.message, mend: 'correct the mark' }];
    }
  });
}

const textOf = (root: string, path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);

function committedText(root: string, path: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['show', `HEAD:./${path}`], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

/** The files whose text is not the stub. */
export function filesWithWork(root: string, exercises: readonly Exercise[]): string[] {
  return exercises.flatMap((exercise) =>
    stubsOf(root, exercise)
      .map(([name, stub]) => ({ path: `exercises/${exercise.folder}/${name}`, stub }))
      .filter(({ path, stub }) => textOf(root, path) !== stub)
      .map(({ path }) => path),
  );
}

/**
 * Writes the stubs anew where the committed ones stand; what somebody has changed is left alone.
 *
 * @returns the files written, and those left alone
 */
export function writeStubs(root: string, exercises: readonly Exercise[]): { written: string[]; leftAlone: string[] } {
  const written: string[] = [];
  const leftAlone: string[] = [];
  for (const exercise of exercises) {
    for (const [name, stub] of stubsOf(root, exercise)) {
      const path = `exercises/${exercise.folder}/${name}`;
      const text = textOf(root, path);
      if (text === stub) continue;
      const isWork = text !== undefined && text !== committedText(root, path);
      (isWork ? leftAlone : written).push(path);
      if (!isWork) writeWhole(join(root, path), stub);
    }
  }
  return { written, leftAlone };
}
