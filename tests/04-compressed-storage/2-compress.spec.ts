import { describe, expect, it } from 'vitest';
import { type CompressedMetadata, MemoryOptimizedStorage } from '#exercise/04-compressed-storage';
import { randomNumbers } from '#framework';
import { heldBy } from './memory.ts';
import { shop } from './shop.ts';

const order = shop.find(({ name }) => name === 'Order')!;

/** Bytes in which there is nothing to find. */
function noise(length: number): Uint8Array {
  const random = randomNumbers(length);
  return new Uint8Array(length).map(() => random() * 256);
}

describe('4.2 Compress', () => {
  describe('4.2.1 `restore` gives what `compress` was given', () => {
    const everything = {
      order,
      text: 'a'.repeat(1_000),
      noise: noise(300),
      none: undefined,
      since: new Date(0),
      labels: new Map([['de', new Set(['Größe'])]]),
      total: 12n,
      zero: -0,
    };

    it('a large value and a small one', () => {
      const storage = new MemoryOptimizedStorage();
      for (const value of [everything, 'EUR', undefined, -0, []]) {
        expect(storage.restore(storage.compress(value)), 'what came back').toStrictEqual(value);
      }
    });

    it('in another storage', () => {
      const compressed = new MemoryOptimizedStorage().compress(everything);
      const restored = new MemoryOptimizedStorage({ compressFrom: 0 }).restore(compressed);
      expect(restored, 'what came back').toStrictEqual(everything);
    });

    it('a copy each time', () => {
      const storage = new MemoryOptimizedStorage();
      const compressed = storage.compress({ flags: new Uint8Array([1, 2]) });
      storage.restore<{ flags: Uint8Array }>(compressed).flags.fill(9);
      expect(storage.restore(compressed), 'the second copy').toEqual({ flags: new Uint8Array([1, 2]) });
    });

    it('without storing anything', () => {
      const storage = new MemoryOptimizedStorage();
      storage.restore(storage.compress(order));
      expect(storage.size, 'size').toBe(0);
    });
  });

  describe('4.2.2 A description takes less than a third of its JSON', () => {
    for (const description of shop.filter(({ kind }) => kind !== 'component')) {
      it(description.name, () => {
        const { payload } = new MemoryOptimizedStorage().compress(description);
        const ratio = payload.length / JSON.stringify(description).length;
        expect(ratio, 'payload.length ÷ length of the JSON').toBeLessThan(1 / 3);
      });
    }
  });

  describe('4.2.3 The encoding says how large the payload is', () => {
    const expectFit = ({ encoding, payload, originalBytes }: CompressedMetadata) => {
      if (encoding === 'raw') expect(payload.length, 'payload.length of a raw one').toBe(originalBytes);
      else expect(payload.length, 'payload.length of a deflated one').toBeLessThan(originalBytes);
    };

    it('of what compresses well', () => {
      const storage = new MemoryOptimizedStorage();
      for (const value of [order, 'a'.repeat(1_000)]) {
        const compressed = storage.compress(value);
        expect(compressed.encoding, 'encoding').toBe('deflate');
        expectFit(compressed);
      }
    });

    it('of what does not', () => {
      const storage = new MemoryOptimizedStorage({ compressFrom: 0 });
      const small = [undefined, 1, 'EUR', [], new Date(0), { id: 1 }];
      const large = [1, 20, 50, 300, 1_000, 100_000].map(noise);
      for (const value of [...small, ...large]) expectFit(storage.compress(value));
    });

    it('with the same originalBytes either way', () => {
      const deflated = new MemoryOptimizedStorage().compress(order);
      const raw = new MemoryOptimizedStorage({ compressFrom: 1_000_000 }).compress(order);
      expectFit(raw);
      expect(raw.originalBytes, 'originalBytes').toBe(deflated.originalBytes);
    });
  });

  describe('4.2.4 Small values stay raw', () => {
    it('below `compressFrom`, and not from there on', () => {
      const { originalBytes } = new MemoryOptimizedStorage().compress(order);
      const encodings = [-1, 0, 1].map((more) => {
        return new MemoryOptimizedStorage({ compressFrom: originalBytes + more }).compress(order).encoding;
      });
      expect(encodings, 'with one less, as many and one more').toEqual(['deflate', 'deflate', 'raw']);
    });

    it('below 100 bytes without the option', () => {
      const storage = new MemoryOptimizedStorage();
      for (let length = 0; length < 200; length++) {
        const { encoding, originalBytes } = storage.compress('a'.repeat(length));
        expect(encoding, `encoding of ${originalBytes} bytes`).toBe(originalBytes < 100 ? 'raw' : 'deflate');
      }
    });

    it('not at all with 0', () => {
      const storage = new MemoryOptimizedStorage({ compressFrom: 0 });
      expect(storage.compress('a'.repeat(60)).encoding, 'encoding').toBe('deflate');
    });
  });

  describe('4.2.5 `store` keeps what was compressed, and that only', () => {
    it('twenty values of 100 kB take less than 500 kB', async () => {
      const { heap, buffers } = await heldBy(() => {
        const storage = new MemoryOptimizedStorage();
        for (let i = 0; i < 20; i++) storage.store(`text ${i}`, { text: `${i},`.repeat(35_000) });
        return storage;
      });
      expect((heap + buffers) / 1e6, 'MB that the storage holds').toBeLessThan(0.5);
    });
  });

  describe('4.2.6 A payload occupies what it says', () => {
    const occupied = ({ payload }: CompressedMetadata) => payload.buffer.byteLength;

    it('when it is deflated', () => {
      const storage = new MemoryOptimizedStorage();
      for (const description of shop) {
        const compressed = storage.compress(description);
        expect(occupied(compressed), 'payload.buffer.byteLength').toBe(compressed.payload.length);
      }
    });

    it('when it is raw', () => {
      const storage = new MemoryOptimizedStorage();
      for (const value of ['EUR', 1, ['id', 'total'], new Uint8Array(80)]) {
        const compressed = storage.compress(value);
        expect(occupied(compressed), 'payload.buffer.byteLength').toBe(compressed.payload.length);
      }
    });
  });
});
