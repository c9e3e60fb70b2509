import type { Predictor } from '#contract/06-adaptive-performance';
import { todo } from '#todo';

/**
 * Finds out whether a predictor keeps the rules of {@link Predictor}.
 *
 * @param make gives a new one, which has seen nothing
 * @throws Error that says which rule is broken
 */
export function checkPredictor(make: () => Predictor): void {
  todo('6.7');
}
