import { describe, expect, it } from 'vitest';
import { deferred } from '../deferred.ts';
import { observe, setUp } from './set-up.ts';
import { idle } from './timers.ts';

describe('3.1 Collect', () => {
  describe('3.1.1 An operation runs once, when the window ends', () => {
    it('not before', async () => {
      const { timers, ran, add } = setUp({ windowMs: 10 });
      add('price', 'a');
      await timers.advance(9);
      expect(ran(), 'operations run after 9 of 10 ms').toBe('');
      await timers.advance(1);
      expect(ran(), 'operations run after 10 ms').toBe('a');
    });

    it('and not again', async () => {
      const { timers, ran, add } = setUp({ windowMs: 10 });
      add('price', 'a');
      await timers.advance(50);
      expect(ran(), 'operations run after 50 ms').toBe('a');
    });

    it('of 0 ms, when a timer gets its turn', async () => {
      const { timers, ran, add } = setUp({ windowMs: 0 });
      add('price', 'a');
      await idle();
      expect(ran(), 'operations run before the timer').toBe('');
      await timers.advance(0);
      expect(ran(), 'operations run by the timer').toBe('a');
    });
  });

  describe('3.1.2 What is added until then runs with it, and does not prolong the window', () => {
    it('counts the window from the first operation', async () => {
      const { timers, ran, add } = setUp({ windowMs: 10 });
      add('price', 'a');
      await timers.advance(6);
      add('price', 'b');
      await timers.advance(3);
      add('price', 'c');
      await timers.advance(1);
      expect(ran(), 'operations run 10 ms after the first was added').toBe('abc');
    });

    it('gives the next batch a whole window', async () => {
      const { timers, ran, add } = setUp({ windowMs: 10 });
      add('price', 'a');
      await timers.advance(3);
      add('price', 'b');
      await timers.advance(3);
      add('price', 'c');
      await timers.advance(4);
      add('price', 'd');
      await timers.advance(9);
      expect(ran(), 'operations run 9 ms after the second batch was begun').toBe('abc');
      await timers.advance(1);
      expect(ran(), 'operations run 10 ms after it was begun').toBe('abcd');
    });
  });

  describe('3.1.3 `batchSize` operations run without waiting any longer', () => {
    it('as soon as they are as many, and no sooner', async () => {
      const { ran, add, addAll } = setUp({ batchSize: 3 });
      addAll('price', 'ab');
      await idle();
      expect(ran(), 'operations run of 2, where 3 are a batch').toBe('');
      add('price', 'c');
      await idle();
      expect(ran(), 'operations run of 3').toBe('abc');
    });

    it('as many at a time', async () => {
      const { timers, ran, addAll } = setUp({ batchSize: 3 });
      addAll('price', 'abcdefgh');
      await idle();
      expect(ran(), 'operations run of 8, where 3 are a batch').toBe('abcdef');
      await timers.advance(10);
      expect(ran(), 'operations run when the window has ended').toBe('abcdefgh');
    });

    it('and what comes next has a whole window', async () => {
      const { timers, ran, add, addAll } = setUp({ windowMs: 10, batchSize: 3 });
      add('price', 'a');
      await timers.advance(4);
      addAll('price', 'bc');
      await idle();
      add('price', 'd');
      await timers.advance(9);
      expect(ran(), 'operations run 9 ms after d was added').toBe('abc');
      await timers.advance(1);
      expect(ran(), 'operations run 10 ms after d was added').toBe('abcd');
    });
  });

  describe('3.1.4 Each key has its own batch', () => {
    it('by time', async () => {
      const { timers, ran, add } = setUp({ windowMs: 10 });
      add('price', 'p');
      await timers.advance(6);
      add('stock', 's');
      await timers.advance(4);
      expect(ran(), 'operations run when the window of the first key ends').toBe('p');
      await timers.advance(6);
      expect(ran(), 'operations run when the window of the second key ends').toBe('ps');
    });

    it('by size', async () => {
      const { ran, addAll } = setUp({ batchSize: 3 });
      addAll('price', 'pq');
      addAll('stock', 'st');
      await idle();
      expect(ran(), 'operations run of 2 and 2, where 3 are a batch').toBe('');
      addAll('stock', 'u');
      await idle();
      expect(ran(), 'operations run when one key has 3').toBe('stu');
    });

    it('whatever the key looks like', async () => {
      const { timers, ran, add } = setUp();
      add('', 'a');
      add('__proto__', 'b');
      add('constructor', 'c');
      await timers.advance(10);
      expect(ran(), 'operations run').toBe('abc');
    });
  });

  describe('3.1.5 A key has at most one timer, and none when nothing waits', () => {
    it('one, however many are added', async () => {
      const { timers, addAll } = setUp();
      addAll('price', 'abcde');
      await idle();
      expect(timers.running, 'timers of one key').toBeLessThanOrEqual(1);
      addAll('stock', 'fgh');
      await idle();
      expect(timers.running, 'timers of two keys').toBeLessThanOrEqual(2);
    });

    it('none after the window', async () => {
      const { timers, addAll } = setUp();
      expect(timers.running, 'timers before anything was added').toBe(0);
      addAll('price', 'abc');
      await timers.advance(10);
      expect(timers.running, 'timers').toBe(0);
    });

    it('none when the batch was full', async () => {
      const { timers, addAll } = setUp({ batchSize: 3 });
      addAll('price', 'abc');
      await idle();
      expect(timers.running, 'timers').toBe(0);
    });

    it('none when a batch was full and nothing else came', async () => {
      const { timers, addAll } = setUp({ batchSize: 3 });
      addAll('price', 'abcdef');
      await idle();
      expect(timers.running, 'timers').toBe(0);
    });
  });

  describe('3.1.6 The operations of a batch start in order, and none waits for another', () => {
    it('in the order in which they were added', async () => {
      const { timers, inOrder, addAll } = setUp();
      addAll('price', 'hotpath');
      await timers.advance(10);
      expect(inOrder(), 'operations in the order of their start').toBe('hotpath');
    });

    it('though the promise of the first is pending', async () => {
      const { timers, ran, add } = setUp();
      const answer = deferred<string>();
      add('price', 'a', () => answer.promise);
      add('price', 'b');
      add('price', 'c', () => answer.promise);
      await timers.advance(10);
      expect(ran(), 'operations started').toBe('abc');
    });
  });

  describe('3.1.7 A batch is taken before it runs', () => {
    it('what one of its operations adds goes into the next', async () => {
      const { timers, ran, add } = setUp();
      add('price', 'a', () => void add('price', 'x'));
      add('price', 'b');
      await timers.advance(10);
      expect(ran(), 'operations run in the first window').toBe('ab');
      await timers.advance(10);
      expect(ran(), 'operations run in the second window').toBe('abx');
    });

    it('what is added while one of them is waiting goes into the next', async () => {
      const { timers, ran, add } = setUp();
      const answer = deferred<string>();
      add('price', 'a', () => answer.promise);
      await timers.advance(10);
      add('price', 'x');
      await timers.advance(9);
      expect(ran(), 'operations run in 9 ms of the second window').toBe('a');
      await timers.advance(1);
      expect(ran(), 'operations run in the second window').toBe('ax');
      answer.resolve('done');
      await timers.advance(10);
      expect(ran(), 'operations run when the first is done').toBe('ax');
    });

    it('what an operation of a full batch adds does not fill the next', async () => {
      const { ran, add, addAll } = setUp({ batchSize: 3 });
      add('price', 'a', () => void addAll('price', 'xy'));
      addAll('price', 'bc');
      await idle();
      expect(ran(), 'operations run').toBe('abc');
      addAll('price', 'z');
      await idle();
      expect(ran(), 'operations run when the second batch is full').toBe('abcxyz');
    });
  });

  describe('3.1.8 No operation runs before the call that adds it has returned', () => {
    it('though that call fills the batch', async () => {
      const { ran, addAll } = setUp({ batchSize: 3 });
      addAll('price', 'abc');
      expect(ran(), 'operations run when the call has just returned').toBe('');
      await idle();
      expect(ran(), 'operations run a moment later').toBe('abc');
    });

    it('though a batch is 1', async () => {
      const { ran, add } = setUp({ batchSize: 1 });
      add('price', 'a');
      expect(ran(), 'operations run when the call has just returned').toBe('');
      await idle();
      expect(ran(), 'operations run a moment later').toBe('a');
    });
  });

  describe('3.1.9 `processBatch` runs now what waits under a key', () => {
    it('without waiting for the window', async () => {
      const { processor, ran, addAll } = setUp();
      addAll('price', 'abc');
      observe(processor.processBatch('price'));
      await idle();
      expect(ran(), 'operations run').toBe('abc');
    });

    it('and not what waits under another', async () => {
      const { timers, processor, ran, addAll } = setUp();
      addAll('price', 'ab');
      addAll('stock', 'cd');
      observe(processor.processBatch('stock'));
      await idle();
      expect(ran(), 'operations run').toBe('cd');
      await timers.advance(10);
      expect(ran(), 'operations run when the window has ended').toBe('abcd');
    });

    it('nothing, where nothing waits', async () => {
      const { timers, processor, ran, addAll } = setUp();
      observe(processor.processBatch('price'));
      addAll('price', 'ab');
      await idle();
      expect(ran(), 'operations run of what was added later').toBe('');
      await timers.advance(10);
      expect(ran(), 'operations run when the window has ended').toBe('ab');
    });

    it('and leaves the next batch a whole window', async () => {
      const { timers, processor, ran, add } = setUp({ windowMs: 10 });
      add('price', 'a');
      await timers.advance(4);
      observe(processor.processBatch('price'));
      await idle();
      add('price', 'b');
      await timers.advance(9);
      expect(ran(), 'operations run 9 ms after b was added').toBe('a');
      await timers.advance(1);
      expect(ran(), 'operations run 10 ms after b was added').toBe('ab');
    });
  });
});
