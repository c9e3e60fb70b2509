import { describe, expect, it } from 'vitest';
import { countWork, growth } from '../work.ts'; // first: it counts in what is loaded after it
import {
  EntryTooLargeError,
  MemoryOptimizedStorage,
  type StorageOptions,
  trainDictionary,
} from '#exercise/04-compressed-storage';
import { randomNumbers } from '#framework';
import { recorder } from '../recorder.ts';
import { shop } from './shop.ts';

const order = shop.find(({ name }) => name === 'Order')!;

/** Of this many random digits, which no program makes much smaller. */
function text(length: number, seed = 1): string {
  const random = randomNumbers(seed);
  return Array.from({ length }, () => Math.floor(random() * 36).toString(36)).join('');
}

/** An entry for each letter; all take the same. */
function storeAll(storage: MemoryOptimizedStorage, letters: string): void {
  for (const letter of letters) storage.store(letter, `value of ${letter}`);
}

const kept = (storage: MemoryOptimizedStorage, letters: string) =>
  [...letters].filter((letter) => storage.has(letter)).join('');

/** What a storage takes that keeps all this. */
function totalOf(entries: Record<string, unknown>, options: StorageOptions = {}): number {
  const storage = new MemoryOptimizedStorage(options);
  for (const [key, value] of Object.entries(entries)) storage.store(key, value);
  return storage.estimateMemoryUsage().totalBytes;
}

/** Room for as many entries as `storeAll` makes of the letters. */
function roomFor(letters: string): number {
  const storage = new MemoryOptimizedStorage();
  storeAll(storage, letters);
  return storage.estimateMemoryUsage().totalBytes;
}

