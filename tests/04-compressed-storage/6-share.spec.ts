import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { MemoryOptimizedStorage } from '#exercise/04-compressed-storage';
import type { EntityDescription } from '#framework';
import { macrotask } from '../deferred.ts';
import { collectUntil } from './memory.ts';
import { shop } from './shop.ts';

/** A storage that shares, with an entry for each value: the first under '0'. */
function storageOf(...values: unknown[]): MemoryOptimizedStorage {
  const storage = new MemoryOptimizedStorage({ share: true });
  for (const [index, value] of values.entries()) storage.store(String(index), value);
  return storage;
}

/** All plain objects and arrays in a value. */
function partsOf(value: unknown, parts = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || parts.has(value)) return parts;
  parts.add(value);
  for (const part of Object.values(value)) partsOf(part, parts);
  return parts;
}

const isSame = (a: unknown, b: unknown) => a === b; // of what does not print well

describe('4.6 Hand out one copy', () => {
  describe('4.6.1 `retrieve` gives the object that somebody holds', () => {
    it('to fifty callers', () => {
      const storage = storageOf(shop[0]);
      const held = Array.from({ length: 50 }, () => storage.retrieve('0'));
      expect(held[0], 'what came back').toStrictEqual(shop[0]);
      expect(new Set(held).size, 'objects in their hands').toBe(1);
    });

    it('of each entry', () => {
      const storage = storageOf(...shop);
      for (const [index, description] of shop.entries()) {
        const first = storage.retrieve(String(index));
        expect(first, description.name).toStrictEqual(description);
        const isShared = isSame(storage.retrieve(String(index)), first);
        expect(isShared, `whether ${description.name} is one object`).toBe(true);
      }
    });

    it('not without `share`', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('Order', shop[0]);
      const isShared = isSame(storage.retrieve('Order'), storage.retrieve('Order'));
      expect(isShared, 'whether two callers have one object').toBe(false);
      const explicit = new MemoryOptimizedStorage({ share: false });
      explicit.store('Order', { columns: ['id'] });
      explicit.retrieve<{ columns: string[] }>('Order')!.columns.push('total');
      expect(explicit.retrieve('Order'), 'what is kept').toEqual({ columns: ['id'] });
    });
  });

  describe('4.6.2 Equal parts are one object', () => {
    it('of different entries', () => {
      const type = { name: 'varchar', length: [16] };
      const storage = storageOf({ type }, [type]);
      const first = storage.retrieve<{ type: typeof type }>('0')!.type;
      const second = storage.retrieve<(typeof type)[]>('1')![0]!;
      expect(isSame(first, second), 'whether the objects are one').toBe(true);
      expect(isSame(first.length, second.length), 'whether the arrays in them are one').toBe(true);
    });

    it('of one entry', () => {
      const storage = storageOf([{ type: ['varchar'] }, { type: ['varchar'] }]);
      const [first, second] = storage.retrieve<object[]>('0')!;
      expect(isSame(first, second), 'whether they are one').toBe(true);
    });

    it('though what they are in is not equal', () => {
      const storage = storageOf({ type: ['varchar'], a: 1 }, { type: ['varchar'], a: 2 });
      const [first, second] = ['0', '1'].map((key) => storage.retrieve<{ type: object }>(key)!.type);
      expect(isSame(first, second), 'whether they are one').toBe(true);
    });

    it('in the shop, where every entity inherits the same columns', () => {
      const storage = storageOf(...shop);
      const held = shop.map((_, index) => storage.retrieve<EntityDescription>(String(index))!);
      const columns = held.flatMap(({ columns = [] }) => columns);
      const versions = columns.filter(({ property }) => property === 'version');
      expect(versions.length, 'entities with a version').toBeGreaterThan(5);
      expect(new Set(versions).size, 'objects that describe it').toBe(1);
      expect(partsOf(held).size / partsOf(shop).size, 'objects held ÷ objects stored').toBeLessThan(0.75);
    });
  });

  describe('4.6.3 Only equal ones', () => {
    const different = [
      { v: 1 }, { v: '1' }, { v: 1n }, { v: '1n' }, { v: 0 }, { v: -0 }, { v: NaN }, { v: 'NaN' },
      { v: true }, { v: 'true' }, { v: null }, { v: 'null' }, { v: undefined }, { v: 'undefined' }, {}, { v: '' },
      { v: [1] }, { v: ['1'] }, { v: { 0: 1 } }, { v: [] }, { v: {} }, { v: [[]] }, { v: [1, 2] }, { v: ['1,2'] },
      { v: ['1', '2'] }, { v: [undefined] }, { v: [null] }, { v: ['a","b'] }, { v: ['a', 'b'] }, { v: '#0' },
      { v: '#1' }, { v: '"' }, { v: '\\"' }, { v: 1, w: 2 }, { w: 2, v: 1 }, { 'v:1,w': 2 }, { v: '1,w:2' },
      { '"v"': 1 }, { v: 2n }, { v: [2n] },
      ...Array.from({ length: 80 }, (_, n) => ({ v: n + 2 })), // whatever a program may call its parts
    ];

    it('of many that look alike', () => {
      const storage = storageOf(...different);
      const held = different.map((_, index) => storage.retrieve<object>(String(index))!);
      for (const [index, value] of different.entries()) {
        const name = inspect(value, { breakLength: Infinity });
        expect(held[index], name).toStrictEqual(value);
        expect(Object.keys(held[index]!), `properties of ${name}`).toEqual(Object.keys(value));
      }
      expect(new Set(held).size, 'objects').toBe(different.length);
    });

    it('nor an empty array and an empty object', () => {
      const storage = storageOf([], {});
      const [list, record] = [storage.retrieve('0'), storage.retrieve('1')];
      expect(list, 'the array').toStrictEqual([]);
      expect(record, 'the object').toStrictEqual({});
    });
  });

  describe('4.6.4 What is shared is frozen', () => {
    it('at every depth', () => {
      const storage = storageOf(...shop);
      for (const index of shop.keys()) {
        const loose = [...partsOf(storage.retrieve(String(index)))].filter((part) => !Object.isFrozen(part));
        expect(loose.length, 'parts that are not frozen').toBe(0);
      }
    });

    it('also where a part is not shared with anybody yet', () => {
      const storage = storageOf({ since: new Date(0), type: { name: 'varchar' } });
      const value = storage.retrieve<{ type: object }>('0')!;
      expect(Object.isFrozen(value.type), 'whether the part is frozen').toBe(true);
    });
  });

  describe('4.6.5 What cannot be frozen is each caller\'s own', () => {
    const own = {
      Date: () => new Date(0),
      Map: () => new Map([['de', 'Größe']]),
      Set: () => new Set(['a']),
      ArrayBuffer: () => new Uint8Array([1, 2]).buffer,
      Uint8Array: () => new Uint8Array([1, 2]),
      'a typed array of some length': () => new Float64Array(50).fill(0.5),
      'a cycle': () => {
        const order: { self?: object; name: string } = { name: 'Order' };
        order.self = [order];
        return order;
      },
    };
    for (const [kind, make] of Object.entries(own)) {
      it(`${kind}, and what contains it`, () => {
        const stored = () => ({ table: { name: 'orders' }, in: [make()] });
        const storage = storageOf(stored());
        const [first, second] = [1, 2].map(() => storage.retrieve<ReturnType<typeof stored>>('0')!);
        expect(first, 'what came back').toStrictEqual(stored());
        expect(second, 'what came back to another').toStrictEqual(stored());
        expect(isSame(first!.in[0], second!.in[0]), `whether ${kind} is shared`).toBe(false);
        expect(isSame(first!.in, second!.in), 'whether the array that contains it is shared').toBe(false);
        expect(isSame(first, second), 'whether the whole is shared').toBe(false);
        expect(isSame(first!.table, second!.table), 'whether a plain part is shared').toBe(true);
      });
    }

    it('so that nobody can spoil it for the others', () => {
      const stored = () => ({ since: new Date(0), flags: new Uint8Array([1]), labels: new Map([[1, 2]]) });
      const storage = storageOf(stored());
      const first = storage.retrieve<ReturnType<typeof stored>>('0')!;
      first.since.setTime(9);
      first.flags[0] = 9;
      first.labels.clear();
      expect(storage.retrieve('0'), 'what another gets').toStrictEqual(stored());
    });

    it('and one object in the value is one in each copy', () => {
      const order = { since: new Date(0) };
      const value = { since: order.since, order, same: order };
      const back = storageOf(value).retrieve<typeof value>('0')!;
      expect(isSame(back.order, back.same), 'whether the object is one').toBe(true);
      expect(isSame(back.since, back.order.since), 'whether the Date is one').toBe(true);
    });
  });

  describe('4.6.6 Nothing lives longer for being shared', () => {
    it('what nobody holds is collected', async () => {
      const storage = storageOf(...shop);
      const refs = shop.map((_, index) => new WeakRef(storage.retrieve<object>(String(index))!));
      await collectUntil(() => refs.every((ref) => !ref.deref()));
      expect(refs.filter((ref) => ref.deref()).length, 'descriptions that are still in memory').toBe(0);
    });

  });

  describe('4.6.7 `sharedParts` counts what is shared', () => {
    it('and goes back to 0', async () => {
      const storage = storageOf(...shop);
      (() => {
        const held = shop.map((_, index) => storage.retrieve<object>(String(index))!);
        const { sharedParts } = storage.estimateMemoryUsage();
        const parts = partsOf(held).size - 1; // without the list itself
        expect(sharedParts, 'sharedParts while all is held').toBe(parts);
      })();
      await collectUntil(() => storage.estimateMemoryUsage().sharedParts === 0);
      expect(storage.estimateMemoryUsage().sharedParts, 'sharedParts afterwards').toBe(0);
    });

    it('but not while somebody holds a part', async () => {
      const storage = storageOf({ type: { name: 'varchar' } }, { name: 'varchar' });
      const type = storage.retrieve('1');
      storage.retrieve('0');
      await collectUntil(() => storage.estimateMemoryUsage().sharedParts === 1);
      expect(storage.estimateMemoryUsage().sharedParts, 'sharedParts').toBe(1);
      expect(isSame(storage.retrieve<{ type: object }>('0')!.type, type), 'whether it is shared').toBe(true);
    });
  });

  describe('4.6.8 A part that was collected takes nothing along', () => {
    it('neither the equal one that came since', async () => {
      const storage = storageOf({ table: 'orders' });
      const first = await collected(() => new WeakRef(storage.retrieve<object>('0')!));
      const second = storage.retrieve('0'); // in the task that collected: finalizers come later
      expect(first.deref(), 'the first one').toBe(undefined);
      for (let turn = 0; turn < 3; turn++) await macrotask();
      expect(isSame(storage.retrieve('0'), second), 'whether it is the object that is held').toBe(true);
      expect(storage.estimateMemoryUsage().sharedParts, 'sharedParts').toBe(1);
    });
  });
});

/** The reference that `make` returns, when a task has just begun that collected all garbage. */
async function collected<T extends object>(make: () => WeakRef<T>): Promise<WeakRef<T>> {
  const ref = make();
  await macrotask(); // a WeakRef holds what it is made of until the end of the task
  globalThis.gc!();
  globalThis.gc!(); // what was made while the collector marked outlives the first
  return ref;
}
