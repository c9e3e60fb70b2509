import { describe, expect, it } from 'vitest';
import { randomNumbers } from '#framework';
import { PredictiveLoader } from '#exercise/06-adaptive-performance';
import { Clock } from '../clock.ts';
import { learn, patternsOf, visit } from './sessions.ts';

/** A session for each key, at irregular intervals: nothing but how often it was accessed. */
async function visitEach(loader: PredictiveLoader, clock: Clock, keys: readonly string[]): Promise<void> {
  for (const [index, key] of keys.entries()) {
    clock.advance((index * index * 7_919) % 10_007);
    await visit(loader, [key]);
  }
}

/** Accesses of a key, the first one now. */
async function tick(
  loader: PredictiveLoader,
  clock: Clock,
  key: string,
  intervals: readonly number[],
): Promise<void> {
  await visit(loader, [key]);
  for (const interval of intervals) {
    clock.advance(interval);
    await visit(loader, [key]);
  }
}

const times = (count: number, key: string) => Array.from({ length: count }, () => key);

function set(options: ConstructorParameters<typeof PredictiveLoader>[0] = {}) {
  const clock = new Clock();
  return { clock, loader: new PredictiveLoader({ now: clock.now, ...options }) };
}

describe('6.4 Recognize patterns', () => {
  describe('6.4.1 Who has a tenth of the accesses is frequent', () => {
    it('with exact numbers', async () => {
      const { clock, loader } = set();
      const others = Array.from({ length: 25 }, (_, i) => `other ${i}`);
      await visitEach(loader, clock, [...times(20, 'Order'), ...others, ...times(5, 'Customer')]);
      expect(patternsOf(loader, 'frequency'), 'frequency patterns').toEqual([
        { kind: 'frequency', key: 'Customer', accesses: 5, share: 0.1 },
        { kind: 'frequency', key: 'Order', accesses: 20, share: 0.4 },
      ]);
    });

    it('not who has less', async () => {
      const { clock, loader } = set();
      const others = Array.from({ length: 50 }, (_, i) => `other ${i}`);
      await visitEach(loader, clock, [...times(5, 'Order'), ...others]);
      expect(patternsOf(loader, 'frequency'), 'frequency patterns').toEqual([]);
    });
  });

  describe('6.4.2 What follows half of the times is a sequence', () => {
    it('with exact numbers', async () => {
      const { loader } = set();
      await learn(loader, ['Order', 'Line', 'Product'], 6);
      await learn(loader, ['Order', 'Refund'], 3);
      await visit(loader, ['Order']);
      await learn(loader, ['Line', 'Tax'], 6);
      expect(patternsOf(loader, 'sequence').sort(byNext), 'sequence patterns').toEqual([
        { kind: 'sequence', key: 'Order', next: 'Line', times: 6, probability: 0.6 },
        { kind: 'sequence', key: 'Line', next: 'Product', times: 6, probability: 0.5 },
        { kind: 'sequence', key: 'Line', next: 'Tax', times: 6, probability: 0.5 },
      ]);
    });

    it('not what follows less often', async () => {
      const { loader } = set();
      await learn(loader, ['Order', 'Line'], 5);
      await learn(loader, ['Order'], 6);
      expect(patternsOf(loader, 'sequence'), 'sequence patterns').toEqual([]);
    });

    it('not what another session does next', async () => {
      const { loader } = set();
      for (let i = 0; i < 8; i++) {
        await visit(loader, ['Order']);
        await visit(loader, ['Line']);
      }
      expect(patternsOf(loader, 'sequence'), 'sequence patterns').toEqual([]);
    });
  });

  describe('6.4.3 What comes at regular intervals is temporal', () => {
    const MINUTE = 60_000;

    it('with exact numbers, though one interval was a long one', async () => {
      const { clock, loader } = set();
      await tick(
        loader,
        clock,
        'Report',
        [60, 61, 59, 60, 62, 600, 60].map((seconds) => seconds * 1_000),
      );
      expect(patternsOf(loader, 'temporal'), 'temporal patterns').toEqual([
        { kind: 'temporal', key: 'Report', intervals: 7, periodMs: MINUTE, jitterMs: 1_000 },
      ]);
    });

    it('with the mean of the two in the middle, where there are two', async () => {
      const { clock, loader } = set();
      await tick(loader, clock, 'Report', [100, 100, 100, 110, 110, 110]);
      expect(patternsOf(loader, 'temporal'), 'temporal patterns').toEqual([
        { kind: 'temporal', key: 'Report', intervals: 6, periodMs: 105, jitterMs: 5 },
      ]);
    });

    it('each key by itself', async () => {
      const { clock, loader } = set();
      for (let i = 0; i < 30; i++) {
        if (i % 2 === 0) await visit(loader, ['Rates']);
        if (i % 3 === 0) await visit(loader, ['Report']);
        clock.advance(MINUTE);
      }
      expect(patternsOf(loader, 'temporal'), 'temporal patterns').toEqual([
        { kind: 'temporal', key: 'Rates', intervals: 14, periodMs: 2 * MINUTE, jitterMs: 0 },
        { kind: 'temporal', key: 'Report', intervals: 9, periodMs: 3 * MINUTE, jitterMs: 0 },
      ]);
    });

    it('not what deviates by more than a tenth', async () => {
      const { clock, loader } = set();
      await tick(loader, clock, 'Report', [100, 80, 120, 100, 85, 115, 88, 112]);
      expect(patternsOf(loader, 'temporal'), 'temporal patterns').toEqual([]);
    });
  });

  describe('6.4.4 Without evidence there is no pattern', () => {
    it('of nothing', () => {
      expect(new PredictiveLoader().analyzeAccessPatterns(), 'patterns').toEqual([]);
    });

    it('of four times', async () => {
      const { clock, loader } = set();
      for (let i = 0; i < 4; i++) {
        clock.advance(60_000);
        await visit(loader, ['Order', 'Line']);
      }
      expect(loader.analyzeAccessPatterns(), 'patterns').toEqual([]);
    });

    it('of four intervals', async () => {
      const { clock, loader } = set();
      await tick(
        loader,
        clock,
        'Report',
        times(4, '').map(() => 60_000),
      );
      expect(patternsOf(loader, 'temporal'), 'temporal patterns').toEqual([]);
    });

    it('of what comes by chance', async () => {
      const { clock, loader } = set();
      const random = randomNumbers(7);
      for (let i = 0; i < 100; i++) {
        clock.advance(-Math.log(1 - random()) * 1_000);
        await visit(
          loader,
          Array.from({ length: 5 }, () => `key ${Math.floor(random() * 40)}`),
        );
      }
      expect(loader.analyzeAccessPatterns(), 'patterns').toEqual([]);
    });
  });

  describe('6.4.5 Only the last `historySize` accesses count', () => {
    it('what was before them does not', async () => {
      const { clock, loader } = set({ historySize: 30 });
      for (let i = 0; i < 20; i++) {
        clock.advance(60_000);
        await visit(loader, ['Order', 'Line', 'Product']);
      }
      const latest = ['a', 'b', 'c'].flatMap((key) => times(10, key));
      await visitEach(loader, clock, latest);
      expect(
        loader
          .analyzeAccessPatterns()
          .map(({ kind, key }) => `${kind} ${key}`)
          .sort(),
        'patterns',
      ).toEqual(['frequency a', 'frequency b', 'frequency c']);
    });

    it('in their order, however many there were', async () => {
      const { clock, loader } = set({ historySize: 30 });
      await tick(
        loader,
        clock,
        'Report',
        times(100, '').map((_, i) => 1_000 + i),
      );
      expect(patternsOf(loader, 'temporal'), 'temporal patterns').toEqual([
        { kind: 'temporal', key: 'Report', intervals: 29, periodMs: 1_085, jitterMs: 7 },
      ]);
    });
  });
});

const byNext = (a: object, b: object) => {
  const nextOf = (pattern: object) => ('next' in pattern ? String(pattern.next) : '');
  return nextOf(a) < nextOf(b) ? -1 : 1;
};
