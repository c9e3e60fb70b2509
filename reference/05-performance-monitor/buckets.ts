// Which bucket a duration belongs to, and which durations belong to a bucket: arithmetic, and nothing else.
//
// A floating-point number is a sign, an exponent and a fraction, one after the other: 1, 11 and 52 bits. Read
// as an integer it is therefore monotone: the larger the number, the larger the integer. The integer without
// its last bits has the exponent, which is the octave, and the first bits of the fraction, which say where in
// the octave: that is a log-linear bucket, and no logarithm was taken.

import type { Milliseconds } from './options.ts';

/** How far the middle of a bucket may be from what it counts, as a part of it: promised, not reached. */
export const RELATIVE_ERROR = 0.01;

/**
 * An octave has 2⁶ buckets. Each is at most 1/64 of what it counts wide, so its middle is at most 1/128 off:
 * 0.8 per cent. One bit more would be half of that for twice the memory.
 */
const STEP_BITS = 6;

/** 2⁻²⁰ ms is just below a nanosecond, 2²⁷ ms is a day and a half. */
const FIRST_OCTAVE = -20;
const END_OCTAVE = 27;

const EXPONENT_OF_1 = 1_023;
/** Of the fraction, as far as it stands in the upper half of the number. */
const FRACTION_BITS = 20;
const SHIFT = FRACTION_BITS - STEP_BITS;
/** What the bits say of the bucket before the first: number 0, which has all that is shorter. */
const ZEROTH = ((FIRST_OCTAVE + EXPONENT_OF_1) << STEP_BITS) - 1;

/** 3,009: the last one also has all that is longer. */
export const BUCKETS = 1 + ((END_OCTAVE - FIRST_OCTAVE) << STEP_BITS);

// One number in two views. The upper half has all that is asked for; which half that is in memory depends on
// the processor.
const number = new Float64Array(1);
const halves = new Int32Array(number.buffer);
number[0] = 1;
const UPPER = halves[1] === 0 ? 0 : 1;
number[0] = 0;

/** The bucket of a duration that is finite, and 0 or more. */
// #region bucket
export function bucketOf(duration: Milliseconds): number {
  number[0] = duration;
  const bucket = (halves[UPPER]! >> SHIFT) - ZEROTH;
  return bucket < 0 ? 0 : bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/** The least duration that belongs to a bucket: its bits, then zeros. */
export const edgeOf = (bucket: number): Milliseconds =>
  bucket === 0 ? 0 : numberOf((bucket + ZEROTH) << SHIFT);

/** The number in the middle of a bucket: its bits, then a 1, then zeros. Of the shortest, 0. */
export const middleOf = (bucket: number): Milliseconds =>
  bucket === 0 ? 0 : numberOf(((bucket + ZEROTH) << SHIFT) | (1 << (SHIFT - 1)));

function numberOf(upper: number): number {
  number[0] = 0;
  halves[UPPER] = upper;
  return number[0]!;
}
// #endregion bucket
