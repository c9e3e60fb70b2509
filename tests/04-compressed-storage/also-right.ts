// The same contract from other parts: tagged JSON instead of the structured clone, zlib's own envelope, a
// linked list for the order of use, a dictionary that is dealt out kind by kind, and no finalizers: what is
// dead is looked for when somebody asks. Misuse is not checked.

import { types } from 'node:util';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

import {
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

export * from '#contract/04-compressed-storage';

// ---- Values as JSON, with a tag for what JSON lacks -------------------------------------------------------

const TAG = '~';

/** The number of an object is its place in the order in which the writer, and the reader, first meet them. */
function write(value: unknown, path: string, numbers: Map<object, number>): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { [TAG]: ['n', inWords(value)] };
    case 'undefined':
      return { [TAG]: ['u'] };
    case 'bigint':
      return { [TAG]: ['i', String(value)] };
    case 'function':
      throw new UnsupportedValueError(path, 'a function');
    case 'symbol':
      throw new UnsupportedValueError(path, 'a symbol');
    default:
      return value === null ? null : writeObject(value as object, path, numbers);
  }
}

function writeObject(value: object, path: string, numbers: Map<object, number>): unknown {
  const known = numbers.get(value);
  if (known !== undefined) return { [TAG]: ['s', known] };
  numbers.set(value, numbers.size);
  const writePart = (part: unknown, where: string) => write(part, path + where, numbers);

  if (types.isDate(value)) return { [TAG]: ['d', inWords(value.getTime())] };
  if (types.isArrayBuffer(value)) return { [TAG]: ['b', 'ArrayBuffer', base64Of(new Uint8Array(value))] };
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { [TAG]: ['b', value.constructor.name, base64Of(bytes)] };
  }
  if (types.isMap(value)) {
    const entries = [...value];
    const keys = entries.map(([key], i) => writePart(key, `.keys()[${i}]`));
    return { [TAG]: ['m', keys, entries.map(([key, part]) => writePart(part, `.get(${named(key)})`))] };
  }
  if (types.isSet(value)) {
    return { [TAG]: ['t', [...value].map((part, i) => writePart(part, `.keys()[${i}]`))] };
  }

  const prototype = Object.getPrototypeOf(value) as unknown;
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype) {
    throw new UnsupportedValueError(path, 'an object of a class');
  }
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw new UnsupportedValueError(`${path}[${String(key)}]`, 'a symbol');
  }
  if (Array.isArray(value)) return Array.from(value, (part, i) => writePart(part, `[${i}]`));
  const properties = Object.entries(value).map(([key, part]) => {
    return [key, writePart(part, property(key))] as const;
  });
  return TAG in value ? { [TAG]: ['o', properties] } : Object.fromEntries(properties);
}

function read(written: unknown, objects: object[]): unknown {
  if (typeof written !== 'object' || written === null) return written;
  const met = <T extends object>(object: T): T => (objects.push(object), object);
  if (Array.isArray(written)) {
    const list = met<unknown[]>([]);
    for (const part of written) list.push(read(part, objects));
    return list;
  }
  if (!(TAG in written)) return readProperties(met({}), Object.entries(written), objects);
  const [tag, ...rest] = written[TAG] as [string, ...any[]];
  switch (tag) {
    case 'u':
      return undefined;
    case 'n':
      return Number(rest[0]);
    case 'i':
      return BigInt(rest[0]);
    case 's':
      return objects[rest[0]];
    case 'd':
      return met(new Date(Number(rest[0])));
    case 'b':
      return met(readBytes(rest[0], rest[1]));
    case 't': {
      const set = met(new Set());
      for (const part of rest[0]) set.add(read(part, objects));
      return set;
    }
    case 'm': {
      const map = met(new Map());
      const keys = rest[0].map((key: unknown) => read(key, objects)) as unknown[];
      for (const [i, part] of rest[1].entries()) map.set(keys[i], read(part, objects));
      return map;
    }
    case 'o':
      return readProperties(met({}), rest[0], objects);
    default:
      throw new Error(`no such tag as ${tag}`);
  }
}

