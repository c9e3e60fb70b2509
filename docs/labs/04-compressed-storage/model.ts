import { describe, shopClasses } from '../../../reference/00-framework/index.ts';
import { MemoryOptimizedStorage, trainDictionary } from '../../../reference/04-compressed-storage/index.ts';

/** How many classes of the shop are shown; what a dictionary learns from are the others. */
const SHOWN = 5;

/** What the lab begins with: descriptions of classes as JSON, a line each. */
export function sample(): string {
  return `[${shopClasses.slice(0, SHOWN).map((target) => JSON.stringify(describe(target))).join(',\n')}]`;
}

/** The values in a text: the elements of a list, or the one that it is. */
export function valuesIn(text: string): readonly unknown[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value : [value];
}

/** A way of keeping values. */
export interface Way {
  readonly name: string;
  /** What one value becomes; how it is kept is not shared with any other. */
  readonly keep: (value: unknown) => { readonly bytes: number; readonly read: () => unknown };
}

/** From text to deflate with a dictionary; all but the first are the reference. */
export function ways(): readonly Way[] {
  const dictionary = trainDictionary(shopClasses.slice(SHOWN).map(describe), 4_096);
  return [
    {
      name: 'JSON',
      keep: (value) => {
        const text = JSON.stringify(value);
        return { bytes: new TextEncoder().encode(text).length, read: () => JSON.parse(text) as unknown };
      },
    },
    by('raw', new MemoryOptimizedStorage({ compressFrom: Number.MAX_SAFE_INTEGER })),
    by('deflate', new MemoryOptimizedStorage({ compressFrom: 0 })),
    by('deflate, with a dictionary of 4 kB', new MemoryOptimizedStorage({ dictionary })),
  ];
}

function by(name: string, storage: MemoryOptimizedStorage): Way {
  const keep: Way['keep'] = (value) => {
    const compressed = storage.compress(value);
    return { bytes: compressed.payload.length, read: () => storage.restore(compressed) };
  };
  return { name, keep };
}

/** Objects and lists in the hands of whoever retrieves all values `times` times. */
export function partsHeld(values: readonly unknown[], times: number, share: boolean): number {
  const storage = new MemoryOptimizedStorage({ share });
  for (const [index, value] of values.entries()) storage.store(String(index), value);
  const seen = new Set<object>();
  const visit = (part: unknown): void => {
    if (part === null || typeof part !== 'object' || seen.has(part)) return;
    seen.add(part);
    Object.values(part).forEach(visit);
  };
  for (let time = 0; time < times; time++) for (const index of values.keys()) visit(storage.retrieve(String(index)));
  return seen.size;
}
