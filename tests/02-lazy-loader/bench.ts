import { describe, type Description, generateClasses } from '#framework';
import { bench, type Subject } from '../bench.ts';

/** A new loader that has loaded nothing, as its callers see it. */
type Fresh = () => (key: string) => Promise<Description>;

type Program = typeof import('#exercise/02-lazy-loader');

// ---- What there is to load: a hundred tenants, each with the same hundred classes -----------------------

const TENANTS = 100;
const CLASSES = 100;
const CALLERS = 100;

const answers = new Map<string, Description>();
for (const target of generateClasses(CLASSES, 2)) {
  const description = describe(target);
  for (let tenant = 0; tenant < TENANTS; tenant++) answers.set(`${tenant}/${target.name}`, description);
}
const keys = [...answers.keys()];
const keysOfOne = keys.filter((key) => key.startsWith('0/'));

let queries = 0;

/** The schema service. Each query is answered in a callback of its own, as by a socket, in the next turn. */
function query(key: string): Promise<Description> {
  queries++;
  return new Promise((resolve) => setImmediate(resolve, answers.get(key)!));
}

/** The same for many keys: one query, and one callback. */
function queryMany(keys: readonly string[]): Promise<Description[]> {
  queries += keys.length;
  return new Promise((resolve) => setImmediate(resolve, keys.map((key) => answers.get(key)!)));
}

// ---- Loaders --------------------------------------------------------------------------------------------

const plainMap: Fresh = () => {
  const promises = new Map<string, Promise<Description>>();
  return (key) => {
    let promise = promises.get(key);
    if (promise === undefined) promises.set(key, (promise = query(key)));
    return promise;
  };
};

const ours = ({ LazyMetadataLoader }: Program): Fresh => {
  return () => {
    const loader = new LazyMetadataLoader();
    return (key) => loader.load(key, () => query(key));
  };
};

const pMemoize = async (): Promise<Fresh> => {
  const { default: memoize } = await import('p-memoize');
  return () => memoize(query);
};

const asyncCacheDedupe = async (): Promise<Fresh> => {
  const { createCache } = await import('async-cache-dedupe');
  return () => {
    const storage = { type: 'memory', options: { size: keys.length } } as const;
    const cache = createCache({ ttl: 3_600, storage }).define('query', query);
    return (key) => cache.query(key);
  };
};

const dataloader = async (): Promise<Fresh> => {
  const { default: DataLoader } = await import('dataloader');
  return () => {
    const loader = new DataLoader<string, Description>(queryMany);
    return (key) => loader.load(key);
  };
};

const lruCache = async (): Promise<Fresh> => {
  const { LRUCache } = await import('lru-cache');
  return () => {
    const cache = new LRUCache<string, Description>({ max: keys.length, fetchMethod: query });
    return (key) => cache.fetch(key) as Promise<Description>;
  };
};

// ---- Workloads ------------------------------------------------------------------------------------------

/** Asks a new loader in each run. */
function cold(fresh: Fresh, asked: readonly string[]): Subject {
  const run = () => {
    const ask = fresh();
    return Promise.all(asked.map(ask));
  };
  return { run, check: () => requireAnswers(asked, run, new Set(asked).size) };
}

/** Asks a loader that has loaded all, which was not measured. */
async function warm(fresh: Fresh, asked: readonly string[]): Promise<Subject> {
  const ask = fresh();
  await Promise.all(asked.map(ask));
  const run = () => Promise.all(asked.map(ask));
  return { run, check: () => requireAnswers(asked, run, 0) };
}

async function requireAnswers(
  asked: readonly string[],
  run: () => Promise<readonly Description[]>,
  expectedQueries: number,
): Promise<void> {
  const before = queries;
  for (const [index, answer] of (await run()).entries()) {
    if (answer !== answers.get(asked[index]!)) throw new Error(`a wrong answer for ${asked[index]}`);
  }
  if (queries - before !== expectedQueries) {
    throw new Error(`${expectedQueries} queries were expected, received ${queries - before}`);
  }
}

function workload(
  name: string,
  about: string,
  asked: readonly string[],
  measure: (fresh: Fresh, asked: readonly string[]) => Subject | Promise<Subject>,
) {
  const by = (peer: () => Promise<Fresh>) => async () => measure(await peer(), asked);
  return {
    name,
    about,
    unit: 'ns/op',
    operations: asked.length,
    naive: () => measure(plainMap, asked),
    of: (program: Program) => measure(ours(program), asked),
    peers: {
      'p-memoize': by(pMemoize),
      'async-cache-dedupe': by(asyncCacheDedupe),
      dataloader: by(dataloader),
      'lru-cache': by(lruCache),
    },
  } as const;
}

export default bench<Program>([
  workload(
    'same key, many callers',
    'A new loader; each of a hundred keys is asked for by a hundred callers before it is loaded.',
    keysOfOne.flatMap((key) => new Array<string>(CALLERS).fill(key)),
    cold,
  ),
  {
    ...workload(
      '10,000 different keys',
      'A new loader; ten thousand keys are asked for at once. Only dataloader makes one query of them.',
      keys,
      cold,
    ),
    unlike: ['dataloader'],
  },
  workload(
    'already loaded',
    'Ten thousand keys that are loaded; each is asked for once more, and all answers are awaited together.',
    keys,
    warm,
  ),
]);
