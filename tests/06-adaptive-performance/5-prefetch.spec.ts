import { describe, expect, it } from 'vitest';
import { PredictiveLoader, type PredictiveLoaderOptions } from '#exercise/06-adaptive-performance';
import { macrotask } from '../deferred.ts';
import { type Backend, learn, patternsOf, registered, visit, watch } from './sessions.ts';

/**
 * A loader that has learnt the chains, and forgotten the values.
 *
 * @param keys all that are registered
 */
async function learnt(
  keys: readonly string[],
  chains: readonly (readonly string[])[],
  options: PredictiveLoaderOptions = {},
) {
  const loader = new PredictiveLoader(options);
  const backend = registered(loader, keys);
  for (let i = 0; i < 4; i++) {
    for (const chain of chains) await loader.session(() => useAll(loader, chain));
  }
  for (const key of keys) loader.invalidate(key);
  backend.forget();
  return { loader, backend };
}

async function useAll(loader: PredictiveLoader, keys: readonly string[]): Promise<void> {
  for (const key of keys) await loader.get(key);
}

/** A session that uses `keys`, and then prefetches. */
const useAndPrefetch = (loader: PredictiveLoader, ...keys: string[]) =>
  loader.session(async () => {
    await useAll(loader, keys);
    await loader.prefetchBasedOnPatterns();
  });

/** So many accesses of keys that nothing was learnt of. */
const pass = (loader: PredictiveLoader, accesses: number) =>
  visit(
    loader,
    Array.from({ length: accesses }, (_, i) => (i % 2 === 0 ? 'p' : 'q')),
  );

