// What a user of the storage writes and reads: options, reports and errors, and the guards that check them.

import { inspect } from 'node:util';

/** A number of bytes. */
export type Bytes = number;

/** Any class, abstract ones too. */
export type Class = abstract new (...args: never[]) => unknown;

/** A name; or a class, and then the entry goes when the class does. */
export type MetadataKey = string | Class;

/** What a storage may take, and how hard it works for it. */
export interface StorageOptions {
  /**
   * Values that encode to fewer bytes than this are kept raw, an integer from 0.
   * @default 100; 0 with a {@link dictionary}: see packing.ts
   */
  compressFrom?: Bytes;
  /**
   * What `trainDictionary` returned, 1 to 32,768 bytes; it is copied. Other bytes do no harm, but help
   * little.
   */
  dictionary?: Uint8Array;
  /** A bound on {@link MemoryReport.totalBytes}, an integer from 1. @default Infinity */
  maxBytes?: Bytes;
  /** Told of each entry that went for room, once, when `store` or `load` has done all else. */
  onEvict?: (key: MetadataKey, metrics: CompressionMetrics) => void;
  /** What one value may encode to at the most, an integer from 1. @default 16,777,216 (16 MiB) */
  maxValueBytes?: Bytes;
  /** Whether all callers of `retrieve` share one frozen copy, and equal parts of it. @default false */
  share?: boolean;
}

/** How a value is kept. */
export type Encoding = 'raw' | 'deflate';

/** A value as it is kept: plain data that may leave the process. */
export interface CompressedMetadata {
  readonly encoding: Encoding;
  readonly payload: Uint8Array;
  /**
   * What the value takes uncompressed: the length of its stream, and of what the stream borrows from the
   * dictionary rather than spelling it out.
   */
  readonly originalBytes: Bytes;
  /** The CRC-32 of the dictionary that is needed to read the payload; 0 if none is. */
  readonly dictionaryId: number;
  /** The CRC-32 of the payload, begun with the other fields so that it answers for them too. */
  readonly checksum: number;
}

/** How one entry is kept. */
export interface CompressionMetrics {
  readonly encoding: Encoding;
  readonly originalBytes: Bytes;
  readonly payloadBytes: Bytes;
  /** originalBytes ÷ payloadBytes. */
  readonly compressionRatio: number;
}

/** What is kept, and what it takes; what callers were handed is theirs and not counted. */
export interface MemoryReport {
  readonly entries: number;
  /** Sum over the entries. */
  readonly originalBytes: Bytes;
  /** Sum over the entries. */
  readonly payloadBytes: Bytes;
  /** Keys, records and tables, estimated from V8's object layout: see layout.ts. */
  readonly overheadBytes: Bytes;
  /** The dictionary's bytes; the tables that are made of it, about twice as much, are not counted. */
  readonly dictionaryBytes: Bytes;
  /** payloadBytes + overheadBytes + dictionaryBytes. */
  readonly totalBytes: Bytes;
  /** originalBytes ÷ payloadBytes; 1 when nothing is kept. */
  readonly compressionRatio: number;
  /** Parts in callers' hands that are shared, less those that the garbage collector has reported. */
  readonly sharedParts: number;
}

// ---- Errors ---------------------------------------------------------------------------------------------

/** A value contains something that is not data, and that could not come back as it was. */
export class UnsupportedValueError extends TypeError {
  override readonly name = 'UnsupportedValueError';

  /** @param path from the value, called `metadata`, to what is wrong: `metadata.columns[2].parse` */
  constructor(readonly path: string, received: string) {
    super(`${path} must be data, received ${received}`);
  }
}

/** A value or an entry is larger than one may be. */
export class EntryTooLargeError extends RangeError {
  override readonly name = 'EntryTooLargeError';

  constructor(readonly bytes: Bytes, readonly maxBytes: Bytes) {
    super(`an entry may take ${maxBytes} bytes at most, received one of ${bytes}`);
  }
}

/** Bytes are not what was once compressed. */
export class CorruptEntryError extends Error {
  override readonly name = 'CorruptEntryError';

  /** @param key of the entry, if it has one */
  constructor(reason: string, readonly key?: MetadataKey) {
    super(`${subject(key)} is corrupt: ${reason}`);
  }
}

/** An entry refers to a dictionary that this storage was not given. */
export class DictionaryMismatchError extends Error {
  override readonly name = 'DictionaryMismatchError';

  /** @param present 0 if the storage has none */
  constructor(readonly needed: number, readonly present: number) {
    super(`the entry was compressed with dictionary ${needed}, present is ${present || 'none'}`);
  }
}

function subject(key: MetadataKey | undefined): string {
  if (key === undefined) return 'the entry';
  return `the entry of ${typeof key === 'string' ? `'${key}'` : `class ${key.name}`}`;
}

// ---- Guards ---------------------------------------------------------------------------------------------

/** @internal */
export function integer(subject: string, value: Bytes, least: Bytes, most = Infinity): Bytes {
  if (typeof value !== 'number') throw new TypeError(must(subject, 'a number', value));
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
  throw new RangeError(must(subject, `an integer ${range}`, value));
}

/** @internal */
export function callable<F>(subject: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new TypeError(must(subject, 'a function', value));
}

/** @internal */
export function boolean(subject: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(must(subject, 'a boolean', value));
}

/** @internal */
export function bytes(subject: string, value: Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError(must(subject, 'a Uint8Array', value));
}

const must = (subject: string, rule: string, received: unknown) =>
  `${subject} must be ${rule}, received ${inspect(received)}`;
