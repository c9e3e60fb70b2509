// Who is kept, in what order of use, and what all of them take.

import { overheadOf } from './layout.ts';
import {
  type Bytes,
  type Class,
  type CompressionMetrics,
  type Encoding,
  EntryTooLargeError,
  type MetadataKey,
} from './options.ts';
import type { Packed } from './packing.ts';

/** A place in the order of use, which is a ring: behind the newest comes a link that is no entry. */
class Link {
  older: Link = this;
  newer: Link = this;
}

/**
 * What is kept of a value.
 *
 * The payload is a string. A Uint8Array is three objects and a malloc, some 250 bytes beside its content; a
 * string is one object, and 16. V8 keeps one byte for a character where Latin-1 has all of them, and Latin-1
 * has all bytes.
 */
export class Entry extends Link {
  /** A class by a weak reference: no entry keeps one alive. */
  readonly key: string | WeakRef<Class>;
  readonly encoding: Encoding;
  readonly payload: string;
  readonly originalBytes: Bytes;
  readonly overheadBytes: Bytes;
  // As int32, which V8 keeps in the field; of what is larger it makes an object of 16 bytes.
  readonly #dictionaryId: number;
  readonly #checksum: number;
  /** What `retrieve` gave, while somebody holds it, if it is shared. */
  handedOut: WeakRef<object> | undefined = undefined;

  constructor(key: string | WeakRef<Class>, packed: Packed) {
    const { encoding, bytes, originalBytes, dictionaryId, checksum } = packed;
    super();
    this.key = key;
    this.encoding = encoding;
    this.payload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    this.originalBytes = originalBytes;
    this.overheadBytes = overheadOf(typeof key === 'string' ? key : undefined);
    this.#dictionaryId = dictionaryId | 0;
    this.#checksum = checksum | 0;
  }

  get payloadBytes(): Bytes {
    return this.payload.length;
  }

  packed(): Packed {
    const { encoding, originalBytes } = this;
    const bytes = Buffer.from(this.payload, 'latin1');
    const [dictionaryId, checksum] = [this.#dictionaryId >>> 0, this.#checksum >>> 0];
    return { encoding, bytes, originalBytes, dictionaryId, checksum };
  }

  metrics(): CompressionMetrics {
    const { encoding, originalBytes, payloadBytes } = this;
    return { encoding, originalBytes, payloadBytes, compressionRatio: originalBytes / payloadBytes };
  }
}

export class Residents {
  readonly #byName = new Map<string, Entry>();
  // From a class there is a way to its entry; from the entry, and from the registry, only a weak one back.
  readonly #byClass = new WeakMap<Class, Entry>();
  readonly #collected = new FinalizationRegistry<Entry>((entry) => this.remove(entry));
  /** Between the most and the least recently used. */
  readonly #end = new Link();
  /** Over all entries of the ring: {@link #count} alone changes them. */
  #entries = 0;
  #originalBytes: Bytes = 0;
  #payloadBytes: Bytes = 0;
  #overheadBytes: Bytes = 0;

  /** What payloads and overhead may take together. */
  readonly #room: Bytes;

  constructor(room: Bytes) {
    this.#room = room;
  }

  get sums() {
    return {
      entries: this.#entries,
      originalBytes: this.#originalBytes,
      payloadBytes: this.#payloadBytes,
      overheadBytes: this.#overheadBytes,
    };
  }

  find(key: MetadataKey): Entry | undefined {
    return typeof key === 'string' ? this.#byName.get(key) : this.#byClass.get(key);
  }

  touch(entry: Entry): void {
    unlink(entry);
    this.#linkNewest(entry);
  }

  // #region admit
  /**
   * Keeps what was packed as the most recently used, in place of what `key` had.
   *
   * @returns who had to go for it, the least recently used first
   * @throws EntryTooLargeError if it does not fit, even alone; everything is then as it was
   */
  admit(key: MetadataKey, packed: Packed): Entry[] {
    const isName = typeof key === 'string';
    const entry = new Entry(isName ? key : new WeakRef(key), packed);
    const bytes = entry.payloadBytes + entry.overheadBytes;
    if (bytes > this.#room) throw new EntryTooLargeError(bytes, this.#room);

    const replaced = this.find(key);
    if (replaced !== undefined) this.remove(replaced);
    const evicted: Entry[] = [];
    while (this.#payloadBytes + this.#overheadBytes + bytes > this.#room) {
      const oldest = this.#end.newer as Entry;
      this.remove(oldest);
      evicted.push(oldest);
    }

    if (isName) this.#byName.set(key, entry);
    else {
      this.#byClass.set(key, entry);
      this.#collected.register(key, entry, entry);
    }
    this.#linkNewest(entry);
    this.#count(entry, 1);
    return evicted;
  }
  // #endregion admit

  remove(entry: Entry): void {
    if (typeof entry.key === 'string') this.#byName.delete(entry.key);
    else {
      const target = entry.key.deref();
      if (target !== undefined) this.#byClass.delete(target);
      this.#collected.unregister(entry);
    }
    unlink(entry);
    this.#count(entry, -1);
  }

  /** The least recently used first. */
  *[Symbol.iterator](): Generator<Entry, void, void> {
    for (let link = this.#end.newer; link !== this.#end; link = link.newer) yield link as Entry;
  }

  /** Throws if sums, ring and index do not agree. O(entries). @internal */
  check(): void {
    const sums = { entries: 0, originalBytes: 0, payloadBytes: 0, overheadBytes: 0 };
    for (const entry of this) {
      if (entry.newer.older !== entry) throw new Error('the ring is broken');
      const key = typeof entry.key === 'string' ? entry.key : entry.key.deref();
      if (key !== undefined && this.find(key) !== entry) throw new Error('an entry can not be found');
      sums.entries++;
      sums.originalBytes += entry.originalBytes;
      sums.payloadBytes += entry.payloadBytes;
      sums.overheadBytes += entry.overheadBytes;
    }
    if (JSON.stringify(sums) !== JSON.stringify(this.sums)) throw new Error('the sums are not the sums');
    const bytes = sums.payloadBytes + sums.overheadBytes;
    if (bytes > this.#room) throw new Error(`${bytes} bytes are kept, which is more than ${this.#room}`);
  }

  #linkNewest(entry: Entry): void {
    entry.older = this.#end.older;
    entry.newer = this.#end;
    entry.older.newer = this.#end.older = entry;
  }

  #count(entry: Entry, sign: 1 | -1): void {
    this.#entries += sign;
    this.#originalBytes += sign * entry.originalBytes;
    this.#payloadBytes += sign * entry.payloadBytes;
    this.#overheadBytes += sign * entry.overheadBytes;
  }
}

function unlink(link: Link): void {
  link.older.newer = link.newer;
  link.newer.older = link.older;
}
