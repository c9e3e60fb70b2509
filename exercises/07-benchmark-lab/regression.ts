import { fingerprint, type Metrics, type RegressionResult, type Thresholds } from '#contract/07-benchmark-lab';
import { todo } from '#todo';

/** Today beside a day that was good: keeps a baseline, and says what is worse than it. */
export class PerformanceRegressionTester {
  /**
   * @param path of the JSON file that keeps the baseline
   * @param machine which baselines may be compared with what is measured here
   * @throws TypeError or RangeError if a threshold is not above 0
   */
  constructor(path: string, thresholds: Thresholds = {}, machine = fingerprint()) {
    todo('7.6');
  }

  /** Keeps the metrics for later, in place of what was kept before. */
  establishBaseline(metrics: Metrics): void {
    todo('7.6');
  }

  /**
   * Compares with the baseline. Operations that only one of the two has are left out.
   *
   * @throws BaselineError if there is none, or it is of another machine
   */
  validatePerformance(metrics: Metrics): RegressionResult {
    todo('7.6');
  }
}
