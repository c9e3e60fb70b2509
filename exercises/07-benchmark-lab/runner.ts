import {
  type Figures,
  type Format,
  type Generations,
  LEAST_ROUNDS,
  type Milliseconds,
  MOST_ROUNDS,
  positive,
  positiveInteger,
  type Ratio,
  type RunnerOptions,
  type Scenario,
  type ScenarioResult,
  type Station,
  type Verdict,
} from '#contract/07-benchmark-lab';
import { todo } from '#todo';

/** Measures subjects in turns, a sample at a time, so that what disturbs the machine disturbs all of them alike. */
export class BenchmarkRunner {
  /** @throws TypeError or RangeError if a number is out of its range */
  constructor({ generations = 5, budgetMs = 10_000, now = () => performance.now() }: RunnerOptions = {}) {
    todo('7.3');
  }

  /** One after the other. */
  async runComparativeBenchmark(scenarios: readonly Scenario[]): Promise<ScenarioResult[]> {
    todo('7.3');
  }

  /**
   * Side by side, in generations of new stations; the last subject that has not failed is there twice. One that fails
   * is out, and the others go on.
   */
  async benchmarkScenario(scenario: Scenario): Promise<ScenarioResult> {
    todo('7.3');
  }

  /**
   * As JSON: of each scenario its name, unit, A/A ratio, failures, and of each subject what is known of it.
   *
   * @throws RangeError if there is no such format
   */
  generateReport(results: readonly ScenarioResult[], format: Format): string {
    todo('7.3');
  }
}
