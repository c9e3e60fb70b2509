import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FixtureKit } from './kit.ts';

const COUNTER = 'exercises/01-counter/counter.ts';
const WORK = '// mine, with ünïcödé and no newline at the end';

describe('npm run reset and npm run undo', () => {
  it('reset puts the stub there, and the command that it prints brings back every byte', async () => {
    const kit = FixtureKit.forTest();
    const stub = kit.read(COUNTER);
    kit.write(COUNTER, WORK);

    const reset = await kit.run('reset', '1');
    expect(kit.read(COUNTER)).toBe(stub);
    const [, ...args] = /npm run undo (\d+) (\d+)/.exec(reset.stdout) ?? [];

    const undo = await kit.run('undo', ...args);
    expect(kit.read(COUNTER)).toBe(WORK);
    expect(undo.stdout).toContain('You have attempt 1 again.');
    expect([reset.code, undo.code]).toEqual([0, 0]);
  });

  it('undo keeps what it replaces', async () => {
    const kit = FixtureKit.forTest();
    kit.write(COUNTER, WORK);
    await kit.run('reset', '1');
    kit.write(COUNTER, '// later');
    const undo = await kit.run('undo', '1', '1');
    expect(undo.stdout).toContain('npm run undo 1 2');
    await kit.run('undo', '1', '2');
    expect(kit.read(COUNTER)).toBe('// later');
  });

  it('every verdict keeps what there was, once', async () => {
    const kit = FixtureKit.forTest();
    await kit.run('exercise', '1');
    await kit.run('exercise', '1');
    kit.solve('01-counter/counter.ts');
    await kit.run('exercise', '1');
    const { stdout } = await kit.run('undo', '1');
    expect(stdout).toMatch(/1 {2}\S+ \S+ {2}0 of 4 clauses\n +2 {2}\S+ \S+ {2}4 of 4 clauses/);
  });

  it('a reset that cannot keep what there is leaves it there, exit 3', async () => {
    const kit = FixtureKit.forTest();
    kit.write(COUNTER, WORK);
    kit.write('.hotpath', 'a file where a folder should be');
    const { code, stderr } = await kit.run('reset', '1');
    expect(kit.read(COUNTER)).toBe(WORK);
    expect(stderr).toContain('cannot write');
    expect(code).toBe(3);
  });

  it('a verdict that cannot be kept is given all the same', async () => {
    const kit = FixtureKit.forTest();
    kit.write('.hotpath', 'a file where a folder should be');
    const { code, stdout, stderr } = await kit.run('exercise', '1');
    expect(stdout).toContain('to do');
    expect(stderr).toContain('This attempt is not in the journal');
    expect(code).toBe(0);
  });

  it('an attempt whose content was damaged is refused, and nothing is replaced', async () => {
    const kit = FixtureKit.forTest();
    kit.write(COUNTER, WORK);
    await kit.run('reset', '1');
    const [folder = ''] = readdirSync(join(kit.root, '.hotpath/objects'));
    const [object = ''] = readdirSync(join(kit.root, '.hotpath/objects', folder));
    kit.write(`.hotpath/objects/${folder}/${object}`, 'something else');
    kit.write(COUNTER, '// later');
    const { code, stderr } = await kit.run('undo', '1', '1');
    expect(stderr).toContain('is damaged; this attempt cannot be brought back');
    expect(kit.read(COUNTER)).toBe('// later');
    expect(code).toBe(3);
  });
});

describe('what the kit remembers', () => {
  it('hints go on from one to the next, and stay at the last', async () => {
    const kit = FixtureKit.forTest();
    const outputs = [];
    for (let i = 0; i < 4; i++) outputs.push((await kit.run('hint', '1')).stdout.split('\n')[0]);
    expect(outputs).toEqual([
      '1.1 Count · hint 1 of 3',
      '1.1 Count · hint 2 of 3',
      '1.1 Count · hint 3 of 3, the last; npm run compare 1 shows the solution',
      '1.1 Count · hint 3 of 3, the last; npm run compare 1 shows the solution',
    ]);
  });

  it.each(['', 'not JSON', '{"hints":{"1":-3}}', '{"hints":null}', '[]'])('a damaged state %j is set aside and said to be', async (damage) => {
    const kit = FixtureKit.forTest();
    mkdirSync(join(kit.root, '.hotpath/state'), { recursive: true });
    kit.write('.hotpath/state/counter.json', damage);
    const { code, stdout, stderr } = await kit.run('hint', '1');
    expect(stdout).toContain('hint 1 of 3');
    expect(stderr).toContain('set aside');
    expect(readdirSync(join(kit.root, '.hotpath/state')).filter((name) => name.includes('damaged'))).toHaveLength(1);
    expect(code).toBe(0);
  });

  it('a damaged attempt is left out, and the others stay', async () => {
    const kit = FixtureKit.forTest();
    await kit.run('reset', '1');
    kit.write(COUNTER, WORK);
    await kit.run('reset', '1');
    const [first = ''] = readdirSync(join(kit.root, '.hotpath/journal/counter')).sort();
    kit.write(`.hotpath/journal/counter/${first}`, '{"at":');
    const { stdout } = await kit.run('undo', '1');
    expect(stdout).not.toMatch(/^ +1 {2}/m);
    expect(stdout).toMatch(/^ +2 {2}/m);
  });
});

describe('being killed', () => {
  it('in the middle of a reset: the file is the old or the new, and what was there can be had back', async () => {
    const kit = FixtureKit.forTest();
    const stub = kit.read(COUNTER);
    for (let round = 0; round < 8; round++) {
      const work = `// work of round ${round}\n`.repeat(1_000);
      kit.write(COUNTER, work);
      const { child, ended } = kit.start('reset', ['1']);
      setTimeout(() => child.kill('SIGKILL'), 250 + Math.random() * 250);
      await ended;
      const now = kit.read(COUNTER);
      expect([work, stub].includes(now), 'the file is whole').toBe(true);
      if (now === work) continue;
      const attempts = (await kit.run('undo', '1')).stdout.match(/^ +\d+ {2}/gm) ?? [];
      await kit.run('undo', '1', attempts.at(-1)!.trim());
      expect(kit.read(COUNTER)).toBe(work);
    }
    expect(existsSync(join(kit.root, COUNTER))).toBe(true);
  });
});
