// What a scenario has yielded, and what can be asked of it.

import { type Generations, median, type Ratio, ratioOf, type Verdict, verdictOf } from './statistics.ts';
import type { Figures, Station, Unit } from './subject.ts';

/** Subjects that are compared, and by what. */
export interface Scenario {
  readonly name: string;
  readonly unit: Unit;
  /** By name; each opens a new station for each generation. */
  readonly subjects: Readonly<Record<string, () => Station>>;
}

interface Measured {
  readonly name: string;
  /** By round; NaN where it sat the round out. */
  readonly samples: readonly number[];
}

/** All samples of a scenario, and what they say. */
export class ScenarioResult {
  readonly scenario: Scenario;
  /** Why subjects are out, by their names. */
  readonly failures = new Map<string, Error>();

  readonly #samples = new Map<string, Generations>();
  readonly #figures = new Map<string, Figures>();
  /** One subject and itself: the same in each generation, unless it failed. Of the same length. */
  readonly #ones: (readonly number[])[] = [];
  readonly #twins: (readonly number[])[] = [];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  /** @internal */
  addGeneration(measured: readonly Measured[], twin: Measured): void {
    for (const { name, samples } of measured) {
      this.#samples.set(name, [...this.#generationsOf(name), ...this.#independent(samples)]);
      if (name !== twin.name) continue;
      this.#ones.push(...this.#independent(samples));
      this.#twins.push(...this.#independent(twin.samples));
    }
  }

  /** @internal */
  addFigures(name: string, figures: Figures): void {
    this.#figures.set(name, figures);
  }

  /** The names of the subjects that have not failed, in the order of the scenario. */
  get unfailed(): string[] {
    return Object.keys(this.scenario.subjects).filter((name) => !this.failures.has(name));
  }

  /** Those of them of which there is a sample at least: an abort may leave others. */
  get measured(): string[] {
    return this.unfailed.filter((name) => this.samplesOf(name).length > 0);
  }

  /** All of a subject's samples, in its scenario's unit. */
  samplesOf(name: string): number[] {
    return this.#generationsOf(name).flat().filter(Number.isFinite);
  }

  /** The median of the medians of the generations: of each, because they have different numbers of samples. */
  valueOf(name: string): number {
    const medians = this.#generationsOf(name)
      .map((samples) => samples.filter(Number.isFinite))
      .filter((samples) => samples.length > 0)
      .map(median);
    return median(medians);
  }

  /** What a subject told at its last {@link Station.finish}. */
  figuresOf(name: string): Figures {
    return this.#figures.get(name) ?? {};
  }

  /** A subject against itself. */
  get aa(): Ratio {
    return ratioOf(this.#ones, this.#twins);
  }

  /** Of what `a` takes to what `b` takes. */
  ratio(a: string, b: string): Ratio {
    return ratioOf(this.#generationsOf(a), this.#generationsOf(b));
  }

  /** On `a`, beside `b`. */
  verdict(a: string, b: string): Verdict {
    return verdictOf(this.ratio(a, b), this.aa);
  }

  /** What is kept is built anew for each sample, and weighs what it weighs in any process: each is a generation. */
  #independent(samples: readonly number[]): Generations {
    return this.scenario.unit === 'B/entry' ? samples.map((sample) => [sample]) : [[...samples]];
  }

  #generationsOf(name: string): Generations {
    return this.#samples.get(name) ?? [];
  }
}
