import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KnownWrong } from '../../tests/known-wrong.ts';
import type { Exercise } from './catalogue.ts';
import type { Rewrite } from './judge/subject.ts';
import { generateStub } from './stub.ts';

/** The known mistakes of an exercise, in their order. */
export async function readKnownWrong(root: string, { folder }: Exercise): Promise<readonly KnownWrong[]> {
  const path = join(root, 'tests', folder, 'known-wrong.ts');
  return existsSync(path) ? ((await import(pathToFileURL(path).href)) as { default: readonly KnownWrong[] }).default : [];
}

/** A `find` that does not stand exactly once in the solution. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

/** The file of the solution that a mistake is made in. */
export const fileOf = ({ files }: Exercise, { file = files[0]! }: KnownWrong) => file;

/**
 * The text of a solution with a mistake in it.
 *
 * @throws PatchError
 */
export function applyPatch(solution: string, { id, patch }: KnownWrong): string {
  return patch.reduce((text, { find, replace }) => {
    const times = text.split(find).length - 1;
    if (times !== 1) throw new PatchError(`${id}: ${JSON.stringify(find)} stands ${times} times in the solution, not once`);
    return text.replace(find, () => replace);
  }, solution);
}

/** For {@link Judge}: what `stub` and `wrong:<id>` are made of. */
export function rewriteWith(mistakes: ReadonlyMap<string, readonly KnownWrong[]>): Rewrite {
  return (subject, folder, file, text) => {
    if (file === 'index.ts') return text;
    if (subject === 'stub') return generateStub(text);
    const id = subject.slice('wrong:'.length);
    const mistake = mistakes.get(folder)!.find((mistake) => mistake.id === id)!;
    return (mistake.file ?? file) === file ? applyPatch(text, mistake) : text;
  };
}
