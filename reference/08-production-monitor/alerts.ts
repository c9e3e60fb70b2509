// When somebody is told: each rule as a state that moves on with every tick.

import { types } from 'node:util';
import type { Milliseconds } from './clock.ts';
import { checkCondition, type Condition, duration, Reader } from './conditions.ts';
import type { MetricSnapshot } from './metrics.ts';

/** When somebody is to be told of what, and how urgently. */
export interface AlertRule {
  readonly name: string;
  /** Whether it wakes somebody, or waits until they are at work. */
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
  /** A link to what is to be done. */
  readonly runbook?: string;
  readonly when: Condition;
  /** Fires when the condition has held for so long; against what passes by itself. @default 0 */
  readonly forMs?: Milliseconds;
  /** Is resolved when it has not held for so long; against what comes and goes. @default 0 */
  readonly keepFiringMs?: Milliseconds;
}

/** Some rules, and by what people are told. */
export interface AlertConfiguration {
  readonly rules: readonly AlertRule[];
  /** If it throws, or returns a promise that is rejected, nobody was told: the next tick tries again. */
  readonly notify?: (notification: AlertNotification) => unknown;
}

/** That an alert fires, or does so no more. */
export interface AlertNotification {
  readonly rule: AlertRule;
  readonly state: 'firing' | 'resolved';
  /** When it was told, which may be later than when it happened. */
  readonly at: Milliseconds;
}

/** How a rule stood at the last tick. */
export interface AlertStatus {
  readonly name: string;
  readonly severity: 'page' | 'ticket';
  readonly state: 'inactive' | 'pending' | 'firing';
  /** What was read at the last tick; `null` if there was nothing to read. */
  readonly value: number | null;
}

/** A firing alert whose condition has ceased to hold is one that has been quiet since then. */
export type AlertState =
  | { readonly kind: 'inactive' }
  | { readonly kind: 'pending'; readonly since: Milliseconds }
  | { readonly kind: 'firing'; readonly quietSince?: Milliseconds };

export const INACTIVE: AlertState = { kind: 'inactive' };
const FIRING: AlertState = { kind: 'firing' };

/** Some rules, and how each of them stands. */
export class Alerts {
  readonly #watched = new Map<string, Watched>();
  readonly #notify: (notification: AlertNotification) => unknown;

  /** @throws RangeError if a name is taken, or a rule can't be evaluated */
  constructor({ rules, notify = () => {} }: AlertConfiguration) {
    for (const rule of rules) {
      if (this.#watched.has(rule.name)) throw new RangeError('every rule must have a name of its own');
      this.#watched.set(rule.name, new Watched(rule));
    }
    this.#notify = notify;
  }

  /** Reads what each rule looks at, moves its state on, and tells what there is to tell. */
  evaluate(metrics: readonly MetricSnapshot[], now: Milliseconds): void {
    const byName = new Map(metrics.map((metric) => [metric.name, metric]));
    for (const watched of this.#watched.values()) {
      watched.evaluate(byName, now);
      watched.tell(this.#notify, now);
    }
  }

  /** @throws RangeError if no rule has the name */
  silence(name: string, until: Milliseconds): void {
    const watched = this.#watched.get(name);
    if (watched === undefined) throw new RangeError(`there is no alert called ${name}`);
    watched.silence(until);
  }

  statuses(): AlertStatus[] {
    return Array.from(this.#watched.values(), (watched) => watched.status());
  }
}

class Watched {
  readonly #rule: AlertRule;
  readonly #reader: Reader;
  readonly #timing: AlertTiming;
  #state: AlertState = INACTIVE;
  #reading: number | null = null;
  /** What they believe who are told, which is behind {@link #state} while nobody can be, or may be, told. */
  #told: AlertNotification['state'] = 'resolved';
  #isBeingTold = false;
  #silentUntil: Milliseconds = -Infinity;

  constructor(rule: AlertRule) {
    const { name, when, forMs = 0, keepFiringMs = 0 } = rule;
    checkCondition(name, when);
    this.#timing = {
      forMs: duration(name, 'forMs', forMs),
      keepFiringMs: duration(name, 'keepFiringMs', keepFiringMs),
    };
    this.#rule = rule;
    this.#reader = new Reader(when);
  }

  evaluate(metrics: ReadonlyMap<string, MetricSnapshot>, now: Milliseconds): void {
    this.#reading = this.#reader.read(metrics, now);
    const holds = this.#reader.isBeyond(this.#reading, this.#state.kind === 'firing');
    this.#state = advance(this.#state, holds, now, this.#timing);
  }

  /** Compares what is believed with what is so, however it came to that: so nothing is told twice. */
  tell(notify: (notification: AlertNotification) => unknown, now: Milliseconds): void {
    const state = this.#state.kind === 'firing' ? 'firing' : 'resolved';
    if (state === this.#told || this.#isBeingTold || now < this.#silentUntil) return;
    try {
      const delivery = notify({ rule: this.#rule, state, at: now });
      if (types.isPromise(delivery)) void this.#await(delivery, state);
      else this.#told = state;
    } catch {
      // Nobody was told.
    }
  }

  silence(until: Milliseconds): void {
    this.#silentUntil = until;
  }

  status(): AlertStatus {
    const { name, severity } = this.#rule;
    return { name, severity, state: this.#state.kind, value: this.#reading };
  }

  async #await(delivery: Promise<unknown>, state: AlertNotification['state']): Promise<void> {
    this.#isBeingTold = true;
    try {
      await delivery;
      this.#told = state;
    } catch {
      // Nobody was told.
    } finally {
      this.#isBeingTold = false;
    }
  }
}

export interface AlertTiming {
  readonly forMs: Milliseconds;
  readonly keepFiringMs: Milliseconds;
}

// #region advance
/** How an alert stands at `now`, if it stood at the tick before as `state` says. */
export function advance(state: AlertState, holds: boolean, now: Milliseconds, timing: AlertTiming): AlertState {
  if (state.kind === 'firing') {
    if (holds) return FIRING;
    const { quietSince = now } = state;
    return now - quietSince >= timing.keepFiringMs ? INACTIVE : { kind: 'firing', quietSince };
  }
  if (!holds) return INACTIVE;
  const since = state.kind === 'pending' ? state.since : now;
  return now - since >= timing.forMs ? FIRING : { kind: 'pending', since };
}
// #endregion advance
