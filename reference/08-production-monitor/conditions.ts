// What a rule looks at, and what it reads there at each tick.

import { inspect } from 'node:util';
import type { Milliseconds } from './clock.ts';
import { countOver } from './distribution.ts';
import type { MetricSnapshot } from './metrics.ts';
import type { Labels } from './series.ts';

/** A number out of the metrics: the sum of some series. That of a histogram counts as its number of values. */
export interface Signal {
  readonly metric: string;
  /** Which series: those with these labels, whatever their others. @default all of them */
  readonly where?: Labels;
  /** Of a histogram: only values beyond its first bound that is at least this. */
  readonly over?: number;
}

/** Beyond what a reading is too much, or too little. */
export interface Limit {
  /** Strictly: at the threshold is not beyond it. */
  readonly is: 'above' | 'below';
  readonly threshold: number;
  /** What a firing alert has to come back to. @default threshold */
  readonly clear?: number;
}

/** How much it is. */
export interface ValueCondition extends Limit {
  readonly kind: 'value';
  readonly signal: Signal;
}

/** How fast it changes: by how much a second, over a window. */
export interface RateCondition extends Limit {
  readonly kind: 'rate';
  readonly signal: Signal;
  readonly windowMs: Milliseconds;
}

/** How fast an error budget is spent [3]. Holds while that is above `factor` over every window. */
export interface BurnCondition {
  readonly kind: 'burn';
  readonly bad: Signal;
  readonly total: Signal;
  /** Which part should be good, from 0 to below 1. The rest is the budget. */
  readonly objective: number;
  readonly factor: number;
  /** At least one. A long one, so that it matters; a short one, so that it is still so. */
  readonly windowsMs: readonly Milliseconds[];
}

/** What a rule looks at, and what must be so for it to fire. */
export type Condition = ValueCondition | RateCondition | BurnCondition;

/** What was counted when. */
export interface Sample {
  readonly at: Milliseconds;
  readonly amount: number;
  /** That of which, or in which, {@link amount} is a part: all requests, or the milliseconds of the clock. */
  readonly of: number;
}

/** Reads one condition, tick by tick, and remembers as much as its windows need. */
export class Reader {
  readonly #condition: Condition;
  readonly #windows: readonly Window[];
  readonly #limit: Limit;

  constructor(condition: Condition) {
    this.#condition = condition;
    this.#windows = windowsOf(condition).map((lengthMs) => new Window(lengthMs));
    this.#limit = condition.kind === 'burn' ? { is: 'above', threshold: condition.factor } : condition;
  }

  /** What is compared with the limit; `null` where there is nothing to read. */
  read(metrics: ReadonlyMap<string, MetricSnapshot>, now: Milliseconds): number | null {
    const condition = this.#condition;
    if (condition.kind === 'value') return valueOf(condition.signal, metrics);
    const isBurn = condition.kind === 'burn';
    const amount = valueOf(isBurn ? condition.bad : condition.signal, metrics);
    const of = isBurn ? valueOf(condition.total, metrics) : now;
    if (amount === null || of === null) return null;
    const sample = { at: now, amount, of };
    const per = isBurn ? 1 : 1_000; // a second
    const shares = this.#windows.map((window) => shareSince(window.advance(sample), sample, per));
    if (!shares.every((share) => share !== null)) return null;
    return isBurn ? Math.min(...shares) / (1 - condition.objective) : shares[0]!;
  }

  /** Whether a reading is beyond the limit; for an alert that fires, beyond the one to come back to. */
  isBeyond(reading: number | null, isFiring: boolean): boolean {
    if (reading === null) return false;
    const { is, threshold, clear = threshold } = this.#limit;
    const limit = isFiring ? clear : threshold;
    return is === 'above' ? reading > limit : reading < limit;
  }
}

