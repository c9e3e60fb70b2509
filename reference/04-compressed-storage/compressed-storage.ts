// The storage as its users see it.

import { Dictionary } from './dictionary.ts';
import {
  boolean,
  type Bytes,
  bytes,
  callable,
  type CompressedMetadata,
  type CompressionMetrics,
  CorruptEntryError,
  integer,
  type MemoryReport,
  type MetadataKey,
  type StorageOptions,
} from './options.ts';
import { type Packed, Packer } from './packing.ts';
import { type Entry, Residents } from './residents.ts';
import { SharedParts } from './sharing.ts';

const COMPRESS_FROM: Bytes = 100;
const MAX_VALUE_BYTES: Bytes = 16 * 2 ** 20;

/** What is inside a storage, for tests: it is not exported to users. @internal */
export let residentsOf: (storage: MemoryOptimizedStorage) => Residents;

/**
 * Keeps values that are seldom needed in as few bytes as will do, and knows how many those are.
 *
 * Values are data: primitives other than symbols, plain objects, lists, Date, Map, Set, ArrayBuffer, typed
 * arrays and Buffer; with shared references and cycles, and up to 500 deep. Of a list its elements are kept,
 * of an object its enumerable properties.
 *
 * @example
 * {@includeCode ../../docs/examples/04-compressed-storage/storage.ts#storage}
 */
export class MemoryOptimizedStorage {
  readonly #dictionary: Dictionary = Dictionary.NONE;
  readonly #packer: Packer;
  readonly #residents: Residents;
  readonly #sharedParts: SharedParts | undefined;
  readonly #onEvict: StorageOptions['onEvict'];

