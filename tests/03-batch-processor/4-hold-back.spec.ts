import { describe, expect, it } from 'vitest';
import { type Deferred, deferred } from '../deferred.ts';
import { observe, setUp, statesOf } from './set-up.ts';
import { idle } from './timers.ts';

/** As {@link setUp}, with operations that end when the test says so: the first that is started, first. */
function setUpSlow(options: Parameters<typeof setUp>[0]) {
  const running: Deferred<unknown>[] = [];
  const { add, ...rest } = setUp(options);
  const addSlow = (key: string, letters: string) =>
    [...letters].map((letter) =>
      add(key, letter, () => {
        const answer = deferred();
        running.push(answer);
        return answer.promise;
      }),
    );
  const endNext = async () => {
    running.shift()?.resolve('done');
    await idle();
  };
  return { ...rest, add, addSlow, endNext };
}

describe('3.4 Hold back', () => {
  describe('3.4.1 At most `maxPending` operations wait or run', () => {
    it('over all keys', async () => {
      const { timers, processor, ran, addSlow } = setUpSlow({ maxPending: 3 });
      addSlow('price', 'ab');
      addSlow('stock', 'cd');
      addSlow('price', 'e');
      await idle();
      expect(processor.pending, 'pending of 5, before the window has ended').toBe(3);
      await timers.advance(10);
      expect(processor.pending, 'pending of 5, after it').toBe(3);
      expect(ran(), 'operations started').toBe('abc');
    });

    it('at any time', async () => {
      const { timers, processor, add } = setUp({ maxPending: 4, batchSize: 3 });
      const seen: number[] = [];
      for (let i = 0; i < 40; i++) add(`key ${i % 3}`, 'a', () => void seen.push(processor.pending));
      await timers.advance(500);
      expect(seen.length, 'operations run').toBe(40);
      expect(Math.max(...seen), 'the most that were ever pending').toBe(4);
      expect(processor.pending, 'pending in the end').toBe(0);
    });
  });

  describe('3.4.2 What runs counts as what waits does', () => {
    it('taking a batch makes no room', async () => {
      const { timers, ran, addSlow } = setUpSlow({ maxPending: 3 });
      addSlow('price', 'abc');
      await timers.advance(10);
      addSlow('price', 'd');
      await timers.advance(10);
      expect(ran(), 'operations started while three run').toBe('abc');
    });
  });

  describe('3.4.3 With `overflow: \'reject\'` one too many is rejected', () => {
    it('with a `BatchFullError`, and not run', async () => {
      const { timers, ran, add, addAll } = setUp({ maxPending: 3, overflow: 'reject' });
      addAll('price', 'abc');
      const tooMany = add('stock', 'd');
      await idle();
      expect(tooMany.state, 'promise of the fourth').toBe('rejected');
      const full = { name: 'BatchFullError', key: 'stock', maxPending: 3 };
      expect(tooMany.error, 'its error').toMatchObject(full);
      await timers.advance(20);
      expect(ran(), 'operations run').toBe('abc');
    });

    it('and takes nobody\'s room', async () => {
      const { timers, processor, ran, addSlow, endNext } = setUpSlow({ maxPending: 2, overflow: 'reject' });
      addSlow('price', 'a');
      addSlow('stock', 'b');
      addSlow('price', 'xyz');
      await timers.advance(10);
      expect(processor.pending, 'pending of those that were let in').toBe(2);
      await endNext();
      const [c] = addSlow('price', 'c');
      await timers.advance(10);
      expect(ran(), 'operations started').toBe('abc');
      await endNext();
      await endNext();
      expect(c!.state, 'promise of the one that found room').toBe('fulfilled');
      expect(processor.pending, 'pending in the end').toBe(0);
    });
  });

  describe('3.4.4 Otherwise it joins the batch of its key when there is room', () => {
    it('and opens a window, as if it were added then', async () => {
      const { timers, ran, addAll } = setUp({ windowMs: 10, maxPending: 1 });
      const [, held] = addAll('price', 'ab');
      await timers.advance(10);
      expect(ran(), 'operations run when there is room').toBe('a');
      await timers.advance(9);
      expect(ran(), 'operations run 9 ms later').toBe('a');
      await timers.advance(1);
      expect(ran(), 'operations run 10 ms later').toBe('ab');
      expect(held, 'promise of the one held back').toEqual({ state: 'fulfilled', value: 'b' });
    });

    it('and opens one after a flush as before it', async () => {
      const { timers, processor, ran, addAll } = setUp({ windowMs: 10, maxPending: 1 });
      addAll('price', 'ab');
      await processor.flushAll();
      addAll('price', 'cd');
      await timers.advance(19);
      expect(ran(), 'operations run, 9 ms after there was room').toBe('abc');
      await timers.advance(1);
      expect(ran(), 'operations run, 10 ms after').toBe('abcd');
    });

    it('and fills the batch', async () => {
      const { ran, addSlow, endNext } = setUpSlow({ batchSize: 2, maxPending: 2 });
      addSlow('price', 'abcd');
      await idle();
      expect(ran(), 'operations started of the first batch').toBe('ab');
      await endNext();
      await endNext();
      expect(ran(), 'operations started when both are done').toBe('abcd');
    });

  });

  describe('3.4.5 First come, first served', () => {
    it('over all keys', async () => {
      const { timers, inOrder, add } = setUp({ maxPending: 1 });
      for (const [key, letter] of ['pa', 'sb', 'pc', 'sd', 'pe']) add(key!, letter!);
      await timers.advance(100);
      expect(inOrder(), 'operations in the order of their start').toBe('abcde');
    });

    it('as many as there is room for, the first ones', async () => {
      const { timers, ran, addSlow, endNext } = setUpSlow({ maxPending: 3 });
      for (const letter of 'abcdefg') addSlow(`price of ${letter}`, letter);
      await timers.advance(10);
      await endNext();
      await endNext();
      await timers.advance(10);
      expect(ran(), 'operations started when two of three are done').toBe('abcde');
    });

    it('before whoever comes when there is room again', async () => {
      const { timers, processor, inOrder, add, addAll } = setUp({ maxPending: 1 });
      const first = processor.addToBatch('price', () => 'done');
      addAll('price', 'b');
      observe(first.then(() => add('price', 'c')));
      await timers.advance(100);
      expect(inOrder(), 'operations in the order of their start, after the first').toBe('bc');
    });
  });

  describe('3.4.6 Each operation that is settled makes room', () => {
    it('while others of its batch still run', async () => {
      const { timers, ran, add, addSlow } = setUpSlow({ maxPending: 3 });
      addSlow('price', 'a');
      add('price', 'b');
      add('price', 'c');
      addSlow('price', 'de');
      await timers.advance(10);
      await timers.advance(10);
      expect(ran(), 'operations started while a runs').toBe('abcde');
    });

    it('though it failed', async () => {
      const { timers, ran, add, addSlow } = setUpSlow({ maxPending: 3 });
      addSlow('price', 'a');
      add('price', 'b', () => Promise.reject(new Error('connection lost')));
      add('price', 'c', () => {
        throw new Error('no such article');
      });
      addSlow('price', 'de');
      await timers.advance(10);
      await timers.advance(10);
      expect(ran(), 'operations started while a runs').toBe('abcde');
    });
  });

  describe('3.4.7 What is held back is carried out, without a window', () => {
    it('by `flushAll`', async () => {
      const { processor, ran, addAll } = setUp({ maxPending: 2 });
      addAll('price', 'abc');
      addAll('stock', 'def');
      const flushed = observe(processor.flushAll());
      await idle();
      expect(ran(), 'operations run').toBe('abcdef');
      expect(flushed.state, 'its promise').toBe('fulfilled');
    });

    it('by `flushAll`, which waits for it', async () => {
      const { processor, addSlow, endNext } = setUpSlow({ maxPending: 1 });
      addSlow('price', 'ab');
      const flushed = observe(processor.flushAll());
      await idle();
      await endNext();
      await idle();
      expect(flushed.state, 'its promise while the second runs').toBe('pending');
      await endNext();
      expect(flushed.state, 'its promise when both are done').toBe('fulfilled');
    });

    it('by `flushAll`, while others of the batch before it still run', async () => {
      const { processor, ran, add, addSlow } = setUpSlow({ maxPending: 2 });
      addSlow('price', 'a');
      add('price', 'b');
      add('price', 'c');
      observe(processor.flushAll());
      await idle();
      expect(ran(), 'operations started while a runs').toBe('abc');
    });

    it('by `[Symbol.asyncDispose]`', async () => {
      const { processor, ran, addAll } = setUp({ maxPending: 2 });
      addAll('price', 'abc');
      addAll('stock', 'def');
      const closed = observe(processor[Symbol.asyncDispose]());
      await idle();
      expect(ran(), 'operations run').toBe('abcdef');
      expect(closed.state, 'its promise').toBe('fulfilled');
    });
  });

  describe('3.4.8 What was held back when the processor was closed is not too late', () => {
    it('and runs when there is room', async () => {
      const { timers, processor, addSlow, endNext } = setUpSlow({ maxPending: 1 });
      const added = addSlow('price', 'ab');
      await timers.advance(10);
      observe(processor[Symbol.asyncDispose]());
      await endNext();
      await timers.advance(10);
      expect(added[1]!.state, 'promise of the one held back, which runs').toBe('pending');
      await endNext();
      expect(statesOf(added), 'promises of both').toBe('fulfilled fulfilled');
    });
  });
});
