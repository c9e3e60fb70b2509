import { describe, expect, it } from 'vitest';
import { checkPredictor } from '#exercise/06-adaptive-performance';
import { type Mistake, predictors } from './predictors.ts';

const SEEDS = Array.from({ length: 25 }, (_, seed) => seed);

/** What is thrown at a predictor that makes a mistake: nothing, where it is accepted. */
function verdictsOn(mistake?: Mistake): unknown[] {
  return SEEDS.map((seed) => {
    try {
      checkPredictor(predictors(seed, mistake));
      return 'accepted';
    } catch (error) {
      return error;
    }
  });
}

/** Each of 25 that make the mistake is rejected. */
function expectRejected(mistake: Mistake): void {
  const verdicts = verdictsOn(mistake);
  const accepted = verdicts.filter((verdict) => verdict === 'accepted').length;
  expect(accepted, `accepted, of 25 of which each ${mistake}`).toBe(0);
}

describe('6.7 Judge a predictor', () => {
  describe('6.7.1 Who keeps the rules is accepted', () => {
    it('each of 25', () => {
      const rejections = verdictsOn().filter((verdict) => verdict !== 'accepted');
      expect(rejections.map(String), 'rejections of predictors that are right').toEqual([]);
    });
  });

  describe('6.7.2 Who does not foresee what always followed is rejected', () => {
    it('by an error that says why', () => {
      const rejected = verdictsOn('foresees nothing').filter((verdict) => verdict !== 'accepted');
      expect(rejected.length, 'rejected, of 25 that foresee nothing').toBe(25);
      const told = rejected.filter((error) => error instanceof Error && error.message !== '');
      expect(told.length, 'errors with a message').toBe(25);
    });

    it('who foresees it later than that, too', () => expectRejected('foresees the last one late'));
  });

  describe('6.7.3 Who predicts what followed once is rejected', () => {
    it('whatever else it does', () => expectRejected('predicts what followed once'));
  });

  describe('6.7.4 Who predicts what never followed is rejected', () => {
    it('because it mixes sessions', () => expectRejected('mixes sessions'));

    it('because a session goes on from the last one', () => expectRejected('goes on from the last session'));

    it('because it has just been used', () => expectRejected('predicts the key itself'));

    it('because it is used a lot', () => expectRejected('predicts whatever is frequent'));
  });

  describe('6.7.5 Who does not forget is rejected', () => {
    it('whatever else it does', () => expectRejected('never forgets'));
  });

  describe('6.7.6 Who looks at the last key only is rejected', () => {
    it('whatever else it does', () => expectRejected('looks at one key'));
  });
});
