import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { UsageError } from './command.ts';

/** One numbered sentence of a README: `1.2.3` is the third clause of the second step of the first exercise. */
export interface Clause {
  readonly id: string;
  readonly text: string;
}

export interface Step {
  readonly id: string;
  /** Exercise and step, as in `1.2`. */
  readonly number: string;
  readonly title: string;
  /** Absolute. */
  readonly spec: string;
  readonly clauses: readonly Clause[];
}

export interface Exercise {
  readonly number: number;
  /** Without the number: `metadata-cache`. */
  readonly slug: string;
  /** The name that its folder has in every tree: `01-metadata-cache`. */
  readonly folder: string;
  readonly title: string;
  readonly minutes: number;
  readonly concepts: readonly string[];
  readonly steps: readonly Step[];
  /** What the learner edits, by name within the folder: the files that have a solution. */
  readonly files: readonly string[];
}

/** An exercise that cannot be read: `npm run check` collects these, every other command stops at the first. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

const EXERCISE_FOLDER = /^(\d\d)-([a-z][a-z0-9-]*)$/;
const CLAUSE = /^- \*\*(\d+\.\d+\.\d+)\*\* ([\s\S]*?)(?=^- |^\s*$|^#|(?![\s\S]))/gm;

/** The kit that `directory` lies in. */
export function findRoot(directory = process.cwd()): string {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, 'exercises')) && existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) throw new UsageError(`there is no exercises/ folder in ${directory} nor above it`);
  }
}

export function exerciseFolders(root: string): string[] {
  return readdirSync(join(root, 'exercises')).filter((name) => EXERCISE_FOLDER.test(name)).sort();
}

/** What learners see: no drafts. */
export function readCatalogue(root: string): Exercise[] {
  return exerciseFolders(root).filter((folder) => !isDraft(root, folder)).map((folder) => readExercise(root, folder));
}

/** What authors see: drafts too. */
export function readAll(root: string): Exercise[] {
  return exerciseFolders(root).map((folder) => readExercise(root, folder));
}

/** Whether an exercise says of itself that it is unfinished: `"draft": true` in its exercise.json. */
export function isDraft(root: string, folder: string): boolean {
  const path = join(root, 'exercises', folder, 'exercise.json');
  return existsSync(path) && /"draft":\s*true/.test(readFileSync(path, 'utf8'));
}

export function readExercise(root: string, folder: string): Exercise {
  const [, digits, slug] = EXERCISE_FOLDER.exec(folder)!;
  const number = Number(digits);
  const path = join('exercises', folder, 'exercise.json');
  const manifest = parseManifest(root, path);
  const clauses = readClauses(root, folder);
  const specs = existsSync(join(root, 'tests', folder)) ? readdirSync(join(root, 'tests', folder)) : [];
  const steps = manifest.steps.map(({ id, title }): Step => {
    const name = specs.find((name) => name.startsWith(`${id}-`) && name.endsWith('.spec.ts'));
    if (!name) throw new CatalogueError(`tests/${folder}: step ${id} has no spec; it is called ${id}-….spec.ts`);
    const step = `${number}.${id}`;
    return {
      id,
      number: step,
      title,
      spec: join(root, 'tests', folder, name),
      clauses: clauses.filter((clause) => clause.id.startsWith(`${step}.`)),
    };
  });
  const files = readdirSync(join(root, 'solutions', folder)).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
  return { ...manifest, number, slug: slug!, folder, steps, files };
}

function parseManifest(root: string, path: string) {
  const fail = (rule: string) => new CatalogueError(`${path}: ${rule}`);
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch (error) {
    throw fail((error as Error).message);
  }
  const { title, minutes, concepts, steps } = (manifest ?? {}) as Record<string, unknown>;
  if (typeof title !== 'string' || title === '') throw fail(`title must be a text, received ${JSON.stringify(title)}`);
  if (typeof minutes !== 'number' || !(minutes > 0)) {
    throw fail(`minutes must be a number above 0, received ${JSON.stringify(minutes)}`);
  }
  if (!Array.isArray(concepts) || concepts.some((concept) => typeof concept !== 'string')) {
    throw fail(`concepts must be a list of texts, received ${JSON.stringify(concepts)}`);
  }
  if (!Array.isArray(steps) || steps.length === 0) throw fail('steps must be a list of at least one step');
  const parsed = steps.map((step: unknown, index) => {
    const { id, title } = (step ?? {}) as Record<string, unknown>;
    if (id !== String(index + 1)) throw fail(`steps[${index}].id must be "${index + 1}", received ${JSON.stringify(id)}`);
    if (typeof title !== 'string' || title === '') {
      throw fail(`steps[${index}].title must be a text, received ${JSON.stringify(title)}`);
    }
    return { id, title };
  });
  return { title, minutes, concepts: concepts as string[], steps: parsed };
}

/** The clauses of a README, in its order: list items that begin with a bold number. */
export function readClauses(root: string, folder: string): Clause[] {
  const readme = readFileSync(join(root, 'exercises', folder, 'README.md'), 'utf8');
  return [...readme.matchAll(CLAUSE)].map(([, id, text]) => ({ id: id!, text: text!.replace(/\s+/g, ' ').trim() }));
}

/** What an argument such as `3`, `03`, `batch`, `batch-processor`, `3.2` or `batch.2` speaks of. */
export interface Address {
  readonly exercise: Exercise;
  /** Only where the argument names one. */
  readonly step?: Step;
}

/** @throws UsageError that suggests what may have been meant */
export function resolveAddress(catalogue: readonly Exercise[], address: string): Address {
  const [name = '', stepId, ...rest] = basename(address.trim().toLowerCase().replace(/\/+$/, '')).split('.');
  const exercise = findExercise(catalogue, name, address);
  if (stepId === undefined) return { exercise };
  const step = exercise.steps.find(({ id }) => id === stepId);
  if (!step || rest.length > 0) {
    const last = exercise.steps.at(-1)!;
    throw new UsageError(`exercise ${exercise.number} has the steps ${exercise.steps[0]!.number} to ${last.number}, not ${address}`);
  }
  return { exercise, step };
}

function findExercise(catalogue: readonly Exercise[], name: string, address: string): Exercise {
  if (/^\d+$/.test(name)) {
    const exercise = catalogue.find(({ number }) => number === Number(name));
    if (exercise) return exercise;
    const numbers = catalogue.map(({ number }) => number);
    throw new UsageError(`there is no exercise ${Number(name)}; there are ${numbers.join(', ')}`);
  }
  const exact = catalogue.find(({ slug, folder }) => slug === name || folder === name);
  if (exact) return exact;
  const matches = name === '' ? [] : catalogue.filter(({ slug }) => slug.includes(name));
  if (matches.length === 1) return matches[0]!;
  if (matches.length > 1) {
    throw new UsageError(`"${address}" may be ${matches.map(({ slug }) => slug).join(' or ')}`);
  }
  throw new UsageError(`there is no exercise "${address}"${suggestion(catalogue, name)}`);
}

function suggestion(catalogue: readonly Exercise[], name: string): string {
  const words = new Map(catalogue.flatMap(({ slug }) => [slug, ...slug.split('-')].map((word) => [word, slug])));
  const nearest = closest(name, [...words.keys()]);
  if (distance(name, nearest) <= Math.max(2, nearest.length / 3)) return `; did you mean ${words.get(nearest)}?`;
  return `; npm run progress lists them all`;
}