  static {
    residentsOf = (storage) => storage.#residents;
  }

  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number, or the length of the dictionary, is out of its range
   */
  constructor(options: StorageOptions = {}) {
    const { dictionary, onEvict, share = false } = options;
    const { maxBytes = Infinity, maxValueBytes = MAX_VALUE_BYTES } = options;
    const { compressFrom = dictionary === undefined ? COMPRESS_FROM : 0 } = options;
    if (dictionary !== undefined) this.#dictionary = Dictionary.of(dictionary);
    if (maxBytes !== Infinity) integer('maxBytes', maxBytes, 1);
    if (onEvict !== undefined) this.#onEvict = callable('onEvict', onEvict);
    if (boolean('share', share)) this.#sharedParts = new SharedParts();
    this.#residents = new Residents(maxBytes - this.#dictionary.length);
    this.#packer = new Packer({
      dictionary: this.#dictionary,
      compressFrom: integer('compressFrom', compressFrom, 0),
      maxValueBytes: integer('maxValueBytes', maxValueBytes, 1),
    });
  }

  /** How many entries are kept; those of classes go some time after their class. O(1). */
  get size(): number {
    return this.#residents.sums.entries;
  }

  // ---- One entry ----------------------------------------------------------------------------------------

  /**
   * Keeps a copy of `metadata` in place of what `key` had. O(1) in the number of entries; tens of
   * microseconds for some kilobytes.
   *
   * @throws UnsupportedValueError if something in it is not data
   * @throws EntryTooLargeError if it encodes to more than `maxValueBytes`, or does not fit into `maxBytes`,
   *   even alone
   * @throws RangeError if it is more than 500 deep
   * @throws what `onEvict` throws, when all is done; in the other cases nothing is
   */
  store(key: MetadataKey, metadata: unknown): void {
    this.#keep(key, this.#packer.pack(metadata));
  }

  /**
   * A copy of what is kept under `key`, or `undefined`; with `share`, the one that all callers have.
   *
   * @throws CorruptEntryError if what was loaded is damaged; the entry is then gone
   * @throws DictionaryMismatchError if what was loaded needs another dictionary
   * @throws EntryTooLargeError if what was loaded is more than `maxValueBytes`
   */
  retrieve<T>(key: MetadataKey): T | undefined {
    const entry = this.#residents.find(key);
    if (entry === undefined) return undefined;
    this.#residents.touch(entry);
    return (entry.handedOut?.deref() ?? this.#open(entry, key)) as T;
  }

  /** Whether something is kept under `key`; does not count as a use. */
  has(key: MetadataKey): boolean {
    return this.#residents.find(key) !== undefined;
  }

  /** How the entry of `key` is kept, or `undefined`; does not count as a use. */
  metrics(key: MetadataKey): CompressionMetrics | undefined {
    return this.#residents.find(key)?.metrics();
  }

  /** @returns whether there was something to delete */
  delete(key: MetadataKey): boolean {
    const entry = this.#residents.find(key);
    if (entry !== undefined) this.#residents.remove(entry);
    return entry !== undefined;
  }

  // ---- Without keeping ----------------------------------------------------------------------------------

  /**
   * What {@link store} would keep of `data`, with bytes that are the caller's.
   *
   * @throws as {@link store}, but for `maxBytes`
   */
  compress(data: unknown): CompressedMetadata {
    return compressedOf(this.#packer.pack(data));
  }

  /**
   * A copy of the value that was compressed.
   *
   * @throws CorruptEntryError if these are not bytes that were once compressed
   * @throws DictionaryMismatchError if they need a dictionary that is not this storage's
   * @throws EntryTooLargeError if they unpack to more than `maxValueBytes`
   */
  restore<T>(compressed: CompressedMetadata): T {
    return this.#packer.unpack(packedOf(compressed)) as T;
  }

  // ---- All entries --------------------------------------------------------------------------------------

  /** What all that is kept takes. O(1); what was returned does not change. */
  estimateMemoryUsage(): MemoryReport {
    const { sums } = this.#residents;
    const { originalBytes, payloadBytes, overheadBytes } = sums;
    const dictionaryBytes = this.#dictionary.length;
    return {
      ...sums,
      dictionaryBytes,
      totalBytes: payloadBytes + overheadBytes + dictionaryBytes,
      compressionRatio: payloadBytes === 0 ? 1 : originalBytes / payloadBytes,
      sharedParts: this.#sharedParts?.size ?? 0,
    };
  }

  /** What is kept under names, the least recently used first, with bytes that are the caller's. */
  entries(): (readonly [key: string, compressed: CompressedMetadata])[] {
    const entries: (readonly [string, CompressedMetadata])[] = [];
    for (const entry of this.#residents) {
      if (typeof entry.key === 'string') entries.push([entry.key, compressedOf(entry.packed())]);
    }
    return entries;
  }

  /**
   * Keeps what {@link MemoryOptimizedStorage.entries} gave, as if it were stored in this order. Nothing is unpacked: damage shows
   * when an entry is retrieved.
   *
   * @throws EntryTooLargeError at the first that does not fit, even alone; those before it are kept
   * @throws TypeError or RangeError at the first whose `payload` or `originalBytes` are not what they are
   *   called, since all accounts depend on them
   */
  load(entries: Iterable<readonly [key: string, compressed: CompressedMetadata]>): void {
    for (const [key, compressed] of entries) {
      bytes('payload', compressed.payload);
      integer('originalBytes', compressed.originalBytes, 0);
      this.#keep(key, packedOf(compressed));
    }
  }

  // ---- Private ------------------------------------------------------------------------------------------

  #keep(key: MetadataKey, packed: Packed): void {
    const evicted = this.#residents.admit(key, packed);
    if (evicted.length > 0 && this.#onEvict !== undefined) this.#tell(evicted, this.#onEvict);
  }

  /** A stranger's code: it may use the storage, so all have gone by now; and throw, so all are told of. */
  #tell(evicted: readonly Entry[], onEvict: NonNullable<StorageOptions['onEvict']>): void {
    const errors: unknown[] = [];
    for (const entry of evicted) {
      const key = typeof entry.key === 'string' ? entry.key : entry.key.deref();
      if (key === undefined) continue;
      try {
        onEvict(key, entry.metrics());
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 1) throw new AggregateError(errors, `onEvict threw ${errors.length} times`);
    if (errors.length === 1) throw errors[0];
  }

  #open(entry: Entry, key: MetadataKey): unknown {
    let value: unknown;
    try {
      value = this.#packer.unpack(entry.packed(), key);
    } catch (error) {
      if (error instanceof CorruptEntryError) this.#residents.remove(entry);
      throw error;
    }
    if (this.#sharedParts === undefined) return value;
    const shared = this.#sharedParts.share(value);
    if (this.#sharedParts.has(shared)) entry.handedOut = new WeakRef(shared);
    return shared;
  }
}

/** With bytes of its own. */
function compressedOf({ bytes, ...particulars }: Packed): CompressedMetadata {
  return { ...particulars, payload: new Uint8Array(bytes) };
}

function packedOf({ payload, ...particulars }: CompressedMetadata): Packed {
  return { ...particulars, bytes: payload };
}
