import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Exercise, exerciseFolders, isDraft, readExercise } from '../catalogue.ts';

/** A page of the study guide. */
export interface Chapter {
  /** Its file, and its page, without the ending: `01-metadata-cache`. */
  readonly slug: string;
  /** Absolute. */
  readonly file: string;
  readonly title: string;
  /** The labs in it, as in `<div data-lab="cache">`. */
  readonly labs: readonly string[];
  /** Only of a chapter on an exercise. */
  readonly exercise?: Exercise;
}

/** What the site is made from. */
export interface Guide {
  readonly root: string;
  /** The page that one comes to first. */
  readonly start: string;
  /** In reading order: the exercises, then what concerns all of them. */
  readonly chapters: readonly Chapter[];
  /** The `index.ts` of each reference, absolute. */
  readonly references: readonly string[];
}

const GUIDE = 'docs/guide';
const START = 'start.md';

/** @param options `drafts`: with the exercises that learners do not see yet */
export function readGuide(root: string, { drafts = false } = {}): Guide {
  const all = exerciseFolders(root);
  const shown = all.filter((folder) => drafts || !isDraft(root, folder));
  const exercises = new Map(shown.map((folder) => [folder, readExercise(root, folder)]));
  const chapters = readdirSync(join(root, GUIDE))
    .filter((name) => name.endsWith('.md') && name !== START)
    .filter((name) => !all.includes(basename(name, '.md')) || exercises.has(basename(name, '.md')))
    .sort()
    .map((name) => readChapter(join(root, GUIDE, name), exercises.get(basename(name, '.md'))));
  const references = ['00-framework', ...shown].map((folder) => join(root, 'reference', folder, 'index.ts'));
  return { root, start: join(root, GUIDE, START), chapters, references: references.filter((path) => existsSync(path)) };
}

function readChapter(file: string, exercise: Exercise | undefined): Chapter {
  const text = readFileSync(file, 'utf8');
  const slug = basename(file, '.md');
  const title = /^---\n(?:.*\n)*?title: (.+)\n(?:.*\n)*?---\n/.exec(text)?.[1];
  if (title === undefined) throw new Error(`${GUIDE}/${slug}.md must begin with its title, as in "---\\ntitle: ${slug}\\n---"`);
  const labs = [...text.matchAll(/<div data-lab="([\w-]+)"/g)].map(([, lab]) => lab!);
  return { slug, file, title, labs, ...(exercise && { exercise }) };
}
