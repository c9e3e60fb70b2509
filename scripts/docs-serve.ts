import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findRoot } from './kit/catalogue.ts';
import { EXIT, run, UsageError } from './kit/command.ts';
import { serveFolder } from './kit/docs/server.ts';
import { paint } from './kit/terminal.ts';

await run(
  {
    line: 'npm run docs:serve [-- --port 4321]',
    about: 'Serves the study guide that npm run docs has built, to this machine only.',
    options: { port: { type: 'string', default: '4321', help: 'the port; 0 for any that is free' } },
    words: [0, 0],
  },
  async (_, { port }) => {
    const site = join(findRoot(), 'docs/site');
    if (!existsSync(join(site, 'index.html'))) throw new UsageError('there is no study guide yet; npm run docs builds it');
    if (!/^\d+$/.test(port!) || Number(port) > 65_535) {
      throw new UsageError(`--port must be an integer from 0 to 65535, received ${port}`);
    }
    const { url, close } = await serveFolder(site, Number(port));
    console.log(`The study guide is at ${paint.cyan(url)}; Ctrl-C ends it`);
    await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
    await close();
    return EXIT.ok;
  },
);
