import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LazyMetadataLoader } from '#exercise/02-lazy-loader';
import { macrotask } from '../deferred.ts';
import { answerOf, answersOf, STILL_WAITING, tolerateUnhandled, unhandledIn, watch } from './answers.ts';
import { registered, Service } from './service.ts';
import { Timers } from './timers.ts';

const GONE = new Error('the browser closed the connection');

/** Order needs Customer, which needs Country. */
const CHAIN = { Order: ['Customer'], Customer: ['Country'], Country: [] };

/** A loader whose timers the test turns. */
function timed(needs: Readonly<Record<string, readonly string[]>> = { Product: [] }) {
  const timers = new Timers();
  return { timers, ...registered(needs, { schedule: timers.schedule }) };
}

describe('2.4 Let a caller leave', () => {
  tolerateUnhandled();

  describe('2.4.1 When its `signal` is aborted, a caller is rejected at once, and the others are not', () => {
    it('with the reason of the signal', async () => {
      const { loader, service } = registered({ Product: [] });
      const caller = new AbortController();
      const leaving = watch(loader.get('Product', { signal: caller.signal }));
      const staying = watch(loader.get('Product'));
      await macrotask();
      caller.abort(GONE);
      expect(await answerOf(leaving), 'what the call was rejected with').toBe(GONE);
      expect(await answerOf(staying), 'what the other call has brought').toBe(STILL_WAITING);
      await service.answer('Product');
      expect(await answerOf(staying), 'answer to the other call').toBe('value of Product');
      expect(service.asked, 'calls of loaders').toEqual(['Product']);
    });

    it('by load and by loadWithDependencies', async () => {
      const { loader, service } = registered({ Customer: [] });
      const caller = new AbortController();
      const { signal } = caller;
      const calls = [
        loader.load('Product', service.loader('Product'), { signal }),
        loader.loadWithDependencies('Order', ['Customer'], service.loader('Order'), { signal }),
      ].map(watch);
      await macrotask();
      caller.abort(GONE);
      expect(await answersOf(calls), 'what the calls were rejected with').toEqual([GONE, GONE]);
    });

    it('whoever began the load', async () => {
      const { loader, service } = registered({ Product: [] });
      const caller = new AbortController();
      const staying = watch(loader.get('Product'));
      const leaving = watch(loader.get('Product', { signal: caller.signal }));
      await macrotask();
      caller.abort(GONE);
      await service.answer('Product');
      expect(await answersOf([leaving, staying]), 'answers').toEqual([GONE, 'value of Product']);
    });
  });

  describe('2.4.2 With a signal that is aborted already, no loader is called', () => {
    it('nor that of a dependency', async () => {
      const { loader, service } = registered(CHAIN);
      const signal = AbortSignal.abort(GONE);
      const calls = [
        loader.load('Product', service.loader('Product'), { signal }),
        loader.get('Order', { signal }),
      ].map(watch);
      expect(await answersOf(calls), 'what the calls were rejected with').toEqual([GONE, GONE]);
      expect(service.asked, 'calls of loaders').toEqual([]);
    });
  });

  describe('2.4.3 After `timeoutMs` a caller is rejected with a `LoadTimeoutError`', () => {
    it('then, and not before', async () => {
      const { loader, service, timers } = timed();
      const leaving = watch(loader.get('Product', { timeoutMs: 100 }));
      const staying = watch(loader.get('Product'));
      await macrotask();
      timers.advance(99);
      expect(await answerOf(leaving), 'what the call has brought after 99 ms').toBe(STILL_WAITING);
      timers.advance(1);
      const timeout = { name: 'LoadTimeoutError', key: 'Product', timeoutMs: 100 };
      expect(await answerOf(leaving), 'what the call was rejected with after 100 ms').toMatchObject(timeout);
      await service.answer('Product');
      expect(await answerOf(staying), 'answer to a call without timeout').toBe('value of Product');
    });

    it('each caller after its own time', async () => {
      const { loader, timers } = timed();
      const first = watch(loader.get('Product', { timeoutMs: 100 }));
      await macrotask();
      timers.advance(60);
      const second = watch(loader.get('Product', { timeoutMs: 70 }));
      await macrotask();
      timers.advance(40);
      expect(await answerOf(first), 'the first call, after 100 ms').toMatchObject({ timeoutMs: 100 });
      expect(await answerOf(second), 'the second call, after 40 ms').toBe(STILL_WAITING);
      timers.advance(30);
      expect(await answerOf(second), 'the second call, after 70 ms').toMatchObject({ timeoutMs: 70 });
    });

    it('a timeout of 0 leaves no time', async () => {
      const { loader, timers } = timed();
      const call = watch(loader.get('Product', { timeoutMs: 0 }));
      await macrotask();
      timers.advance(0);
      expect(await answerOf(call), 'what the call was rejected with').toMatchObject({ name: 'LoadTimeoutError' });
    });

    it('without `schedule`, by real timers', async () => {
      const never = () => new Promise<never>(() => {});
      const call = new LazyMetadataLoader().load('Product', never, { timeoutMs: 1 });
      await expect(call, 'the call').rejects.toMatchObject({ name: 'LoadTimeoutError' });
    });

    it('waiting for dependencies takes of the time too', async () => {
      const { loader, timers } = timed(CHAIN);
      const call = watch(loader.get('Order', { timeoutMs: 100 }));
      await macrotask();
      timers.advance(100);
      const timeout = { name: 'LoadTimeoutError', key: 'Order' };
      expect(await answerOf(call), 'what the call was rejected with').toMatchObject(timeout);
    });

    it('no timer is left when the answer comes first', async () => {
      const { loader, service, timers } = timed();
      watch(loader.get('Product', { timeoutMs: 100 }));
      watch(loader.get('Product', { timeoutMs: 200 }));
      watch(loader.load('failing', service.loader('failing'), { timeoutMs: 100 }));
      await macrotask();
      expect(timers.running, 'timers that run during the loads').toBe(3);
      await service.answer('Product');
      await service.fail('failing', new Error('no such table'));
      watch(loader.get('Product', { timeoutMs: 100 }));
      await macrotask();
      expect(timers.running, 'timers left').toBe(0);
    });
  });

  describe('2.4.4 The loader\'s `signal` is aborted when the last caller has left', () => {
    it('not before', async () => {
      const { loader, service, timers } = timed();
      const caller = new AbortController();
      watch(loader.get('Product', { signal: caller.signal }));
      watch(loader.get('Product', { timeoutMs: 100 }));
      await macrotask();
      const signal = service.signalOf('Product');
      caller.abort(GONE);
      await macrotask();
      expect(signal.aborted, 'whether the signal is aborted when one of two has left').toBe(false);
      timers.advance(100);
      await macrotask();
      expect(signal.aborted, 'whether the signal is aborted when both have left').toBe(true);
    });

    it('not while somebody waits as long as it takes', async () => {
      const { loader, service } = registered({ Product: [] });
      const callers = [new AbortController(), new AbortController()];
      watch(loader.get('Product'));
      for (const { signal } of callers) watch(loader.get('Product', { signal }));
      await macrotask();
      for (const caller of callers) caller.abort(GONE);
      await macrotask();
      expect(service.signalOf('Product').aborted, 'whether the signal is aborted').toBe(false);
    });

    it('not because the value has come, or an error', async () => {
      const { loader, service } = registered({ Product: [], Order: [] });
      watch(loader.get('Product'));
      watch(loader.get('Order'));
      await macrotask();
      await service.answer('Product');
      await service.fail('Order', new Error('no such table'));
      expect(service.signalOf('Product').aborted, 'whether the signal is aborted, after a value').toBe(false);
      expect(service.signalOf('Order').aborted, 'whether the signal is aborted, after an error').toBe(false);
    });
  });

  describe('2.4.5 A load that was cancelled is forgotten', () => {
    async function cancelled() {
      const loader = new LazyMetadataLoader();
      const service = new Service();
      const caller = new AbortController();
      watch(loader.load('Product', service.loader('before'), { signal: caller.signal }));
      await macrotask();
      caller.abort(GONE);
      await macrotask();
      return { loader, service };
    }

    it('the next call begins anew', async () => {
      const { loader, service } = await cancelled();
      const call = watch(loader.load('Product', service.loader('after')));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['before', 'after']);
      await service.answer('after', 'fresh');
      expect(await answerOf(call), 'answer').toBe('fresh');
    });

    it('a value that it still brings changes nothing', async () => {
      const { loader, service } = await cancelled();
      await service.answer('before', 'late');
      const call = watch(loader.load('Product', service.loader('after')));
      await service.answerAll();
      expect(await answerOf(call), 'answer').toBe('value of after');
    });

    it('nor does a value after that of the new load', async () => {
      const { loader, service } = await cancelled();
      watch(loader.load('Product', service.loader('after')));
      await macrotask();
      await service.answer('after', 'fresh');
      await service.answer('before', 'late');
      expect(await answerOf(loader.load('Product', () => 'again')), 'answer to a later call').toBe('fresh');
    });

    it('nor does an error', async () => {
      const { loader, service } = await cancelled();
      const call = watch(loader.load('Product', service.loader('after')));
      await macrotask();
      const unhandled = await unhandledIn(() => service.fail('before', GONE));
      expect(unhandled, 'unhandled rejections').toEqual([]);
      const later = watch(loader.load('Product', () => 'again'));
      await service.answer('after', 'fresh');
      expect(await answersOf([call, later]), 'answers').toEqual(['fresh', 'fresh']);
    });
  });

  describe('2.4.6 A caller leaves once, and not after the answer', () => {
    it('by signal and by timeout', async () => {
      const { loader, service, timers } = timed();
      const caller = new AbortController();
      const leaving = watch(loader.get('Product', { signal: caller.signal, timeoutMs: 100 }));
      const staying = watch(loader.get('Product'));
      await macrotask();
      timers.advance(100);
      caller.abort(GONE);
      await macrotask();
      timers.advance(100);
      expect(await answerOf(leaving), 'the call').toBeInstanceOf(Error);
      expect(service.signalOf('Product').aborted, 'whether the load is cancelled').toBe(false);
      await service.answer('Product');
      expect(await answerOf(staying), 'answer to the other call').toBe('value of Product');
    });

    it('nor when it has the answer', async () => {
      const { loader, service } = registered({ Product: [] });
      const caller = new AbortController();
      const call = watch(loader.get('Product', { signal: caller.signal }));
      await macrotask();
      await service.answer('Product');
      caller.abort(GONE);
      await macrotask();
      expect(await answerOf(call), 'answer').toBe('value of Product');
      expect(service.signalOf('Product').aborted, 'whether the signal is aborted').toBe(false);
      watch(loader.get('Product'));
      await macrotask();
      expect(service.asked, 'calls of loaders').toEqual(['Product']);
    });
  });

  describe('2.4.7 A load that is cancelled leaves its dependencies', () => {
    it('they are cancelled too, however far', async () => {
      const { loader, service } = registered(CHAIN);
      const caller = new AbortController();
      watch(loader.get('Order', { signal: caller.signal }));
      await macrotask();
      caller.abort(GONE);
      await macrotask();
      expect(service.signalOf('Country').aborted, 'whether Country is cancelled').toBe(true);
      const call = watch(loader.get('Order'));
      await service.answerAll();
      expect(await answerOf(call), 'answer to a later call').toBe('value of Order');
    });

    it('unless somebody else waits for them', async () => {
      const { loader, service } = registered(CHAIN);
      const caller = new AbortController();
      watch(loader.get('Order', { signal: caller.signal }));
      const staying = watch(loader.get('Customer'));
      await macrotask();
      caller.abort(GONE);
      await macrotask();
      expect(service.signalOf('Country').aborted, 'whether Country is cancelled').toBe(false);
      await service.answerAll();
      expect(await answerOf(staying), 'answer to the other call').toBe('value of Customer');
      expect(service.asked, 'calls of loaders').toEqual(['Country', 'Customer']);
    });
  });

  describe('2.4.8 A load waits for its dependencies like a caller', () => {
    it('they go on for it when their callers have left', async () => {
      const { loader, service } = registered(CHAIN);
      const caller = new AbortController();
      const leaving = watch(loader.get('Country', { signal: caller.signal }));
      const staying = watch(loader.get('Order'));
      await macrotask();
      caller.abort(GONE);
      expect(await answerOf(leaving), 'what the call has brought').toBeInstanceOf(Error);
      expect(service.signalOf('Country').aborted, 'whether Country is cancelled').toBe(false);
      await service.answerAll();
      expect(await answerOf(staying), 'answer to the other call').toBe('value of Order');
      expect(service.asked, 'calls of loaders').toEqual(['Country', 'Customer', 'Order']);
    });
  });

  describe('2.4.9 A load that was invalidated is cancelled too, and the new one is not', () => {
    it('when the last who waits for it has left', async () => {
      const loader = new LazyMetadataLoader();
      const service = new Service();
      const caller = new AbortController();
      watch(loader.load('Product', service.loader('before'), { signal: caller.signal }));
      await macrotask();
      loader.invalidate('Product');
      const call = watch(loader.load('Product', service.loader('after')));
      await macrotask();
      const before = service.signalOf('before');
      expect(before.aborted, 'whether the earlier load is cancelled when it is invalidated').toBe(false);
      caller.abort(GONE);
      await macrotask();
      expect(before.aborted, 'whether it is cancelled when its caller has left').toBe(true);
      expect(service.signalOf('after').aborted, 'whether the new load is cancelled').toBe(false);
      const later = watch(loader.load('Product', () => 'again'));
      await service.answer('after', 'fresh');
      expect(await answersOf([call, later]), 'answers').toEqual(['fresh', 'fresh']);
    });
  });

  describe('2.4.10 The caller\'s signal has no listener left', () => {
    const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

    it('when the answer has come', async () => {
      const { loader, service } = registered({ Product: [], failing: [] });
      const { signal } = new AbortController();
      watch(loader.get('Product', { signal }));
      watch(loader.get('failing', { signal }));
      await macrotask();
      await service.answer('Product');
      await service.fail('failing', new Error('no such table'));
      watch(loader.get('Product', { signal }));
      await macrotask();
      expect(listenersOf(signal), 'listeners').toBe(0);
    });

    it('when the caller has left', async () => {
      const { loader, timers } = timed();
      const { signal } = new AbortController();
      watch(loader.get('Product', { signal, timeoutMs: 100 }));
      watch(loader.get('Product'));
      await macrotask();
      timers.advance(100);
      await macrotask();
      expect(listenersOf(signal), 'listeners').toBe(0);
    });
  });
});
