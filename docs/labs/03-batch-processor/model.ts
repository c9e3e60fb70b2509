import { BatchMetadataProcessor, type BatchStats } from '../../../reference/03-batch-processor/index.ts';
import { type Phase, type PhaseReport, simulate, type SizeRule } from '../../../reference/03-batch-processor/simulation.ts';
import { sizeByEfficiency, sizeByLatency } from '../../../reference/03-batch-processor/sizing.ts';
import { randomNumbers } from '../../../reference/00-framework/generator.ts';
import { VirtualTime } from '../virtual-time.ts';

// ---- The window -----------------------------------------------------------------------------------------

export interface Arrivals {
  /** On average, in a second. */
  readonly rate: number;
  readonly windowMs: number;
  readonly batchSize: number;
}

export interface Collected {
  readonly batches: readonly { readonly at: number; readonly size: number }[];
  readonly stats: BatchStats;
  /** From question to answer, milliseconds, on average. */
  readonly meanMs: number;
  readonly items: number;
}

/** What a batch of n takes: a round trip, and a little for each. */
export const ROUND_TRIP_MS = 5;
export const PER_ITEM_MS = 0.1;
const SECOND = 1_000;

/** A second of arrivals at random through the reference. */
export async function collect({ rate, windowMs, batchSize }: Arrivals): Promise<Collected> {
  const time = new VirtualTime();
  const { now, schedule } = time;
  const processor = new BatchMetadataProcessor({ windowMs, batchSize, now, schedule });
  const batches: { at: number; size: number }[] = [];
  const waits: number[] = [];
  const ask = processor.defineBatch<number, number>('prices', async (items) => {
    batches.push({ at: now(), size: items.length });
    await time.sleep(ROUND_TRIP_MS + PER_ITEM_MS * items.length);
    return items;
  });
  const random = randomNumbers(5);
  for (let at = gap(rate, random); at < SECOND; at += gap(rate, random)) {
    schedule(() => {
      const askedAt = now();
      void ask(at).then(() => waits.push(now() - askedAt));
    }, at);
  }
  await time.run();
  const sum = waits.reduce((total, wait) => total + wait, 0);
  return { batches, stats: processor.stats(), meanMs: sum / Math.max(1, waits.length), items: waits.length };
}

/** Between two arrivals that know nothing of each other. */
const gap = (rate: number, random: () => number) => (-Math.log(1 - random()) * SECOND) / rate;

// ---- The size -------------------------------------------------------------------------------------------

export interface Sizing {
  readonly targetMs: number;
  /** By how much everything is slower in the middle. */
  readonly slowdown: number;
}

export interface Steered {
  readonly sizes: readonly number[];
  readonly reports: readonly PhaseReport[];
}

const BOUNDS = { minBatchSize: 1, maxBatchSize: 1_000 };
const FIRST_SIZE = 100;
const BATCHES = 600;
const CALM = { batches: BATCHES, fixedMs: 2, perItemMs: 0.04 };

/** The same service, calm, slow and calm again, under both rules. */
export function steer({ targetMs, slowdown }: Sizing): Readonly<Record<'efficiency' | 'aimd', Steered>> {
  const slow = { batches: BATCHES, fixedMs: CALM.fixedMs * slowdown, perItemMs: CALM.perItemMs * slowdown };
  const phases: readonly Phase[] = [CALM, slow, CALM];
  const follow = (rule: SizeRule): Steered => {
    const sizes: number[] = [];
    const reports = simulate(phases, FIRST_SIZE, targetMs, (size, sample) => {
      sizes.push(size);
      return rule(size, sample);
    });
    return { sizes, reports };
  };
  // The best target that there is for the rule: its own efficiency at the size that meets the target when all is calm.
  const right = (targetMs - CALM.fixedMs) / CALM.perItemMs;
  const efficiency = ({ size, latencyMs }: { size: number; latencyMs: number }) => (size * 1_000) / latencyMs / latencyMs;
  const best = efficiency({ size: right, latencyMs: targetMs });
  return {
    efficiency: follow((size, sample) => sizeByEfficiency(size, efficiency(sample), 0, best, BOUNDS)),
    aimd: follow((size, sample) => sizeByLatency(size, sample, targetMs, BOUNDS)),
  };
}
