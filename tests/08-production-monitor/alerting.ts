import {
  type AlertNotification,
  type AlertRule,
  type AlertStatus,
  type Condition,
  ProductionMonitor,
  type ValueCondition,
} from '#exercise/08-production-monitor';
import { Clock } from '../clock.ts';

const MINUTE = 60_000;

/** The condition of most of the specs: more than 100 in the queue. */
export const QUEUE_IS_LONG: ValueCondition = {
  kind: 'value',
  signal: { metric: 'queue' },
  is: 'above',
  threshold: 100,
};

/** A rule that says whatever rules have to say. */
export function rule(name: string, when: Condition, more: Partial<AlertRule> = {}): AlertRule {
  return { name, severity: 'page', summary: `The alert ${name}.`, when, ...more };
}

/** A monitor with these rules, its queue, and what was told at which minute: `2 firing long`. */
export function alerting(...rules: AlertRule[]) {
  const clock = new Clock();
  const monitor = new ProductionMonitor({ now: clock.now });
  const queue = monitor.metrics.gauge('queue');
  const startedAt = clock.now();
  const notifications: AlertNotification[] = [];
  const told = () =>
    notifications.map(({ at, state, rule }) => `${(at - startedAt) / MINUTE} ${state} ${rule.name}`);
  monitor.setupAlerts({ rules, notify: (notification) => void notifications.push(notification) });

  /** Ticks, and a minute passes. */
  const tick = (): AlertStatus[] => {
    monitor.tick();
    clock.advance(MINUTE);
    return monitor.alerts();
  };
  /** The queue at each tick, and the state of the first rule after it. */
  const queueIs = (...lengths: number[]): string =>
    lengths
      .map((length) => {
        queue.set(length);
        return tick()[0]?.state;
      })
      .join(' ');
  return { clock, monitor, notifications, told, tick, queueIs };
}
