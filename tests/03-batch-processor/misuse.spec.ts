import { describe, expect, it } from 'vitest';
import {
  BatchClosedError,
  BatchError,
  BatchFullError,
  BatchMetadataProcessor,
  type BatchOptions,
  batched,
} from '#exercise/03-batch-processor';

/** What a program in plain JavaScript might hand over. */
const untyped = (value: unknown) => value as never;

const processorWith = (options: BatchOptions) => () => new BatchMetadataProcessor(options);

describe('3.1 misuse', () => {
  it('the longest window is one', () => {
    expect(processorWith({ windowMs: 2 ** 31 - 1 })).not.toThrow();
  });

  for (const windowMs of [-1, NaN, Infinity, 2 ** 31]) {
    it(`windowMs: ${windowMs}`, () => {
      expect(processorWith({ windowMs })).toThrow(
        new RangeError(`windowMs must be from 0 to 2147483647, received ${windowMs}`),
      );
    });
  }

  for (const batchSize of [0, 1.5, NaN, Infinity, 1_001]) {
    it(`batchSize: ${batchSize}`, () => {
      expect(processorWith({ batchSize })).toThrow(
        new RangeError(`batchSize must be an integer from 1 to 1000, received ${batchSize}`),
      );
    });
  }

  it('options of another type', () => {
    expect(processorWith({ windowMs: untyped('10 ms') })).toThrow(
      new TypeError(`windowMs must be a number, received '10 ms'`),
    );
    expect(processorWith({ batchSize: untyped(null) })).toThrow(
      new TypeError('batchSize must be a number, received null'),
    );
    expect(processorWith({ schedule: untyped(10) })).toThrow(
      new TypeError('schedule must be a function, received 10'),
    );
  });

  it('a key that is no string', async () => {
    await expect(new BatchMetadataProcessor().addToBatch(untyped(1), () => 'value')).rejects.toThrow(
      new TypeError('key must be a string, received 1'),
    );
  });

  it('an operation that is no function', async () => {
    const started = Promise.resolve('value');
    await expect(new BatchMetadataProcessor().addToBatch('price', untyped(started))).rejects.toThrow(
      new TypeError(`operation must be a function, received Promise { 'value' }`),
    );
  });
});

describe('3.3 misuse', () => {
  it('an operation after the end', async () => {
    const processor = new BatchMetadataProcessor();
    await processor[Symbol.asyncDispose]();
    const late = processor.addToBatch('price', () => 'value');
    await expect(late).rejects.toBeInstanceOf(BatchClosedError);
    await expect(late).rejects.toThrow(`too late for 'price': the processor is closed`);
  });
});

describe('3.4 misuse', () => {
  for (const maxPending of [0, -1, 1.5, NaN]) {
    it(`maxPending: ${maxPending}`, () => {
      expect(processorWith({ maxPending })).toThrow(
        new RangeError(`maxPending must be an integer from 1, received ${maxPending}`),
      );
    });
  }

  it('options of another type', () => {
    expect(processorWith({ maxPending: untyped('9') })).toThrow(
      new TypeError(`maxPending must be a number, received '9'`),
    );
    expect(processorWith({ overflow: untyped('drop') })).toThrow(
      new TypeError(`overflow must be 'wait' or 'reject', received 'drop'`),
    );
  });

  it('an operation too many', async () => {
    const processor = new BatchMetadataProcessor({ maxPending: 1, overflow: 'reject' });
    const first = processor.addToBatch('price', () => 'value');
    const second = processor.addToBatch('stock', () => 'value');
    await expect(second).rejects.toBeInstanceOf(BatchFullError);
    await expect(second).rejects.toThrow(`no room for 'stock': maxPending is 1`);
    await processor.flushAll();
    expect(await first, 'value of the first').toBe('value');
  });
});