describe('6.5 Prefetch', () => {
  describe('6.5.1 In a session, what is predicted is loaded', () => {
    it('if it is registered and not there', async () => {
      const { loader, backend } = await learnt(['Order', 'Line', 'Product'], [['Order', 'Line', 'Product']]);
      await useAndPrefetch(loader, 'Order');
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line']);
      expect(await loader.get('Line'), 'what get finds').toBe('value of Line');
      expect(backend.asked, 'calls of loaders after get').toEqual(['Order', 'Line']);
    });

    it('for the key that the session used last', async () => {
      const { loader, backend } = await learnt(['Order', 'Line', 'Product'], [['Order', 'Line', 'Product']]);
      await useAndPrefetch(loader, 'Order', 'Line');
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line', 'Product']);
    });

    it('not what is there', async () => {
      const { loader, backend } = await learnt(['Order', 'Line'], [['Order', 'Line']]);
      await useAll(loader, ['Line']);
      await useAndPrefetch(loader, 'Order');
      expect(backend.asked, 'calls of loaders').toEqual(['Line', 'Order']);
    });

    it('not what nobody has said how to load', async () => {
      const loader = new PredictiveLoader();
      const backend = registered(loader, ['Order']);
      await learn(loader, ['Order', 'Line'], 4);
      loader.invalidate('Order');
      loader.invalidate('Line');
      await useAndPrefetch(loader, 'Order');
      expect(backend.asked, 'calls of loaders').toEqual(['Order']);
    });

    it('and who asks meanwhile shares the load', async () => {
      const { loader, backend } = await learnt(['Order', 'Line'], [['Order', 'Line']]);
      await loader.session(async () => {
        await loader.get('Order');
        backend.hold();
        const prefetch = watch(loader.prefetchBasedOnPatterns());
        await macrotask();
        const value = watch(loader.get('Line'));
        await macrotask();
        expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line']);
        await backend.answer('Line');
        expect(await value, 'what get brings').toBe('value of Line');
        await prefetch;
      });
    });
  });

  describe('6.5.2 Outside any session, what is frequent is loaded', () => {
    it('the most frequent first', async () => {
      const loader = new PredictiveLoader();
      const keys = ['Customer', 'Order', ...Array.from({ length: 12 }, (_, i) => `other ${i}`)];
      const backend = registered(loader, keys);
      for (const key of [
        ...keys,
        'Order',
        'Order',
        'Customer',
        'Order',
        'Customer',
        'Order',
        'Customer',
        'Customer',
        'Order',
        'Order',
      ]) {
        await loader.session(() => loader.get(key));
      }
      for (const key of keys) loader.invalidate(key);
      backend.forget();
      await loader.prefetchBasedOnPatterns();
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Customer']);
    });

    it('nothing, where nothing is frequent', async () => {
      const loader = new PredictiveLoader();
      const backend = registered(loader, ['Order']);
      await loader.prefetchBasedOnPatterns();
      expect(backend.asked, 'calls of loaders').toEqual([]);
    });
  });

  describe('6.5.3 No more is prefetched than the budget allows', () => {
    const KEYS = ['Order', 'Line', 'Tax', 'Refund'];
    const chains = [
      ['Order', 'Line'],
      ['Order', 'Tax'],
      ['Order', 'Line'],
      ['Order', 'Refund'],
      ['Order', 'Line'],
    ];

    it('the likeliest first', async () => {
      const { loader, backend } = await learnt(KEYS, chains, { prefetchBudget: 1 });
      await useAndPrefetch(loader, 'Order');
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line']);
    });

    it('however often it is called', async () => {
      const { loader, backend } = await learnt(
        ['Order', 'Line', 'Shop', 'Review', 'Stock', 'Supplier'],
        [
          ['Order', 'Line'],
          ['Shop', 'Review'],
          ['Stock', 'Supplier'],
        ],
        { prefetchBudget: 2 },
      );
      for (const key of ['Order', 'Shop', 'Stock']) await useAndPrefetch(loader, key);
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line', 'Shop', 'Review', 'Stock']);
    });

    it('while it is not accessed', async () => {
      const { loader, backend } = await learnt(
        ['Order', 'Line', 'Shop', 'Review'],
        [
          ['Order', 'Line'],
          ['Shop', 'Review'],
        ],
        { prefetchBudget: 1 },
      );
      await useAndPrefetch(loader, 'Order');
      await useAndPrefetch(loader, 'Shop');
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line', 'Shop']);
      await loader.session(() => loader.get('Line'));
      await useAndPrefetch(loader, 'Shop');
      expect(backend.asked, 'calls after the prefetched key was accessed').toEqual([
        'Order',
        'Line',
        'Shop',
        'Review',
      ]);
    });

    it('to which what is there does not count', async () => {
      const { loader, backend } = await learnt(
        ['Order', 'Line', 'Tax'],
        [
          ['Order', 'Line'],
          ['Order', 'Line'],
          ['Order', 'Tax'],
        ],
        { prefetchBudget: 1 },
      );
      await loader.session(() => loader.get('Line'));
      await useAndPrefetch(loader, 'Order');
      expect(backend.asked, 'calls of loaders').toEqual(['Line', 'Order', 'Tax']);
    });
  });

  describe('6.5.4 A prefetch gives way to what was asked for', () => {
    const held = async () => {
      const set = await learnt(['Order', 'Line', 'Product', 'Basket'], [['Order', 'Line', 'Product']]);
      set.backend.hold();
      return set;
    };

    it('it does not begin while the session waits for a load', async () => {
      const { loader, backend } = await held();
      const prefetch = watch(
        loader.session(() => {
          void watch(loader.get('Order'));
          return loader.prefetchBasedOnPatterns();
        }),
      );
      await macrotask();
      expect(backend.asked, 'calls of loaders before the answer').toEqual(['Order']);
      await backend.answer('Order');
      expect(backend.asked, 'calls of loaders after the answer').toEqual(['Order', 'Line']);
      await backend.answer('Line');
      await prefetch;
    });

    it('nor while anybody else does', async () => {
      const { loader, backend } = await held();
      const basket = loader.get('Basket').catch(() => 'no basket');
      const prefetch = watch(
        loader.session(async () => {
          const order = watch(loader.get('Order'));
          await macrotask();
          await backend.answer('Order');
          await order;
          await loader.prefetchBasedOnPatterns();
        }),
      );
      await macrotask();
      expect(backend.asked.toSorted(), 'calls of loaders before the answer').toEqual(['Basket', 'Order']);
      await backend.fail('Basket');
      await basket;
      await macrotask();
      expect(backend.asked.at(-1), 'last call of a loader').toBe('Line');
      await backend.answer('Line');
      await prefetch;
    });

    it('and who asks for another key is answered before it ends', async () => {
      const { loader, backend } = await held();
      const order = watch(
        loader.session(async () => {
          await loader.get('Order');
          void watch(loader.prefetchBasedOnPatterns());
        }),
      );
      await macrotask();
      await backend.answer('Order');
      await order;
      await macrotask();
      const basket = watch(loader.get('Basket'));
      await macrotask();
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line', 'Basket']);
      await backend.answer('Basket');
      expect(await basket, 'what get brings').toBe('value of Basket');
      await backend.answer('Line');
    });
  });

  describe("6.5.5 A prefetch is no access, and its failure is nobody's", () => {
    it('it teaches nothing', async () => {
      const { loader } = await learnt(['Order', 'Line', 'Product'], [['Order', 'Line', 'Product']]);
      for (let i = 0; i < 5; i++) {
        await useAndPrefetch(loader, 'Order');
        loader.invalidate('Line');
      }
      const frequent = patternsOf(loader, 'frequency').map(({ key }) => key);
      expect(frequent, 'frequent keys, where the others were accessed four times').toEqual(['Order']);
    });

    const failing = async () => {
      const set = await learnt(['Order', 'Line'], [['Order', 'Line']]);
      await set.loader.session(async () => {
        await set.loader.get('Order');
        set.backend.hold();
        const prefetch = watch(set.loader.prefetchBasedOnPatterns());
        await macrotask();
        await set.backend.fail('Line');
        await prefetch;
      });
      return set;
    };

    it('when it fails, it resolves, and counts as nothing', async () => {
      const { loader } = await failing();
      await pass(loader, 40);
      const { hits, misses } = loader.prefetchReport();
      expect([hits, misses], 'hits and misses').toEqual([0, 0]);
    });

    it('and is tried again', async () => {
      const { loader, backend } = await failing();
      const again = useAndPrefetch(loader, 'Order');
      await macrotask();
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line', 'Line']);
      await backend.answer('Line');
      await again;
    });

    it('when it is invalidated too', async () => {
      const { loader, backend } = await learnt(['Order', 'Line'], [['Order', 'Line']]);
      await useAndPrefetch(loader, 'Order');
      loader.invalidate('Line');
      await pass(loader, 40);
      const { hits, misses } = loader.prefetchReport();
      expect([hits, misses], 'hits and misses').toEqual([0, 0]);
      await useAndPrefetch(loader, 'Order');
      expect(backend.asked, 'calls of loaders').toEqual(['Order', 'Line', 'Line']);
    });
  });

  describe('6.5.6 The report says what it was good for', () => {
    it('nothing at first', () => {
      const report = { hits: 0, misses: 0, precision: 0, recall: 0 };
      expect(new PredictiveLoader().prefetchReport(), 'report').toEqual(report);
    });

    it('hits, and the part of what had to be loaded', async () => {
      const { loader } = await learnt(['Order', 'Line'], [['Order', 'Line']]);
      await loader.session(async () => {
        await loader.get('Order');
        await loader.prefetchBasedOnPatterns();
        await loader.get('Line');
      });
      // Order and Line when it learnt, and Order again, were not foreseen.
      expect(loader.prefetchReport(), 'report').toEqual({ hits: 1, misses: 0, precision: 1, recall: 1 / 4 });
      await loader.session(() => useAll(loader, ['Line', 'Order', 'Line']));
      expect(loader.prefetchReport(), 'report after what is there').toEqual({
        hits: 1,
        misses: 0,
        precision: 1,
        recall: 1 / 4,
      });
    });

    const openFor = async (accesses: number) => {
      const { loader } = await learnt(['Order', 'Line'], [['Order', 'Line']]);
      await useAndPrefetch(loader, 'Order');
      await pass(loader, accesses - 1);
      await loader.session(() => loader.get('Line'));
      return loader.prefetchReport();
    };

    it('a hit, up to the last access of the window', async () => {
      const { hits, misses, precision } = await openFor(20);
      expect({ hits, misses, precision }, 'report').toEqual({ hits: 1, misses: 0, precision: 1 });
    });

    it('a miss, from the next one on', async () => {
      const { hits, misses, precision } = await openFor(21);
      expect({ hits, misses, precision }, 'report').toEqual({ hits: 0, misses: 1, precision: 0 });
    });

    it('hits and misses together', async () => {
      const { loader } = await learnt(
        ['Order', 'Line', 'Shop', 'Review'],
        [
          ['Order', 'Line'],
          ['Shop', 'Review'],
        ],
      );
      await useAndPrefetch(loader, 'Order');
      await pass(loader, 30);
      await useAndPrefetch(loader, 'Shop');
      await loader.session(() => loader.get('Review'));
      // Four when it learnt, Order, p and q, Shop; and Review was foreseen.
      expect(loader.prefetchReport(), 'report').toEqual({
        hits: 1,
        misses: 1,
        precision: 0.5,
        recall: 1 / 9,
      });
    });
  });

  describe('6.5.7 It turns itself down when it misses, and comes back', () => {
    /**
     * Each round learns a chain of its own, forgets the value, and uses the first key: after that, the second
     * one, if the prediction comes true.
     *
     * @returns how many of the last 50 predictions were prefetched
     */
    const prefetchedIn = async (loader: PredictiveLoader, name: string, rounds: number, isTrue: boolean) => {
      const prefetched: boolean[] = [];
      for (let round = 0; round < rounds; round++) {
        await macrotask();
        const [first, second] = [`${name} ${round}`, `${name} ${round}, next`];
        const backend: Backend = registered(loader, [first, second]);
        for (let i = 0; i < 3; i++) await loader.session(() => useAll(loader, [first, second]));
        loader.invalidate(second);
        backend.forget();
        await loader.session(async () => {
          await loader.get(first);
          await loader.prefetchBasedOnPatterns();
          prefetched.push(backend.asked.includes(second));
          if (isTrue) await loader.get(second);
        });
      }
      return prefetched.slice(-50).filter(Boolean).length;
    };

    it('down to a fifth or less, where predictions do not come true', async () => {
      const prefetched = await prefetchedIn(new PredictiveLoader(), 'wrong', 100, false);
      expect(prefetched, 'prefetches for the last 50 predictions').toBeLessThanOrEqual(10);
    });

    it('not where they do', async () => {
      const prefetched = await prefetchedIn(new PredictiveLoader(), 'right', 60, true);
      expect(prefetched, 'prefetches for the last 50 predictions').toBe(50);
    });

    it('and back, where they come true again', async () => {
      const loader = new PredictiveLoader();
      await prefetchedIn(loader, 'wrong', 100, false);
      const prefetched = await prefetchedIn(loader, 'right', 120, true);
      expect(prefetched, 'prefetches for the last 50 predictions').toBeGreaterThanOrEqual(40);
    });
  });
});
