// The question that is mostly asked, answered in a word: which of the two?

import { BenchmarkRunner } from './runner.ts';
import { LocalStation } from './sampling.ts';
import type { Milliseconds, Task } from './subject.ts';

/** A program whose work may be left out where nobody reads its answer, as a compiler does. */
export interface Contender {
  /** Does the work once. */
  run(): Answer;
}

/** What a run has answered. */
export interface Answer {
  /** Waits for the work to be done. */
  read(): number;
}

/** Which of two is faster, if that can be said. */
export type Faster = 'a' | 'b' | 'neither';

// #region fasterOf
/**
 * Which of two programs is faster. Within one process: what belongs to a process, such as where its memory lies, is not
 * seen, and is why `npm run bench` opens several.
 */
export async function fasterOf(a: Contender, b: Contender, now: () => Milliseconds): Promise<Faster> {
  const task: Task = { unit: 'ns/op', operations: 1, sampleMs: 20, warmUpMs: 3_000 };
  const station = (contender: Contender) => () => new LocalStation({ run: () => contender.run().read() }, task, now);
  const subjects = { a: station(a), b: station(b) };
  const runner = new BenchmarkRunner({ generations: 3, budgetMs: 20_000, now });
  const result = await runner.benchmarkScenario({ name: 'which is faster', unit: 'ns/op', subjects });
  const words = { ahead: 'a', behind: 'b', level: 'neither', inconclusive: 'neither' } as const;
  return words[result.verdict('a', 'b')];
}
// #endregion fasterOf
