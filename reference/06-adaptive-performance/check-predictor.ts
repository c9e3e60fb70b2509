// A specification that runs: the rules of a predictor, each as something that happens to it.

import type { Predictor } from './options.ts';

/** Uses that a predictor sees, and then a session that it is asked about. */
interface Scenario {
  readonly rule: string;
  /** In their order: who uses which key. */
  readonly uses: readonly (readonly [session: string, key: string])[];
  /** What the session uses that the predictor is asked about. */
  readonly after: readonly string[];
  /** What must come first, if anything must. */
  readonly first?: string;
  /** All that may be predicted. Nothing else was ever seen to follow, or only once. */
  readonly allowed: readonly string[];
}

const thrice = sessions(3, ['a', 'b', 'c', 'd']);
const apart = interleaved(5, ['a', 'b', 'c'], ['p', 'q', 'r']);
const changed = [...sessions(100, ['a', 'b']), ...sessions(50, ['a', 'c'], 'later')];
const inTurn = Array.from({ length: 10 }, (_, i) => [
  ...chain(`x ${i}`, ['x', 'a', 'b']),
  ...chain(`y ${i}`, ['y', 'a', 'c']),
]).flat();

const SCENARIOS: readonly Scenario[] = [
  { rule: 'what always followed is foreseen', uses: thrice, after: ['a'], first: 'b', allowed: ['b'] },
  { rule: 'what always followed is foreseen', uses: thrice, after: ['a', 'b'], first: 'c', allowed: ['c'] },
  { rule: 'what always followed is foreseen', uses: thrice, after: ['a', 'b', 'c'], first: 'd', allowed: ['d'] },
  { rule: 'nothing follows the end of a session', uses: thrice, after: ['a', 'b', 'c', 'd'], allowed: [] },
  { rule: 'what followed once is chance', uses: sessions(1, ['a', 'b']), after: ['a'], allowed: [] },
  { rule: 'sessions are not mixed', uses: apart, after: ['a'], first: 'b', allowed: ['b'] },
  { rule: 'sessions are not mixed', uses: apart, after: ['a', 'b'], first: 'c', allowed: ['c'] },
  { rule: 'sessions are not mixed', uses: apart, after: ['a', 'b', 'c'], allowed: [] },
  { rule: 'what happens now outweighs what did', uses: changed, after: ['a'], first: 'c', allowed: ['b', 'c'] },
  { rule: 'two keys tell more than one', uses: inTurn, after: ['x', 'a'], first: 'b', allowed: ['b', 'c'] },
  { rule: 'two keys tell more than one', uses: inTurn, after: ['y', 'a'], first: 'c', allowed: ['b', 'c'] },
];

/**
 * Finds out whether a predictor keeps these rules, and demands nothing else of it:
 *
 * 1. What followed a key every time, three times or more, is the first prediction for it.
 * 2. What followed once is not predicted.
 * 3. Nor is what never followed in the same session, nor a key for itself; however the sessions are interleaved.
 * 4. After a hundred times of one, fifty times in a row of another make that the first.
 * 5. Where the next key depends on the one before, and both cases were seen ten times in turn, it is foreseen.
 *
 * Each scenario has a predictor of its own, which is asked once: so no question teaches what the next one is about.
 *
 * @param make gives a new one, which has seen nothing
 * @throws Error that says which rule is broken, and by what
 */
export function checkPredictor(make: () => Predictor): void {
  for (const { rule, uses, after, first, allowed } of SCENARIOS) {
    const predictor = make();
    for (const [session, key] of uses) predictor.use(session, key);
    for (const key of after) predictor.use('asked about', key);
    const predicted = predictor.predict('asked about');
    const isWrong = predicted.some((key) => !allowed.includes(key));
    if (!isWrong && (first === undefined || predicted[0] === first)) continue;
    const expected = first === undefined ? 'nothing' : `${first} first, and nothing but ${allowed.join(' and ')}`;
    const received = `received [${predicted.join(', ')}]`;
    throw new Error(`${rule}: after ${after.join(', ')} it must predict ${expected}, ${received}`);
  }
}

/** One session, whose keys are used in a row. */
function chain(session: string, keys: readonly string[]): [session: string, key: string][] {
  return keys.map((key) => [session, key]);
}

/** Sessions one after the other, all alike. */
function sessions(times: number, keys: readonly string[], name = 'session'): [session: string, key: string][] {
  return Array.from({ length: times }, (_, i) => chain(`${name} ${i}`, keys)).flat();
}

/** Pairs of sessions that take turns. */
function interleaved(times: number, keys: readonly string[], others: readonly string[]): [string, string][] {
  const turns = (i: number) => keys.flatMap((key, at): [string, string][] => [
    [`one ${i}`, key],
    [`other ${i}`, others[at]!],
  ]);
  return Array.from({ length: times }, (_, i) => turns(i)).flat();
}
