import { describe, expect, it } from 'vitest';
import { LazyMetadataLoader, TOGETHER_TIMES } from '#exercise/02-lazy-loader';
import { deferred, macrotask } from '../deferred.ts';
import { answerOf, answersOf, tolerateUnhandled, unhandledIn, watch } from './answers.ts';
import { registered } from './service.ts';

/** A loader whose keys are loaded as soon as they are asked for. */
function prompt(...keys: string[]): LazyMetadataLoader {
  const loader = new LazyMetadataLoader();
  for (const key of keys) loader.register(key, () => `value of ${key}`);
  return loader;
}

/** A session that uses keys one after the other. */
function use(loader: LazyMetadataLoader, ...keys: string[]): Promise<void> {
  return loader.session(async () => {
    for (const key of keys) await answerOf(loader.get(key));
  });
}

/** As many sessions as it takes. */
async function useOften(loader: LazyMetadataLoader, ...keys: string[]): Promise<void> {
  for (let times = 0; times < TOGETHER_TIMES; times++) await use(loader, ...keys);
}

/** Order and Customer are used together; neither is loaded. */
async function learned() {
  const { loader, service } = registered({ Order: [], Customer: [] });
  for (let times = 0; times < TOGETHER_TIMES; times++) {
    const session = loader.session(() => answersOf([loader.get('Order'), loader.get('Customer')]));
    await service.answerAll();
    await session;
  }
  loader.invalidate('Order');
  loader.invalidate('Customer');
  service.requests.length = 0;
  return { loader, service };
}

