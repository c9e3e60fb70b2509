// One step after the other, each on trial.

import { callable, number, TRIAL_CALLS, type TunableParameter } from './options.ts';

/** So many measurements are set against as many from before the change. */
const SAMPLES = TRIAL_CALLS / 2;

/** A change of one parameter by one step. */
interface Move {
  readonly index: number;
  readonly direction: 1 | -1;
}

/** Either the parameters are measured as they are, or a move is on trial against what was measured before. */
type Phase =
  | { readonly name: 'measuring'; readonly samples: number[] }
  | {
      readonly name: 'trying';
      readonly samples: number[];
      readonly move: Move;
      readonly former: number;
      /** The least of what was measured before. */
      readonly best: number;
    };

/**
 * Hill climbing, downhill, with a guard.
 *
 * A move is kept if each of five measurements is below each of the five before it. Where it changes nothing, that is
 * so by chance in one of 252 trials, whatever the noise is like: a rank test [8]. The first measurement that is not
 * below ends the trial, so a bad change is in effect for one call, mostly. After that it is measured anew: what was
 * true before the trial may not be so any longer.
 */
export class HillClimbing {
  readonly #parameters: readonly TunableParameter[];
  readonly #values: number[];
  #phase: Phase = { name: 'measuring', samples: [] };
  #next: Move = { index: 0, direction: 1 };

  /** @throws TypeError or RangeError if a parameter is not what it has to be */
  constructor(parameters: readonly TunableParameter[]) {
    for (const parameter of parameters) validate(parameter);
    this.#parameters = parameters;
    this.#values = parameters.map(({ value }) => value);
  }

  // #region measured
  measured(value: number): void {
    const { samples } = this.#phase;
    samples.push(value);
    if (this.#phase.name === 'trying' && !(value < this.#phase.best)) {
      this.#put(this.#phase.move.index, this.#phase.former);
      this.#turn();
      this.#phase = { name: 'measuring', samples: [] };
    } else if (samples.length === SAMPLES) {
      this.#try(Math.min(...samples));
    }
  }
  // #endregion measured

  /** Begins the next move that stays within the range of its parameter, if there is one. */
  #try(best: number): void {
    this.#phase = { name: 'measuring', samples: [] };
    for (let moves = 2 * this.#parameters.length; moves > 0; moves--) {
      const { index, direction } = this.#next;
      const { min, max, step } = this.#parameters[index]!;
      const former = this.#values[index]!;
      const value = Math.max(min, Math.min(max, former + direction * step));
      if (value !== former) {
        this.#phase = { name: 'trying', samples: [], move: this.#next, former, best };
        this.#put(index, value);
        return;
      }
      this.#turn();
    }
  }

  /** The other way, and after that the next parameter. */
  #turn(): void {
    const { index, direction } = this.#next;
    if (direction === 1) this.#next = { index, direction: -1 };
    else this.#next = { index: (index + 1) % this.#parameters.length, direction: 1 };
  }

  #put(index: number, value: number): void {
    this.#values[index] = value;
    this.#parameters[index]!.apply(value);
  }
}

function validate({ name, value, min, max, step, apply }: TunableParameter): void {
  number(`value of ${name}`, value);
  number(`min of ${name}`, min);
  number(`max of ${name}`, max);
  number(`step of ${name}`, step);
  callable(`apply of ${name}`, apply);
  if (!(value >= min && value <= max)) {
    throw new RangeError(`value of ${name} must be from ${min} to ${max}, received ${value}`);
  }
  if (!(step > 0)) throw new RangeError(`step of ${name} must be above 0, received ${step}`);
}
