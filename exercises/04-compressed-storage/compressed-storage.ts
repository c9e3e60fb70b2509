import {
  type Bytes,
  type Class,
  type CompressedMetadata,
  type CompressionMetrics,
  CorruptEntryError,
  DictionaryMismatchError,
  EntryTooLargeError,
  type MemoryReport,
  type MetadataKey,
  type StorageOptions,
  UnsupportedValueError,
} from '#contract/04-compressed-storage';
import { todo } from '#todo';

/** What an entry is found by: a name, or the weak reference that stands for a class. */
type Id = string | WeakRef<Class>;

/**
 * Keeps metadata that is seldom needed in as few bytes as will do, and knows how many those are.
 *
 * What it keeps is data: primitives other than symbols, plain objects, arrays, Date, Map, Set, ArrayBuffer
 * and typed arrays, in any graph, with shared references and cycles.
 */
export class MemoryOptimizedStorage {
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number or the length of the dictionary is out of its range
   */
  constructor(options: StorageOptions = {}) {
    const { compressFrom, dictionary, maxBytes, onEvict, maxValueBytes, share } = options;
    if (compressFrom !== undefined) {
      todo('4.2');
    }
    if (dictionary !== undefined) {
      todo('4.3');
    }
    if (maxBytes !== undefined || onEvict !== undefined) {
      todo('4.4');
    }
    if (maxValueBytes !== undefined) {
      todo('4.5');
    }
    if (share !== undefined) {
      todo('4.6');
    }
  }

  /** How many entries are kept. */
  get size(): number {
    return todo('4.1');
  }

  /**
   * Keeps a copy of `metadata`, in place of what `key` had. If it throws, everything is as it was.
   *
   * @throws UnsupportedValueError if something in it is not data
   * @throws EntryTooLargeError if it does not fit, even alone
   */
  store(key: MetadataKey, metadata: unknown): void {
    todo('4.1');
  }

  /**
   * A copy of what is kept under `key`, or `undefined`; with `share`, the parts that all callers share.
   *
   * @throws CorruptEntryError if it is damaged; the entry is then gone
   * @throws DictionaryMismatchError if it was loaded from a storage that had another dictionary
   */
  retrieve<T>(key: MetadataKey): T | undefined {
    todo('4.1');
  }

  /** Whether something is kept under `key`; does not count as a use. */
  has(key: MetadataKey): boolean {
    todo('4.1');
  }

  /** @returns whether there was something to delete */
  delete(key: MetadataKey): boolean {
    todo('4.1');
  }

  /**
   * What `store` would keep of `data`, for somebody else to keep. Tens of microseconds for some kilobytes.
   *
   * @throws UnsupportedValueError if something in it is not data
   * @throws EntryTooLargeError if it encodes to more than `maxValueBytes`
   */
  compress(data: unknown): CompressedMetadata {
    todo('4.2');
  }

  /**
   * The value that was compressed, as a copy.
   *
   * @throws CorruptEntryError if it is damaged
   * @throws DictionaryMismatchError if it needs a dictionary that this storage does not have
   * @throws EntryTooLargeError if it would unpack to more than `maxValueBytes`
   */
  restore<T>(compressed: CompressedMetadata): T {
    todo('4.2');
  }

  /** How the entry of `key` is kept, or `undefined`; does not count as a use. */
  metrics(key: MetadataKey): CompressionMetrics | undefined {
    todo('4.4');
  }

  /** What is kept, in bytes. O(1); later changes do not change what was returned. */
  estimateMemoryUsage(): MemoryReport {
    todo('4.4');
  }

  /**
   * What is kept under names, the least recently used first, as it is kept: to write it to a file, and to
   * {@link load} it where the same dictionary is. Classes do not travel.
   */
  entries(): (readonly [key: string, compressed: CompressedMetadata])[] {
    todo('4.5');
  }

  /**
   * Keeps a copy of each entry under its key, as if it had been stored in this order. Nothing is unpacked:
   * what is damaged is found out when it is retrieved.
   *
   * @throws EntryTooLargeError at the first that does not fit, even alone; those before it are kept
   */
  load(entries: Iterable<readonly [key: string, compressed: CompressedMetadata]>): void {
    todo('4.5');
  }

  /** By what the entry of `key` is found. */
  #idOf(key: MetadataKey): Id {
    if (typeof key === 'string') return key;
    todo('4.7');
  }
}

/**
 * A dictionary for values like the samples: what deflate may refer to as if it stood before each of them.
 * Tens of milliseconds for a hundred descriptions.
 *
 * @param size the most bytes that it may have, an integer from 1 to 32,768
 * @throws UnsupportedValueError if a sample is not data
 * @throws RangeError if `size` is out of its range, or there is no sample
 */
export function trainDictionary(samples: Iterable<unknown>, size: Bytes = 16_384): Uint8Array {
  todo('4.3');
}
