// The options, checked and complete; and the guards, which check other arguments too.

import { inspect } from 'node:util';
import type { BatchOptions, Milliseconds, Schedule } from './options.ts';

/** setTimeout takes what is longer for 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** All options, with what holds where nothing was said. */
export type Settings = Readonly<Required<Omit<BatchOptions, 'targetLatencyMs'>>> & {
  readonly targetLatencyMs: Milliseconds | undefined;
};

export function settingsOf(options: BatchOptions): Settings {
  const { windowMs = 0, idleWindowMs = windowMs } = options;
  const { batchSize = 100, minBatchSize = 1, maxBatchSize = 1_000 } = options;
  const { targetLatencyMs, targetEfficiency = 100, maxPending, overflow = 'wait', maxRunning } = options;
  const { sliceSize = 100, nextTurn = byImmediate, schedule = byTimer, now = byPerformance } = options;
  return {
    windowMs: within('windowMs', windowMs, LONGEST_TIMER_MS),
    idleWindowMs: within('idleWindowMs', idleWindowMs, windowMs),
    minBatchSize: integer('minBatchSize', minBatchSize, 1),
    maxBatchSize: integer('maxBatchSize', maxBatchSize, minBatchSize),
    batchSize: integer('batchSize', batchSize, minBatchSize, maxBatchSize),
    targetLatencyMs: targetLatencyMs === undefined ? undefined : positive('targetLatencyMs', targetLatencyMs),
    targetEfficiency: positive('targetEfficiency', targetEfficiency),
    maxPending: maxPending === undefined ? Infinity : integer('maxPending', maxPending, 1),
    overflow: waitOrReject(overflow),
    maxRunning: maxRunning === undefined ? Infinity : integer('maxRunning', maxRunning, 1),
    sliceSize: integer('sliceSize', sliceSize, 1),
    nextTurn: callable('nextTurn', nextTurn),
    schedule: callable('schedule', schedule),
    now: callable('now', now),
  };
}

export function string(subject: string, value: string): void {
  if (typeof value !== 'string') throw wrongType(subject, 'string', value);
}

export function callable<F>(subject: string, value: F): F {
  if (typeof value !== 'function') throw wrongType(subject, 'function', value);
  return value;
}

/** Passes numbers from 0 to `most`. */
export function within(subject: string, value: number, most = Infinity): number {
  if (typeof value !== 'number') throw wrongType(subject, 'number', value);
  if (value >= 0 && value <= most) return value;
  const range = most === Infinity ? '0 or more' : `from 0 to ${most}`;
  throw new RangeError(`${subject} must be ${range}, received ${value}`);
}

export function positive(subject: string, value: number): number {
  if (typeof value !== 'number') throw wrongType(subject, 'number', value);
  if (!(value > 0)) throw new RangeError(`${subject} must be above 0, received ${value}`);
  return value;
}

function integer(subject: string, value: number, least: number, most = Infinity): number {
  if (typeof value !== 'number') throw wrongType(subject, 'number', value);
  if (Number.isSafeInteger(value) && least <= value && value <= most) return value;
  const to = most === Infinity ? '' : ` to ${most}`;
  throw new RangeError(`${subject} must be an integer from ${least}${to}, received ${value}`);
}

function waitOrReject(overflow: Settings['overflow']): Settings['overflow'] {
  if (overflow === 'wait' || overflow === 'reject') return overflow;
  throw new TypeError(`overflow must be 'wait' or 'reject', received ${inspect(overflow)}`);
}

function wrongType(subject: string, type: string, value: unknown): TypeError {
  return new TypeError(`${subject} must be a ${type}, received ${inspect(value)}`);
}

const byPerformance = (): Milliseconds => performance.now();

const byImmediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const byTimer: Schedule = (callback, ms) => {
  if (ms === 0) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};