describe('3.5 misuse', () => {
  for (const name of ['minBatchSize', 'maxBatchSize', 'sliceSize'] as const) {
    it(`${name} out of range, or of another type`, () => {
      for (const value of [0, 1.5, NaN]) {
        expect(processorWith({ [name]: value })).toThrow(
          new RangeError(`${name} must be an integer from 1, received ${value}`),
        );
      }
      expect(processorWith({ [name]: '10' })).toThrow(
        new TypeError(`${name} must be a number, received '10'`),
      );
    });
  }

  it('sizes that contradict one another', () => {
    expect(processorWith({ minBatchSize: 20, maxBatchSize: 10 })).toThrow(
      new RangeError('maxBatchSize must be an integer from 20, received 10'),
    );
    expect(processorWith({ minBatchSize: 20, maxBatchSize: 30, batchSize: 10 })).toThrow(
      new RangeError('batchSize must be an integer from 20 to 30, received 10'),
    );
  });

  it('targetEfficiency out of range, or of another type', () => {
    for (const targetEfficiency of [0, -1, NaN]) {
      expect(processorWith({ targetEfficiency })).toThrow(
        new RangeError(`targetEfficiency must be above 0, received ${targetEfficiency}`),
      );
    }
    expect(processorWith({ targetEfficiency: untyped('high') })).toThrow(
      new TypeError(`targetEfficiency must be a number, received 'high'`),
    );
  });

  it('nextTurn that is no function', () => {
    expect(processorWith({ nextTurn: untyped(1) })).toThrow(
      new TypeError('nextTurn must be a function, received 1'),
    );
  });

  it('metrics out of range', () => {
    const processor = new BatchMetadataProcessor();
    const metrics = { throughput: 1_000, latency: 10, memoryUsage: 50, memoryLimit: 100 };
    for (const name of ['throughput', 'memoryUsage']) {
      expect(() => processor.optimizeBatchSize('price', { ...metrics, [name]: -1 })).toThrow(
        new RangeError(`${name} must be 0 or more, received -1`),
      );
    }
    for (const name of ['latency', 'memoryLimit']) {
      expect(() => processor.optimizeBatchSize('price', { ...metrics, [name]: 0 })).toThrow(
        new RangeError(`${name} must be above 0, received 0`),
      );
    }
    expect(() => processor.optimizeBatchSize('price', { ...metrics, latency: untyped('10 ms') })).toThrow(
      new TypeError(`latency must be a number, received '10 ms'`),
    );
    expect(() => processor.optimizeBatchSize(untyped(undefined), metrics)).toThrow(
      new TypeError('key must be a string, received undefined'),
    );
  });
});

describe('3.6 misuse', () => {
  it('a key, handler or keyOf of another type', () => {
    const processor = new BatchMetadataProcessor();
    expect(() => processor.defineBatch(untyped(1), () => [])).toThrow(
      new TypeError('key must be a string, received 1'),
    );
    expect(() => processor.defineBatch('price', untyped([]))).toThrow(
      new TypeError('handler must be a function, received []'),
    );
    expect(() => processor.defineBatch('price', () => [], { keyOf: untyped('sku') })).toThrow(
      new TypeError(`keyOf must be a function, received 'sku'`),
    );
  });

  it('a handler that fails', async () => {
    const processor = new BatchMetadataProcessor();
    const priceOf = processor.defineBatch('price', () => Promise.reject(new Error('connection lost')));
    const price = priceOf('a');
    await expect(price).rejects.toBeInstanceOf(BatchError);
    await expect(price).rejects.toThrow(`batch 'price' of 1 failed: connection lost`);
  });

  for (const [results, received] of [[[], '0'], [[1, 2, 3], '3'], [undefined, 'undefined'], ['ab', `'ab'`]]) {
    it(`a handler that returns ${received} for 2 items`, async () => {
      const processor = new BatchMetadataProcessor();
      const priceOf = processor.defineBatch('price', () => untyped(results));
      const prices = await Promise.allSettled([priceOf('a'), priceOf('b')]);
      for (const price of prices) {
        const { reason } = price as PromiseRejectedResult;
        expect(reason.message, 'message').toBe(
          `batch 'price' of 2 failed: the handler must return an array of 2 results, received ${received}`,
        );
        expect(reason.cause, 'cause').toBeInstanceOf(TypeError);
      }
    });
  }
});

describe('3.7 misuse', () => {
  it('a decorator on what is no method', () => {
    const decorateField = () => {
      class Catalogue {
        @(batched('pricesOf') as unknown as (value: undefined, context: ClassFieldDecoratorContext) => void)
        price = 0;
      }
      return Catalogue;
    };
    expect(decorateField).toThrow(new TypeError('@batched decorates methods, received the field price'));
  });

  it('a method that is not there', async () => {
    class Catalogue {
      @(batched('pricesOf') as unknown as (value: unknown, context: ClassMethodDecoratorContext) => never)
      async priceOf(sku: string): Promise<string> {
        return sku;
      }
    }
    await expect(new Catalogue().priceOf('a')).rejects.toThrow(
      `batch 'priceOf' of 1 failed: pricesOf must be a function, received undefined`,
    );
  });
});
