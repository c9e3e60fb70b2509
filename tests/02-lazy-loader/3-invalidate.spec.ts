import { describe, expect, it } from 'vitest';
import { countWork, growth } from '../work.ts'; // first: it counts in what is loaded after it
import { LazyMetadataLoader } from '#exercise/02-lazy-loader';
import { macrotask } from '../deferred.ts';
import { answerOf, answersOf, tolerateUnhandled, watch } from './answers.ts';
import { registered, Service } from './service.ts';

/** Order needs Customer and Address, both need Country. */
const SHOP = {
  Order: ['Customer', 'Address'],
  Customer: ['Country'],
  Address: ['Country'],
  Country: [],
  Product: [],
};
const NEEDS_COUNTRY = ['Address', 'Country', 'Customer', 'Order'];

/** A loader of {@link SHOP} that has loaded everything; the requests for it are forgotten. */
async function loadedShop() {
  const shop = registered(SHOP);
  for (const key of Object.keys(SHOP)) watch(shop.loader.get(key));
  await shop.service.answerAll();
  shop.service.requests.length = 0;
  return shop;
}

describe('2.3 Invalidate', () => {
  tolerateUnhandled();

  describe('2.3.1 After `invalidate` the next call loads anew; other keys are kept', () => {
    it('once for all who ask meanwhile', async () => {
      const { loader, service } = await loadedShop();
      loader.invalidate('Product');
      const calls = Array.from({ length: 100 }, () => watch(loader.get('Product')));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Product']);
      await service.answer('Product', 'renamed');
      expect(new Set(await answersOf(calls)), 'different answers').toEqual(new Set(['renamed']));
      expect(await answerOf(loader.get('Product')), 'answer to a later call').toBe('renamed');
    });

    it('what does not depend on it is kept, and what it depends on', async () => {
      const { loader, service } = await loadedShop();
      loader.invalidate('Customer');
      const calls = ['Address', 'Country', 'Product'].map((key) => watch(loader.get(key)));
      const kept = ['value of Address', 'value of Country', 'value of Product'];
      expect(await answersOf(calls), 'answers').toEqual(kept);
      expect(service.asked, 'calls of loaders').toEqual([]);
    });

    it('so is the load of another key that is on its way', async () => {
      const { loader, service } = await loadedShop();
      const call = watch(loader.load('Review', service.loader('Review')));
      await macrotask();
      loader.invalidate('Product');
      await service.answer('Review');
      const later = watch(loader.load('Review', () => 'again'));
      expect(await answersOf([call, later]), 'answers').toEqual(Array(2).fill('value of Review'));
    });
  });

  describe('2.3.2 All that depends on `key` is forgotten with it, however far', () => {
    it('what was registered', async () => {
      const { loader, service } = await loadedShop();
      loader.invalidate('Country');
      const call = watch(loader.get('Order'));
      await service.answerAll();
      expect(service.asked.toSorted(), 'calls of loaders').toEqual(NEEDS_COUNTRY);
      expect(await answerOf(call), 'answer').toBe('value of Order');
    });

    it('what was loaded by loadWithDependencies', async () => {
      const { loader, service } = await loadedShop();
      const load = () => watch(loader.loadWithDependencies('Invoice', ['Order'], service.loader('Invoice')));
      load();
      await service.answerAll();
      loader.invalidate('Country');
      load();
      await service.answerAll();
      expect(service.asked.at(0), 'first call of a loader').toBe('Invoice');
      expect(service.asked.at(-1), 'last call of a loader').toBe('Invoice');
      expect(service.asked.length, 'calls of loaders').toBe(6);
    });
  });

  describe('2.3.3 `invalidate` returns the keys that it forgot, each once', () => {
    it('of a diamond', async () => {
      const { loader } = await loadedShop();
      expect(loader.invalidate('Country').toSorted(), 'forgotten').toEqual(NEEDS_COUNTRY);
    });

    it('what is on its way', async () => {
      const { loader } = registered(SHOP);
      watch(loader.get('Product'));
      await macrotask();
      expect(loader.invalidate('Product'), 'forgotten').toEqual(['Product']);
    });

    it('nothing that was not there', async () => {
      const { loader, service } = registered(SHOP);
      watch(loader.get('Product'));
      await macrotask();
      await service.fail('Product', new Error('no such table'));
      expect(loader.invalidate('Product'), 'forgotten, of a key that failed').toEqual([]);
      expect(loader.invalidate('Order'), 'forgotten, of a key that was never asked for').toEqual([]);
      expect(loader.invalidate('Odrer'), 'forgotten, of a key that nobody knows').toEqual([]);
    });

    it('nothing that is forgotten already', async () => {
      const { loader } = await loadedShop();
      loader.invalidate('Customer');
      expect(loader.invalidate('Customer'), 'forgotten the second time').toEqual([]);
      const others = loader.invalidate('Country').toSorted();
      expect(others, 'forgotten afterwards').toEqual(['Address', 'Country']);
    });
  });

  describe('2.3.4 Who asks after the invalidation does not get what an earlier load brings', () => {
    it('even if that is still on its way', async () => {
      const { loader, service } = registered(SHOP);
      watch(loader.get('Product'));
      await macrotask();
      loader.invalidate('Product');
      const calls = [loader.get('Product'), loader.get('Product')].map(watch);
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Product', 'Product']);
      await service.answer('Product', 'stale');
      await service.answer('Product', 'fresh');
      expect(await answersOf(calls), 'answers').toEqual(['fresh', 'fresh']);
    });
  });

  describe('2.3.5 What an earlier load brings is never kept', () => {
    it('when it ends after the new one', async () => {
      const loader = new LazyMetadataLoader();
      const service = new Service();
      watch(loader.load('Product', service.loader('before')));
      await macrotask();
      loader.invalidate('Product');
      watch(loader.load('Product', service.loader('after')));
      await macrotask();
      await service.answer('after', 'fresh');
      await service.answer('before', 'stale');
      expect(await answerOf(loader.load('Product', () => 'again')), 'answer').toBe('fresh');
    });

    it('when it ends before the new one', async () => {
      const loader = new LazyMetadataLoader();
      const service = new Service();
      watch(loader.load('Product', service.loader('before')));
      await macrotask();
      loader.invalidate('Product');
      watch(loader.load('Product', service.loader('after')));
      await macrotask();
      await service.answer('before', 'stale');
      const meanwhile = watch(loader.load('Product', () => 'again'));
      await service.answer('after', 'fresh');
      expect(await answerOf(meanwhile), 'answer to who asked in between').toBe('fresh');
      const later = loader.load('Product', () => 'again');
      expect(await answerOf(later), 'answer to who asked later').toBe('fresh');
    });

    it('when nobody has asked since', async () => {
      const { loader, service } = registered(SHOP);
      watch(loader.get('Product'));
      await macrotask();
      loader.invalidate('Product');
      await service.answer('Product', 'stale');
      const call = watch(loader.get('Product'));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Product', 'Product']);
      await service.answer('Product', 'fresh');
      expect(await answerOf(call), 'answer').toBe('fresh');
    });
  });

  describe('2.3.6 Who asked before still gets what that load brings', () => {
    it('its value', async () => {
      const { loader, service } = registered(SHOP);
      const calls = [loader.get('Product'), loader.get('Product')].map(watch);
      await macrotask();
      loader.invalidate('Product');
      await service.answer('Product', 'stale');
      expect(await answersOf(calls), 'answers').toEqual(['stale', 'stale']);
    });

    it('its error', async () => {
      const { loader, service } = registered(SHOP);
      const error = new Error('no such table');
      const call = watch(loader.get('Product'));
      await macrotask();
      loader.invalidate('Product');
      await service.fail('Product', error);
      expect(await answerOf(call), 'what get was rejected with').toBe(error);
    });

    it('the value that was there when it asked', async () => {
      const { loader } = await loadedShop();
      const call = watch(loader.get('Product'));
      loader.invalidate('Product');
      expect(await answerOf(call), 'answer').toBe('value of Product');
    });
  });

  describe('2.3.7 A load on its way with an outdated dependency counts as a dependant', () => {
    it('when its own loader is at work', async () => {
      const { loader, service } = registered({ Customer: ['Country'], Country: [] });
      watch(loader.get('Customer'));
      await macrotask();
      await service.answer('Country', 'old');
      loader.invalidate('Country');
      await service.answer('Customer', 'made from the old');
      const call = watch(loader.get('Customer'));
      await service.answerAll();
      expect(service.asked, 'calls of loaders').toEqual(['Country', 'Customer', 'Country', 'Customer']);
      expect(await answerOf(call), 'answer').toBe('value of Customer');
    });

    it('when it still waits for the dependency', async () => {
      const { loader, service } = registered({ Customer: ['Country'], Country: [] });
      const before = watch(loader.get('Customer'));
      await macrotask();
      loader.invalidate('Country');
      const after = watch(loader.get('Customer'));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Country', 'Country']);
      await service.answerAll();
      const twice = ['Country', 'Country', 'Customer', 'Customer'];
      expect(service.asked.toSorted(), 'calls of loaders').toEqual(twice);
      expect(await answersOf([before, after]), 'answers').toEqual(Array(2).fill('value of Customer'));
    });
  });

  describe('2.3.8 When an earlier load fails, the new one and its value are unharmed', () => {
    for (const when of ['while the new one is on its way', 'when the new one has ended']) {
      it(when, async () => {
        const loader = new LazyMetadataLoader();
        const service = new Service();
        watch(loader.load('Product', service.loader('before')));
        await macrotask();
        loader.invalidate('Product');
        const call = watch(loader.load('Product', service.loader('after')));
        await macrotask();
        if (when === 'when the new one has ended') await service.answer('after', 'fresh');
        await service.fail('before', new Error('connection lost'));
        const later = watch(loader.load('Product', () => 'again'));
        if (service.open.length > 0) await service.answer('after', 'fresh');
        expect(await answersOf([call, later]), 'answers').toEqual(['fresh', 'fresh']);
      });
    }
  });

  describe('2.3.9 What a key depends on is what its last load was given', () => {
    it('loaded anew with other dependencies, it does not go with the former ones', async () => {
      const { loader } = await loadedShop();
      await answerOf(loader.loadWithDependencies('Route', ['Product'], () => 'route'));
      loader.invalidate('Route');
      await answerOf(loader.loadWithDependencies('Route', ['Address'], () => 'route'));
      expect(loader.invalidate('Product'), 'forgotten with the former dependency').toEqual(['Product']);
      const forgotten = loader.invalidate('Address').toSorted();
      expect(forgotten, 'forgotten with the present one').toEqual(['Address', 'Order', 'Route']);
    });
  });

  describe('2.3.10 What `invalidate` does does not grow with what is kept', () => {
    /** All of the shop, and `n` classes that need one class of the shop each. */
    async function shopAnd(n: number): Promise<LazyMetadataLoader> {
      const { loader } = await loadedShop();
      const load = (i: number) => loader.loadWithDependencies(`Class${i}`, ['Product'], () => 'columns');
      await answersOf(Array.from({ length: n }, (_, i) => load(i)));
      return loader;
    }

    it('is the same at n, 2n and 4n others', async () => {
      const loaders = new Map<number, LazyMetadataLoader>();
      for (const n of [32, 64, 128]) loaders.set(n, await shopAnd(n));
      const measured = growth(32, (n) => countWork(() => void loaders.get(n)!.invalidate('Country')));
      expect(measured, 'growth of the work').toBe('constant');
    });
  });
});
