// #region solution only
import { inspect, types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
// #endregion
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

/** What an entry is found by: a name, or the weak reference that stands for a class. */
type Id = string | WeakRef<Class>;

// #region solution only
/** How far back deflate can see. */
const WINDOW: Bytes = 32_768;

/** What an entry takes besides its payload and the characters of its key, as measured with Node 20. */
const ENTRY_OVERHEAD: Bytes = 300;

// #endregion
/**
 * Keeps metadata that is seldom needed in as few bytes as will do, and knows how many those are.
 *
 * What it keeps is data: primitives other than symbols, plain objects, arrays, Date, Map, Set, ArrayBuffer
 * and typed arrays, in any graph, with shared references and cycles.
 */
export class MemoryOptimizedStorage {
  // #region solution only
  /** The least recently used first: an entry that is used is deleted and set again. */
  #entries = new Map<Id, CompressedMetadata>();
  /** Of {@link #entries}: whoever changes those changes these. */
  #sums = { originalBytes: 0, payloadBytes: 0, overheadBytes: 0 };
  // From a class there is a way to its entry, from the entry only a weak one back.
  #refs = new WeakMap<Class, WeakRef<Class>>();
  #collected = new FinalizationRegistry<WeakRef<Class>>((ref) => this.#remove(ref));
  #pool: Pool | undefined;

  readonly #compressFrom: Bytes;
  readonly #dictionary: Uint8Array | undefined;
  readonly #dictionaryId: number = 0;
  readonly #maxBytes: Bytes = Infinity;
  readonly #onEvict: NonNullable<StorageOptions['onEvict']> = () => {};
  readonly #maxValueBytes: Bytes = 2 ** 24;

  // #endregion
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number or the length of the dictionary is out of its range
   */
  constructor(options: StorageOptions = {}) {
    const { compressFrom, dictionary, maxBytes, onEvict, maxValueBytes, share } = options;
    // #region solution only
    this.#compressFrom = dictionary === undefined ? 100 : 0;
    // #endregion
    if (compressFrom !== undefined) {
      // #region step 4.2
      this.#compressFrom = integer('compressFrom', compressFrom, 0);
      // #endregion
    }
    if (dictionary !== undefined) {
      // #region step 4.3
      this.#dictionary = copyOfDictionary(dictionary);
      this.#dictionaryId = crc32(this.#dictionary);
      // #endregion
    }
    if (maxBytes !== undefined || onEvict !== undefined) {
      // #region step 4.4
      if (maxBytes !== undefined) this.#maxBytes = integer('maxBytes', maxBytes, 1);
      if (onEvict !== undefined) this.#onEvict = typed('function', 'onEvict', onEvict);
      // #endregion
    }
    if (maxValueBytes !== undefined) {
      // #region step 4.5
      this.#maxValueBytes = integer('maxValueBytes', maxValueBytes, 1);
      // #endregion
    }
    if (share !== undefined) {
      // #region step 4.6
      if (typed('boolean', 'share', share)) this.#pool = new Pool();
      // #endregion
    }
  }

  /** How many entries are kept. */
  get size(): number {
    // #region step 4.1
    return this.#entries.size;
    // #endregion
  }

  /**
   * Keeps a copy of `metadata`, in place of what `key` had. If it throws, everything is as it was.
   *
   * @throws UnsupportedValueError if something in it is not data
   * @throws EntryTooLargeError if it does not fit, even alone
   */
  store(key: MetadataKey, metadata: unknown): void {
    // #region step 4.1
    this.#put(this.#idOf(key), this.compress(metadata));
    // #endregion
  }

  /**
   * A copy of what is kept under `key`, or `undefined`; with `share`, the parts that all callers share.
   *
   * @throws CorruptEntryError if it is damaged; the entry is then gone
   * @throws DictionaryMismatchError if it was loaded from a storage that had another dictionary
   */
  retrieve<T>(key: MetadataKey): T | undefined {
    // #region step 4.1
    const id = this.#idOf(key);
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    try {
      const value = this.#unpack(entry, key);
      return (this.#pool ? this.#pool.share(value) : value) as T;
    } catch (error) {
      if (error instanceof CorruptEntryError) this.#remove(id);
      throw error;
    }
    // #endregion
  }

  /** Whether something is kept under `key`; does not count as a use. */
  has(key: MetadataKey): boolean {
    // #region step 4.1
    return this.#entries.has(this.#idOf(key));
    // #endregion
  }

  /** @returns whether there was something to delete */
  delete(key: MetadataKey): boolean {
    // #region step 4.1
    return this.#remove(this.#idOf(key));
    // #endregion
  }

  /**
   * What `store` would keep of `data`, for somebody else to keep. Tens of microseconds for some kilobytes.
   *
   * @throws UnsupportedValueError if something in it is not data
   * @throws EntryTooLargeError if it encodes to more than `maxValueBytes`
   */
  compress(data: unknown): CompressedMetadata {
    // #region step 4.2
    const encoded = encode(data);
    const originalBytes = encoded.length;
    if (originalBytes > this.#maxValueBytes) throw new EntryTooLargeError(originalBytes, this.#maxValueBytes);
    const deflated = originalBytes < this.#compressFrom ? encoded : deflate(encoded, this.#dictionary);
    const isSmaller = deflated.length < originalBytes;
    // A copy: zlib returns a view of the chunk that it wrote into, 16 KiB in Node 20 and 64 KiB in Node 24,
    // and whoever keeps the view keeps the chunk.
    const payload = new Uint8Array(isSmaller ? deflated : encoded);
    return {
      encoding: isSmaller ? 'deflate' : 'raw',
      payload,
      originalBytes,
      dictionaryId: isSmaller ? this.#dictionaryId : 0,
      checksum: crc32(payload),
    };
    // #endregion
  }

  /**
   * The value that was compressed, as a copy.
   *
   * @throws CorruptEntryError if it is damaged
   * @throws DictionaryMismatchError if it needs a dictionary that this storage does not have
   * @throws EntryTooLargeError if it would unpack to more than `maxValueBytes`
   */
  restore<T>(compressed: CompressedMetadata): T {
    // #region step 4.2
    return this.#unpack(compressed) as T;
    // #endregion
  }

  /** How the entry of `key` is kept, or `undefined`; does not count as a use. */
  metrics(key: MetadataKey): CompressionMetrics | undefined {
    // #region step 4.4
    const entry = this.#entries.get(this.#idOf(key));
    return entry && metricsOf(entry);
    // #endregion
  }

  /** What is kept, in bytes. O(1); later changes do not change what was returned. */
  estimateMemoryUsage(): MemoryReport {
    // #region step 4.4
    const { originalBytes, payloadBytes, overheadBytes } = this.#sums;
    const dictionaryBytes = this.#dictionary?.length ?? 0;
    return {
      entries: this.#entries.size,
      originalBytes,
      payloadBytes,
      overheadBytes,
      dictionaryBytes,
      totalBytes: payloadBytes + overheadBytes + dictionaryBytes,
      compressionRatio: payloadBytes === 0 ? 1 : originalBytes / payloadBytes,
      sharedParts: this.#pool?.size ?? 0,
    };
    // #endregion
  }

  /**
   * What is kept under names, the least recently used first, as it is kept: to write it to a file, and to
   * {@link load} it where the same dictionary is. Classes do not travel.
   */
  entries(): (readonly [key: string, compressed: CompressedMetadata])[] {
    // #region step 4.5
    return [...this.#entries].flatMap(([id, entry]) => (typeof id === 'string' ? [[id, entry]] : []));
    // #endregion
  }

  /**
   * Keeps a copy of each entry under its key, as if it had been stored in this order. Nothing is unpacked:
   * what is damaged is found out when it is retrieved.
   *
   * @throws EntryTooLargeError at the first that does not fit, even alone; those before it are kept
   */
  load(entries: Iterable<readonly [key: string, compressed: CompressedMetadata]>): void {
    // #region step 4.5
    for (const [key, compressed] of entries) {
      this.#put(key, { ...compressed, payload: new Uint8Array(compressed.payload) });
    }
    // #endregion
  }

  /** By what the entry of `key` is found. */
  #idOf(key: MetadataKey): Id {
    if (typeof key === 'string') return key;
    // #region step 4.7
    let ref = this.#refs.get(key);
    if (!ref) {
      ref = new WeakRef(key);
      this.#refs.set(key, ref);
      this.#collected.register(key, ref);
    }
    return ref;
    // #endregion
  }
  // #region solution only

  #put(id: Id, entry: CompressedMetadata): void {
    const maxEntryBytes = this.#maxBytes - (this.#dictionary?.length ?? 0);
    const bytes = entry.payload.length + overheadOf(id);
    if (bytes > maxEntryBytes) throw new EntryTooLargeError(bytes, maxEntryBytes);
    this.#remove(id);
    this.#entries.set(id, entry);
    this.#count(id, entry, 1);
    while (this.#sums.payloadBytes + this.#sums.overheadBytes > maxEntryBytes) this.#evict();
  }

  #evict(): void {
    const [id, entry] = this.#entries.entries().next().value!;
    this.#remove(id);
    const key = typeof id === 'string' ? id : id.deref();
    if (key !== undefined) this.#onEvict(key, metricsOf(entry));
  }

  #remove(id: Id): boolean {
    const entry = this.#entries.get(id);
    if (!entry) return false;
    this.#entries.delete(id);
    this.#count(id, entry, -1);
    return true;
  }

  #count(id: Id, { originalBytes, payload }: CompressedMetadata, sign: 1 | -1): void {
    this.#sums.originalBytes += sign * originalBytes;
    this.#sums.payloadBytes += sign * payload.length;
    this.#sums.overheadBytes += sign * overheadOf(id);
  }

  #unpack(compressed: CompressedMetadata, key?: MetadataKey): unknown {
    const { encoding, payload, originalBytes, dictionaryId, checksum } = compressed;
    if (crc32(payload) !== checksum) throw new CorruptEntryError('its checksum does not fit', key);
    if (originalBytes > this.#maxValueBytes) throw new EntryTooLargeError(originalBytes, this.#maxValueBytes);
    if (dictionaryId !== 0 && dictionaryId !== this.#dictionaryId) {
      throw new DictionaryMismatchError(dictionaryId, this.#dictionaryId);
    }
    try {
      const isRaw = encoding === 'raw';
      const encoded = isRaw ? new Uint8Array(payload) : inflate(payload, originalBytes, this.#dictionary);
      if (encoded.length === originalBytes) return decode(encoded);
    } catch (error) {
      throw new CorruptEntryError((error as Error).message, key);
    }
    throw new CorruptEntryError(`it does not unpack to ${originalBytes} bytes`, key);
  }
  // #endregion
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
  // #region step 4.3
  integer('size', size, 1, WINDOW);
  const left = Array.from(samples, (sample) => encode(sample));
  if (left.length === 0) throw new RangeError('samples must have at least one, received none');

  // The sample that compresses worst with what was taken so far is taken next: so each kind has its part.
  // What was taken first stands last, where it is cheapest to refer to.
  //
  // What else would do: COVER (Liao, Petri, Moffat and Wirth, WWW 2016), as zstd has it. It takes pieces of
  // samples by how often their parts occur, and is ahead where there is only a kilobyte or two.
  let dictionary: Uint8Array = new Uint8Array();
  while (dictionary.length < size && left.length > 0) {
    const novelty = left.map((sample) => deflate(sample, dictionary).length);
    const [novel] = left.splice(novelty.indexOf(Math.max(...novelty)), 1);
    dictionary = Buffer.concat([novel!, dictionary]);
  }
  return new Uint8Array(dictionary.subarray(-size));
  // #endregion
}
// #region solution only

// ---- Bytes -------------------------------------------------------------------------------------------

// What else would do: JSON, with tags for what it lacks. Deflate makes a sixth less of it, and equal values
// have equal bytes: the structured clone writes down how an array came about.
function encode(value: unknown): Uint8Array {
  requireData(value, 'metadata', new Set());
  return serialize(value);
}

/** Typed arrays in the value are views of `bytes`, which must therefore be nobody else's. */
const decode = (bytes: Uint8Array): unknown => deserialize(bytes);

const deflate = (bytes: Uint8Array, dictionary?: Uint8Array) =>
  deflateRawSync(bytes, dictionary?.length ? { dictionary } : {});

const inflate = (bytes: Uint8Array, maxOutputLength: Bytes, dictionary?: Uint8Array) =>
  inflateRawSync(bytes, dictionary ? { maxOutputLength, dictionary } : { maxOutputLength });

const overheadOf = (id: Id): Bytes => ENTRY_OVERHEAD + (typeof id === 'string' ? id.length : 0);

function metricsOf({ encoding, payload, originalBytes }: CompressedMetadata): CompressionMetrics {
  const payloadBytes = payload.length;
  return { encoding, originalBytes, payloadBytes, compressionRatio: originalBytes / payloadBytes };
}

/** The structured clone drops prototypes and symbols without a word, and has no path for what it rejects. */
function requireData(value: unknown, path: string, seen: Set<object>): void {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new UnsupportedValueError(path, briefly(value));
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Map || value instanceof Set) {
    [...value.keys()].forEach((member, i) => requireData(member, `${path}.keys()[${i}]`, seen));
    if (value instanceof Set) return;
    for (const [key, member] of value) requireData(member, `${path}.get(${briefly(key)})`, seen);
  } else if (isPlain(value)) {
    const [symbol] = Object.getOwnPropertySymbols(value);
    if (symbol) throw new UnsupportedValueError(`${path}[${String(symbol)}]`, 'a symbol for a key');
    for (const [key, member] of Object.entries(value)) requireData(member, path + step(value, key), seen);
  } else if (!types.isDate(value) && !types.isArrayBuffer(value) && !ArrayBuffer.isView(value)) {
    throw new UnsupportedValueError(path, briefly(value));
  }
}

function step(holder: object, key: string): string {
  if (Array.isArray(holder)) return `[${key}]`;
  return /^[a-z_$][\w$]*$/i.test(key) ? `.${key}` : `[${inspect(key)}]`;
}

/** The kind of an object rather than what is in it. */
const briefly = (value: unknown) => inspect(value, { depth: -1 });

/** Whether it is an array or an object without a class. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

// ---- Sharing -----------------------------------------------------------------------------------------

/** Plain objects and arrays, each once, for as long as somebody holds it (hash-consing). */
class Pool {
  #parts = new Map<string, WeakRef<object>>();
  #names = new WeakMap<object, number>();
  #nextName = 0;
  #collected = new FinalizationRegistry<string>((content) => {
    // An equal part may have come since.
    if (!this.#parts.get(content)?.deref()) this.#parts.delete(content);
  });

  get size(): number {
    return this.#parts.size;
  }

  /** `value`, which is changed, or its equal that somebody holds; its parts likewise. */
  share(value: unknown, shared = new Map<object, object>()): unknown {
    if (!isPlain(value)) return value;
    const known = shared.get(value);
    if (known) return known;
    shared.set(value, value);
    for (const [key, part] of Object.entries(value)) {
      const sharedPart = this.share(part, shared);
      if (sharedPart !== part) Reflect.set(value, key, sharedPart);
    }
    const content = this.#contentOf(value);
    if (content === undefined) return value;
    const part = this.#parts.get(content)?.deref() ?? this.#add(content, value);
    shared.set(value, part);
    return part;
  }

  #add(content: string, part: object): object {
    Object.freeze(part);
    this.#names.set(part, this.#nextName++);
    this.#parts.set(content, new WeakRef(part));
    this.#collected.register(part, content);
    return part;
  }

  /** The same for equal values whose parts are shared, `undefined` if one can't be. */
  #contentOf(value: object): string | undefined {
    const contents: string[] = [];
    for (const [key, part] of Object.entries(value)) {
      const content = typeof part === 'object' && part !== null ? this.#names.get(part) : literal(part);
      if (content === undefined) return undefined;
      contents.push(`${JSON.stringify(key)}:${typeof content === 'number' ? `#${content}` : content}`);
    }
    return Array.isArray(value) ? `${value.length}[${contents}]` : `{${contents}}`;
  }
}

function literal(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

// ---- Options -----------------------------------------------------------------------------------------

function copyOfDictionary(dictionary: Uint8Array): Uint8Array {
  if (!(dictionary instanceof Uint8Array)) {
    throw new TypeError(`dictionary must be a Uint8Array, received ${inspect(dictionary)}`);
  }
  integer('dictionary.length', dictionary.length, 1, WINDOW);
  return new Uint8Array(dictionary);
}

function integer(name: string, value: number, from: number, to = Infinity): number {
  typed('number', name, value);
  if (Number.isSafeInteger(value) && value >= from && value <= to) return value;
  const range = to === Infinity ? `from ${from}` : `from ${from} to ${to}`;
  throw new RangeError(`${name} must be an integer ${range}, received ${value}`);
}

function typed<T>(type: 'number' | 'boolean' | 'function', name: string, value: T): T {
  if (typeof value === type) return value;
  throw new TypeError(`${name} must be a ${type}, received ${inspect(value)}`);
}
// #endregion
