import { describe, expect, it } from 'vitest';
import { FixtureKit } from './kit.ts';

const COUNTER = 'exercises/01-counter/counter.ts';

describe('npm run exercise', () => {
  it('welcomes on the untouched stub: all steps to do, where to begin, exit 0', async () => {
    const kit = FixtureKit.forTest();
    const { code, stdout, stderr } = await kit.run('exercise', '1');
    expect(stderr).toBe('');
    expect(stdout).toBe(
      [
        'Welcome to Hotpath. Nothing is wrong here yet, and nothing is done.',
        '',
        '1 · Counter · 2 steps, about 5 minutes',
        '  ○ 1.1   Count                                        to do',
        '  ○ 1.2   Stop at a limit                              to do',
        '',
        'Read  exercises/01-counter/README.md',
        'Run   npm run watch 1 (the verdict at each save)',
        'Edit  exercises/01-counter/counter.ts:13:12',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  it('passes the solution, exit 0', async () => {
    const kit = FixtureKit.forTest();
    kit.solve('01-counter/counter.ts');
    const { code, stdout } = await kit.run('exercise', 'counter');
    expect(stdout).toContain('✔ 1.1   Count                                        passed  2 of 2');
    expect(stdout).toContain('All steps passed.');
    expect(code).toBe(0);
  });

  it('an exercise builds on an earlier one, or on its solution while that is unfinished', async () => {
    const kit = FixtureKit.forTest();
    kit.solve('02-stack/stack.ts');
    const stack = 'exercises/02-stack/stack.ts';
    const counting = "import { Counter } from '#exercise/01-counter';\nif (new Counter().increment() !== 1) throw new Error('no');\n";
    kit.edit(stack, 'import type', `${counting}import type`);
    expect((await kit.run('exercise', '2')).code, 'on the stub of exercise 1').toBe(0);
    kit.solve('01-counter/counter.ts');
    kit.edit(COUNTER, 'this.#value + 1', 'this.#value + 2');
    const { code, stdout } = await kit.run('exercise', '2');
    expect(stdout, 'on what the learner wrote').toContain('Error: no');
    expect(code).toBe(1);
  });

  it('shows the first clause that fails, expected and received, and last the place, exit 1', async () => {
    const kit = FixtureKit.forTest();
    kit.solve('01-counter/counter.ts');
    kit.edit(COUNTER, 'this.#value + 1', 'this.#value + 2');
    const { code, stdout } = await kit.run('exercise', '01');
    expect(stdout).toBe(
      [
        '1 · Counter',
        '  ✖ 1.1   Count                                        failed  1 of 2',
        '  ✔ 1.2   Stop at a limit                              passed  2 of 2',
        '',
        '1.1.2  `increment` adds one and returns the new value.',
        '       twice',
        '',
        '  what increment returned',
        '  expected  [1, 2]',
        '  received  [2, 4]',
        '',
        'exercises/01-counter/counter.ts:24:3',
        '',
      ].join('\n'),
    );
    expect(code).toBe(1);
  });

  it('says to do, not failed, of a step that is marked as to do', async () => {
    const kit = FixtureKit.forTest();
    kit.solve('01-counter/counter.ts');
    kit.edit(COUNTER, 'this.#limit = limit;', "todo('1.2');");
    kit.edit(COUNTER, 'return { value: this.#value, full: this.#value === this.#limit };', "todo('1.2');");
    kit.edit(COUNTER, 'import', "import { todo } from '#todo';\nimport");
    const { code, stdout } = await kit.run('exercise', '1');
    expect(stdout).toContain('✔ 1.1 ');
    expect(stdout).toContain('○ 1.2   Stop at a limit                              to do');
    expect(stdout).toContain('To do: step 1.2');
    expect(code).toBe(0);
  });

  it('judges one step alone', async () => {
    const kit = FixtureKit.forTest();
    kit.solve('01-counter/counter.ts');
    const { stdout } = await kit.run('exercise', '1.2');
    expect(stdout).not.toContain('1.1 ');
    expect(stdout).toContain('✔ 1.2 ');
  });

  it('shows what the program prints, apart, and does not judge it', async () => {
    const kit = FixtureKit.forTest();
    kit.solve('02-stack/stack.ts');
    kit.edit('exercises/02-stack/stack.ts', 'this.#items.push(item);', "this.#items.unshift(item); console.log('pushed', item);");
    const { stdout } = await kit.run('exercise', '2');
    expect(stdout).toContain('Your program printed\n│ pushed a\n│ pushed b\n│ pushed a\n│ pushed b\n');
    expect(stdout).toContain('✖ 2.1 ');
  });
});

describe('npm run progress', () => {
  it('judges every step of every exercise and says what comes next', async () => {
    const kit = FixtureKit.forTest();
    kit.solve('01-counter/counter.ts');
    const { code, stdout } = await kit.run('progress');
    expect(stdout).toContain('2 of 2 steps');
    expect(stdout).toContain('Next: 2.1 Push and pop. npm run watch 2.1');
    expect(code).toBe(0);
  });

  it('prints JSON and nothing else for graders', async () => {
    const kit = FixtureKit.forTest();
    kit.solve('02-stack/stack.ts');
    kit.edit('exercises/02-stack/stack.ts', '.pop()', '.shift()');
    const { code, stdout } = await kit.run('progress', '--json');
    expect(JSON.parse(stdout)).toEqual({
      exercises: [
        {
          slug: 'counter',
          number: 1,
          steps: [
            { id: '1', title: 'Count', status: 'todo', clauses: { passed: 0, total: 2 } },
            { id: '2', title: 'Stop at a limit', status: 'todo', clauses: { passed: 0, total: 2 } },
          ],
        },
        {
          slug: 'stack',
          number: 2,
          steps: [{ id: '1', title: 'Push and pop', status: 'failed', clauses: { passed: 1, total: 2 } }],
        },
      ],
    });
    expect(code).toBe(1);
  });
});

describe('wrong usage', () => {
  it.each([
    ['exercise', ['7'], 'there is no exercise 7; there are 1, 2'],
    ['exercise', ['cuonter'], 'there is no exercise "cuonter"; did you mean counter?'],
    ['exercise', ['1.9'], 'exercise 1 has the steps 1.1 to 1.2, not 1.9'],
    ['exercise', [], 'something is missing'],
    ['exercise', ['1', '2'], 'what is "2" for?'],
    ['hint', ['--loud', '1'], "Unknown option '--loud'"],
    ['undo', ['1', '3'], 'there is no attempt 3; npm run undo 1 lists them'],
    ['reset', ['1.2'], 'steps share their file: npm run reset 1 resets the whole exercise'],
    ['compare', ['1'], '1.1 Count is not passed yet. Show the solution all the same? Then add: -- --yes'],
  ])('%s %j is refused with a reason, the usage, and exit 2', async (command, args, reason) => {
    const { code, stdout, stderr } = await FixtureKit.forTest().run(command, ...args);
    expect(stdout).toBe('');
    expect(stderr).toContain(`✖ ${reason}\n  usage: npm run ${command} `);
    expect(code).toBe(2);
  });

  it('--help tells what a command does', async () => {
    const { code, stdout } = await FixtureKit.forTest().run('progress', '--help');
    expect(stdout).toContain('usage: npm run progress');
    expect(stdout).toContain('--json');
    expect(code).toBe(0);
  });

  it('a learner who deleted the file is told how to get the stub', async () => {
    const kit = FixtureKit.forTest();
    const { rmSync } = await import('node:fs');
    rmSync(`${kit.root}/${COUNTER}`);
    const { code, stderr } = await kit.run('exercise', '1');
    expect(stderr).toContain('exercises/01-counter/counter.ts is missing; npm run reset 1 puts the stub there');
    expect(code).toBe(2);
  });
});

describe('colour', () => {
  const ESCAPE = '\u001B[';

  it('is off in a pipe', async () => {
    expect((await FixtureKit.forTest().run('exercise', '1')).stdout).not.toContain(ESCAPE);
  });

  it('is off under NO_COLOR, whatever else asks for it', async () => {
    const kit = FixtureKit.forTest();
    const { stdout } = await kit.start('exercise', ['1'], { NO_COLOR: '1', FORCE_COLOR: '1' }).ended;
    expect(stdout).not.toContain(ESCAPE);
  });

  it('is on where it is asked for', async () => {
    const { stdout } = await FixtureKit.forTest().start('exercise', ['1'], { FORCE_COLOR: '1' }).ended;
    expect(stdout).toContain(ESCAPE);
  });
});
