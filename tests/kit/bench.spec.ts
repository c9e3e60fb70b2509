import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Guesses, parseGuess } from '../../scripts/kit/bench/guesses.ts';
import { FixtureKit } from './kit.ts';

const SUBJECTS = ['naive', 'yours', 'solution', 'reference', 'steady', 'other'];

/** A bench of two workloads; every process of it writes its number down. */
const BENCH = `
  import { appendFileSync } from 'node:fs';

  const noted = (subject) => {
    appendFileSync('processes', process.pid + '\\n');
    return subject;
  };
  const counting = (open) => () => {
    const counter = open();
    const run = () => { for (let i = 0; i < 10_000; i++) counter.increment(); };
    const check = () => { if (open().increment() !== 1) throw new Error('the first is not 1'); };
    return noted({ run, check, figures: () => ({ counted: counter.value }) });
  };
  const filling = (open) => () => noted({ run: () => Array.from({ length: 1_000 }, open), check: () => open().increment() });
  const plain = () => ({ value: 0, increment() { return ++this.value; } });

  const workload = (name, unit, operations, measured) => ({
    name, unit, operations,
    about: 'Counters, of any kind.',
    naive: measured(plain),
    of: (program) => measured(() => new program.Counter())(),
    peers: { steady: measured(plain), other: measured(plain) },
  });
  export default {
    workloads: [workload('increment', 'ns/op', 10_000, counting), workload('many', 'B/entry', 1_000, filling)],
  };
`;

const MEMORY = ", workload('many', 'B/entry', 1_000, filling)";

/** Of both workloads the first, unless `edit` says otherwise. */
function kitWithBench(edit: (bench: string) => string = (bench) => bench.replace(MEMORY, '')): FixtureKit {
  const kit = FixtureKit.forTest();
  kit.write('tests/01-counter/bench.ts', edit(BENCH));
  return kit;
}

const benched = (kit: FixtureKit, ...args: string[]) => kit.run('bench', '1', '--quick', '--seconds', '2', ...args);

/** The numbers of the processes that had a subject, and which of them are alive. */
function processesOf(kit: FixtureKit): { all: number[]; alive: number[] } {
  const all = existsSync(join(kit.root, 'processes')) ? kit.read('processes').trim().split('\n').map(Number) : [];
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  return { all, alive: all.filter(isAlive) };
}

const isRatio = { ratio: expect.any(Number), interval: [expect.any(Number), expect.any(Number)] };

