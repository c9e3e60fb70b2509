import { describe, expect, it } from 'vitest';
import {
  DictionaryMismatchError,
  MemoryOptimizedStorage,
  trainDictionary,
} from '#exercise/04-compressed-storage';
import { generated, shop } from './shop.ts';

/** Made when a test asks, not while they are collected. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const samples = once(() => generated(40, 7));
const trained = once(() => trainDictionary(samples()));
const order = shop.find(({ name }) => name === 'Order')!;

/** Bytes that the storage would keep of all values. */
function bytesOf(values: readonly unknown[], dictionary?: Uint8Array): number {
  const storage = new MemoryOptimizedStorage(dictionary ? { dictionary } : {});
  return values.reduce<number>((sum, value) => sum + storage.compress(value).payload.length, 0);
}

describe('4.3 Train a dictionary', () => {
  describe('4.3.1 `trainDictionary` returns at most `size` bytes, the same for the same samples', () => {
    it('of any size', () => {
      for (const size of [1, 1_000, 32_768]) {
        const { length } = trainDictionary(shop, size);
        expect(length, `bytes, at least, of ${size}`).toBeGreaterThan(0);
        expect(length, `bytes of ${size}`).toBeLessThanOrEqual(size);
      }
    });

    it('16,384 unless told otherwise', () => {
      expect(trained().length, 'bytes').toBeLessThanOrEqual(16_384);
      expect(trained().length, 'bytes').toBeGreaterThan(8_192);
    });

    it('of a single small sample', () => {
      const dictionary = trainDictionary(['EUR']);
      const storage = new MemoryOptimizedStorage({ dictionary });
      expect(storage.restore(storage.compress(order)), 'what came back').toEqual(order);
    });

    it('the same bytes again', () => {
      expect(isSame(trainDictionary(shop), trainDictionary(shop)), 'whether they are the same').toBe(true);
    });

    it('of an iterable that can be read once', () => {
      const dictionary = trainDictionary(shop.values());
      expect(isSame(dictionary, trainDictionary(shop)), 'whether it is the one of the array').toBe(true);
    });

    it('of samples that stay as they are', () => {
      const list = ['EUR', 'CHF', 'USD'];
      trainDictionary(list);
      expect(list, 'samples').toEqual(['EUR', 'CHF', 'USD']);
    });
  });

  describe('4.3.2 With a dictionary descriptions take less than two thirds', () => {
    it('those of the shop, after training on generated ones', () => {
      const ratio = bytesOf(shop, trained()) / bytesOf(shop);
      expect(ratio, 'bytes with a dictionary ÷ bytes without').toBeLessThan(2 / 3);
    });

    it('other generated ones', () => {
      const others = generated(15, 8);
      const ratio = bytesOf(others, trained()) / bytesOf(others);
      expect(ratio, 'bytes with a dictionary ÷ bytes without').toBeLessThan(2 / 3);
    });
  });

  describe('4.3.3 Each kind of sample has its part', () => {
    const entities = once(() => generated(50, 9).filter(({ kind }) => kind === 'entity').slice(0, 30));
    const forms = Array.from({ length: 12 }, (_, i) => form(i));
    const [sampled, others] = [forms.slice(0, 8), forms.slice(8)];

    for (const where of ['first', 'last'] as const) {
      it(`eight forms among thirty entities, ${where}`, () => {
        const samples = where === 'first' ? [...sampled, ...entities()] : [...entities(), ...sampled];
        const dictionary = trainDictionary(samples);
        const ratio = (values: readonly unknown[]) => bytesOf(values, dictionary) / bytesOf(values);
        expect(ratio(others), 'other forms: bytes with the dictionary ÷ without').toBeLessThan(2 / 3);
        expect(ratio(shop), 'the shop: bytes with the dictionary ÷ without').toBeLessThan(3 / 4);
      });
    }
  });

  describe('4.3.4 Any storage with the same bytes restores', () => {
    it('what was stored', () => {
      const storage = new MemoryOptimizedStorage({ dictionary: trained() });
      for (const description of shop) storage.store(description.name, description);
      for (const description of shop) {
        expect(storage.retrieve(description.name), description.name).toStrictEqual(description);
      }
    });

    it('what another one compressed, with an equal dictionary', () => {
      const [first, second] = [trained(), new Uint8Array(trained())];
      const compressed = new MemoryOptimizedStorage({ dictionary: first }).compress(order);
      const other = new MemoryOptimizedStorage({ dictionary: second });
      expect(other.restore(compressed), 'Order').toStrictEqual(order);
    });

    it('what is larger than all that deflate can look back on', () => {
      const large = Array.from({ length: 20 }, (_, i) => ({ ...order, tenant: i }));
      const storage = new MemoryOptimizedStorage({ dictionary: trainDictionary(shop, 32_768) });
      expect(storage.restore(storage.compress(large)), 'what came back').toEqual(large);
    });
  });

  describe('4.3.5 Without the dictionary there is a `DictionaryMismatchError`', () => {
    it('from a storage that has none, or another one', () => {
      const compressed = new MemoryOptimizedStorage({ dictionary: trained() }).compress(order);
      const none = new MemoryOptimizedStorage();
      const other = new MemoryOptimizedStorage({ dictionary: trainDictionary(shop) });
      expect(() => none.restore(compressed), 'with none').toThrow(DictionaryMismatchError);
      expect(() => other.restore(compressed), 'with another').toThrow(DictionaryMismatchError);
    });
  });

  describe('4.3.6 What needs no dictionary is restored by any storage', () => {
    it('what was compressed without one', () => {
      const compressed = new MemoryOptimizedStorage().compress(order);
      const storage = new MemoryOptimizedStorage({ dictionary: trained() });
      expect(storage.restore(compressed), 'Order').toStrictEqual(order);
    });

    it('what was kept raw', () => {
      const storage = new MemoryOptimizedStorage({ dictionary: trained(), compressFrom: 100_000 });
      const compressed = storage.compress(order);
      expect(storage.restore(compressed), 'Order, in the same storage').toStrictEqual(order);
      expect(new MemoryOptimizedStorage().restore(compressed), 'Order, in another').toStrictEqual(order);
    });
  });

  describe('4.3.7 The caller may do with the dictionary what it likes', () => {
    it('after the storage was made', () => {
      const dictionary = new Uint8Array(trained());
      const storage = new MemoryOptimizedStorage({ dictionary });
      storage.store('Order', order);
      const { length } = storage.compress(order).payload;
      dictionary.fill(0);
      expect(storage.retrieve('Order'), 'what was stored before').toStrictEqual(order);
      expect(storage.compress(order).payload.length, 'bytes that it takes now').toBe(length);
    });
  });

  describe('4.3.8 With a dictionary small values are compressed too', () => {
    const rules = ['name', 'city', 'street', 'postalCode'].map((property, i) => {
      return { rule: 'maxLength', value: 100 + i, property };
    });
    const value = { rule: 'maxLength', value: 64, property: 'country' };

    it('without `compressFrom`', () => {
      const dictionary = trainDictionary(rules);
      const alone = new MemoryOptimizedStorage().compress(value);
      const together = new MemoryOptimizedStorage({ dictionary }).compress(value);
      expect([alone.encoding, together.encoding], 'encoding without and with').toEqual(['raw', 'deflate']);
    });

    it('unless `compressFrom` says otherwise', () => {
      const dictionary = trainDictionary(rules);
      const storage = new MemoryOptimizedStorage({ dictionary, compressFrom: 1_000 });
      expect(storage.compress(value).encoding, 'encoding').toBe('raw');
    });
  });
});

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** A kind of metadata that has nothing in common with a class's. */
function form(i: number): object {
  return {
    title: `Form ${i}`,
    submitButton: { caption: 'Send now', isPrimary: true, question: 'Do you really want to send this form?' },
    widgets: ['street', 'city', 'country', 'phone'].map((widget) => ({
      widget: `${widget}${i}`,
      placeholder: `Please enter your ${widget} as it stands on your last invoice`,
      keyboard: { autocomplete: 'on', autocapitalize: 'words', spellcheck: false },
      layout: { gridColumnStart: 1, gridColumnEnd: 12, marginBottom: '1.5rem' },
    })),
    onFailure: { message: 'Something went wrong, please try again later', retryAfterSeconds: 30 + i },
  };
}
