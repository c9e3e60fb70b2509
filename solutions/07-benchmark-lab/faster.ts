import type { Contender, Faster, Milliseconds } from '#contract/07-benchmark-lab';
// #region solution only
import type { Task } from '#contract/07-benchmark-lab';
import { BenchmarkRunner } from './runner.ts';
import { LocalStation } from './sampling.ts';
// #endregion

/**
 * Finds out which of two programs is faster, on the computer that {@link Contender} describes.
 *
 * @param now the clock of that computer
 */
export async function fasterOf(a: Contender, b: Contender, now: () => Milliseconds): Promise<Faster> {
  // #region step 7.7
  const task: Task = { unit: 'ns/op', operations: 1, sampleMs: 20, warmUpMs: 3_000 };
  const station = (contender: Contender) => () => new LocalStation({ run: () => contender.run().read() }, task, now);
  const runner = new BenchmarkRunner({ generations: 3, budgetMs: 20_000, now });
  const subjects = { a: station(a), b: station(b) };
  const result = await runner.benchmarkScenario({ name: 'which is faster', unit: 'ns/op', subjects });
  const verdict = result.verdict('a', 'b');
  if (verdict === 'ahead') return 'a';
  return verdict === 'behind' ? 'b' : 'neither';
  // #endregion
}
