import { describe, randomNumbers, shopClasses } from '#framework';
import { bench, type Subject } from '../bench.ts';

/** Every class in the variant of every tenant, of which the caches below keep a tenth. */
const KEYS = 100_000;
const ENTRIES = 10_000;
const TTL_MS = 300_000;
const REQUESTS = 200_000;
/** After so many of them a cache holds what its policy makes it hold, and not what it was filled with. */
const SETTLED = 60_000;

const descriptions = shopClasses.map((shopClass) => describe(shopClass));
const keys = Array.from({ length: KEYS }, (_, rank) => `tenant ${rank}: ${descriptions[rank % descriptions.length]!.name}`);
const values = keys.map((_, rank) => ({ rank, description: descriptions[rank % descriptions.length]! }));
type Value = (typeof values)[number];

/** A cache, as the workloads use it. In a process there is one only, so that a call costs what it would cost inlined. */
interface Cache {
  /** The value of a key, made and stored if it is not there. */
  get(rank: number): Value;
  set(rank: number): void;
  size(): number;
  /** Calls of `get` that found something. */
  hits(): number;
}

type Program = typeof import('#exercise/01-metadata-cache');

const ofProgram = (program: Program, options: object = {}): Cache => {
  const cache = new program.OptimizedMetadataCache({ maxEntries: ENTRIES, ttlMs: TTL_MS, ...options });
  let wanted = 0;
  const make = () => values[wanted]!;
  return {
    get(rank) {
      wanted = rank;
      return cache.get(keys[rank]!, make);
    },
    set: (rank) => void cache.set(keys[rank]!, values[rank]!),
    size: () => cache.size,
    hits: () => cache.stats().hits,
  };
};

/** A Map with a time in each entry, and a look at all of them when it is full. */
const naive = (): Cache => {
  const entries = new Map<string, { value: Value; usedAt: number; expiresAt: number }>();
  let uses = 0;
  const set = (rank: number) => {
    const key = keys[rank]!;
    if (entries.size >= ENTRIES && !entries.has(key)) {
      let oldest: string | undefined;
      let oldestUse = Infinity;
      for (const [candidate, { usedAt }] of entries) {
        if (usedAt < oldestUse) [oldest, oldestUse] = [candidate, usedAt];
      }
      entries.delete(oldest!);
    }
    entries.set(key, { value: values[rank]!, usedAt: uses++, expiresAt: Date.now() + TTL_MS });
  };
  return counting(entries, set, (key) => {
    const entry = entries.get(key);
    if (!entry || Date.now() >= entry.expiresAt) return undefined;
    entry.usedAt = uses++;
    return entry.value;
  });
};

/** By name, each to be opened as often as is wanted. */
const peers: Readonly<Record<string, () => Promise<() => Cache>>> = {
  'lru-cache': async () => {
    const { LRUCache } = await import('lru-cache');
    return () => {
      const cache = new LRUCache<string, Value>({ max: ENTRIES, ttl: TTL_MS });
      return counting(cache, (rank) => void cache.set(keys[rank]!, values[rank]!), (key) => cache.get(key));
    };
  },
  mnemonist: async () => {
    const { LRUMap } = await import('mnemonist');
    return () => {
      const cache = new LRUMap<string, Value>(ENTRIES);
      return counting(cache, (rank) => void cache.set(keys[rank]!, values[rank]!), (key) => cache.get(key));
    };
  },
};

/** With the count that ours keep by themselves. */
function counting(sized: { readonly size: number }, set: (rank: number) => void, find: (key: string) => Value | undefined): Cache {
  let hits = 0;
  return {
    get(rank) {
      const found = find(keys[rank]!);
      if (found !== undefined) {
        hits++;
        return found;
      }
      set(rank);
      return values[rank]!;
    },
    set,
    size: () => sized.size,
    hits: () => hits,
  };
}

// ---- What is done with it -----------------------------------------------------------------------------------

const HITS = 20_000;
const SETS = 2_000;

/** Every entry as often as any other, in no order. */
function hits(open: () => Cache): Subject {
  const cache = open();
  const random = randomNumbers(1);
  const ranks = Uint32Array.from({ length: HITS }, () => random() * ENTRIES);
  for (let rank = 0; rank < ENTRIES; rank++) cache.set(rank);
  let sum = 0;
  return {
    run() {
      for (let i = 0; i < HITS; i++) sum += cache.get(ranks[i]!).rank;
      return sum;
    },
    check() {
      const before = cache.hits();
      for (let rank = 0; rank < ENTRIES; rank++) expectValue(cache, rank);
      const found = cache.hits() - before;
      if (found !== ENTRIES) throw new Error(`of ${ENTRIES} entries that were stored ${found} were found`);
    },
  };
}

