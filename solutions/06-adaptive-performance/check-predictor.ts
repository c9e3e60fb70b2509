import type { Predictor } from '#contract/06-adaptive-performance';

/**
 * Finds out whether a predictor keeps the rules of {@link Predictor}.
 *
 * @param make gives a new one, which has seen nothing
 * @throws Error that says which rule is broken
 */
export function checkPredictor(make: () => Predictor): void {
  // #region step 6.7
  const repeated = make();
  for (let i = 0; i < 3; i++) useAll(repeated, `session ${i}`, 'abcd');
  for (const [used, next] of [
    ['a', 'b'],
    ['ab', 'c'],
    ['abc', 'd'],
  ] as const) {
    requireFirst(repeated, used, next, 'what always followed');
  }
  requireAtMost(repeated, 'abcd', []);

  const once = make();
  useAll(once, 'once', 'ab');
  requireAtMost(once, 'a', []);

  const apart = make();
  for (let i = 0; i < 5; i++) {
    for (const keys of ['ap', 'bq', 'cr']) {
      apart.use(`one ${i}`, keys[0]!);
      apart.use(`other ${i}`, keys[1]!);
    }
  }
  requireAtMost(apart, 'a', ['b']);
  requireAtMost(apart, 'ab', ['c']);
  requireAtMost(apart, 'abc', []);

  const changing = make();
  for (let i = 0; i < 100; i++) useAll(changing, `before ${i}`, 'ab');
  for (let i = 0; i < 50; i++) useAll(changing, `after ${i}`, 'ac');
  requireFirst(changing, 'a', 'c', 'what has followed of late');

  const pairs = make();
  for (let i = 0; i < 10; i++) {
    useAll(pairs, `x ${i}`, 'xab');
    useAll(pairs, `y ${i}`, 'yac');
  }
  requireFirst(pairs, 'xa', 'b', 'what follows this pair of keys');
  requireFirst(pairs, 'ya', 'c', 'what follows this pair of keys');
  // #endregion
}
// #region solution only

/** A session of its own for each question, so that what is asked teaches nothing. */
function predictAfter(predictor: Predictor, used: string): string[] {
  const session = `asking after ${used}`;
  useAll(predictor, session, used);
  return predictor.predict(session);
}

function useAll(predictor: Predictor, session: string, keys: string): void {
  for (const key of keys) predictor.use(session, key);
}

function requireFirst(predictor: Predictor, used: string, next: string, what: string): void {
  const predicted = predictAfter(predictor, used);
  requirePrediction(predicted[0] === next, `${what}, ${next} after ${used}, is not first in [${predicted}]`);
}

function requireAtMost(predictor: Predictor, used: string, followed: readonly string[]): void {
  const never = predictAfter(predictor, used).filter((key) => !followed.includes(key));
  requirePrediction(never.length === 0, `${never} is predicted after ${used}, and has not followed, or once`);
}

function requirePrediction(isRight: boolean, otherwise: string): void {
  if (!isRight) throw new Error(otherwise);
}
// #endregion
