// What a sizing rule does to batches over time: computed, not measured, and so the same everywhere.

import type { Milliseconds } from './options.ts';
import type { BatchSample } from './sizing.ts';

/**
 * Something that answers batches, for a while: a batch of n takes `fixedMs` + n × `perItemMs`. That is what a
 * round trip is, or an insert, or a file that is opened once.
 */
export interface Phase {
  /** How many batches it lasts. */
  readonly batches: number;
  readonly fixedMs: Milliseconds;
  readonly perItemMs: Milliseconds;
}

/** The size of the next batch, by what the last one did. */
export type SizeRule = (size: number, sample: BatchSample) => number;

/** What a phase was like for those who waited in it. */
export interface PhaseReport {
  /** Sizes of the second half of the phase, when a rule has had its time to settle. */
  readonly smallest: number;
  readonly largest: number;
  /** Items answered in a second, over the whole phase. */
  readonly itemsASecond: number;
  readonly longestMs: Milliseconds;
  /** The share of the batches that took longer than the target, from 0 to 1. */
  readonly late: number;
  /** Batches until the first that was in time, it included; `Infinity` if none was. */
  readonly batchesToTarget: number;
  /** The size that the rule chose in the end. */
  readonly lastSize: number;
}

/** Calm, three times as slow, calm again: a backup at night, a replica that is down, a noisy neighbour. */
export const SLOW_SPELL: readonly Phase[] = [
  { batches: 1_000, fixedMs: 2, perItemMs: 0.04 },
  { batches: 1_000, fixedMs: 6, perItemMs: 0.12 },
  { batches: 1_000, fixedMs: 2, perItemMs: 0.04 },
];

// #region simulate
/**
 * Runs full batches one after another through `phases`, each as large as `rule` says. There is always more
 * work than fits: what a rule does with an idle line is no question of size.
 *
 * @param noise factor of each latency, by the number of the batch
 */
export function simulate(
  phases: readonly Phase[],
  firstSize: number,
  targetMs: Milliseconds,
  rule: SizeRule,
  noise: (batch: number) => number = () => 1,
): readonly PhaseReport[] {
  let size = firstSize;
  let batch = 0;
  return phases.map(({ batches, fixedMs, perItemMs }) => {
    const samples: BatchSample[] = [];
    for (let i = 0; i < batches; i++) {
      const sample = { size, latencyMs: (fixedMs + perItemMs * size) * noise(batch++) };
      samples.push(sample);
      size = rule(size, sample);
    }
    return reportOf(samples, targetMs, size);
  });
}
// #endregion simulate

/**
 * Numbers from 0 to 1 that look random and are the same on each run: mulberry32, good enough for noise.
 *
 * @param seed an integer
 */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function reportOf(samples: readonly BatchSample[], targetMs: Milliseconds, lastSize: number): PhaseReport {
  const settled = samples.slice(samples.length / 2).map(({ size }) => size);
  const latencies = samples.map(({ latencyMs }) => latencyMs);
  const items = sum(samples.map(({ size }) => size));
  const firstInTime = latencies.findIndex((latency) => latency <= targetMs);
  return {
    smallest: Math.min(...settled),
    largest: Math.max(...settled),
    itemsASecond: (items * 1_000) / sum(latencies),
    longestMs: Math.max(...latencies),
    late: latencies.filter((latency) => latency > targetMs).length / latencies.length,
    batchesToTarget: firstInTime < 0 ? Infinity : firstInTime + 1,
    lastSize,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
