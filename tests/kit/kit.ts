import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { readCatalogue } from '../../scripts/kit/catalogue.ts';
import { writeStubs } from '../../scripts/kit/checks/stubs.ts';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** How one command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A kit of two tiny exercises, in a folder of its own whose path has a space. */
export class FixtureKit {
  readonly root: string;

  /** Gone when the test is over. */
  static forTest(): FixtureKit {
    const kit = new FixtureKit();
    onTestFinished(() => kit.remove());
    return kit;
  }

  constructor() {
    this.root = join(mkdtempSync(join(tmpdir(), 'hotpath ')), 'a kit');
    cpSync(join(REPOSITORY, 'tests/kit/fixture'), this.root, { recursive: true });
    for (const path of ['exercises/todo.ts', 'tsconfig.json']) cpSync(join(REPOSITORY, path), join(this.root, path));
    const { type, imports, scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    this.write('package.json', JSON.stringify({ type, imports, scripts }));
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.root, 'node_modules'), 'junction');
    writeStubs(this.root, readCatalogue(this.root));
  }

  remove(): void {
    rmSync(join(this.root, '..'), { recursive: true, force: true, maxRetries: 5 });
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  /** Replaces what must stand there. */
  edit(path: string, find: string, replace: string): void {
    const text = this.read(path);
    if (!text.includes(find)) throw new Error(`${path} does not contain ${find}`);
    this.write(path, text.replace(find, () => replace));
  }

  /** Puts the solution of an exercise in the place of the stub. */
  solve(exercise: '01-counter/counter.ts' | '02-stack/stack.ts'): void {
    this.write(`exercises/${exercise}`, this.read(`solutions/${exercise}`));
  }

  /** Runs a command to its end, without a terminal. */
  run(command: string, ...args: string[]): Promise<Ended> {
    return this.start(command, args).ended;
  }

  /** Starts a command, to be killed perhaps. */
  start(command: string, args: readonly string[], env: Record<string, string> = {}) {
    const script = join(REPOSITORY, 'scripts', `${command}.ts`);
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
      cwd: this.root,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
    return { child, ended };
  }
}
