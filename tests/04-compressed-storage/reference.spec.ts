import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { randomNumbers } from '#framework';
import { Dictionary } from '../../reference/04-compressed-storage/dictionary.ts';
import {
  type CompressedMetadata,
  MemoryOptimizedStorage,
  type StorageOptions,
  trainDictionary,
} from '../../reference/04-compressed-storage/index.ts';
import { checkInvariants } from '../../reference/04-compressed-storage/invariants.ts';
import { Reader } from '../../reference/04-compressed-storage/reader.ts';
import { Writer } from '../../reference/04-compressed-storage/writer.ts';
import { collectUntil, heldBy } from './memory.ts';
import { generated, shop } from './shop.ts';

const dictionary = trainDictionary(generated(40, 7));

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** A copy: the writer's bytes are its own. */
function streamOf(value: unknown, prior?: Uint8Array): Uint8Array {
  const writer = new Writer(prior === undefined ? Dictionary.NONE : Dictionary.of(prior));
  return new Uint8Array(writer.encode(value, Infinity).bytes);
}

/** Data of every kind, with shared references and cycles, from a sequence of numbers from 0 to 1. */
function arbitrary(random: () => number): unknown {
  const met: object[] = [];
  const int = (below: number) => Math.floor(random() * below);
  const long = ['a'.repeat(100), '📏'.repeat(40)];
  const texts = ['id', 'name', '', 'Größe', '尺寸', '\ud800', '__proto__', ...long];
  const text = () => texts[int(texts.length)]!;
  const scalars: (() => unknown)[] = [
    text, () => int(100), () => -int(2 ** 31), () => int(2 ** 31), () => random() * 1e9, () => -0, () => NaN,
    () => Infinity, () => null, () => undefined, () => true, () => false, () => 2 ** 53, () => -(2 ** 27),
    () => 2 ** 27 - 1, () => BigInt(int(2 ** 31)) ** 5n, () => -BigInt(int(9)),
  ];
  const objects: ((depth: number) => object)[] = [
    () => met1(new Date(int(2 ** 31))),
    () => met1(Uint8Array.from({ length: int(9) }, () => int(256))),
    () => met1(Float64Array.from({ length: int(4) }, random)),
    () => met1(new Uint8Array([1, 2, int(9)]).buffer),
    (depth) => fill(met1([] as unknown[]), (list) => list.push(value(depth))),
    (depth) => fill(met1([] as unknown[]), (list) => (list[list.length + int(2)] = value(depth))),
    (depth) => fill(met1({}), (record) => define(record, text(), value(depth))),
    (depth) => fill(met1({}), (record) => define(record, `key ${int(5)}`, value(depth))),
    (depth) => fill(met1(new Map()), (map) => map.set(value(depth), value(depth))),
    (depth) => fill(met1(new Set()), (set) => set.add(value(depth))),
  ];
  const met1 = <T extends object>(object: T): T => (met.push(object), object);
  const fill = <T>(object: T, add: (object: T) => unknown): T => {
    for (let left = int(5); left > 0; left--) add(object);
    return object;
  };
  const value = (depth: number): unknown => {
    const kind = random();
    if (kind < 0.1 && met.length > 0) return met[int(met.length)];
    if (kind < 0.6 || depth === 0) return scalars[int(scalars.length)]!();
    return objects[int(objects.length)]!(depth - 1);
  };
  return value(5);
}

