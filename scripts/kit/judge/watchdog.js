// @ts-check
// A thread beside the tests. When the main thread has computed for PATIENCE_MS without once returning to its event
// loop or coming to the next test, it is in an endless loop, in one that awaits only promises that are resolved already, or in a computation that no
// exercise asks for. No timer of its own can fire then, so this thread looks where it is, tells the parent, and
// ends the process.
//
// What counts is the processor time used, so that a busy machine makes nobody stuck who is only slow.

import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { SourceMap } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const PATIENCE_MS = 800;
/** When another spec of the same program was found to be stuck. */
const PATIENCE_HURRIED_MS = 300;
/** Over several tests: a loop that awaits resolved promises only lets the tests go on, and nothing else. */
const PATIENCE_TESTS_MS = 3_000;
/** Blocked without computing, as by `Atomics.wait`. */
const PATIENCE_IDLE_MS = 3_000;
const LOOK_EVERY_MS = 50;
/** Without a beat for so long, the event loop does not go round. */
const MISSED_BEATS_MS = 500;
/** How long the main thread may take to stop at a statement. */
const PAUSE_MS = 1_500;
/** File descriptor of the pipe to the parent: see `stdio` in pool.ts. */
const REPORT_FD = 4;

const heartbeat = /** @type {Int32Array} */ (workerData);
let patienceMs = PATIENCE_MS;
let test = '';
/** When even a time limit does not end the test: the program has broken what the limit stands on. */
let endOfTest = Infinity;
parentPort?.on('message', (message) => {
  if (message.isHurried) patienceMs = PATIENCE_HURRIED_MS;
  else {
    ({ test, endOfTest } = { test: message.test, endOfTest: performance.now() + message.limitMs });
    cpuAtTest = cpuMs();
  }
});

/** Of the whole process. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let beat = -1;
let cpuAtBeat = 0;
let cpuAtTest = 0;
/** Without a beat, as far as this thread had its turns: what a starved machine does not give is not counted. */
let idleMs = 0;
let lookedAt = performance.now();
const watch = setInterval(() => {
  const cpu = cpuMs();
  const now = performance.now();
  const beats = Atomics.load(heartbeat, 0);
  idleMs += Math.min(now - lookedAt, 2 * LOOK_EVERY_MS);
  lookedAt = now;
  if (beats !== beat) {
    beat = beats;
    cpuAtBeat = cpu;
    idleMs = 0;
  }
  const isOver = now > endOfTest;
  const isComputing = cpu - Math.max(cpuAtBeat, cpuAtTest) > patienceMs || cpu - cpuAtBeat > PATIENCE_TESTS_MS;
  const isBlocked = isComputing || ((test !== '' || isOver) && idleMs > (isOver ? MISSED_BEATS_MS : PATIENCE_IDLE_MS));
  if (isBlocked || isOver) {
    clearInterval(watch);
    whereIsMain((frames) => {
      writeSync(REPORT_FD, JSON.stringify({ test, frames, isBlocked }));
      process.kill(process.pid, 'SIGKILL');
    });
  }
}, LOOK_EVERY_MS);

/** @param {(frames: { file: string, line: number, column: number, function: string }[]) => void} answer */
function whereIsMain(answer) {
  const session = new Session();
  /** @type {Map<string, { url: string, sourceMapURL?: string }>} */
  const scripts = new Map();
  const timer = setTimeout(() => answer([]), PAUSE_MS);
  session.connectToMainThread();
  session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params));
  session.on('Debugger.paused', ({ params }) => {
    const frames = params.callFrames.flatMap(({ functionName, location }) => {
      const script = scripts.get(location.scriptId);
      if (!script || !/^(file:|\/)/.test(script.url) || script.url.includes('/node_modules/')) return [];
      const place = original(script, location.lineNumber, location.columnNumber ?? 0);
      return [{ ...place, function: functionName }];
    });
    // Between two steps of an async function only Node's own code is on the stack: on to the next one.
    if (frames.length === 0) return session.post('Debugger.stepInto');
    clearTimeout(timer);
    answer(frames);
  });
  session.post('Debugger.enable', () => session.post('Debugger.pause'));
}

/**
 * @param {{ url: string, sourceMapURL?: string }} script
 * @param {number} line from 0
 * @param {number} column from 0
 */
function original({ url, sourceMapURL }, line, column) {
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  const inline = /^data:application\/json[^,]*;base64,(.*)$/.exec(sourceMapURL ?? '');
  if (!inline) return { file, line: line + 1, column: column + 1 };
  const map = new SourceMap(JSON.parse(Buffer.from(inline[1] ?? '', 'base64').toString()));
  const entry = map.findEntry(line, column);
  if (!('originalLine' in entry)) return { file, line: line + 1, column: column + 1 };
  return { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}
