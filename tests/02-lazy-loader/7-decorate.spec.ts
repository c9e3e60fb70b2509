import { describe, expect, it } from 'vitest';
import { invalidateLazy, lazy } from '#exercise/02-lazy-loader';
import { macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { answerOf, answersOf, tolerateUnhandled, watch } from './answers.ts';
import { Service } from './service.ts';

/** A class with two lazy accessors that ask a service. */
function tableClass() {
  const service = new Service();
  const context = { dependencies: [], signal: new AbortController().signal };
  const ask = (key: string) => service.loader(key)(context);
  class Table {
    constructor(readonly name: string) {}

    @lazy((table: Table) => ask(`columns of ${table.name}`))
    accessor columns!: Promise<string>;

    @lazy((table: Table) => ask(`indexes of ${table.name}`))
    accessor indexes!: Promise<string>;
  }
  return { Table, service };
}

describe('2.7 Decorate', () => {
  tolerateUnhandled();

  describe('2.7.1 The first read loads, and reads share what it brings', () => {
    it('nothing is loaded before', async () => {
      const { Table, service } = tableClass();
      const orders = new Table('orders');
      await macrotask();
      expect(service.asked, 'calls of the loader before the first read').toEqual([]);
      watch(orders.columns);
      await macrotask();
      expect(service.asked, 'calls of the loader after it').toEqual(['columns of orders']);
    });

    it('during the load, and after it', async () => {
      const { Table, service } = tableClass();
      const orders = new Table('orders');
      const reads = [watch(orders.columns)];
      await macrotask();
      reads.push(watch(orders.columns));
      await service.answer('columns of orders', 'id, total');
      reads.push(watch(orders.columns));
      expect(await answersOf(reads), 'what the reads brought').toEqual(Array(3).fill('id, total'));
      expect(service.asked, 'calls of the loader').toEqual(['columns of orders']);
    });

    it('the loader receives the object', async () => {
      const [load, calls] = recorder((_: object) => 'loaded');
      class Table {
        @lazy(load) accessor columns!: Promise<string>;
      }
      const table = new Table();
      expect(await answerOf(table.columns), 'what the read brought').toBe('loaded');
      expect(calls[0]?.[0] === table, 'whether the loader received the object').toBe(true);
    });
  });

  describe('2.7.2 Each object has values of its own', () => {
    it('for each accessor', async () => {
      const { Table, service } = tableClass();
      const [orders, products] = [new Table('orders'), new Table('products')];
      const reads = [orders.columns, orders.indexes, products.columns].map(watch);
      await service.answerAll();
      expect(await answersOf(reads), 'what the reads brought').toEqual([
        'value of columns of orders',
        'value of indexes of orders',
        'value of columns of products',
      ]);
    });

    it('a class has them for its static accessors', async () => {
      const [load, calls] = recorder(async () => 'EUR');
      class Shop {
        @lazy(load) static accessor currency: Promise<string>;
      }
      const reads = [Shop.currency, Shop.currency];
      expect(await answersOf(reads), 'what the reads brought').toEqual(['EUR', 'EUR']);
      expect(calls.length, 'calls of the loader').toBe(1);
    });

    it('an accessor and the one that it overrides have two', async () => {
      class Entity {
        @lazy(async () => 'id') accessor columns!: Promise<string>;
      }
      // For TypeScript it does not: an accessor without a value does not override.
      class Order extends (Entity as new () => object) {
        @lazy(async () => 'total') accessor columns!: Promise<string>;
      }
      const order = new Order();
      const inherited = () => Reflect.get(Entity.prototype, 'columns', order) as Promise<string>;
      const reads = [inherited(), order.columns, inherited()];
      expect(await answersOf(reads), 'what the reads brought').toEqual(['id', 'total', 'id']);
    });

    it('a private accessor, and one with a symbol for a name', async () => {
      const audit = Symbol('audit');
      class Order {
        @lazy(async () => 'private') accessor #columns!: Promise<string>;
        @lazy(async () => 'audited') accessor [audit]!: Promise<string>;
        get both(): Promise<unknown[]> {
          return answersOf([this.#columns, this[audit]]);
        }
      }
      expect(await new Order().both, 'what the reads brought').toEqual(['private', 'audited']);
    });
  });

  describe('2.7.3 A failure reaches all who read meanwhile, and the next read tries again', () => {
    it('when the promise rejects', async () => {
      const { Table, service } = tableClass();
      const orders = new Table('orders');
      const error = new Error('no such table');
      const reads = [orders.columns, orders.columns].map(watch);
      await macrotask();
      await service.fail('columns of orders', error);
      expect(await answersOf(reads), 'what the reads were rejected with').toEqual([error, error]);
      const next = watch(orders.columns);
      await service.answerAll();
      expect(await answerOf(next), 'what the next read brought').toBe('value of columns of orders');
    });

    it('when the loader throws', async () => {
      const error = new Error('no such table');
      let attempts = 0;
      class Table {
        @lazy(() => {
          if (++attempts === 1) throw error;
          return 'loaded';
        })
        accessor columns!: Promise<string>;
      }
      const table = new Table();
      expect(await answerOf(table.columns), 'what the first read was rejected with').toBe(error);
      expect(await answerOf(table.columns), 'what the next read brought').toBe('loaded');
    });
  });

  describe('2.7.4 What is assigned is what reads bring', () => {
    it('instead of what would be loaded', async () => {
      const { Table, service } = tableClass();
      const orders = new Table('orders');
      orders.columns = Promise.resolve('assigned');
      expect(await answerOf(orders.columns), 'what the read brought').toBe('assigned');
      orders.columns = Promise.resolve('assigned again');
      expect(await answerOf(orders.columns), 'what the next read brought').toBe('assigned again');
      expect(service.asked, 'calls of the loader').toEqual([]);
    });

    it('also when a load is on its way', async () => {
      const { Table, service } = tableClass();
      const orders = new Table('orders');
      const before = watch(orders.columns);
      await macrotask();
      orders.columns = Promise.resolve('assigned');
      await service.answer('columns of orders', 'loaded');
      expect(await answerOf(orders.columns), 'what a read brought after it').toBe('assigned');
      expect(await answerOf(before), 'what the read before it brought').toBe('loaded');
    });

    it('also as the initial value', async () => {
      const [load, calls] = recorder(async (_: object) => 'loaded');
      class Table {
        @lazy(load) accessor columns = Promise.resolve('initial');
      }
      expect(await answerOf(new Table().columns), 'what the read brought').toBe('initial');
      expect(calls.length, 'calls of the loader').toBe(0);
    });

    it('of that object only', async () => {
      const { Table, service } = tableClass();
      const [orders, products] = [new Table('orders'), new Table('products')];
      orders.columns = Promise.resolve('assigned');
      const read = watch(products.columns);
      await service.answerAll();
      expect(await answerOf(read), 'what the read of the other brought').toBe('value of columns of products');
    });
  });

  describe('2.7.5 `invalidateLazy` forgets what was loaded for one object', () => {
    /** Reads both accessors of each object, and then forgets what was asked for. */
    async function loaded() {
      const { Table, service } = tableClass();
      const tables = [new Table('orders'), new Table('products')] as const;
      const readAll = async () => {
        service.requests.length = 0;
        for (const table of tables) [table.columns, table.indexes].map(watch);
        await service.answerAll();
        return service.asked;
      };
      await readAll();
      return { tables, readAll };
    }

    it('of one member', async () => {
      const { tables, readAll } = await loaded();
      invalidateLazy(tables[0], 'columns');
      expect(await readAll(), 'loaded again').toEqual(['columns of orders']);
    });

    it('of all members', async () => {
      const { tables, readAll } = await loaded();
      invalidateLazy(tables[0]);
      const again = (await readAll()).toSorted();
      expect(again, 'loaded again').toEqual(['columns of orders', 'indexes of orders']);
    });

    it('a load on its way does not bring it back', async () => {
      const { Table, service } = tableClass();
      const orders = new Table('orders');
      watch(orders.columns);
      await macrotask();
      invalidateLazy(orders, 'columns');
      await service.answer('columns of orders', 'stale');
      const read = watch(orders.columns);
      await service.answerAll();
      expect(await answerOf(read), 'what the read brought').toBe('value of columns of orders');
    });

    it('what was assigned, too', async () => {
      const { Table, service } = tableClass();
      const orders = new Table('orders');
      orders.columns = Promise.resolve('assigned');
      invalidateLazy(orders, 'columns');
      const read = watch(orders.columns);
      await service.answerAll();
      expect(await answerOf(read), 'what the read brought').toBe('value of columns of orders');
    });

    it('of an object of which nothing was read', () => {
      const { Table } = tableClass();
      expect(() => invalidateLazy(new Table('orders'), 'columns'), 'invalidateLazy').not.toThrow();
      expect(() => invalidateLazy({}), 'invalidateLazy of a plain object').not.toThrow();
    });
  });

  describe('2.7.6 What is loaded for an object does not keep it alive', () => {
    it('though the value refers to it', async () => {
      class Order {
        @lazy(async (order: object): Promise<object> => ({ order })) accessor line!: Promise<object>;
      }
      const order = await (async () => {
        const order = new Order();
        await answerOf(order.line);
        return new WeakRef(order);
      })();
      for (let round = 0; round < 5 && order.deref(); round++) {
        await macrotask(); // a WeakRef holds what it gave until the end of the task
        globalThis.gc!();
      }
      expect(order.deref() === undefined, 'whether the object was collected').toBe(true);
    });
  });
});
