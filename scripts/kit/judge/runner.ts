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
/** After {@link MANY_TIMEOUTS}, what the rest gets. */
const LAST_PATIENCE_MS = 20;
const MANY_TIMEOUTS = 3;
/** What takes longer than so many time limits is not ended by any: the program has broken what they stand on. */
const LIMIT_IN_TIMEOUTS = 2.5;

/** The process that this runs in: see worker.js. */
const worker = (globalThis as Record<symbol, unknown>)[Symbol.for('hotpath.spec')] as {
  watch(test: string, limitMs?: number): void;
  passed(test: string): void;
  isClean: boolean;
};

/** Runs the tests of one spec: tells the watchdog which, notes marks reached, undoes what was done to built-ins. */
export default class SpecRunner extends TestRunner {
  #reachedMarks: string[] = [];
  #timeouts = 0;

  override async importFile(path: string, source: 'collect' | 'setup'): Promise<unknown> {
    vi.resetModules(); // the process may have judged another spec before
    const todo = join(this.config.root, 'exercises/todo.ts');
    ({ reachedMarks: this.#reachedMarks } = await import(/* @vite-ignore */ todo));
    const limitMs = LIMIT_IN_TIMEOUTS * this.config.testTimeout;
    worker.watch('import', limitMs);
    try {
      return await super.importFile(path, source);
    } finally {
      worker.watch('', limitMs); // until Vitest goes on
      requireBuiltins();
    }
  }

  async runTask(test: Test): Promise<void> {
    this.#reachedMarks.length = 0;
    const name = testName(test.suite?.name, test.name);
    const limitMs = LIMIT_IN_TIMEOUTS * this.config.testTimeout;
    worker.watch(name, limitMs);
    let isPassed = false;
    try {
      const run = TestRunner.getTestFn(test)();
      await (this.#timeouts > 0 ? within(this.#timeouts < MANY_TIMEOUTS ? PATIENCE_AFTER_TIMEOUT_MS : LAST_PATIENCE_MS, run) : run);
      isPassed = true;
    } catch (error) {
      if (/timed out in/.test((error as Error)?.message) && this.#timeouts++ === 0) {
        const frame = await whereItWaits(TestRunner.getTestFn(test));
        if (frame) test.meta.waitingAt = frame;
      }
      throw error;
    } finally {
      worker.watch('', limitMs); // until Vitest goes on
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
    await within(PATIENCE_AFTER_TIMEOUT_MS, run());
  } catch {
    // What it says was said the first time.
  } finally {
    pending.stop();
  }
  return pending.latest();
}

async function within(limitMs: number, run: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Test timed out in ${limitMs}ms.`)), limitMs);
  });
  try {
    await Promise.race([run, limit]);
  } finally {
    clearTimeout(timer);
  }
}
