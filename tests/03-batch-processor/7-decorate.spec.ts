import { describe, expect, it } from 'vitest';
import {
  BATCHED,
  batched,
  type BatchedOptions,
  batchedMembers,
  flushBatched,
} from '#exercise/03-batch-processor';
import { deferred, macrotask } from '../deferred.ts';
import { observe, statesOf } from './set-up.ts';
import { idle, Timers } from './timers.ts';

const LETTERS = 'abcdefghij';

/** A class that knows the price of every letter, and timers that the test turns. */
function setUpCatalogue(options: BatchedOptions<string> = {}) {
  const timers = new Timers();
  const batch = { schedule: timers.schedule, windowMs: 10, ...options };
  class Catalogue {
    /** What each call of `pricesOf` was asked for. */
    readonly asked: string[] = [];

    @batched('pricesOf', batch)
    async priceOf(sku: string): Promise<number> {
      const [price] = await this.pricesOf([sku]);
      if (typeof price !== 'number') throw price;
      return price;
    }

    async pricesOf(skus: readonly string[]): Promise<(number | Error)[]> {
      this.asked.push(skus.join(''));
      return skus.map((sku) => (LETTERS.includes(sku) ? LETTERS.indexOf(sku) : new RangeError(`no ${sku}`)));
    }
  }
  const ask = (catalogue: Catalogue, skus: string) => [...skus].map((sku) => observe(catalogue.priceOf(sku)));
  return { timers, batch, Catalogue, ask };
}

