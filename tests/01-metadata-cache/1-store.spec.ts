import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { OptimizedMetadataCache } from '#exercise/01-metadata-cache';
import { describe as describeClass, shopClasses } from '#framework';
import { recorder } from '../recorder.ts';

describe('1.1 Store and compute', () => {
  describe('1.1.1 `get` asks the factory once, and returns the value itself', () => {
    it('calls the factory on the first call of a key only', () => {
      const cache = new OptimizedMetadataCache();
      const [factory, calls] = recorder(() => 'columns of Order');
      const answers = [cache.get('Order', factory), cache.get('Order', factory), cache.get('Order', factory)];
      expect(answers, 'what get returned').toEqual(Array(3).fill('columns of Order'));
      expect(calls.length, 'calls of the factory').toBe(1);
    });

    it('keeps a value for each key', () => {
      const cache = new OptimizedMetadataCache();
      cache.get('Order', () => 'columns of Order');
      cache.get('Address', () => 'columns of Address');
      expect(cache.get('Order', () => 'again'), 'value of the first key').toBe('columns of Order');
      expect(cache.get('Address', () => 'again'), 'value of the second key').toBe('columns of Address');
    });

    it('returns the object that the factory made, not a copy', () => {
      const cache = new OptimizedMetadataCache();
      const columns = ['id', 'total'];
      expect(cache.get('Order', () => columns), 'first call').toBe(columns);
      expect(cache.get('Order', () => []), 'second call').toBe(columns);
    });

    it('describes each class of the shop once in three rounds', () => {
      const cache = new OptimizedMetadataCache();
      const [factory, calls] = recorder(describeClass);
      for (let round = 0; round < 3; round++) {
        for (const Class of shopClasses) cache.get(Class.name, () => factory(Class));
      }
      expect(calls.length, 'classes described').toBe(shopClasses.length);
    });
  });

  describe("1.1.2 `undefined`, `null`, `0`, `''`, `false` and `NaN` are values", () => {
    for (const value of [undefined, null, 0, '', false, NaN]) {
      it(`keeps the ${inspect(value)} that a factory returned`, () => {
        const cache = new OptimizedMetadataCache();
        const [factory, calls] = recorder(() => value);
        cache.get('discount', factory);
        expect(cache.get('discount', factory), 'second call').toBe(value);
        expect(calls.length, 'calls of the factory').toBe(1);
        expect(cache.has('discount'), 'has').toBe(true);
      });

      it(`keeps the ${inspect(value)} that was set`, () => {
        const cache = new OptimizedMetadataCache();
        cache.set('discount', value);
        expect(cache.has('discount'), 'has').toBe(true);
        expect(cache.get('discount', () => 'asked the factory'), 'get').toBe(value);
      });
    }
  });

  describe('1.1.3 A factory that throws caches nothing', () => {
    function thrownBy(run: () => unknown): unknown {
      try {
        run();
      } catch (error) {
        return error;
      }
      return 'nothing was thrown';
    }

    it('its very error reaches the caller', () => {
      const cache = new OptimizedMetadataCache();
      const error = new Error('no such class');
      const failing = () => {
        throw error;
      };
      expect(thrownBy(() => cache.get('Odrer', failing)), 'what was thrown').toBe(error);
    });

    it('leaves no entry', () => {
      const cache = new OptimizedMetadataCache();
      thrownBy(() =>
        cache.get('Order', () => {
          throw new Error('not yet decorated');
        }),
      );
      expect(cache.has('Order'), 'has').toBe(false);
      expect(cache.size, 'size').toBe(0);
    });

    it('is asked again by the next `get`', () => {
      const cache = new OptimizedMetadataCache();
      let attempts = 0;
      const factory = () => {
        if (++attempts === 1) throw new Error('not yet decorated');
        return 'columns of Order';
      };
      thrownBy(() => cache.get('Order', factory));
      expect(cache.get('Order', factory), 'second call').toBe('columns of Order');
      expect(cache.get('Order', factory), 'third call').toBe('columns of Order');
      expect(attempts, 'calls of the factory').toBe(2);
    });
  });

  describe('1.1.4 `set` stores, and replaces what was there', () => {
    it('stores a value that `get` returns without asking', () => {
      const cache = new OptimizedMetadataCache();
      cache.set('currency', 'EUR');
      expect(cache.get('currency', () => 'asked the factory'), 'get').toBe('EUR');
    });

    it('replaces a value', () => {
      const cache = new OptimizedMetadataCache();
      cache.get('currency', () => 'EUR');
      cache.set('currency', 'CHF');
      expect(cache.get('currency', () => 'asked the factory'), 'get').toBe('CHF');
      expect(cache.size, 'size').toBe(1);
    });
  });

  describe('1.1.5 `has` and `peek` look without computing', () => {
    it('finds what is there', () => {
      const cache = new OptimizedMetadataCache();
      cache.set('currency', 'EUR');
      expect(cache.has('currency'), 'has').toBe(true);
      expect(cache.peek('currency'), 'peek').toBe('EUR');
    });

    it('leaves an absent key absent', () => {
      const cache = new OptimizedMetadataCache();
      expect(cache.has('currency'), 'has').toBe(false);
      expect(cache.peek('currency'), 'peek').toBe(undefined);
      expect(cache.has('currency'), 'has, after both').toBe(false);
      expect(cache.size, 'size').toBe(0);
      expect(cache.get('currency', () => 'EUR'), 'get').toBe('EUR');
    });
  });

  describe('1.1.6 `delete` removes one entry, `clear` all; `size` counts', () => {
    it('tells whether there was an entry to delete', () => {
      const cache = new OptimizedMetadataCache();
      cache.set('currency', 'EUR');
      expect(cache.delete('currency'), 'first delete').toBe(true);
      expect(cache.delete('currency'), 'second delete').toBe(false);
    });

    it('deletes that entry and no other', () => {
      const cache = new OptimizedMetadataCache();
      cache.set('currency', 'EUR');
      cache.set('locale', 'de');
      cache.delete('currency');
      expect(cache.has('currency'), 'has the deleted').toBe(false);
      expect(cache.has('locale'), 'has the other').toBe(true);
    });

    it('deletes an entry whose value is `undefined`', () => {
      const cache = new OptimizedMetadataCache();
      cache.set('discount', undefined);
      expect(cache.delete('discount'), 'delete').toBe(true);
    });

    it('counts the entries', () => {
      const cache = new OptimizedMetadataCache();
      const sizes = [cache.size];
      for (const key of ['currency', 'locale', 'currency']) {
        cache.set(key, key);
        sizes.push(cache.size);
      }
      cache.delete('locale');
      sizes.push(cache.size);
      expect(sizes, 'size after each change').toEqual([0, 1, 2, 2, 1]);
    });

    it('clears all, and begins anew', () => {
      const cache = new OptimizedMetadataCache();
      cache.set('currency', 'EUR');
      cache.set('locale', 'de');
      cache.clear();
      expect(cache.size, 'size').toBe(0);
      expect(cache.get('currency', () => 'CHF'), 'get').toBe('CHF');
    });
  });

  describe('1.1.7 A factory may use the cache, for its own key too', () => {
    it('keeps what the factory stored for other keys', () => {
      const cache = new OptimizedMetadataCache();
      const table = () => `${cache.get('prefix', () => 'shop')}_orders`;
      expect(cache.get('table', table), 'the outer value').toBe('shop_orders');
      expect(cache.peek('prefix'), 'the inner value').toBe('shop');
      expect(cache.peek('table'), 'the outer value, kept').toBe('shop_orders');
    });

    it('keeps what the outer factory returned, when it asked for its own key', () => {
      const cache = new OptimizedMetadataCache();
      const outer = () => `outer of ${cache.get('a', () => 'inner')}`;
      expect(cache.get('a', outer), 'get').toBe('outer of inner');
      expect(cache.peek('a'), 'what is kept').toBe('outer of inner');
    });

    it('keeps what the factory returned, when it set its own key', () => {
      const cache = new OptimizedMetadataCache();
      const factory = () => {
        cache.set('a', 'set');
        return 'returned';
      };
      expect(cache.get('a', factory), 'get').toBe('returned');
      expect(cache.peek('a'), 'what is kept').toBe('returned');
    });

    it('keeps what the factory returned, when it cleared the cache', () => {
      const cache = new OptimizedMetadataCache();
      cache.get('a', () => {
        cache.clear();
        return 'returned';
      });
      expect(cache.peek('a'), 'what is kept').toBe('returned');
    });
  });

  describe('1.1.8 Any string is a key', () => {
    for (const key of ['', ' ', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'size', '0']) {
      it(inspect(key), () => {
        const cache = new OptimizedMetadataCache();
        expect(cache.has(key), 'has, before').toBe(false);
        expect(cache.get(key, () => 'computed'), 'first get').toBe('computed');
        expect(cache.get(key, () => 'again'), 'second get').toBe('computed');
        cache.set(key, 'replaced');
        expect(cache.peek(key), 'peek').toBe('replaced');
        expect(cache.size, 'size').toBe(1);
        expect(cache.delete(key), 'delete').toBe(true);
        expect(cache.has(key), 'has, after').toBe(false);
      });
    }
  });
});
