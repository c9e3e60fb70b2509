import { randomNumbers } from '../../../reference/00-framework/generator.ts';

/** Keys that are asked for, one after the other. */
export type Trace = readonly string[];

/** How people ask: each makes `length` requests; the same ones each time. */
export const TRAFFIC = {
  zipf: (length: number): Trace => zipf(length, 40),
  scan: scanned,
  loop: (length: number): Trace => Array.from({ length }, (_, index) => `k${index % 12}`),
  phases,
} satisfies Record<string, (length: number) => Trace>;

/** The key of rank r is asked for with a probability in proportion to 1 ÷ r. */
function zipf(length: number, keys: number, seed = 7): Trace {
  const random = randomNumbers(seed);
  const weights = Array.from({ length: keys }, (_, rank) => 1 / (rank + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length }, () => {
    let left = random() * total;
    const rank = weights.findIndex((weight) => (left -= weight) < 0);
    return `k${rank === -1 ? keys - 1 : rank}`;
  });
}

/** Zipf, and twice somebody reads 40 keys, each once, that nobody asks for again. */
function scanned(length: number): Trace {
  const keys = [...zipf(length, 20)];
  for (const [scan, start] of [Math.floor(length * 0.3), Math.floor(length * 0.65)].entries()) {
    for (let i = 0; i < 40 && start + i < length; i++) keys[start + i] = `scan${scan * 40 + i}`;
  }
  return keys;
}

/** Five keys are popular for a while, then five others. */
function phases(length: number): Trace {
  const random = randomNumbers(3);
  const phase = (index: number) => Math.floor((index * 4) / length);
  return Array.from({ length }, (_, index) => `${'abcd'[phase(index)]}${Math.floor(random() * 5)}`);
}

/** The keys in a text, whatever stands between them; at most `most` of them. */
export function keysIn(text: string, most: number): Trace {
  return text.split(/[\s,;]+/).filter((key) => key !== '').slice(0, most);
}