describe('4.4 Count, and keep to a budget', () => {
  describe('4.4.1 `metrics` tells what `compress` tells', () => {
    it('of what was compressed and of what was not', () => {
      const storage = new MemoryOptimizedStorage();
      for (const [key, value] of [['Order', order], ['currency', 'EUR']] as const) {
        storage.store(key, value);
        const { encoding, originalBytes, payload } = storage.compress(value);
        expect(storage.metrics(key), `metrics of ${key}`).toEqual({
          encoding,
          originalBytes,
          payloadBytes: payload.length,
          compressionRatio: originalBytes / payload.length,
        });
      }
    });

    it('of the value that is kept', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('Order', order);
      storage.store('Order', 'EUR');
      expect(storage.metrics('Order')?.encoding, 'encoding').toBe('raw');
    });

    it('`undefined` where there is no entry', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('Order', order);
      storage.delete('Order');
      expect(storage.metrics('Order'), 'metrics of what was deleted').toBe(undefined);
      expect(storage.metrics('constructor'), 'metrics of an absent key').toBe(undefined);
    });
  });

  describe('4.4.2 The report adds up the metrics', () => {
    it('of all entries', () => {
      const storage = new MemoryOptimizedStorage();
      for (const description of shop) storage.store(description.name, description);
      storage.store('currency', 'EUR');
      const metrics = [...shop.map(({ name }) => name), 'currency'].map((key) => storage.metrics(key)!);
      const originalBytes = metrics.reduce((sum, entry) => sum + entry.originalBytes, 0);
      const payloadBytes = metrics.reduce((sum, entry) => sum + entry.payloadBytes, 0);
      expect(storage.estimateMemoryUsage(), 'report').toMatchObject({
        entries: shop.length + 1,
        originalBytes,
        payloadBytes,
        compressionRatio: originalBytes / payloadBytes,
        sharedParts: 0,
      });
    });

    it('of none', () => {
      expect(new MemoryOptimizedStorage().estimateMemoryUsage(), 'report').toMatchObject({
        entries: 0,
        originalBytes: 0,
        payloadBytes: 0,
        compressionRatio: 1,
      });
    });
  });

  describe('4.4.3 `totalBytes` is payloads, overhead and dictionary', () => {
    it('with a dictionary', () => {
      const dictionary = trainDictionary(shop, 4_000);
      const storage = new MemoryOptimizedStorage({ dictionary });
      storage.store('Order', order);
      const report = storage.estimateMemoryUsage();
      expect(report.dictionaryBytes, 'dictionaryBytes').toBe(dictionary.length);
      const { payloadBytes, overheadBytes, dictionaryBytes } = report;
      expect(report.totalBytes, 'totalBytes').toBe(payloadBytes + overheadBytes + dictionaryBytes);
    });

    it('without one', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('Order', order);
      const { payloadBytes, overheadBytes, dictionaryBytes, totalBytes } = storage.estimateMemoryUsage();
      expect(dictionaryBytes, 'dictionaryBytes').toBe(0);
      expect(totalBytes, 'totalBytes').toBe(payloadBytes + overheadBytes);
    });

    it('with the characters of a key', () => {
      const overheadOf = (key: string) => {
        const storage = new MemoryOptimizedStorage();
        storage.store(key, order);
        return storage.estimateMemoryUsage().overheadBytes;
      };
      const added = overheadOf('k'.repeat(10_000)) - overheadOf('k');
      expect(added, 'overhead of a key of 10,000 characters').toBeGreaterThan(5_000);
      expect(added, 'overhead of a key of 10,000 characters').toBeLessThan(50_000);
    });

    it('with more overhead for each entry, also for one of `undefined`', () => {
      const storage = new MemoryOptimizedStorage();
      const overheads = ['a', 'b', '', 'd'].map((letter) => {
        storage.store(letter, letter === 'a' ? order : undefined);
        return storage.estimateMemoryUsage().overheadBytes;
      });
      const added = overheads.map((bytes, i) => bytes - (overheads[i - 1] ?? 0));
      expect(Math.min(...added), 'bytes of overhead that an entry adds').toBeGreaterThan(0);
    });
  });

  describe('4.4.4 The report tells of what is kept now', () => {
    it('after overwrites and deletes', () => {
      const storage = new MemoryOptimizedStorage();
      for (const letter of 'abcd') storage.store(letter, order);
      storage.store('a', 'EUR');
      storage.store('b', shop[0]);
      storage.store('b', { name: 'b' });
      for (const letter of 'cddx') storage.delete(letter);

      const fresh = new MemoryOptimizedStorage();
      fresh.store('a', 'EUR');
      fresh.store('b', { name: 'b' });
      expect(storage.estimateMemoryUsage(), 'report').toEqual(fresh.estimateMemoryUsage());
    });

    it('after evictions', () => {
      const storage = new MemoryOptimizedStorage({ maxBytes: roomFor('abc') });
      storeAll(storage, 'abcdefg');
      expect(storage.estimateMemoryUsage().totalBytes, 'totalBytes').toBe(roomFor(kept(storage, 'abcdefg')));
    });

    it('after a `store` that threw', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('a', order);
      const before = storage.estimateMemoryUsage();
      expect(() => storage.store('a', { check: () => 1 }), 'store').toThrow();
      expect(storage.estimateMemoryUsage(), 'report').toEqual(before);
    });

    it('when all is deleted', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('a', order);
      storage.delete('a');
      const empty = new MemoryOptimizedStorage().estimateMemoryUsage();
      expect(storage.estimateMemoryUsage(), 'report').toEqual(empty);
    });

    it('and one that was returned does not change', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('a', order);
      const report = storage.estimateMemoryUsage();
      const before = { ...report };
      storage.store('b', order);
      storage.estimateMemoryUsage();
      expect(report, 'the report of before').toEqual(before);
    });
  });

  describe('4.4.5 `totalBytes` is at most `maxBytes`', () => {
    it('after each of two hundred stores, and what was stored is kept', () => {
      const dictionary = trainDictionary(shop, 2_000);
      const maxBytes = totalOf({ 'key 1': text(8_000) }, { dictionary });
      const storage = new MemoryOptimizedStorage({ dictionary, maxBytes });
      const random = randomNumbers(4);
      for (let i = 1; i <= 200; i++) {
        const [key, value] = [`key ${Math.floor(random() * 60)}`, text(Math.floor(random() * 3_000), i)];
        storage.store(key, value);
        const { totalBytes } = storage.estimateMemoryUsage();
        expect(totalBytes, `totalBytes after ${i} stores`).toBeLessThanOrEqual(maxBytes);
        expect(storage.retrieve(key) === value, `whether what was stored, ${i}th, is kept`).toBe(true);
      }
    });

    it('when it is just enough', () => {
      const storage = new MemoryOptimizedStorage({ maxBytes: roomFor('abc') });
      storeAll(storage, 'abc');
      expect(kept(storage, 'abc'), 'entries kept').toBe('abc');
    });
  });

  describe('4.4.6 The least recently used entries go, as many as it takes', () => {
    const storageOf = (letters: string) => {
      const storage = new MemoryOptimizedStorage({ maxBytes: roomFor(letters) });
      storeAll(storage, letters);
      return storage;
    };

    it('one for one', () => {
      const storage = storageOf('abc');
      storeAll(storage, 'd');
      expect(kept(storage, 'abcd'), 'entries kept').toBe('bcd');
    });

    it('`retrieve` is a use', () => {
      const storage = storageOf('abc');
      storage.retrieve('a');
      storeAll(storage, 'd');
      expect(kept(storage, 'abcd'), 'entries kept').toBe('acd');
    });

    it('`store` is a use', () => {
      const storage = storageOf('abc');
      storeAll(storage, 'ad');
      expect(kept(storage, 'abcd'), 'entries kept').toBe('acd');
    });

    it('`has`, `metrics` and the report are not', () => {
      const storage = storageOf('abc');
      storage.has('a');
      storage.metrics('a');
      storage.estimateMemoryUsage();
      storeAll(storage, 'd');
      expect(kept(storage, 'abcd'), 'entries kept').toBe('bcd');
    });

    it('whatever the keys look like', () => {
      const storage = storageOf('971');
      storeAll(storage, '5');
      expect(kept(storage, '9715'), 'entries kept').toBe('715');
    });

    it('several for a large one, and no more', () => {
      const large = totalOf({ x: text(2_000) });
      const small = roomFor('a');
      const storage = new MemoryOptimizedStorage({ maxBytes: large + 2 * small });
      const letters = [...'abcdefghijklmnopqrstuvw'].slice(0, Math.floor(large / small) + 2).join('');
      storeAll(storage, letters);
      storage.store('x', text(2_000));
      expect(kept(storage, `${letters}x`), 'entries kept').toBe(`${letters.slice(-2)}x`);
    });
  });

  describe('4.4.7 Replacing frees what the entry took', () => {
    it('before anybody else has to go', () => {
      const storage = new MemoryOptimizedStorage({ maxBytes: roomFor('abc') });
      storeAll(storage, 'abc');
      storeAll(storage, 'c');
      expect(kept(storage, 'abc'), 'entries kept').toBe('abc');
    });

    it('for a larger value, too', () => {
      const storage = new MemoryOptimizedStorage({ maxBytes: totalOf({ a: 1, b: 1, c: text(500, 2) }) });
      storage.store('a', 1);
      storage.store('b', 1);
      storage.store('c', text(400));
      storage.store('c', text(500, 2));
      expect(kept(storage, 'abc'), 'entries kept').toBe('abc');
    });
  });

  describe('4.4.8 `onEvict` hears of each entry that went for room', () => {
    it('with its key and its metrics', () => {
      const [onEvict, calls] = recorder((..._args: unknown[]) => {});
      const storage = new MemoryOptimizedStorage({ maxBytes: roomFor('ab'), onEvict });
      storeAll(storage, 'ab');
      const [a, b] = [storage.metrics('a'), storage.metrics('b')];
      storeAll(storage, 'cd');
      expect(calls, 'calls').toEqual([['a', a], ['b', b]]);
    });

    it('when it is gone already, and what came is there', () => {
      const seen: unknown[] = [];
      const storage: MemoryOptimizedStorage = new MemoryOptimizedStorage({
        maxBytes: roomFor('ab'),
        onEvict: () => seen.push(kept(storage, 'abc'), storage.estimateMemoryUsage().entries),
      });
      storeAll(storage, 'abc');
      expect(seen, 'entries kept, and their number').toEqual(['bc', 2]);
    });

  });

  describe('4.4.9 `onEvict` does not hear of what was deleted or replaced', () => {
    it('by the caller', () => {
      const [onEvict, calls] = recorder((..._args: unknown[]) => {});
      const storage = new MemoryOptimizedStorage({ maxBytes: roomFor('ab'), onEvict });
      storeAll(storage, 'aab');
      storage.delete('a');
      storeAll(storage, 'bc');
      expect(calls, 'calls').toEqual([]);
    });
  });

  describe('4.4.10 What does not fit, even alone, is an `EntryTooLargeError`', () => {
    const filled = () => {
      const [onEvict, calls] = recorder((..._args: unknown[]) => {});
      const storage = new MemoryOptimizedStorage({ maxBytes: roomFor('abc'), onEvict });
      storeAll(storage, 'abc');
      return { storage, calls, before: storage.estimateMemoryUsage() };
    };

    for (const key of ['d', 'b']) {
      it(`under ${key}, while a, b and c are there`, () => {
        const { storage, calls, before } = filled();
        expect(() => storage.store(key, text(10_000)), 'store').toThrow(EntryTooLargeError);
        expect(kept(storage, 'abcd'), 'entries kept').toBe('abc');
        expect(calls, 'calls of onEvict').toEqual([]);
        expect(storage.estimateMemoryUsage(), 'report').toEqual(before);
        expect(storage.retrieve('b'), 'what is kept under b').toBe('value of b');
      });
    }

    it('and no less than that', () => {
      const maxBytes = totalOf({ a: text(1_000) });
      new MemoryOptimizedStorage({ maxBytes }).store('a', text(1_000));
      const store = () => new MemoryOptimizedStorage({ maxBytes: maxBytes - 1 }).store('a', text(1_000));
      expect(store, 'store with a byte less').toThrow(EntryTooLargeError);
    });

    it('beside the dictionary', () => {
      const dictionary = trainDictionary(shop, 4_000);
      const maxBytes = totalOf({ a: text(1_000) }, { dictionary });
      new MemoryOptimizedStorage({ dictionary, maxBytes }).store('a', text(1_000));
      const storage = new MemoryOptimizedStorage({ dictionary, maxBytes: maxBytes - 1 });
      expect(() => storage.store('a', text(1_000)), 'store with a byte less').toThrow(EntryTooLargeError);
    });
  });

  describe('4.4.11 What is done does not grow with the number of entries', () => {
    const entries = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`key ${1_000 + i}`, 'value']));

    /** A storage of so many entries, with no room for another one. */
    function full(count: number): MemoryOptimizedStorage {
      const storage = new MemoryOptimizedStorage({ maxBytes: totalOf(entries(count)) });
      for (const [key, value] of Object.entries(entries(count))) storage.store(key, value);
      return storage;
    }

    it('by `store`, that evicts one', () => {
      const work = (count: number) => {
        const storage = full(count);
        return countWork(() => storage.store('key 9999', 'value'));
      };
      expect(growth(100, work), 'growth of the work').toBe('constant');
    });

    it('by `retrieve`', () => {
      const work = (count: number) => {
        const storage = full(count);
        return countWork(() => storage.retrieve('key 1050'));
      };
      expect(growth(100, work), 'growth of the work').toBe('constant');
    });

    it('by `estimateMemoryUsage`', () => {
      const work = (count: number) => {
        const storage = full(count);
        return countWork(() => storage.estimateMemoryUsage());
      };
      expect(growth(100, work), 'growth of the work').toBe('constant');
    });
  });
});
