import { describe, expect, it } from 'vitest';
import { countWork, growth } from '../work.ts'; // first: it counts in what is loaded after it
import { PredictiveLoader } from '#exercise/06-adaptive-performance';
import { macrotask } from '../deferred.ts';
import { learn, registered, visit } from './sessions.ts';

const CHAIN = ['Order', 'OrderLine', 'Product', 'Supplier'];

describe('6.3 Foresee the next key', () => {
  describe('6.3.1 What three sessions did alike is foreseen', () => {
    it('from each key, outside of any session', async () => {
      const loader = new PredictiveLoader();
      await learn(loader, CHAIN, 3);
      const predicted = CHAIN.map((key) => loader.predictNextAccess(key));
      expect(predicted, 'predictions').toEqual([['OrderLine'], ['Product'], ['Supplier'], []]);
    });

    it('from each key, in the next session', async () => {
      const loader = new PredictiveLoader();
      await learn(loader, CHAIN, 3);
      const predicted: string[][] = [];
      await loader.session(async () => {
        for (const key of CHAIN) {
          await loader.load(key, () => key);
          predicted.push(loader.predictNextAccess(key));
        }
      });
      expect(predicted, 'predictions').toEqual([['OrderLine'], ['Product'], ['Supplier'], []]);
    });

    it('by whichever method they used them', async () => {
      const loader = new PredictiveLoader();
      registered(loader, ['Order', 'Customer']);
      for (let i = 0; i < 3; i++) {
        await loader.session(async () => {
          await loader.get('Order');
          await loader.loadWithDependencies('OrderLine', ['Customer'], () => 'lines');
          await loader.load('Product', () => 'product');
        });
      }
      const predicted = ['Order', 'OrderLine'].map((key) => loader.predictNextAccess(key));
      expect(predicted, 'predictions').toEqual([['OrderLine'], ['Product']]);
    });
  });

  describe('6.3.2 What followed once is chance', () => {
    it('and is not predicted', async () => {
      const loader = new PredictiveLoader();
      await visit(loader, CHAIN);
      expect(
        CHAIN.flatMap((key) => loader.predictNextAccess(key)),
        'predictions',
      ).toEqual([]);
    });

    it('also beside what followed often', async () => {
      const loader = new PredictiveLoader();
      await learn(loader, ['Order', 'OrderLine'], 2);
      await visit(loader, ['Order', 'Refund']);
      expect(loader.predictNextAccess('Order'), 'predictions').not.toContain('Refund');
    });

    it('and nothing is predicted of a key that nobody knows', () => {
      expect(new PredictiveLoader().predictNextAccess('Order'), 'predictions').toEqual([]);
    });
  });

  describe('6.3.3 The likeliest comes first, and what is unlikely does not come', () => {
    const learnInTurn = async (...nexts: string[]) => {
      const loader = new PredictiveLoader();
      for (let round = 0; round < 5; round++) {
        for (const next of nexts) await visit(loader, ['Order', next]);
      }
      return loader.predictNextAccess('Order');
    };

    it('two in three before one in three', async () => {
      expect(await learnInTurn('Refund', 'Line', 'Line'), 'predictions').toEqual(['Line', 'Refund']);
      expect(await learnInTurn('Line', 'Line', 'Refund'), 'predictions').toEqual(['Line', 'Refund']);
    });

    it('nine in ten, without one in ten', async () => {
      const nine = Array.from({ length: 9 }, () => 'Line');
      expect(await learnInTurn(...nine, 'Refund'), 'predictions').toEqual(['Line']);
      expect(await learnInTurn('Refund', ...nine), 'predictions').toEqual(['Line']);
    });
  });

  describe('6.3.4 What happens now counts more than what happened long ago', () => {
    it('though it happened less often', async () => {
      const loader = new PredictiveLoader();
      await learn(loader, ['Order', 'Basket'], 100);
      await learn(loader, ['Order', 'Line'], 50);
      expect(loader.predictNextAccess('Order')[0], 'first prediction').toBe('Line');
    });

    it('until that is not predicted any more', async () => {
      const loader = new PredictiveLoader();
      await learn(loader, ['Order', 'Basket'], 100);
      await learn(loader, ['Order', 'Line'], 300);
      expect(loader.predictNextAccess('Order'), 'predictions').toEqual(['Line']);
    });
  });

  describe('6.3.5 In a session, what it used before decides', () => {
    const learnBoth = async () => {
      const loader = new PredictiveLoader();
      for (let i = 0; i < 10; i++) {
        await visit(loader, ['Shop', 'Product', 'Review']);
        await visit(loader, ['Stock', 'Product', 'Supplier']);
      }
      return loader;
    };

    const predictedAfter = async (loader: PredictiveLoader, ...keys: string[]) => {
      let predicted: string[] = [];
      await loader.session(async () => {
        for (const key of keys) await loader.load(key, () => key);
        predicted = loader.predictNextAccess(keys.at(-1)!);
      });
      return predicted;
    };

    it('where the pair was seen before', async () => {
      const loader = await learnBoth();
      expect(await predictedAfter(loader, 'Shop', 'Product'), 'predictions after Shop').toEqual(['Review']);
      expect(await predictedAfter(loader, 'Stock', 'Product'), 'predictions after Stock').toEqual([
        'Supplier',
      ]);
    });

    it('where it was not, the key alone', async () => {
      const loader = await learnBoth();
      const after = await predictedAfter(loader, 'Basket', 'Product');
      expect(after.toSorted(), 'predictions after Basket').toEqual(['Review', 'Supplier']);
      const alone = loader.predictNextAccess('Product');
      expect(alone.toSorted(), 'predictions outside of any session').toEqual(['Review', 'Supplier']);
    });
  });

  describe('6.3.6 Sessions are not mixed, and count alone', () => {
    it('when they run at the same time', async () => {
      const loader = new PredictiveLoader();
      const walk = (keys: readonly string[]) =>
        loader.session(async () => {
          for (const key of keys) {
            await loader.load(key, () => key);
            await macrotask();
          }
        });
      for (let i = 0; i < 4; i++) await Promise.all([walk(['a', 'b', 'c']), walk(['p', 'q', 'r'])]);
      const predicted = ['a', 'b', 'p', 'q'].map((key) => loader.predictNextAccess(key));
      expect(predicted, 'predictions').toEqual([['b'], ['c'], ['q'], ['r']]);
    });

    it('one does not go on where the last one ended', async () => {
      const loader = new PredictiveLoader();
      await learn(loader, ['a', 'b'], 4);
      expect(loader.predictNextAccess('b'), 'predictions after the end').toEqual([]);
    });

    it('not a use outside of them', async () => {
      const loader = new PredictiveLoader();
      for (let i = 0; i < 4; i++) {
        for (const key of ['a', 'b']) await loader.load(key, () => key);
      }
      expect(loader.predictNextAccess('a'), 'predictions').toEqual([]);
    });

    it('not a use of the key that was used last', async () => {
      const loader = new PredictiveLoader();
      await learn(loader, ['a', 'a', 'a', 'b'], 4);
      expect(loader.predictNextAccess('a'), 'predictions').toEqual(['b']);
    });

    it('`session` returns what it ran', async () => {
      const loader = new PredictiveLoader();
      expect(
        loader.session(() => 'page'),
        'what session returned',
      ).toBe('page');
      const error = new Error('no page');
      await expect(
        loader.session(() => Promise.reject(error)),
        'what session returned',
      ).rejects.toBe(error);
    });

    it('and loads nothing by itself', async () => {
      const loader = new PredictiveLoader();
      const backend = registered(loader, ['a', 'b']);
      await learn(loader, ['a', 'b'], 4);
      loader.invalidate('a');
      loader.invalidate('b');
      await loader.session(() => loader.get('a'));
      await macrotask();
      expect(backend.asked, 'calls of loaders').toEqual(['a']);
    });
  });

  describe('6.3.7 What is remembered is bounded, and so is the work', () => {
    it('by `maxContexts`: the least recently followed are forgotten', async () => {
      const loader = new PredictiveLoader({ maxContexts: 20 });
      for (let i = 0; i < 60; i++) {
        await learn(loader, [`key ${i}`, `next of ${i}`], 3);
        await visit(loader, ['always', 'next']);
      }
      const known = Array.from({ length: 60 }, (_, i) => `key ${i}`).filter(
        (key) => loader.predictNextAccess(key).length > 0,
      );
      expect(known.length, 'keys that are remembered').toBeLessThanOrEqual(20);
      const latest = Array.from({ length: 10 }, (_, i) => `key ${50 + i}`);
      expect(known, 'keys that are remembered').toEqual(expect.arrayContaining(latest));
      expect(loader.predictNextAccess('always'), 'predictions of the key that is used always').toEqual([
        'next',
      ]);
    });

    it('a prediction costs the same, however many keys are known', async () => {
      const loaders = new Map<number, PredictiveLoader>();
      for (const n of [32, 64, 128]) {
        const loader = new PredictiveLoader();
        for (let i = 0; i < n; i++) await learn(loader, [`key ${i}`, `next of ${i}`], 3);
        loaders.set(n, loader);
      }
      const measured = growth(32, (n) =>
        countWork(() => {
          for (let i = 0; i < 32; i++) loaders.get(n)!.predictNextAccess(`key ${i}`);
        }),
      );
      expect(measured, 'growth of the work').toBe('constant');
    });
  });
});
