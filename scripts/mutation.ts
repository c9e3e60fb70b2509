import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Exercise, findRoot, readAll, resolveAddress } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import type { MutationFigures } from './kit/docs/figures.ts';
import { publish, readResults } from './kit/docs/results.ts';
import { STORE, writeWhole } from './kit/store.ts';

interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number } };
}

interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

await run(
  {
    line: 'npm run mutation <exercise> [-- --publish]',
    about: 'For authors: changes the solution in every small way that Stryker knows, and tells what no spec noticed. Minutes.',
    options: { publish: { type: 'boolean', help: 'into docs/results too, where the study guide has its figures from' } },
    words: [1, 1],
  },
  async ([address], { publish: isPublic }) => {
    const root = findRoot();
    const { exercise } = resolveAddress(readAll(root), address!);
    const path = join(root, STORE, 'stryker', `${exercise.slug}.json`);
    await mutate(root, exercise, path);
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    console.log(summaryOf(report));
    if (isPublic) {
      const { killed, all } = countsOf(report);
      const before = readResults(root, 'mutation')?.figures as MutationFigures | undefined;
      const figures: MutationFigures = { ...before, [exercise.number]: { killed, of: all } };
      publish(root, 'mutation', 'npm run mutation', figures);
    }
    return EXIT.ok;
  },
);

async function mutate(root: string, { folder, files, slug }: Exercise, report: string): Promise<void> {
  const config = join(root, STORE, 'stryker', `${slug}.config.json`);
  const options = {
    mutate: files.map((name) => `solutions/${folder}/${name}`),
    plugins: ['@stryker-mutator/vitest-runner'],
    testRunner: 'vitest',
    testRunnerNodeArgs: ['--expose-gc'],
    vitest: { configFile: 'scripts/kit/mutation.config.ts', related: false },
    coverageAnalysis: 'perTest',
    reporters: ['json', 'progress'],
    jsonReporter: { fileName: report },
    tempDirName: join(STORE, 'stryker', 'sandboxes'),
    ignorePatterns: [STORE, 'docs', 'tests/kit'],
    timeoutMS: 3_000,
    warnings: false,
  };
  writeWhole(config, JSON.stringify(options));
  const stryker = join(dirname(createRequire(import.meta.url).resolve('@stryker-mutator/core/package.json')), 'bin/stryker.js');
  const child = spawn(process.execPath, [stryker, 'run', config], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, HOTPATH_EXERCISE: folder },
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`Stryker ended with exit code ${code}`);
}

function summaryOf(report: Report): string {
  const { killed, all, survivors } = countsOf(report);
  return [...survivors, '', `${killed} of ${all} killed: ${((100 * killed) / all).toFixed(1)}%`].join('\n');
}

/** How many count, how many of them were noticed, and what became of which line for the others. */
function countsOf({ files }: Report): { killed: number; all: number; survivors: string[] } {
  const survivors: string[] = [];
  let all = 0;
  for (const [path, { source, mutants }] of Object.entries(files)) {
    for (const { status, replacement, location } of mutants) {
      if (!['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status)) continue;
      all++;
      if (status === 'Killed' || status === 'Timeout') continue;
      const { line } = location.start;
      survivors.push(`${path}:${line}  ${source.split('\n')[line - 1]!.trim()}\n    → ${replacement?.replace(/\s+/g, ' ')}`);
    }
  }
  return { killed: all - survivors.length, all, survivors };
}
