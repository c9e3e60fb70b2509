import { describe, type Description, generateClasses } from '#framework';
import { bench, type Subject } from '../bench.ts';

/** Asks for the description of one class. */
type Ask = (name: string) => Promise<Description>;
/** Answers for many; an `Error` is the answer for one. */
type Query = (names: readonly string[]) => Promise<(Description | Error)[]>;
/** Ready for one workload: what asks under each key. */
type Askers = (query: Query, keys: number) => readonly Ask[];

type Program = typeof import('#exercise/03-batch-processor');

const BATCH = 100;
const KEYS = 100;

// ---- What there is to ask: the descriptions of a hundred classes ----------------------------------------

const answers = new Map<string, Description>();
for (const target of generateClasses(BATCH, 3)) answers.set(target.name, describe(target));
const names = [...answers.keys()];
const tenGone = names.map((name, i) => (i % 10 === 9 ? `gone ${i}` : name));

const GONE = new Error('no such class');

/** Answers as fast as it can, so that what is measured is what a batch adds. */
const atOnce: Query = async (asked) => asked.map((name) => answers.get(name) ?? GONE);

/** Costs 10 to 20 µs for being asked at all, for one name or a hundred, as a query to a near database does. */
const afterTrip: Query = async (asked) => {
  JSON.parse(JSON.stringify(answers.get(names[0]!)));
  return asked.map((name) => answers.get(name) ?? GONE);
};

// ---- Who asks -------------------------------------------------------------------------------------------

/** A query for each name. */
const naive: Askers = (query, keys) => {
  const ask: Ask = async (name) => {
    const [answer] = await query([name]);
    if (answer instanceof Error) throw answer;
    return answer!;
  };
  return Array.from({ length: keys }, () => ask);
};

/** One processor for all keys. */
const ours = ({ BatchMetadataProcessor }: Program): Askers => {
  return (query, keys) => {
    const processor = new BatchMetadataProcessor({ batchSize: BATCH });
    return Array.from({ length: keys }, (_, key) => processor.defineBatch(`key ${key}`, query));
  };
};

/** A loader for each key. */
const dataloader = async (): Promise<Askers> => {
  const { default: DataLoader } = await import('dataloader');
  return (query, keys) =>
    Array.from({ length: keys }, () => {
      const loader = new DataLoader(query, { cache: false, maxBatchSize: BATCH });
      return (name) => loader.load(name);
    });
};

// ---- Workloads ------------------------------------------------------------------------------------------

interface Asked {
  query?: Query;
  keys?: number;
  asked?: readonly string[];
  rounds: number;
}

/** Asks for all of `asked` under each of `keys` keys, waits for the answers, and begins again. */
function workload(
  name: string,
  about: string,
  { query = atOnce, keys = 1, asked = names, rounds }: Asked,
) {
  const of = (askers: Askers): Subject => {
    const asks = askers(query, keys);
    const askAll = () => {
      const promises: Promise<Description>[] = [];
      for (const one of asked) for (const ask of asks) promises.push(ask(one));
      return promises;
    };
    const wait = (promises: Promise<Description>[]): Promise<unknown> =>
      asked === names ? Promise.all(promises) : Promise.allSettled(promises);
    return {
      run: async () => {
        for (let round = 0; round < rounds; round++) await wait(askAll());
      },
      check: async () => {
        for (const [i, outcome] of (await Promise.allSettled(askAll())).entries()) {
          const one = asked[Math.floor(i / keys)]!;
          const received = outcome.status === 'fulfilled' ? outcome.value : outcome.reason;
          if (received !== (answers.get(one) ?? GONE)) throw new Error(`a wrong answer for ${one}`);
        }
      },
    };
  };
  return {
    name,
    about,
    unit: 'ns/op',
    operations: rounds * keys * asked.length,
    of: (program: Program) => of(ours(program)),
    peers: { dataloader: async () => of(await dataloader()) },
    ...(query === afterTrip && { naive: () => of(naive) }),
  } as const;
}

export default bench<Program>([
  workload(
    'a query of 10 to 20 µs',
    `Batches of ${BATCH} names under one key, one after another, where being asked costs 10 to 20 µs.`,
    { query: afterTrip, rounds: 20 },
  ),
  workload('one key', `Batches of ${BATCH} names, one after another; the answers are there at once.`, {
    rounds: 2 * KEYS,
  }),
  workload('a hundred keys', `The same under ${KEYS} keys: so many batches are collected at a time.`, {
    keys: KEYS,
    rounds: 2,
  }),
  workload('one in ten fails', 'One key again; ten promises of each batch are rejected, and ninety are not.', {
    asked: tenGone,
    rounds: 2 * KEYS,
  }),
]);
