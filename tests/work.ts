// How much a program works, by counting: the same on every machine and on every run, whatever the program's shape.
//
// What is counted is the source that runs, in characters, by V8's precise block coverage: a loop counts its body as
// often as it goes round, a call counts the function called. Characters rather than blocks, because V8 reports a
// block only where its count differs from that of the block around it: the sum of all characters does not depend
// on that. What a built-in does is not source, so those whose cost grows with a collection are wrapped while the
// program runs, and report the elements that they visited.
//
// Out of sight: object spread, structuredClone, JSON, and what V8 itself does for a Map or an object.

import { type Profiler, Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';
import { afterAll } from 'vitest';

/** What one element that a built-in visits counts, in characters of source: a short statement. */
const ELEMENT = 20;

const ROOT = new URL('..', import.meta.url).href;
const UNDER_TEST = /^(exercises|solutions|reference)\/|^tests\/[^/]+\/also-right\.ts/;

// A function gets its counters when it is compiled, so they are asked for before the program is imported; optimized
// code has none, so from here on nothing is optimized.
setFlagsFromString('--no-turbofan');
setFlagsFromString('--no-maglev');
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
afterAll(() => session.disconnect());

/**
 * The work that the program under test does in `run`. Only ratios mean something: see {@link growth}.
 *
 * A spec that counts imports this file before the program: what was compiled earlier can't be counted.
 */
export function countWork(run: () => void): number {
  charactersRun(); // sets the counters to 0
  const elements = elementsVisited(run);
  const characters = charactersRun();
  if (characters === 0) throw new Error('countWork saw nothing of the program under test run');
  return characters + elements * ELEMENT;
}

/**
 * How much more work there is at 2n and 4n than at n: 1 if it is constant, some 1.25 if it is logarithmic, up to 4
 * if it is linear.
 */
export function growth(n: number, work: (n: number) => number): number {
  return Math.max(work(2 * n), work(4 * n)) / work(n);
}

// ---- Source ------------------------------------------------------------------------------------------------

function charactersRun(): number {
  let sum = 0;
  for (const { url, functions } of takeCoverage()) {
    if (!url.startsWith(ROOT) || !UNDER_TEST.test(url.slice(ROOT.length))) continue;
    for (const { ranges, isBlockCoverage } of functions) {
      if (!isBlockCoverage && ranges[0]!.count > 0) throw new Error(`import tests/work.ts before ${url}`);
      sum += charactersRunIn(ranges);
    }
  }
  return sum;
}

/** Each range corrects the count of the one around it, which stands before it. */
function charactersRunIn(ranges: readonly Profiler.CoverageRange[]): number {
  let sum = 0;
  const around: Profiler.CoverageRange[] = [];
  for (const range of ranges) {
    while (around.length > 0 && around.at(-1)!.endOffset <= range.startOffset) around.pop();
    sum += (range.count - (around.at(-1)?.count ?? 0)) * (range.endOffset - range.startOffset);
    around.push(range);
  }
  return sum;
}

function takeCoverage(): readonly Profiler.ScriptCoverage[] {
  let scripts: readonly Profiler.ScriptCoverage[] | undefined;
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error;
    scripts = result;
  });
  return scripts!; // the session is of this very thread, and answers before `post` returns
}

// ---- Built-ins ---------------------------------------------------------------------------------------------

/** How many elements a call visited. Written without destructuring, which would itself call an iterator. */
type Visited = (self: any, args: any[], result: any) => number;

const ofSelf: Visited = (self) => self.length;
const ofResult: Visited = (_self, _args, result) => result.length;

const ofList: Record<string, Visited> = {
  concat: ofResult,
  copyWithin: ofSelf,
  fill: ofSelf,
  flat: ofResult,
  includes: ofSelf,
  indexOf: (list, _, found) => (found < 0 ? list.length : found + 1),
  join: ofSelf,
  lastIndexOf: (list, _, found) => (found < 0 ? list.length : list.length - found),
  reverse: ofSelf,
  set: (_, args) => args[0].length,
  shift: ofSelf,
  slice: ofResult,
  sort: ofSelf,
  splice: (list, args, removed) => removed.length + Math.max(0, args[0] < 0 ? -args[0] : list.length - args[0]),
  toReversed: ofResult,
  toSorted: ofResult,
  toSpliced: ofResult,
  unshift: ofSelf,
  with: ofResult,
};
const ofObject: Record<string, Visited> = {
  assign: (_, args) => args.reduce((sum, source, i) => (i === 0 ? 0 : sum + Object.keys(source ?? {}).length), 0),
  entries: ofResult,
  getOwnPropertyNames: ofResult,
  keys: ofResult,
  ownKeys: ofResult,
  values: ofResult,
};
/** Spreads, `for`-`of`, destructuring, `Array.from` and `new Map(iterable)` all come here. */
const ofIterator: Record<string, Visited> = { next: () => 1 };

const prototypeOf = Object.getPrototypeOf as (object: object) => object;
const COUNTED: readonly (readonly [object, Record<string, Visited>])[] = [
  [Array.prototype, ofList],
  [prototypeOf(Uint8Array.prototype), ofList],
  [Object, ofObject],
  [Reflect, ofObject],
  ...[[].values(), new Map().values(), new Set().values()].map((i) => [prototypeOf(i), ofIterator] as const),
];

function elementsVisited(run: () => void): number {
  let sum = 0;
  let isCounting = false;
  const undo: (() => void)[] = [];
  for (const [holder, methods] of COUNTED) {
    for (const [name, visited] of Object.entries(methods)) {
      const original = Object.getOwnPropertyDescriptor(holder, name);
      if (original === undefined) continue;
      const value = function (this: unknown, ...args: unknown[]): unknown {
        const result = Reflect.apply(original.value, this, args);
        if (isCounting) {
          isCounting = false; // what the counting itself calls is nobody's work
          sum += visited(this, args, result);
          isCounting = true;
        }
        return result;
      };
      undo.push(() => Object.defineProperty(holder, name, original));
      Object.defineProperty(holder, name, { ...original, value });
    }
  }
  isCounting = true;
  try {
    run();
  } finally {
    isCounting = false;
    for (let i = undo.length - 1; i >= 0; i--) undo[i]!();
  }
  return sum;
}
