import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Exercise, readExercise } from '../../scripts/kit/catalogue.ts';
import { Journal } from '../../scripts/kit/journal.ts';
import { State } from '../../scripts/kit/store.ts';
import { stubsOf } from '../../scripts/kit/stub.ts';
import { FixtureKit, REPOSITORY } from './kit.ts';

const KILLS = 200;
/** From the first save of a child to its end, ms: some ten rounds of what it does. */
const LONGEST_LIFE_MS = 50;
/** The journal begins anew after so many, lest the test read it forever. */
const KILLS_A_JOURNAL = 10;

let kit: FixtureKit;
let exercise: Exercise;
let program: string;

beforeAll(() => {
  kit = new FixtureKit();
  exercise = readExercise(kit.root, '01-counter');
  // Bundled, so that a child lives for its work and not for the loading of it.
  program = join(REPOSITORY, 'node_modules/.cache/hotpath-killed.mjs');
  const entryPoints = [join(REPOSITORY, 'tests/kit/killed.ts')];
  buildSync({ entryPoints, outfile: program, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
});

afterAll(() => {
  kit.remove();
  rmSync(program);
});

it(`loses nothing and damages nothing, killed ${KILLS} times at any moment`, { timeout: 300_000 }, async () => {
  const [[, stub = ''] = []] = stubsOf(kit.root, exercise);
  const journal = new Journal(kit.root, exercise);
  for (let round = 0; round < KILLS; round++) {
    if (round % KILLS_A_JOURNAL === 0) rmSync(join(kit.root, '.hotpath'), { recursive: true, force: true });
    const saved = await killAtWork(round);

    const now = kit.read('exercises/01-counter/counter.ts');
    const isWhole = now === stub || now === `${now.split('\n')[0]}\n`.repeat(2_000);
    expect(isWhole, `round ${round}: what stands in the file is whole`).toBe(true);

    const kept = journal.attempts().map((attempt) => journal.contents(attempt).get('counter.ts'));
    const last = `// ${saved}\n`.repeat(2_000);
    expect(now === last || kept.includes(last) || isLater(now, saved), `round ${round}: ${saved} is to be had`).toBe(true);
    expect(new State(kit.root, exercise.slug).hintsShown('1'), `round ${round}: the state is whole`).toBeGreaterThanOrEqual(0);
  }
});

/** Saved when there was no time left to say so. */
const isLater = (text: string, saved: string) => {
  const save = (work: string) => Number(/\.(\d+)$/m.exec(work.split('\n')[0]!)?.[1]);
  return text.startsWith('// work') && save(text) === save(saved) + 1;
};

/** @returns the last thing that the learner had saved */
async function killAtWork(round: number): Promise<string> {
  const child = spawn(process.execPath, [program, kit.root, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  await once(child.stdout, 'data');
  await sleep(Math.random() * LONGEST_LIFE_MS);
  child.kill('SIGKILL');
  await once(child, 'close');
  return said.trimEnd().split('\n').at(-1)!;
}
