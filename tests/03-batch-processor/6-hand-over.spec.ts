import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Awaitable, BatchOptions, ItemOptions } from '#exercise/03-batch-processor';
import { deferred } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { observe, type Observed, setUp, statesOf } from './set-up.ts';
import { idle } from './timers.ts';

type Price = { readonly cents: number };
type Prices = readonly (Price | Error | undefined)[];
type PricesOf = (skus: readonly string[]) => Awaitable<Prices>;

/** What every SKU costs, the same object each time. */
const catalogue = new Map(['a', 'b', 'c', 'd', 'e'].map((sku, i) => [sku, { cents: 100 * i }]));
const allPrices = (skus: readonly string[]): Prices => skus.map((sku) => catalogue.get(sku));

/** A processor with a batch of prices, and the lists of SKUs that its handler was called with. */
function setUpPrices(
  options: BatchOptions = {},
  pricesOf: PricesOf = allPrices,
  itemOptions?: ItemOptions<string>,
) {
  const { processor, timers } = setUp(options);
  const [handler, calls] = recorder(pricesOf);
  const priceOf = processor.defineBatch('price', handler, itemOptions);
  const ask = (skus: string) => [...skus].map((sku) => observe(priceOf(sku)));
  const asked = () => calls.map(([skus]) => skus.join(''));
  return { processor, timers, ask, asked };
}

