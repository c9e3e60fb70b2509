import { describe, expect, it } from 'vitest';
import { type Class, MemoryOptimizedStorage, type StorageOptions } from '#exercise/04-compressed-storage';
import { describe as describeClass, shopClasses } from '#framework';
import { recorder } from '../recorder.ts';
import { collectUntil } from './memory.ts';
import { shop } from './shop.ts';

/** What a reload makes: the class anew, under its old name. */
const load = () => class Order {};

/** Keeps something under a class that nobody else has. */
function storeUnderLostClass(storage: MemoryOptimizedStorage, metadata: unknown = 'lost'): WeakRef<Class> {
  const Order = load();
  storage.store(Order, metadata);
  storage.retrieve(Order);
  return new WeakRef<Class>(Order);
}

describe('4.7 Let classes go', () => {
  describe('4.7.1 A class is a key', () => {
    it('for each class of the shop', () => {
      const storage = new MemoryOptimizedStorage();
      for (const target of shopClasses) storage.store(target, describeClass(target));
      for (const [index, target] of shopClasses.entries()) {
        expect(storage.retrieve(target), target.name).toStrictEqual(shop[index]);
      }
      expect(storage.size, 'size').toBe(shopClasses.length);
    });

    it('that is replaced, looked at and deleted', () => {
      const storage = new MemoryOptimizedStorage();
      const Order = load();
      expect(storage.has(Order), 'has, before').toBe(false);
      expect(storage.retrieve(Order), 'retrieve, before').toBe(undefined);
      expect(storage.delete(Order), 'delete, before').toBe(false);
      storage.store(Order, 'old');
      storage.store(Order, 'new');
      expect(storage.size, 'size').toBe(1);
      expect(storage.has(Order), 'has').toBe(true);
      expect(storage.retrieve(Order), 'retrieve').toBe('new');
      expect(storage.metrics(Order)?.encoding, 'encoding').toBe('raw');
      expect(storage.delete(Order), 'delete').toBe(true);
      expect(storage.has(Order), 'has, after').toBe(false);
      const empty = new MemoryOptimizedStorage().estimateMemoryUsage();
      expect(storage.estimateMemoryUsage(), 'report').toEqual(empty);
    });
  });

  describe('4.7.2 Each class is a key of its own', () => {
    it('beside another of its name, and the name', () => {
      const storage = new MemoryOptimizedStorage();
      const [Old, New] = [load(), load()];
      storage.store(Old, 'old class');
      storage.store(New, 'new class');
      storage.store('Order', 'name');
      const found = [Old, New, 'Order'].map((key) => storage.retrieve(key));
      expect(found, 'what is kept').toEqual(['old class', 'new class', 'name']);
    });

    it('beside its parent and its subclass', () => {
      const storage = new MemoryOptimizedStorage();
      const Parent = load();
      const Child = class Order extends Parent {};
      storage.store(Parent, 'parent');
      expect(storage.has(Child), 'whether the subclass has what its parent has').toBe(false);
      storage.store(Child, 'child');
      const found = [storage.retrieve(Parent), storage.retrieve(Child)];
      expect(found, 'what is kept').toEqual(['parent', 'child']);
    });

    it('in each storage', () => {
      const [first, second] = [new MemoryOptimizedStorage(), new MemoryOptimizedStorage()];
      const Order = load();
      first.store(Order, 'first');
      expect(second.has(Order), 'has, in the second storage').toBe(false);
      second.store(Order, 'second');
      second.delete(Order);
      expect(first.retrieve(Order), 'what the first one keeps').toBe('first');
    });
  });

  describe('4.7.3 The storage does not keep a class alive', () => {
    const cases: [string, StorageOptions][] = [
      ['by itself', {}],
      ['with a budget and `onEvict`', { maxBytes: 1_000_000, onEvict: () => {} }],
      ['with shared parts', { share: true }],
    ];
    for (const [how, options] of cases) {
      it(how, async () => {
        const storage = new MemoryOptimizedStorage(options);
        const refs = Array.from({ length: 3 }, () => storeUnderLostClass(storage, { table: 'orders' }));
        await collectUntil(() => refs.every((ref) => !ref.deref()));
        expect(refs.filter((ref) => ref.deref()).length, 'of three classes those still in memory').toBe(0);
        expect(storage.has('Order'), 'whether the storage is still in use').toBe(false);
      });
    }

    it('after its entry was replaced, deleted, or never there', async () => {
      const storage = new MemoryOptimizedStorage();
      const refs = (() => {
        const [Replaced, Deleted, Absent] = [load(), load(), load()];
        for (const Order of [Replaced, Deleted]) storage.store(Order, 'old');
        storage.store(Replaced, 'new');
        storage.delete(Deleted);
        storage.has(Absent);
        return [Replaced, Deleted, Absent].map((Order) => new WeakRef<Class>(Order));
      })();
      await collectUntil(() => refs.every((ref) => !ref.deref()));
      expect(refs.filter((ref) => ref.deref()).length, 'of three classes those still in memory').toBe(0);
      expect(storage.has('Order'), 'whether the storage is still in use').toBe(false);
    });
  });

  describe('4.7.4 When a class was collected, its entry is gone', () => {
    it('from `size` and from the report', async () => {
      const storage = new MemoryOptimizedStorage();
      class Kept {}
      storage.store(Kept, shop[1]);
      storage.store('Order', shop[0]);
      const before = storage.estimateMemoryUsage();
      for (const description of shop) storeUnderLostClass(storage, description);
      expect(storage.size, 'size while the classes are there').toBe(2 + shop.length);
      await collectUntil(() => storage.size === 2);
      expect(storage.size, 'size afterwards').toBe(2);
      expect(storage.estimateMemoryUsage(), 'report afterwards').toEqual(before);
      expect(storage.retrieve(Kept), 'what is kept under a living class').toStrictEqual(shop[1]);
    });

    it('once only, though it was stored many times', async () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('other', 'kept');
      const before = storage.estimateMemoryUsage();
      (() => {
        const Order = load();
        for (let i = 0; i < 5; i++) storage.store(Order, `version ${i}`);
        storage.delete(Order);
        storage.store(Order, 'again');
      })();
      await collectUntil(() => storage.size === 1);
      expect(storage.estimateMemoryUsage(), 'report afterwards').toEqual(before);
    });
  });

  describe('4.7.5 What is kept under the class that took its place stays', () => {
    it('when the old one is collected', async () => {
      const storage = new MemoryOptimizedStorage();
      for (let reload = 0; reload < 5; reload++) storeUnderLostClass(storage, `version ${reload}`);
      const Order = load();
      storage.store(Order, 'the last version');
      storage.store('Order', 'the name');
      await collectUntil(() => storage.size === 2);
      expect(storage.size, 'size').toBe(2);
      expect(storage.retrieve(Order), 'what is kept under the class').toBe('the last version');
      expect(storage.retrieve('Order'), 'what is kept under the name').toBe('the name');
    });
  });

  describe('4.7.6 For room a class goes like any other key', () => {
    const roomForTwoClasses = () => {
      const storage = new MemoryOptimizedStorage();
      for (const Order of [load(), load()]) storage.store(Order, 'value');
      return storage.estimateMemoryUsage().totalBytes;
    };

    it('the least recently used, and `onEvict` is told the class', () => {
      const [onEvict, calls] = recorder((..._args: unknown[]) => {});
      const storage = new MemoryOptimizedStorage({ maxBytes: roomForTwoClasses(), onEvict });
      const [First, Second, Third] = [load(), load(), load()];
      storage.store(First, 'value');
      storage.store(Second, 'value');
      storage.retrieve(First);
      storage.store(Third, 'value');
      expect(calls.length, 'calls').toBe(1);
      expect(calls[0]![0] === Second, 'whether the key is the class that went').toBe(true);
      expect([First, Second, Third].map((key) => storage.has(key)), 'has').toEqual([true, false, true]);
    });

    it('but nothing of a class that was collected', async () => {
      const [onEvict, calls] = recorder((..._args: unknown[]) => {});
      const storage = new MemoryOptimizedStorage({ maxBytes: roomForTwoClasses(), onEvict });
      for (let i = 0; i < 2; i++) storeUnderLostClass(storage, 'value');
      await collectUntil(() => storage.size === 0);
      const living = [load(), load()];
      for (const Order of living) storage.store(Order, 'value');
      expect(calls.length, 'calls').toBe(0);
      expect(living.map((key) => storage.has(key)), 'has').toEqual([true, true]);
    });
  });

  describe('4.7.7 `entries` leaves out what is kept under classes', () => {
    it('and gives the rest', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('a', 1);
      storage.store(load(), 2);
      storage.store('b', 3);
      expect(storage.entries().map(([key]) => key), 'keys').toEqual(['a', 'b']);
    });
  });
});
