import { join } from 'node:path';
import { findRoot } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import { buildSite } from './kit/docs/site.ts';
import { paint, working } from './kit/terminal.ts';

await run(
  {
    line: 'npm run docs',
    about: 'Builds the study guide in docs/site; npm run docs:serve shows it.',
    options: { drafts: { type: 'boolean', default: false, help: 'with the exercises that are drafts' } },
    words: [0, 0],
  },
  async (_, { drafts }) => {
    const out = join(findRoot(), 'docs/site');
    const { guide, complaints, labs, size } = await working('building the study guide', () => buildSite(findRoot(), { out, drafts }));
    for (const complaint of complaints) console.error(`${paint.red('✖')} ${complaint}`);
    if (complaints.length > 0) return EXIT.failed;
    const compressed = labs.reduce((sum, { size }) => sum + size, 0);
    console.log(`${guide.chapters.length} chapters, ${guide.references.length} references, ${labs.length} labs: ${out}`);
    console.log(`${(size / 1e6).toFixed(1)} MB; the labs ${(compressed / 1e3).toFixed(0)} kB compressed`);
    console.log(`${paint.bold('npm run docs:serve')} shows it`);
    return EXIT.ok;
  },
);
