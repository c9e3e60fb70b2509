import { findRoot } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import { writeFigures } from './kit/docs/figures.ts';

await run(
  {
    line: 'npm run figures',
    about: [
      'For authors: writes the figures of docs/results into the chapters of the study guide. They are measured by',
      'npm run bench, benchmark:performance and profile:memory with --publish.',
    ].join('\n'),
    options: {},
    words: [0, 0],
  },
  async () => {
    const written = writeFigures(findRoot());
    for (const path of written) console.log(`${path} is written`);
    if (written.length === 0) console.log('All chapters have the figures of docs/results.');
    return EXIT.ok;
  },
);
