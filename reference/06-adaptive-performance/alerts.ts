// When a number is bad for long enough to be told.

import { inspect } from 'node:util';
import { ALERT_READINGS, number, type PerformanceAlert, type PerformanceThresholds } from './options.ts';

interface Watch {
  readonly isBeyond: (value: number) => boolean;
  isRaised: boolean;
  /** How many of the latest readings in a row say the contrary of {@link isRaised}. */
  contrary: number;
}

/** Metrics that are watched, each with the state it is in. */
export class Alerts {
  readonly #watches = new Map<string, Watch>();

  /** @throws TypeError if a threshold is no number */
  constructor(thresholds: PerformanceThresholds = {}) {
    for (const [metric, threshold] of Object.entries(thresholds)) {
      const isAbove = 'above' in threshold;
      const limit = number(`thresholds[${inspect(metric)}]`, isAbove ? threshold.above : threshold.below);
      const isBeyond = isAbove ? (value: number) => value > limit : (value: number) => value < limit;
      this.#watches.set(metric, { isBeyond, isRaised: false, contrary: 0 });
    }
  }

  /** What has changed by these readings. O(what is watched). */
  observe(metrics: Readonly<Record<string, number>>): PerformanceAlert[] {
    const changes: PerformanceAlert[] = [];
    for (const [metric, watch] of this.#watches) {
      if (!Object.hasOwn(metrics, metric)) continue;
      const value = metrics[metric]!;
      const isContrary = watch.isBeyond(value) !== watch.isRaised;
      watch.contrary = isContrary ? watch.contrary + 1 : 0;
      if (watch.contrary === ALERT_READINGS) {
        watch.isRaised = !watch.isRaised;
        watch.contrary = 0;
        changes.push({ metric, state: watch.isRaised ? 'raised' : 'cleared', value });
      }
    }
    return changes;
  }
}
