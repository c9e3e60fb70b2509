import { describe, expect, it } from 'vitest';
import { BatchMetadataProcessor, type BatchOptions } from '#exercise/03-batch-processor';
import { type Deferred, deferred } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { observe, setUp } from './set-up.ts';
import { idle } from './timers.ts';

/** Of a processor whose target is an efficiency of 100. */
const metrics = (efficiency: number, percentOfMemory = 50) => ({
  throughput: efficiency * 10,
  latency: 10,
  memoryUsage: percentOfMemory,
  memoryLimit: 100,
});
const GOOD = metrics(200);
const POOR = metrics(50);

/** The sizes that a key has from one call of `optimizeBatchSize` to the next. */
function sizesOf(options: BatchOptions, ...measured: ReturnType<typeof metrics>[]): number[] {
  const processor = new BatchMetadataProcessor({ targetEfficiency: 100, ...options });
  return measured.map((each) => processor.optimizeBatchSize('price', each));
}

/** A `nextTurn` that waits until the test gives the turn. */
function turns() {
  const asked: Deferred<void>[] = [];
  const [nextTurn, calls] = recorder(() => {
    const turn = deferred<void>();
    asked.push(turn);
    return turn.promise;
  });
  const giveTurn = async () => {
    asked.shift()?.resolve();
    await idle();
  };
  return { nextTurn, calls, giveTurn };
}

