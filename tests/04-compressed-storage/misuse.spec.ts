import { describe, expect, it } from 'vitest';
import {
  MemoryOptimizedStorage,
  type StorageOptions,
  trainDictionary,
} from '#exercise/04-compressed-storage';

/** What a program in plain JavaScript might hand over. */
const untyped = (value: unknown) => value as never;

const storageWith = (options: StorageOptions) => () => new MemoryOptimizedStorage(options);

describe('4.1 misuse', () => {
  it('a value that is not data', () => {
    const store = (value: unknown) => () => new MemoryOptimizedStorage().store('Order', value);
    const error = (message: string) => expect.objectContaining({ name: 'UnsupportedValueError', message });
    expect(store({ columns: [{ parse: () => 1 }] })).toThrow(
      error('metadata.columns[0].parse must be data, received [Function: parse]'),
    );
    expect(store([Symbol('id')])).toThrow(error('metadata[0] must be data, received Symbol(id)'));
    expect(store(new (class Money {})())).toThrow(error('metadata must be data, received Money {}'));
    expect(store({ [Symbol('id')]: 1 })).toThrow(
      error('metadata[Symbol(id)] must be data, received a symbol for a key'),
    );
  });
});

describe('4.2 misuse', () => {
  for (const compressFrom of [-1, 1.5, NaN, Infinity]) {
    it(`compressFrom: ${compressFrom}`, () => {
      expect(storageWith({ compressFrom })).toThrow(
        new RangeError(`compressFrom must be an integer from 0, received ${compressFrom}`),
      );
    });
  }

  it('compressFrom of another type', () => {
    expect(storageWith({ compressFrom: untyped('100') })).toThrow(
      new TypeError(`compressFrom must be a number, received '100'`),
    );
  });
});

describe('4.3 misuse', () => {
  it('a dictionary that is no bytes', () => {
    expect(storageWith({ dictionary: untyped('columns') })).toThrow(
      new TypeError(`dictionary must be a Uint8Array, received 'columns'`),
    );
  });

  for (const length of [0, 32_769]) {
    it(`a dictionary of ${length} bytes`, () => {
      expect(storageWith({ dictionary: new Uint8Array(length) })).toThrow(
        new RangeError(`dictionary.length must be an integer from 1 to 32768, received ${length}`),
      );
    });
  }

  for (const size of [0, 1.5, 32_769]) {
    it(`size: ${size}`, () => {
      expect(() => trainDictionary(['EUR'], size)).toThrow(
        new RangeError(`size must be an integer from 1 to 32768, received ${size}`),
      );
    });
  }

  it('size of another type', () => {
    expect(() => trainDictionary(['EUR'], untyped('4 kB'))).toThrow(
      new TypeError(`size must be a number, received '4 kB'`),
    );
  });

  it('no samples', () => {
    expect(() => trainDictionary([])).toThrow(
      new RangeError('samples must have at least one, received none'),
    );
  });

  it('a sample that is not data', () => {
    expect(() => trainDictionary([{ id: 1 }, { check: () => 1 }])).toThrow(
      expect.objectContaining({
        name: 'UnsupportedValueError',
        message: 'metadata.check must be data, received [Function: check]',
      }),
    );
  });

  it('an entry that needs another dictionary', () => {
    const dictionary = trainDictionary(['EUR, '.repeat(9)]);
    const compressed = new MemoryOptimizedStorage({ dictionary }).compress('EUR, '.repeat(9));
    expect(() => new MemoryOptimizedStorage().restore(compressed)).toThrow(
      expect.objectContaining({
        name: 'DictionaryMismatchError',
        message: `the entry was compressed with dictionary ${compressed.dictionaryId}, present is none`,
        needed: compressed.dictionaryId,
        present: 0,
      }),
    );
  });
});

describe('4.4 misuse', () => {
  for (const maxBytes of [0, -1, 1.5, NaN]) {
    it(`maxBytes: ${maxBytes}`, () => {
      expect(storageWith({ maxBytes })).toThrow(
        new RangeError(`maxBytes must be an integer from 1, received ${maxBytes}`),
      );
    });
  }

  it('maxBytes of another type', () => {
    expect(storageWith({ maxBytes: untyped('1 MB') })).toThrow(
      new TypeError(`maxBytes must be a number, received '1 MB'`),
    );
  });

  it('onEvict that is no function', () => {
    expect(storageWith({ onEvict: untyped(true) })).toThrow(
      new TypeError('onEvict must be a function, received true'),
    );
  });
});

describe('4.5 misuse', () => {
  for (const maxValueBytes of [0, 1.5, NaN]) {
    it(`maxValueBytes: ${maxValueBytes}`, () => {
      expect(storageWith({ maxValueBytes })).toThrow(
        new RangeError(`maxValueBytes must be an integer from 1, received ${maxValueBytes}`),
      );
    });
  }

  it('maxValueBytes of another type', () => {
    expect(storageWith({ maxValueBytes: untyped(null) })).toThrow(
      new TypeError('maxValueBytes must be a number, received null'),
    );
  });

  it('a value that is too large', () => {
    const { originalBytes } = new MemoryOptimizedStorage().compress('EUR');
    expect(() => new MemoryOptimizedStorage({ maxValueBytes: 1 }).store('currency', 'EUR')).toThrow(
      expect.objectContaining({
        name: 'EntryTooLargeError',
        message: `an entry may take 1 bytes at most, received one of ${originalBytes}`,
      }),
    );
  });

  it('a damaged entry, named by its key', () => {
    const storage = new MemoryOptimizedStorage();
    const compressed = storage.compress('EUR');
    storage.load([['currency', { ...compressed, checksum: compressed.checksum ^ 1 }]]);
    expect(() => storage.retrieve('currency')).toThrow(
      expect.objectContaining({
        name: 'CorruptEntryError',
        message: expect.stringContaining(`the entry of 'currency' is corrupt: `) as string,
      }),
    );
  });
});

describe('4.6 misuse', () => {
  it('share of another type', () => {
    expect(storageWith({ share: untyped('yes') })).toThrow(
      new TypeError(`share must be a boolean, received 'yes'`),
    );
  });
});
