import { relative } from 'node:path';
import { diffLines } from 'diff';
import type { Exercise, Step } from './catalogue.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Failure, Place } from './failure.ts';
import type { Attempt } from './journal.ts';
import { columns, paint, wrap } from './terminal.ts';
import type { TypeError } from './types/checker.ts';
import type { ClauseVerdict, ExerciseVerdict, StepState, StepVerdict } from './verdict.ts';

/** The most lines that a verdict takes. */
const LINES = 24;
/** What is shown of a program's own output. */
const OUTPUT_LINES = 4;
const SPARKS = '▁▂▃▄▅▆▇█';
/** What is shown of what the compiler says. */
const TYPE_ERRORS = 3;
/** What is listed of the attempts. */
const ATTEMPTS = 20;

/** What the compiler says, below a verdict; '' if it says nothing. */
export function typeErrorLines(root: string, errors: readonly TypeError[]): string {
  const width = columns();
  const rows = errors.slice(0, TYPE_ERRORS).map(({ file, line, column, message }) => {
    const place = `${relative(root, file).split('/').at(-1)}:${line}:${column}`;
    return `${paint.yellow(place)} ${message.slice(0, width - place.length - 1)}`;
  });
  const more = errors.length - rows.length;
  return [...rows, ...(more > 0 ? [paint.dim(`… and ${more} more`)] : [])].join('\n');
}

export interface VerdictView {
  /** The step that is worked on; without it the first that is not passed. */
  readonly focus?: Step | undefined;
  /** The most lines. @default 24 */
  readonly lines?: number;
}

/** The verdict on an exercise, in few lines: the steps, the first thing that is wrong, and last where. */
export function verdictScreen({ exercise, steps, diagnosis }: ExerciseVerdict, { focus, lines = LINES }: VerdictView = {}): string {
  const head = [heading(exercise), ...steps.map(stepLine), ''];
  const step = stepToShow(steps, focus);
  const output = step ? outputLines(step) : [];
  const body = step ? details(step, diagnosis, lines - head.length - output.length) : [passed(exercise, steps, focus)];
  return [...head, ...output, ...body].join('\n');
}

/** The step in focus until it is passed; then what is wrong elsewhere; without a focus, the first that is not passed. */
function stepToShow(steps: readonly StepVerdict[], focus: Step | undefined): StepVerdict | undefined {
  const open = steps.filter(({ state }) => state !== 'passed');
  if (!focus) return open[0];
  return open.find(({ step }) => step.id === focus.id) ?? open.find(({ state }) => state !== 'todo');
}

const heading = ({ number, title }: Exercise) => paint.bold(`${number} · ${title}`);

const SIGN: Record<StepState, string> = {
  passed: paint.green('✔'),
  failed: paint.red('✖'),
  stuck: paint.red('∞'),
  broken: paint.red('✖'),
  todo: paint.dim('○'),
};

export function stepLine({ step, state, clauses }: StepVerdict): string {
  const passed = clauses.filter((clause) => clause.state === 'passed').length;
  const counts = state === 'todo' && passed === 0 ? '' : `${passed} of ${clauses.length}`;
  const says = state === 'todo' ? 'to do' : state;
  const line = `${step.number.padEnd(5)} ${step.title.padEnd(44)} ${says.padEnd(7)} ${counts}`.trimEnd();
  return `  ${SIGN[state]} ${state === 'todo' ? paint.dim(line) : line}`;
}

function passed(exercise: Exercise, steps: readonly StepVerdict[], focus: Step | undefined): string {
  if (steps.length === exercise.steps.length && steps.every(({ state }) => state === 'passed')) {
    return `${paint.green('All steps passed.')} See how else it can be done: npm run compare ${exercise.number}`;
  }
  return paint.green(focus ? `Step ${focus.number} passed.` : 'Passed.');
}

function details(step: StepVerdict, diagnosis: Diagnosis | undefined, lines: number): string[] {
  if (step.state === 'todo') return todo(step);
  if (step.trouble) return trouble(step);
  const failed = step.clauses.find(({ state }) => state === 'failed');
  return failed ? failure(failed, failed.failures[0]!, diagnosis, lines) : [];
}

/** The next thing to do in a step in which nothing is wrong yet. */
function todo({ step, clauses }: StepVerdict): string[] {
  const next = clauses.find(({ state }) => state !== 'passed');
  return [
    ...(next ? clauseLines(next) : []),
    paint.dim(`To do: step ${step.number}, ${step.title}. A hint: npm run hint ${step.number}`),
  ];
}

