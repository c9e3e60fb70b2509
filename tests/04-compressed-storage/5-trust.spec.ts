import { describe, expect, it } from 'vitest';
import {
  type CompressedMetadata,
  CorruptEntryError,
  EntryTooLargeError,
  MemoryOptimizedStorage,
  type StorageOptions,
  trainDictionary,
} from '#exercise/04-compressed-storage';
import { allocatedBy } from './memory.ts';
import { shop } from './shop.ts';

const order = shop.find(({ name }) => name === 'Order')!;
const service = shop.find(({ name }) => name === 'CheckoutService')!;

/** A payload with one byte that is not what it was. */
function flipped(payload: Uint8Array, at: number): Uint8Array {
  const bytes = new Uint8Array(payload);
  bytes[at]! ^= 0xff;
  return bytes;
}

const damaged = (compressed: CompressedMetadata): CompressedMetadata => ({
  ...compressed,
  payload: flipped(compressed.payload, compressed.payload.length >> 1),
});

/** What `restore` makes of it, in a word or two. */
function outcomeOf(storage: MemoryOptimizedStorage, compressed: CompressedMetadata): string {
  try {
    storage.restore(compressed);
    return 'a value';
  } catch (error) {
    return (error as Error).name;
  }
}

describe('4.5 Trust no bytes', () => {
  const kinds: [string, () => { storage: MemoryOptimizedStorage; compressed: CompressedMetadata }][] = [
    ['a deflated entry', () => compressedWith({}, service)],
    ['a raw entry', () => compressedWith({ compressFrom: 100_000 }, { columns: ['id', 'total'] })],
    ['one with a dictionary', () => compressedWith({ dictionary: trainDictionary(shop, 1_000) }, service)],
  ];
  function compressedWith(options: StorageOptions, value: unknown) {
    const storage = new MemoryOptimizedStorage(options);
    return { storage, compressed: storage.compress(value) };
  }

  describe('4.5.1 A payload that is not what it was is a `CorruptEntryError`', () => {
    for (const [kind, make] of kinds) {
      it(`each byte of ${kind}`, () => {
        const { storage, compressed } = make();
        const outcomes = Array.from(compressed.payload, (_, at) => {
          return outcomeOf(storage, { ...compressed, payload: flipped(compressed.payload, at) });
        });
        expect([...new Set(outcomes)], 'what `restore` gave').toEqual(['CorruptEntryError']);
      });

      it(`${kind} that lost its end, or everything`, () => {
        const { storage, compressed } = make();
        const { length } = compressed.payload;
        const outcomes = [length - 1, length >> 1, 1, 0].map((end) => {
          return outcomeOf(storage, { ...compressed, payload: compressed.payload.subarray(0, end) });
        });
        expect(outcomes, 'what `restore` gave').toEqual(Array(4).fill('CorruptEntryError'));
      });
    }

    it('and one that is whole is not', () => {
      for (const [kind, make] of kinds) {
        const { storage, compressed } = make();
        expect(outcomeOf(storage, compressed), kind).toBe('a value');
      }
    });
  });

  describe('4.5.2 Other particulars that are not what they were are one too', () => {
    for (const [kind, make] of kinds) {
      it(`of ${kind}`, () => {
        const { storage, compressed } = make();
        const { encoding, originalBytes, checksum } = compressed;
        const changes: Partial<CompressedMetadata>[] = [
          { encoding: encoding === 'raw' ? 'deflate' : 'raw' },
          { originalBytes: originalBytes + 1 },
          { originalBytes: originalBytes - 1 },
          { originalBytes: 0 },
          { checksum: checksum ^ 1 },
        ];
        for (const change of changes) {
          const outcome = outcomeOf(storage, { ...compressed, ...change });
          const what = `what \`restore\` gave with another ${Object.keys(change)[0]}`;
          expect(outcome, what).toBe('CorruptEntryError');
        }
      });
    }
  });

  describe('4.5.3 More than `maxValueBytes` is an `EntryTooLargeError`', () => {
    const originalBytes = () => new MemoryOptimizedStorage().compress(order).originalBytes;
    const thrownBy = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return error;
      }
      return 'nothing was thrown';
    };

    it('when it is to be stored or compressed', () => {
      const storage = new MemoryOptimizedStorage({ maxValueBytes: originalBytes() - 1 });
      storage.store('Order', 'EUR');
      expect(() => storage.compress(order), 'compress').toThrow(EntryTooLargeError);
      expect(() => storage.store('Order', order), 'store').toThrow(EntryTooLargeError);
      expect(storage.retrieve('Order'), 'what is kept').toBe('EUR');
    });

    it('when it is to be restored', () => {
      const compressed = new MemoryOptimizedStorage().compress(order);
      const storage = new MemoryOptimizedStorage({ maxValueBytes: originalBytes() - 1 });
      expect(() => storage.restore(compressed), 'restore').toThrow(EntryTooLargeError);
    });

    it('with both figures', () => {
      const storage = new MemoryOptimizedStorage({ maxValueBytes: 500 });
      const figures = { bytes: originalBytes(), maxBytes: 500 };
      expect(thrownBy(() => storage.compress(order)), 'of compress').toMatchObject(figures);
      const compressed = new MemoryOptimizedStorage().compress(order);
      expect(thrownBy(() => storage.restore(compressed)), 'of restore').toMatchObject(figures);
    });

    it('but not just as many', () => {
      const storage = new MemoryOptimizedStorage({ maxValueBytes: originalBytes() });
      expect(storage.restore(storage.compress(order)), 'what came back').toEqual(order);
    });
  });

  describe('4.5.4 What unpacks to too much is not unpacked', () => {
    const KB = 1_024;
    const bomb = () => new MemoryOptimizedStorage().compress('0'.repeat(2_000 * KB));

    for (const [kind, lie] of [['that says so', {}], ['that says less', { originalBytes: 1_000 }]] as const) {
      it(`2 MB ${kind}, where 64 kB are allowed`, () => {
        const compressed = { ...bomb(), ...lie };
        const storage = new MemoryOptimizedStorage({ maxValueBytes: 64 * KB });
        let outcome = '';
        const allocated = allocatedBy(() => (outcome = outcomeOf(storage, compressed)));
        expect(outcome, 'what `restore` gave').toMatch(/^(CorruptEntry|EntryTooLarge)Error$/);
        expect(allocated / KB, 'kB allocated').toBeLessThan(512);
      });
    }

    it('2 MB that say 64 kB, where 16 MB are allowed', () => {
      const compressed = { ...bomb(), originalBytes: 64 * KB };
      const storage = new MemoryOptimizedStorage();
      let outcome = '';
      const allocated = allocatedBy(() => (outcome = outcomeOf(storage, compressed)));
      expect(outcome, 'what `restore` gave').toBe('CorruptEntryError');
      expect(allocated / KB, 'kB allocated').toBeLessThan(512);
    });
  });

  describe('4.5.5 `entries` gives what is kept, and `load` keeps it', () => {
    const filled = () => {
      const storage = new MemoryOptimizedStorage();
      for (const description of shop) storage.store(description.name, description);
      storage.store('currency', 'EUR');
      return storage;
    };

    it('the same values', () => {
      const storage = new MemoryOptimizedStorage();
      storage.load(filled().entries());
      expect(storage.size, 'size').toBe(shop.length + 1);
      for (const description of shop) {
        expect(storage.retrieve(description.name), description.name).toStrictEqual(description);
      }
      expect(storage.retrieve('currency'), 'currency').toBe('EUR');
    });

    it('as `compress` makes it', () => {
      const [[key, compressed] = []] = filled().entries();
      expect(key, 'first key').toBe(shop[0]!.name);
      expect(new MemoryOptimizedStorage().restore(compressed!), 'first entry').toStrictEqual(shop[0]);
    });

    it('the least recently used first', () => {
      const storage = new MemoryOptimizedStorage();
      for (const letter of 'abcd') storage.store(letter, letter);
      storage.retrieve('a');
      storage.store('b', 'b');
      storage.has('c');
      const keys = (of: MemoryOptimizedStorage) => Array.from(of.entries(), ([key]) => key).join('');
      expect(keys(storage), 'keys').toBe('cdab');
      const other = new MemoryOptimizedStorage();
      other.load(storage.entries());
      expect(keys(other), 'keys in the other storage').toBe('cdab');
    });

    it('of an iterable that can be read once', () => {
      const storage = new MemoryOptimizedStorage();
      storage.load(filled().entries().values());
      expect(storage.size, 'size').toBe(shop.length + 1);
    });
  });

  describe('4.5.6 `load` unpacks nothing, and keeps copies', () => {
    it('takes what is damaged', () => {
      const storage = new MemoryOptimizedStorage();
      const load = () => storage.load([['Order', damaged(storage.compress(order))]]);
      expect(load, 'load').not.toThrow();
      expect(storage.has('Order'), 'has').toBe(true);
    });

    it('does not mind what is done to the bytes afterwards', () => {
      const storage = new MemoryOptimizedStorage();
      const compressed = storage.compress(order);
      storage.load([['Order', compressed]]);
      compressed.payload.fill(0);
      expect(storage.retrieve('Order'), 'what is kept').toStrictEqual(order);
    });

    it('nor to a Buffer, as files are read into', () => {
      const storage = new MemoryOptimizedStorage();
      const compressed = { ...storage.compress(order) };
      const payload = Buffer.from(compressed.payload);
      storage.load([['Order', { ...compressed, payload }]]);
      payload.fill(0);
      expect(storage.retrieve('Order'), 'what is kept').toStrictEqual(order);
    });
  });

  describe('4.5.7 What is loaded replaces, counts and keeps to the budget', () => {
    it('like what is stored', () => {
      const source = new MemoryOptimizedStorage();
      for (const letter of 'abcde') source.store(letter, letter);
      const stored = new MemoryOptimizedStorage();
      stored.store('a', order);
      for (const letter of 'abcde') stored.store(letter, letter);
      const loaded = new MemoryOptimizedStorage();
      loaded.store('a', order);
      loaded.load(source.entries());
      expect(loaded.estimateMemoryUsage(), 'report').toEqual(stored.estimateMemoryUsage());
    });

    it('and evicts', () => {
      const source = new MemoryOptimizedStorage();
      for (const letter of 'abc') source.store(letter, letter);
      const maxBytes = source.estimateMemoryUsage().totalBytes;
      for (const letter of 'de') source.store(letter, letter);
      const gone: unknown[] = [];
      const storage = new MemoryOptimizedStorage({ maxBytes, onEvict: (key) => gone.push(key) });
      storage.load(source.entries());
      expect(storage.entries().map(([key]) => key).join(''), 'keys').toBe('cde');
      expect(gone, 'keys that went').toEqual(['a', 'b']);
    });

    it('and is too large, even alone', () => {
      const source = new MemoryOptimizedStorage();
      source.store('a', 'EUR');
      const maxBytes = source.estimateMemoryUsage().totalBytes;
      source.store('b', order);
      const storage = new MemoryOptimizedStorage({ maxBytes });
      expect(() => storage.load(source.entries()), 'load').toThrow(EntryTooLargeError);
      expect([storage.has('a'), storage.has('b')], 'has a, has b').toEqual([true, false]);
    });
  });

  const withDamage = () => {
    const storage = new MemoryOptimizedStorage();
    storage.store('Order', order);
    storage.load([['Address', damaged(storage.compress(shop[1]))]]);
    return storage;
  };

  describe('4.5.8 `retrieve` of a damaged entry says whose it was', () => {
    it('by its key', () => {
      let error: unknown;
      try {
        withDamage().retrieve('Address');
      } catch (thrown) {
        error = thrown;
      }
      expect(error, 'what was thrown').toBeInstanceOf(CorruptEntryError);
      expect((error as CorruptEntryError).key, 'key').toBe('Address');
    });

  });

  describe('4.5.9 A damaged entry goes when it was found out', () => {
    it('it alone', () => {
      const storage = withDamage();
      expect(() => storage.retrieve('Address'), 'first retrieve').toThrow(CorruptEntryError);
      expect(storage.retrieve('Address'), 'second retrieve').toBe(undefined);
      expect(storage.has('Address'), 'has').toBe(false);
      expect(storage.retrieve('Order'), 'the other').toStrictEqual(order);
    });

    it('from the report, too', () => {
      const storage = withDamage();
      expect(() => storage.retrieve('Address'), 'retrieve').toThrow(CorruptEntryError);
      const alone = new MemoryOptimizedStorage();
      alone.store('Order', order);
      expect(storage.estimateMemoryUsage(), 'report').toEqual(alone.estimateMemoryUsage());
    });
  });
});
