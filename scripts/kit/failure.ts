import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { TestCase } from 'vitest/node';
import type { StrayError } from './judge/judge.ts';
import type { Trouble, Work } from './verdict.ts';

type TestError = NonNullable<ReturnType<TestCase['result']>['errors']>[number];

/** Somewhere in the learner's files, as an editor or a terminal opens it. */
export interface Place {
  /** Relative to the kit. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Why one claim does not hold. */
export interface Failure {
  /** The claim, in the words of its `it`. */
  readonly claim: string;
  /** What was looked at, in the words of the `expect`; or what was thrown. */
  readonly subject: string;
  /** What was compared, where two things were. */
  readonly expected?: string;
  readonly received?: string;
  readonly place?: Place;
}

/** Reads the first error of a failed test. */
export function readFailure(test: TestCase, work: Work): Failure {
  const error = test.result().errors![0]!;
  const place = placeOfThrow(error, work) ?? placeOfCall(test, error, work);
  return { claim: test.name, ...whatDiffers(error), ...(place && { place }) };
}

type Difference = Pick<Failure, 'subject' | 'expected' | 'received'>;

function whatDiffers(error: TestError): Difference {
  const message = stripVTControlCharacters(error.message);
  if (error.name !== 'AssertionError') return { subject: thrown(error, message) };
  if (/^promise (resolved|rejected) .* instead of/.test(message)) return { subject: message };
  const [, label, rest = message] = /^(?:([\s\S]+?): )?(expected [\s\S]*)$/.exec(message) ?? [];
  const subject = label ?? rest;
  if (error.expected === undefined && error.actual === undefined && !message.includes('expected ')) {
    return { subject: message, expected: 'an error', received: 'nothing was thrown' }; // chai leaves only our phrase
  }
  if (/ to be .*Object\.is equality/s.test(rest) && /same string/.test(rest)) {
    return { subject, expected: 'the very same', received: 'another one that looks the same' };
  }
  const { expected, actual } = error;
  if (typeof expected === 'string' && typeof actual === 'string' && expected !== actual) {
    return { subject: / to throw error /.test(subject) ? 'what is thrown' : subject, expected: clean(expected), received: clean(actual) };
  }
  return { subject: label === undefined ? message : `${label}\n${rest}` };
}

/** What was thrown, its class and what caused it. */
function thrown({ name, cause }: TestError, message: string): string {
  const own = name === undefined ? `thrown: ${message}` : `${name}: ${message}`;
  const because = cause as { name?: string; message?: string } | undefined;
  return because?.message === undefined ? own : `${own}\ncaused by ${because.name ?? 'Error'}: ${because.message}`;
}

/** What is shown on one line, if it is short enough. */
const ONE_LINE = 64;

/** A value as a person would write it: on one line where it fits. */
function clean(value: string): string {
  const text = stripVTControlCharacters(value)
    .replace(/^(\s*(?:"[^"]*": )?)(?:Array|Object) (?=[[{])/gm, '$1')
    .replace(/\[Function (\w+)\]/g, '$1');
  const line = text
    .split('\n')
    .map((part) => part.trim())
    .join(' ')
    .replace(/([[(]) | (?=[\])])/g, '$1')
    .replace(/,(?=[\])]| })/g, '')
    .replace(/^(\w*Error) \{ "message": "(.*)" \}$/, '$1: $2');
  return line.length <= ONE_LINE ? line : text;
}

/** Where the learner's code threw, if it did. */
function placeOfThrow(error: TestError, work: Work): Place | undefined {
  const frame = error.stacks?.find(({ file }) => work.files.includes(pathOf(file)));
  return frame && work.place(pathOf(frame.file), frame.line, frame.column);
}

/** Without the subject that the judge put behind it. */
const pathOf = (moduleId: string) => moduleId.replace(/\?.*$/, '');

/**
 * Where the learner's code is that the failed claim speaks of: the declaration of what the test called last before it
 * looked, or else of what it looked at.
 */
function placeOfCall(test: TestCase, error: TestError, work: Work): Place | undefined {
  const spec = pathOf(test.module.moduleId);
  const text = readFileSync(spec, 'utf8').split('\n');
  const claimedAt = text.findIndex((line) => line.includes(test.name)) + 1;
  const failedAt = error.stacks?.find(({ file }) => pathOf(file) === spec)?.line ?? claimedAt + LINES_OF_A_TEST;
  const before = text.slice(0, failedAt).reverse();
  const lines = before.slice(0, before.findIndex((line) => /^\s*it\b/.test(line)) + 1);
  for (const pattern of [CALL, NAME]) {
    for (const line of lines) {
      for (const [, name] of [...line.matchAll(pattern)].reverse()) {
        const place = declarationOf(name!, work);
        if (place) return place;
      }
    }
  }
  return undefined;
}

/** Where a test may have come to, if the error does not tell. */
const LINES_OF_A_TEST = 3;

const CALL = /([A-Za-z_]\w*)(?=\()/g;
const NAME = /([A-Za-z_]\w*)/g;

function declarationOf(name: string, work: Work): Place | undefined {
  const declaration = new RegExp(
    `^\\s*(?:export |default |async |static |override |abstract |function |class |const |get |set |\\*)*${name}\\b\\s*[=<({].*[{(,]\\s*$`,
  );
  for (const file of work.files) {
    const lines = work.textOf(file)!.split('\n');
    const index = lines.findIndex((line) => declaration.test(line));
    if (index >= 0) return work.place(file, index + 1, lines[index]!.search(/\S/) + 1);
  }
  return undefined;
}

/** Why the program could not be loaded. */
export function readLoadError(error: TestError, work: Work): Trouble {
  const message = stripVTControlCharacters(error.message);
  const syntax = /^(\/.*|[A-Z]:.*):(\d+):(\d+): ERROR: (.*)$/m.exec(message);
  if (syntax) {
    const [, file = '', line, column, what] = syntax;
    return { text: `This is not TypeScript yet: ${what}.`, place: work.place(file, Number(line), Number(column) + 1) };
  }
  const place = placeOfThrow(error, work) ?? placeInStack(error.stack, work);
  const missing = /(?:Cannot find (?:module|package)|Failed to load url) '?([^\s']+)'? (?:imported from|\(resolved)/.exec(message)?.[1];
  if (missing !== undefined) {
    const at = importOf(missing, work) ?? place;
    return { text: `The program imports ${missing}, which does not exist.`, ...(at && { place: at }) };
  }
  return { text: `The program throws as it is loaded: ${error.name}: ${message}`, ...(place && { place }) };
}

function importOf(what: string, work: Work): Place | undefined {
  for (const file of work.files) {
    const lines = work.textOf(file)!.split('\n');
    const index = lines.findIndex((line) => line.includes(`'${what}'`) || line.includes(`"${what}"`));
    if (index >= 0) return work.place(file, index + 1, 1);
  }
  return undefined;
}

export function readStrayError({ name = 'Error', message, stack }: StrayError, work: Work): Trouble {
  const place = placeInStack(stack, work);
  return {
    text: `An error came when no test was waiting for one, as from a promise that nobody handles: ${name}: ${message}`,
    ...(place && { place }),
  };
}

function placeInStack(stack: string | undefined, work: Work): Place | undefined {
  for (const line of (stack ?? '').split('\n')) {
    const file = work.files.find((file) => line.includes(`${file}:`));
    const [, at, column] = (file && /:(\d+):(\d+)\)?$/.exec(line)) || [];
    if (file !== undefined && at !== undefined) return work.place(file, Number(at), Number(column));
  }
  return undefined;
}