describe('npm run bench', () => {
  it('prints one JSON object with --json: values, ratios and a verdict for each workload', async () => {
    const kit = kitWithBench((bench) => bench);
    kit.solve('01-counter/counter.ts');
    const { code, stdout, stderr } = await benched(kit, '--json');
    expect(stderr).toBe('');
    const report = JSON.parse(stdout);
    expect(Object.keys(report)).toEqual(['exercise', 'aa', 'workloads']);
    expect(report).toMatchObject({ exercise: '01-counter', aa: { ratio: expect.any(Number) } });
    expect(report.workloads.map((workload: { name: string }) => workload.name)).toEqual(['increment', 'many']);
    for (const { unit, subjects, ratios, verdict, ...others } of report.workloads) {
      expect(['ns/op', 'B/entry']).toContain(unit);
      expect(Object.keys(subjects)).toEqual(SUBJECTS);
      expect(Object.values(subjects).every((value) => typeof value === 'number')).toBe(true);
      expect(ratios).toMatchObject({ 'yours/naive': isRatio, 'yours/solution': isRatio, 'reference/steady': isRatio, 'reference/other': isRatio });
      expect(['ahead', 'level', 'behind', 'inconclusive']).toContain(verdict);
      expect(Object.keys(others)).toEqual(['name']);
    }
    expect(code).toBe(0);
    expect(processesOf(kit).alive).toEqual([]);
    expect(readdirSync(join(kit.root, '.hotpath'))).toEqual(['bench']);
  });

  it('shows each subject with a bar and its figures, and leaves a page that needs nothing else', async () => {
    const kit = kitWithBench();
    kit.solve('01-counter/counter.ts');
    const { stdout } = await benched(kit);
    for (const subject of SUBJECTS) expect(stdout).toMatch(new RegExp(`^  ${subject} +[█▏▎▍▌▋▊▉]+›? +[\\d.,]+  counted [\\d,]+$`, 'm'));
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const page = readFileSync(join(kit.root, '.hotpath/bench/counter.html'), 'utf8');
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<script|<link|https?:/);
  });

  it('shows an unfinished stub as such, and measures the others', async () => {
    const { code, stdout } = await benched(kitWithBench(), '--json');
    for (const { subjects, ratios } of JSON.parse(stdout).workloads) {
      expect(subjects).toMatchObject({ naive: expect.any(Number), solution: expect.any(Number) });
      expect(subjects.yours).toMatch(/^unfinished: step 1\.\d is still to do$/);
      expect(Object.keys(ratios).filter((name) => name.includes('yours'))).toEqual([]);
    }
    expect(code).toBe(0);
  });

  it('shows what is wrong with a program that answers wrongly or does not compile, and measures the others', async () => {
    const kit = kitWithBench();
    kit.solve('01-counter/counter.ts');
    kit.edit('exercises/01-counter/counter.ts', 'this.#value + 1', 'this.#value + 2');
    kit.write('reference/01-counter/index.ts', 'export class Counter {');
    const { code, stdout } = await benched(kit, '--json');
    const [increment] = JSON.parse(stdout).workloads;
    expect(increment.subjects).toMatchObject({
      naive: expect.any(Number),
      yours: 'Error: the first is not 1',
      solution: expect.any(Number),
      reference: expect.stringMatching(/^CompileError: reference\/01-counter\/index\.ts:1:\d+: ERROR: /),
    });
    expect(code).toBe(0);
  });

  it('leaves out a program that never returns, or ends its process', async () => {
    const kit = kitWithBench((bench) =>
      bench
        .replace('steady: measured(plain)', 'steady: () => { for (;;); }, gone: () => process.exit(3)')
        .replace(MEMORY, ''), // each workload takes the time that a program is given
    );
    const { code, stdout } = await benched(kit, '--json');
    const [increment] = JSON.parse(stdout).workloads;
    expect(increment.subjects).toMatchObject({
      steady: expect.stringContaining('no answer within'),
      gone: expect.stringContaining('the process ended with exit code 3'),
      other: expect.any(Number),
    });
    expect(code).toBe(0);
    expect(processesOf(kit).alive).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends by %s with what was measured, and leaves no process', async (signal) => {
    const kit = kitWithBench();
    const { child, ended } = kit.start('bench', ['1', '--json', '--seconds', '10']);
    while (processesOf(kit).all.length < 8) await sleep(50); // seven are the first generation
    child.kill(signal);
    const { code, stdout } = await ended;
    const [increment] = JSON.parse(stdout).workloads;
    expect(increment.subjects).toMatchObject({ naive: expect.any(Number), reference: expect.any(Number) });
    expect(code).toBe(0);
    expect(processesOf(kit).alive).toEqual([]);
    expect(existsSync(join(kit.root, '.hotpath/bench/counter.html'))).toBe(true);
    expect(readdirSync(join(kit.root, '.hotpath'))).toEqual(['bench']);
  });

  it('says so where there is nothing to measure', async () => {
    const { code, stderr } = await FixtureKit.forTest().run('bench', '1');
    expect(stderr).toContain('Counter has nothing to measure: there is no tests/01-counter/bench.ts');
    expect(code).toBe(2);
  });
});

describe('a guess', () => {
  const guess = (guessed: number, measured: number) => ({ slug: 'counter', workload: 'increment', at: '2026-01-01', guessed, measured });

  it('is a number above 0', () => {
    expect(['10', ' 2.5 ', '2,5', '10x', '3 ×'].map(parseGuess)).toEqual([10, 2.5, 2.5, 10, 3]);
    expect(['', 'many', '0', '-3', '1e3'].map(parseGuess)).toEqual(Array(5).fill(undefined));
  });

  it('is kept, and told with those before it', () => {
    const { root } = FixtureKit.forTest();
    new Guesses(root).keep(guess(10, 20));
    new Guesses(root).keep(guess(100, 20));
    expect(new Guesses(root).tell(guess(30, 20))).toBe(
      'You guessed 30 × as fast as naive; it is 20 × (increment).\n' +
        'Of your 3 guesses 2 within a factor of 2; typically off by 2 ×.',
    );
  });

  it.each(['not JSON', '{}', '[{"guessed":"x"}]'])('among damaged ones, %j, is set aside and said to be', (damage) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const kit = FixtureKit.forTest();
    mkdirSync(join(kit.root, '.hotpath/bench'), { recursive: true });
    kit.write('.hotpath/bench/guesses.json', damage);
    expect(new Guesses(kit.root).tell(guess(1, 1))).toContain('Of your 1 guess 1 within');
    expect(error).toHaveBeenCalledWith(expect.stringContaining('set aside'));
    error.mockRestore();
  });
});
