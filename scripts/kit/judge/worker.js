// @ts-check
// The process in which specs run. Plain JavaScript, because it starts before any loader of TypeScript: a worker is
// forked ahead of the run that will need it, so that its start is not part of the wait for a verdict.

import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { init, runBaseTests, setupEnvironment } from 'vitest/worker';

// Kept before the program under test can replace them.
const send = process.send?.bind(process);
const on = process.on.bind(process);
const off = process.off.bind(process);
const exit = process.exit.bind(process);
if (!send) throw new Error('worker.js must be forked with an IPC channel');
on('disconnect', () => exit());
on('message', (/** @type {{ isHurried?: boolean }} */ { isHurried }) => {
  if (isHurried) watchdog.postMessage({ isHurried });
});

const heartbeat = new Int32Array(new SharedArrayBuffer(4));
const watchdog = new Worker(new URL('./watchdog.js', import.meta.url), { workerData: heartbeat, execArgv: [] });
watchdog.unref();
setInterval(() => Atomics.add(heartbeat, 0, 1), 50).unref();

/** What the runner tells this process. */
const spec = {
  /** The test that is running, and how long it may take at the very most, for the watchdog. */
  watch: (/** @type {string} */ test, limitMs = Infinity) => watchdog.postMessage({ test, limitMs }),
  /** Says at once that a test has passed: Vitest collects results, and a program that is stuck keeps them. */
  passed: (/** @type {string} */ test) => send({ passed: test }),
  /** Whether the program has done nothing that the next spec might notice. */
  isClean: true,
};
Object.defineProperty(globalThis, Symbol.for('hotpath.spec'), { value: spec });

// What a program prints in a loop costs more than the loop: past this nobody would read it.
const OUTPUT_LIMIT = 8_000;
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write;
  let left = OUTPUT_LIMIT;
  stream.write = /** @type {typeof write} */ (
    function (/** @type {any} */ chunk, /** @type {any[]} */ ...rest) {
      if (left <= 0) return true;
      left -= chunk.length;
      return write.call(stream, chunk, ...rest);
    }
  );
}

/** How many timers are running when a spec has ended that has left none. */
const TIMERS_OF_VITEST = 1;

init({
  post: (message) => {
    if (message?.type === 'testfileFinished') {
      const timers = process.getActiveResourcesInfo().filter((resource) => /^(Timeout|Immediate)$/.test(resource));
      message = { ...message, isClean: spec.isClean && timers.length <= TIMERS_OF_VITEST };
      spec.watch('');
    }
    send(message);
  },
  on: (callback) => on('message', callback),
  off: (callback) => off('message', callback),
  runTests: (state, traces) => runBaseTests('run', state, traces),
  collectTests: (state, traces) => runBaseTests('collect', state, traces),
  setup: setupEnvironment,
});
