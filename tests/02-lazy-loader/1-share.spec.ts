import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LazyMetadataLoader, type Loader } from '#exercise/02-lazy-loader';
import { describe as describeClass, shopClasses } from '#framework';
import { macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { answerOf, answersOf, tolerateUnhandled, unhandledIn, watch } from './answers.ts';
import { Service } from './service.ts';

const error = new Error('no such class');
const failures: Record<string, Loader<never>> = {
  throws: () => {
    throw error;
  },
  rejects: () => Promise.reject(error),
};

describe('2.1 Share one load', () => {
  tolerateUnhandled();

  describe('2.1.1 `load` resolves to what the loader brings, and keeps it', () => {
    it('what it returned', async () => {
      const loader = new LazyMetadataLoader();
      const call = loader.load('Order', () => 'columns of Order');
      expect(await answerOf(call), 'answer').toBe('columns of Order');
    });

    it('what its promise brought', async () => {
      const loader = new LazyMetadataLoader();
      const call = loader.load('Order', async () => 'columns of Order');
      expect(await answerOf(call), 'answer').toBe('columns of Order');
    });

    it('the value itself, also for later calls, whose loaders are not called', async () => {
      const loader = new LazyMetadataLoader();
      const columns = ['id', 'total'];
      const [again, calls] = recorder(() => ['again']);
      expect(await answerOf(loader.load('Order', () => columns)), 'answer to the first call').toBe(columns);
      expect(await answerOf(loader.load('Order', again)), 'answer to the second call').toBe(columns);
      expect(await answerOf(loader.load('Order', again)), 'answer to the third call').toBe(columns);
      expect(calls.length, 'calls of the later loader').toBe(0);
    });

    it('describes each class of the shop once in three rounds', async () => {
      const loader = new LazyMetadataLoader();
      const [describeOnce, calls] = recorder(describeClass);
      for (let round = 0; round < 3; round++) {
        for (const Class of shopClasses) await answerOf(loader.load(Class.name, () => describeOnce(Class)));
      }
      expect(calls.length, 'classes described').toBe(shopClasses.length);
    });
  });

  describe('2.1.2 `undefined`, `null`, `0`, `\'\'`, `false` and `NaN` are values', () => {
    for (const value of [undefined, null, 0, '', false, NaN]) {
      it(`keeps ${inspect(value)}`, async () => {
        const loader = new LazyMetadataLoader();
        const [load, calls] = recorder(async () => value);
        expect(await answerOf(loader.load('discount', load)), 'answer to the first call').toBe(value);
        expect(await answerOf(loader.load('discount', load)), 'answer to the second call').toBe(value);
        expect(calls.length, 'calls of the loader').toBe(1);
      });
    }
  });

  describe('2.1.3 Callers who ask while the key is being loaded share that load', () => {
    it('a hundred at the same moment', async () => {
      const loader = new LazyMetadataLoader();
      const [load, calls] = recorder(async () => ({ table: 'orders' }));
      const answers = await answersOf(Array.from({ length: 100 }, () => loader.load('Order', load)));
      expect(calls.length, 'calls of the loader').toBe(1);
      expect(new Set(answers).size, 'different objects that the callers got').toBe(1);
    });

    it('one after the other, until the value comes', async () => {
      const loader = new LazyMetadataLoader();
      const service = new Service();
      const calls: Promise<string>[] = [];
      for (let i = 0; i < 5; i++) {
        calls.push(watch(loader.load('Order', service.loader('Order'))));
        await macrotask();
      }
      expect(service.asked, 'calls of the loader').toEqual(['Order']);
      await service.answer('Order', 'columns');
      expect(await answersOf(calls), 'answers').toEqual(Array(5).fill('columns'));
    });

    it('of the first loader: the others are not called', async () => {
      const loader = new LazyMetadataLoader();
      const service = new Service();
      const names = ['first', 'second', 'third'];
      const calls = names.map((name) => watch(loader.load('Order', service.loader(name))));
      await macrotask();
      expect(service.asked, 'loaders called').toEqual(['first']);
      await service.answer('first', 'columns');
      expect(await answersOf(calls), 'answers').toEqual(Array(3).fill('columns'));
    });
  });

  describe('2.1.4 Each key has a load of its own, and any string is a key', () => {
    it('a slow load holds up no other', async () => {
      const loader = new LazyMetadataLoader();
      const service = new Service();
      const slow = watch(loader.load('Order', service.loader('Order')));
      const quick = watch(loader.load('Address', service.loader('Address')));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Order', 'Address']);
      await service.answer('Address', 'columns of Address');
      expect(await answerOf(quick), 'answer for the quick one').toBe('columns of Address');
      await service.answer('Order', 'columns of Order');
      expect(await answerOf(slow), 'answer for the slow one').toBe('columns of Order');
    });

    for (const key of ['', ' ', '__proto__', 'constructor', 'toString', 'then', '0']) {
      it(inspect(key), async () => {
        const loader = new LazyMetadataLoader();
        expect(await answerOf(loader.load(key, () => 'loaded')), 'answer to the first call').toBe('loaded');
        expect(await answerOf(loader.load(key, () => 'again')), 'answer to the second call').toBe('loaded');
      });
    }
  });

  describe('2.1.5 `load` never throws: what the loader throws rejects', () => {
    it('does not throw', () => {
      const loader = new LazyMetadataLoader();
      const call = () => void loader.load('Odrer', failures['throws']!).catch(() => {});
      expect(call, 'the call').not.toThrow();
    });

    it('rejects every call with that very error', async () => {
      const loader = new LazyMetadataLoader();
      const calls = Array.from({ length: 3 }, () => loader.load('Odrer', failures['throws']!));
      for (const answer of await answersOf(calls)) expect(answer, 'what a call was rejected with').toBe(error);
    });
  });

  describe('2.1.6 When the promise rejects, its very error reaches every caller', () => {
    it('who shares the load', async () => {
      const loader = new LazyMetadataLoader();
      const service = new Service();
      const calls = Array.from({ length: 3 }, () => watch(loader.load('Odrer', service.loader('Odrer'))));
      await macrotask();
      await service.fail('Odrer', error);
      for (const answer of await answersOf(calls)) expect(answer, 'what a call was rejected with').toBe(error);
    });

    it('though it is no Error', async () => {
      const loader = new LazyMetadataLoader();
      const call = watch(loader.load('Odrer', () => Promise.reject('no such class')));
      await expect(call, 'the call').rejects.toBe('no such class');
    });
  });

  describe('2.1.7 A failure is not kept', () => {
    for (const [how, failing] of Object.entries(failures)) {
      it(`when the loader ${how}`, async () => {
        const loader = new LazyMetadataLoader();
        await answerOf(loader.load('Order', failing));
        await macrotask();
        const later = loader.load('Order', () => 'columns');
        expect(await answerOf(later), 'answer to a later call').toBe('columns');
        expect(await answerOf(loader.load('Order', failing)), 'answer to the last call').toBe('columns');
      });
    }
  });

  describe('2.1.8 Who asks again on learning of the failure starts a new load', () => {
    for (const [how, failing] of Object.entries(failures)) {
      it(`when the loader ${how}`, async () => {
        const loader = new LazyMetadataLoader();
        const call = loader.load('Order', failing).catch(() => loader.load('Order', () => 'columns'));
        expect(await answerOf(call), 'answer to the second call').toBe('columns');
      });
    }
  });

  describe('2.1.9 A failure that is handled leaves no unhandled rejection', () => {
    for (const [how, failing] of Object.entries(failures)) {
      it(`when the loader ${how}`, async () => {
        const loader = new LazyMetadataLoader();
        const call = () => loader.load('Order', failing);
        const unhandled = await unhandledIn(() => answersOf([call(), call()]));
        expect(unhandled, 'unhandled rejections').toEqual([]);
      });
    }
  });
});
