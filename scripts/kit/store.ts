import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sync as writeFileAtomic } from 'write-file-atomic';

/** The git-ignored folder in which the kit keeps what it must remember. */
export const STORE = '.hotpath';

/** The disk did not take what the kit wanted to keep. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/**
 * Replaces a file, or makes it: whoever reads it, at any moment, finds the old content or the new.
 *
 * @throws StoreError
 */
export function writeWhole(path: string, content: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic(path, content);
  } catch (error) {
    throw new StoreError(`cannot write ${path}: ${(error as Error).message}`);
  }
}

interface Remembered {
  /** How many hints were shown, by the id of the step. */
  hints: Record<string, number>;
}

/** What the kit remembers of one exercise besides the attempts: `.hotpath/state/<slug>.json`. */
export class State {
  readonly #path: string;
  readonly #remembered: Remembered;

  /** A damaged file is set aside, and said to be. */
  constructor(root: string, slug: string) {
    this.#path = join(root, STORE, 'state', `${slug}.json`);
    this.#remembered = read(this.#path) ?? { hints: {} };
  }

  hintsShown(stepId: string): number {
    return this.#remembered.hints[stepId] ?? 0;
  }

  /** @throws StoreError */
  setHintsShown(stepId: string, count: number): void {
    this.#remembered.hints[stepId] = count;
    writeWhole(this.#path, `${JSON.stringify(this.#remembered, null, 2)}\n`);
  }
}

function read(path: string): Remembered | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const { hints } = JSON.parse(text) as Remembered;
    if (Object.values(hints).every((count) => Number.isSafeInteger(count) && count >= 0)) return { hints };
  } catch {
    // Set aside below.
  }
  const aside = `${path}.damaged-${Date.now()}`;
  renameSync(path, aside);
  console.error(`The kit's notes were damaged and are set aside as ${aside}; your work is not concerned.`);
  return undefined;
}
