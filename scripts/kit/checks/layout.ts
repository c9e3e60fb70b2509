import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hintsOf } from '../brief.ts';
import { CatalogueError, type Exercise, exerciseFolders, isDraft, readClauses, readExercise } from '../catalogue.ts';
import type { Finding } from './finding.ts';

/** How many hints a step has. */
const HINTS = 3;

const TREES = ['exercises', 'solutions', 'reference', 'tests'] as const;

/** What the kit stands on, and its own tests. */
const NO_EXERCISES = ['00-framework', 'guide', 'kit'];

const GIVEN = ['README.md', 'exercise.json', 'hints.md', 'contract.ts', 'index.ts'];
const JUDGES = ['misuse.spec.ts', 'reference.spec.ts', 'known-wrong.ts', 'also-right.ts', 'bench.ts', 'kill-matrix.json'];
/** Every exercise has these two; a `bench.ts` only what can be timed, a `misuse.spec.ts` only what takes options. */
const NEEDED_JUDGES = ['known-wrong.ts', 'also-right.ts'];

/** The exercises that can be read, and what is wrong with those that cannot. */
export function readExercises(root: string): { exercises: Exercise[]; findings: Finding[] } {
  const exercises: Exercise[] = [];
  const findings: Finding[] = [];
  for (const folder of exerciseFolders(root)) {
    try {
      exercises.push(readExercise(root, folder));
    } catch (error) {
      if (!(error instanceof CatalogueError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      findings.push({ where: `exercises/${folder}`, what: (error as Error).message, mend: 'put it right by hand' });
    }
  }
  const numbers = exercises.filter(({ folder }) => !isDraft(root, folder)).map(({ number }) => number);
  for (const [index, number] of numbers.entries()) {
    if (number !== index + 1) {
      findings.push({ where: 'exercises', what: `exercise ${index + 1} is missing before ${number}`, mend: 'rename the folder in every tree' });
      break;
    }
  }
  return { exercises, findings };
}

/** One slug, five places: each exercise has its folder in each tree, a chapter, and no file that nobody expects. */
export function checkTrees(root: string, exercises: readonly Exercise[]): Finding[] {
  const findings: Finding[] = [];
  for (const tree of TREES) {
    const known = new Set(exercises.map(({ folder }) => folder));
    for (const name of readdirSync(join(root, tree))) {
      const isFolder = statSync(join(root, tree, name)).isDirectory();
      if (!isFolder || known.has(name) || NO_EXERCISES.includes(name)) continue;
      findings.push({ where: `${tree}/${name}`, what: 'belongs to no exercise', mend: `git rm -r ${tree}/${name}` });
    }
  }
  for (const exercise of exercises.filter(({ folder }) => !isDraft(root, folder))) findings.push(...checkFolders(root, exercise));
  return findings;
}

function checkFolders(root: string, { folder, files, steps }: Exercise): Finding[] {
  const findings: Finding[] = [];
  const missing = (path: string, mend = 'write it') => {
    if (!existsSync(join(root, path))) findings.push({ where: path, what: 'is missing', mend });
  };
  const stray = (path: string) => findings.push({ where: path, what: 'is a stray file', mend: `git rm ${path}` });

  for (const name of GIVEN) missing(`exercises/${folder}/${name}`);
  for (const name of files) missing(`exercises/${folder}/${name}`, 'npm run stubs');
  missing(`solutions/${folder}/index.ts`);
  missing(`reference/${folder}/index.ts`);
  missing(`docs/guide/${folder}.md`);
  for (const name of NEEDED_JUDGES) missing(`tests/${folder}/${name}`);

  for (const name of list(root, `exercises/${folder}`)) {
    if (!GIVEN.includes(name) && !files.includes(name)) stray(`exercises/${folder}/${name}`);
  }
  const specs = steps.map(({ spec }) => spec);
  const judges = list(root, `tests/${folder}`);
  for (const name of judges) {
    const path = `tests/${folder}/${name}`;
    const isImported = () =>
      judges.some((other) => other !== name && readFileSync(join(root, 'tests', folder, other), 'utf8').includes(`'./${name}'`));
    if (!JUDGES.includes(name) && !specs.includes(join(root, path)) && !(name.endsWith('.ts') && isImported())) stray(path);
  }
  return findings;
}

const list = (root: string, folder: string) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []);

/** Every step has hints and clauses; every clause of a README is a `describe` of its step's spec, and the other way round. */
export function checkClauses(root: string, exercises: readonly Exercise[]): Finding[] {
  return exercises.flatMap((exercise) => [...checkHints(root, exercise), ...checkNumbers(root, exercise), ...checkSpecs(exercise)]);
}

function checkHints(root: string, exercise: Exercise): Finding[] {
  return exercise.steps.flatMap((step) => {
    const count = hintsOf(root, exercise, step).length;
    if (count === HINTS) return [];
    const where = `exercises/${exercise.folder}/hints.md`;
    return [{ where, what: `step ${step.id} has ${count} hints, not ${HINTS}`, mend: 'write them, as a numbered list' }];
  });
}

function checkNumbers(root: string, { folder, number, steps }: Exercise): Finding[] {
  const where = `exercises/${folder}/README.md`;
  const findings: Finding[] = [];
  for (const { clauses, number, title, id } of steps) {
    if (clauses.length === 0) findings.push({ where, what: `step ${id} has no clauses`, mend: 'write them, as - **1.2.3** …' });
    for (const [index, clause] of clauses.entries()) {
      const expected = `${number}.${index + 1}`;
      if (clause.id === expected) continue;
      findings.push({ where, what: `clause ${clause.id} stands where ${expected} is expected`, mend: 'number them in order' });
      break;
    }
    if (!new RegExp(`^## Step ${id} · ${escape(title)}$`, 'm').test(readText(root, where))) {
      findings.push({ where, what: `there is no heading "## Step ${id} · ${title}"`, mend: 'write it as exercise.json has it' });
    }
  }
  const known = new Set(steps.flatMap(({ clauses }) => clauses.map(({ id }) => id)));
  for (const { id } of readClauses(root, folder)) {
    if (!known.has(id)) findings.push({ where, what: `clause ${id} is of no step of exercise ${number}`, mend: 'renumber it' });
  }
  return findings;
}

function checkSpecs({ folder, steps }: Exercise): Finding[] {
  return steps.flatMap(({ spec, clauses, number }) => {
    const where = `tests/${folder}/${spec.slice(dirname(spec).length + 1)}`;
    const text = readFileSync(spec, 'utf8');
    const described = [...text.matchAll(/^ {2}describe\(\s*['"`](\d+\.\d+\.\d+) /gm)].map(([, id]) => id!);
    const promised = clauses.map(({ id }) => id);
    return [
      ...(new RegExp(`^describe\\(\\s*['"\`]${escape(number)} `, 'm').test(text) ? [] : [`has no describe('${number} …')`]),
      ...promised.filter((id) => !described.includes(id)).map((id) => `has no describe('${id} …') within it`),
      ...described.filter((id) => !promised.includes(id)).map((id) => `describes ${id}, which is no clause of the README`),
      ...described.filter((id, index) => described.indexOf(id) !== index).map((id) => `describes ${id} twice`),
    ].map((what) => ({ where, what, mend: 'bring the spec and the README together' }));
  });
}

/** Commands and links in what people read exist. */
export function checkTexts(root: string, exercises: readonly Exercise[]): Finding[] {
  const { scripts = {} } = JSON.parse(readText(root, 'package.json')) as { scripts?: Record<string, string> };
  const guide = list(root, 'docs/guide').map((name) => `docs/guide/${name}`);
  const readmes = exercises.flatMap(({ folder }) => [`exercises/${folder}/README.md`, `exercises/${folder}/hints.md`]);
  const texts = ['README.md', 'CONTRIBUTING.md', ...guide, ...readmes];
  return texts.filter((path) => path.endsWith('.md') && existsSync(join(root, path))).flatMap((where) => {
    const text = readText(root, where);
    const commands = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short!);
    const links = [...text.matchAll(/\]\((?!\w+:|#)([^)\s#]+)/g)].map(([, link]) => link!);
    return [
      ...commands
        .filter((name) => !(name in scripts))
        .map((name) => ({ where, what: `names the command ${name}, which package.json does not have`, mend: 'npm run lists them' })),
      ...links
        .filter((link) => !existsSync(join(root, dirname(where), link)))
        .map((link) => ({ where, what: `links to ${link}, which does not exist`, mend: 'correct the link' })),
    ];
  });
}

const readText = (root: string, path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
