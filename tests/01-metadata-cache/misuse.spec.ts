import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type CacheOptions, cached, OptimizedMetadataCache } from '#exercise/01-metadata-cache';

/** What a program in plain JavaScript might hand over. */
const untyped = (value: unknown) => value as never;

const cacheWith = (options: CacheOptions) => () => new OptimizedMetadataCache(options);

describe('1.2 misuse', () => {
  for (const maxEntries of [0, -1, 1.5, NaN]) {
    it(`maxEntries: ${maxEntries}`, () => {
      expect(cacheWith({ maxEntries })).toThrow(
        new RangeError(`maxEntries must be an integer from 1 or Infinity, received ${maxEntries}`),
      );
    });
  }

  it('maxEntries: Infinity is no bound', () => {
    const cache = new OptimizedMetadataCache({ maxEntries: Infinity });
    for (let n = 0; n < 1_000; n++) cache.set(`key ${n}`, n);
    expect(cache.size, 'size').toBe(1_000);
  });

  it('maxEntries of another type', () => {
    expect(cacheWith({ maxEntries: untyped('10') })).toThrow(
      new TypeError(`maxEntries must be a number, received '10'`),
    );
    expect(cacheWith({ maxEntries: untyped(null) })).toThrow(
      new TypeError('maxEntries must be a number, received null'),
    );
  });

  it('onEvict that is no function', () => {
    expect(cacheWith({ onEvict: untyped(true) })).toThrow(
      new TypeError('onEvict must be a function, received true'),
    );
  });
});

describe('1.3 misuse', () => {
  for (const ttlMs of [-1, NaN]) {
    it(`ttlMs: ${ttlMs}`, () => {
      expect(cacheWith({ ttlMs })).toThrow(new RangeError(`ttlMs must be 0 or more, received ${ttlMs}`));
    });
  }

  it('ttlMs of another type', () => {
    expect(cacheWith({ ttlMs: untyped('1 h') })).toThrow(
      new TypeError(`ttlMs must be a number, received '1 h'`),
    );
  });

  it('now that is no function', () => {
    expect(cacheWith({ now: untyped(0) })).toThrow(new TypeError('now must be a function, received 0'));
  });

  it('ttlMs of one entry: it is not stored, and the cache is as it was', () => {
    const cache = new OptimizedMetadataCache();
    cache.set('a', 'old');
    expect(() => cache.set('a', 'new', { ttlMs: -1 })).toThrow(
      new RangeError('ttlMs must be 0 or more, received -1'),
    );
    expect(() => cache.set('b', 'new', { ttlMs: untyped('10') })).toThrow(
      new TypeError(`ttlMs must be a number, received '10'`),
    );
    expect(cache.peek('a'), 'the old value').toBe('old');
    expect(cache.size, 'size').toBe(1);
  });
});

describe('1.4 misuse', () => {
  for (const maxSize of [0, -1, 1.5, NaN]) {
    it(`maxSize: ${maxSize}`, () => {
      expect(cacheWith({ maxSize, sizeOf: () => 1 })).toThrow(
        new RangeError(`maxSize must be an integer from 1 or Infinity, received ${maxSize}`),
      );
    });
  }

  it('maxSize: Infinity is no bound', () => {
    const cache = new OptimizedMetadataCache({ maxSize: Infinity, sizeOf: () => 2 ** 31 });
    for (const key of ['a', 'b', 'c']) cache.set(key, key);
    expect([cache.size, cache.currentSize], 'size and weight').toEqual([3, 3 * 2 ** 31]);
  });

  it('maxSize of another type', () => {
    expect(cacheWith({ maxSize: untyped('1 MB'), sizeOf: () => 1 })).toThrow(
      new TypeError(`maxSize must be a number, received '1 MB'`),
    );
  });

  it('maxSize without sizeOf', () => {
    expect(cacheWith({ maxSize: 10 })).toThrow(new TypeError('maxSize needs sizeOf, which was not given'));
  });

  it('sizeOf that is no function', () => {
    expect(cacheWith({ sizeOf: untyped('length') })).toThrow(
      new TypeError(`sizeOf must be a function, received 'length'`),
    );
  });

  for (const size of [-1, 1.5, NaN, undefined, '3']) {
    const received = inspect(size);
    it(`sizeOf that returns ${received}`, () => {
      const cache = new OptimizedMetadataCache({ sizeOf: () => untyped(size) });
      expect(() => cache.set('Order', 'columns')).toThrow(
        new RangeError(`sizeOf('Order') must return an integer from 0, received ${received}`),
      );
    });
  }
});

describe('1.6 misuse', () => {
  it('concurrency out of range', async () => {
    await expect(new OptimizedMetadataCache().warm([], { concurrency: 0 })).rejects.toThrow(
      new RangeError('concurrency must be an integer from 1, received 0'),
    );
  });

  it('concurrency of another type', async () => {
    await expect(new OptimizedMetadataCache().warm([], { concurrency: untyped('8') })).rejects.toThrow(
      new TypeError(`concurrency must be a number, received '8'`),
    );
  });

  it('an argument that is no key, without keyOf', () => {
    class Order {
      @cached()
      line(..._args: unknown[]): number {
        return 1;
      }
    }
    expect(() => new Order().line(1, { id: 2 })).toThrow(
      new TypeError('without keyOf, argument 2 must be a primitive other than a symbol, received { id: 2 }'),
    );
    expect(() => new Order().line(Symbol('id'))).toThrow(
      new TypeError('without keyOf, argument 1 must be a primitive other than a symbol, received Symbol(id)'),
    );
  });

  it('a decorator on what is neither method nor getter', () => {
    type FieldDecorator = (value: undefined, context: ClassFieldDecoratorContext) => void;
    const cachedField = cached() as unknown as FieldDecorator;
    const decorateField = () =>
      class Order {
        @cachedField
        total = 0;
      };
    expect(decorateField).toThrow(
      new TypeError('@cached decorates methods and getters, received the field total'),
    );
  });
});