function define(record: object, key: string, value: unknown): void {
  Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * Whether two graphs are the same: like kinds and contents, in the same order, and one object on the one side
 * wherever there is one on the other.
 */
function isSameGraph(a: unknown, b: unknown, met = new Map<unknown, unknown>()): boolean {
  if (typeof a !== 'object' || a === null) return Object.is(a, b);
  if (met.has(a)) return met.get(a) === b;
  met.set(a, b);
  if (typeof b !== 'object' || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [partsOfA, partsOfB] = [partsOf(a), partsOf(b)];
  return (
    partsOfA.length === partsOfB.length && partsOfA.every((part, i) => isSameGraph(part, partsOfB[i], met))
  );
}

function partsOf(object: object): unknown[] {
  if (object instanceof Date) return [object.getTime()];
  if (object instanceof ArrayBuffer) return [...new Uint8Array(object)];
  if (object instanceof Map) return [...object].flat();
  if (object instanceof Set) return [...object];
  const keys = Object.keys(object);
  const own = keys.map((key) => Object.getOwnPropertyDescriptor(object, key)!.value as unknown);
  return [Array.isArray(object) ? object.length : -1, ...keys, ...own];
}

describe('The stream', () => {
  it('brings back a thousand arbitrary graphs, with and without a dictionary', () => {
    const options: StorageOptions[] = [{}, { dictionary }, { compressFrom: 100_000 }];
    const storages = options.map((each) => new MemoryOptimizedStorage(each));
    const random = randomNumbers(1);
    for (let i = 0; i < 1_000; i++) {
      const value = arbitrary(random);
      const storage = storages[i % 3]!;
      const back = storage.restore(storage.compress(value));
      expect(isSameGraph(value, back), `whether value ${i} came back`).toBe(true);
    }
  });

  it('keeps the holes of a list', () => {
    const storage = new MemoryOptimizedStorage();
    const list = Object.assign(new Array(4), { 0: 1, 2: undefined });
    const back = storage.restore<number[]>(storage.compress(list));
    expect(back.length, 'length').toBe(4);
    expect(Object.keys(back), 'indexes').toEqual(['0', '2']);
  });

  it('keeps a Buffer a Buffer', () => {
    const storage = new MemoryOptimizedStorage();
    const back = storage.restore(storage.compress(Buffer.from('EUR')));
    expect(back, 'what came back').toEqual(Buffer.from('EUR'));
    expect(Buffer.isBuffer(back), 'whether it is a Buffer').toBe(true);
  });

  it('writes keys and texts once', () => {
    const column = { property: 'createdAt', type: 'timestamp' };
    const one = streamOf([column]).length;
    const ten = streamOf(Array.from({ length: 10 }, () => ({ ...column }))).length;
    expect((ten - one) / 9, 'bytes for each further column').toBeLessThanOrEqual(3);
  });

  it('takes a quarter and a bit of the bytes of JSON', () => {
    const ratio = mean(shop.map((value) => streamOf(value).length / JSON.stringify(value).length));
    expect(ratio, 'bytes ÷ those of JSON').toBeLessThan(0.3);
  });

  it('has bytes in the order in which heads and contents come', () => {
    const bytes = streamOf([1, -1, 'id', 'id', { id: true }]);
    const text = Buffer.from('id');
    expect([...bytes], 'bytes').toEqual([
      5 * 8 + 5, // a list of five
      2 * 8 + 1, 1 * 8 + 1, // 1 as 2, -1 as 1
      2 * 8 + 2, ...text, // a text of two
      0 * 8 + 4, // text 0 again
      0 * 8 + 6, 1 * 8 + 5, 2 * 8 + 2, ...text, // shape 0, new: one key
      3 * 8 + 0, // true
    ]);
  });

  it('refuses what is deeper than it can read, and takes all else', () => {
    const nested = (depth: number) => {
      let value: unknown = 'EUR';
      for (let i = 0; i < depth; i++) value = [value];
      return value;
    };
    const storage = new MemoryOptimizedStorage();
    expect(storage.restore(storage.compress(nested(500))), 'what came back').toEqual(nested(500));
    expect(() => storage.compress(nested(501))).toThrow(
      new RangeError('metadata must be at most 500 deep, received more'),
    );
  });

  it('is not disturbed by a getter that stores something itself', () => {
    const storage = new MemoryOptimizedStorage();
    const order = {
      table: 'orders',
      get total() {
        storage.store('total', { table: 'totals' });
        return 12;
      },
      last: 'id',
    };
    storage.store('Order', order);
    expect(storage.retrieve('Order'), 'Order').toEqual({ table: 'orders', total: 12, last: 'id' });
    expect(storage.retrieve('total'), 'total').toEqual({ table: 'totals' });
  });

  it('does not keep alive what it wrote or read', async () => {
    const storage = new MemoryOptimizedStorage();
    const refs = (() => {
      const value = { table: { name: 'orders' } };
      storage.store('Order', value);
      return [new WeakRef<object>(value.table), new WeakRef<object>(storage.retrieve<object>('Order')!)];
    })();
    await collectUntil(() => refs.every((ref) => ref.deref() === undefined));
    expect(refs.filter((ref) => ref.deref()).length, 'values that are still in memory').toBe(0);
  });
});

describe('Damage', () => {
  /** Changes, inserts or drops some bytes. */
  function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
    const list = [...bytes];
    for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
      const at = Math.floor(random() * list.length);
      const kind = random();
      if (kind < 0.6) list[at] = Math.floor(random() * 256);
      else if (kind < 0.8) list.splice(at, 1 + Math.floor(random() * 4));
      else list.splice(at, 0, Math.floor(random() * 256));
    }
    return Uint8Array.from(list);
  }

  it('in a stream is an error or another value, and never the end, in three thousand trials', () => {
    const random = randomNumbers(2);
    const reader = new Reader(Dictionary.of(dictionary));
    const streams = Array.from({ length: 50 }, () => streamOf(arbitrary(random), dictionary));
    let errors = 0;
    for (let i = 0; i < 3_000; i++) {
      try {
        reader.read(damaged(streams[i % streams.length]!, random));
      } catch (error) {
        expect(error, `what trial ${i} threw`).toBeInstanceOf(Error);
        expect((error as Error).message, `what trial ${i} threw`).not.toMatch(/call stack|heap|memory/);
        errors++;
      }
    }
    expect(errors, 'streams that were found to be wrong').toBeGreaterThan(1_500);
    expect(reader.read(streamOf(shop[0], dictionary)), 'what the same reader reads then').toEqual(shop[0]);
  });

  it('in an entry is a CorruptEntryError, in four hundred trials', () => {
    const random = randomNumbers(3);
    const storage = new MemoryOptimizedStorage({ dictionary });
    const names = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const compressed = storage.compress(shop[i % shop.length]);
      const payload = damaged(compressed.payload, random);
      if (Buffer.compare(payload, compressed.payload) === 0) continue;
      try {
        storage.restore({ ...compressed, payload });
        names.add('none');
      } catch (error) {
        names.add((error as Error).name);
      }
    }
    expect([...names], 'what was thrown').toEqual(['CorruptEntryError']);
  });

  /** As somebody would do it who knows how to compute a checksum. */
  function forged(payload: Uint8Array): CompressedMetadata {
    const originalBytes = payload.length;
    const checksum = crc32(payload, ~originalBytes >>> 0);
    return { encoding: 'raw', payload, originalBytes, dictionaryId: 0, checksum };
  }

  const bytes = (...values: number[]) => Uint8Array.from(values);
  const cases: Record<string, Uint8Array> = {
    'nothing at all': bytes(),
    'a text that is longer than the stream': bytes(127 & ~7 | 2, 65),
    'a list of 2²⁷ elements': bytes(0x85, 0x80, 0x80, 0x80, 0x04),
    'a Map of 2²⁷ entries': bytes(9 * 8, 0x85, 0x80, 0x80, 0x80, 0x04),
    'a head without end': bytes(255, 255, 255, 255, 255, 255, 255),
    'a text that nobody wrote': bytes(9 * 8 + 4),
    'a shape that nobody defined': bytes(3 * 8 + 6),
    'an object that nobody met': bytes(8 + 7),
    'a shape of 2²⁷ keys': bytes(6, 0x85, 0x80, 0x80, 0x80, 0x04),
    'a key that is a number': bytes(6, 8 + 5, 8 + 1, 8 + 1),
    'a hole that is in no list': bytes(4 * 8),
    'a kind of bytes that there is not': bytes(0xe0, 0x07, 5),
    'a Float64Array of three bytes': bytes(0xa0, 0x01, 3 * 8 + 5, 1, 2, 3),
    'a BigInt of other digits': bytes(7 * 8, 8 + 2, 0x78),
    'something after the end': bytes(8, 8),
    'lists in lists, 100,000 deep': new Uint8Array(100_000).fill(8 + 5),
  };
  for (const [what, payload] of Object.entries(cases)) {
    it(`that was made on purpose, with a true checksum: ${what}`, () => {
      expect(() => new MemoryOptimizedStorage().restore(forged(payload))).toThrow(
        expect.objectContaining({ name: 'CorruptEntryError' }),
      );
    });
  }

  it('is no reason to believe the sums: what is no entry is not loaded', () => {
    const storage = new MemoryOptimizedStorage();
    const compressed = storage.compress('EUR');
    const load = (change: object) => () => storage.load([['currency', { ...compressed, ...change }]]);
    expect(load({ originalBytes: NaN })).toThrow(
      new RangeError('originalBytes must be an integer from 0, received NaN'),
    );
    expect(load({ payload: 'EUR' })).toThrow(new TypeError(`payload must be a Uint8Array, received 'EUR'`));
    expect(storage.size, 'size').toBe(0);
  });
});

