import { describe, expect, it } from 'vitest';
import { macrotask } from '../deferred.ts';
import { answerOf, answersOf, STILL_WAITING, tolerateUnhandled, watch } from './answers.ts';
import { registered } from './service.ts';

const keysOf = (count: number) => Array.from({ length: count }, (_, i) => `key ${i}`);

/** A loader of `key 0`, `key 1` and so on, that depend on nothing. */
function registeredKeys(count: number) {
  return registered(Object.fromEntries(keysOf(count).map((key) => [key, []])));
}

describe('2.5 Preload', () => {
  tolerateUnhandled();

  describe('2.5.1 `preload` loads each key as it is registered, and keeps it', () => {
    it('dependencies first', async () => {
      const { loader, service } = registered({ Order: ['Customer'], Customer: [], Product: [] });
      const preload = watch(loader.preload(['Order', 'Product']));
      await service.answerAll();
      await answerOf(preload);
      const dependencyFirst = service.asked.filter((key) => key !== 'Product');
      expect(dependencyFirst, 'calls of loaders').toEqual(['Customer', 'Order']);
      const calls = ['Order', 'Customer', 'Product'].map((key) => watch(loader.get(key)));
      const answers = ['value of Order', 'value of Customer', 'value of Product'];
      expect(await answersOf(calls), 'answers of get').toEqual(answers);
      expect(service.asked.length, 'calls of loaders').toBe(3);
    });

    it('nothing, where there is nothing to do', async () => {
      const { loader } = registered({});
      expect(await answerOf(loader.preload([])), 'what became of the keys').toEqual([]);
    });
  });

  describe('2.5.2 It resolves to what became of each key, in the order of `keys`', () => {
    it('loaded, present or failed', async () => {
      const { loader, service } = registered({ slow: [], there: [], failing: [], quick: [] });
      const error = new Error('no such table');
      watch(loader.get('there'));
      await service.answerAll();
      const preload = watch(loader.preload(['slow', 'there', 'failing', 'quick']));
      await macrotask();
      expect(service.open.toSorted(), 'being loaded').toEqual(['failing', 'quick', 'slow']);
      await service.answer('quick');
      await service.fail('failing', error);
      expect(await answerOf(preload), 'what preload has brought').toBe(STILL_WAITING);
      await service.answer('slow');
      expect(await answerOf(preload), 'what became of the keys').toEqual([
        { key: 'slow', status: 'loaded' },
        { key: 'there', status: 'present' },
        { key: 'failing', status: 'failed', error },
        { key: 'quick', status: 'loaded' },
      ]);
    });
  });

  describe('2.5.3 `concurrency` keys are being loaded at a time, and no more', () => {
    it('as many as are asked for', async () => {
      const { loader, service } = registeredKeys(7);
      watch(loader.preload(keysOf(7), { concurrency: 3 }));
      await macrotask();
      for (let ended = 0; ended < 7; ended++) {
        expect(service.open.length, `keys being loaded when ${ended} have ended`).toBeLessThanOrEqual(3);
        if (ended === 0) expect(service.open.length, 'keys being loaded at first').toBe(3);
        await service.answer(service.open[0]!);
      }
    });

    it('8, when nothing else is said', async () => {
      const { loader, service } = registeredKeys(20);
      watch(loader.preload(keysOf(20)));
      await macrotask();
      expect(service.open.length, 'keys being loaded').toBe(8);
    });

    it('fewer, where there are fewer', async () => {
      const { loader, service } = registeredKeys(2);
      watch(loader.preload(keysOf(2), { concurrency: 100 }));
      await macrotask();
      expect(service.open.length, 'keys being loaded').toBe(2);
    });
  });

  describe('2.5.4 As soon as one of them ends, the next begins', () => {
    it('whichever ends', async () => {
      const { loader, service } = registeredKeys(5);
      watch(loader.preload(keysOf(5), { concurrency: 2 }));
      await macrotask();
      await service.answer('key 1');
      expect(service.asked, 'calls of loaders when key 1 has ended').toContain('key 2');
      await service.answer('key 2');
      expect(service.asked, 'calls of loaders when key 2 has ended').toContain('key 3');
    });

    it('to the last', async () => {
      const { loader, service } = registeredKeys(5);
      const preload = watch(loader.preload(keysOf(5), { concurrency: 2 }));
      await service.answerAll();
      expect(await answerOf(preload), 'what became of the keys').toHaveLength(5);
      expect(service.asked.toSorted(), 'calls of loaders').toEqual(keysOf(5));
    });
  });

  describe('2.5.5 A failure stops no other key', () => {
    it('nor does one that is not registered', async () => {
      const { loader, service } = registeredKeys(3);
      const keys = ['Odrer', 'key 0', 'key 1', 'key 2'];
      const preload = watch(loader.preload(keys, { concurrency: 1 }));
      await macrotask();
      await service.fail('key 0', new Error('no such table'));
      await service.answerAll();
      expect(await answerOf(preload), 'what became of the keys').toMatchObject([
        { status: 'failed', error: { name: 'MissingLoaderError' } },
        { status: 'failed' },
        { status: 'loaded' },
        { status: 'loaded' },
      ]);
    });
  });

  describe('2.5.6 `preload` and callers share their loads', () => {
    it('a key that is being loaded already is not loaded again', async () => {
      const { loader, service } = registered({ Product: [] });
      const call = watch(loader.get('Product'));
      const preload = watch(loader.preload(['Product']));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Product']);
      await service.answer('Product');
      expect(await answerOf(call), 'answer of get').toBe('value of Product');
      expect(await answerOf(preload), 'what became of the keys').toMatchObject([{ status: 'loaded' }]);
    });

    it('who asks during the preload shares its load', async () => {
      const { loader, service } = registered({ Product: [] });
      watch(loader.preload(['Product']));
      await macrotask();
      const call = watch(loader.load('Product', service.loader('own loader')));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Product']);
      await service.answer('Product');
      expect(await answerOf(call), 'answer of load').toBe('value of Product');
    });

    it('a key that is named twice is loaded once', async () => {
      const { loader, service } = registered({ Product: [] });
      const preload = watch(loader.preload(['Product', 'Product']));
      await service.answerAll();
      expect(await answerOf(preload), 'what became of the keys').toHaveLength(2);
      expect(service.asked, 'calls of loaders').toEqual(['Product']);
    });
  });

  describe('2.5.7 When `signal` is aborted, `preload` resolves at once', () => {
    it('with what was loaded by then, and begins no other', async () => {
      const { loader, service } = registeredKeys(6);
      const stop = new AbortController();
      const preload = watch(loader.preload(keysOf(6), { concurrency: 2, signal: stop.signal }));
      await macrotask();
      await service.answer('key 0');
      const { length } = service.asked;
      stop.abort();
      expect(await answerOf(preload), 'what became of the keys').toEqual([
        { key: 'key 0', status: 'loaded' },
        ...keysOf(6).slice(1).map((key) => ({ key, status: 'cancelled' })),
      ]);
      expect(service.asked.length - length, 'loaders called after the abort').toBe(0);
    });

    it('with nothing, when it was aborted before', async () => {
      const { loader, service } = registeredKeys(2);
      const preload = loader.preload(keysOf(2), { signal: AbortSignal.abort() });
      expect(await answerOf(preload), 'what became of the keys').toEqual(
        keysOf(2).map((key) => ({ key, status: 'cancelled' })),
      );
      expect(service.asked, 'calls of loaders').toEqual([]);
    });
  });

  describe('2.5.8 The loads that it gave up are cancelled, unless somebody else waits', () => {
    it('for the one, but not for the other', async () => {
      const { loader, service } = registered({ Order: [], Product: [] });
      const stop = new AbortController();
      watch(loader.preload(['Order', 'Product'], { signal: stop.signal }));
      const call = watch(loader.get('Product'));
      await macrotask();
      stop.abort();
      await macrotask();
      expect(service.signalOf('Order').aborted, 'whether Order is cancelled').toBe(true);
      expect(service.signalOf('Product').aborted, 'whether Product is cancelled').toBe(false);
      await service.answer('Product');
      expect(await answerOf(call), 'answer to the other call').toBe('value of Product');
    });
  });
});
