import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exercise } from './catalogue.ts';

/** Two saves of the same file are this far apart, so that each finds both watchers at rest. */
const REST_MS = 700;

const PATIENCE_MS = 20_000;

/** Times of one thing done over and over, ms. */
class Times {
  readonly #times: number[] = [];

  add(time: number): void {
    this.#times.push(time);
  }

  /** From 0 to 1: 0.5 is the median. */
  quantile(share: number): number {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  }
}

/** So that nobody's work is touched, and each has a watcher of its own. */
export function copyKit(root: string, to: string): string {
  for (const name of ['exercises', 'reference', 'solutions', 'scripts', 'tests', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    cpSync(join(root, name), join(to, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'), 'junction');
  return to;
}

export function solve(kit: string, { folder, files }: Exercise): void {
  for (const name of files) cpSync(join(kit, 'solutions', folder, name), join(kit, 'exercises', folder, name));
}

/** From the save of a passed exercise's file to the verdict on its first step. */
export async function measureSaves(ours: string, stock: string, exercise: Exercise, saves: number): Promise<string[]> {
  const [step] = exercise.steps;
  const spec = relative(ours, join(ours, 'tests', exercise.folder, step!.spec.split(/[/\\]/).at(-1)!));
  const watchers = {
    ours: new Watcher(ours, process.execPath, ['--import', 'tsx', 'scripts/watch.ts', step!.number], /passed\.\n/i),
    stock: new Watcher(stock, 'npx', ['vitest', '--watch', '--project', 'exercises', spec], /Tests .*passed/),
  };
  const times = { ours: new Times(), stock: new Times() };
  try {
    await Promise.all([watchers.ours.ready(), watchers.stock.ready()]);
    for (let save = 0; save < saves; save++) {
      for (const name of ['ours', 'stock'] as const) {
        await sleep(REST_MS);
        const kit = name === 'ours' ? ours : stock;
        const file = join(kit, 'exercises', exercise.folder, exercise.files[0]!);
        const text = readFileSync(join(kit, 'solutions', exercise.folder, exercise.files[0]!), 'utf8');
        times[name].add(await watchers[name].timeToVerdict(() => writeFileSync(file, `${text}// save ${save}\n`)));
      }
    }
  } finally {
    for (const watcher of Object.values(watchers)) watcher.stop();
  }
  return rowOf(`save to verdict, step ${step!.number}`, times);
}

export async function measureCold(
  name: string,
  command: readonly string[],
  ours: string,
  stock: string,
  exercises: readonly Exercise[],
  runs: number,
): Promise<string[]> {
  const specs = exercises.flatMap(({ folder, steps }) => steps.map(({ spec }) => `tests/${folder}/${spec.split(/[/\\]/).at(-1)}`));
  const times = { ours: new Times(), stock: new Times() };
  for (let i = 0; i < runs; i++) {
    times.ours.add(await timeOf(ours, 'npm', command));
    times.stock.add(await timeOf(stock, 'npx', ['vitest', 'run', '--project', 'exercises', ...specs]));
  }
  return rowOf(name, times);
}

function rowOf(name: string, { ours, stock }: { ours: Times; stock: Times }): string[] {
  const ms = (time: number) => `${Math.round(time)} ms`;
  const ratio = (ours.quantile(0.5) / stock.quantile(0.5)).toFixed(2);
  return [name, ms(ours.quantile(0.5)), ms(ours.quantile(0.95)), ms(stock.quantile(0.5)), ms(stock.quantile(0.95)), ratio];
}

async function timeOf(kit: string, command: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(command, args, { cwd: kit, stdio: 'ignore' });
  await new Promise((resolve) => child.on('close', resolve));
  return performance.now() - start;
}

/** A program that prints a verdict after each save. */
class Watcher {
  readonly #process: ChildProcess;
  readonly #verdict: RegExp;
  #printed = '';
  #onPrinted: () => void = () => {};

  constructor(kit: string, command: string, args: readonly string[], verdict: RegExp) {
    this.#verdict = verdict;
    this.#process = spawn(command, args, { cwd: kit, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    this.#process.stdout!.on('data', (chunk) => {
      this.#printed += chunk;
      this.#onPrinted();
    });
  }

  /** Until the first verdict. */
  ready(): Promise<void> {
    return this.#nextVerdict();
  }

  async timeToVerdict(save: () => void): Promise<number> {
    this.#printed = '';
    const start = performance.now();
    save();
    await this.#nextVerdict();
    return performance.now() - start;
  }

  stop(): void {
    process.kill(-this.#process.pid!, 'SIGKILL'); // and what it started
  }

  /** @throws if none comes */
  #nextVerdict(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no verdict within ${PATIENCE_MS} ms:\n${this.#printed}`)), PATIENCE_MS);
      this.#onPrinted = () => {
        if (!this.#verdict.test(this.#printed)) return;
        this.#onPrinted = () => {};
        clearTimeout(timer);
        resolve();
      };
      this.#onPrinted();
    });
  }
}
