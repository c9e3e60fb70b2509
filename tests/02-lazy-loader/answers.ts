import { afterEach, beforeEach } from 'vitest';
import { macrotask } from '../deferred.ts';

export const STILL_WAITING = 'still waiting';

/** A call that may be rejected long before the test looks: until then nobody need handle it. */
export function watch<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {});
  return call;
}

/** What a call has brought, value or error, once all has run that waits for nothing but its turn. */
export function answerOf(call: Promise<unknown>): Promise<unknown> {
  const answer = call.catch((error: unknown) => error);
  return Promise.race([answer, macrotask().then(() => STILL_WAITING)]);
}

export function answersOf(calls: readonly Promise<unknown>[]): Promise<unknown[]> {
  return Promise.all(calls.map(answerOf));
}

/** The rejections that nobody has handled when `run` and all that follows from it has run. */
export async function unhandledIn(run: () => unknown): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const stop = listenAlone((error) => unhandled.push(error));
  try {
    await run();
    await macrotask();
  } finally {
    stop();
  }
  return unhandled;
}

/** Lets the tests of a spec say what they have to say: that nothing stays unhandled is a claim of its own. */
export function tolerateUnhandled(): void {
  let stop: () => void;
  beforeEach(() => {
    stop = listenAlone(() => {});
  });
  afterEach(async () => {
    await macrotask();
    stop();
  });
}

/** @returns puts back those who listened before */
function listenAlone(listener: (error: unknown) => void): () => void {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener);
  return () => {
    process.off('unhandledRejection', listener);
    for (const other of others) process.on('unhandledRejection', other);
  };
}
