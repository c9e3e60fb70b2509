import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TestCase } from 'vitest/node';
import type { Clause, Exercise, Step } from './catalogue.ts';
import { UsageError } from './command.ts';
import type { Diagnosis } from './diagnosis.ts';
import { type Failure, type Place, readFailure, readLoadError, readStrayError } from './failure.ts';
import type { SpecOutcome } from './judge/judge.ts';
import type { Frame } from './judge/pool.ts';
import { testName } from './judge/test-name.ts';
import { findMarks, type Mark, stubsOf } from './stub.ts';

/** `unjudged`: the program ended before its turn came. */
export type ClauseState = 'passed' | 'failed' | 'todo' | 'unjudged';

export interface ClauseVerdict extends Clause {
  readonly state: ClauseState;
  /** The claims of the clause that did not hold. */
  readonly failures: readonly Failure[];
}

/**
 * `todo`: nothing was tried yet. `stuck`: it does not come to an end. `broken`: it cannot be loaded, or ends the
 * process that it runs in.
 */
export type StepState = 'passed' | 'failed' | 'todo' | 'stuck' | 'broken';

/** What is wrong with the program as a whole, rather than with one claim about it. */
export interface Trouble {
  /** Plain words, one sentence. */
  readonly text: string;
  /** The clause that was being judged. */
  readonly clause?: string;
  readonly place?: Place;
}

export interface StepVerdict {
  readonly step: Step;
  readonly state: StepState;
  readonly clauses: readonly ClauseVerdict[];
  readonly trouble?: Trouble;
  /** What the program printed, its beginning. */
  readonly output: string;
}

export interface ExerciseVerdict {
  readonly exercise: Exercise;
  /** Of the steps that were judged, in their order. */
  readonly steps: readonly StepVerdict[];
  /** The known mistake that this looks like. */
  readonly diagnosis?: Diagnosis | undefined;
}

/** The files of the program that is judged, as one needs them to say where something is. */
export class Work {
  readonly root: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly #texts: ReadonlyMap<string, string>;
  readonly #marks: readonly (Mark & { file: string })[];
  readonly #stubs: readonly string[];
  readonly #pristineMarks: readonly Mark[];

  /** @throws UsageError if the learner has deleted a file */
  static ofLearner(root: string, exercise: Exercise): Work {
    const files = exercise.files.map((name) => join(root, 'exercises', exercise.folder, name));
    const missing = files.find((file) => !existsSync(file));
    if (missing !== undefined) {
      const command = `npm run reset ${exercise.number}`;
      throw new UsageError(`${relative(root, missing)} is missing; ${command} puts the stub there`);
    }
    return new Work(root, exercise, files);
  }

  constructor(root: string, exercise: Exercise, files: readonly string[]) {
    this.root = root;
    this.files = files;
    this.#texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
    this.#marks = [...this.#texts].flatMap(([file, text]) => findMarks(text).map((mark) => ({ ...mark, file })));
    this.#stubs = stubsOf(root, exercise).map(([, stub]) => stub);
    this.#pristineMarks = this.#stubs.flatMap(findMarks);
  }

  place(file: string, line: number, column: number): Place {
    return { file: relative(this.root, file), line, column };
  }

  textOf(file: string): string | undefined {
    return this.#texts.get(file);
  }

  /** What the stub exports and these files do not. */
  missingExports(): string[] {
    const exported = [...this.#texts.values()].flatMap(exportsOf);
    return this.#stubs.flatMap(exportsOf).filter((name) => !exported.includes(name));
  }

  /** Where the step is marked as to do. */
  marksOf(step: Step): Place[] {
    const marks = this.#marks.filter((mark) => mark.step === step.number);
    return marks.map(({ file, line, column }) => this.place(file, line, column));
  }

  /** Whether all of the stub's marks of the step still stand. */
  isUntouched(step: Step): boolean {
    const marks = this.marksOf(step).length;
    return marks > 0 && marks >= this.#pristineMarks.filter((mark) => mark.step === step.number).length;
  }
}

function exportsOf(text: string): string[] {
  const declared = text.matchAll(/^export (?:default |abstract |async )*(?:class|function\*?|const|let|var) (\w+)/gm);
  const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names]) => names!.split(','));
  return [...[...declared].map(([, name]) => name!), ...listed.map((name) => name.trim().split(' as ').at(-1)!)];
}

