// Several subjects, side by side.

import { availableParallelism } from 'node:os';
import { type Format, formatReport } from './report.ts';
import { randomNumbers } from './statistics.ts';
import { type Scenario, ScenarioResult } from './result.ts';
import { type Milliseconds, positive, positiveInteger, type Station, type Unit } from './subject.ts';

/** How much, and for how long, is measured. */
export interface RunnerOptions {
  /** How often everything is done again with new stations, at the most. @default 5 */
  readonly generations?: number;
  /** How long a scenario takes. Slow subjects may take longer: some rounds are measured in any case. @default 10,000 */
  readonly budgetMs?: Milliseconds;
  /** Ends the measuring at once; what was measured until then is the result. */
  readonly signal?: AbortSignal;
  /** Told now and then what share of its budget a scenario has spent, from 0 to 1. */
  readonly onProgress?: (scenario: string, share: number) => void;
  /** @default performance.now */
  readonly now?: () => Milliseconds;
}

/** The rounds that a generation has in any case, and those after which more would tell little. */
const ROUNDS: Readonly<Record<Unit, readonly [least: number, most: number]>> = { 'ns/op': [12, 60], 'B/entry': [5, 5] };
/** A subject that has used up this many times its share of the time sits a round out, after some first ones. */
const PATIENCE = 2;
const FIRST_ROUNDS = 3;

/** One station in the course of a generation. */
interface Entry {
  readonly name: string;
  readonly station: Station;
  readonly samples: number[];
  spentMs: Milliseconds;
}

/**
 * Measures subjects in turns, a sample at a time, so that what disturbs the machine disturbs all of them alike.
 */
export class BenchmarkRunner {
  readonly #generations: number;
  readonly #budgetMs: Milliseconds;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: NonNullable<RunnerOptions['onProgress']>;
  readonly #now: () => Milliseconds;
  readonly #random = randomNumbers(7);

  /** @throws TypeError or RangeError if a number is out of its range */
  constructor(options: RunnerOptions = {}) {
    const { generations = 5, budgetMs = 10_000, signal, onProgress = () => {}, now = () => performance.now() } = options;
    this.#generations = positiveInteger('generations', generations);
    this.#budgetMs = positive('budgetMs', budgetMs);
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#now = now;
  }

  /** One after the other; those that an abort leaves no time for are missing. */
  async runComparativeBenchmark(scenarios: readonly Scenario[]): Promise<ScenarioResult[]> {
    const results: ScenarioResult[] = [];
    for (const scenario of scenarios) {
      if (!this.#signal?.aborted) results.push(await this.benchmarkScenario(scenario));
    }
    return results;
  }

  /**
   * One that fails is out, and the others go on. The last subject that has not failed is measured a second time, by a
   * station of its own, as if it were another: by that is known what the machine does to equals.
   */
  async benchmarkScenario(scenario: Scenario): Promise<ScenarioResult> {
    const start = this.#now();
    const result = new ScenarioResult(scenario);
    const generations = scenario.unit === 'B/entry' ? 1 : this.#generations; // a heap weighs the same in any process
    for (let generation = 0; generation < generations && !this.#signal?.aborted; generation++) {
      if (generation > 0 && this.#now() - start > this.#budgetMs) break;
      await this.#measureGeneration(scenario, result, start, (generation + 1) / generations);
    }
    return result;
  }

  /** @see {@link formatReport} */
  generateReport(results: readonly ScenarioResult[], format: Format): string {
    return formatReport(results, format);
  }

  async #measureGeneration(scenario: Scenario, result: ScenarioResult, start: Milliseconds, share: number): Promise<void> {
    const enter = (name: string): Entry => ({ name, station: scenario.subjects[name]!(), samples: [], spentMs: 0 });
    const entries = result.unfailed.map(enter);
    const doubled = entries.at(-1);
    if (!doubled) return;
    const twin = enter(doubled.name);
    const all = [...entries, twin];
    const close = () => all.forEach(({ station }) => station.close());
    this.#signal?.addEventListener('abort', close);
    try {
      await this.#warmAll(all, result);
      await this.#measureRounds(scenario, all, result, start, start + this.#budgetMs * share);
      result.addGeneration(entries, twin);
      for (const entry of all) {
        const figures = await this.#attempt(entry, result, () => entry.station.finish());
        if (figures) result.addFigures(entry.name, figures);
      }
    } finally {
      this.#signal?.removeEventListener('abort', close);
      close();
    }
  }

  /** As many at a time as there are processors: warming up is not timed to the per cent. */
  async #warmAll(entries: readonly Entry[], result: ScenarioResult): Promise<void> {
    const queue = entries.values();
    const warmInTurn = async () => {
      for (const entry of queue) await this.#attempt(entry, result, () => entry.station.warm());
    };
    await Promise.all(Array.from({ length: availableParallelism() }, warmInTurn));
  }

  // #region rounds
  /** In each round everybody gives one sample, in an order drawn anew, so that nobody always follows the same one. */
  async #measureRounds(
    { name, unit }: Scenario,
    entries: readonly Entry[],
    result: ScenarioResult,
    start: Milliseconds,
    end: Milliseconds,
  ): Promise<void> {
    const [least, most] = ROUNDS[unit];
    for (let round = 0; round < most && (round < least || this.#now() < end); round++) {
      const inPlay = entries.filter((entry) => !result.failures.has(entry.name));
      const fairShare = inPlay.reduce((sum, { spentMs }) => sum + spentMs, 0) / inPlay.length;
      for (const entry of shuffled(inPlay, this.#random)) {
        if (this.#signal?.aborted) return;
        entry.samples[round] = NaN;
        if (entry.spentMs > PATIENCE * fairShare && round >= FIRST_ROUNDS) continue;
        const sample = await this.#attempt(entry, result, () => entry.station.sample());
        if (!sample) continue;
        entry.samples[round] = sample.value;
        entry.spentMs += sample.durationMs;
      }
      this.#onProgress(name, Math.min(1, (this.#now() - start) / this.#budgetMs));
    }
  }
  // #endregion rounds

  /** Does it, unless the subject has failed; notes if it fails now, by itself and not by an abort. */
  async #attempt<T>({ name }: Entry, result: ScenarioResult, act: () => Promise<T>): Promise<T | undefined> {
    if (result.failures.has(name) || this.#signal?.aborted) return undefined;
    try {
      return await act();
    } catch (error) {
      if (!this.#signal?.aborted) result.failures.set(name, error as Error);
      return undefined;
    }
  }
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const left = [...values];
  return values.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}
