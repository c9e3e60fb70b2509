import { SieveCache } from '@neophi/sieve-cache';
import flru from 'flru';
import { LRUCache } from 'lru-cache';
import { LRUMap } from 'mnemonist';
import { OptimizedMetadataCache } from '../reference/01-metadata-cache/index.ts';
import { AdaptiveCache } from '../reference/06-adaptive-performance/index.ts';
import { AdaptiveCache as Solution } from '../solutions/06-adaptive-performance/index.ts';
import { requests, type Trace, TRACES } from '../tests/06-adaptive-performance/traces.ts';
import { hitsOfBelady } from './kit/belady.ts';
import { findRoot } from './kit/catalogue.ts';
import { EXIT, run, UsageError } from './kit/command.ts';
import { publish } from './kit/docs/results.ts';
import { progressBar } from './kit/terminal.ts';

/** Get or set; whether the key was there. */
type Ask = (key: string) => boolean;

interface MapLike {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
}

const ofMap = (cache: MapLike): Ask => (key) => {
  if (cache.get(key) !== undefined) return true;
  cache.set(key, key);
  return false;
};

function ofCache(cache: { get(key: string, factory: () => string): string }): Ask {
  let isThere: boolean;
  return (key) => {
    isThere = true;
    cache.get(key, () => {
      isThere = false;
      return key;
    });
    return isThere;
  };
}

/** The types of flru say what its ES module exports; Node loads the other one. */
const twoGenerations = flru as unknown as typeof flru.default;

const CACHES: Readonly<Record<string, (maxEntries: number) => Ask>> = {
  LRU: (maxEntries) => ofCache(new OptimizedMetadataCache({ maxEntries })),
  SIEVE: (maxEntries) => ofCache(new OptimizedMetadataCache({ maxEntries, policy: 'sieve' })),
  'S3-FIFO': (maxEntries) => ofCache(new OptimizedMetadataCache({ maxEntries, policy: 's3-fifo' })),
  'lru-cache': (max) => ofMap(new LRUCache<string, string>({ max })),
  LRUMap: (capacity) => ofMap(new LRUMap<string, string>(capacity)),
  flru: (max) => ofMap(twoGenerations(max)),
  'sieve-cache': (max) => ofMap(new SieveCache<string, string>(max)),
  solution: (maxEntries) => ofCache(new Solution({ maxEntries })),
  reference: (maxEntries) => ofCache(new AdaptiveCache({ maxEntries })),
};
const BEST = 'best possible';
/** What there is room for in 80 columns, and by which name. LRUMap does what LRU does, and our SIEVE what the package does. */
const HEADINGS: Readonly<Record<string, string>> = {
  LRU: 'LRU',
  'S3-FIFO': 's3',
  'lru-cache': 'lru-c',
  flru: 'flru',
  'sieve-cache': 'sieve',
  solution: 'sol',
  reference: 'ref',
  [BEST]: 'best',
};

/** Of a trace, by the name of a cache: hits ÷ requests, from 0 to 1. */
interface HitRatios {
  readonly traffic: string;
  readonly entries: number;
  readonly ratios: Readonly<Record<string, number>>;
}

await run(
  {
    line: 'npm run hit-ratios [-- --json]',
    about:
      'Of the requests of twelve traces, how many are answered: by LRU, packages from npm, the solution and the\n' +
      'reference of exercise 6, and by who knows the future. A minute or two.',
    options: {
      json: { type: 'boolean', default: false, help: 'for programs' },
      requests: { type: 'string', default: '2000000', help: 'how many there are in each trace' },
      publish: { type: 'boolean', help: 'for authors: into docs/results too, where the study guide has its figures from' },
    },
    words: [0, 0],
  },
  async (_, { json, requests: length, publish: isPublic }) => {
    if (!/^[1-9]\d*$/.test(length)) throw new UsageError(`--requests takes a number from 1, not "${length}"`);
    const bar = progressBar('replaying');
    const all = TRACES.map((trace, done) => {
      bar.show(done, TRACES.length);
      return hitRatiosOf(trace, Number(length));
    });
    bar.stop();
    if (isPublic) publish(findRoot(), 'hit-ratios', 'npm run hit-ratios', { requests: Number(length), traces: all });
    console.log(json ? JSON.stringify({ requests: Number(length), traces: all }, null, 2) : tableOf(all));
    return EXIT.ok;
  },
);

function hitRatiosOf({ name, capacity, traffic }: Trace, length: number): HitRatios {
  const ids = requests(traffic(), length);
  const keys: string[] = [];
  const ratios = Object.entries(CACHES).map(([cache, open]) => {
    const ask = open(capacity);
    let hits = 0;
    for (const id of ids) if (ask((keys[id] ??= `key ${id}`))) hits++;
    return [cache, rounded(hits / length)];
  });
  const best = rounded(hitsOfBelady(ids, capacity) / length);
  return { traffic: name, entries: capacity, ratios: { ...Object.fromEntries(ratios), [BEST]: best } };
}

function rounded(ratio: number): number {
  return Number(ratio.toFixed(4));
}

/** In per cent, in at most 80 columns. */
function tableOf(all: readonly HitRatios[]): string {
  const names = Object.keys(HEADINGS);
  const heading = ['', 'keeps', ...Object.values(HEADINGS)];
  const rows = all.map(({ traffic, entries, ratios }) => [
    traffic,
    entries.toLocaleString('en-GB'),
    ...names.map((name) => (100 * ratios[name]!).toFixed(1)),
  ]);
  const line = ([first, second, ...cells]: string[]) =>
    first!.padEnd(16) + second!.padStart(7) + cells.map((cell) => cell.padStart(7)).join('');
  const legend = "Per cent of the requests. sieve is @neophi/sieve-cache; best is Belady's optimum.";
  return `${[heading, ...rows].map(line).join('\n')}\n\n${legend}`;
}
