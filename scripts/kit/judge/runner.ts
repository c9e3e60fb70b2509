import { join } from 'node:path';
import { TestRunner, vi } from 'vitest';
import { requireBuiltins } from './builtins.ts';
import { PendingPromises } from './pending-promises.ts';
import type { Frame } from './pool.ts';
import { testName } from './test-name.ts';

type Test = NonNullable<ReturnType<typeof TestRunner.getCurrentTest>>;

/** What the runner tells of a test besides its result. */
declare module 'vitest' {
  interface TaskMeta {
    /** The steps whose `todo` mark was reached. */
    todo?: string[];
    /** Where the program waits, after a test that timed out. */
    waitingAt?: Frame;
  }
}

/** After one test has timed out, what the others of its spec get: most of them will wait for the same promise. */
const PATIENCE_AFTER_TIMEOUT_MS = 150;

/** The process that this runs in: see worker.js. */
const worker = (globalThis as Record<symbol, unknown>)[Symbol.for('hotpath.spec')] as {
  watch(test: string): void;
  passed(test: string): void;
  isClean: boolean;
};

/** Runs the tests of one spec: tells the watchdog which, notes marks reached, undoes what was done to built-ins. */
export default class SpecRunner extends TestRunner {
  #reachedMarks: string[] = [];
  #timedOut = false;

  override async importFile(path: string, source: 'collect' | 'setup'): Promise<unknown> {
    vi.resetModules(); // the process may have judged another spec before
    const todo = join(this.config.root, 'exercises/todo.ts');
    ({ reachedMarks: this.#reachedMarks } = await import(/* @vite-ignore */ todo));
    worker.watch('import');
    try {
      return await super.importFile(path, source);
    } finally {
      worker.watch('');
      requireBuiltins();
    }
  }

  async runTask(test: Test): Promise<void> {
    this.#reachedMarks.length = 0;
    const name = testName(test.suite?.name, test.name);
    worker.watch(name);
    let isPassed = false;
    try {
      const run = TestRunner.getTestFn(test)();
      await (this.#timedOut ? withinPatience(run) : run);
      isPassed = true;
    } catch (error) {
      if (!this.#timedOut && /timed out in/.test((error as Error)?.message)) {
        this.#timedOut = true;
        const frame = await whereItWaits(TestRunner.getTestFn(test));
        if (frame) test.meta.waitingAt = frame;
      }
      throw error;
    } finally {
      worker.watch('');
      if (this.#reachedMarks.length > 0) test.meta.todo = [...new Set(this.#reachedMarks)];
      else if (!isPassed) worker.isClean = false;
      requireBuiltins();
    }
    worker.passed(name);
  }
}

/** Runs a test that timed out once more, now looking where its promises come from: too slow to do always. */
async function whereItWaits(run: () => unknown): Promise<Frame | undefined> {
  const pending = new PendingPromises();
  try {
    await withinPatience(run());
  } catch {
    // What it says was said the first time.
  } finally {
    pending.stop();
  }
  return pending.latest();
}

async function withinPatience(run: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((_, reject) => {
    const error = new Error(`Test timed out in ${PATIENCE_AFTER_TIMEOUT_MS}ms.`);
    timer = setTimeout(() => reject(error), PATIENCE_AFTER_TIMEOUT_MS);
  });
  try {
    await Promise.race([run, limit]);
  } finally {
    clearTimeout(timer);
  }
}