function trouble({ trouble, clauses, state }: StepVerdict): string[] {
  const clause = clauses.find(({ id }) => id === trouble!.clause);
  const text = wrap(`${state === 'stuck' ? 'Stuck' : 'Broken'}: ${trouble!.text}`, columns() - 2);
  return [...(clause ? clauseLines(clause) : []), ...text.map((line) => `  ${paint.red(line)}`), ...placeLine(trouble!.place)];
}

function failure(
  clause: ClauseVerdict,
  { claim, subject, expected, received, place }: Failure,
  diagnosis: Diagnosis | undefined,
  lines: number,
): string[] {
  const head = [...clauseLines(clause), ...wrap(claim, columns() - 7).map((line) => paint.dim(`       ${line}`)), ''];
  const foot = [...(diagnosis ? diagnosisLines(diagnosis) : []), ...placeLine(place)];
  const room = Math.max(lines - head.length - foot.length, 4);
  const what = wrapAll(subject);
  const body = expected === undefined ? bounded(what, room) : [...what, ...comparison(expected, received!, room - what.length)];
  return [...head, ...body.map((line) => `  ${line}`), ...foot];
}

function diagnosisLines({ mistake, likeness }: Diagnosis): string[] {
  const [first = '', ...rest] = wrap(mistake.say, columns() - 2);
  const fits = likeness === 1 ? 'exactly' : `by ${Math.floor(likeness * 100)}%`;
  return ['', paint.yellow(`A mistake that we know, and that fits ${fits}:`), `  ${first}`, ...rest.map((line) => `  ${line}`)];
}

function clauseLines({ id, text }: ClauseVerdict): string[] {
  const [first = '', ...rest] = wrap(text, columns() - 7);
  return [`${paint.bold(id.padEnd(6))} ${first}`, ...rest.map((line) => `       ${line}`)];
}

function placeLine(place: Place | undefined): string[] {
  return place ? ['', placeText(place)] : [];
}

export const placeText = ({ file, line, column }: Place) => paint.cyan(`${file}:${line}:${column}`);

/** Two short values under each other; of two long ones the lines that differ, and one beside them. */
function comparison(expected: string, received: string, room: number): string[] {
  const width = columns() - 14;
  if (!`${expected}${received}`.includes('\n') && expected.length <= width && received.length <= width) {
    return [`expected  ${paint.green(expected)}`, `received  ${paint.red(received)}`];
  }
  const lines: string[] = [];
  for (const { value, added, removed } of diffLines(unfold(expected), unfold(received))) {
    const part = value.replace(/\n$/, '').split('\n').map((line) => line.slice(0, columns() - 6));
    if (removed) lines.push(...part.map((line) => paint.green(`- ${line}`)));
    else if (added) lines.push(...part.map((line) => paint.red(`+ ${line}`)));
    else if (part.length <= 2) lines.push(...part.map((line) => `  ${line}`));
    else lines.push(`  ${part[0]}`, paint.dim('  …'), `  ${part.at(-1)}`);
  }
  return [`${paint.green('- expected')}  ${paint.red('+ received')}`, ...bounded(lines, room - 1)];
}

