/** Milliseconds: a duration. */
export type Milliseconds = number;

/** How the value of a key is obtained: returned, or promised. */
export type Loader<T> = (context: LoadContext) => T | PromiseLike<T>;

/** What a loader is given. */
export interface LoadContext {
  /** The values of the dependencies, in the order in which these were named. */
  readonly dependencies: readonly unknown[];
  /** Aborted when nobody waits for the load any more; to be handed on to whatever can be stopped. */
  readonly signal: AbortSignal;
}

/** Calls `callback` once, after `ms` milliseconds, unless the function that it returns is called before. */
export type Schedule = (callback: () => void, ms: Milliseconds) => () => void;

export interface LoaderOptions {
  /** What timeouts are kept by. @default setTimeout */
  schedule?: Schedule;
}

/** How long one caller waits. It leaves alone: others who wait for the same load go on waiting. */
export interface LoadOptions {
  /** When aborted, the caller leaves, with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * After this time the caller leaves, with a {@link LoadTimeoutError}. From 0 to 2,147,483,647, some 25
   * days: a longer `setTimeout` fires at once. Without it the caller waits as long as it takes.
   */
  timeoutMs?: Milliseconds | undefined;
}

export interface PreloadOptions {
  /**
   * The most keys that are being loaded at a time, an integer from 1; what they depend on is not counted.
   * @default 8
   */
  concurrency?: number;
  /** When aborted, no further key is begun, and those that are being loaded are left. */
  signal?: AbortSignal | undefined;
}

/** What became of one key: loaded now, there already, failed, or given up because the signal was aborted. */
export type PreloadResult =
  | { readonly key: string; readonly status: 'loaded' | 'present' | 'cancelled' }
  | { readonly key: string; readonly status: 'failed'; readonly error: unknown };

/** In how many sessions two keys must have been used before they count as used together: once is chance. */
export const TOGETHER_TIMES = 2;

/** Nobody has said how to load the key. */
export class MissingLoaderError extends Error {
  override readonly name = 'MissingLoaderError';

  constructor(readonly key: string) {
    super(`no loader is registered for ${key}`);
  }
}

/** A key was not loaded, because something that it depends on failed: `cause` says how. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError';

  /** @param path from the key that was not loaded, by what needs what, to the one that failed */
  constructor(
    readonly path: readonly string[],
    cause: unknown,
  ) {
    super(`${path.join(' → ')}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Keys that wait for one another would wait for ever. */
export class DependencyCycleError extends Error {
  override readonly name = 'DependencyCycleError';

  /** @param path once around: the first key is the last one too */
  constructor(readonly path: readonly string[]) {
    super(`dependencies must not form a cycle, received ${path.join(' → ')}`);
  }
}

/** The value did not come in the time that the caller had. */
export class LoadTimeoutError extends Error {
  override readonly name = 'LoadTimeoutError';

  constructor(
    readonly key: string,
    readonly timeoutMs: Milliseconds,
  ) {
    super(`${key} was not loaded within ${timeoutMs} ms`);
  }
}
