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
// #region solution only
import { randomNumbers } from '#framework';
import { mad, median, ratioOf, verdictOf } from './statistics.ts';

/** One station in the course of a generation. */
interface Entry {
  readonly name: string;
  readonly station: Station;
  readonly samples: number[];
}
// #endregion

/** Measures subjects in turns, a sample at a time, so that what disturbs the machine disturbs all of them alike. */
export class BenchmarkRunner {
  // #region solution only
  readonly #generations: number;
  readonly #budgetMs: Milliseconds;
  readonly #now: () => Milliseconds;
  readonly #random = randomNumbers(1);

  // #endregion
  /** @throws TypeError or RangeError if a number is out of its range */
  constructor({ generations = 5, budgetMs = 10_000, now = () => performance.now() }: RunnerOptions = {}) {
    // #region step 7.3
    this.#generations = positiveInteger('generations', generations);
    this.#budgetMs = positive('budgetMs', budgetMs);
    this.#now = now;
    // #endregion
  }

  /** One after the other. */
  async runComparativeBenchmark(scenarios: readonly Scenario[]): Promise<ScenarioResult[]> {
    // #region step 7.3
    const results: ScenarioResult[] = [];
    for (const scenario of scenarios) results.push(await this.benchmarkScenario(scenario));
    return results;
    // #endregion
  }

  /**
   * Side by side, in generations of new stations; the last subject that has not failed is there twice. One that fails
   * is out, and the others go on.
   */
  async benchmarkScenario(scenario: Scenario): Promise<ScenarioResult> {
    // #region step 7.3
    const start = this.#now();
    const result = new Result(scenario);
    for (let done = 0; done < this.#generations; done++) {
      if (done > 0 && this.#now() - start > this.#budgetMs) break;
      await this.#measureGeneration(result, start + (this.#budgetMs * (done + 1)) / this.#generations);
    }
    return result;
    // #endregion
  }

  /**
   * As JSON: of each scenario its name, unit, A/A ratio, failures, and of each subject what is known of it.
   *
   * @throws RangeError if there is no such format
   */
  generateReport(results: readonly ScenarioResult[], format: Format): string {
    // #region step 7.3
    if (format !== 'json') throw new RangeError(`format must be json, received ${String(format)}`);
    return JSON.stringify(results.map(reportOf));
    // #endregion
  }
  // #region solution only

  async #measureGeneration(result: Result, end: Milliseconds): Promise<void> {
    const enter = (name: string): Entry => ({ name, station: result.scenario.subjects[name]!(), samples: [] });
    const entries = result.measured.map(enter);
    const doubled = entries.at(-1);
    if (!doubled) return;
    const twin = enter(doubled.name);
    const all = [...entries, twin];
    try {
      for (const entry of all) await result.attempt(entry.name, () => entry.station.warm());
      for (let round = 0; round < MOST_ROUNDS && (round < LEAST_ROUNDS || this.#now() < end); round++) {
        for (const entry of this.#shuffled(all)) {
          const sample = await result.attempt(entry.name, () => entry.station.sample());
          entry.samples[round] = sample?.value ?? NaN;
        }
      }
      for (const { name, station } of all) {
        const figures = await result.attempt(name, () => station.finish());
        if (figures) result.figures.set(name, figures);
      }
      result.add(entries, doubled, twin);
    } finally {
      for (const { station } of all) station.close();
    }
  }

  /** In another order each time, so that nobody always follows the same one. */
  #shuffled<T>(values: readonly T[]): T[] {
    const left = [...values];
    return values.map(() => left.splice(Math.floor(this.#random() * left.length), 1)[0]!);
  }
  // #endregion
}
// #region solution only

class Result implements ScenarioResult {
  readonly scenario: Scenario;
  readonly failures = new Map<string, Error>();
  readonly figures = new Map<string, Figures>();
  readonly #samples = new Map<string, Generations>();
  #ones: Generations = [];
  #twins: Generations = [];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  get measured(): string[] {
    return Object.keys(this.scenario.subjects).filter((name) => !this.failures.has(name));
  }

  get aa(): Ratio {
    return ratioOf(this.#ones, this.#twins);
  }

  samplesOf(name: string): number[] {
    return this.#generationsOf(name).flat().filter(Number.isFinite);
  }

  valueOf(name: string): number {
    const generations = this.#generationsOf(name).map((samples) => samples.filter(Number.isFinite));
    return median(generations.filter((samples) => samples.length > 0).map(median));
  }

  figuresOf(name: string): Figures {
    return this.figures.get(name) ?? {};
  }

  ratio(a: string, b: string): Ratio {
    return ratioOf(this.#generationsOf(a), this.#generationsOf(b));
  }

  verdict(a: string, b: string): Verdict {
    return verdictOf(this.ratio(a, b), this.aa);
  }

  /** Does it, unless the subject has failed; notes if it fails now. */
  async attempt<T>(name: string, act: () => Promise<T>): Promise<T | undefined> {
    if (this.failures.has(name)) return undefined;
    try {
      return await act();
    } catch (error) {
      this.failures.set(name, error as Error);
      return undefined;
    }
  }

  add(entries: readonly Entry[], doubled: Entry, twin: Entry): void {
    for (const { name, samples } of entries) this.#samples.set(name, [...this.#generationsOf(name), samples]);
    this.#ones = [...this.#ones, doubled.samples];
    this.#twins = [...this.#twins, twin.samples];
  }

  #generationsOf(name: string): Generations {
    return this.#samples.get(name) ?? [];
  }
}

function reportOf(result: ScenarioResult) {
  const { name, unit } = result.scenario;
  const [first] = result.measured;
  const subjects = result.measured.map((subject) => ({
    name: subject,
    value: result.valueOf(subject),
    mad: mad(result.samplesOf(subject)),
    samples: result.samplesOf(subject).length,
    ratio: result.ratio(subject, first!),
    verdict: subject === first ? 'level' : result.verdict(subject, first!),
    figures: result.figuresOf(subject),
  }));
  const failures = Object.fromEntries([...result.failures].map(([subject, { message }]) => [subject, message]));
  return { name, unit, aa: result.aa, subjects, failures };
}
// #endregion
