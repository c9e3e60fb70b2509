// Traffic on which no single policy is the best: numbers of keys, in the order in which they are asked for.

import { randomNumbers } from '#framework';

/** Those that a popularity is spread over. */
export const KEYS = 100_000;
/** After so many requests the traffic with drift, or with phases, changes. */
const PERIOD = 100_000;
/** Of each {@link SCAN_PERIOD} requests, the first so many are for keys that never come again. */
const SCAN = 10_000;
const SCAN_PERIOD = 50_000;

/** The number of the key that the request `i` is for. */
type Traffic = (i: number) => number;

export interface Trace {
  readonly name: string;
  /** Entries that are kept. */
  readonly capacity: number;
  readonly traffic: () => Traffic;
}

/** A rank from 0, each in proportion to 1 ÷ (rank + 1) ** exponent. */
export function zipf(exponent: number): Traffic {
  const random = randomNumbers(1);
  const sums = new Float64Array(KEYS);
  let sum = 0;
  for (let rank = 0; rank < KEYS; rank++) sums[rank] = sum += 1 / (rank + 1) ** exponent;
  return () => {
    const place = random() * sum;
    let low = 0;
    let high = KEYS - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! > place) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

export const loop = (keys: number): Traffic => (i) => i % keys;

export function scanned(): Traffic {
  const rank = zipf(1);
  return (i) => (i % SCAN_PERIOD < SCAN ? KEYS + i : rank(i));
}

/** Who was popular is not any longer: the ranks move on by a tenth of the keys. */
export function drifting(): Traffic {
  const rank = zipf(1);
  return (i) => (rank(i) + (KEYS / 10) * Math.floor(i / PERIOD)) % KEYS;
}

/** Each of so many keys as often as the others, and after a while others. */
export function phases(keys: number): Traffic {
  const random = randomNumbers(2);
  return (i) => keys * Math.floor(i / PERIOD) + Math.floor(random() * keys);
}

/** The first `length` requests. */
export const requests = (traffic: Traffic, length: number): Uint32Array =>
  Uint32Array.from({ length }, (_, i) => traffic(i));

export const TRACES: readonly Trace[] = [
  { name: 'Zipf 0.8', capacity: 1_000, traffic: () => zipf(0.8) },
  { name: 'Zipf 0.8', capacity: 10_000, traffic: () => zipf(0.8) },
  { name: 'Zipf 1.0', capacity: 1_000, traffic: () => zipf(1) },
  { name: 'Zipf 1.0', capacity: 10_000, traffic: () => zipf(1) },
  { name: 'loop over 20,000', capacity: 10_000, traffic: () => loop(20_000) },
  { name: 'loop over 20,000', capacity: 19_000, traffic: () => loop(20_000) },
  { name: 'Zipf and scans', capacity: 1_000, traffic: scanned },
  { name: 'Zipf and scans', capacity: 10_000, traffic: scanned },
  { name: 'Zipf with drift', capacity: 1_000, traffic: drifting },
  { name: 'Zipf with drift', capacity: 10_000, traffic: drifting },
  { name: 'phases of 8,000', capacity: 4_000, traffic: () => phases(8_000) },
  { name: 'phases of 8,000', capacity: 10_000, traffic: () => phases(8_000) },
];
