import { describe, expect, it } from 'vitest';
import { lazy, LazyMetadataLoader } from '#exercise/02-lazy-loader';

/** What a program in plain JavaScript might hand over. */
const untyped = (value: unknown) => value as never;

const load = () => 'columns';

describe('2.1 misuse', () => {
  it('a key that is no string', async () => {
    await expect(new LazyMetadataLoader().load(untyped(class Order {}), load)).rejects.toThrow(
      new TypeError('key must be a string, received [class Order]'),
    );
  });

  it('a loader that is no function', async () => {
    await expect(new LazyMetadataLoader().load('Order', untyped(undefined))).rejects.toThrow(
      new TypeError('loader must be a function, received undefined'),
    );
  });

  it('though the key is loaded', async () => {
    const loader = new LazyMetadataLoader();
    await loader.load('Order', load);
    await expect(loader.load('Order', untyped('columns'))).rejects.toThrow(
      new TypeError(`loader must be a function, received 'columns'`),
    );
  });
});

describe('2.2 misuse', () => {
  it('register', () => {
    const loader = new LazyMetadataLoader();
    expect(() => loader.register(untyped(1), load)).toThrow(new TypeError('key must be a string, received 1'));
    expect(() => loader.register('Order', untyped(null))).toThrow(
      new TypeError('loader must be a function, received null'),
    );
    expect(() => loader.register('Order', load, untyped('Customer'))).toThrow(
      new TypeError(`deps must be an array, received 'Customer'`),
    );
    expect(() => loader.register('Order', load, ['Customer', untyped(undefined)])).toThrow(
      new TypeError('deps[1] must be a string, received undefined'),
    );
  });

  it('what was registered wrongly is not registered', async () => {
    const loader = new LazyMetadataLoader();
    expect(() => loader.register('Order', load, untyped('Customer'))).toThrow();
    await expect(loader.get('Order')).rejects.toThrow('no loader is registered for Order');
  });

  it('loadWithDependencies', async () => {
    const loader = new LazyMetadataLoader();
    await expect(loader.loadWithDependencies('Order', untyped(undefined), load)).rejects.toThrow(
      new TypeError('deps must be an array, received undefined'),
    );
    await expect(loader.loadWithDependencies('Order', [untyped(1)], load)).rejects.toThrow(
      new TypeError('deps[0] must be a string, received 1'),
    );
    await expect(loader.loadWithDependencies('Order', [], untyped({}))).rejects.toThrow(
      new TypeError('loader must be a function, received {}'),
    );
  });

  it('get', async () => {
    const loader = new LazyMetadataLoader();
    await expect(loader.get(untyped(undefined))).rejects.toThrow(
      new TypeError('key must be a string, received undefined'),
    );
  });
});

describe('2.4 misuse', () => {
  it('schedule that is no function', () => {
    expect(() => new LazyMetadataLoader({ schedule: untyped(0) })).toThrow(
      new TypeError('schedule must be a function, received 0'),
    );
  });

  it('signal that is none', async () => {
    const signal = untyped(new AbortController());
    const loader = new LazyMetadataLoader();
    await expect(loader.load('Order', load, { signal })).rejects.toThrow(
      /^signal must be an AbortSignal, received AbortController/,
    );
    await expect(loader.load('Order', load, { signal })).rejects.toThrow(TypeError);
  });

  for (const timeoutMs of [-1, NaN, Infinity, 2 ** 31]) {
    it(`timeoutMs: ${timeoutMs}`, async () => {
      await expect(new LazyMetadataLoader().load('Order', load, { timeoutMs })).rejects.toThrow(
        new RangeError(`timeoutMs must be from 0 to 2147483647, received ${timeoutMs}`),
      );
    });
  }

  it('timeoutMs of another type', async () => {
    const loader = new LazyMetadataLoader();
    loader.register('Order', load);
    await expect(loader.get('Order', { timeoutMs: untyped('5 s') })).rejects.toThrow(
      new TypeError(`timeoutMs must be a number, received '5 s'`),
    );
  });

  it('the longest timeout is one', async () => {
    const loader = new LazyMetadataLoader({ schedule: () => () => {} });
    expect(await loader.load('Order', load, { timeoutMs: 2 ** 31 - 1 })).toBe('columns');
  });
});

describe('2.5 misuse', () => {
  const loader = new LazyMetadataLoader();

  it('keys', async () => {
    await expect(loader.preload(untyped('Order'))).rejects.toThrow(
      new TypeError(`keys must be an array, received 'Order'`),
    );
    await expect(loader.preload(['Order', untyped(2)])).rejects.toThrow(
      new TypeError('keys[1] must be a string, received 2'),
    );
  });

  for (const concurrency of [0, -1, 1.5, NaN, Infinity]) {
    it(`concurrency: ${concurrency}`, async () => {
      await expect(loader.preload([], { concurrency })).rejects.toThrow(
        new RangeError(`concurrency must be an integer from 1, received ${concurrency}`),
      );
    });
  }

  it('concurrency of another type', async () => {
    await expect(loader.preload([], { concurrency: untyped('8') })).rejects.toThrow(
      new TypeError(`concurrency must be a number, received '8'`),
    );
  });

  it('signal that is none', async () => {
    await expect(loader.preload([], { signal: untyped(true) })).rejects.toThrow(
      new TypeError('signal must be an AbortSignal, received true'),
    );
  });
});

describe('2.6 misuse', () => {
  it('a session that is no function', () => {
    expect(() => new LazyMetadataLoader().session(untyped(Promise.resolve()))).toThrow(
      new TypeError('run must be a function, received Promise { undefined }'),
    );
  });
});

describe('2.7 misuse', () => {
  it('a loader that is no function', () => {
    const decorate = () => {
      class Order {
        @lazy(untyped('columns')) accessor columns!: Promise<string>;
      }
      return Order;
    };
    expect(decorate).toThrow(new TypeError(`loader must be a function, received 'columns'`));
  });

  it('a decorator on what is no accessor', () => {
    const decorateField = () => {
      class Order {
        @(lazy(load) as unknown as (value: undefined, context: ClassFieldDecoratorContext) => void)
        total = 0;
      }
      return Order;
    };
    expect(decorateField).toThrow(new TypeError('@lazy decorates accessors, received the field total'));
  });
});
