import { describe, expect, it } from 'vitest';
import { PATIENCE_MS } from '#contract/07-benchmark-lab';
import { type Faster, fasterOf } from '#exercise/07-benchmark-lab';
import { macrotask } from '../deferred.ts';
import { Computer, type Trait, TRAITS } from './computer.ts';

/** A faster one beside a slower, the other way round, and two that are equal: the ratio of b to a, and what is true. */
const PAIRS: readonly (readonly [ratio: number, truth: Faster])[] = [
  [2, 'a'],
  [1, 'neither'],
  [0.5, 'b'],
  [3, 'a'],
  [1, 'neither'],
];

/** On computers with these traits nothing is said that is false, and little is missed: a few pairs in each test. */
function itIsRight(claim: string, traits: readonly Trait[], seed = 1): void {
  it(claim, () => expectRight(traits, seed, [0, 1, 2]));
  it(`${claim}: other programs`, () => expectRight(traits, seed, [3, 4]));
}

async function expectRight(traits: readonly Trait[], seed: number, pairs: readonly number[]): Promise<void> {
  const wrong: string[] = [];
  const unsaid: string[] = [];
  let longestMs = 0;
  for (const pair of pairs) {
    const [ratio, truth] = PAIRS[pair]!;
    const computer = new Computer(10 * seed + pair, traits);
    const [a, b] = computer.pair(ratio);
    const start = computer.elapsedMs;
    const said = await fasterOf(a, b, computer.now);
    longestMs = Math.max(longestMs, computer.elapsedMs - start);
    const what = `b takes ${ratio} times as long as a: ${said}`;
    if (said === 'neither' && truth !== said) unsaid.push(what);
    else if (said !== truth) wrong.push(what);
    await macrotask();
  }
  expect(wrong, 'what was said and is not true').toEqual([]);
  expect(unsaid.length, 'how often nothing was said of those that differ').toBeLessThanOrEqual(1);
  expect(longestMs, 'the longest comparison, in ms').toBeLessThanOrEqual(PATIENCE_MS);
}

describe('7.7 A benchmark of your own', () => {
  describe('7.7.1 The faster one is named, of equals neither', () => {
    itIsRight('on a quiet computer', []);
  });

  describe('7.7.2 So it is where what nobody reads is left out', () => {
    itIsRight('of each run', ['leaves out']);
  });

  describe('7.7.3 So it is where programs are slow at first', () => {
    itIsRight('one more than the other', ['warms up']);
  });

  describe('7.7.4 So it is where the clock is coarse', () => {
    itIsRight('and a run short', ['coarse clock']);
  });

  describe('7.7.5 So it is where everything stands still', () => {
    itIsRight('now and then', ['pauses']);
  });

  describe('7.7.6 So it is where there are neighbours', () => {
    itIsRight('that come and go, or stay', ['neighbours']);
  });

  describe('7.7.7 So it is where all of this is the case', () => {
    for (const seed of [1, 2, 3]) itIsRight(`and in time, ${seed}`, TRAITS, seed);
  });
});
