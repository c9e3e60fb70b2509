import {
  ALERT_READINGS,
  CALM_READINGS,
  type LoadMetrics,
  type OptimizerOptions,
  type PerformanceThresholds,
  TARGET_UTILIZATION,
  TRIAL_CALLS,
  type TunableParameter,
} from '#contract/06-adaptive-performance';
import { todo } from '#todo';

/**
 * Changes parameters while the program runs, and keeps what makes it better; says when a metric is beyond its
 * threshold; follows the load with the number of workers.
 */
export class RealTimeOptimizer {
  /**
   * @throws TypeError if an option has the wrong type, or parameters come without `objective`
   * @throws RangeError if a number is out of its range
   */
  constructor(options: OptimizerOptions = {}) {
    todo('6.6');
  }

  /**
   * Measures once, and goes one step further in tuning: to be called at regular intervals, each long enough
   * for a change to show.
   */
  autoTuneParameters(): void {
    todo('6.6');
  }

  /** From now on `metrics` are compared with these thresholds, and with no others. */
  setupPerformanceAlerts(thresholds: PerformanceThresholds): void {
    todo('6.6');
  }

  /** Compares readings with the thresholds; what is not among them is as it was. */
  observe(metrics: Readonly<Record<string, number>>): void {
    todo('6.6');
  }

  /** How many workers there should be. */
  get workers(): number {
    return todo('6.6');
  }

  /**
   * Follows the load: by Little's law, of the requests that come, as many are being worked on at a time as
   * come in the time that one takes. More workers at once, fewer when it has been calm for a while.
   *
   * @throws RangeError if the load is no number from 0
   */
  scaleBasedOnLoad(loadMetrics: LoadMetrics): void {
    todo('6.6');
  }
}
