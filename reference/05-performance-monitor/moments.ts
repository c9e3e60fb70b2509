// Count, extremes, mean and deviation of numbers that are not kept.

/**
 * Sums of the numbers and of their squares, both of distances from the first number.
 *
 * The textbook's deviation is the root of a small difference of two large sums, of which rounding leaves
 * nothing when the numbers are large and differ by little. Welford's method [5] avoids the difference at the
 * price of a division for each number, on which the next one has to wait: half of the time of a record.
 * Distances from the mean itself would be ideal, and are not to be had before the end. The first number is
 * nearly as good, for it is one of them: its own distance from the mean is part of the deviation, so the
 * difference is never smaller than an n-th of what it is taken from.
 */
export class Moments {
  count = 0;
  min = Infinity;
  max = 0;
  /** The first number; 0 before there is one. */
  origin = 0;
  /** Σ (x − origin). */
  sum = 0;
  /** Σ (x − origin)². */
  squares = 0;

  get mean(): number {
    return this.count === 0 ? 0 : this.origin + this.sum / this.count;
  }

  /** Σ (x − mean)²: 0 or more, however it was rounded. */
  get spread(): number {
    return this.count === 0 ? 0 : Math.max(0, this.squares - (this.sum * this.sum) / this.count);
  }

  /** A group of one, in short. */
  add(value: number): void {
    if (this.count === 0) this.origin = value;
    const distance = value - this.origin;
    this.count++;
    this.sum += distance;
    this.squares += distance * distance;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  /** Numbers of which only this much is known; one at least. */
  addGroup({ count, min, max, mean, spread }: Group): void {
    if (this.count === 0) this.origin = mean;
    const distance = mean - this.origin;
    this.count += count;
    this.sum += count * distance;
    this.squares += spread + count * distance * distance;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }
}

export type Group = Pick<Moments, 'count' | 'min' | 'max' | 'mean' | 'spread'>;

/** `first`, `first − step`, `first − 2 × step` and so on: so many of them, without looking at each. */
export function progression(count: number, first: number, step: number): Group {
  const last = first - (count - 1) * step;
  const spread = (step * step * count * (count * count - 1)) / 12;
  return { count, min: last, max: first, mean: (first + last) / 2, spread };
}
