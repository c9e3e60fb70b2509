// What changes while the program runs: parameters, alerts, the number of workers.

import { Alerts } from './alerts.ts';
import {
  atMost,
  CALM_READINGS,
  callable,
  finiteFrom0,
  type LoadMetrics,
  type OptimizerOptions,
  type PerformanceThresholds,
  positiveInteger,
  TARGET_UTILIZATION,
} from './options.ts';
import { HillClimbing } from './tuning.ts';

/**
 * Changes parameters while the program runs, and keeps what makes it better; says when a metric is beyond its
 * threshold; follows the load with the number of workers. It has no timer: whoever calls it decides when.
 *
 * @example
 * {@includeCode ../../docs/examples/06-adaptive-performance/optimizer.ts#optimizer}
 */
export class RealTimeOptimizer {
  readonly #tuning: { readonly climbing: HillClimbing; readonly objective: () => number } | undefined;
  #alerts = new Alerts();
  readonly #onAlert: OptimizerOptions['onAlert'];

  readonly #minWorkers: number;
  readonly #maxWorkers: number;
  readonly #onScale: OptimizerOptions['onScale'];
  #workers: number;
  /** What the latest readings in a row asked for, all of them fewer than there are. */
  #fewer: number[] = [];

  /**
   * @throws TypeError if an option has the wrong type, or parameters come without `objective`
   * @throws RangeError if a number is out of its range
   */
  constructor(options: OptimizerOptions = {}) {
    const { parameters = [], objective, minWorkers = 1, onScale, onAlert } = options;
    const { maxWorkers = Math.max(64, minWorkers) } = options;
    const climbing = new HillClimbing(parameters);
    if (objective !== undefined) callable('objective', objective);
    if (onScale !== undefined) callable('onScale', onScale);
    if (onAlert !== undefined) callable('onAlert', onAlert);
    positiveInteger('minWorkers', minWorkers);
    atMost('minWorkers', minWorkers, 'maxWorkers', positiveInteger('maxWorkers', maxWorkers));
    if (parameters.length > 0) {
      if (objective === undefined) throw new TypeError('parameters need objective, which was not given');
      this.#tuning = { climbing, objective };
    }
    this.#onAlert = onAlert;
    this.#minWorkers = minWorkers;
    this.#maxWorkers = maxWorkers;
    this.#onScale = onScale;
    this.#workers = minWorkers;
  }

  /** How many workers there should be. */
  get workers(): number {
    return this.#workers;
  }

  /**
   * Measures once, and goes one step further in tuning: to be called at regular intervals, each long enough for a
   * change to show.
   */
  autoTuneParameters(): void {
    this.#tuning?.climbing.measured(this.#tuning.objective());
  }

  /** From now on these metrics are watched, and no others. */
  setupPerformanceAlerts(thresholds: PerformanceThresholds): void {
    this.#alerts = new Alerts(thresholds);
  }

  /** Compares readings with the thresholds; a metric that is not among them is as it was. */
  observe(metrics: Readonly<Record<string, number>>): void {
    for (const alert of this.#alerts.observe(metrics)) this.#onAlert?.(alert);
  }

  /**
   * Follows the load: more workers at once, fewer when it has been calm for a while.
   *
   * @throws TypeError or RangeError if the load is no finite number from 0
   */
  scaleBasedOnLoad(loadMetrics: LoadMetrics): void {
    const wanted = Math.max(this.#minWorkers, Math.min(this.#maxWorkers, workersFor(loadMetrics)));
    if (wanted >= this.#workers) this.#fewer = [];
    else this.#fewer.push(wanted);
    const isCalm = this.#fewer.length === CALM_READINGS;
    const workers = isCalm ? Math.max(...this.#fewer) : Math.max(this.#workers, wanted);
    if (workers === this.#workers) return;
    this.#workers = workers;
    this.#fewer = [];
    this.#onScale?.(workers);
  }
}

/**
 * Little's law [9]: as many are being worked on, on average, as come in the time that the work on one takes. So many
 * workers are busy all the time; with a quarter more of their time to spare, the queue before them stays short.
 *
 * By the service time, not by the response time: that has the queue in it, which more workers make shorter.
 */
export function workersFor({ arrivalsPerSecond, serviceMs }: LoadMetrics): number {
  finiteFrom0('arrivalsPerSecond', arrivalsPerSecond);
  finiteFrom0('serviceMs', serviceMs);
  const busy = (arrivalsPerSecond * serviceMs) / 1000;
  return Math.ceil(busy / TARGET_UTILIZATION);
}
