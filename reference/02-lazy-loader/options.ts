// What a user of the loader writes and reads: options, results, errors, and the guards that check arguments.

import { inspect } from 'node:util';

/** Milliseconds: a duration, or an instant on the loader's clock. */
export type Milliseconds = number;

/** How the value of a key is obtained: returned, or promised. Called at once, not a turn later. */
export type Loader<T> = (context: LoadContext) => T | PromiseLike<T>;

/** What a loader is given, anew for each load; all attempts of one load are given the same. */
export interface LoadContext {
  /** The values of the dependencies, in the order in which these were named. */
  readonly dependencies: readonly unknown[];
  /**
   * Aborted when nobody waits for the load any more. Made when it is first asked for, which many never do.
   */
  readonly signal: AbortSignal;
}

/** Calls `callback` once, after `ms`, unless the function that it returns is called before. */
export type Schedule = (callback: () => void, ms: Milliseconds) => () => void;

/**
 * How patient a load is, and how long its value is good for. Given to the constructor it holds for every key,
 * given to `register` for one. Each duration is from 0, and `Infinity` means never.
 */
export interface LoadPolicy {
  /** How often a loader is called before its failure is one, an integer from 1. @default 1 */
  attempts?: number | undefined;
  /**
   * Whether an error is worth another attempt. A 404 is not, a lost connection is. @default all of them are
   */
  retryIf?: ((error: unknown) => boolean) | undefined;
  /** The longest pause after a first failure, doubled with each further one. @default 100 */
  backoffMs?: Milliseconds | undefined;
  /** What no pause exceeds, at most 2,147,483,647, some 25 days. @default 10_000 */
  maxBackoffMs?: Milliseconds | undefined;
  /**
   * From this age on a value is refreshed behind whoever asks for it, who gets it as it is. @default Infinity
   */
  refreshAfterMs?: Milliseconds | undefined;
  /**
   * From this age on a value is not given out; not before {@link refreshAfterMs}, if that is given.
   * @default Infinity
   */
  expireAfterMs?: Milliseconds | undefined;
  /**
   * How long a load may be the one for its key, from its beginning, attempts and pauses included. Who asks
   * later begins another, and what the former brings reaches only those who wait for it already.
   * @default Infinity
   */
  leaseMs?: Milliseconds | undefined;
}

export interface LoaderOptions extends LoadPolicy {
  /** What deadlines and pauses are kept by. @default setTimeout */
  schedule?: Schedule | undefined;
  /** The clock. Read only for keys whose policy has a finite age or lease. @default performance.now */
  now?: (() => Milliseconds) | undefined;
  /** From 0 to below 1: what pauses are drawn by. @default Math.random */
  random?: (() => number) | undefined;
  /** Told of each refresh that failed. What it throws becomes an unhandled rejection. */
  onRefreshError?: ((key: string, error: unknown) => void) | undefined;
}

/** How long one caller waits. It leaves alone: others who wait for the same load go on waiting. */
export interface LoadOptions {
  /** When aborted, the caller leaves, with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * After this time the caller leaves, with a {@link LoadTimeoutError}; from 0 to 2,147,483,647, some 25
   * days.
   */
  timeoutMs?: Milliseconds | undefined;
}

/** How much is preloaded at a time, and until when. */
export interface PreloadOptions {
  /**
   * The most keys that are being loaded at a time, an integer from 1; dependencies are not counted.
   * @default 8
   */
  concurrency?: number | undefined;
  /** When aborted, no further key is begun, and those that are being loaded are left. */
  signal?: AbortSignal | undefined;
}

/** What became of one key: loaded now, there already, failed, or given up because the signal was aborted. */
export type PreloadResult =
  | { readonly key: string; readonly status: 'loaded' | 'present' | 'cancelled' }
  | { readonly key: string; readonly status: 'failed'; readonly error: unknown };

/** In how many sessions two keys must have been used before they count as used together. */
export const TOGETHER_TIMES = 2;

// ---- Errors ---------------------------------------------------------------------------------------------

/** Nobody has said how to load the key. */
export class MissingLoaderError extends Error {
  override readonly name = 'MissingLoaderError';
  readonly key: string;

  constructor(key: string) {
    super(`no loader is registered for ${key}`);
    this.key = key;
  }
}

/** A key was not loaded, because something that it depends on failed: `cause` is the error of that. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError';
  /** From the key that was not loaded, by what needs what, to the one that failed. */
  readonly path: readonly string[];

  constructor(path: readonly string[], cause: unknown) {
    super(`${path.join(' → ')}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.path = path;
  }
}

/** Keys that wait for one another would wait for ever. */
export class DependencyCycleError extends Error {
  override readonly name = 'DependencyCycleError';
  /** Once around: the first key is the last one too. */
  readonly path: readonly string[];

  constructor(path: readonly string[]) {
    super(`dependencies must not form a cycle, received ${path.join(' → ')}`);
    this.path = path;
  }
}

/** The value did not come in the time that the caller had. */
export class LoadTimeoutError extends Error {
  override readonly name = 'LoadTimeoutError';
  readonly key: string;
  readonly timeoutMs: Milliseconds;

  constructor(key: string, timeoutMs: Milliseconds) {
    super(`${key} was not loaded within ${timeoutMs} ms`);
    this.key = key;
    this.timeoutMs = timeoutMs;
  }
}

// ---- Guards ---------------------------------------------------------------------------------------------
// One an option, each naming subject, rule and what was received.

/** The longest that `setTimeout` takes: beyond, it fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @internal */
export function string(subject: string, value: string): void {
  if (typeof value === 'string') return;
  throw new TypeError(`${subject} must be a string, received ${inspect(value)}`);
}

/** @internal */
export function strings(subject: string, values: readonly string[]): void {
  if (!Array.isArray(values)) throw new TypeError(`${subject} must be an array, received ${inspect(values)}`);
  for (let i = 0; i < values.length; i++) string(`${subject}[${i}]`, values[i]!);
}

/** @internal */
export function callable<F>(subject: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new TypeError(`${subject} must be a function, received ${inspect(value)}`);
}

/** @internal */
export function abortSignal(subject: string, value: AbortSignal): void {
  if (!(value instanceof AbortSignal)) {
    throw new TypeError(`${subject} must be an AbortSignal, received ${inspect(value)}`);
  }
}

/** @internal */
export function positiveInteger(subject: string, value: number): number {
  if (Number.isSafeInteger(number(subject, value)) && value >= 1) return value;
  throw new RangeError(`${subject} must be an integer from 1, received ${value}`);
}

/** @internal */
export function duration(subject: string, value: Milliseconds): Milliseconds {
  if (number(subject, value) >= 0) return value;
  throw new RangeError(`${subject} must be 0 or more, received ${value}`);
}

/** A duration that a timer can take. @internal */
export function timerDuration(subject: string, value: Milliseconds): Milliseconds {
  if (number(subject, value) >= 0 && value <= LONGEST_TIMER_MS) return value;
  throw new RangeError(`${subject} must be from 0 to ${LONGEST_TIMER_MS}, received ${value}`);
}

function number(subject: string, value: number): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`${subject} must be a number, received ${inspect(value)}`);
}