/** Rank r is asked for in proportion to 1 ÷ (r + 1): a few all the time, most hardly ever. */
function zipf(open: () => Cache): Subject {
  const cache = open();
  const ranks = zipfRanks();
  let requests = 0;
  let sum = 0;
  let hitsBefore = 0;
  const request = () => {
    if (requests === SETTLED) hitsBefore = cache.hits();
    sum += cache.get(ranks[requests++ % REQUESTS]!).rank;
  };
  for (let rank = ENTRIES - 1; rank >= 0; rank--) cache.set(rank);
  return {
    run() {
      for (let i = 0; i < SETS; i++) request();
      return sum;
    },
    check() {
      expectBound(cache);
      for (let rank = 0; rank < 100; rank++) expectValue(cache, rank);
    },
    figures(): Record<string, number> {
      const counted = requests - SETTLED; // the slowest never come so far
      return counted < SETTLED ? {} : { 'hit ratio': (cache.hits() - hitsBefore) / counted };
    },
  };
}

function zipfRanks(): Uint32Array {
  const sums = new Float64Array(KEYS);
  let sum = 0;
  for (let rank = 0; rank < KEYS; rank++) sums[rank] = sum += 1 / (rank + 1);
  const random = randomNumbers(2);
  return Uint32Array.from({ length: REQUESTS }, () => {
    const place = random() * sum;
    let low = 0;
    let high = KEYS - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! > place) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/** One new key after the other: each is one too many. */
function evictions(open: () => Cache): Subject {
  const cache = open();
  let next = 0;
  const setNext = () => {
    cache.set(next);
    next = next + 1 === KEYS ? 0 : next + 1;
  };
  for (let i = 0; i < ENTRIES; i++) setNext();
  return {
    run() {
      for (let i = 0; i < SETS; i++) setNext();
      return next;
    },
    check() {
      expectBound(cache);
      const last = (next + KEYS - 1) % KEYS;
      const before = cache.hits();
      expectValue(cache, last);
      if (cache.hits() === before) throw new Error('what was stored last is not there');
    },
  };
}

/** Keys and values are there anyway: what is weighed is the cache. */
const full = (open: () => Cache): Subject => ({
  run() {
    const cache = open();
    for (let rank = 0; rank < ENTRIES; rank++) cache.set(rank);
    return cache;
  },
  check() {
    const cache = open();
    for (let rank = 0; rank < ENTRIES; rank++) cache.set(rank);
    for (let rank = 0; rank < ENTRIES; rank++) expectValue(cache, rank);
    if (cache.size() !== ENTRIES) throw new Error(`${cache.size()} entries are kept, not ${ENTRIES}`);
  },
});

function expectValue(cache: Cache, rank: number): void {
  const value = cache.get(rank);
  if (value !== values[rank]) throw new Error(`${keys[rank]} has the value of ${keys[value?.rank] ?? 'nobody'}`);
}

function expectBound(cache: Cache): void {
  if (cache.size() > ENTRIES) throw new Error(`${cache.size()} entries are kept, more than ${ENTRIES}`);
}

// ---- The workloads ------------------------------------------------------------------------------------------

const peersOn = (workload: (open: () => Cache) => Subject) =>
  Object.fromEntries(Object.entries(peers).map(([name, load]) => [name, async () => workload(await load())]));

/** Options that only the reference has; the others pay no attention to what they do not know. */
const SIEVE = { policy: 'sieve' };

export default bench<Program>([
  {
    name: 'get, all hits',
    about:
      '10,000 entries, string keys, each as likely as the others; TTL and counts on; mnemonist has neither. ' +
      'The reference keeps the order of SIEVE, the others that of LRU.',
    unit: 'ns/op',
    operations: HITS,
    naive: () => hits(naive),
    of: (program) => hits(() => ofProgram(program, SIEVE)),
    peers: peersOn(hits),
    unlike: ['mnemonist'],
  },
  {
    name: 'get or set, Zipf(1.0), LRU',
    about: '10,000 entries of 100,000 keys, the rth asked for in proportion to 1 ÷ r; everybody evicts by LRU.',
    unit: 'ns/op',
    operations: SETS,
    naive: () => zipf(naive),
    of: (program) => zipf(() => ofProgram(program)),
    peers: peersOn(zipf),
    unlike: ['mnemonist'],
  },
  {
    name: 'get or set, Zipf(1.0), any policy',
    about: 'The same requests; the reference evicts by SIEVE, the others by LRU as before.',
    unit: 'ns/op',
    operations: SETS,
    of: (program) => zipf(() => ofProgram(program, SIEVE)),
    peers: peersOn(zipf),
    unlike: ['mnemonist'],
  },
  {
    name: 'set and evict',
    about: '10,000 entries, all there, and a new key each time: every write evicts the least recently used.',
    unit: 'ns/op',
    operations: SETS,
    naive: () => evictions(naive),
    of: (program) => evictions(() => ofProgram(program)),
    peers: peersOn(evictions),
    unlike: ['mnemonist'],
  },
  {
    name: 'heap of a full cache',
    about: '10,000 entries with TTL; keys and values are not counted.',
    unit: 'B/entry',
    operations: ENTRIES,
    naive: () => full(naive),
    of: (program) => full(() => ofProgram(program)),
    peers: peersOn(full),
    unlike: ['mnemonist'],
  },
]);
