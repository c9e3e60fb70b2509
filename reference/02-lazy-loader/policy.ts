// When to try again, when to refresh, when to give up: the arithmetic, which changes nothing and asks no
// clock.

import {
  callable,
  duration,
  type LoadPolicy,
  type Milliseconds,
  positiveInteger,
  timerDuration,
} from './options.ts';

/** A {@link LoadPolicy} that leaves nothing open. */
export type Policy = { readonly [Option in keyof LoadPolicy]-?: Exclude<LoadPolicy[Option], undefined> };

/** What holds where nothing is said: one attempt, and a value that is good until it is invalidated. */
export const ONCE_AND_FOR_GOOD: Policy = {
  attempts: 1,
  retryIf: () => true,
  backoffMs: 100,
  maxBackoffMs: 10_000,
  refreshAfterMs: Infinity,
  expireAfterMs: Infinity,
  leaseMs: Infinity,
};

/** For how long a value is good. It does not change: a value that is to live otherwise is given another. */
export interface Life {
  /**
   * From then on it is given out once more, and refreshed; `-Infinity` once what it was made from has
   * changed.
   */
  readonly dueAt: Milliseconds;
  /** From then on it is not given out. Never before {@link dueAt}. */
  readonly expiresAt: Milliseconds;
  /** How many refreshes in a row have failed. */
  readonly failures: number;
}

/** A life without end: whoever has this very one need not be asked about, and costs no look at the clock. */
export const FOR_EVER: Life = { dueAt: Infinity, expiresAt: Infinity, failures: 0 };

/**
 * What `options` say, and for the rest what `defaults` say.
 *
 * @throws TypeError or RangeError if an option is not what it has to be
 */
export function policyOf(options: LoadPolicy, defaults: Policy): Policy {
  const { attempts = defaults.attempts, retryIf = defaults.retryIf } = options;
  const { backoffMs = defaults.backoffMs, maxBackoffMs = defaults.maxBackoffMs } = options;
  const { expireAfterMs = defaults.expireAfterMs, leaseMs = defaults.leaseMs } = options;
  // Who overrides only the expiry need not think of the default refresh.
  const { refreshAfterMs = Math.min(defaults.refreshAfterMs, expireAfterMs) } = options;
  positiveInteger('attempts', attempts);
  callable('retryIf', retryIf);
  duration('backoffMs', backoffMs);
  timerDuration('maxBackoffMs', maxBackoffMs);
  duration('expireAfterMs', expireAfterMs);
  duration('refreshAfterMs', refreshAfterMs);
  duration('leaseMs', leaseMs);
  if (refreshAfterMs !== Infinity && refreshAfterMs > expireAfterMs) {
    throw new RangeError(
      `refreshAfterMs must not exceed expireAfterMs, ${expireAfterMs}, received ${refreshAfterMs}`,
    );
  }
  return { attempts, retryIf, backoffMs, maxBackoffMs, refreshAfterMs, expireAfterMs, leaseMs };
}

// #region backoff
/**
 * The pause after so many failures in a row: anything up to a bound that doubles with each, which is called
 * full jitter [5]. Who failed together would come back together, and fail together again, if all paused as
 * long.
 *
 * @param failures from 1
 * @param random from 0 to below 1
 */
export function backoff(failures: number, random: number, { backoffMs, maxBackoffMs }: Policy): Milliseconds {
  const doublings = Math.min(failures - 1, 1023); // 2 ** 1024 is Infinity, and 0 times that is no number
  return random * Math.min(maxBackoffMs, backoffMs * 2 ** doublings);
}
// #endregion backoff

/** When the lease of a load that begins now ends; `undefined`: never. */
export function leaseEndOf({ leaseMs }: Policy, now: () => Milliseconds): Milliseconds | undefined {
  return leaseMs === Infinity ? undefined : now() + leaseMs;
}

// ---- Lives ----------------------------------------------------------------------------------------------

/** The life of a value that was loaded just now. */
export function lifeOf({ refreshAfterMs, expireAfterMs }: Policy, now: () => Milliseconds): Life {
  if (refreshAfterMs === Infinity && expireAfterMs === Infinity) return FOR_EVER;
  const bornAt = now();
  const expiresAt = bornAt + expireAfterMs;
  return { dueAt: Math.min(bornAt + refreshAfterMs, expiresAt), expiresAt, failures: 0 };
}

/** The next use will refresh it. */
export function dueNow({ expiresAt, failures }: Life): Life {
  return { dueAt: -Infinity, expiresAt, failures };
}

export function notDueBefore(instant: Milliseconds, { expiresAt, failures }: Life): Life {
  return { dueAt: Math.min(instant, expiresAt), expiresAt, failures };
}

/** A refresh has failed: the next one waits, as long as an attempt would after so many failures. */
export function afterFailure(life: Life, now: Milliseconds, random: number, policy: Policy): Life {
  const failures = life.failures + 1;
  return notDueBefore(now + backoff(failures, random, policy), { ...life, failures });
}
