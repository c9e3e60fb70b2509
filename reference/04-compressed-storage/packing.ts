// From a value to what is kept of it, and back: encode, deflate, sum up; and the same with distrust.

import { crc32, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { Dictionary } from './dictionary.ts';
import { MAX_STREAM } from './format.ts';
import {
  type Bytes,
  CorruptEntryError,
  DictionaryMismatchError,
  type Encoding,
  EntryTooLargeError,
  type MetadataKey,
} from './options.ts';
import { Reader } from './reader.ts';
import { type Stream, Writer } from './writer.ts';

/**
 * What deflate may spend. Level 6, zlib's own choice, makes 4% less of a description, and takes 3 µs more.
 */
const LEVEL = 1;

/**
 * The room that zlib asks for, again and again as long as it does not do. Its own 16 kB are a malloc each;
 * what is smaller than 4 kB comes from a pool.
 */
const CHUNK: Bytes = 2_048;

/**
 * zlib clears its window before it begins: 8 kB rather than 32 save 2 µs. They do for streams up to here,
 * which can look back on all of themselves and of the dictionary's window.
 */
const SMALL_BITS = 13;
const SMALL: Bytes = 4_096;

/** A `CompressedMetadata`, but for who owns the bytes. */
export interface Packed {
  readonly encoding: Encoding;
  /** A view into somebody's buffer, valid until the packer is used again. */
  readonly bytes: Uint8Array;
  readonly originalBytes: Bytes;
  readonly dictionaryId: number;
  readonly checksum: number;
}

export interface PackerOptions {
  /**
   * Streams that take less are not deflated. Of parts of descriptions, deflate leaves 97% at 60 bytes, 91%
   * at 100, 84% at 150 and 64% from 400 on: hence 100 without a dictionary. With one it leaves half at 20
   * bytes already: hence 0.
   */
  readonly compressFrom: Bytes;
  readonly dictionary: Dictionary;
  readonly maxValueBytes: Bytes;
}

export class Packer {
  readonly #compressFrom: Bytes;
  readonly #dictionary: Dictionary;
  readonly #maxValueBytes: Bytes;

  readonly #primed: Codec;
  /** For what has to do without the dictionary. */
  readonly #plain: Codec;

  constructor({ compressFrom, dictionary, maxValueBytes }: PackerOptions) {
    this.#compressFrom = compressFrom;
    this.#dictionary = dictionary;
    this.#maxValueBytes = Math.min(maxValueBytes, MAX_STREAM);
    this.#plain = new Codec(Dictionary.NONE);
    this.#primed = dictionary === Dictionary.NONE ? this.#plain : new Codec(dictionary);
  }

  // #region pack
  /**
   * @throws UnsupportedValueError if something in `value` is not data
   * @throws EntryTooLargeError if it encodes to more than `maxValueBytes`
   */
  pack(value: unknown): Packed {
    const stream = this.#primed.encode(value, this.#maxValueBytes);
    if (stream.originalBytes >= this.#compressFrom) {
      const bytes = this.#primed.deflate(stream.bytes);
      if (bytes.length < stream.originalBytes) {
        return sealed('deflate', bytes, stream.originalBytes, this.#dictionary.id);
      }
    }
    // What is raw owes nothing to the dictionary, so that anybody can read it.
    const { bytes } = this.#primed === this.#plain ? stream : this.#plain.encode(value, this.#maxValueBytes);
    return sealed('raw', bytes, bytes.length, 0);
  }
  // #endregion pack

  /**
   * @param key of the entry, for the error
   * @throws CorruptEntryError if these are not bytes that a packer made
   * @throws EntryTooLargeError if they claim to be a value of more than `maxValueBytes`
   * @throws DictionaryMismatchError if they need a dictionary that is not this packer's
   */
  unpack(packed: Packed, key?: MetadataKey): unknown {
    const { encoding, bytes, originalBytes, dictionaryId, checksum } = packed;
    if (checksumOf(encoding, bytes, originalBytes, dictionaryId) !== checksum) {
      throw new CorruptEntryError('its checksum is another', key);
    }
    if (originalBytes > this.#maxValueBytes) throw new EntryTooLargeError(originalBytes, this.#maxValueBytes);
    const isPrimed = dictionaryId !== 0;
    if (isPrimed && dictionaryId !== this.#dictionary.id) {
      throw new DictionaryMismatchError(dictionaryId, this.#dictionary.id);
    }
    const codec = isPrimed ? this.#primed : this.#plain;
    try {
      const stream = encoding === 'raw' ? bytes : codec.inflate(bytes, originalBytes);
      return codec.decode(stream);
    } catch (error) {
      throw new CorruptEntryError((error as Error).message, key);
    }
  }
}

/** Streams and deflate, on the basis of one dictionary. */
class Codec {
  readonly #dictionary: Dictionary;
  readonly #deflateOptions: ZlibOptions;
  readonly #deflateSmallOptions: ZlibOptions;
  readonly #reader: Reader;
  /** The writer, while nobody uses it. */
  #writer: Writer | undefined;

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
    const options = { level: LEVEL, chunkSize: CHUNK, dictionary: dictionary.window };
    this.#deflateOptions = options;
    this.#deflateSmallOptions = Object.assign({ windowBits: SMALL_BITS }, options);
    this.#reader = new Reader(dictionary);
  }

  encode(value: unknown, maxBytes: Bytes): Stream {
    const writer = this.#writer ?? new Writer(this.#dictionary);
    this.#writer = undefined;
    const stream = writer.encode(value, maxBytes);
    if (!writer.isLarge) this.#writer = writer;
    return stream;
  }

  decode(stream: Uint8Array): unknown {
    return this.#reader.read(stream);
  }

  deflate(stream: Uint8Array): Uint8Array {
    const isSmall = stream.length <= SMALL;
    return deflateRawSync(stream, isSmall ? this.#deflateSmallOptions : this.#deflateOptions);
  }

  /** @throws Error if it is not deflated, or inflates to more than `maxOutputLength` */
  inflate(bytes: Uint8Array, maxOutputLength: Bytes): Uint8Array {
    const { window: dictionary } = this.#dictionary;
    return inflateRawSync(bytes, { chunkSize: CHUNK, dictionary, maxOutputLength });
  }
}

function sealed(encoding: Encoding, bytes: Uint8Array, originalBytes: Bytes, dictionaryId: number): Packed {
  const checksum = checksumOf(encoding, bytes, originalBytes, dictionaryId);
  return { encoding, bytes, originalBytes, dictionaryId, checksum };
}

// #region checksum
/** A CRC can be begun with any number, and another beginning always has another end. */
function checksumOf(
  encoding: Encoding,
  bytes: Uint8Array,
  originalBytes: Bytes,
  dictionaryId: number,
): number {
  const particulars = originalBytes ^ dictionaryId ^ (encoding === 'raw' ? -1 : 0);
  return crc32(bytes, particulars >>> 0);
}
// #endregion checksum
