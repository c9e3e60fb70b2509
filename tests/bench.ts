/**
 * What `npm run bench` measures of an exercise: the default export of its `bench.ts`, an object made by {@link bench}.
 *
 * `Program` is the type of the exercise's module, so that one `of` serves the learner's program, the solution and the
 * reference; a naive version and the npm packages have a subject of their own in each workload.
 */
export interface Bench<Program> {
  readonly workloads: readonly Workload<Program>[];
}

export interface Workload<Program> {
  /** Short and plain, says what is done: `get, all hits`. */
  readonly name: string;
  /** One sentence: sizes, distribution, which features are on; what makes the subjects comparable. */
  readonly about: string;
  /** What a result is a number of: time for an operation, or memory for what is kept. */
  readonly unit: 'ns/op' | 'B/entry';
  /** How many operations one {@link Subject.run} does, or how many entries it keeps. */
  readonly operations: number;
  /** What somebody writes who has not met the problem yet. Absent where there is no such thing. */
  readonly naive?: () => Subject | Promise<Subject>;
  /** The program of the exercise: yours, the solution or the reference. */
  readonly of: (program: Program) => Subject | Promise<Subject>;
  /** By the name of the npm package, configured as {@link of} configures the program. */
  readonly peers: Readonly<Record<string, () => Subject | Promise<Subject>>>;
  /** Those of {@link peers} that leave out what the program does: shown beside it, and nothing that it is judged by. */
  readonly unlike?: readonly string[];
}

/** One implementation, ready for one workload. Made once in a process of its own. */
export interface Subject {
  /**
   * What is measured: all {@link Workload.operations} once, again and again in one process. What it returns is awaited
   * when it is a promise. For `B/entry` it builds and returns what is kept, and each call builds a new one.
   */
  readonly run: () => unknown;
  /** Throws where the subject answers wrongly; called before the first run, and again after the last. */
  readonly check: () => void | Promise<void>;
  /** Further figures after the last run, such as a hit ratio: shown beside the time, never judged. */
  readonly figures?: () => Readonly<Record<string, number>>;
}

/** Ties the workloads to the type of the exercise's module. */
export function bench<Program>(workloads: readonly Workload<Program>[]): Bench<Program> {
  return { workloads };
}
