// The clock by default.

import type { Milliseconds } from './options.ts';

const { bigint: nanoseconds } = process.hrtime;

const NS_PER_MS = 1e6;
/** When `performance.now()` was 0, to within the time between these two readings. */
const ORIGIN = nanoseconds() - BigInt(Math.round(performance.now() * NS_PER_MS));

/**
 * What `performance.now()` tells, for two thirds of its price: in Node 20 that has more to do than to read
 * the clock of the processor, which is what both of them do in the end.
 *
 * `asIntN` changes nothing but V8's mind: a difference that fits a machine word needs no BigInt on the heap.
 */
export const monotonicNow = (): Milliseconds => Number(BigInt.asIntN(64, nanoseconds() - ORIGIN)) / NS_PER_MS;
