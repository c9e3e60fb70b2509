import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outdatedChapters, writeFigures } from '../../scripts/kit/docs/figures.ts';
import { FixtureKit, REPOSITORY } from './kit.ts';

const report = {
  exercise: '01-counter',
  aa: { ratio: 1, interval: [0.98, 1.02] },
  workloads: [
    {
      name: 'count',
      unit: 'ns/op',
      subjects: { naive: 1234.5, yours: 'unfinished', solution: 20, reference: 4.56, quick: 9, slow: 90 },
      ratios: {
        'reference/naive': { ratio: 0.004, interval: [0.003, 0.005] },
        'reference/slow': { ratio: 0.051, interval: [0.05, 0.06] },
        'reference/quick': { ratio: 0.507, interval: [0.48, 0.53] },
      },
      verdict: 'ahead',
    },
    { name: 'keep', unit: 'B/entry', subjects: { reference: 80 }, ratios: {}, verdict: 'inconclusive' },
  ],
  judged: { count: 'reference/quick' },
};
const results = { command: 'npm run bench 1', measuredOn: '2026-01-02', machine: 'one machine', figures: report };

/** A chapter with a place for the figures of exercise 1. */
function kitWithChapter(): FixtureKit {
  const kit = FixtureKit.forTest();
  for (const folder of ['docs/guide', 'docs/results']) mkdirSync(join(kit.root, folder), { recursive: true });
  kit.write('docs/guide/01-counter.md', 'Before.\n\n<!-- figures: 01-counter -->\nold\n<!-- end of figures -->\n\nAfter.\n');
  kit.write('docs/results/01-counter.json', JSON.stringify(results));
  return kit;
}

const chapterOf = (kit: FixtureKit) => readFileSync(join(kit.root, 'docs/guide/01-counter.md'), 'utf8');

describe('the figures of a chapter', () => {
  it('are a table of what was measured, where and when, and nothing around it is touched', () => {
    const kit = kitWithChapter();
    expect(writeFigures(kit.root)).toEqual(['docs/guide/01-counter.md']);
    expect(chapterOf(kit)).toBe(`Before.

<!-- figures: 01-counter -->
|  | count, ns | keep, B |
| --- | --- | --- |
| naive | 1,235 | – |
| solution | 20 | – |
| reference | 4.56 | 80 |
| quick | 9 | – |
| slow | 90 | – |
| verdict on the reference | 0.51 (0.48–0.53), ahead of quick | – |

*Measured by \`npm run bench 1\` on 2026-01-02: one machine.*
<!-- end of figures -->

After.
`);
    expect(writeFigures(kit.root), 'what is written the second time').toEqual([]);
  });

  it('are outdated as soon as something else is measured', () => {
    const kit = kitWithChapter();
    writeFigures(kit.root);
    expect(outdatedChapters(kit.root)).toEqual([]);
    kit.write('docs/results/01-counter.json', JSON.stringify({ ...results, measuredOn: '2026-01-03' }));
    expect(outdatedChapters(kit.root).map(({ path }) => path)).toEqual(['docs/guide/01-counter.md']);
  });

  it('that nobody has measured are an error that names the file', () => {
    const kit = kitWithChapter();
    kit.write('docs/guide/01-counter.md', '<!-- figures: 09-nothing -->\n<!-- end of figures -->\n');
    expect(() => writeFigures(kit.root)).toThrow('there is no docs/results/09-nothing.json for <!-- figures: 09-nothing -->');
  });

  it('are those of the results that are committed', () => {
    expect(outdatedChapters(REPOSITORY).map(({ path }) => path)).toEqual([]);
  });
});
