// #region solution only
import { inspect } from 'node:util';

// #endregion
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

// #region solution only
/** So many measurements are compared: as many of a change as without it. */
const SAMPLES = TRIAL_CALLS / 2;

type Direction = 1 | -1;

interface Trial {
  readonly index: number;
  readonly direction: Direction;
  readonly former: number;
}

interface Watch {
  readonly isBeyond: (value: number) => boolean;
  isRaised: boolean;
  /** How many readings in a row have spoken for the other state. */
  against: number;
}

// #endregion
/**
 * Changes parameters while the program runs, and keeps what makes it better; says when a metric is beyond its
 * threshold; follows the load with the number of workers.
 */
export class RealTimeOptimizer {
  // #region solution only
  readonly #parameters: readonly TunableParameter[];
  readonly #values: number[];
  readonly #objective: (() => number) | undefined;
  /** What was measured since the last change. */
  #samples: number[] = [];
  /** What was measured before the change that is on trial. */
  #baseline: number[] = [];
  #trial: Trial | undefined;
  #next: Pick<Trial, 'index' | 'direction'> = { index: 0, direction: 1 };

  #watches = new Map<string, Watch>();
  readonly #onAlert: NonNullable<OptimizerOptions['onAlert']>;

  readonly #minWorkers: number;
  readonly #maxWorkers: number;
  readonly #onScale: NonNullable<OptimizerOptions['onScale']>;
  #workers: number;
  /** What the latest readings asked for, while all of them asked for fewer. */
  #fewer: number[] = [];

  // #endregion
  /**
   * @throws TypeError if an option has the wrong type, or parameters come without `objective`
   * @throws RangeError if a number is out of its range
   */
  constructor(options: OptimizerOptions = {}) {
    // #region step 6.6
    const { parameters = [], objective, minWorkers = 1, maxWorkers = Math.max(64, minWorkers) } = options;
    const { onScale = () => {}, onAlert = () => {} } = options;
    for (const parameter of parameters) requireParameter(parameter);
    if (objective !== undefined) requireType('function', 'objective', objective);
    else if (parameters.length > 0) throw new TypeError('parameters need objective, which was not given');
    positiveInteger('minWorkers', minWorkers);
    positiveInteger('maxWorkers', maxWorkers);
    if (minWorkers > maxWorkers) {
      throw new RangeError(`minWorkers must be at most maxWorkers (${maxWorkers}), received ${minWorkers}`);
    }
    requireType('function', 'onScale', onScale);
    requireType('function', 'onAlert', onAlert);
    this.#parameters = parameters;
    this.#values = parameters.map(({ value }) => value);
    this.#objective = objective;
    this.#minWorkers = this.#workers = minWorkers;
    this.#maxWorkers = maxWorkers;
    this.#onScale = onScale;
    this.#onAlert = onAlert;
    // #endregion
  }