/** Reads what the judge brought of one step. */
export function readVerdict(step: Step, outcome: SpecOutcome, work: Work): StepVerdict {
  const tests = [...(outcome.module?.children.allTests() ?? [])];
  const clauses = step.clauses.map((clause) => readClause(clause, tests, outcome.remains.passed, work));
  const trouble = readTrouble(outcome, tests, work);
  return {
    step,
    clauses,
    state: stateOf(clauses, trouble, work.isUntouched(step)),
    ...(trouble && { trouble: trouble.trouble }),
    output: outcome.remains.output,
  };
}

function stateOf(clauses: readonly ClauseVerdict[], trouble: KindOfTrouble | undefined, untouched: boolean): StepState {
  if (trouble) return trouble.kind;
  if (clauses.every(({ state }) => state === 'passed')) return 'passed';
  if (untouched || clauses.every(({ state }) => state !== 'failed')) return 'todo';
  return 'failed';
}

function readClause(clause: Clause, tests: readonly TestCase[], passed: ReadonlySet<string>, work: Work): ClauseVerdict {
  const own = tests.filter((test) => clauseOf(test) === clause.id);
  const failed = own.filter((test) => test.result().state === 'failed');
  const failures = failed.map((test) => readFailure(test, work));
  return { ...clause, state: stateOfClause(own, failed, passed), failures };
}

function stateOfClause(tests: readonly TestCase[], failed: readonly TestCase[], passed: ReadonlySet<string>): ClauseState {
  const isJudged = (test: TestCase) => test.result().state !== 'pending' || passed.has(nameOf(test));
  if (tests.length === 0 || !tests.every(isJudged)) return 'unjudged';
  if (tests.some((test) => test.meta().todo)) return 'todo';
  return failed.length > 0 ? 'failed' : 'passed';
}

const nameOf = (test: TestCase) => testName(test.parent.type === 'suite' ? test.parent.name : undefined, test.name);

/** The clause whose `describe` a test stands in. */
function clauseOf(test: TestCase): string | undefined {
  return test.parent.type === 'suite' ? clauseNumber(test.parent.name) : undefined;
}

const clauseNumber = (heading: string) => /^\d+\.\d+\.\d+(?= )/.exec(heading)?.[0];

interface KindOfTrouble {
  readonly kind: 'stuck' | 'broken';
  readonly trouble: Trouble;
}

function readTrouble({ module, remains, strayErrors }: SpecOutcome, tests: readonly TestCase[], work: Work): KindOfTrouble | undefined {
  const { ending } = remains;
  if (ending?.kind === 'stuck') {
    const { clause, place } = { clause: clauseNumber(ending.test), place: placeOf(ending.frames, work) };
    const text = ending.isBlocked
      ? 'The program computes on and on: here it was when it was stopped.'
      : 'The program broke what the tests run on, and they did not come to an end.';
    return { kind: 'stuck', trouble: { text, ...(clause && { clause }), ...(place && { place }) } };
  }
  if (ending?.kind === 'out of memory') {
    return { kind: 'stuck', trouble: { text: 'The program asked for more and more memory, until there was none left.' } };
  }
  if (ending) {
    return { kind: 'broken', trouble: { text: `The program ended the process that it ran in (${ending.how}).` } };
  }
  const loadError = module?.errors()[0];
  if (loadError) return { kind: 'broken', trouble: readLoadError(loadError, work) };
  const [missing] = work.missingExports();
  if (missing !== undefined && tests.some((test) => test.result().state === 'failed')) {
    const text = `The program does not export ${missing}, as the stub did.`;
    return { kind: 'broken', trouble: { text, place: work.place(work.files[0]!, 1, 1) } };
  }
  const waiting = tests.find((test) => test.result().errors?.some(({ message }) => /timed out in/.test(message)));
  if (waiting) {
    const clause = clauseOf(waiting);
    const { waitingAt } = waiting.meta();
    const place = waitingAt && placeOf([waitingAt], work);
    const text = 'The program waits for a promise that is never settled.';
    return { kind: 'stuck', trouble: { text, ...(clause && { clause }), ...(place && { place }) } };
  }
  if (strayErrors[0]) return { kind: 'broken', trouble: readStrayError(strayErrors[0], work) };
  return undefined;
}

function placeOf(frames: readonly Frame[], work: Work): Place | undefined {
  const frame = frames.find(({ file }) => work.files.includes(file));
  return frame && work.place(frame.file, frame.line, frame.column);
}
