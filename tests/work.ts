// How much a program works, by counting: the same on every machine and in every run, whatever its shape.
//
// What is counted is the source that runs, in characters, by V8's precise block coverage: a loop counts its
// body as often as it goes round, a call counts the function called. Characters rather than blocks, because
// V8 reports a block only where its count differs from that of the block around it; the sum of all characters
// does not depend on that. What a built-in does is not source, so those whose cost grows with a collection
// are wrapped while the program runs, and report how many elements they visited.
//
// Out of sight: object spread, structuredClone, JSON, and what V8 itself does for a Map or an object.

import { type Profiler, Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';
import { afterAll } from 'vitest';

/** What one element that a built-in visits counts, in characters of source: as a short loop would. */
const ELEMENT = 50;

const ROOT = new URL('..', import.meta.url).href;
const UNDER_TEST = /^(exercises|solutions|reference)\/|^tests\/[^/]+\/also-right\.ts/;

// A function gets its counters when it is compiled: so they are asked for before the program is imported, and
// what this process has compiled before is compiled anew. Optimized code has none: so nothing is optimized.
for (const flag of ['--no-compilation-cache', '--no-turbofan', '--no-maglev']) setFlagsFromString(flag);
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
  takeCoverage(); // sets the counters to 0
  const elements = elementsVisited(run);
  const characters = charactersRun();
  if (characters === 0) throw new Error('countWork saw nothing of the program under test run');
  return characters + elements * ELEMENT;
}

export type Growth = 'constant' | 'logarithmic' | 'linear' | 'more than linear';

/**
 * How the work grows from n to 2n and 4n. A constant part makes the growth of the rest look less than it is,
 * but hardly like none.
 *
 * @param work what {@link countWork} tells for a size, an operation
 */
export function growth(n: number, work: (n: number) => number): Growth {
  const ratio = Math.max(work(2 * n), work(4 * n)) / work(n);
  // Measured of caches from 32 to 128 entries: a linked list 1, a queue that is compacted now and then 1.08, a
  // heap 1.25 to 1.30, searches and copies 2.2 to 3.8.
  if (ratio < 1.15) return 'constant';
  if (ratio < 1.6) return 'logarithmic';
  return ratio < 4.5 ? 'linear' : 'more than linear';
}

// ---- Source ---------------------------------------------------------------------------------------------

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
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) throw error;
    scripts = coverage.result;
  });
  return scripts!; // the session is of this very thread, and answers before `post` returns
}

// ---- Built-ins ------------------------------------------------------------------------------------------

/** How many elements a call visited. */
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
  set: (_, [list]) => list.length,
  shift: ofSelf,
  slice: ofResult,
  sort: ofSelf,
  splice: ({ length }, [at], removed) => removed.length + (at < 0 ? -at : Math.max(0, length - at)),
  toReversed: ofResult,
  toSorted: ofResult,
  toSpliced: ofResult,
  unshift: ofSelf,
  with: ofResult,
};
const ofObject: Record<string, Visited> = {
  assign: (_, [, ...sources]) => Object.keys(Object.assign({}, ...sources)).length,
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
