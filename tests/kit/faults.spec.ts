import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Exercise, readCatalogue } from '../../scripts/kit/catalogue.ts';
import { Judge } from '../../scripts/kit/judge/judge.ts';
import { judgeSteps } from '../../scripts/kit/judging.ts';
import { verdictScreen } from '../../scripts/kit/screen.ts';
import { FixtureKit } from './kit.ts';

const COUNTER = 'exercises/01-counter/counter.ts';
const STACK = 'exercises/02-stack/stack.ts';

/** On line 26 of the solution. */
const INCREMENT = 'this.#value = Math.min(this.#value + 1, this.#limit);';

let kit: FixtureKit;
let judge: Judge;
let counter: Exercise;
let stack: Exercise;

beforeAll(async () => {
  kit = new FixtureKit();
  [counter, stack] = readCatalogue(kit.root) as [Exercise, Exercise];
  judge = await Judge.open(kit.root, { workers: 2 });
});

beforeEach(() => {
  kit.solve('01-counter/counter.ts');
  kit.solve('02-stack/stack.ts');
});

afterAll(async () => {
  await judge.close();
  expect(spawnSync('pgrep', ['-f', join(kit.root, 'node_modules')]).stdout?.toString() ?? '', 'workers left').toBe('');
  kit.remove();
});

/** What the screen says, in one line, and its last line, where the place stands. */
async function verdictOn(exercise: Exercise): Promise<{ says: string; place: string }> {
  for (const name of exercise.files) judge.invalidate(join(kit.root, 'exercises', exercise.folder, name));
  const screen = verdictScreen({ exercise, steps: await judgeSteps(judge, kit.root, exercise) });
  const lines = screen.split('\n');
  expect(lines.length, 'lines').toBeLessThanOrEqual(24);
  return { says: screen.replace(/\s+/g, ' '), place: lines.at(-1)! };
}

describe('a program that misbehaves costs its step and no other', () => {
  it.each([
    ['an endless loop', 'while (true);', 'Stuck: The program computes on and on'],
    ['a loop that awaits only what is resolved', 'void (async () => { for (;;) await null; })();', 'Stuck: The program computes on and on'],
    ['endless recursion', 'this.increment();', 'RangeError: Maximum call stack size exceeded'],
    ['an array without end', 'const all: object[] = []; for (;;) all.push({});', 'Stuck: The program '],
    ['process.exit(0)', 'process.exit(0);', 'process.exit unexpectedly called with "0"'],
    ['process.exit(1)', 'process.exit(1);', 'process.exit unexpectedly called with "1"'],
    ['an unhandled rejection after the test', "setTimeout(() => void Promise.reject(new Error('late')));", 'Broken: An error came when no test was waiting for one'],
  ])('%s: what happened, and where', async (_name, code, says) => {
    kit.edit(COUNTER, INCREMENT, `${code} ${INCREMENT}`);
    const verdict = await verdictOn(counter);
    expect(verdict.says).toContain(says);
    expect(verdict.place).toMatch(/^exercises\/01-counter\/counter\.ts:26:\d+$/);
  });

  it.each([
    ['strings without end', "const all: string[] = []; for (let i = 0; ; i++) all.push('x'.repeat(100_000) + i);", /Stuck: The program (computes|asked)/],
    ['process.abort()', 'process.abort();', /Broken: The program ended the process that it ran in/],
    ['a patch of Map.prototype', 'Map.prototype.get = () => 1;', /the program changed Map\.prototype\.get, which all code shares/],
    ['a patch of Date', 'globalThis.Date = class {} as never;', /the program changed Date, which all code shares/],
    ['something added to Array.prototype', '(Array.prototype as never as { last: number }).last = 1;', /the program changed Array\.prototype\.last/],
  ])('%s: what happened', async (_name, code, says) => {
    kit.edit(COUNTER, INCREMENT, `${code} ${INCREMENT}`);
    expect((await verdictOn(counter)).says).toMatch(says);
  });

  it.each([
    ['a throw at import', "throw new Error('no');\n", 'Broken: The program throws as it is loaded: Error: no'],
    ['a syntax error', 'const = 1;\n', 'Broken: This is not TypeScript yet: '],
    ['an import of what does not exist', "import './nowhere.ts';\n", 'Broken: The program imports ./nowhere.ts, which does not exist.'],
    ['a patch at import', 'Map.prototype.set = function () { return this; };\n', 'the program changed Map.prototype.set'],
  ])('%s: what happened', async (_name, code, says) => {
    kit.write(COUNTER, `${code}${kit.read(COUNTER)}`);
    expect((await verdictOn(counter)).says).toContain(says);
  });

  it('an export that is missing is named', async () => {
    kit.write(COUNTER, 'export const nothing = 0;\n');
    expect((await verdictOn(counter)).says).toContain('Broken: The program does not export Counter, as the stub did.');
  });

  it('a promise that is never settled: where it was made', async () => {
    kit.edit(STACK, 'return this.#items.splice(0).reverse();', 'return new Promise(() => {});');
    const { says, place } = await verdictOn(stack);
    expect(says).toContain('2.1.2 `drain` resolves to all that is left, in the order of popping. Stuck: The program waits');
    expect(place).toMatch(/^exercises\/02-stack\/stack\.ts:23:\d+$/);
  });

  it('a timer that nobody stops, and a promise that nobody settles, do not reach the next step', async () => {
    kit.edit(COUNTER, INCREMENT, `setInterval(() => { throw new Error('tick'); }, 1); ${INCREMENT}`);
    await verdictOn(counter);
    kit.solve('01-counter/counter.ts');
    expect((await verdictOn(counter)).says).toContain('All steps passed.');
  });

  it('logs by the megabyte are cut, and fail nothing', async () => {
    kit.edit(COUNTER, INCREMENT, `for (let i = 0; i < 20_000; i++) console.log('x'.repeat(100)); ${INCREMENT}`);
    expect((await verdictOn(counter)).says).toContain('✔ 1.1 ');
  });

  it('the other steps keep their own verdicts, and so do the other clauses', async () => {
    kit.edit(COUNTER, 'return { value: this.#value, full: this.#value === this.#limit };', 'for (;;);');
    const { says } = await verdictOn(counter);
    expect(says).toContain('✔ 1.1 Count passed 2 of 2');
    expect(says).toContain('∞ 1.2 Stop at a limit stuck 1 of 2');
  });
});
