import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Finding } from './finding.ts';

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** What `#exercise/…` can stand for. */
const TARGETS = ['exercises', 'solutions', 'reference'] as const;

/**
 * The whole of the repository type-checks, whichever target the specs judge.
 *
 * @param work files that the learner has changed: what is wrong in them is theirs
 */
export async function checkTypes(root: string, work: readonly string[]): Promise<Finding[]> {
  const found = await Promise.all(TARGETS.map((target) => diagnose(root, target)));
  const findings = new Map<string, Finding>();
  for (const [index, lines] of found.entries()) {
    for (const line of lines) {
      const [, file = '', at = '', what = ''] = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
      if (file === '' || work.includes(file)) continue;
      const command = `npx tsc -p . --customConditions ${TARGETS[index]}`;
      const key = `${file}:${at} ${what}`;
      if (!findings.has(key)) findings.set(key, { where: `${file}:${at}`, what, mend: `${command}, until it is silent` });
    }
  }
  return [...findings.values()];
}

async function diagnose(root: string, target: string): Promise<string[]> {
  const args = [TSC, '--project', root, '--pretty', 'false', '--customConditions', target];
  const compiler = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  compiler.stdout.on('data', (chunk) => (output += chunk));
  await new Promise((resolve) => compiler.on('close', resolve));
  return output.split('\n');
}
