import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule, TestSpecification, Vitest } from 'vitest/node';
import { nothing, type Remains, SparePool } from './pool.ts';
import { type Rewrite, type Subject, subjectPlugin, withSubject } from './subject.ts';

export interface SpecRun {
  /** Absolute path of the spec. */
  readonly spec: string;
  readonly subject: Subject;
}

/** What became of one spec. */
export interface SpecOutcome extends SpecRun {
  /** Undefined if not even the loading of it came to an end. */
  readonly module: TestModule | undefined;
  /** What was thrown when no test was running. */
  readonly strayErrors: readonly StrayError[];
  readonly remains: Remains;
}

export interface StrayError {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string;
}

export interface JudgeOptions {
  /** How many specs run at a time. */
  readonly workers: number;
  /** Workers that are forked ahead of the first run. @default 1 */
  readonly atOnce?: number;
  /** Workers that are forked ahead of each further run. @default 0 */
  readonly spares?: number;
  /** Whether a process that judged a program with faults may judge the next: quicker. @default false */
  readonly isTrusting?: boolean;
  /** How long a test may wait for a promise, ms. @default 1000 */
  readonly testTimeoutMs?: number;
  /** Makes stubs and known mistakes of solutions; only for runs with such a subject. */
  readonly rewrite?: Rewrite;
}

const TEST_TIMEOUT_MS = 1_000;

/** A Vitest that stays: the kit runs every spec in it, and asks it for one verdict after the other. */
export class Judge {
  readonly #vitest: Vitest;
  readonly #pool: SparePool;
  readonly #spares: number;
  readonly #progress: Progress;

  /** Takes some 400 ms, most of them for the loading of Vitest; the workers for the first run start meanwhile. */
  static async open(root: string, options: JudgeOptions): Promise<Judge> {
    const { workers, atOnce = 1, spares = 0, isTrusting = false } = options;
    const { testTimeoutMs = TEST_TIMEOUT_MS, rewrite = (_subject, _folder, _file, text) => text } = options;
    const pool = new SparePool(root, isTrusting);
    pool.prepare(atOnce);
    const [{ createVitest }, { earlierExercises, shared }] = await Promise.all([import('vitest/node'), import('../../../vitest.config.ts')]);
    const progress = new Progress();
    const silence = new PassThrough().resume() as unknown as NodeJS.WriteStream;
    const vitest = await createVitest(
      'test',
      {
        config: false,
        root,
        watch: false,
        reporters: [progress],
        pool,
        runner: fileURLToPath(new URL('./runner.ts', import.meta.url)),
        isolate: false, // the pool decides
        maxWorkers: workers,
        testTimeout: testTimeoutMs,
        disableConsoleIntercept: true,
        api: false,
      },
      { ...shared, root, logLevel: 'silent', server: { watch: null, hmr: false }, plugins: [subjectPlugin(root, rewrite), earlierExercises(root)] },
      { stdout: silence, stderr: silence },
    );
    return new Judge(vitest, pool, spares, progress);
  }

  private constructor(vitest: Vitest, pool: SparePool, spares: number, progress: Progress) {
    this.#vitest = vitest;
    this.#pool = pool;
    this.#spares = spares;
    this.#progress = progress;
  }

  /**
   * Runs specs; one at a time per judge.
   *
   * @param onFinished called as each comes to its end, in whichever order
   */
  async run(runs: readonly SpecRun[], onFinished: (run: SpecRun) => void = () => {}): Promise<SpecOutcome[]> {
    const project = this.#vitest.getRootProject();
    const byId = new Map<string, SpecRun>();
    const specifications: TestSpecification[] = [];
    for (const run of runs) {
      const id = withSubject(run.spec, run.subject);
      byId.set(id, run);
      specifications.push(project.createSpecification(id));
    }
    this.#pool.remains.clear();
    this.#pool.isHurried = false;
    this.#progress.onModuleEnd = (id) => onFinished(byId.get(id)!);
    const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications(specifications);
    this.#pool.prepare(this.#spares);
    return [...byId].map(([id, run]) => ({
      ...run,
      module: testModules.find(({ moduleId }) => moduleId === id),
      strayErrors: (unhandledErrors as (StrayError & { VITEST_TEST_PATH?: string })[]).filter(
        ({ VITEST_TEST_PATH }) => VITEST_TEST_PATH === id,
      ),
      remains: this.#pool.remains.get(id) ?? nothing(),
    }));
  }

  /** To be called for each file that has changed since the last run. */
  invalidate(path: string): void {
    this.#vitest.invalidateFile(path);
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#vitest.close();
  }
}

class Progress implements Reporter {
  onModuleEnd: (moduleId: string) => void = () => {};

  onTestModuleEnd(module: TestModule): void {
    this.onModuleEnd(module.moduleId);
  }
}
