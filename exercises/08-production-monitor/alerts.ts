import { inspect } from 'node:util';

import type {
  AlertConfiguration,
  AlertNotification,
  AlertRule,
  AlertStatus,
  BurnCondition,
  Condition,
  Limit,
  MetricSnapshot,
  Milliseconds,
  Signal,
} from '#contract/08-production-monitor';
import { todo } from '#todo';

/** Rules, and how each of them stands. */
export class Alerts {
  /** @throws RangeError if two rules have the same name, or a rule has a number that is none */
  constructor({ rules, notify = () => {} }: AlertConfiguration) {
    todo('8.4');
  }

  /** Reads each rule's signal, and tells what has changed. */
  evaluate(metrics: readonly MetricSnapshot[], now: Milliseconds): void {
    todo('8.4');
  }

  /** @throws RangeError if no rule has that name */
  silence(name: string, until: Milliseconds): void {
    todo('8.4');
  }

  get statuses(): AlertStatus[] {
    return todo('8.4');
  }
}
