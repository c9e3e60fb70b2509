import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exercise } from './catalogue.ts';
import { STORE, StoreError, writeWhole } from './store.ts';
import type { ExerciseVerdict, StepState, StepVerdict } from './verdict.ts';

/** What the learner had at one moment. */
export interface Attempt {
  /** From 1, in the order of time. */
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  /** What the kit was about to do. */
  readonly before: 'verdict' | 'reset' | 'undo';
  /** SHA-256 of each file, by its name within the folder. */
  readonly files: Readonly<Record<string, string>>;
  /** What was said of it, by the id of the step. */
  readonly steps: Readonly<Record<string, StepSummary>>;
}

export interface StepSummary {
  readonly state: StepState;
  /** Clauses. */
  readonly passed: number;
  readonly total: number;
}

/**
 * Every state of the learner's files that a verdict was given on, or that the kit replaced.
 *
 * Contents are kept once each, under their hash; an attempt is a file of its own. So two kits at once do not get in
 * each other's way, and being killed at any moment costs at most the attempt that was being written.
 */
export class Journal {
  readonly #root: string;
  readonly #exercise: Exercise;
  readonly #folder: string;

  constructor(root: string, exercise: Exercise) {
    this.#root = root;
    this.#exercise = exercise;
    this.#folder = join(root, STORE, 'journal', exercise.slug);
  }

  /** What was last said of the files as they are now, if anything was. */
  lastVerdict(): Attempt | undefined {
    const last = this.attempts().at(-1);
    if (!last || Object.keys(last.steps).length === 0) return undefined;
    const isSame = Object.entries(last.files).every(([name, hash]) => {
      const path = this.#pathOf(name);
      return existsSync(path) && hashOf(readFileSync(path, 'utf8')) === hash;
    });
    return isSame ? last : undefined;
  }

  /** In the order of time. Attempts that cannot be read are left out. */
  attempts(): Attempt[] {
    return this.#names().flatMap((_, index, names) => this.#read(names, index) ?? []);
  }

  /**
   * Keeps the learner's files as they are; says which attempt has them. While the files stay the same, so does the
   * attempt: a later verdict takes the place of the one before.
   *
   * @throws StoreError
   */
  keep(before: Attempt['before'], verdict?: ExerciseVerdict): Attempt {
    const present = this.#exercise.files.filter((name) => existsSync(this.#pathOf(name)));
    const texts = present.map((name) => [name, readFileSync(this.#pathOf(name), 'utf8')] as const);
    const files = Object.fromEntries(texts.map(([name, text]) => [name, hashOf(text)]));
    const names = this.#names();
    const last = this.#read(names, names.length - 1);
    const isSame = last !== undefined && JSON.stringify(last.files) === JSON.stringify(files);
    if (isSame && !verdict) return last;

    const at = new Date().toISOString();
    const steps = Object.fromEntries(verdict?.steps.map((step) => [step.step.id, summaryOf(step)]) ?? []);
    const attempt = { at, before, files, steps: isSame ? { ...last.steps, ...steps } : steps };
    for (const [, text] of texts) this.#keepContent(text);
    const name = isSame ? names.at(-1)! : `${at.replace(/[-:]/g, '')}-${process.pid}.json`;
    writeWhole(join(this.#folder, name), `${JSON.stringify(attempt)}\n`);
    return { ...attempt, number: isSame ? last.number : names.length + 1 };
  }

  /**
   * Puts back what the learner had, after keeping what there is.
   *
   * @throws StoreError if something cannot be kept, or was damaged; nothing is replaced then
   */
  restore(attempt: Attempt): Attempt {
    const contents = this.contents(attempt);
    const kept = this.keep('undo');
    for (const [name, content] of contents) this.#replace(name, content);
    return kept;
  }

  /**
   * What the learner's files had, by name.
   *
   * @throws StoreError if it was damaged
   */
  contents(attempt: Attempt): Map<string, string> {
    return new Map(Object.entries(attempt.files).map(([name, hash]) => [name, this.#contentOf(hash)]));
  }

  /**
   * Replaces the learner's files by the given ones, after keeping what there is.
   *
   * @throws StoreError if that cannot be kept; nothing is replaced then
   */
  reset(stubs: ReadonlyMap<string, string>): Attempt {
    const kept = this.keep('reset');
    for (const [name, stub] of stubs) this.#replace(name, stub);
    return kept;
  }

  #names(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder).filter((name) => /^\d.*\.json$/.test(name)).sort();
  }

  #read(names: readonly string[], index: number): Attempt | undefined {
    if (index < 0) return undefined;
    try {
      const attempt = JSON.parse(readFileSync(join(this.#folder, names[index]!), 'utf8')) as Omit<Attempt, 'number'>;
      return { ...attempt, number: index + 1 };
    } catch {
      return undefined;
    }
  }

  #pathOf(name: string): string {
    return join(this.#root, 'exercises', this.#exercise.folder, name);
  }

  #replace(name: string, content: string): void {
    writeWhole(this.#pathOf(name), content);
  }

  #objectPath(hash: string): string {
    return join(this.#root, STORE, 'objects', hash.slice(0, 2), hash);
  }

  #keepContent(text: string): void {
    const path = this.#objectPath(hashOf(text));
    if (!existsSync(path) || hashOf(readFileSync(path, 'utf8')) !== hashOf(text)) writeWhole(path, text);
  }

  #contentOf(hash: string): string {
    const path = this.#objectPath(hash);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      throw new StoreError(`cannot read ${path}: ${(error as Error).message}`);
    }
    if (hashOf(text) !== hash) throw new StoreError(`${path} is damaged; this attempt cannot be brought back`);
    return text;
  }
}

/** What the journal, and graders, keep of a verdict. */
export function summaryOf({ state, clauses }: StepVerdict): StepSummary {
  return { state, passed: clauses.filter((clause) => clause.state === 'passed').length, total: clauses.length };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