describe('The dictionary', () => {
  const bytesWith = (options: StorageOptions) => {
    const storage = new MemoryOptimizedStorage(options);
    return mean(shop.map((value) => storage.compress(value).payload.length));
  };

  it('leaves less than 350 bytes of a description', () => {
    expect(bytesWith({ dictionary }), 'bytes kept an object').toBeLessThan(350);
  });

  it('does nearly all that it can with 4 kB', () => {
    const samples = generated(40, 7);
    const [small, large] = [4_096, 16_384].map((size) => {
      return bytesWith({ dictionary: trainDictionary(samples, size) });
    });
    expect(small! / large!, 'bytes with 4 kB ÷ bytes with 16 kB').toBeLessThan(1.03);
  });

  it('leaves what a stream would take without it in originalBytes, but for the width of some numbers', () => {
    for (const value of shop) {
      const primed = new MemoryOptimizedStorage({ dictionary }).compress(value);
      const plain = new MemoryOptimizedStorage().compress(value);
      const ratio = primed.originalBytes / plain.originalBytes;
      expect(Math.abs(ratio - 1), `difference of ${value.name}`).toBeLessThan(0.1);
    }
  });

  it('may be any bytes', () => {
    const random = randomNumbers(4);
    for (let i = 0; i < 50; i++) {
      const noise = Uint8Array.from({ length: 1 + Math.floor(random() * 3_000) }, () => random() * 256);
      const storage = new MemoryOptimizedStorage({ dictionary: noise });
      expect(storage.restore(storage.compress(shop[0])), 'what came back').toEqual(shop[0]);
    }
  });

  it('of texts that are wide, or occur to it twice, is one like others', () => {
    const wide = trainDictionary([{ 尺寸: ['尺寸', '尺寸', 'Größe'] }]);
    const storage = new MemoryOptimizedStorage({ dictionary: wide });
    const value = { 尺寸: 'Größe', other: '尺寸' };
    expect(storage.restore(storage.compress(value)), 'what came back').toEqual(value);
  });

  it('is not needed for objects that are used as maps, nor slow with them', () => {
    const value = Array.from({ length: 300 }, (_, i) => ({ id: i, [`column ${i}`]: i }));
    const storage = new MemoryOptimizedStorage({ dictionary });
    expect(storage.restore(storage.compress(value)), 'what came back').toEqual(value);
  });
});

