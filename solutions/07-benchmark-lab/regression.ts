// #region solution only
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
// #endregion
import { fingerprint, type Metrics, type RegressionResult, type Thresholds } from '#contract/07-benchmark-lab';
// #region solution only
import {
  BaselineError,
  FEWEST_COLLECTIONS,
  type Finding,
  type Generations,
  type OperationMetrics,
  positive,
  type Ratio,
} from '#contract/07-benchmark-lab';
import { randomNumbers } from '#framework';
import { bootstrap, drawnMean, mean, median } from './statistics.ts';

interface Baseline {
  readonly machine: string;
  readonly at: string;
  readonly metrics: Metrics;
}
// #endregion

/** Today beside a day that was good: keeps a baseline, and says what is worse than it. */
export class PerformanceRegressionTester {
  // #region solution only
  readonly #path: string;
  readonly #machine: string;
  readonly #thresholds: Required<Thresholds>;

  // #endregion
  /**
   * @param path of the JSON file that keeps the baseline
   * @param machine which baselines may be compared with what is measured here
   * @throws TypeError or RangeError if a threshold is not above 0
   */
  constructor(path: string, thresholds: Thresholds = {}, machine = fingerprint()) {
    // #region step 7.6
    this.#path = path;
    this.#machine = machine;
    this.#thresholds = { time: 0.2, allocation: 0.3, collections: 0.5, improvement: 0.1, ...thresholds };
    for (const [name, threshold] of Object.entries(this.#thresholds)) positive(name, threshold);
    // #endregion
  }

  /** Keeps the metrics for later, in place of what was kept before. */
  establishBaseline(metrics: Metrics): void {
    // #region step 7.6
    const baseline: Baseline = { machine: this.#machine, at: new Date().toISOString(), metrics };
    writeFileSync(`${this.#path}.new`, JSON.stringify(baseline));
    renameSync(`${this.#path}.new`, this.#path); // so that nobody ever reads half of it
    // #endregion
  }

  /**
   * Compares with the baseline. Operations that only one of the two has are left out.
   *
   * @throws BaselineError if there is none, or it is of another machine
   */
  validatePerformance(metrics: Metrics): RegressionResult {
    // #region step 7.6
    const { at, metrics: before } = this.#read();
    const findings = Object.entries(metrics).flatMap(([operation, now]) => {
      const then = before[operation];
      return then ? this.#compare(operation, now, then) : [];
    });
    const worse = findings.filter(({ change }) => change === 'regression').map(({ operation }) => operation);
    const success = worse.length === 0;
    const message = success ? `no regression since ${at}` : `worse than on ${at}: ${[...new Set(worse)].join(', ')}`;
    return { success, message, findings };
    // #endregion
  }
  // #region solution only

  #compare(operation: string, now: OperationMetrics, then: OperationMetrics): Finding[] {
    const judge = (measure: Finding['measure'], ratio: Ratio): Finding => {
      const { [measure]: worse, improvement } = this.#thresholds;
      return { operation, measure, ratio, change: changeOf(ratio, worse, improvement) };
    };
    const findings = [judge('time', ratioApart(inYardsticks(now), inYardsticks(then)))];
    const [bytes, bytesThen] = [now.bytesPerOperation ?? 0, then.bytesPerOperation ?? 0];
    if (bytes > 0 && bytesThen > 0) findings.push(judge('allocation', exactly(bytes / bytesThen)));
    const [count, countThen] = [now.collections ?? 0, then.collections ?? 0];
    if (Math.min(count, countThen) > 0 && Math.max(count, countThen) >= FEWEST_COLLECTIONS) {
      findings.push(judge('collections', exactly(count / countThen)));
    }
    return findings;
  }

  #read(): Baseline {
    let baseline: Baseline;
    try {
      baseline = JSON.parse(readFileSync(this.#path, 'utf8')) as Baseline;
    } catch (error) {
      throw new BaselineError(`there is no baseline in ${this.#path}: ${(error as Error).message}`);
    }
    if (baseline.machine === this.#machine) return baseline;
    throw new BaselineError(`${this.#path} is of another machine: ${baseline.machine}; this is ${this.#machine}`);
  }
  // #endregion
}
// #region solution only

/** It is one only if the whole interval lies beyond the threshold; what crosses it is to be measured again. */
function changeOf({ interval: [low, high] }: Ratio, worse: number, better: number): Finding['change'] {
  if (low > 1 + worse) return 'regression';
  if (high < 1 - better) return 'improvement';
  return high <= 1 + worse ? 'none' : 'inconclusive';
}

/** Of two sides that were measured at different times: each is drawn by itself, there are no rounds in common. */
function ratioApart(a: Generations, b: Generations): Ratio {
  const random = randomNumbers(1);
  const [as, bs] = [a, b].map((side) => side.map((rounds) => rounds.map(Math.log)));
  const [low, high] = bootstrap(() => drawnMean(as!, random) - drawnMean(bs!, random));
  const ratio = Math.exp(mean(as!.map(median)) - mean(bs!.map(median)));
  return { ratio, interval: [Math.exp(low), Math.exp(high)] };
}

/** Times as multiples of what the yardstick took in the same generation. */
function inYardsticks({ time, yardstick }: OperationMetrics): Generations {
  return time.map((rounds, g) => {
    const unit = median((yardstick[g] ?? []).filter(Number.isFinite));
    return rounds.filter(Number.isFinite).map((value) => value / unit);
  });
}

const exactly = (ratio: number): Ratio => ({ ratio, interval: [ratio, ratio] });
// #endregion