  /**
   * Measures once, and goes one step further in tuning: to be called at regular intervals, each long enough
   * for a change to show.
   */
  autoTuneParameters(): void {
    // #region step 6.6
    if (!this.#objective || this.#parameters.length === 0) return;
    this.#samples.push(this.#objective());
    if (this.#samples.length < SAMPLES) return;
    const isKept = this.#trial !== undefined && Math.max(...this.#samples) < Math.min(...this.#baseline);
    if (this.#trial && !isKept) {
      // Measured anew before the next trial: the load may have changed meanwhile.
      this.#put(this.#trial.index, this.#trial.former);
      this.#turn(this.#trial);
      this.#trial = undefined;
    } else {
      this.#baseline = this.#samples;
      this.#try();
    }
    this.#samples = [];
    // #endregion
  }

  /** From now on `metrics` are compared with these thresholds, and with no others. */
  setupPerformanceAlerts(thresholds: PerformanceThresholds): void {
    // #region step 6.6
    this.#watches = new Map(
      Object.entries(thresholds).map(([metric, threshold]) => {
        const bound = 'above' in threshold ? threshold.above : threshold.below;
        requireType('number', `thresholds[${inspect(metric)}]`, bound);
        const isBeyond = (value: number) => ('above' in threshold ? value > bound : value < bound);
        return [metric, { isBeyond, isRaised: false, against: 0 }];
      }),
    );
    // #endregion
  }

  /** Compares readings with the thresholds; what is not among them is as it was. */
  observe(metrics: Readonly<Record<string, number>>): void {
    // #region step 6.6
    for (const [metric, watch] of this.#watches) {
      const value = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
      if (value === undefined) continue;
      watch.against = watch.isBeyond(value) === watch.isRaised ? 0 : watch.against + 1;
      if (watch.against < ALERT_READINGS) continue;
      watch.against = 0;
      watch.isRaised = !watch.isRaised;
      this.#onAlert({ metric, state: watch.isRaised ? 'raised' : 'cleared', value });
    }
    // #endregion
  }

  /** How many workers there should be. */
  get workers(): number {
    // #region step 6.6
    return this.#workers;
    // #endregion
  }

  /**
   * Follows the load: by Little's law, of the requests that come, as many are being worked on at a time as
   * come in the time that one takes. More workers at once, fewer when it has been calm for a while.
   *
   * @throws RangeError if the load is no number from 0
   */
  scaleBasedOnLoad(loadMetrics: LoadMetrics): void {
    // #region step 6.6
    const { arrivalsPerSecond, serviceMs } = loadMetrics;
    finiteFrom0('arrivalsPerSecond', arrivalsPerSecond);
    finiteFrom0('serviceMs', serviceMs);
    const busy = (arrivalsPerSecond * serviceMs) / 1000;
    const wanted = Math.ceil(busy / TARGET_UTILIZATION);
    const workers = Math.min(this.#maxWorkers, Math.max(this.#minWorkers, wanted));
    this.#fewer = workers < this.#workers ? [...this.#fewer, workers] : [];
    if (workers > this.#workers) this.#scale(workers);
    else if (this.#fewer.length === CALM_READINGS) this.#scale(Math.max(...this.#fewer));
    // #endregion
  }
  // #region solution only

  /** Begins the next trial that stays within the range, if there is one. */
  #try(): void {
    this.#trial = undefined;
    for (let tries = 0; tries < 2 * this.#parameters.length && !this.#trial; tries++) {
      const { index, direction } = this.#next;
      const { min, max, step } = this.#parameters[index]!;
      const former = this.#values[index]!;
      const value = Math.min(max, Math.max(min, former + direction * step));
      if (value === former) {
        this.#turn(this.#next);
      } else {
        this.#trial = { index, direction, former };
        this.#put(index, value);
      }
    }
  }

  /** To the other direction, and after that to the next parameter. */
  #turn({ index, direction }: Pick<Trial, 'index' | 'direction'>): void {
    const next = (index + 1) % this.#parameters.length;
    this.#next = direction === 1 ? { index, direction: -1 } : { index: next, direction: 1 };
  }

  #put(index: number, value: number): void {
    this.#values[index] = value;
    this.#parameters[index]!.apply(value);
  }

  #scale(workers: number): void {
    this.#workers = workers;
    this.#fewer = [];
    this.#onScale(workers);
  }
  // #endregion
}
// #region solution only

function requireParameter({ name, value, min, max, step, apply }: TunableParameter): void {
  for (const [what, number] of Object.entries({ value, min, max, step })) {
    requireType('number', `${what} of ${name}`, number);
  }
  if (!(min <= value && value <= max)) {
    throw new RangeError(`value of ${name} must be from ${min} to ${max}, received ${value}`);
  }
  if (!(step > 0)) throw new RangeError(`step of ${name} must be above 0, received ${step}`);
  requireType('function', `apply of ${name}`, apply);
}

function finiteFrom0(name: string, value: number): void {
  requireType('number', name, value);
  if (value >= 0 && value < Infinity) return;
  throw new RangeError(`${name} must be a finite number from 0, received ${value}`);
}

function positiveInteger(name: string, value: number): void {
  requireType('number', name, value);
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`${name} must be an integer from 1, received ${value}`);
}

function requireType(type: 'number' | 'function', name: string, value: unknown): void {
  if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, received ${inspect(value)}`);
}
// #endregion