function readProperties(target: object, properties: [string, unknown][], objects: object[]): object {
  for (const [key, part] of properties) {
    const value = read(part, objects);
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return target;
}

function readBytes(kind: string, base64: string): object {
  const { buffer } = new Uint8Array(Buffer.from(base64, 'base64'));
  if (kind === 'ArrayBuffer') return buffer;
  return new (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => object>)[kind]!(buffer);
}

const inWords = (value: number) => (Object.is(value, -0) ? '-0' : String(value));
const base64Of = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const named = (key: unknown) => (typeof key === 'string' ? `'${key}'` : String(key));
const property = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `['${key}']`);

const toText = (value: unknown) => Buffer.from(JSON.stringify(write(value, 'metadata', new Map())));
const fromText = (text: Buffer) => read(JSON.parse(text.toString()), []);

// ---- Entries ----------------------------------------------------------------------------------------------

/** What a storage needs to know to make entries, and to read them. */
interface Codec {
  readonly compressFrom: number;
  readonly maxValueBytes: number;
  readonly dictionary: Buffer | undefined;
  readonly dictionaryId: number;
}

function pack(codec: Codec, value: unknown): CompressedMetadata {
  const { compressFrom, maxValueBytes, dictionary, dictionaryId } = codec;
  const text = toText(value);
  const originalBytes = text.length;
  if (originalBytes > maxValueBytes) throw new EntryTooLargeError(originalBytes, maxValueBytes);
  if (originalBytes >= compressFrom) {
    const payload = own(deflateSync(text, { level: 9, ...(dictionary && { dictionary }) }));
    if (payload.length < originalBytes) {
      return { encoding: 'deflate', payload, originalBytes, dictionaryId, checksum: crc32(payload) };
    }
  }
  const payload = own(text);
  return { encoding: 'raw', payload, originalBytes, dictionaryId: 0, checksum: crc32(payload) };
}

function unpack(codec: Codec, entry: CompressedMetadata, key?: MetadataKey): unknown {
  const { originalBytes, dictionaryId, payload, encoding } = entry;
  const fits = encoding === 'deflate' || payload.length === originalBytes;
  if (entry.checksum !== crc32(payload) || !fits) throw new CorruptEntryError('it was damaged', key);
  if (originalBytes > codec.maxValueBytes) throw new EntryTooLargeError(originalBytes, codec.maxValueBytes);
  const isForeign = dictionaryId !== 0 && dictionaryId !== codec.dictionaryId;
  if (isForeign) throw new DictionaryMismatchError(dictionaryId, codec.dictionaryId);
  let value: unknown;
  try {
    const { dictionary } = codec;
    const options = { maxOutputLength: Math.max(1, originalBytes), ...(dictionary && { dictionary }) };
    const text = encoding === 'raw' ? Buffer.from(payload) : inflateSync(payload, options);
    if (text.length !== originalBytes) throw new Error('the length is another');
    value = fromText(text);
  } catch (error) {
    throw new CorruptEntryError(String(error), key);
  }
  return value;
}

const own = (bytes: Uint8Array) => Uint8Array.from(bytes);

// ---- Kept: a list in the order of use, with a way in by key -----------------------------------------------

interface Link {
  before: Link;
  after: Link;
}

interface Node extends Link {
  readonly name: string | undefined;
  readonly target: WeakRef<Class> | undefined;
  readonly entry: CompressedMetadata;
  isKept: boolean;
}

interface Kept {
  readonly byName: Map<string, Node>;
  readonly byClass: WeakMap<Class, Node>;
  readonly ofClasses: Set<Node>;
  readonly ends: Link;
  readonly sums: { entries: number; original: number; payload: number; overhead: number };
}

function emptyKept(): Kept {
  const ends = {} as Link;
  ends.before = ends.after = ends;
  return {
    byName: new Map(),
    byClass: new WeakMap(),
    ofClasses: new Set(),
    ends,
    sums: { entries: 0, original: 0, payload: 0, overhead: 0 },
  };
}

const overhead = ({ name = '' }: { name?: string | undefined }) => 250 + 2 * name.length;