/** The samples of a window. Each is looked at when it comes and when it is passed: O(1) a tick, amortized. */
class Window {
  readonly #lengthMs: Milliseconds;
  /** Ascending in time. What lies before {@link #base} is over, and is dropped when it is half of them. */
  readonly #samples: Sample[] = [];
  /** Where the newest sample is that is as long ago as the window, or longer; 0 until there is one. */
  #base = 0;

  constructor(lengthMs: Milliseconds) {
    this.#lengthMs = lengthMs;
  }

  /** Moves on to `sample`, and returns the one with which it is to be compared. */
  advance(sample: Sample): Sample {
    const samples = this.#samples;
    samples.push(sample);
    const since = sample.at - this.#lengthMs;
    while (this.#base + 1 < samples.length && samples[this.#base + 1]!.at <= since) this.#base++;
    if (this.#base * 2 > samples.length) {
      samples.splice(0, this.#base);
      this.#base = 0;
    }
    return samples[this.#base]!;
  }
}

// #region share
/**
 * By how much the amount grew between two samples, for so much of what it is a part of. A rate and a burn rate are the
 * same division: so many requests in 1,000 milliseconds, so many errors in 1 request.
 *
 * @returns `null` if no time has passed; 0 of nothing
 */
export function shareSince(before: Sample, sample: Sample, per: number): number | null {
  if (sample.at === before.at) return null;
  const of = sample.of - before.of;
  return of === 0 ? 0 : ((sample.amount - before.amount) * per) / of;
}
// #endregion share

function windowsOf(condition: Condition): readonly Milliseconds[] {
  if (condition.kind === 'burn') return condition.windowsMs;
  return condition.kind === 'rate' ? [condition.windowMs] : [];
}

/** @returns `null` if there is no such metric, which is not the same as none of it: the name may be misspelt */
function valueOf(signal: Signal, metrics: ReadonlyMap<string, MetricSnapshot>): number | null {
  const metric = metrics.get(signal.metric);
  if (metric === undefined) return null;
  const { where = {}, over } = signal;
  const wanted = Object.entries(where);
  let sum = 0;
  for (const series of metric.series) {
    if (!wanted.every(([label, value]) => series.labels[label] === value)) continue;
    if ('value' in series) sum += series.value;
    else sum += over === undefined ? series.count : countOver(over, series);
  }
  return sum;
}

// ---- Guards ------------------------------------------------------------------------------------------------

/** @throws RangeError with the name of the alert, if the condition has a number that is none, or no window */
export function checkCondition(alert: string, condition: Condition): void {
  if (condition.kind === 'burn') {
    const { objective, factor, windowsMs } = condition;
    finite(alert, 'objective', objective);
    finite(alert, 'factor', factor);
    if (!(objective >= 0 && objective < 1)) {
      throw new RangeError(
        `objective of the alert ${alert} must be from 0 to below 1, received ${inspect(objective)}`,
      );
    }
    // Over no window at all everything is so, and the alert would fire for good.
    if (windowsMs.length === 0) {
      throw new RangeError(`windowsMs of the alert ${alert} must have a window, received []`);
    }
    for (const windowMs of windowsMs) duration(alert, 'windowsMs', windowMs);
    return;
  }
  const { is, threshold, clear = threshold } = condition;
  if (is !== 'above' && is !== 'below') {
    throw new RangeError(`is of the alert ${alert} must be above or below, received ${inspect(is)}`);
  }
  finite(alert, 'threshold', threshold);
  finite(alert, 'clear', clear);
  if (condition.kind === 'rate') duration(alert, 'windowMs', condition.windowMs);
}

/** @internal */
export function duration(alert: string, field: string, value: Milliseconds): Milliseconds {
  if (value >= 0 && value < Infinity) return value;
  throw new RangeError(`${field} of the alert ${alert} must be finite and 0 or more, received ${inspect(value)}`);
}

function finite(alert: string, field: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new RangeError(`${field} of the alert ${alert} must be finite, received ${inspect(value)}`);
}
