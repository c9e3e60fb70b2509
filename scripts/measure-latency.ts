import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRoot, readCatalogue, resolveAddress } from './kit/catalogue.ts';
import { EXIT, positiveOption, run } from './kit/command.ts';
import { copyKit, measureCold, measureSaves, solve } from './kit/latency.ts';
import { columnsOf } from './kit/screen.ts';

await run(
  {
    line: 'npm run measure:latency [<exercise>]',
    about: 'For authors: how long a verdict takes, beside stock Vitest on the same specs, alternating. Some two minutes.',
    options: {
      saves: { type: 'string', default: '20', help: 'how many saves of each' },
      runs: { type: 'string', default: '7', help: 'how many cold starts of each' },
    },
    words: [0, 1],
  },
  async ([address = '1'], { saves, runs }) => {
    const root = findRoot();
    const { exercise } = resolveAddress(readCatalogue(root), address);
    const home = mkdtempSync(join(tmpdir(), 'hotpath-latency-'));
    try {
      const [ours, stock] = [copyKit(root, join(home, 'ours')), copyKit(root, join(home, 'stock'))];
      for (const kit of [ours, stock]) solve(kit, exercise);
      const rows = [
        ['', 'ours: median', 'p95', 'stock: median', 'p95', 'ratio'],
        await measureSaves(ours, stock, exercise, positiveOption('saves', saves)),
        await measureCold(`npm run exercise ${exercise.number}`, ['run', '--silent', 'exercise', String(exercise.number)], ours, stock, [exercise], positiveOption('runs', runs)),
      ];
      const all = readCatalogue(root);
      for (const kit of [ours, stock]) all.forEach((one) => solve(kit, one));
      rows.push(await measureCold('npm run progress', ['run', '--silent', 'progress'], ours, stock, all, positiveOption('runs', runs)));
      console.log(columnsOf(rows));
    } finally {
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    }
    return EXIT.ok;
  },
);
