import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { MemoryOptimizedStorage, UnsupportedValueError } from '#exercise/04-compressed-storage';
import { shop } from './shop.ts';

function roundTrip<T>(value: T): T {
  const storage = new MemoryOptimizedStorage();
  storage.store('Order', value);
  return storage.retrieve<T>('Order')!;
}

/** Stores it in a new storage. */
const storing = (value: unknown) => () => new MemoryOptimizedStorage().store('Order', value);

describe('4.1 Keep a faithful copy', () => {
  describe('4.1.1 `retrieve` gives what was stored, what JSON loses too', () => {
    for (const description of shop) {
      it(`the description of ${description.name}`, () => {
        expect(roundTrip(description), 'what came back').toStrictEqual(description);
      });
    }

    it('of each key its own', () => {
      const storage = new MemoryOptimizedStorage();
      for (const description of shop) storage.store(description.name, description);
      const names = shop.map(({ name }) => storage.retrieve<{ name: string }>(name)?.name);
      expect(names, 'names in what came back').toEqual(shop.map(({ name }) => name));
    });

    it('text of any script', () => {
      const text = 'Größe, 尺寸, 📏, "quoted", \\, \0, \u2028, \ud800';
      expect(roundTrip({ text }), 'what came back').toStrictEqual({ text });
    });

    const values = [
      undefined, null, NaN, Infinity, -Infinity, -0, 0, 2 ** 53, 0.1, 12_345_678_901_234_567_890n, -1n, true,
      '',
      new Date(1_234_567_890_123), new Date(NaN),
      new Map<unknown, unknown>([['de', 'Größe'], [1, new Map()], [undefined, null]]),
      new Set<unknown>([1, '1', new Set([NaN])]),
      new Uint8Array([0, 1, 255]), new Int16Array([-1, 1]), new Float64Array([0.1, -0, NaN, Infinity]),
      new BigInt64Array([-1n]), new Uint8ClampedArray([300]), new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
      new Uint8Array([1, 2, 3]).buffer,
    ];
    for (const value of values) {
      it(`${inspect(value, { breakLength: Infinity })}`, () => {
        expect(roundTrip({ default: value }), 'within a value').toStrictEqual({ default: value });
        expect(roundTrip([value]), 'within an array').toStrictEqual([value]);
        expect(roundTrip(value), 'as the value itself').toStrictEqual(value);
      });
    }

    it('a property that is `undefined` rather than absent', () => {
      expect(Object.keys(roundTrip({ a: undefined, b: 1 })), 'properties').toEqual(['a', 'b']);
    });
  });

  describe('4.1.2 One object stays one, a cycle a cycle', () => {
    it('an object that is referred to twice', () => {
      const reference = { table: 'customers' };
      const { billed, sent } = roundTrip({ billed: reference, sent: [reference] });
      expect(billed, 'what came back').toEqual(reference);
      expect(sent[0] === billed, 'whether it is one object').toBe(true);
    });

    it('equal objects that are two', () => {
      const { billed, sent } = roundTrip({ billed: { table: 'customers' }, sent: { table: 'customers' } });
      expect(sent === billed, 'whether they are one object').toBe(false);
    });

    it('a Date, a Map and a typed array', () => {
      for (const part of [new Date(0), new Map([[1, 2]]), new Uint8Array([1])]) {
        const [first, second] = roundTrip([part, part]);
        expect(first, 'what came back').toEqual(part);
        expect(first === second, `whether the ${part.constructor.name} is one object`).toBe(true);
      }
    });

    it('a cycle of objects', () => {
      const order: Record<string, unknown> = { name: 'Order' };
      order.lines = [{ name: 'OrderLine', owner: order }];
      const back = roundTrip(order) as { lines: { owner: unknown }[] };
      expect(back.lines[0]!.owner === back, 'whether the line leads back to the order').toBe(true);
    });

    it('a cycle by way of a Map and a Set', () => {
      const map = new Map<string, unknown>();
      map.set('all', new Set([map]));
      const back = roundTrip(map) as Map<string, Set<unknown>>;
      expect([...back.get('all')!][0] === back, 'whether the Set leads back to the Map').toBe(true);
    });
  });

  describe('4.1.3 It is a copy', () => {
    it('of what was stored', () => {
      const storage = new MemoryOptimizedStorage();
      const labels = new Map([['de', 'Bestellung']]);
      const order = { columns: ['id'], flags: new Uint8Array([1, 2]), labels };
      storage.store('Order', order);
      order.columns.push('total');
      order.flags[0] = 9;
      labels.clear();
      expect(storage.retrieve('Order'), 'what is kept').toEqual({
        columns: ['id'],
        flags: new Uint8Array([1, 2]),
        labels: new Map([['de', 'Bestellung']]),
      });
    });

    for (const length of [2, 500]) {
      it(`in what \`retrieve\` gave, with a typed array of ${length} elements`, () => {
        const storage = new MemoryOptimizedStorage();
        storage.store('Order', { columns: ['id'], flags: new Uint8Array(length).fill(1) });
        const first = storage.retrieve<{ columns: string[]; flags: Uint8Array }>('Order')!;
        first.columns.push('total');
        first.flags.fill(9);
        expect(storage.retrieve('Order'), 'what is kept').toEqual({
          columns: ['id'],
          flags: new Uint8Array(length).fill(1),
        });
      });
    }
  });

  describe('4.1.4 A function or a symbol is an `UnsupportedValueError`', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    cycle.total = () => 1;
    const cases: Record<string, unknown> = {
      'a function': () => 1,
      'a symbol': Symbol('id'),
      'a class': class Order {},
      'in an object': { parse: () => 1 },
      'in an array': [1, Symbol('id')],
      'in a Map': new Map([['parse', () => 1]]),
      'for a key of a Map': new Map([[Symbol('id'), 1]]),
      'in a Set': new Set([() => 1]),
      'at some depth': { columns: [{ rules: new Map([['max', { check: () => true }]]) }] },
      'behind a cycle': cycle,
      'a symbol for the key of a property': { [Symbol('id')]: 1 },
    };
    for (const [where, value] of Object.entries(cases)) {
      it(where, () => {
        expect(storing(value), 'store').toThrow(UnsupportedValueError);
      });
    }
  });

  describe('4.1.5 So is an object of another kind', () => {
    class Money {
      cents = 120;
    }
    for (const value of [new Money(), new WeakMap(), new WeakRef({}), Promise.resolve()]) {
      it(inspect(value), () => {
        expect(storing(value), 'store').toThrow(UnsupportedValueError);
        const storeWhatContainsIt = storing({ columns: [{ default: value }] });
        expect(storeWhatContainsIt, 'store, of what contains it').toThrow(UnsupportedValueError);
      });
    }
  });

  describe('4.1.6 Its `path` says where', () => {
    const parse = () => 1;
    const cases: [string, unknown][] = [
      ['metadata', parse],
      ['metadata[1]', [1, parse]],
      ['metadata.parse', { id: 1, parse }],
      ['metadata.columns[2].parse', { columns: [{}, {}, { name: 'id', parse }] }],
      ['metadata[0][1]', [[0, parse]]],
      [`metadata['max-length']`, { 'max-length': parse }],
      [`metadata['0'].$check`, { 0: { $check: parse } }],
      [`metadata.labels.get('de')`, { labels: new Map<string, unknown>([['en', 'size'], ['de', parse]]) }],
      [`metadata.labels.get('de').short`, { labels: new Map([['de', { short: parse }]]) }],
      ['metadata.labels.keys()[0]', { labels: new Map([[parse, 1]]) }],
      ['metadata.tags.keys()[1]', { tags: new Set(['new', parse]) }],
    ];
    for (const [path, value] of cases) {
      it(path, () => {
        let error: unknown;
        try {
          storing(value)();
        } catch (thrown) {
          error = thrown;
        }
        expect((error as UnsupportedValueError | undefined)?.path, 'path').toBe(path);
      });
    }
  });

  describe('4.1.7 A `store` that throws leaves everything as it was', () => {
    it('with a value under the key', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('Order', { table: 'orders' });
      const store = () => storage.store('Order', { table: 'new', check: () => 1 });
      expect(store, 'store').toThrow(UnsupportedValueError);
      expect(storage.retrieve('Order'), 'what is kept').toEqual({ table: 'orders' });
    });

    it('with nothing under it', () => {
      const storage = new MemoryOptimizedStorage();
      expect(() => storage.store('Order', { check: () => 1 }), 'store').toThrow(UnsupportedValueError);
      expect(storage.has('Order'), 'has').toBe(false);
      expect(storage.size, 'size').toBe(0);
    });
  });

  describe('4.1.8 `store` replaces, `delete` removes, `has` and `size` count', () => {
    it('replaces', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('currency', 'EUR');
      storage.store('currency', 'CHF');
      expect(storage.retrieve('currency'), 'what is kept').toBe('CHF');
      expect(storage.size, 'size').toBe(1);
    });

    it('deletes, and tells whether there was anything', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('currency', 'EUR');
      storage.store('locale', 'de');
      expect(storage.delete('currency'), 'first delete').toBe(true);
      expect(storage.delete('currency'), 'second delete').toBe(false);
      expect(storage.retrieve('currency'), 'what was deleted').toBe(undefined);
      expect(storage.retrieve('locale'), 'the other').toBe('de');
      expect(storage.size, 'size').toBe(1);
    });

    it('tells `undefined` from nothing', () => {
      const storage = new MemoryOptimizedStorage();
      storage.store('discount', undefined);
      expect(storage.retrieve('absent'), 'an absent key').toBe(undefined);
      expect([storage.has('discount'), storage.has('absent')], 'has').toEqual([true, false]);
      expect(storage.size, 'size').toBe(1);
      expect(storage.delete('discount'), 'delete').toBe(true);
    });
  });

  describe('4.1.9 Any string is a key, and the name of a property', () => {
    for (const name of ['', ' ', '__proto__', 'constructor', 'toString', 'size', '0', '-1']) {
      it(`${inspect(name)} as a key`, () => {
        const storage = new MemoryOptimizedStorage();
        expect(storage.has(name), 'has, before').toBe(false);
        expect(storage.retrieve(name), 'retrieve, before').toBe(undefined);
        storage.store(name, 'kept');
        expect(storage.retrieve(name), 'retrieve').toBe('kept');
        expect(storage.delete(name), 'delete').toBe(true);
      });

      it(`${inspect(name)} as the name of a property`, () => {
        const value = JSON.parse(`{ ${JSON.stringify(name)}: { "is": "kept" }, "z": 1 }`) as object;
        const back = roundTrip(value);
        expect(Object.keys(back).sort(), 'properties').toEqual([name, 'z'].sort());
        expect(Object.getOwnPropertyDescriptor(back, name)?.value, 'its value').toEqual({ is: 'kept' });
      });
    }
  });
});
