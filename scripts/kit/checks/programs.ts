import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownWrong } from '../../../tests/known-wrong.ts';
import type { Exercise } from '../catalogue.ts';
import { Judge, type SpecRun } from '../judge/judge.ts';
import type { Subject } from '../judge/subject.ts';
import { WORKERS } from '../judging.ts';
import { applyPatch, fileOf, PatchError, readKnownWrong, rewriteWith } from '../known-wrong.ts';
import { type ClauseVerdict, readVerdict, type StepVerdict, Work } from '../verdict.ts';
import type { Finding } from './finding.ts';

/** The verdicts on one program over all steps. */
export interface Judged {
  readonly exercise: Exercise;
  readonly subject: Subject;
  readonly mistake?: KnownWrong;
  readonly steps: readonly StepVerdict[];
}

/** How often specs that should accept accept, and that should reject reject: published with the kit. */
export interface Figures {
  readonly alternatives: { accepted: number; total: number };
  readonly mistakes: { rejected: number; byTheirOwnClauses: number; total: number };
}

export interface ProgramOptions {
  /** The fewest known mistakes that are made in one step. @default 5 */
  readonly fewestMistakes?: number;
  readonly onProgress?: (done: number, all: number) => void;
}

const MISTAKES_A_STEP = 5;
/** More than a learner's test is given: a mistake must break its clauses, and no other, on a busy machine too. */
const PATIENCE_MS = 4_000;

const RIGHT: readonly Subject[] = ['solutions', 'also-right', 'reference'];

/**
 * Runs every spec on every program of which the verdict is known: solutions, references and other correct
 * implementations pass every clause, stubs none, and each known mistake breaks exactly the clauses that it names.
 */
export async function checkPrograms(
  root: string,
  exercises: readonly Exercise[],
  { fewestMistakes = MISTAKES_A_STEP, onProgress = () => {} }: ProgramOptions = {},
): Promise<{ findings: Finding[]; figures: Figures; judged: Judged[] }> {
  const mistakes = new Map<string, readonly KnownWrong[]>();
  const findings: Finding[] = [];
  for (const exercise of exercises) {
    const known = await readKnownWrong(root, exercise);
    findings.push(...checkMistakes(exercise, known, fewestMistakes));
    const applicable = known.filter((mistake) => {
      const problem = whyNotApplicable(root, exercise, mistake);
      if (problem) findings.push(problem);
      return !problem;
    });
    mistakes.set(exercise.folder, applicable);
  }

  const programs = exercises.flatMap((exercise) => {
    const subjects: { subject: Subject; mistake?: KnownWrong }[] = [
      ...RIGHT.filter((subject) => exists(root, exercise, subject)).map((subject) => ({ subject })),
      { subject: 'stub' },
      ...mistakes.get(exercise.folder)!.map((mistake) => ({ subject: `wrong:${mistake.id}` as const, mistake })),
    ];
    return subjects.map((program) => ({ exercise, ...program }));
  });
  const judged = await judgeAll(root, programs, mistakes, onProgress);
  // What a broken solution says of the mistakes made in it is worth nothing.
  const unsound = new Set(judged.filter((program) => program.subject === 'solutions' && !isPassed(program)).map(({ exercise }) => exercise));
  for (const program of judged) {
    if (!program.mistake || !unsound.has(program.exercise)) findings.push(...judge(program));
  }
  return { findings, figures: figuresOf(judged), judged };
}

const exists = (root: string, { folder }: Exercise, subject: Subject) =>
  existsSync(subject === 'also-right' ? join(root, 'tests', folder, 'also-right.ts') : join(root, subject, folder));

async function judgeAll(
  root: string,
  programs: readonly Omit<Judged, 'steps'>[],
  mistakes: ReadonlyMap<string, readonly KnownWrong[]>,
  onProgress: (done: number, all: number) => void,
): Promise<Judged[]> {
  const judge = await Judge.open(root, { workers: WORKERS, isTrusting: true, testTimeoutMs: PATIENCE_MS, rewrite: rewriteWith(mistakes) });
  const runs: SpecRun[] = programs.flatMap(({ exercise, subject }) => exercise.steps.map(({ spec }) => ({ spec, subject })));
  let done = 0;
  try {
    const outcomes = await judge.run(runs, () => onProgress(++done, runs.length));
    let next = 0;
    return programs.map((program) => {
      const work = new Work(root, program.exercise, filesOf(root, program.exercise, program.subject));
      const steps = program.exercise.steps.map((step) => readVerdict(step, outcomes[next++]!, work));
      return { ...program, steps };
    });
  } finally {
    await judge.close();
  }
}

function filesOf(root: string, { folder, files }: Exercise, subject: Subject): string[] {
  if (subject === 'also-right') return [join(root, 'tests', folder, 'also-right.ts')];
  if (subject !== 'reference') return files.map((name) => join(root, 'solutions', folder, name));
  const tree = join(root, 'reference', folder);
  return readdirSync(tree).map((name) => join(tree, name)).filter((path) => path.endsWith('.ts') && statSync(path).isFile());
}