describe('2.6 Preload what is used together', () => {
  tolerateUnhandled();

  describe('2.6.1 `session` returns what `run` returned and throws what it threw', () => {
    const error = new Error('not found');

    it('a value', () => {
      const returned: unknown = new LazyMetadataLoader().session(() => 'page');
      expect(returned instanceof Promise ? 'a promise' : returned, 'what session returned').toBe('page');
    });

    it('a promise', async () => {
      const loader = prompt('Order');
      const session = loader.session(async () => `page with ${await loader.get('Order')}`);
      expect(await answerOf(session), 'what its promise brought').toBe('page with value of Order');
    });

    it('an error', () => {
      const failing = () => {
        throw error;
      };
      const call = () => void watch(Promise.resolve(new LazyMetadataLoader().session(failing)));
      expect(call, 'the session').toThrow(error);
    });

    it('a promise that rejects', async () => {
      const session = new LazyMetadataLoader().session(() => Promise.reject(error));
      expect(await answerOf(session), 'what its promise was rejected with').toBe(error);
    });
  });

  describe('2.6.2 `usedTogether` lists what was used in the same session often enough', () => {
    it(`in ${TOGETHER_TIMES} sessions, whichever was used first`, async () => {
      const loader = prompt('Order', 'Customer', 'Product');
      await useOften(loader, 'Order', 'Customer');
      await use(loader, 'Order', 'Product');
      expect(loader.usedTogether('Order'), 'used together with Order').toEqual(['Customer']);
      expect(loader.usedTogether('Customer'), 'used together with Customer').toEqual(['Order']);
      expect(loader.usedTogether('Product'), 'used together with Product').toEqual([]);
      await use(loader, 'Product', 'Order');
      const withOrder = loader.usedTogether('Order').toSorted();
      expect(withOrder, 'used together with Order').toEqual(['Customer', 'Product']);
      expect(loader.usedTogether('Product'), 'used together with Product').toEqual(['Order']);
    });

    it('by load and by loadWithDependencies too', async () => {
      const loader = prompt('Country');
      for (let times = 0; times < TOGETHER_TIMES; times++) {
        await loader.session(async () => {
          await answerOf(loader.load('Order', () => 'columns'));
          await answerOf(loader.loadWithDependencies('Customer', ['Country'], () => 'columns'));
        });
      }
      expect(loader.usedTogether('Order'), 'used together with Order').toEqual(['Customer']);
    });

    it('nothing, of a key that nobody used', () => {
      expect(new LazyMetadataLoader().usedTogether('Order'), 'used together with Order').toEqual([]);
    });
  });

  describe('2.6.3 The most frequent comes first', () => {
    it('whichever was used first', async () => {
      const loader = prompt('Order', 'Address', 'Customer', 'Product');
      await useOften(loader, 'Order', 'Address');
      await useOften(loader, 'Order', 'Product', 'Customer');
      await use(loader, 'Order', 'Customer');
      await use(loader, 'Order', 'Customer');
      await use(loader, 'Order', 'Product');
      const withOrder = loader.usedTogether('Order');
      expect(withOrder, 'used together with Order').toEqual(['Customer', 'Product', 'Address']);
    });
  });

  describe('2.6.4 A session counts two keys once', () => {
    it('however often it used them', async () => {
      const loader = prompt('Order', 'Customer', 'Product');
      for (let times = 0; times <= TOGETHER_TIMES; times++) await use(loader, 'Order', 'Product');
      await useOften(loader, 'Order', 'Customer', 'Order', 'Customer', 'Customer');
      expect(loader.usedTogether('Order'), 'used together with Order').toEqual(['Product', 'Customer']);
    });

    it('and no key together with itself', async () => {
      const loader = prompt('Order');
      await useOften(loader, 'Order', 'Order');
      expect(loader.usedTogether('Order'), 'used together with Order').toEqual([]);
    });
  });

  describe('2.6.5 Sessions that run at the same time are not mixed', () => {
    it('whatever they await', async () => {
      const loader = prompt('Order', 'Customer', 'Product', 'Review');
      for (let times = 0; times < TOGETHER_TIMES; times++) {
        const pause = deferred<void>();
        const slow = loader.session(async () => {
          await answerOf(loader.get('Order'));
          await pause.promise;
          await answerOf(loader.get('Customer'));
        });
        await macrotask();
        const quick = loader.session(async () => {
          await answerOf(loader.get('Product'));
          pause.resolve();
          await macrotask();
          await answerOf(loader.get('Review'));
        });
        await Promise.all([slow, quick]);
      }
      expect(loader.usedTogether('Order'), 'used together with Order').toEqual(['Customer']);
      expect(loader.usedTogether('Product'), 'used together with Product').toEqual(['Review']);
    });

    it('a use outside any session counts for none', async () => {
      const loader = prompt('Order', 'Customer', 'Product', 'Review');
      for (let times = 0; times < TOGETHER_TIMES; times++) {
        const pause = deferred<void>();
        const session = loader.session(async () => {
          await answerOf(loader.get('Order'));
          await pause.promise;
        });
        await answerOf(loader.get('Product'));
        pause.resolve();
        await session;
        await answerOf(loader.get('Review'));
      }
      expect(loader.usedTogether('Order'), 'used together with Order').toEqual([]);
      expect(loader.usedTogether('Product'), 'used together with Product').toEqual([]);
    });
  });

  describe('2.6.6 When a session uses a key, what was used together with it begins to load', () => {
    it('before anybody asks for it', async () => {
      const { loader, service } = await learned();
      loader.session(() => watch(loader.get('Order')));
      await macrotask();
      expect(service.open.toSorted(), 'being loaded').toEqual(['Customer', 'Order']);
      await service.answerAll();
      expect(await answerOf(loader.get('Customer')), 'answer for Customer').toBe('value of Customer');
      expect(service.asked.length, 'calls of loaders').toBe(2);
    });

    it('though the key itself is there', async () => {
      const { loader, service } = await learned();
      watch(loader.get('Order'));
      await service.answerAll();
      loader.session(() => watch(loader.get('Order')));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Order', 'Customer']);
    });

    it('not again, if it is there', async () => {
      const { loader, service } = await learned();
      watch(loader.get('Customer'));
      await service.answerAll();
      loader.session(() => watch(loader.get('Order')));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Customer', 'Order']);
    });

    it('with the loader that the caller gave, for the key that it asks for', async () => {
      const { loader, service } = registered({ Order: ['Country'], Country: [] });
      for (let times = 0; times < TOGETHER_TIMES; times++) {
        const session = loader.session(() => answersOf([loader.get('Country'), loader.get('Order')]));
        await service.answerAll();
        await session;
      }
      loader.invalidate('Country');
      service.requests.length = 0;
      const call = loader.session(() => watch(loader.load('Country', service.loader('own loader'))));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['own loader']);
      await service.answerAll();
      expect(await answerOf(call), 'answer').toBe('value of own loader');
    });
  });

  describe('2.6.7 The caller does not wait for that, and its failure is nobody\'s', () => {
    it('the answer comes first', async () => {
      const { loader, service } = await learned();
      const call = loader.session(() => watch(loader.get('Order')));
      await macrotask();
      await service.answer('Order');
      expect(await answerOf(call), 'answer, while Customer is being loaded').toBe('value of Order');
    });

    it('a failure harms nobody', async () => {
      const { loader, service } = await learned();
      const unhandled = await unhandledIn(async () => {
        const call = loader.session(() => watch(loader.get('Order')));
        await macrotask();
        if (service.open.includes('Customer')) await service.fail('Customer', new Error('no such table'));
        await service.answer('Order');
        expect(await answerOf(call), 'answer').toBe('value of Order');
      });
      expect(unhandled, 'unhandled rejections').toEqual([]);
    });

    it('nor does it matter that it is not registered', async () => {
      const loader = new LazyMetadataLoader();
      const load = (key: string) => loader.load(key, () => key);
      const page = () => loader.session(() => answersOf([load('Order'), load('Customer')]));
      const unhandled = await unhandledIn(async () => {
        for (let times = 0; times < TOGETHER_TIMES; times++) await page();
        loader.invalidate('Customer');
        expect(await page(), 'answers').toEqual(['Order', 'Customer']);
      });
      expect(unhandled, 'unhandled rejections').toEqual([]);
    });
  });

  describe('2.6.8 To be loaded as a dependency is no use', () => {
    it('of a key that a session uses', async () => {
      const loader = prompt('Country');
      loader.register('Order', () => 'columns', ['Country']);
      for (let times = 0; times < TOGETHER_TIMES; times++) {
        await use(loader, 'Order');
        loader.invalidate('Country');
      }
      expect(loader.usedTogether('Order'), 'used together with Order').toEqual([]);
    });
  });

  describe('2.6.9 To be preloaded is no use', () => {
    it('by preload', async () => {
      const loader = prompt('Order', 'Product');
      for (let times = 0; times < TOGETHER_TIMES; times++) {
        await loader.session(async () => {
          await answerOf(loader.get('Order'));
          await answerOf(loader.preload(['Product']));
        });
        loader.invalidate('Product');
      }
      expect(loader.usedTogether('Order'), 'used together with Order').toEqual([]);
    });

    it('because a session may need it', async () => {
      const loader = prompt('Order', 'Customer', 'Product');
      await useOften(loader, 'Order', 'Customer');
      for (let times = 0; times <= TOGETHER_TIMES; times++) {
        for (const key of ['Order', 'Customer', 'Product']) loader.invalidate(key);
        await use(loader, 'Order', 'Product');
        await macrotask();
      }
      expect(loader.usedTogether('Product'), 'used together with Product').toEqual(['Order']);
    });
  });
});
