import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exercise, readCatalogue } from '../../scripts/kit/catalogue.ts';
import { Judge } from '../../scripts/kit/judge/judge.ts';
import { judgeSteps } from '../../scripts/kit/judging.ts';
import { verdictScreen } from '../../scripts/kit/screen.ts';
import type { StepVerdict } from '../../scripts/kit/verdict.ts';
import { waysToFail } from './failures.ts';
import { FixtureKit } from './kit.ts';

let kit: FixtureKit;
let exercise: Exercise;
let verdict: StepVerdict;

beforeAll(async () => {
  kit = new FixtureKit();
  for (const tree of ['exercises', 'solutions', 'reference', 'tests']) {
    rmSync(join(kit.root, tree, '02-stack'), { recursive: true });
    mkdirSync(join(kit.root, tree, '02-failures'));
  }
  const program = waysToFail.map(({ program }, index) => `export function subject${index}(): any {\n  ${program}\n}\n`);
  const specs = waysToFail.map(({ claim, spec }, index) => {
    const body = `const subject = program.subject${index};\n      ${spec}`;
    return `  describe('2.1.${index + 1} …', () => {\n    it(${JSON.stringify(claim)}, async () => {\n      ${body}\n    });\n  });`;
  });
  const imports = "import { describe, expect, it } from 'vitest';\nimport * as program from '#exercise/02-failures';\n";
  const clauses = waysToFail.map((_, index) => `- **2.1.${index + 1}** Something holds of what the program does.`);
  const manifest = { title: 'Failures', minutes: 1, concepts: [], steps: [{ id: '1', title: 'Fail in every way' }] };
  kit.write('exercises/02-failures/README.md', `## Step 1 · Fail in every way\n\n${clauses.join('\n')}\n`);
  kit.write('exercises/02-failures/exercise.json', JSON.stringify(manifest));
  kit.write('exercises/02-failures/index.ts', "export * from './failures.ts';\n");
  kit.write('exercises/02-failures/failures.ts', program.join('\n'));
  kit.write('solutions/02-failures/failures.ts', program.join('\n'));
  kit.write('reference/02-failures/index.ts', program.join('\n'));
  kit.write('tests/02-failures/1-fail.spec.ts', `${imports}\ndescribe('2.1', () => {\n${specs.join('\n')}\n});\n`);

  exercise = readCatalogue(kit.root)[1]!;
  const judge = await Judge.open(kit.root, { workers: 1 });
  [verdict] = (await judgeSteps(judge, kit.root, exercise)) as [StepVerdict];
  await judge.close();
});

afterAll(() => kit.remove());

describe('the screen of a failure', () => {
  it.each(waysToFail.map(({ claim }, index) => [claim, index] as const))('%s', async (claim, index) => {
    const clauses = verdict.clauses.slice(index, index + 1);
    const screen = verdictScreen({ exercise, steps: [{ ...verdict, clauses }] });
    const lines = screen.split('\n');
    expect(lines.length, 'lines').toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => line.length)), 'columns').toBeLessThanOrEqual(80);
    await expect(`${screen}\n`).toMatchFileSnapshot(`screens/${claim.replace(/\W+/g, '-').replace(/^-/, '')}.txt`);
  });
});
