import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Exercise, findRoot, readAll, resolveAddress } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
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
    line: 'npm run mutation <exercise>',
    about: 'For authors: changes the solution in every small way that Stryker knows, and tells what no spec noticed. Minutes.',
    options: {},
    words: [1, 1],
  },
  async ([address]) => {
    const root = findRoot();
    const { exercise } = resolveAddress(readAll(root), address!);
    const report = join(root, STORE, 'stryker', `${exercise.slug}.json`);
    await mutate(root, exercise, report);
    console.log(summaryOf(JSON.parse(readFileSync(report, 'utf8')) as Report));
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

function summaryOf({ files }: Report): string {
  const lines: string[] = [];
  let killed = 0;
  let all = 0;
  for (const [path, { source, mutants }] of Object.entries(files)) {
    for (const { status, replacement, location } of mutants) {
      if (!['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status)) continue;
      all++;
      if (status === 'Killed' || status === 'Timeout') killed++;
      else {
        const { line } = location.start;
        lines.push(`${path}:${line}  ${source.split('\n')[line - 1]!.trim()}\n    → ${replacement?.replace(/\s+/g, ' ')}`);
      }
    }
  }
  return [...lines, '', `${killed} of ${all} killed: ${((100 * killed) / all).toFixed(1)}%`].join('\n');
}
