import { createHook } from 'node:async_hooks';
import { sep } from 'node:path';
import type { Frame } from './pool.ts';

/**
 * Notes where each promise is made, and forgets it when it is settled. What is left last is most probably what all
 * the others wait for.
 */
export class PendingPromises {
  readonly #stacks = new Map<number, string>();
  readonly #hook = createHook({
    init: (id, type) => {
      if (type === 'PROMISE') this.#stacks.set(id, new Error().stack ?? '');
    },
    promiseResolve: (id) => this.#stacks.delete(id),
  }).enable();

  stop(): void {
    this.#hook.disable();
  }

  /** Where the promise was made that was made last, among those that the learner's own code made. */
  latest(): Frame | undefined {
    for (const stack of [...this.#stacks.values()].reverse()) {
      const frame = firstOwnFrame(stack);
      if (frame?.file.includes(`${sep}exercises${sep}`)) return frame;
    }
    return undefined;
  }
}

/** Neither Node's, nor a package's, nor this file's. */
function firstOwnFrame(stack: string): Frame | undefined {
  for (const line of stack.split('\n').slice(2)) {
    const [, name = '', file, at, column] = /at (?:async )?(?:(.*) \()?(?:file:\/\/)?(\/.*?|[A-Z]:.*?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    if (file === undefined || file.includes('node_modules') || file.includes('pending-promises')) continue;
    return { function: name, file, line: Number(at), column: Number(column) };
  }
  return undefined;
}
