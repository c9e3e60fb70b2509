import type { Contender, Faster, Milliseconds } from '#contract/07-benchmark-lab';
import { todo } from '#todo';

/**
 * Finds out which of two programs is faster, on the computer that {@link Contender} describes.
 *
 * @param now the clock of that computer
 */
export async function fasterOf(a: Contender, b: Contender, now: () => Milliseconds): Promise<Faster> {
  todo('7.7');
}
