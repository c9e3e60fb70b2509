import { join } from 'node:path';
import { TestRunner } from 'vitest';
import type { Frame } from './pool.ts';
import { PendingPromises } from './pending-promises.ts';

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

const watch = (globalThis as Record<symbol, unknown>)[Symbol.for('hotpath.watch')] as (test: string) => void;

/** Runs the tests of one spec: tells the watchdog which, notes marks reached, undoes what was done to built-ins. */
export default class SpecRunner extends TestRunner {
  #reachedMarks: string[] = [];
  #timedOut = false;

  override async importFile(path: string, source: 'collect' | 'setup'): Promise<unknown> {
    const todo = join(this.config.root, 'exercises/todo.ts');
    ({ reachedMarks: this.#reachedMarks } = await import(/* @vite-ignore */ todo));
    const builtins = new Builtins();
    watch('import');
    try {
      return await super.importFile(path, source);
    } finally {
      watch('');
      builtins.requireUnchanged();
    }
  }

  async runTask(test: Test): Promise<void> {
    this.#reachedMarks.length = 0;
    const builtins = new Builtins();
    watch(`${test.suite?.name}\n${test.name}`);
    try {
      const run = TestRunner.getTestFn(test)();
      await (this.#timedOut ? withinPatience(run) : run);
    } catch (error) {
      if (!this.#timedOut && /timed out in/.test((error as Error)?.message)) {
        this.#timedOut = true;
        const frame = await whereItWaits(TestRunner.getTestFn(test));
        if (frame) test.meta.waitingAt = frame;
      }
      throw error;
    } finally {
      watch('');
      if (this.#reachedMarks.length > 0) test.meta.todo = [...new Set(this.#reachedMarks)];
      builtins.requireUnchanged();
    }
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

/** Thrown when a program replaces what all others stand on, the tests and their runner among them. */
class BuiltinChangedError extends Error {
  override readonly name = 'BuiltinChangedError';
}

const { getOwnPropertyDescriptors, getOwnPropertyDescriptor, defineProperty, is } = Object;
const { ownKeys, deleteProperty } = Reflect;

const OBJECTS: readonly [name: string, object: object][] = [
  ...['Array', 'ArrayBuffer', 'Date', 'Error', 'Function', 'Map', 'Number', 'Object', 'Promise', 'Set', 'String', 'WeakMap']
    .map((name) => [name, (globalThis as unknown as Record<string, { prototype: object }>)[name]!] as const)
    .flatMap(([name, constructor]): [string, object][] => [[name, constructor], [`${name}.prototype`, constructor.prototype]]),
  ['JSON', JSON],
  ['Math', Math],
  ['performance', performance],
  ['Reflect', Reflect],
];

const GLOBALS = [...OBJECTS.map(([name]) => name).filter((name) => !name.includes('.')), 'setTimeout', 'setInterval',
  'setImmediate', 'queueMicrotask', 'clearTimeout', 'clearInterval', 'structuredClone', 'process'];

/** The built-in objects as they were when this was made. */
class Builtins {
  readonly #globals = GLOBALS.map((name) => [name, getOwnPropertyDescriptor(globalThis, name)] as const);
  readonly #members = OBJECTS.map(([name, object]) => [name, object, getOwnPropertyDescriptors(object)] as const);

  /**
   * Puts back what was changed.
   *
   * @throws BuiltinChangedError that names the first change
   */
  requireUnchanged(): void {
    const changed: string[] = [];
    for (const [name, before] of this.#globals) {
      if (restore(globalThis, name, before)) changed.push(name);
    }
    for (const [name, object, before] of this.#members) {
      for (const key of ownKeys({ ...before, ...getOwnPropertyDescriptors(object) })) {
        if (restore(object, key, before[key as keyof typeof before])) changed.push(`${name}.${String(key)}`);
      }
    }
    if (changed.length > 0) {
      throw new BuiltinChangedError(`the program changed ${changed[0]}, which all code shares; leave built-ins as they are`);
    }
  }
}

function restore(object: object, key: PropertyKey, before: PropertyDescriptor | undefined): boolean {
  const now = getOwnPropertyDescriptor(object, key);
  if (now === before || (now && before && is(now.value, before.value) && now.get === before.get)) return false;
  if (before) defineProperty(object, key, before);
  else deleteProperty(object, key);
  return true;
}
