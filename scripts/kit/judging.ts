import { availableParallelism } from 'node:os';
import type { Exercise, Step } from './catalogue.ts';
import { EXIT, type ExitCode } from './command.ts';
import type { Judge } from './judge/judge.ts';
import { type ExerciseVerdict, readVerdict, type StepVerdict, Work } from './verdict.ts';

/** A spec that waits or is stuck leaves its processor to the others. */
export const WORKERS = Math.max(2, availableParallelism());

/** Judges what the learner has of the given steps. */
export async function judgeSteps(
  judge: Judge,
  root: string,
  exercise: Exercise,
  steps: readonly Step[] = exercise.steps,
): Promise<StepVerdict[]> {
  const work = Work.ofLearner(root, exercise);
  const outcomes = await judge.run(steps.map(({ spec }) => ({ spec, subject: 'exercises' })));
  return steps.map((step, index) => readVerdict(step, outcomes[index]!, work));
}

/** What a command exits with that was asked for a verdict. */
export function exitCodeOf(verdicts: readonly ExerciseVerdict[]): ExitCode {
  const states = verdicts.flatMap(({ steps }) => steps.map(({ state }) => state));
  return states.every((state) => state === 'passed' || state === 'todo') ? EXIT.ok : EXIT.failed;
}
