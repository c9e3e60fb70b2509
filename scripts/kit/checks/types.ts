import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { type Exercise, isDraft } from '../catalogue.ts';
import type { Finding } from './finding.ts';
import { filesWithWork } from './stubs.ts';

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** What `#exercise/…` can stand for. */
const TARGETS = ['exercises', 'solutions', 'reference'] as const;

/**
 * The whole of the repository type-checks, whichever target the specs judge. What is wrong in a learner's own work is
 * theirs, and a draft may be wrong.
 */
export async function checkTypes(root: string, exercises: readonly Exercise[]): Promise<Finding[]> {
  const work = filesWithWork(root, exercises);
  const drafts = exercises.filter(({ folder }) => isDraft(root, folder)).map(({ folder }) => `/${folder}/`);
  const found = await Promise.all(TARGETS.map((target) => diagnose(root, target)));
  const findings = new Map<string, Finding>();
  for (const [index, lines] of found.entries()) {
    for (const line of lines) {
      const [, file = '', at = '', what = ''] = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
      if (file === '' || work.includes(file)) continue;
      if (drafts.some((folder) => file.includes(folder))) continue;
      const command = `npx tsc -p . --customConditions ${TARGETS[index]}`;
      const key = `${file}:${at} ${what}`;
      if (!findings.has(key)) findings.set(key, { where: `${file}:${at}`, what, mend: `${command}, until it is silent` });
    }
  }
  return [...findings.values()];
}

/** What the compiler prints of the project in `root`, line by line. */
export async function diagnose(root: string, target: string): Promise<string[]> {
  const args = [TSC, '--project', root, '--pretty', 'false', '--customConditions', target];
  const compiler = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  compiler.stdout.on('data', (chunk) => (output += chunk));
  await new Promise((resolve) => compiler.on('close', resolve));
  return output.split('\n');
}
