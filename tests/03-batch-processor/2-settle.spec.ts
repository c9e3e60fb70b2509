import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { deferred, macrotask } from '../deferred.ts';
import { observe, setUp, statesOf } from './set-up.ts';
import { idle } from './timers.ts';

const failing = (error: unknown) => () => {
  throw error;
};

describe('3.2 Settle each by itself', () => {
  describe('3.2.1 A promise is fulfilled with the value of its operation', () => {
    it('the very one', async () => {
      const { timers, add } = setUp();
      const price = { cents: 1_990 };
      const [first, second] = [add('price', 'a', () => price), add('price', 'b', () => 'sold out')];
      await timers.advance(10);
      expect(first.value, 'value of the first').toBe(price);
      expect(second.value, 'value of the second').toBe('sold out');
    });

    it('what a promise came to', async () => {
      const { timers, add } = setUp();
      const answer = deferred<number>();
      const added = add('price', 'a', () => answer.promise);
      await timers.advance(10);
      expect(added.state, 'its promise, before').toBe('pending');
      answer.resolve(1_990);
      await idle();
      expect(added.value, 'its value, after').toBe(1_990);
    });

    for (const value of [undefined, null, 0, '', false]) {
      it(`also ${inspect(value)}`, async () => {
        const { timers, add } = setUp();
        const added = add('price', 'a', () => value);
        await timers.advance(10);
        expect(added, 'its promise').toEqual({ state: 'fulfilled', value });
      });
    }
  });

  describe('3.2.2 An operation that fails rejects its own promise with that very error', () => {
    it('when it throws', async () => {
      const { timers, add } = setUp();
      const error = new Error('no such article');
      const added = add('price', 'a', failing(error));
      await timers.advance(10);
      expect(added.state, 'its promise').toBe('rejected');
      expect(added.error, 'its error').toBe(error);
    });

    it('when its promise is rejected', async () => {
      const { timers, add } = setUp();
      const error = new Error('connection lost');
      const added = add('price', 'a', () => Promise.reject(error));
      await timers.advance(10);
      expect(added.state, 'its promise').toBe('rejected');
      expect(added.error, 'its error').toBe(error);
    });

    it('though it is no Error', async () => {
      const { timers, add } = setUp();
      const added = [add('price', 'a', failing('no such article')), add('price', 'b', failing(undefined))];
      await timers.advance(10);
      expect(added, 'their promises').toEqual([
        { state: 'rejected', error: 'no such article' },
        { state: 'rejected', error: undefined },
      ]);
    });
  });

  describe('3.2.3 The others of its batch are fulfilled all the same', () => {
    for (const [kind, fail] of [
      ['throws', failing(new Error('no such article'))],
      ['returns a rejected promise', () => Promise.reject(new Error('no such article'))],
    ] as const) {
      it(`those before and after one that ${kind}`, async () => {
        const { timers, ran, add } = setUp();
        const added = [add('price', 'a'), add('price', 'b', fail), add('price', 'c'), add('price', 'd')];
        await timers.advance(10);
        expect(ran(), 'operations run').toBe('abcd');
        expect(statesOf(added), 'their promises').toBe('fulfilled rejected fulfilled fulfilled');
      });
    }

    it('those of a hundred', async () => {
      const { timers, add } = setUp({ batchSize: 50 });
      const added = Array.from({ length: 100 }, (_, i) =>
        add('price', `${i}`, i === 50 ? failing(new Error('no such article')) : undefined),
      );
      await timers.advance(10);
      expect(added.filter(({ state }) => state === 'fulfilled').length, 'promises fulfilled').toBe(99);
    });
  });

  describe('3.2.4 A slow operation holds up no other promise', () => {
    it('neither those after it nor those before', async () => {
      const { timers, add } = setUp();
      const answer = deferred<string>();
      const added = [
        add('price', 'a'),
        add('price', 'b', () => answer.promise),
        add('price', 'c'),
        add('price', 'd', failing(new Error('no such article'))),
      ];
      await timers.advance(10);
      expect(statesOf(added), 'promises while b is slow').toBe('fulfilled pending fulfilled rejected');
      answer.resolve('done');
      await idle();
      expect(statesOf(added), 'promises when b is done').toBe('fulfilled fulfilled fulfilled rejected');
    });

    it('nor the next batch of its key', async () => {
      const { timers, add } = setUp();
      add('price', 'a', () => deferred().promise);
      await timers.advance(10);
      const next = add('price', 'b');
      await timers.advance(10);
      expect(next.state, 'promise of one in the next batch').toBe('fulfilled');
    });
  });

  describe('3.2.5 An operation sees the `AsyncLocalStorage` of the one who added it', () => {
    const tenant = new AsyncLocalStorage<string>();

    it('not of the one whose timer it runs from', async () => {
      const { timers, add } = setUp();
      const added = ['acme', 'globex'].map((name) =>
        tenant.run(name, () => add('price', 'a', () => tenant.getStore())),
      );
      await timers.advance(10);
      expect(added.map(({ value }) => value), 'tenants that the operations saw').toEqual(['acme', 'globex']);
    });

    it('not of the one who fills the batch', async () => {
      const { add } = setUp({ batchSize: 2 });
      const added = ['acme', 'globex'].map((name) =>
        tenant.run(name, () => add('price', 'a', () => tenant.getStore())),
      );
      await idle();
      expect(added.map(({ value }) => value), 'tenants that the operations saw').toEqual(['acme', 'globex']);
    });

    it('also after it has waited', async () => {
      const { timers, add } = setUp();
      const seeLater = async () => {
        await macrotask();
        return tenant.getStore();
      };
      const added = ['acme', 'globex'].map((name) => tenant.run(name, () => add('price', 'a', seeLater)));
      await timers.advance(10);
      await idle();
      expect(added.map(({ value }) => value), 'tenants that the operations saw').toEqual(['acme', 'globex']);
    });
  });

  describe('3.2.6 `pending` counts the operations that wait or run', () => {
    it('those that wait, under every key', async () => {
      const { processor, addAll } = setUp();
      expect(processor.pending, 'pending before anything was added').toBe(0);
      addAll('price', 'abc');
      addAll('stock', 'de');
      await idle();
      expect(processor.pending, 'pending').toBe(5);
    });

    it('one less for each that is settled', async () => {
      const { timers, processor, add, addAll } = setUp();
      const answers = [deferred(), deferred()];
      addAll('price', 'ab');
      for (const answer of answers) add('price', 'c', () => answer.promise);
      await timers.advance(10);
      expect(processor.pending, 'pending while two run').toBe(2);
      answers[1]!.resolve('done');
      await idle();
      expect(processor.pending, 'pending while one runs').toBe(1);
      answers[0]!.resolve('done');
      await idle();
      expect(processor.pending, 'pending when all are done').toBe(0);
    });

    it('also for one that fails', async () => {
      const { timers, processor, add } = setUp();
      add('price', 'a', failing(new Error('no such article')));
      add('price', 'b', () => Promise.reject(new Error('connection lost')));
      await timers.advance(10);
      expect(processor.pending, 'pending').toBe(0);
    });
  });

  describe('3.2.7 Nothing is kept of a batch that is done', () => {
    it('no operation, no value, no error', async () => {
      const { timers, processor } = setUp();
      const added = (() => {
        const operation = () => ({ cents: 1_990 });
        const kept = [new WeakRef<object>(operation)];
        const remember = (value: unknown) => void kept.push(new WeakRef(value as object));
        processor.addToBatch('price', operation).then(remember, () => {});
        processor.addToBatch('price', failing(new Error('no such article'))).then(() => {}, remember);
        return kept;
      })();
      await timers.advance(10);
      expect(added.length, 'things to be forgotten').toBe(3);
      for (let round = 0; round < 4 && added.some((ref) => ref.deref()); round++) {
        await macrotask(); // a WeakRef holds what it gave until the end of the task
        globalThis.gc!();
      }
      const kept = ['operation', 'value', 'error'].filter((_, i) => added[i]!.deref() !== undefined);
      expect(kept, 'what is still kept').toEqual([]);
      observe(processor.processBatch('price')); // the processor itself is still there
    });
  });
});
