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

/** Rules, and how each of them stands. */
export class Alerts {
  // #region solution only
  readonly #watched: Map<string, Watched>;
  readonly #notify: (notification: AlertNotification) => unknown;

  // #endregion
  /** @throws RangeError if two rules have the same name, or a rule has a number that is none */
  constructor({ rules, notify = () => {} }: AlertConfiguration) {
    // #region step 8.4
    this.#watched = new Map(rules.map((rule) => [rule.name, new Watched(rule)]));
    if (this.#watched.size < rules.length) throw new RangeError('every rule must have a name of its own');
    this.#notify = notify;
    // #endregion
  }

  /** Reads each rule's signal, and tells what has changed. */
  evaluate(metrics: readonly MetricSnapshot[], now: Milliseconds): void {
    // #region step 8.4
    for (const watched of this.#watched.values()) {
      watched.evaluate(metrics, now);
      const isFiring = watched.state === 'firing';
      if (isFiring === watched.isTold || now < watched.silentUntil) continue;
      try {
        const delivery = this.#notify({ rule: watched.rule, state: isFiring ? 'firing' : 'resolved', at: now });
        watched.isTold = isFiring;
        Promise.resolve(delivery).catch(() => (watched.isTold = !isFiring));
      } catch {
        // Nobody was told: the next tick will try again.
      }
    }
    // #endregion
  }

  /** @throws RangeError if no rule has that name */
  silence(name: string, until: Milliseconds): void {
    // #region step 8.4
    const watched = this.#watched.get(name);
    if (!watched) throw new RangeError(`there is no alert called ${name}`);
    watched.silentUntil = until;
    // #endregion
  }

  get statuses(): AlertStatus[] {
    // #region step 8.4
    return [...this.#watched.values()].map(({ rule: { name, severity }, state, value }) => {
      return { name, severity, state, value: value ?? null };
    });
    // #endregion
  }
}
// #region solution only

class Watched {
  state: AlertStatus['state'] = 'inactive';
  value: number | undefined;
  isTold = false;
  silentUntil: Milliseconds = -Infinity;
  /** Since when the condition holds, or has ceased to: whichever the state waits for. */
  #since: Milliseconds | undefined;
  readonly #limit: Limit;
  readonly #history: History;

  constructor(readonly rule: AlertRule) {
    const { name, when, forMs = 0, keepFiringMs = 0 } = rule;
    requireNumbers(name, { forMs, keepFiringMs, ...when });
    this.#limit = when.kind === 'burn' ? { is: 'above', threshold: when.factor } : when;
    this.#history = new History(when);
  }

  evaluate(metrics: readonly MetricSnapshot[], now: Milliseconds): void {
    const { forMs = 0, keepFiringMs = 0 } = this.rule;
    this.value = this.#history.read(metrics, now);
    const isFiring = this.state === 'firing';
    if (this.#holds(isFiring) === isFiring) {
      this.#since = undefined;
      if (!isFiring) this.state = 'inactive';
      return;
    }
    this.#since ??= now;
    if (now - this.#since < (isFiring ? keepFiringMs : forMs)) {
      if (!isFiring) this.state = 'pending';
      return;
    }
    this.#since = undefined;
    this.state = isFiring ? 'inactive' : 'firing';
  }

  #holds(isFiring: boolean): boolean {
    if (this.value === undefined) return false;
    const { is, threshold, clear = threshold } = this.#limit;
    const limit = isFiring ? clear : threshold;
    return is === 'above' ? this.value > limit : this.value < limit;
  }
}

interface Sample {
  readonly at: Milliseconds;
  /** One for each signal of the condition. */
  readonly values: readonly number[];
}

/** What the signals of a condition were, as far back as its windows reach. */
class History {
  readonly #condition: Condition;
  readonly #signals: readonly Signal[];
  readonly #longestMs: Milliseconds;
  readonly #samples: Sample[] = [];

  constructor(condition: Condition) {
    this.#condition = condition;
    this.#signals = condition.kind === 'burn' ? [condition.bad, condition.total] : [condition.signal];
    this.#longestMs = Math.max(0, ...windowsOf(condition));
  }

  /** What is compared with the limit; nothing where a metric does not exist or no time has passed. */
  read(metrics: readonly MetricSnapshot[], now: Milliseconds): number | undefined {
    const values = this.#signals.map((signal) => valueOf(signal, metrics));
    if (!values.every((value) => value !== undefined)) return undefined;
    if (this.#condition.kind === 'value') return values[0];

    const samples = this.#samples;
    samples.push({ at: now, values });
    while (samples.length > 1 && samples[1]!.at <= now - this.#longestMs) samples.shift();
    const readings = windowsOf(this.#condition).map((windowMs) => {
      const before = samples.findLast(({ at }) => at <= now - windowMs) ?? samples[0]!;
      const seconds = (now - before.at) / 1_000;
      const changes = values.map((value, index) => value - before.values[index]!);
      return seconds > 0 ? this.#inProportion(changes, seconds) : undefined;
    });
    return readings.every((reading) => reading !== undefined) ? Math.min(...readings) : undefined;
  }

  #inProportion([first, total]: readonly number[], seconds: number): number {
    if (this.#condition.kind !== 'burn') return first! / seconds;
    return total! === 0 ? 0 : first! / total! / (1 - this.#condition.objective);
  }
}

function windowsOf(condition: Condition): readonly Milliseconds[] {
  if (condition.kind === 'burn') return condition.windowsMs;
  return condition.kind === 'rate' ? [condition.windowMs] : [];
}

function valueOf(signal: Signal, metrics: readonly MetricSnapshot[]): number | undefined {
  const { where = {}, over } = signal;
  const metric = metrics.find(({ name }) => name === signal.metric);
  if (!metric) return undefined;
  const wanted = Object.entries(where);
  let sum = 0;
  for (const series of metric.series) {
    if (!wanted.every(([label, value]) => series.labels[label] === value)) continue;
    if ('value' in series) sum += series.value;
    else if (over === undefined) sum += series.count;
    else sum += series.count - (series.buckets.find(({ le }) => le >= over)?.count ?? series.count);
  }
  return sum;
}

function requireNumbers(name: string, fields: object): void {
  for (const [field, value] of Object.entries(fields)) {
    for (const number of [value].flat()) {
      if (typeof number !== 'number') continue;
      const isDuration = field.endsWith('Ms');
      if (isDuration ? number >= 0 && number < Infinity : Number.isFinite(number)) continue;
      const rule = isDuration ? 'finite and 0 or more' : 'finite';
      throw new RangeError(`${field} of the alert ${name} must be ${rule}, received ${inspect(number)}`);
    }
  }
  const { objective = 0, windowsMs } = fields as Partial<BurnCondition>;
  if (!(objective >= 0 && objective < 1)) {
    throw new RangeError(`objective of the alert ${name} must be from 0 to below 1, received ${inspect(objective)}`);
  }
  // Over no window at all everything holds: the alert would fire for good.
  if (windowsMs?.length === 0) throw new RangeError(`windowsMs of the alert ${name} must have a window, received []`);
}
// #endregion
