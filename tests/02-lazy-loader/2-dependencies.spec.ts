import { describe, expect, it } from 'vitest';
import { LazyMetadataLoader, type LoadContext } from '#exercise/02-lazy-loader';
import { macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { answerOf, answersOf, tolerateUnhandled, watch } from './answers.ts';
import { registered } from './service.ts';

const error = new Error('no such table');
const listed = ({ dependencies }: LoadContext) => [...dependencies];

describe('2.2 Load what it depends on first', () => {
  tolerateUnhandled();

  describe('2.2.1 `register` loads nothing; `get` loads with what was registered last', () => {
    it('nothing is loaded before somebody asks', async () => {
      const { loader, service } = registered({ Order: [] });
      await macrotask();
      expect(service.asked, 'calls of loaders after register').toEqual([]);
      const calls = [loader.get('Order'), loader.get('Order')].map(watch);
      await service.answerAll();
      expect(service.asked, 'calls of loaders after get').toEqual(['Order']);
      expect(await answersOf(calls), 'answers').toEqual(['value of Order', 'value of Order']);
    });

    it('what was registered last', async () => {
      const loader = new LazyMetadataLoader();
      loader.register('Order', () => 'first');
      loader.register('Order', () => 'second');
      expect(await answerOf(loader.get('Order')), 'answer').toBe('second');
    });

    it('a key has one load, whoever begins it', async () => {
      const { loader, service } = registered({ Order: [] });
      const calls = [loader.load('Order', service.loader('given to load')), loader.get('Order')].map(watch);
      await service.answerAll();
      expect(service.asked, 'calls of loaders').toEqual(['given to load']);
      expect(await answersOf(calls), 'answers').toEqual(Array(2).fill('value of given to load'));
      expect(await answerOf(loader.get('Order')), 'answer to a later get').toBe('value of given to load');
    });
  });

  describe('2.2.2 A key that is neither registered nor loaded is a `MissingLoaderError`', () => {
    it('with its key', async () => {
      const answer = await answerOf(new LazyMetadataLoader().get('Odrer'));
      expect(answer, 'what it was rejected with').toMatchObject({ name: 'MissingLoaderError', key: 'Odrer' });
    });

    it('but not when it was loaded', async () => {
      const loader = new LazyMetadataLoader();
      await answerOf(loader.load('Order', () => 'columns'));
      expect(await answerOf(loader.get('Order')), 'answer').toBe('columns');
    });
  });

  describe('2.2.3 The loader is called when all dependencies are loaded', () => {
    it('not before the last of them', async () => {
      const { loader, service } = registered({ Customer: [], Address: [] });
      const [load, calls] = recorder(() => 'columns of Order');
      const call = watch(loader.loadWithDependencies('Order', ['Customer', 'Address'], load));
      await macrotask();
      await service.answer('Customer');
      expect(calls.length, 'calls of the loader when one of two is loaded').toBe(0);
      await service.answer('Address');
      expect(calls.length, 'calls of the loader when both are loaded').toBe(1);
      expect(await answerOf(call), 'answer').toBe('columns of Order');
    });

    it('nor before what they depend on', async () => {
      const { loader, service } = registered({ Order: ['Customer'], Customer: ['Country'], Country: [] });
      watch(loader.get('Order'));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Country']);
      await service.answer('Country');
      expect(service.asked, 'calls of loaders').toEqual(['Country', 'Customer']);
      await service.answer('Customer');
      expect(service.asked, 'calls of loaders').toEqual(['Country', 'Customer', 'Order']);
    });
  });

  describe('2.2.4 The loader finds their values, in the order in which they were named', () => {
    it('by loadWithDependencies', async () => {
      const { loader, service } = registered({ Customer: [], Address: [] });
      const call = watch(loader.loadWithDependencies('Order', ['Customer', 'Address'], listed));
      await macrotask();
      if (service.open.includes('Address')) await service.answer('Address');
      await service.answerAll();
      expect(await answerOf(call), 'dependencies').toEqual(['value of Customer', 'value of Address']);
    });

    it('by register, also what is loaded already', async () => {
      const loader = new LazyMetadataLoader();
      loader.register('Customer', () => 'customer');
      loader.register('Address', async () => 'address');
      loader.register('Order', listed, ['Address', 'Customer']);
      await answerOf(loader.get('Customer'));
      expect(await answerOf(loader.get('Order')), 'dependencies').toEqual(['address', 'customer']);
    });

    it('none, where there are none', async () => {
      const loader = new LazyMetadataLoader();
      const call = loader.loadWithDependencies('Country', [], listed);
      expect(await answerOf(call), 'dependencies').toEqual([]);
    });
  });

  describe('2.2.5 Dependencies are loaded side by side', () => {
    it('all are begun before one has ended', async () => {
      const { loader, service } = registered({ Customer: [], Address: [], Product: [] });
      watch(loader.loadWithDependencies('Order', ['Customer', 'Address', 'Product'], () => 'columns'));
      await macrotask();
      expect(service.asked.toSorted(), 'calls of loaders').toEqual(['Address', 'Customer', 'Product']);
    });

    it('a slow one holds up only what needs it', async () => {
      const { loader, service } = registered({
        Order: ['Customer', 'Product'],
        Customer: ['Country'],
        Country: [],
        Product: [],
      });
      watch(loader.get('Order'));
      await macrotask();
      await service.answer('Country');
      expect(service.open, 'being loaded, while Product is slow').toContain('Customer');
    });
  });

  describe('2.2.6 What two keys depend on is loaded once', () => {
    const diamond = {
      Order: ['Customer', 'Address'],
      Customer: ['Country'],
      Address: ['Country'],
      Country: [],
    };
    const all = ['Address', 'Country', 'Customer', 'Order'];

    it('by one call', async () => {
      const { loader, service } = registered(diamond);
      const call = watch(loader.get('Order'));
      await service.answerAll();
      expect(service.asked.toSorted(), 'calls of loaders').toEqual(all);
      expect(await answerOf(call), 'answer').toBe('value of Order');
    });

    it('by two calls', async () => {
      const { loader, service } = registered(diamond);
      const calls = [loader.get('Customer'), loader.get('Address')].map(watch);
      await service.answerAll();
      expect(service.asked.toSorted(), 'calls of loaders').toEqual(['Address', 'Country', 'Customer']);
      expect(await answersOf(calls), 'answers').toEqual(['value of Customer', 'value of Address']);
    });

    it('and not again when it is loaded', async () => {
      const { loader, service } = registered(diamond);
      watch(loader.get('Customer'));
      await service.answerAll();
      watch(loader.get('Address'));
      await service.answerAll();
      expect(service.asked, 'calls of loaders').toEqual(['Country', 'Customer', 'Address']);
    });

    it('nor when it is named twice', async () => {
      const { loader, service } = registered(diamond);
      const call = watch(loader.loadWithDependencies('Route', ['Country', 'Country'], listed));
      await service.answerAll();
      expect(service.asked, 'calls of loaders').toEqual(['Country']);
      expect(await answerOf(call), 'dependencies').toEqual(Array(2).fill('value of Country'));
    });
  });

  describe('2.2.7 Keys that depend on one another are a `DependencyCycleError`', () => {
    const cycle = (path: string[]) => ({ name: 'DependencyCycleError', path });

    it('two of them', async () => {
      const { loader, service } = registered({ a: ['b'], b: ['a'] });
      const answer = await answerOf(loader.get('a'));
      expect(answer, 'what it was rejected with').toMatchObject(cycle(['a', 'b', 'a']));
      expect(service.asked, 'calls of loaders').toEqual([]);
    });

    it('one that depends on itself', async () => {
      const { loader, service } = registered({ a: ['a'] });
      expect(await answerOf(loader.get('a')), 'what it was rejected with').toMatchObject(cycle(['a', 'a']));
      expect(service.asked, 'calls of loaders').toEqual([]);
    });

    it('one whose dependencies are given to loadWithDependencies', async () => {
      const { loader, service } = registered({ b: ['c'], c: ['a'] });
      const call = watch(loader.loadWithDependencies('a', ['b'], service.loader('a')));
      expect(await answerOf(call), 'what it was rejected with').toMatchObject(cycle(['a', 'b', 'c', 'a']));
      expect(service.asked, 'calls of loaders').toEqual([]);
    });

    it('also for what merely leads there', async () => {
      const { loader, service } = registered({ Order: ['Customer'], Customer: ['a'], a: ['b'], b: ['a'] });
      const answer = await answerOf(loader.get('Order'));
      expect(answer, 'what it was rejected with').toMatchObject(cycle(['a', 'b', 'a']));
      expect(service.asked, 'calls of loaders').toEqual([]);
    });
  });

  describe('2.2.8 A cycle that is entered at two places at once is found too', () => {
    it('by a key that depends on both', async () => {
      const { loader, service } = registered({ Order: ['a', 'b'], a: ['b'], b: ['a'] });
      const answer = await answerOf(loader.get('Order'));
      expect(answer, 'what it was rejected with').toMatchObject({ name: 'DependencyCycleError' });
      expect(service.asked, 'calls of loaders').toEqual([]);
    });

    it('by two calls', async () => {
      const { loader } = registered({ a: ['b'], b: ['c'], c: ['a'] });
      for (const answer of await answersOf([loader.get('a'), loader.get('c'), loader.get('b')])) {
        expect(answer, 'what it was rejected with').toMatchObject({ name: 'DependencyCycleError' });
      }
    });
  });

  describe('2.2.9 When a dependency fails, the call is rejected with a `DependencyError`', () => {
    it('with the path to it, and its error', async () => {
      const { loader, service } = registered({ a: ['b'], b: ['c'], c: [] });
      const [a, b, c] = [watch(loader.get('a')), watch(loader.get('b')), watch(loader.get('c'))];
      await macrotask();
      await service.fail('c', error);
      const failed = (path: string[]) => ({ name: 'DependencyError', path, cause: error });
      expect(await answerOf(a), 'what get of a was rejected with').toMatchObject(failed(['a', 'b', 'c']));
      expect(await answerOf(b), 'what get of b was rejected with').toMatchObject(failed(['b', 'c']));
      expect(await answerOf(c), 'what get of c was rejected with').toBe(error);
      expect(service.asked, 'calls of loaders').toEqual(['c']);
    });

    it('when it is not registered', async () => {
      const [load, calls] = recorder(() => 'columns');
      const call = new LazyMetadataLoader().loadWithDependencies('Order', ['Customer'], load);
      expect(await answerOf(call), 'what it was rejected with').toMatchObject({
        name: 'DependencyError',
        path: ['Order', 'Customer'],
        cause: { name: 'MissingLoaderError', key: 'Customer' },
      });
      expect(calls.length, 'calls of the loader').toBe(0);
    });
  });

  describe('2.2.10 The failure stops what depends on it and nothing else, and is not kept', () => {
    it('the other dependencies are loaded and kept', async () => {
      const { loader, service } = registered({ quick: [], failing: [], slow: [] });
      const deps = ['quick', 'failing', 'slow'];
      const call = watch(loader.loadWithDependencies('Order', deps, () => 'columns'));
      await macrotask();
      await service.answer('quick');
      await service.fail('failing', error);
      expect(await answerOf(call), 'what the call has brought').toBeInstanceOf(Error);
      await service.answer('slow');
      const others = [loader.get('quick'), loader.get('slow')].map(watch);
      expect(await answersOf(others), 'answers for the others').toEqual(['value of quick', 'value of slow']);
      expect(service.asked, 'calls of loaders').toEqual(['quick', 'failing', 'slow']);
    });

    it('a later call tries again what failed, and what was stopped', async () => {
      const { loader, service } = registered({ Order: ['Customer'], Customer: ['Country'], Country: [] });
      const failed = watch(loader.get('Order'));
      await macrotask();
      await service.fail('Country', error);
      await answerOf(failed);
      const call = watch(loader.get('Order'));
      await service.answerAll();
      expect(await answerOf(call), 'answer').toBe('value of Order');
      expect(service.asked, 'calls of loaders').toEqual(['Country', 'Country', 'Customer', 'Order']);
    });
  });
});