describe('3.7 Decorate', () => {
  describe('3.7.1 Calls of the method become one call of the method `by`', () => {
    it('and each has its result', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue();
      const catalogue = new Catalogue();
      const prices = ask(catalogue, 'cab');
      await timers.advance(10);
      expect(catalogue.asked, 'what pricesOf was asked for').toEqual(['cab']);
      expect(prices.map(({ value }) => value), 'prices').toEqual([2, 0, 1]);
    });

    it('or its error', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue();
      const prices = ask(new Catalogue(), 'a?b');
      await timers.advance(10);
      expect(statesOf(prices), 'promises').toBe('fulfilled rejected fulfilled');
      expect(prices[1]!.error.message, 'message of the second').toBe('no ?');
    });

    it('or that of all', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue();
      class Offline extends Catalogue {
        override pricesOf(): Promise<never> {
          return Promise.reject(new Error('connection lost'));
        }
      }
      const prices = ask(new Offline(), 'ab');
      await timers.advance(10);
      expect(prices.map(({ error }) => error?.name), 'errors').toEqual(['BatchError', 'BatchError']);
    });

    it('though both are called by symbols', async () => {
      const { timers, batch } = setUpCatalogue();
      const one = Symbol('one');
      const many = Symbol('many');
      class Stock {
        @batched(many, batch)
        async [one](sku: string): Promise<string> {
          return `${sku} alone`;
        }
        [many](skus: readonly string[]): string[] {
          return skus.map((sku) => `${sku} of ${skus.length}`);
        }
      }
      const stock = new Stock();
      const answers = ['a', 'b'].map((sku) => observe(stock[one](sku)));
      await timers.advance(10);
      expect(answers.map(({ value }) => value), 'answers').toEqual(['a of 2', 'b of 2']);
    });

    it('of a hundred rows, one', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue();
      const catalogue = new Catalogue();
      const prices = ask(catalogue, LETTERS.repeat(10));
      await timers.advance(10);
      expect(catalogue.asked.length, 'calls of pricesOf').toBe(1);
      expect(prices.map(({ value }) => LETTERS[value as number]).join(''), 'prices').toBe(LETTERS.repeat(10));
    });
  });

  describe('3.7.2 Each object collects for itself', () => {
    it('one and another', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue();
      const [first, second] = [new Catalogue(), new Catalogue()];
      ask(first, 'a');
      ask(second, 'b');
      ask(first, 'c');
      await timers.advance(10);
      expect(first.asked, 'what the first was asked for').toEqual(['ac']);
      expect(second.asked, 'what the second was asked for').toEqual(['b']);
    });

    it('and a class for its static methods', async () => {
      const { timers, batch } = setUpCatalogue();
      class Rates {
        static asked: string[] = [];
        @batched('ratesOf', batch)
        static async rateOf(currency: string): Promise<string> {
          return currency;
        }
        static ratesOf(currencies: readonly string[]): string[] {
          this.asked.push(currencies.join());
          return currencies.map((currency) => `rate of ${currency}`);
        }
      }
      const rates = ['EUR', 'CHF'].map((currency) => observe(Rates.rateOf(currency)));
      await timers.advance(10);
      expect(Rates.asked, 'what ratesOf was asked for').toEqual(['EUR,CHF']);
      expect(rates.map(({ value }) => value), 'rates').toEqual(['rate of EUR', 'rate of CHF']);
    });
  });

  describe('3.7.3 The options hold', () => {
    it('`windowMs`', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue({ windowMs: 20 });
      const catalogue = new Catalogue();
      ask(catalogue, 'a');
      await timers.advance(19);
      expect(catalogue.asked, 'what pricesOf was asked for after 19 of 20 ms').toEqual([]);
      await timers.advance(1);
      expect(catalogue.asked, 'what pricesOf was asked for after 20 ms').toEqual(['a']);
    });

    it('`batchSize`', async () => {
      const { Catalogue, ask } = setUpCatalogue({ batchSize: 3 });
      const catalogue = new Catalogue();
      ask(catalogue, 'abcdefg');
      await idle();
      expect(catalogue.asked, 'what pricesOf was asked for').toEqual(['abc', 'def']);
    });

    it('`maxPending` and `overflow`', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue({ maxPending: 2, overflow: 'reject' });
      const prices = ask(new Catalogue(), 'abc');
      await timers.advance(10);
      expect(statesOf(prices), 'promises').toBe('fulfilled fulfilled rejected');
      expect(prices[2]!.error.name, 'error of the third').toBe('BatchFullError');
    });

    it('`keyOf`', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue({ keyOf: (sku) => sku });
      const catalogue = new Catalogue();
      const prices = ask(catalogue, 'abab');
      await timers.advance(10);
      expect(catalogue.asked, 'what pricesOf was asked for').toEqual(['ab']);
      expect(prices.map(({ value }) => value), 'prices').toEqual([0, 1, 0, 1]);
    });
  });

  describe('3.7.4 Each decorated method collects for itself', () => {
    it('two of one object', async () => {
      const { timers, batch } = setUpCatalogue();
      class Stock {
        readonly asked: string[] = [];
        @batched('answer', batch)
        async inStore(sku: string): Promise<string> {
          return sku;
        }
        @batched('answer', batch)
        async onOrder(sku: string): Promise<string> {
          return sku;
        }
        answer(skus: readonly string[]): readonly string[] {
          this.asked.push(skus.join(''));
          return skus;
        }
      }
      const stock = new Stock();
      for (const sku of 'ab') {
        observe(stock.inStore(sku));
        observe(stock.onOrder(sku));
      }
      await timers.advance(10);
      expect(stock.asked, 'what was asked for by each').toEqual(['ab', 'ab']);
    });

    it('one that overrides another, and calls it by `super`', async () => {
      const { timers, batch, Catalogue, ask } = setUpCatalogue();
      class Sale extends Catalogue {
        readonly halved: string[] = [];
        @batched('salePricesOf', batch)
        override async priceOf(sku: string): Promise<number> {
          return (await super.priceOf(sku)) / 2;
        }
        salePricesOf(skus: readonly string[]): Promise<number[]> {
          this.halved.push(skus.join(''));
          return Promise.all(skus.map(async (sku) => (await super.priceOf(sku)) / 2));
        }
      }
      const sale = new Sale();
      const prices = ask(sale, 'ce');
      await timers.advance(10);
      await timers.advance(10);
      expect(prices.map(({ value }) => value), 'prices').toEqual([1, 2]);
      expect(sale.halved, 'what salePricesOf was asked for').toEqual(['ce']);
      expect(sale.asked, 'what pricesOf was asked for').toEqual(['ce']);
    });
  });

  describe('3.7.5 The method `by` is looked up when the batch runs', () => {
    it('in the class of the object', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue();
      class Free extends Catalogue {
        override async pricesOf(skus: readonly string[]): Promise<number[]> {
          return skus.map(() => 0);
        }
      }
      const prices = ask(new Free(), 'bcd');
      await timers.advance(10);
      expect(prices.map(({ value }) => value), 'prices').toEqual([0, 0, 0]);
    });

    it('though it was replaced after the first batch', async () => {
      const { timers, Catalogue, ask } = setUpCatalogue();
      const catalogue = new Catalogue();
      ask(catalogue, 'b');
      await timers.advance(10);
      catalogue.pricesOf = async (skus) => skus.map(() => 99);
      const prices = ask(catalogue, 'bc');
      await timers.advance(10);
      expect(prices.map(({ value }) => value), 'prices').toEqual([99, 99]);
    });
  });

  describe('3.7.6 What was collected does not keep the object alive', () => {
    it('when it is done', async () => {
      const { timers, Catalogue } = setUpCatalogue();
      const catalogue = (() => {
        const catalogue = new Catalogue();
        catalogue.priceOf('a').catch(() => {});
        return new WeakRef(catalogue);
      })();
      await timers.advance(10);
      for (let round = 0; round < 4 && catalogue.deref(); round++) {
        await macrotask(); // a WeakRef holds what it gave until the end of the task
        globalThis.gc!();
      }
      expect(catalogue.deref() === undefined, 'whether the object was collected').toBe(true);
    });
  });

  describe('3.7.7 `flushBatched` runs now what an object has collected', () => {
    function setUpStock() {
      const { timers, batch } = setUpCatalogue();
      const answers = [deferred<void>(), deferred<void>()];
      class Stock {
        readonly asked: string[] = [];
        @batched('inStores', batch)
        async inStore(sku: string): Promise<string> {
          return sku;
        }
        @batched('onOrders', batch)
        async onOrder(sku: string): Promise<string> {
          return sku;
        }
        async inStores(skus: readonly string[]): Promise<readonly string[]> {
          this.asked.push(`${skus.join('')} in store`);
          await answers[0]!.promise;
          return skus;
        }
        async onOrders(skus: readonly string[]): Promise<readonly string[]> {
          this.asked.push(`${skus.join('')} on order`);
          await answers[1]!.promise;
          return skus;
        }
      }
      const askBoth = (stock: Stock, skus: string) => {
        for (const sku of skus) {
          observe(stock.inStore(sku));
          observe(stock.onOrder(sku));
        }
      };
      return { timers, answers, Stock, askBoth };
    }

    it('by one method', async () => {
      const { timers, Stock, askBoth } = setUpStock();
      const stock = new Stock();
      askBoth(stock, 'ab');
      observe(flushBatched(stock, 'onOrder'));
      await idle();
      expect(stock.asked, 'what was asked for').toEqual(['ab on order']);
      await timers.advance(10);
      expect(stock.asked, 'what was asked for after the window').toEqual(['ab on order', 'ab in store']);
    });

    it('by all its methods', async () => {
      const { Stock, askBoth } = setUpStock();
      const stock = new Stock();
      askBoth(stock, 'ab');
      observe(flushBatched(stock));
      await idle();
      expect(stock.asked.toSorted(), 'what was asked for').toEqual(['ab in store', 'ab on order']);
    });

    it('and not another', async () => {
      const { Stock, askBoth } = setUpStock();
      const [stock, other] = [new Stock(), new Stock()];
      askBoth(stock, 'a');
      askBoth(other, 'b');
      observe(flushBatched(stock));
      await idle();
      expect(other.asked, 'what the other was asked for').toEqual([]);
    });

    it('and is fulfilled when it is done', async () => {
      const { answers, Stock, askBoth } = setUpStock();
      const stock = new Stock();
      askBoth(stock, 'a');
      const flushed = observe(flushBatched(stock));
      await idle();
      answers[0]!.resolve();
      await idle();
      expect(flushed.state, 'its promise while one of two runs').toBe('pending');
      answers[1]!.reject(new Error('connection lost'));
      await idle();
      expect(flushed.state, 'its promise when both are done').toBe('fulfilled');
    });

    it('or at once, where nothing was collected', async () => {
      const { Stock } = setUpStock();
      const flushed = [observe(flushBatched({})), observe(flushBatched(new Stock(), 'inStore'))];
      await idle();
      expect(statesOf(flushed), 'promises').toBe('fulfilled fulfilled');
    });
  });

  describe('3.7.8 `batchedMembers` lists the decorated methods of a class', () => {
    const restock = Symbol('restock');
    function classes() {
      class Entity {
        @batched('describeAll')
        async describe(name: string): Promise<string> {
          return name;
        }
        describeAll(names: readonly string[]): readonly string[] {
          return names;
        }
      }
      class Product extends Entity {
        @batched('stocks')
        static async stock(sku: string): Promise<string> {
          return sku;
        }
        static stocks(skus: readonly string[]): readonly string[] {
          return skus;
        }
        @batched(restock)
        async order(sku: string): Promise<string> {
          return sku;
        }
        [restock](skus: readonly string[]): readonly string[] {
          return skus;
        }
      }
      class Invoice extends Entity {
        @batched('printAll')
        async print(number: number): Promise<number> {
          return number;
        }
        printAll(numbers: readonly number[]): readonly number[] {
          return numbers;
        }
      }
      return { Entity, Product, Invoice };
    }
    const describeMember = { name: 'describe', by: 'describeAll', static: false };

    it('with name, by and static', () => {
      const members = batchedMembers(classes().Product);
      expect(members, 'members of Product').toHaveLength(3);
      expect(members, 'members of Product').toEqual(
        expect.arrayContaining([
          { name: 'stock', by: 'stocks', static: true },
          { name: 'order', by: restock, static: false },
        ]),
      );
    });

    it('those inherited first', () => {
      const { Product, Invoice } = classes();
      expect(batchedMembers(Product)[0], 'the first member of Product').toEqual(describeMember);
      const print = { name: 'print', by: 'printAll', static: false };
      expect(batchedMembers(Invoice), 'members of Invoice').toEqual([describeMember, print]);
    });

    it('as `Class[Symbol.metadata]` has them', () => {
      const { Product } = classes();
      const listed = Product[Symbol.metadata]?.[BATCHED];
      expect(listed, 'Product[Symbol.metadata][BATCHED]').toEqual(batchedMembers(Product));
    });

    it('of the parent, its own only', () => {
      expect(batchedMembers(classes().Entity), 'members of Entity').toEqual([describeMember]);
    });

    it('none of a class that has none', () => {
      expect(batchedMembers(class Plain {}), 'members').toEqual([]);
    });
  });
});
