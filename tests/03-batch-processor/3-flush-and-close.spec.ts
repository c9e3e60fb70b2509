import { describe, expect, it } from 'vitest';
import { countWork, growth } from '../work.ts'; // first: it counts in what is loaded after it
import { deferred, macrotask } from '../deferred.ts';
import { observe, setUp, statesOf } from './set-up.ts';
import { idle } from './timers.ts';

const failing = () => {
  throw new Error('no such article');
};

describe('3.3 Flush and close', () => {
  describe('3.3.1 `processBatch` is fulfilled when every operation of the batch is settled', () => {
    it('not while one still runs', async () => {
      const { processor, add } = setUp();
      const answers = [deferred(), deferred()];
      for (const answer of answers) add('price', 'a', () => answer.promise);
      add('price', 'b');
      const processed = observe(processor.processBatch('price'));
      await idle();
      expect(processed.state, 'its promise while two of three run').toBe('pending');
      answers[1]!.resolve('done');
      await idle();
      expect(processed.state, 'its promise while one runs').toBe('pending');
      answers[0]!.resolve('done');
      await idle();
      expect(processed.state, 'its promise when all are done').toBe('fulfilled');
    });

    it('not when the first has failed', async () => {
      const { processor, add } = setUp();
      const answer = deferred();
      add('price', 'a', failing);
      add('price', 'b', () => answer.promise);
      const processed = observe(processor.processBatch('price'));
      await idle();
      expect(processed.state, 'its promise while b runs').toBe('pending');
      answer.reject(new Error('connection lost'));
      await idle();
      expect(processed.state, 'its promise when b is done').not.toBe('pending');
    });

    it('at once, where nothing waits', async () => {
      const { processor } = setUp();
      const processed = observe(processor.processBatch('price'));
      await idle();
      expect(processed.state, 'its promise').toBe('fulfilled');
    });
  });

  describe('3.3.2 `flushAll` runs now what waits under every key', () => {
    it('without waiting for a window', async () => {
      const { processor, timers, ran, addAll } = setUp();
      addAll('price', 'ab');
      addAll('stock', 'c');
      addAll('customer', 'd');
      observe(processor.flushAll());
      await idle();
      expect(ran(), 'operations run').toBe('abcd');
      expect(timers.running, 'timers').toBe(0);
    });

    it('and no key waits for another', async () => {
      const { processor, ran, add } = setUp();
      add('price', 'a', () => deferred().promise);
      add('stock', 'b', () => deferred().promise);
      add('customer', 'c');
      observe(processor.flushAll());
      await idle();
      expect(ran(), 'operations started').toBe('abc');
    });
  });

  describe('3.3.3 It is fulfilled when all that was added before is settled', () => {
    it('what was waiting', async () => {
      const { processor, add } = setUp();
      const answers = [deferred(), deferred()];
      add('price', 'a', () => answers[0]!.promise);
      add('stock', 'b', () => answers[1]!.promise);
      const flushed = observe(processor.flushAll());
      await idle();
      answers[0]!.resolve('done');
      await idle();
      expect(flushed.state, 'its promise while one runs').toBe('pending');
      answers[1]!.resolve('done');
      await idle();
      expect(flushed.state, 'its promise when both are done').toBe('fulfilled');
    });

    it('what was running', async () => {
      const { timers, processor, add } = setUp();
      const answer = deferred();
      add('price', 'a', () => answer.promise);
      await timers.advance(10);
      add('price', 'b');
      const flushed = observe(processor.flushAll());
      await idle();
      expect(flushed.state, 'its promise while the earlier batch runs').toBe('pending');
      answer.resolve('done');
      await idle();
      expect(flushed.state, 'its promise when it is done').toBe('fulfilled');
    });

    it('at once, where there is nothing', async () => {
      const { processor } = setUp();
      const flushed = observe(processor.flushAll());
      await idle();
      expect(flushed.state, 'its promise').toBe('fulfilled');
    });
  });

  describe('3.3.4 It does not wait for what is added after the call', () => {
    it('neither if that waits nor if it runs', async () => {
      const { timers, processor, add } = setUp();
      const answer = deferred();
      add('price', 'a', () => answer.promise);
      const flushed = observe(processor.flushAll());
      await idle();
      add('price', 'b', () => deferred().promise);
      await timers.advance(10);
      add('price', 'c');
      answer.resolve('done');
      await idle();
      expect(flushed.state, 'its promise when what was added before is done').toBe('fulfilled');
    });
  });

  describe('3.3.5 Neither is ever rejected because an operation failed', () => {
    it('`processBatch`', async () => {
      const { processor, add } = setUp();
      add('price', 'a', failing);
      add('price', 'b', () => Promise.reject(new Error('connection lost')));
      const processed = observe(processor.processBatch('price'));
      await idle();
      expect(processed, 'its promise').toEqual({ state: 'fulfilled', value: undefined });
    });

    it('`flushAll`', async () => {
      const { processor, add } = setUp();
      add('price', 'a', failing);
      add('stock', 'b', () => Promise.reject(new Error('connection lost')));
      const flushed = observe(processor.flushAll());
      await idle();
      expect(flushed, 'its promise').toEqual({ state: 'fulfilled', value: undefined });
    });
  });

  describe('3.3.6 The work of `flushAll` does not grow with the number of keys used', () => {
    it('when one waits, and many are done', async () => {
      const work = new Map<number, number>();
      for (const n of [64, 128, 256]) {
        const { processor, add } = setUp();
        for (let i = 0; i < n; i++) add(`price in shop ${i}`, 'a');
        observe(processor.flushAll());
        await idle();
        add('price', 'b');
        work.set(n, countWork(() => void observe(processor.flushAll())));
        await idle();
      }
      expect(growth(64, (n) => work.get(n)!), 'growth of the work from n to 4n keys').toBe('constant');
    });
  });

  describe('3.3.7 `[Symbol.asyncDispose]` loses nothing', () => {
    it('at the end of `await using`', async () => {
      const { processor, ran, add, addAll } = setUp();
      let isDone = false;
      const answer = async () => {
        await macrotask();
        isDone = true;
      };
      {
        await using closing = processor;
        addAll('price', 'a');
        add('stock', 'b', answer);
        expect(closing.pending, 'pending in the block').toBe(2);
      }
      expect(ran(), 'operations run at the end of the block').toBe('ab');
      expect(isDone, 'whether b was done at the end of the block').toBe(true);
    });

    it('and waits for what runs already', async () => {
      const { timers, processor, add } = setUp();
      const answer = deferred();
      add('price', 'a', () => answer.promise);
      await timers.advance(10);
      const closed = observe(processor[Symbol.asyncDispose]());
      await idle();
      expect(closed.state, 'its promise while a runs').toBe('pending');
      answer.resolve('done');
      await idle();
      expect(closed.state, 'its promise when a is done').toBe('fulfilled');
    });

    it('every promise is settled', async () => {
      const { timers, processor, add, addAll } = setUp();
      const added = [...addAll('price', 'ab'), add('stock', 'c', failing)];
      observe(processor[Symbol.asyncDispose]());
      await idle();
      expect(statesOf(added), 'promises of what was added').toBe('fulfilled fulfilled rejected');
      expect(timers.running, 'timers').toBe(0);
    });
  });

  describe('3.3.8 From that call on `addToBatch` rejects with a `BatchClosedError`', () => {
    it('while the processor is being closed', async () => {
      const { timers, processor, ran, add } = setUp();
      const answer = deferred();
      add('price', 'a', () => answer.promise);
      observe(processor[Symbol.asyncDispose]());
      const late = add('stock', 'late');
      await timers.advance(10);
      expect(late.state, 'promise of the late one').toBe('rejected');
      expect(late.error, 'its error').toMatchObject({ name: 'BatchClosedError', key: 'stock' });
      answer.resolve('done');
      await timers.advance(10);
      expect(ran(), 'operations run').toBe('a');
    });

    it('when it is closed', async () => {
      const { timers, processor, ran, add } = setUp();
      observe(processor[Symbol.asyncDispose]());
      await idle();
      const late = add('price', 'late');
      await timers.advance(10);
      expect(late.error, 'error of the late one').toMatchObject({ name: 'BatchClosedError', key: 'price' });
      expect(ran(), 'operations run').toBe('');
    });
  });

  describe('3.3.9 A second call waits as the first one does', () => {
    it('until all is done', async () => {
      const { processor, add } = setUp();
      const answer = deferred();
      add('price', 'a', () => answer.promise);
      observe(processor[Symbol.asyncDispose]());
      await idle();
      const again = observe(processor[Symbol.asyncDispose]());
      await idle();
      expect(again.state, 'promise of the second call while a runs').toBe('pending');
      answer.resolve('done');
      await idle();
      expect(again.state, 'promise of the second call when a is done').toBe('fulfilled');
    });
  });
});