describe('3.5 Size', () => {
  describe('3.5.1 The size becomes 1.2 times what it was', () => {
    it('above the target, while the pressure is below 0.8', () => {
      expect(sizesOf({ batchSize: 50 }, GOOD), 'size after 50').toEqual([60]);
      expect(sizesOf({ batchSize: 50 }, metrics(101, 79)), 'size after 50, at 101 and 0.79').toEqual([60]);
    });

    it('each time, from `batchSize` on', () => {
      expect(sizesOf({ batchSize: 125 }, GOOD, GOOD, GOOD), 'sizes after 125').toEqual([150, 180, 216]);
    });

    it('of a target as it is given', () => {
      const sizes = sizesOf({ batchSize: 50, targetEfficiency: 0.5 }, metrics(0.6), metrics(0.4));
      expect(sizes, 'sizes after 50, above and below 0.5').toEqual([60, 48]);
    });
  });

  describe('3.5.2 The size becomes 0.8 times what it was', () => {
    it('below the target', () => {
      expect(sizesOf({ batchSize: 100 }, POOR), 'size after 100').toEqual([80]);
      expect(sizesOf({ batchSize: 100 }, metrics(99, 0)), 'size after 100, at 99 and 0').toEqual([80]);
    });

    it('when the pressure is above 0.9, however efficient', () => {
      expect(sizesOf({ batchSize: 100 }, metrics(200, 91)), 'size after 100, at 200 and 0.91').toEqual([80]);
      expect(sizesOf({ batchSize: 100 }, metrics(100, 95)), 'size after 100, at 100 and 0.95').toEqual([80]);
    });
  });

  describe('3.5.3 Otherwise it stays', () => {
    it('on the target', () => {
      expect(sizesOf({ batchSize: 100 }, metrics(100)), 'size after 100').toEqual([100]);
      expect(sizesOf({ batchSize: 100 }, metrics(100, 85)), 'size after 100, at 0.85').toEqual([100]);
    });

    for (const percent of [80, 85, 90]) {
      it(`above the target at a pressure of ${percent / 100}`, () => {
        expect(sizesOf({ batchSize: 100 }, metrics(200, percent)), 'size after 100').toEqual([100]);
      });
    }
  });

  describe('3.5.4 It never leaves `minBatchSize` to `maxBatchSize`', () => {
    it('however often it grows', () => {
      const options = { batchSize: 100, maxBatchSize: 130 };
      expect(sizesOf(options, GOOD, GOOD, GOOD), 'sizes after 100, up to 130').toEqual([120, 130, 130]);
    });

    it('however often it shrinks', () => {
      const options = { batchSize: 100, minBatchSize: 70 };
      expect(sizesOf(options, POOR, POOR, POOR), 'sizes after 100, down to 70').toEqual([80, 70, 70]);
    });

    it('1 to 1,000, when nothing else is said', () => {
      expect(sizesOf({ batchSize: 1_000 }, GOOD), 'size after 1,000').toEqual([1_000]);
      expect(sizesOf({ batchSize: 1 }, POOR), 'size after 1').toEqual([1]);
    });
  });

  describe('3.5.5 It is rounded up when it grows, and down when it shrinks', () => {
    it('grows from 1', () => {
      const sizes = sizesOf({ batchSize: 1 }, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD);
      expect(sizes, 'sizes after 1').toEqual([2, 3, 4, 5, 6, 8, 10]);
    });

    it('shrinks to 1', () => {
      const sizes = sizesOf({ batchSize: 10 }, POOR, POOR, POOR, POOR, POOR, POOR);
      expect(sizes, 'sizes after 10').toEqual([8, 6, 4, 3, 2, 1]);
    });
  });

  describe('3.5.6 Each key has its own size', () => {
    it('that of another does not change it', () => {
      const processor = new BatchMetadataProcessor({ batchSize: 50, targetEfficiency: 100 });
      processor.optimizeBatchSize('price', GOOD);
      expect(processor.optimizeBatchSize('stock', GOOD), 'size of a new key').toBe(60);
      expect(processor.optimizeBatchSize('price', GOOD), 'size of the first key').toBe(72);
    });

    it('nor when its batch runs', async () => {
      const { processor, ran, addAll } = setUp({ batchSize: 5, targetEfficiency: 100 });
      processor.optimizeBatchSize('price', POOR);
      addAll('stock', 'abcd');
      await idle();
      expect(ran(), 'operations run of 4, where another key has batches of 4').toBe('');
    });
  });

  describe('3.5.7 What is returned holds for the next operation', () => {
    it('when it has grown', async () => {
      const { processor, ran, addAll } = setUp({ batchSize: 5, targetEfficiency: 100 });
      processor.optimizeBatchSize('price', GOOD);
      addAll('price', 'abcde');
      await idle();
      expect(ran(), 'operations run of 5, where 6 are a batch').toBe('');
      addAll('price', 'f');
      await idle();
      expect(ran(), 'operations run of 6').toBe('abcdef');
    });

    it('when it has shrunk', async () => {
      const { processor, ran, addAll } = setUp({ batchSize: 5, targetEfficiency: 100 });
      processor.optimizeBatchSize('price', POOR);
      addAll('price', 'abcd');
      await idle();
      expect(ran(), 'operations run of 4').toBe('abcd');
    });

    it('and for what waits already', async () => {
      const { processor, ran, addAll } = setUp({ batchSize: 5, targetEfficiency: 100 });
      addAll('price', 'abcd');
      processor.optimizeBatchSize('price', POOR);
      await idle();
      expect(ran(), 'operations run of the 4 that waited').toBe('abcd');
    });
  });

  describe('3.5.8 `nextTurn` is called after every `sliceSize` operations, and waited for', () => {
    it('before the next ones start', async () => {
      const { nextTurn, giveTurn } = turns();
      const { timers, ran, addAll } = setUp({ sliceSize: 2, nextTurn });
      addAll('price', 'abcde');
      await timers.advance(10);
      expect(ran(), 'operations run before the first turn').toBe('ab');
      await giveTurn();
      expect(ran(), 'operations run before the second turn').toBe('abcd');
      await giveTurn();
      expect(ran(), 'operations run in the end').toBe('abcde');
    });

    it('so that others get theirs', async () => {
      const { nextTurn, giveTurn } = turns();
      const { timers, inOrder, addAll } = setUp({ sliceSize: 2, nextTurn });
      const added = addAll('price', 'abcd');
      await timers.advance(10);
      expect(added[1]!.state, 'promise of the last one of the first slice').toBe('fulfilled');
      addAll('stock', 'x');
      await timers.advance(10);
      await giveTurn();
      expect(inOrder(), 'operations in the order of their start').toBe('abxcd');
    });

    it('which, if none is given, is a turn of the event loop', async () => {
      const { timers, add } = setUp({ sliceSize: 1 });
      const order: string[] = [];
      const manyMicrotasks = async () => {
        for (let i = 0; i < 100; i++) await null;
        order.push('all micro-tasks');
      };
      add('price', 'a', () => void manyMicrotasks());
      add('price', 'b', () => order.push('the next slice'));
      await timers.advance(10);
      expect(order, 'what came after the first slice').toEqual(['all micro-tasks', 'the next slice']);
    });

    it('in every batch, however it was begun', async () => {
      const { nextTurn, giveTurn } = turns();
      const { processor, ran, addAll } = setUp({ sliceSize: 2, nextTurn });
      addAll('price', 'abc');
      addAll('stock', 'def');
      const flushed = observe(processor.flushAll());
      await idle();
      expect(ran(), 'operations run before the turn').toBe('abde');
      expect(flushed.state, 'promise of flushAll').toBe('pending');
      await giveTurn();
      await giveTurn();
      expect(ran(), 'operations run after it').toBe('abcdef');
      expect(flushed.state, 'promise of flushAll').toBe('fulfilled');
    });
  });

  describe('3.5.9 They do not wait for the promises of those before', () => {
    it('only for the turn', async () => {
      const { nextTurn, giveTurn } = turns();
      const { timers, ran, add } = setUp({ sliceSize: 2, nextTurn });
      for (const letter of 'abcde') add('price', letter, () => deferred().promise);
      await timers.advance(10);
      await giveTurn();
      await giveTurn();
      expect(ran(), 'operations started').toBe('abcde');
    });
  });

  describe('3.5.10 It is called between slices only', () => {
    it('not before the first, not after the last', async () => {
      const whenCalled: string[] = [];
      const { timers, ran, addAll } = setUp({
        sliceSize: 2,
        nextTurn: async () => void whenCalled.push(ran()),
      });
      addAll('price', 'abcdef');
      await timers.advance(10);
      expect(whenCalled, 'operations run when it was called').toEqual(['ab', 'abcd']);
    });

    it('not for a batch that fits into one', async () => {
      const { nextTurn, calls } = turns();
      const { timers, addAll } = setUp({ sliceSize: 2, nextTurn });
      addAll('price', 'ab');
      addAll('stock', 'c');
      await timers.advance(10);
      addAll('price', 'd');
      await timers.advance(10);
      expect(calls.length, 'calls').toBe(0);
    });
  });
});
