import { randomNumbers } from '../../../reference/00-framework/generator.ts';
import { type AlertRule, Alerts, type AlertStatus } from '../../../reference/08-production-monitor/alerts.ts';
import { MetricsRegistry } from '../../../reference/08-production-monitor/registry.ts';

export const MINUTES = 180;

/** How many of a hundred requests fail, minute by minute. */
export type Signal = readonly number[];

/** The objective of which a burn rate is spent, and what is asked of it: The Site Reliability Workbook, chapter 5. */
export const OBJECTIVE = 0.999;
export const FACTOR = 14.4;

/** So many requests come in a minute. */
const REQUESTS = 1_000;
const MINUTE_MS = 60_000;

export interface Settings {
  /** Fires above it, … */
  readonly thresholdPercent: number;
  /** … and goes on until it is no longer above this. */
  readonly clearPercent: number;
  readonly forMinutes: number;
  readonly keepFiringMinutes: number;
  readonly silentFrom: number;
  readonly silentMinutes: number;
}

/** By what somebody is woken: the threshold and nothing else, all that can be set, or an error budget. */
export type Rule = 'threshold' | 'settings' | 'burn';

export interface Outcome {
  /** At which minutes somebody was told that it fires, and that it is over. */
  readonly pages: readonly number[];
  readonly allClears: readonly number[];
  /** After each minute. */
  readonly states: readonly AlertStatus['state'][];
}

/** What a rule of the reference makes of a signal, after a quiet hour. */
export function watch(signal: Signal, kind: Rule, settings: Settings): Outcome {
  const metrics = new MetricsRegistry();
  const requests = metrics.counter('requests_total', { labels: ['outcome'] });
  const failing = metrics.gauge('failing_percent');
  const pages: number[] = [];
  const allClears: number[] = [];
  const states: AlertStatus['state'][] = [];
  const rule = ruleOf(kind, settings);
  const alerts = new Alerts({
    rules: [rule],
    notify: ({ state, at }) => void (state === 'firing' ? pages : allClears).push(at / MINUTE_MS),
  });
  for (let minute = -60; minute < signal.length; minute++) {
    const percent = signal[minute] ?? 0;
    const errors = (REQUESTS * percent) / 100;
    requests.inc(errors, { outcome: 'error' });
    requests.inc(REQUESTS - errors, { outcome: 'ok' });
    failing.set(percent);
    if (kind === 'settings' && minute === settings.silentFrom) {
      alerts.silence(rule.name, (minute + settings.silentMinutes) * MINUTE_MS);
    }
    alerts.evaluate(metrics.snapshot(), minute * MINUTE_MS);
    if (minute >= 0) states.push(alerts.statuses()[0]!.state);
  }
  return { pages, allClears, states };
}

function ruleOf(kind: Rule, { thresholdPercent, clearPercent, forMinutes, keepFiringMinutes }: Settings): AlertRule {
  const about = { name: 'errors', severity: 'page', summary: 'Requests fail' } as const;
  if (kind === 'burn') {
    const bad = { metric: 'requests_total', where: { outcome: 'error' } };
    const windowsMs = [60 * MINUTE_MS, 5 * MINUTE_MS];
    const total = { metric: 'requests_total' };
    return { ...about, when: { kind: 'burn', bad, total, objective: OBJECTIVE, factor: FACTOR, windowsMs } };
  }
  const signal = { metric: 'failing_percent' };
  const above = { kind: 'value', signal, is: 'above', threshold: thresholdPercent } as const;
  if (kind === 'threshold') return { ...about, when: above };
  return {
    ...about,
    when: { ...above, clear: Math.min(clearPercent, thresholdPercent) },
    forMs: forMinutes * MINUTE_MS,
    keepFiringMs: keepFiringMinutes * MINUTE_MS,
  };
}

/** What one minute in which more fails than the threshold would cost who is told of each. */
export const badMinutes = (signal: Signal, { thresholdPercent }: Settings): number[] =>
  signal.flatMap((percent, minute) => (percent > thresholdPercent ? [minute] : []));

// ---- Signals --------------------------------------------------------------------------------------------

/** Days on which something is wrong; the same ones each time. */
export const SIGNALS = {
  flapping: made((minute, random) => (minute >= 30 && minute < 130 && minute % 3 !== 0 ? 7 + 5 * random : random)),
  rise: made((minute, random) => Math.max(0, (minute - 20) / 14 + 3 * (random - 0.5))),
  spike: made((minute, random) => ((minute >= 60 && minute < 63) || minute === 120 ? 60 : random / 2)),
  burn: made((minute, random) => (minute >= 30 ? 1.8 + 0.4 * random : 0.05 * random)),
} satisfies Record<string, Signal>;

function made(percentAt: (minute: number, random: number) => number): Signal {
  const random = randomNumbers(8);
  return Array.from({ length: MINUTES }, (_, minute) => Math.round(10 * percentAt(minute, random())) / 10);
}

/** The numbers in a text, from 0 to 100, whatever stands between them; at most as many as there are minutes. */
export function signalIn(text: string): Signal {
  const numbers = text.split(/[\s,;%]+/).filter((part) => part !== '').map(Number);
  return numbers.filter(Number.isFinite).slice(0, MINUTES).map((percent) => Math.min(100, Math.max(0, percent)));
}