describe('The accounts', () => {
  it('hold, and the values too, in fifteen hundred operations against a Map', () => {
    const random = randomNumbers(5);
    const int = (below: number) => Math.floor(random() * below);
    const evicted: unknown[] = [];
    const storage = new MemoryOptimizedStorage({
      dictionary,
      maxBytes: 30_000,
      onEvict: (key) => {
        evicted.push(key);
        model.delete(key as string);
      },
    });
    const model = new Map<string, unknown>();
    for (let i = 0; i < 1_500; i++) {
      const key = `key ${int(150)}`;
      const action = random();
      if (action < 0.5) {
        const value = random() < 0.5 ? arbitrary(random) : shop[int(shop.length)];
        model.set(key, value);
        storage.store(key, value);
      } else if (action < 0.9) {
        expect(storage.has(key), `whether ${key} is there in operation ${i}`).toBe(model.has(key));
        const isSame = isSameGraph(model.get(key), storage.retrieve(key));
        expect(isSame, `whether ${key} is what was stored, in operation ${i}`).toBe(true);
      } else {
        expect(storage.delete(key), `whether ${key} was there in operation ${i}`).toBe(model.delete(key));
      }
      if (i % 50 === 0) checkInvariants(storage);
    }
    checkInvariants(storage);
    expect(storage.size, 'size').toBe(model.size);
    expect(evicted.length, 'entries that went').toBeGreaterThan(50);
  });

  /** The estimate of what such a storage takes ÷ what it takes. */
  async function estimateRatio(fill: (storage: MemoryOptimizedStorage) => void): Promise<number> {
    fill(new MemoryOptimizedStorage()); // so that nothing is compiled meanwhile
    const { heap, buffers, result } = await heldBy(() => {
      const storage = new MemoryOptimizedStorage();
      fill(storage);
      return storage;
    });
    return (result as MemoryOptimizedStorage).estimateMemoryUsage().totalBytes / (heap + buffers);
  }

  it('are within 15% of what the heap says, with names for keys', async () => {
    const source = new MemoryOptimizedStorage();
    const compressed = shop.map((description) => source.compress(description));
    const ratio = await estimateRatio((storage) => {
      for (let i = 0; i < 5_000; i++) {
        const key = Buffer.from(`tenant ${i}/Order`).toString(); // a string of its own
        storage.load([[key, compressed[i % shop.length]!]]);
      }
    });
    expect(ratio, 'estimate ÷ heap').toBeGreaterThan(0.85);
    expect(ratio, 'estimate ÷ heap').toBeLessThan(1.15);
  });

  it('are within 15% of what the heap says, with classes for keys', async () => {
    const classes = Array.from({ length: 1_000 }, () => class {});
    const ratio = await estimateRatio((storage) => {
      for (const [i, target] of classes.entries()) storage.store(target, shop[i % shop.length]);
    });
    expect(ratio, 'estimate ÷ heap').toBeGreaterThan(0.85);
    expect(ratio, 'estimate ÷ heap').toBeLessThan(1.15);
  });

  it('tell everybody of evictions, whoever throws', () => {
    const told: unknown[] = [];
    const room = new MemoryOptimizedStorage();
    for (const key of 'abc') room.store(key, 'EUR');
    const storage = new MemoryOptimizedStorage({
      maxBytes: room.estimateMemoryUsage().totalBytes,
      onEvict: (key) => {
        told.push(key);
        throw new Error(`not ${String(key)}`);
      },
    });
    for (const key of 'abc') storage.store(key, 'EUR');
    expect(() => storage.store('d', 'x'.repeat(90))).toThrow('onEvict threw 2 times');
    expect(told, 'keys that were told of').toEqual(['a', 'b']);
    expect(storage.retrieve('d'), 'what was stored').toBe('x'.repeat(90));
    checkInvariants(storage);
  });

  it('of entries forget those of collected classes, and agree in between', async () => {
    const storage = new MemoryOptimizedStorage();
    (() => {
      for (let i = 0; i < 100; i++) storage.store(class {}, shop[i % shop.length]);
    })();
    storage.store('Order', shop[0]);
    checkInvariants(storage);
    await collectUntil(() => storage.size === 1);
    checkInvariants(storage);
    expect(storage.size, 'size').toBe(1);
  });
});