describe('3.6 Hand over as one', () => {
  describe('3.6.1 The items of a batch reach the handler in one call', () => {
    it('in the order given', async () => {
      const { timers, ask, asked } = setUpPrices();
      ask('cabed');
      await timers.advance(10);
      expect(asked(), 'SKUs that the handler was asked for').toEqual(['cabed']);
    });

    it('equal ones too', async () => {
      const { timers, ask, asked } = setUpPrices();
      const added = ask('aba');
      await timers.advance(10);
      expect(asked(), 'SKUs that the handler was asked for').toEqual(['aba']);
      expect(statesOf(added), 'their promises').toBe('fulfilled fulfilled fulfilled');
    });

    it('the same object twice', async () => {
      const { processor, timers } = setUp();
      const [handler, calls] = recorder((lines: readonly object[]) => lines.map(() => 'written'));
      const write = processor.defineBatch('order line', handler);
      const line = { sku: 'a' };
      observe(write(line));
      observe(write(line));
      await timers.advance(10);
      expect(calls, 'what the handler was called with').toEqual([[[line, line]]]);
    });
  });

  describe('3.6.2 The promise of each item is fulfilled with the result at its position', () => {
    for (const [kind, pricesOf] of [
      ['an array', allPrices],
      ['the promise of an array', async (skus: readonly string[]) => allPrices(skus)],
    ] as const) {
      it(`of ${kind}`, async () => {
        const { timers, ask } = setUpPrices({}, pricesOf);
        const added = ask('cab');
        await timers.advance(10);
        const cents = added.map(({ value }) => (value as Price).cents);
        expect(cents, 'what each promise came to').toEqual([200, 0, 100]);
        expect(added[0]!.value, 'value of the first').toBe(catalogue.get('c'));
      });
    }

    it('not before the handler is done', async () => {
      const answer = deferred<Prices>();
      const { timers, ask } = setUpPrices({}, () => answer.promise);
      const added = ask('ab');
      await timers.advance(10);
      expect(statesOf(added), 'promises while the handler runs').toBe('pending pending');
      answer.resolve(allPrices(['a', 'b']));
      await idle();
      expect(statesOf(added), 'promises when it is done').toBe('fulfilled fulfilled');
    });

    it('also `undefined`', async () => {
      const { timers, ask } = setUpPrices();
      const [, unknown] = ask('a?');
      await timers.advance(10);
      expect(unknown, 'promise of the second').toEqual({ state: 'fulfilled', value: undefined });
    });
  });

  describe('3.6.3 An `Error` among the results rejects the promise of its item', () => {
    it('with that very error, and no other', async () => {
      const error = new RangeError('no such article');
      const { timers, ask } = setUpPrices({}, (skus) => skus.map((sku) => catalogue.get(sku) ?? error));
      const added = ask('a?b');
      await timers.advance(10);
      expect(statesOf(added), 'their promises').toBe('fulfilled rejected fulfilled');
      expect(added[1]!.error, 'error of the second').toBe(error);
    });
  });

  describe('3.6.4 A handler that fails, fails every item of that batch with a `BatchError`', () => {
    const lost = new Error('connection lost');
    for (const [kind, fail, cause] of [
      ['throws', () => { throw lost; }, lost],
      ['rejects', () => Promise.reject(lost), lost],
      ['throws what is no Error', () => { throw 'connection lost'; }, 'connection lost'],
    ] as const) {
      it(`one that ${kind}`, async () => {
        const { timers, ask } = setUpPrices({}, fail);
        const added = ask('abc');
        await timers.advance(10);
        expect(statesOf(added), 'their promises').toBe('rejected rejected rejected');
        for (const { error } of added) {
          expect(error, 'error of each').toMatchObject({ name: 'BatchError', key: 'price', size: 3 });
          expect(error.cause, 'cause of each').toBe(cause);
        }
      });
    }

    it('but not those of the next', async () => {
      let attempts = 0;
      const { timers, ask } = setUpPrices({ batchSize: 2 }, (skus) => {
        if (++attempts === 1) throw lost;
        return allPrices(skus);
      });
      const added = ask('abc');
      await timers.advance(10);
      expect(statesOf(added), 'promises of two, and of the next').toBe('rejected rejected fulfilled');
    });
  });

  describe('3.6.5 So does a handler that does not return as many results as items', () => {
    for (const count of [0, 4, 6]) {
      it(`${count} results for 5 items`, async () => {
        const { timers, ask } = setUpPrices({}, () => Array.from({ length: count }, () => ({ cents: 0 })));
        const added = ask('abcde');
        await timers.advance(10);
        expect(statesOf(added), 'their promises').toBe(Array(5).fill('rejected').join(' '));
        const [{ error }] = added as [Observed];
        expect(error, 'error of the first').toMatchObject({ name: 'BatchError', key: 'price', size: 5 });
        expect(error.message, 'its message').toMatch(new RegExp(`5\\D+${count}|${count}\\D+5`));
      });
    }

    for (const result of [undefined, null, 'abc', { length: 3 }, new Set([1, 2, 3])]) {
      it(`${inspect(result)} for 3 items`, async () => {
        const { timers, ask } = setUpPrices({}, () => result as never);
        const added = ask('abc');
        await timers.advance(10);
        expect(statesOf(added), 'their promises').toBe('rejected rejected rejected');
        const [{ error }] = added as [Observed];
        expect(error, 'error of the first').toMatchObject({ name: 'BatchError', key: 'price', size: 3 });
      });
    }
  });

  describe('3.6.6 All that holds for operations holds for items', () => {
    it('windows', async () => {
      const { timers, ask, asked } = setUpPrices({ windowMs: 10 });
      ask('a');
      await timers.advance(9);
      ask('b');
      expect(asked(), 'SKUs asked for after 9 of 10 ms').toEqual([]);
      await timers.advance(1);
      ask('c');
      await timers.advance(10);
      expect(asked(), 'SKUs asked for in two windows').toEqual(['ab', 'c']);
    });

    it('sizes', async () => {
      const { processor, ask, asked } = setUpPrices({ batchSize: 5, targetEfficiency: 100 });
      ask('abcde');
      await idle();
      processor.optimizeBatchSize('price', { throughput: 10, latency: 10, memoryUsage: 0, memoryLimit: 100 });
      ask('abcd');
      await idle();
      expect(asked(), 'SKUs asked for in batches of 5 and then of 4').toEqual(['abcde', 'abcd']);
    });

    it('`processBatch`, `flushAll` and `pending`', async () => {
      const answers = [deferred<Prices>(), deferred<Prices>()];
      let next = 0;
      const { processor, ask } = setUpPrices({}, () => answers[next++]!.promise);
      ask('ab');
      const processed = observe(processor.processBatch('price'));
      await idle();
      expect(processor.pending, 'pending while the handler runs').toBe(2);
      expect(processed.state, 'promise of processBatch while it runs').toBe('pending');
      ask('c');
      const flushed = observe(processor.flushAll());
      answers[0]!.reject(new Error('connection lost'));
      await idle();
      expect(processor.pending, 'pending when the first call has failed').toBe(1);
      expect(processed.state, 'promise of processBatch').toBe('fulfilled');
      expect(flushed.state, 'promise of flushAll while the second call runs').toBe('pending');
      answers[1]!.resolve([{ cents: 0 }]);
      await idle();
      expect(processor.pending, 'pending in the end').toBe(0);
      expect(flushed.state, 'promise of flushAll').toBe('fulfilled');
    });

    it('`maxPending`', async () => {
      const { timers, ask, asked } = setUpPrices({ maxPending: 2 });
      const added = ask('abcd');
      await timers.advance(10);
      await timers.advance(10);
      expect(asked(), 'SKUs asked for, 2 at a time').toEqual(['ab', 'cd']);
      expect(statesOf(added), 'their promises').toBe('fulfilled fulfilled fulfilled fulfilled');
    });

    it('and the end', async () => {
      const { processor, ask, asked } = setUpPrices();
      const [inTime] = ask('a');
      observe(processor[Symbol.asyncDispose]());
      const [late] = ask('b');
      await idle();
      expect(inTime!.state, 'promise of the one before').toBe('fulfilled');
      expect(late!.error, 'error of the one after').toMatchObject({ name: 'BatchClosedError', key: 'price' });
      expect(asked(), 'SKUs asked for').toEqual(['a']);
    });
  });

  describe('3.6.7 With `keyOf`, items of the same key in one batch are one', () => {
    it('handed over once, and each promise has the result', async () => {
      const { timers, ask, asked } = setUpPrices({}, allPrices, { keyOf: (sku) => sku });
      const added = ask('abaca');
      await timers.advance(10);
      expect(asked(), 'SKUs asked for').toEqual(['abc']);
      const cents = added.map(({ value }) => (value as Price).cents);
      expect(cents, 'what each promise came to').toEqual([0, 100, 0, 200, 0]);
    });

    it('though they are different objects', async () => {
      const { processor, timers } = setUp();
      const [handler, calls] = recorder((lines: readonly { sku: string }[]) => lines.map(({ sku }) => sku));
      const priceOf = processor.defineBatch('price', handler, { keyOf: ({ sku }) => sku });
      const added = ['a', 'b', 'a'].map((sku) => observe(priceOf({ sku })));
      await timers.advance(10);
      expect(calls, 'what the handler was called with').toEqual([[[{ sku: 'a' }, { sku: 'b' }]]]);
      expect(added.map(({ value }) => value), 'what each promise came to').toEqual(['a', 'b', 'a']);
    });

    it('and fail together', async () => {
      const error = new Error('no such article');
      const { timers, ask } = setUpPrices({}, (skus) => skus.map(() => error), { keyOf: (sku) => sku });
      const added = ask('aa');
      await timers.advance(10);
      expect(added.map((one) => one.error), 'errors').toEqual([error, error]);
    });
  });

  describe('3.6.8 One that is in the batch already counts for nothing', () => {
    it('not for `batchSize`', async () => {
      const { ask, asked } = setUpPrices({ batchSize: 3 }, allPrices, { keyOf: (sku) => sku });
      ask('aabab');
      await idle();
      expect(asked(), 'SKUs asked for with 2 different ones, where 3 are a batch').toEqual([]);
      ask('c');
      await idle();
      expect(asked(), 'SKUs asked for with 3').toEqual(['abc']);
    });

    it('not for `maxPending`', async () => {
      const options: BatchOptions = { maxPending: 2, overflow: 'reject' };
      const { processor, timers, ask } = setUpPrices(options, allPrices, { keyOf: (sku) => sku });
      const added = ask('abab');
      await idle();
      expect(processor.pending, 'pending').toBe(2);
      await timers.advance(10);
      expect(statesOf(added), 'their promises').toBe('fulfilled fulfilled fulfilled fulfilled');
      expect(processor.pending, 'pending in the end').toBe(0);
    });
  });

  describe('3.6.9 Nothing is remembered from one batch to the next', () => {
    it('what was answered is asked again', async () => {
      let cents = 0;
      const { timers, ask, asked } = setUpPrices({}, (skus) => skus.map(() => ({ cents: ++cents })), {
        keyOf: (sku) => sku,
      });
      const [first] = ask('a');
      await timers.advance(10);
      const [second] = ask('a');
      await timers.advance(10);
      expect(asked(), 'SKUs asked for in two batches').toEqual(['a', 'a']);
      expect([first!.value, second!.value], 'values').toEqual([{ cents: 1 }, { cents: 2 }]);
    });

    it('even while the first one runs', async () => {
      const answer = deferred<Prices>();
      const { timers, ask, asked } = setUpPrices({}, () => answer.promise, { keyOf: (sku) => sku });
      ask('a');
      await timers.advance(10);
      ask('a');
      await timers.advance(10);
      expect(asked(), 'SKUs asked for in two batches').toEqual(['a', 'a']);
    });
  });

  describe('3.6.10 Each item reaches its own handler', () => {
    it('also where two handlers, and operations, share a key', async () => {
      const { processor, timers } = setUp();
      const gross = processor.defineBatch('price', (skus: readonly string[]) => skus.map((sku) => `gross ${sku}`));
      const net = processor.defineBatch('price', (skus: readonly string[]) => skus.map((sku) => `net ${sku}`));
      const operation = () => processor.addToBatch('price', () => 'operation');
      const added = [gross('a'), net('a'), operation(), net('b'), gross('b'), operation()].map(observe);
      await timers.advance(30);
      const results = ['gross a', 'net a', 'operation', 'net b', 'gross b', 'operation'];
      expect(added.map(({ value }) => value), 'what each was answered').toEqual(results);
    });
  });
});
