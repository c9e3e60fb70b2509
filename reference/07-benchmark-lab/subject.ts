// What is measured, and what a measurement is.

/** Milliseconds: a duration, or an instant on a clock. */
export type Milliseconds = number;

/** What a value is a number of: time for an operation, or memory for something kept. Less is better. */
export type Unit = 'ns/op' | 'B/entry';

/** One implementation, ready for one task. */
export interface Subject {
  /**
   * All {@link Task.operations} once. A promise is awaited. For `B/entry` it builds and returns what is kept, and each
   * call builds a new one.
   */
  readonly run: () => unknown;
  /** Throws where the subject answers wrongly. Called before the first run and after the last. */
  readonly check?: () => void | Promise<void>;
  /** What else there is to say of it after the last run, such as a hit ratio. Shown, never judged. */
  readonly figures?: () => Figures;
}

/** By what each of them is. */
export type Figures = Readonly<Record<string, number>>;

/** What a subject is for, and how long it is looked at. */
export interface Task {
  readonly unit: Unit;
  /** How many operations one {@link Subject.run} does, or how many entries it keeps. */
  readonly operations: number;
  /** How long a sample lasts at least, so that the timer and a scavenge are small against it. @default 10 */
  readonly sampleMs?: Milliseconds;
  /** When warming up ends, stable or not. @default 500 */
  readonly warmUpMs?: Milliseconds;
}

/** What one measurement gave. */
export interface Sample {
  /** In the unit of the task. */
  readonly value: number;
  readonly durationMs: Milliseconds;
}

/** A place where one subject is measured: in this process, or in one of its own. */
export interface Station {
  /** Checks the subject and runs it until it is stable. Rejects if it answers wrongly. */
  warm(): Promise<void>;
  /** Measures once. Rejects where the subject throws. */
  sample(): Promise<Sample>;
  /** Checks the subject again. Rejects if it answers wrongly after all that it has done. */
  finish(): Promise<Figures>;
  /** May be called at any time, and more than once. */
  close(): void;
}

/** @internal */
export function positive(subject: string, value: number): number {
  if (typeof value !== 'number') throw new TypeError(`${subject} must be a number, received ${String(value)}`);
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`${subject} must be above 0, received ${value}`);
}

/** @internal */
export function positiveInteger(subject: string, value: number): number {
  if (Number.isSafeInteger(positive(subject, value))) return value;
  throw new RangeError(`${subject} must be an integer from 1, received ${value}`);
}
