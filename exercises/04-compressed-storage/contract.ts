/** A count of bytes. */
export type Bytes = number;

/** Any class, abstract ones too. */
export type Class = abstract new (...args: never[]) => unknown;

/** A name, or a class: what is kept under a class goes when the class goes. */
export type MetadataKey = string | Class;

export interface StorageOptions {
  /**
   * A value that encodes to fewer bytes than this is kept raw without trying, an integer from 0.
   * @default 100, from where on deflate saves a fifth; 0 with a {@link dictionary}, where 20 bytes become 8
   */
  compressFrom?: Bytes;
  /** What `trainDictionary` returned, 1 to 32,768 bytes. Whoever restores needs the same one. */
  dictionary?: Uint8Array;
  /** The most that {@link MemoryReport.totalBytes} may be, an integer from 1. @default Infinity */
  maxBytes?: Bytes;
  /** Called once for each entry that went for room, after it is gone; not for `delete` or an overwrite. */
  onEvict?: (key: MetadataKey, metrics: CompressionMetrics) => void;
  /** The most bytes that one value may encode to, an integer from 1. @default 16,777,216 (16 MiB) */
  maxValueBytes?: Bytes;
  /** Whether `retrieve` hands out frozen parts that all callers share, rather than copies. @default false */
  share?: boolean;
}

/** A value as it is kept: plain data, which may be written to a file and restored by another process. */
export interface CompressedMetadata {
  readonly encoding: 'raw' | 'deflate';
  readonly payload: Uint8Array;
  /** What the value takes before it is compressed; that of a `raw` one is the length of the payload. */
  readonly originalBytes: Bytes;
  /** Tells dictionaries apart: the CRC-32 of the one that the payload refers to, 0 without one. */
  readonly dictionaryId: number;
  /** The CRC-32 of the payload. */
  readonly checksum: number;
}

/** How one entry is kept. */
export interface CompressionMetrics {
  readonly encoding: 'raw' | 'deflate';
  readonly originalBytes: Bytes;
  readonly payloadBytes: Bytes;
  /** originalBytes ÷ payloadBytes. */
  readonly compressionRatio: number;
}

/** What the storage keeps. What it handed out is its callers' and not counted. */
export interface MemoryReport {
  readonly entries: number;
  /** The sum of {@link CompressedMetadata.originalBytes}. */
  readonly originalBytes: Bytes;
  /** The sum of the payloads. */
  readonly payloadBytes: Bytes;
  /** What keys, records and tables take, estimated: the same each time for the same keys. */
  readonly overheadBytes: Bytes;
  readonly dictionaryBytes: Bytes;
  /** payloadBytes + overheadBytes + dictionaryBytes. */
  readonly totalBytes: Bytes;
  /** originalBytes ÷ payloadBytes; 1 when nothing is kept. */
  readonly compressionRatio: number;
  /** How many shared parts are in callers' hands, as far as the garbage collector has told. */
  readonly sharedParts: number;
}

/** A value that holds what is not data: it could not come back as it was. */
export class UnsupportedValueError extends TypeError {
  override readonly name = 'UnsupportedValueError';

  /**
   * @param path from `metadata` to the culprit, as one would write it: `metadata.columns[2].parse`,
   *   `metadata['max-length']`, `metadata[Symbol(id)]`, `metadata.labels.get('de')` for a value of a Map,
   *   `metadata.tags.keys()[1]` for a member of a Set or a key of a Map
   */
  constructor(readonly path: string, received: string) {
    super(`${path} must be data, received ${received}`);
  }
}

/** A value that takes more than one may: it is not stored, and not unpacked. */
export class EntryTooLargeError extends RangeError {
  override readonly name = 'EntryTooLargeError';

  constructor(readonly bytes: Bytes, readonly maxBytes: Bytes) {
    super(`an entry may take ${maxBytes} bytes at most, received one of ${bytes}`);
  }
}

/** Bytes that are not what was once compressed. */
export class CorruptEntryError extends Error {
  override readonly name = 'CorruptEntryError';

  /** @param key whose entry it was, if it was retrieved by one */
  constructor(reason: string, readonly key?: MetadataKey) {
    super(`${key === undefined ? 'the entry' : `the entry of ${nameOf(key)}`} is corrupt: ${reason}`);
  }
}

/** An entry that was compressed with a dictionary that is not here. */
export class DictionaryMismatchError extends Error {
  override readonly name = 'DictionaryMismatchError';

  constructor(readonly needed: number, readonly present: number) {
    super(`the entry was compressed with dictionary ${needed}, present is ${present || 'none'}`);
  }
}

const nameOf = (key: MetadataKey) => (typeof key === 'string' ? `'${key}'` : `class ${key.name}`);
