import { bench, type Subject } from '../bench.ts';
import { drifting, KEYS, loop, phases, requests, zipf } from './traces.ts';

const ENTRIES = 10_000;
/** What one run asks for, and what the hit ratio is taken of. */
const REQUESTS = 5_000;
const ALL_REQUESTS = 300_000;

/** Get or set, in a cache of {@link ENTRIES}; what is set for a key is its number. */
type Ask = (id: number) => number;

/** An empty cache. `missed` is told of each key that was not there. */
type Open = (missed: () => void) => Ask;

const keyOf = (id: number) => `tenant ${id}: Order`;

// ---- Who is asked -------------------------------------------------------------------------------------------

type Program = typeof import('#exercise/06-adaptive-performance');

interface GetOrSet {
  get(key: string, factory: () => number): number;
}

const ofCache = (open: () => GetOrSet): Open => (missed) => {
  const cache = open();
  let wanted = 0;
  const make = () => {
    missed();
    return wanted;
  };
  return (id) => {
    wanted = id;
    return cache.get(keys[id]!, make);
  };
};

const ofProgram = (program: Program) => ofCache(() => new program.AdaptiveCache({ maxEntries: ENTRIES }));

/** LRU by the order of a Map: a key that is used is deleted and set again. */
const naive: Open = (missed) => {
  const cache = new Map<string, number>();
  return (id) => {
    const key = keys[id]!;
    let value = cache.get(key);
    if (value === undefined) {
      missed();
      value = id;
      if (cache.size === ENTRIES) cache.delete(cache.keys().next().value!);
    } else {
      cache.delete(key);
    }
    cache.set(key, value);
    return value;
  };
};

interface MapLike {
  get(key: string): number | undefined;
  set(key: string, value: number): unknown;
}

const ofMap = (make: () => MapLike): Open => (missed) => {
  const cache = make();
  return (id) => {
    const value = cache.get(keys[id]!);
    if (value !== undefined) return value;
    missed();
    cache.set(keys[id]!, id);
    return id;
  };
};

/** Packages, and what the adaptive cache extends: to adapt should not cost much more. */
const peers: Readonly<Record<string, () => Promise<Open>>> = {
  'exercise 1, LRU': async () => {
    const { OptimizedMetadataCache } = await import('../../reference/01-metadata-cache/index.ts');
    return ofCache(() => new OptimizedMetadataCache({ maxEntries: ENTRIES }));
  },
  'lru-cache': async () => {
    const { LRUCache } = await import('lru-cache');
    return ofMap(() => new LRUCache<string, number>({ max: ENTRIES }));
  },
  'sieve-cache': async () => {
    const { SieveCache } = await import('@neophi/sieve-cache');
    return ofMap(() => new SieveCache<string, number>(ENTRIES));
  },
};

// ---- What they are asked for --------------------------------------------------------------------------------

const TRAFFIC = {
  stable: () => zipf(1),
  drifting,
  phases: () => phases(8_000),
  loop: () => loop(20_000),
};

const trace = (name: keyof typeof TRAFFIC) => requests(TRAFFIC[name](), ALL_REQUESTS);

const keys = Array.from({ length: KEYS }, (_, id) => keyOf(id));

/** A run goes on in the trace where the last one ended; the hit ratio is that of a cache that sees all of it once. */
function replay(ids: Uint32Array, open: Open): Subject {
  const ask = open(() => {});
  let next = 0;
  let sum = 0;
  for (let i = 0; i < ALL_REQUESTS / 4; i++) ask(ids[i]!);
  return {
    run() {
      for (let i = 0; i < REQUESTS; i++) {
        sum += ask(ids[next]!);
        next = next + 1 === ids.length ? 0 : next + 1;
      }
      return sum;
    },
    check() {
      for (let i = 0; i < REQUESTS; i++) {
        const value = ask(ids[i]!);
        if (value !== ids[i]) throw new Error(`${keyOf(ids[i]!)} has the value of ${keyOf(value)}`);
      }
    },
    figures() {
      let misses = 0;
      const askAnew = open(() => misses++);
      for (const id of ids) askAnew(id);
      return { 'hit ratio': 1 - misses / ids.length };
    },
  };
}

const workload = (name: keyof typeof TRAFFIC, title: string, about: string) => ({
  name: `get or set, ${title}`,
  about,
  unit: 'ns/op' as const,
  operations: REQUESTS,
  ...(name === 'stable' && { naive: () => replay(trace(name), naive) }), // elsewhere it is as slow, and no other lesson
  of: (program: Program) => replay(trace(name), ofProgram(program)),
  peers: Object.fromEntries(
    Object.entries(peers).map(([peer, load]) => [peer, async () => replay(trace(name), await load())]),
  ),
});

export default bench<Program>([
  workload('stable', 'Zipf(1.0)', '10,000 entries of 100,000 string keys, the rth asked for in proportion to 1 ÷ r.'),
  workload('drifting', 'Zipf with drift', 'The same, but every 100,000 requests the ranks move on by 10,000 keys.'),
  workload('phases', 'phases', '10,000 entries; 8,000 keys, each as likely, and after 100,000 requests 8,000 others.'),
  workload('loop', 'loop', '10,000 entries of 20,000 keys, one after the other, again and again.'),
]);