function toLast({ ends }: Kept, link: Link): void {
  link.before = ends.before;
  link.after = ends;
  ends.before.after = link;
  ends.before = link;
}

function cut(link: Link): void {
  link.before.after = link.after;
  link.after.before = link.before;
}

function count(kept: Kept, node: Node, sign: number): void {
  kept.sums.entries += sign;
  kept.sums.original += sign * node.entry.originalBytes;
  kept.sums.payload += sign * node.entry.payload.length;
  kept.sums.overhead += sign * overhead(node);
}

function drop(kept: Kept, node: Node): void {
  cut(node);
  node.isKept = false;
  if (node.name !== undefined) kept.byName.delete(node.name);
  kept.ofClasses.delete(node);
  count(kept, node, -1);
}

function find(kept: Kept, key: MetadataKey): Node | undefined {
  const node = typeof key === 'string' ? kept.byName.get(key) : kept.byClass.get(key);
  return node?.isKept ? node : undefined;
}

function dropDead(kept: Kept): void {
  for (const node of kept.ofClasses) if (!node.target!.deref()) drop(kept, node);
}

// ---- Shared parts: by what they are made of ---------------------------------------------------------------

class Parts {
  readonly #held = new Map<string, WeakRef<object>>();
  readonly #numbers = new WeakMap<object, number>();
  #last = 0;

  count(): number {
    for (const [content, ref] of this.#held) if (!ref.deref()) this.#held.delete(content);
    return this.#held.size;
  }

  /** Children first; what can't be shared stays as it is, with its children replaced. */
  shared(value: unknown, met: Map<object, object>): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
    if (met.has(value)) return met.get(value);
    met.set(value, value);
    const words = [Array.isArray(value) ? 'list' : 'record'];
    let isShareable = true;
    for (const key of Object.keys(value)) {
      const { value: part } = Object.getOwnPropertyDescriptor(value, key)!;
      const common = this.shared(part, met);
      Object.defineProperty(value, key, { value: common });
      const isObject = typeof common === 'object' && common !== null;
      const number = isObject ? this.#numbers.get(common) : undefined;
      if (isObject && number === undefined) isShareable = false;
      words.push(key, isObject ? `object ${number}` : `${typeof common} ${inWordsOf(common)}`);
    }
    if (!isShareable) return value;
    const content = JSON.stringify(words);
    let common = this.#held.get(content)?.deref();
    if (!common) {
      common = Object.freeze(value);
      this.#held.set(content, new WeakRef(value));
      this.#numbers.set(value, ++this.#last);
    }
    met.set(value, common);
    return common;
  }
}

const inWordsOf = (value: unknown) => (typeof value === 'number' ? inWords(value) : String(value));

// ---- The class --------------------------------------------------------------------------------------------

export class MemoryOptimizedStorage {
  readonly #options: StorageOptions;
  readonly #codec: Codec;
  readonly #kept = emptyKept();
  readonly #parts: Parts | undefined;

