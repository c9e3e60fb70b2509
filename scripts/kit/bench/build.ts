import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import type { Bench } from '../../../tests/bench.ts';
import type { Exercise } from '../catalogue.ts';
import { STORE } from '../store.ts';

export type Target = 'exercises' | 'solutions' | 'reference';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A program as plain JavaScript, ready to be loaded by a process that has nothing else to load. */
export interface Built {
  readonly worker: string;
  /** URLs of modules. */
  readonly bench: string;
  readonly program: string;
}

/**
 * An exercise's bench, compiled once for each target as Vitest compiles it. The loader of TypeScript that runs the kit
 * wraps each function that has a name, which is a cost that no program has elsewhere, and each process would start with it.
 */
export class BuiltBench {
  readonly bench: Bench<unknown>;
  readonly #folder: string;
  readonly #built: ReadonlyMap<Target, Built | Error>;

  /** @throws what the compiler says of bench.ts itself */
  static async of(root: string, exercise: Exercise): Promise<BuiltBench> {
    mkdirSync(join(root, STORE), { recursive: true });
    const folder = mkdtempSync(join(root, STORE, 'bench-')); // within the kit, where packages are found
    try {
      const built = new Map<Target, Built | Error>();
      for (const target of ['reference', 'solutions', 'exercises'] as const) {
        if (!existsSync(join(root, target, exercise.folder, 'index.ts'))) continue;
        built.set(target, await buildTarget(root, exercise, target, join(folder, target)).catch(compileErrorOf(root)));
      }
      const first = [...built.values()].find((one) => !(one instanceof Error));
      if (!first) throw [...built.values()][0];
      const { default: bench } = (await import((first as Built).bench)) as { default: Bench<unknown> };
      return new BuiltBench(folder, built, bench);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(folder: string, built: ReadonlyMap<Target, Built | Error>, bench: Bench<unknown>) {
    this.#folder = folder;
    this.#built = built;
    this.bench = bench;
  }

  /** What is wrong with a program that cannot be compiled; `undefined` if there is none. */
  target(target: Target): Built | Error | undefined {
    return this.#built.get(target);
  }

  /** For what is no program of the exercise: any target has it. */
  get any(): Built {
    return [...this.#built.values()].find((one) => !(one instanceof Error)) as Built;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Which program cannot be measured for what it is written like, and where. */
class CompileError extends Error {
  override readonly name = 'CompileError';
}

/** Of all that the compiler says, the line that names the place. */
const compileErrorOf = (root: string) => (error: Error): CompileError => {
  const place = error.message.split('\n').find((line) => line.includes(': ERROR: ')) ?? error.message;
  return new CompileError(place.replace(`${root}/`, ''));
};

async function buildTarget(root: string, { folder }: Exercise, target: Target, outDir: string): Promise<Built> {
  await build({
    configFile: false,
    root,
    logLevel: 'silent',
    esbuild: { target: 'es2022' },
    ssr: { resolve: { conditions: [target] } },
    build: {
      ssr: true,
      target: 'es2022',
      minify: false,
      outDir,
      rollupOptions: {
        input: {
          worker: WORKER,
          bench: join(root, 'tests', folder, 'bench.ts'),
          program: join(root, target, folder, 'index.ts'),
        },
        treeshake: false, // what looks useless may be what is measured
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  const url = (name: string) => pathToFileURL(join(outDir, name)).href;
  return { worker: join(outDir, 'worker.js'), bench: url('bench.js'), program: url('program.js') };
}
