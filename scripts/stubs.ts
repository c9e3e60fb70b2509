import { findRoot, readAll } from './kit/catalogue.ts';
import { writeStubs } from './kit/checks/stubs.ts';
import { EXIT, run } from './kit/command.ts';

await run(
  {
    line: 'npm run stubs',
    about: 'For authors: generates the stubs anew from their solutions. What somebody has changed is left alone.',
    options: {},
    words: [0, 0],
  },
  async () => {
    const root = findRoot();
    const { written, leftAlone } = writeStubs(root, readAll(root));
    for (const path of written) console.log(`${path} is written`);
    for (const path of leftAlone) console.log(`${path} has uncommitted work and is left alone: commit it, or npm run reset`);
    if (written.length + leftAlone.length === 0) console.log('All stubs are what their solutions generate.');
    return EXIT.ok;
  },
);
