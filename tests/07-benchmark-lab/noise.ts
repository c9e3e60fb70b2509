import { randomNumbers } from '#framework';

/** Noise as samples have it, the same for the same seed. */
export class Noise {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomNumbers(seed);
  }

  /** Normally distributed, of mean 0 and deviation 1: the sum of twelve is near enough. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.random();
    return sum;
  }

  /** By which something is off, as likely up as down; `spread` is its deviation, 0.1 for a tenth. */
  factor(spread: number): number {
    return Math.exp(spread * this.normal());
  }

  /** Samples of what costs so much: each generation is off by `bias`, each round by `spread`. */
  generations(cost: number, { count = 5, rounds = 10, bias = 0.05, spread = 0.1 } = {}): number[][] {
    return Array.from({ length: count }, () => {
      const off = this.factor(bias);
      return Array.from({ length: rounds }, () => cost * off * this.factor(spread));
    });
  }
}