/** What is wrong with the list of mistakes, whatever they break. */
function checkMistakes({ folder, steps }: Exercise, mistakes: readonly KnownWrong[], fewest: number): Finding[] {
  const where = `tests/${folder}/known-wrong.ts`;
  const ids = mistakes.map(({ id }) => id);
  return [
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => ({ where, what: `two mistakes are called ${id}`, mend: 'rename one' })),
    ...steps.flatMap(({ id }) => {
      const count = mistakes.filter(({ step }) => step === id).length;
      if (count >= fewest) return [];
      return [{ where, what: `step ${id} has ${count} known mistakes, fewer than ${fewest}`, mend: 'think of more' }];
    }),
  ];
}

function whyNotApplicable(root: string, exercise: Exercise, mistake: KnownWrong): Finding | undefined {
  try {
    const path = join(root, 'solutions', exercise.folder, fileOf(exercise, mistake));
    applyPatch(readFileSync(path, 'utf8'), mistake);
    return undefined;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return { where: `tests/${exercise.folder}/known-wrong.ts`, what: error.message, mend: 'take the text from the solution' };
  }
}

/** What a verdict should have been and is not. */
function judge(program: Judged): Finding[] {
  if (program.mistake) return judgeMistake(program, program.mistake);
  return program.subject === 'stub' ? judgeStub(program) : judgeRight(program);
}

function judgeRight({ exercise, subject, steps }: Judged): Finding[] {
  const tree = subject === 'also-right' ? `tests/${exercise.folder}/also-right.ts` : `${subject}/${exercise.folder}`;
  const mend = `npm run check -- ${exercise.number}, until it passes`;
  return steps.flatMap(({ step, trouble, clauses }) => {
    if (trouble) {
      const { place, text } = trouble;
      return [{ where: place ? `${place.file}:${place.line}` : tree, what: `step ${step.number}: ${text}`, mend }];
    }
    return clauses
      .filter(({ state }) => state !== 'passed')
      .map(({ id, failures: [failure] }) => {
        const what = failure
          ? `clause ${id} fails: ${failure.claim}: ${failure.subject}${failure.expected === undefined ? '' : `: expected ${failure.expected}, received ${failure.received}`}`
          : `clause ${id} was not judged`;
        return { where: failure?.place ? `${failure.place.file}:${failure.place.line}` : tree, what, mend };
      });
  });
}

function judgeStub({ exercise, steps }: Judged): Finding[] {
  return steps.flatMap(({ clauses, step, state }) => [
    ...clauses
      .filter((clause) => clause.state === 'passed')
      .map(({ id }) => ({
        where: relativeSpec(exercise, step.spec),
        what: `clause ${id} passes on the untouched stub`,
        mend: 'let the clause use what is to be written',
      })),
    ...(state === 'todo' ? [] : [{ where: `exercises/${exercise.folder}`, what: `step ${step.number} of the stub is ${state}, not to do`, mend: 'mark it in the solution' }]),
  ]);
}

function judgeMistake({ exercise, steps }: Judged, { id, breaks }: KnownWrong): Finding[] {
  const where = `tests/${exercise.folder}/known-wrong.ts`;
  const broken = steps.flatMap(({ clauses }) => clauses).filter(isBroken).map((clause) => clause.id);
  const missed = breaks.filter((clause) => !broken.includes(clause));
  const extra = broken.filter((clause) => !breaks.includes(clause));
  return [
    ...(missed.length > 0 ? [{ where, what: `${id} does not break ${missed.join(', ')}`, mend: 'sharpen the spec, or correct `breaks`' }] : []),
    ...(extra.length > 0 ? [{ where, what: `${id} also breaks ${extra.join(', ')}`, mend: 'add them to `breaks`, or loosen the spec' }] : []),
  ];
}

const isPassed = ({ steps }: Judged) => steps.every(({ state }) => state === 'passed');

const isBroken = ({ state }: ClauseVerdict) => state === 'failed' || state === 'unjudged';

function figuresOf(judged: readonly Judged[]): Figures {
  const right = judged.filter(({ subject }) => RIGHT.includes(subject));
  const wrong = judged.filter(({ mistake }) => mistake);
  return {
    alternatives: { accepted: right.filter(isPassed).length, total: right.length },
    mistakes: {
      rejected: wrong.filter((program) => !isPassed(program)).length,
      byTheirOwnClauses: wrong.filter((program) => judgeMistake(program, program.mistake!).length === 0).length,
      total: wrong.length,
    },
  };
}

const relativeSpec = ({ folder }: Exercise, spec: string) => `tests/${folder}/${spec.split(/[/\\]/).at(-1)}`;
