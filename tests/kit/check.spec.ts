import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FixtureKit } from './kit.ts';

const check = (kit: FixtureKit) => kit.run('check', '--mistakes', '1');

describe('npm run check', () => {
  it('is green on a sound kit, and ends with what was accepted and rejected', async () => {
    const { code, stdout } = await check(FixtureKit.forTest());
    expect(stdout).not.toContain('✖');
    expect(stdout).toContain('Correct programs accepted      6 of 6');
    expect(stdout).toContain('Known mistakes rejected        6 of 6');
    expect(code).toBe(0);
  });

  it('names the place where a line of a solution is missing', async () => {
    const kit = FixtureKit.forTest();
    kit.edit('solutions/01-counter/counter.ts', '    this.#value = Math.min(this.#value + 1, this.#limit);\n', '');
    const { code, stdout } = await check(kit);
    expect(stdout).toMatch(/solutions\/01-counter\/counter\.ts:24\n {4}clause 1\.1\.2 fails: twice/);
    expect(code).toBe(1);
  });

  it('says what is missing, stray, unnumbered or unknown, all at once', async () => {
    const kit = FixtureKit.forTest();
    rmSync(join(kit.root, 'exercises/01-counter/hints.md'));
    kit.write('exercises/01-counter/notes.txt', 'x');
    kit.edit('exercises/02-stack/README.md', '**2.1.2**', '**2.1.3**');
    kit.write('README.md', 'See `npm run fly` and [this](nowhere.md).');
    kit.edit('solutions/02-stack/stack.ts', '\n/** Last', "\nimport '../../reference/02-stack/index.ts';\n\n/** Last");
    const { stdout } = await check(kit);
    const lines = stdout.split('\n').map((line) => line.trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        'step 1 has 0 hints, not 3',
        'is a stray file',
        'clause 2.1.3 stands where 2.1.2 is expected',
        "has no describe('2.1.3 …') within it",
        'describes 2.1.2, which is no clause of the README',
        'names the command fly, which package.json does not have',
        'links to nowhere.md, which does not exist',
        'imports ../../reference/02-stack/index.ts: a solution imports its contract, earlier exercises, and the framework',
        'is not what its solution generates',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('→')).length).toBeGreaterThanOrEqual(9);
  });

  it('says when a mistake breaks other clauses than it names, or is not to be found in the solution', async () => {
    const kit = FixtureKit.forTest();
    kit.edit('tests/01-counter/known-wrong.ts', "breaks: ['1.2.1']", "breaks: ['1.2.2']");
    kit.edit('tests/02-stack/known-wrong.ts', "find: 'this.#items.pop()'", "find: 'this.#items.peek()'");
    const { stdout } = await check(kit);
    expect(stdout).toContain('ignores-the-limit does not break 1.2.2');
    expect(stdout).toContain('ignores-the-limit also breaks 1.2.1');
    expect(stdout).toContain('first-in-first-out: "this.#items.peek()" stands 0 times in the solution, not once');
  });
});
