import { randomNumbers } from '../../../reference/00-framework/generator.ts';
import { OptimizedMetadataCache } from '../../../reference/01-metadata-cache/index.ts';
import { AdaptiveCache, memoryOf } from '../../../reference/06-adaptive-performance/adaptive-cache.ts';
import type { Memory } from '../../../reference/06-adaptive-performance/order.ts';

export const REQUESTS = 24_000;
/** The hit ratio is taken of as many requests at a time. */
export const STRETCH = 400;

const KEYS = 4_000;
/** Scans, drift and phases begin anew after so many requests. */
const PERIOD = 3_000;

/** The key that the request `i` is for. */
type Traffic = (i: number) => string;

/** How people ask, each time in the same way. */
export const TRAFFIC = { zipf, scan, loop, drift, phases } satisfies Record<string, () => Traffic>;

function zipf(): Traffic {
  const rank = ranks();
  return () => `zipf${rank()}`;
}

function scan(): Traffic {
  const usual = zipf();
  return (i) => (i % PERIOD < PERIOD / 3 ? `scan${i}` : usual(i));
}

function loop(): Traffic {
  return (i) => `loop${i % 500}`;
}

function drift(): Traffic {
  const rank = ranks();
  return (i) => `drift${(rank() + 400 * Math.floor(i / PERIOD)) % KEYS}`;
}

function phases(): Traffic {
  const random = randomNumbers(9);
  return (i) => `phase${Math.floor(i / PERIOD)}.${Math.floor(200 * random())}`;
}

/** The rank r in proportion to 1 ÷ r, about. */
function ranks(): () => number {
  const random = randomNumbers(7);
  return () => Math.floor(KEYS ** random());
}

export type TrafficName = keyof typeof TRAFFIC;

/** Half of the requests of one kind, then half of another, or more of the same. */
export function keysOf(first: TrafficName, second: TrafficName): readonly string[] {
  const before = TRAFFIC[first]();
  const after = first === second ? before : TRAFFIC[second]();
  return Array.from({ length: REQUESTS }, (_, i) => (i < REQUESTS / 2 ? before(i) : after(i)));
}

/** What became of the requests. */
export interface Course {
  /** Of each stretch, hits ÷ requests. */
  readonly hitRatios: readonly number[];
  /** Of the first half, the second, and all. */
  readonly summary: readonly [number, number, number];
}

export interface AdaptiveCourse extends Course {
  /** By memory, of each stretch, for which part of the requests the order remembered like that. */
  readonly memories: Readonly<Record<Memory, readonly number[]>>;
  readonly last: Memory;
}

export function play(keys: readonly string[], maxEntries: number, policy: 'lru' | 'sieve'): Course {
  const cache = new OptimizedMetadataCache({ maxEntries, policy, now: () => 0 });
  return courseOf(keys, (key) => isHit(cache, key));
}

export function playAdaptive(keys: readonly string[], maxEntries: number): AdaptiveCourse {
  const cache = new AdaptiveCache({ maxEntries, now: () => 0 });
  const memories: Record<Memory, number[]> = { long: [], short: [], none: [] };
  for (const shares of Object.values(memories)) for (let i = 0; i < REQUESTS / STRETCH; i++) shares.push(0);
  let asked = 0;
  const course = courseOf(keys, (key) => {
    memories[memoryOf(cache)][Math.floor(asked++ / STRETCH)]! += 1 / STRETCH;
    return isHit(cache, key);
  });
  return { ...course, memories, last: memoryOf(cache) };
}

function isHit(cache: OptimizedMetadataCache, key: string): boolean {
  let wasThere = true;
  cache.get(key, () => {
    wasThere = false;
    return key;
  });
  return wasThere;
}

function courseOf(keys: readonly string[], ask: (key: string) => boolean): Course {
  const hits = keys.map(ask);
  const ratio = (from: number, to: number) => hits.slice(from, to).filter(Boolean).length / (to - from);
  const half = keys.length / 2;
  return {
    hitRatios: Array.from({ length: keys.length / STRETCH }, (_, i) => ratio(i * STRETCH, (i + 1) * STRETCH)),
    summary: [ratio(0, half), ratio(half, keys.length), ratio(0, keys.length)],
  };
}