describe('Sharing', () => {
  it('unpacks nothing for who asks for what another holds', () => {
    const storage = new MemoryOptimizedStorage({ share: true });
    const held = shop.map((description) => {
      storage.store(description.name, description);
      return storage.retrieve(description.name);
    });
    const reads = countReads(() => {
      for (const [i, { name }] of shop.entries()) {
        expect(storage.retrieve(name) === held[i], `whether ${name} is the object that is held`).toBe(true);
      }
    });
    expect(reads, 'streams that were read').toBe(0);
  });

  it('brings back arbitrary graphs, the same for all where it is frozen', () => {
    const storage = new MemoryOptimizedStorage({ share: true, dictionary });
    const random = randomNumbers(6);
    for (let i = 0; i < 300; i++) {
      const value = arbitrary(random);
      storage.store('value', value);
      const [first, second] = [storage.retrieve('value'), storage.retrieve('value')];
      expect(first, `value ${i}`).toStrictEqual(second);
      if (Object.isFrozen(first)) expect(Object.is(first, second), `whether value ${i} is one`).toBe(true);
    }
  });

  it('keeps one object for the columns that all entities of the shop inherit', () => {
    const storage = new MemoryOptimizedStorage({ share: true });
    const held = shop.map((description) => {
      storage.store(description.name, description);
      return storage.retrieve<{ columns?: readonly object[] }>(description.name)!;
    });
    const columns = held.flatMap(({ columns = [] }) => columns);
    expect(new Set(columns).size / columns.length, 'objects ÷ columns').toBeLessThan(0.75);
  });
});

/** How many streams are read in `run`. */
function countReads(run: () => void): number {
  let reads = 0;
  const { read } = Reader.prototype;
  Reader.prototype.read = function (bytes) {
    reads++;
    return read.call(this, bytes);
  };
  try {
    run();
  } finally {
    Reader.prototype.read = read;
  }
  return reads;
}
