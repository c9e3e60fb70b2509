import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, type Description, generateClasses, shopClasses } from '#framework';
import { bench, type Subject } from '../bench.ts';

type Program = typeof import('#exercise/04-compressed-storage');

/** Keeps descriptions, and gives them back. */
interface Keeper {
  store(key: string, description: Description): void;
  retrieve(key: string): Description;
  /** Of one entry, as it is kept. */
  bytesOf(key: string): number;
}

// ---- What there is to keep: what is known of the shop's classes, for many tenants -----------------------

const TENANTS = 150;

const shop = shopClasses.map(describe);
const ENTRIES = TENANTS * shop.length;

/** Others than those that are kept. */
const samples = generateClasses(40, 7).map(describe);

const keyOf = (tenant: number, { name }: Description) => `tenant ${tenant}/${name}`;

// ---- Keepers --------------------------------------------------------------------------------------------

/** Makes a new one that keeps nothing yet. */
type Fresh = () => Keeper;

/** A Map of what `encode` makes of a description. */
const mapOf = <E extends { readonly length: number }>(
  encode: (description: Description) => E,
  decode: (encoded: E) => Description,
): Fresh => () => {
  const map = new Map<string, E>();
  return {
    store: (key, description) => void map.set(key, encode(description)),
    retrieve: (key) => decode(map.get(key)!),
    bytesOf: (key) => map.get(key)!.length,
  };
};

const json = () => mapOf(JSON.stringify, JSON.parse);

/** A copy: otherwise each entry would hold the chunk that zlib wrote into. */
const deflate = (bytes: string | Uint8Array) => new Uint8Array(deflateRawSync(bytes, { level: 1 }));

const jsonAndDeflate = () =>
  mapOf(
    (description) => deflate(JSON.stringify(description)),
    (bytes) => JSON.parse(inflateRawSync(bytes).toString()) as Description,
  );

const msgpackr = async () => {
  const { Packr } = await import('msgpackr');
  const packr = new Packr({ structures: [] });
  return mapOf(
    (description) => Buffer.from(packr.pack(description)),
    (bytes) => packr.unpack(bytes) as Description,
  );
};

const msgpackrAndDeflate = async () => {
  const { Packr } = await import('msgpackr');
  const packr = new Packr({ structures: [] });
  return mapOf(
    (description) => deflate(packr.pack(description)),
    (bytes) => packr.unpack(inflateRawSync(bytes)) as Description,
  );
};

const ours = ({ MemoryOptimizedStorage, trainDictionary }: Program): Fresh => {
  const dictionary = trainDictionary(samples);
  return () => {
    const storage = new MemoryOptimizedStorage({ dictionary });
    return {
      store: (key, description) => storage.store(key, description),
      retrieve: (key) => storage.retrieve<Description>(key)!,
      bytesOf: (key) => storage.metrics(key)!.payloadBytes,
    };
  };
};

const peers = {
  msgpackr,
  'msgpackr + deflate': msgpackrAndDeflate,
  'JSON + deflate': jsonAndDeflate,
};

// ---- Subjects -------------------------------------------------------------------------------------------

const ROUNDS = 50;

/** Each description of the shop stored and retrieved, again and again. */
function storeAndRetrieve(fresh: Fresh): Subject {
  const keeper = fresh();
  const bytes = () => shop.reduce((sum, { name }) => sum + keeper.bytesOf(name), 0);
  return {
    run() {
      let members = 0;
      for (let round = 0; round < ROUNDS; round++) {
        for (const description of shop) {
          keeper.store(description.name, description);
          members += keeper.retrieve(description.name).validations.length;
        }
      }
      return members;
    },
    check() {
      for (const description of shop) {
        keeper.store(description.name, description);
        requireEqual(keeper.retrieve(description.name), description);
      }
    },
    figures: () => ({ 'bytes kept an object': bytes() / shop.length }),
  };
}

/** Each description of the shop kept for many tenants. */
function keep(fresh: Fresh): Subject {
  const filled = () => {
    const keeper = fresh();
    for (let tenant = 0; tenant < TENANTS; tenant++) {
      for (const description of shop) keeper.store(keyOf(tenant, description), description);
    }
    return keeper;
  };
  return {
    run: filled,
    check() {
      const keeper = filled();
      for (const description of shop) {
        requireEqual(keeper.retrieve(keyOf(TENANTS - 1, description)), description);
      }
    },
  };
}

function requireEqual(received: Description, expected: Description): void {
  if (JSON.stringify(received) !== JSON.stringify(expected)) throw new Error(`${expected.name} is another`);
}

/** Of each peer what `subjectOf` makes of it. */
const each = (subjectOf: (fresh: Fresh) => Subject) =>
  Object.fromEntries(
    Object.entries(peers).map(([name, make]) => [name, async () => subjectOf(await make())]),
  );

export default bench<Program>([
  {
    name: 'store and retrieve',
    about:
      'Descriptions of the 13 classes of the shop, 3.3 kB of JSON on the average, stored under a key and ' +
      'retrieved as a copy; programs with a dictionary of 16 kB, trained on 40 other classes.',
    unit: 'ns/op',
    operations: ROUNDS * shop.length,
    naive: () => storeAndRetrieve(json()),
    of: (program) => storeAndRetrieve(ours(program)),
    peers: each(storeAndRetrieve),
    unlike: ['msgpackr'], // it compresses nothing
  },
  {
    name: 'bytes kept',
    about:
      `The same descriptions for ${TENANTS} tenants, ${ENTRIES} entries: ` +
      'what they take in memory, with their keys and all that is around them.',
    unit: 'B/entry',
    operations: ENTRIES,
    naive: () => keep(json()),
    of: (program) => keep(ours(program)),
    peers: each(keep),
  },
]);