/** A long value on one line, over several. */
const unfold = (value: string) => (value.includes('\n') ? value : value.replace(/([[{,]) /g, '$1\n'));

function wrapAll(text: string): string[] {
  return text.split('\n').flatMap((line) => wrap(line, columns() - 4));
}

function bounded(lines: readonly string[], room: number): string[] {
  if (lines.length <= room) return [...lines];
  return [...lines.slice(0, room - 1), paint.dim(`… and ${lines.length - room + 1} lines more`)];
}

function outputLines({ output }: StepVerdict): string[] {
  if (output.trim() === '') return [];
  const lines = bounded(output.trimEnd().split('\n').map((line) => line.slice(0, columns() - 4)), OUTPUT_LINES);
  return [paint.dim('Your program printed'), ...lines.map((line) => paint.dim(`│ ${line}`)), ''];
}

/** What a learner sees who has not begun. */
export function welcomeScreen({ exercise, steps }: ExerciseVerdict, start: Place): string {
  const folder = `exercises/${exercise.folder}`;
  return [
    ...(exercise.number === 1 ? ['Welcome to Hotpath. Nothing is wrong here yet, and nothing is done.', ''] : []),
    `${heading(exercise)}${paint.dim(` · ${exercise.steps.length} steps, about ${exercise.minutes} minutes`)}`,
    ...steps.map(stepLine),
    '',
    `Read  ${folder}/README.md`,
    `Run   npm run watch ${exercise.number} ${paint.dim('(the verdict at each save)')}`,
    `Edit  ${placeText(start)}`,
  ].join('\n');
}

/** Every exercise, and what comes next. */
export function progressScreen(verdicts: readonly ExerciseVerdict[]): string {
  const list = verdicts.map(({ exercise, steps }) => ({ exercise, passed: steps.filter(({ state }) => state === 'passed').length }));
  const open = verdicts.flatMap(({ steps }) => steps).filter(({ state }) => state !== 'passed');
  const wrong = open.filter(({ state }) => state !== 'todo');
  const next = wrong[0] ?? open[0];
  return [
    listScreen(list),
    '',
    ...(wrong.length > 0 ? [...wrong.slice(0, 8).map(stepLine), ''] : []),
    next ? `Next: ${stepName(next.step)}. npm run watch ${next.step.number}` : paint.green('All exercises are passed.'),
  ].join('\n');
}

export function bar(done: number, all: number, width = 12): string {
  const full = all === 0 ? 0 : Math.round((done / all) * width);
  return paint.green('█'.repeat(full)) + paint.dim('░'.repeat(width - full));
}

/** `1.2 Forget the least recently used` */
export const stepName = ({ number, title }: Step) => `${number} ${title}`;

/** Hint `number` of a step, from 1. */
export function hintText(step: Step, hints: readonly string[], number: number): string {
  const last = number === hints.length ? `the last; npm run compare ${step.number.split('.')[0]} shows the solution` : '';
  return [
    `${paint.bold(stepName(step))}${paint.dim(` · hint ${number} of ${hints.length}${last && `, ${last}`}`)}`,
    '',
    ...wrapAll(hints[number - 1]!).map((line) => `  ${line}`),
  ].join('\n');
}

/** The attempts that the journal holds, the latest last. */
export function attemptsTable(exercise: Exercise, attempts: readonly Attempt[]): string {
  if (attempts.length === 0) return `There is no attempt at ${exercise.title} yet: the first verdict keeps the first.`;
  const rows = attempts.slice(-ATTEMPTS).map((attempt) => {
    const { number, at, before } = attempt;
    const when = new Date(at).toLocaleString('sv-SE').slice(0, 16);
    const { passed, total } = clausesOf(attempt);
    const what = total > 0 ? `${passed} of ${total} clauses` : `before ${before}`;
    return `  ${String(number).padStart(4)}  ${when}  ${what}`;
  });
  const older = attempts.length > ATTEMPTS ? [paint.dim(`  … and ${attempts.length - ATTEMPTS} older ones`)] : [];
  const command = `npm run undo ${exercise.number} <attempt>`;
  return [heading(exercise), ...older, ...rows, '', `To go back to one of them: ${command}`].join('\n');
}

export interface ExerciseProgress {
  readonly exercise: Exercise;
  /** Steps. */
  readonly passed: number;
}

/** All exercises, a line each. */
export function listScreen(list: readonly ExerciseProgress[]): string {
  return list
    .map(({ exercise: { number, title, steps }, passed }) => {
      return `  ${String(number).padStart(2)}  ${title.padEnd(26)} ${bar(passed, steps.length)}  ${passed} of ${steps.length} steps`;
    })
    .join('\n');
}

/** How the attempts went: the number of the last, and the clauses passed by each of the latest. */
export function attemptsLine(attempts: readonly Attempt[]): string {
  const judged = attempts.map(clausesOf).filter(({ total }) => total > 0).slice(-30);
  const heights = judged.map(({ passed, total }) => SPARKS[Math.round((passed / total) * (SPARKS.length - 1))]);
  return paint.dim(`attempt ${attempts.at(-1)?.number ?? 0}  ${heights.join('')}`);
}

function clausesOf({ steps }: Attempt): { passed: number; total: number } {
  const summaries = Object.values(steps);
  const sum = (key: 'passed' | 'total') => summaries.reduce((total, summary) => total + summary[key], 0);
  return { passed: sum('passed'), total: sum('total') };
}

/** A table of texts, the first column to the left and the others to the right. */
export function columnsOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join('   ');
  return rows.map(line).join('\n');
}