  constructor(options: StorageOptions = {}) {
    const dictionary = options.dictionary && Buffer.from(options.dictionary);
    this.#options = options;
    this.#codec = {
      compressFrom: options.compressFrom ?? (dictionary ? 0 : 100),
      maxValueBytes: options.maxValueBytes ?? 16 * 1024 * 1024,
      dictionary,
      dictionaryId: dictionary ? crc32(dictionary) : 0,
    };
    this.#parts = options.share ? new Parts() : undefined;
  }

  get size(): number {
    dropDead(this.#kept);
    return this.#kept.sums.entries;
  }

  store(key: MetadataKey, metadata: unknown): void {
    this.#keep(key, this.compress(metadata));
  }

  retrieve<T>(key: MetadataKey): T | undefined {
    const node = find(this.#kept, key);
    if (!node) return undefined;
    cut(node);
    toLast(this.#kept, node);
    try {
      const value = unpack(this.#codec, node.entry, key);
      return (this.#parts ? this.#parts.shared(value, new Map()) : value) as T;
    } catch (error) {
      if (error instanceof CorruptEntryError) drop(this.#kept, node);
      throw error;
    }
  }

  has(key: MetadataKey): boolean {
    return find(this.#kept, key) !== undefined;
  }

  delete(key: MetadataKey): boolean {
    const node = find(this.#kept, key);
    if (node) drop(this.#kept, node);
    return node !== undefined;
  }

  compress(data: unknown): CompressedMetadata {
    return pack(this.#codec, data);
  }

  restore<T>(compressed: CompressedMetadata): T {
    return unpack(this.#codec, compressed) as T;
  }

  metrics(key: MetadataKey): CompressionMetrics | undefined {
    const node = find(this.#kept, key);
    return node && measure(node);
  }

  estimateMemoryUsage(): MemoryReport {
    dropDead(this.#kept);
    const { entries, original, payload, overhead } = this.#kept.sums;
    return {
      entries,
      originalBytes: original,
      payloadBytes: payload,
      overheadBytes: overhead,
      dictionaryBytes: this.#dictionaryBytes,
      totalBytes: payload + overhead + this.#dictionaryBytes,
      compressionRatio: entries === 0 ? 1 : original / payload,
      sharedParts: this.#parts?.count() ?? 0,
    };
  }

  entries(): [string, CompressedMetadata][] {
    const entries: [string, CompressedMetadata][] = [];
    for (let link = this.#kept.ends.after; link !== this.#kept.ends; link = link.after) {
      const { name, entry } = link as Node;
      if (name !== undefined) entries.push([name, { ...entry, payload: own(entry.payload) }]);
    }
    return entries;
  }

  load(entries: Iterable<readonly [key: string, compressed: CompressedMetadata]>): void {
    for (const [key, entry] of entries) this.#keep(key, { ...entry, payload: own(entry.payload) });
  }

  get #dictionaryBytes(): number {
    return this.#codec.dictionary?.length ?? 0;
  }

  /** Makes room first, and only then adds: `onEvict` is told when all is done. */
  #keep(key: MetadataKey, entry: CompressedMetadata): void {
    const kept = this.#kept;
    const isName = typeof key === 'string';
    const target = isName ? undefined : new WeakRef(key);
    const node = { entry, name: isName ? key : undefined, target, isKept: true } as Node;
    const room = (this.#options.maxBytes ?? Infinity) - this.#dictionaryBytes;
    const needed = entry.payload.length + overhead(node);
    if (needed > room) throw new EntryTooLargeError(needed, room);
    this.delete(key);
    const gone: Node[] = [];
    while (kept.sums.payload + kept.sums.overhead + needed > room) {
      const oldest = kept.ends.after as Node;
      drop(kept, oldest);
      gone.push(oldest);
    }
    toLast(kept, node);
    count(kept, node, 1);
    if (isName) {
      kept.byName.set(key, node);
    } else {
      kept.byClass.set(key, node);
      kept.ofClasses.add(node);
    }
    for (const node of gone) {
      const key = node.name ?? node.target!.deref();
      if (key !== undefined) this.#options.onEvict?.(key, measure(node));
    }
  }
}

function measure({ entry: { encoding, originalBytes, payload } }: Node): CompressionMetrics {
  const payloadBytes = payload.length;
  return { encoding, originalBytes, payloadBytes, compressionRatio: originalBytes / payloadBytes };
}

/** Deals out samples kind by kind, a kind being those with the same properties. */
export function trainDictionary(samples: Iterable<unknown>, size = 16_384): Uint8Array {
  const kinds = new Map<string, Buffer[]>();
  for (const sample of samples) {
    const text = toText(sample);
    const kind = Object.keys(sample ?? {}).join();
    if (kinds.has(kind)) kinds.get(kind)!.push(text);
    else kinds.set(kind, [text]);
  }
  let dictionary = Buffer.alloc(0);
  const rounds = Math.max(...[...kinds.values()].map(({ length }) => length));
  for (let round = 0; round < rounds && dictionary.length < size; round++) {
    const dealt = [...kinds.values()].flatMap((texts) => texts[round] ?? []);
    dictionary = Buffer.concat([...dealt, dictionary]);
  }
  return new Uint8Array(dictionary.subarray(-size));
}
