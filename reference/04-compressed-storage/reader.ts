// From a stream to a value; from bytes that claim to be a stream, to an error.

import * as format from './format.ts';
import type { Bytes } from './options.ts';

/** What has been met so far, by number. */
export interface Tables {
  readonly texts: readonly string[];
  readonly shapes: readonly (readonly string[])[];
}

/**
 * Reads one stream after the other.
 *
 * It believes nothing. A number that nothing has, a length that exceeds what is left, and a stream that goes
 * on, or ends, where it should not, are errors that say so; and nothing is allocated that the stream does not
 * pay for with a byte for each element.
 */
export class Reader {
  readonly #known: Tables;
  readonly #texts: string[];
  readonly #shapes: (readonly string[])[];
  #objects: object[] = [];
  #bytes = Buffer.alloc(0);
  #position = 0;
  #depth = 0;

  /** @param known the tables of a dictionary, where each stream begins */
  constructor(known: Tables = { texts: [], shapes: [] }) {
    this.#known = known;
    this.#texts = [...known.texts];
    this.#shapes = [...known.shapes];
  }

  /** The tables as the last stream left them. */
  get tables(): Tables {
    return { texts: [...this.#texts], shapes: [...this.#shapes] };
  }

  /** @throws Error that says what is wrong with `bytes` */
  read(bytes: Uint8Array): unknown {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) as Buffer<ArrayBuffer>;
    this.#position = this.#depth = 0;
    this.#texts.length = this.#known.texts.length;
    this.#shapes.length = this.#known.shapes.length;
    try {
      const value = this.#value(this.#head());
      if (this.#position !== bytes.length) throw new Error(`it goes on after byte ${this.#position}`);
      return value;
    } finally {
      this.#objects = []; // they are the caller's, and live as long as he wants
    }
  }

  /** One byte or two, nearly always. */
  #head(): number {
    const first = this.#bytes[this.#position++]!;
    if (first < 128) return first;
    const second = this.#bytes[this.#position++]!;
    if (second < 128) return (first & 127) | (second << 7);
    return this.#longHead((first & 127) | ((second & 127) << 7));
  }

  #longHead(beginning: number): number {
    let head = beginning;
    for (let shift = 14; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#position++];
      if (byte === undefined) throw new Error('it ends too early');
      head += (byte & 127) * 2 ** shift;
      if (byte < 128) return head < 2 ** 31 ? head : fail(`${head} is no head`);
    }
    return fail('a head does not end');
  }

  #value(head: number): unknown {
    const n = head >>> 3;
    switch (head & 7) {
      case format.INTEGER:
        return (n >>> 1) ^ -(n & 1);
      case format.TEXT:
        return this.#learn(this.#latin1(n));
      case format.WIDE:
        return this.#learn(this.#utf16(n));
      case format.REPEAT:
        return this.#texts[n] ?? fail(`there is no text ${n}`);
      case format.AGAIN:
        return this.#objects[n] ?? fail(`there is no object ${n}`);
      case format.SIMPLE:
        return this.#simple(n);
      default:
        return this.#nested(head & 7, n);
    }
  }

  #simple(n: number): unknown {
    switch (n) {
      case format.UNDEFINED:
        return undefined;
      case format.NULL:
        return null;
      case format.FALSE:
        return false;
      case format.TRUE:
        return true;
      case format.FLOAT:
        return this.#float();
      case format.DATE:
        return this.#met(new Date(this.#float()));
      case format.BIGINT:
        return this.#magnitude();
      case format.NEGATIVE_BIGINT:
        return -this.#magnitude();
      case format.MAP:
      case format.SET:
        return this.#nested(format.SIMPLE, n);
      default:
        return this.#buffer(n - format.BUFFER);
    }
  }

  #nested(kind: number, n: number): object {
    if (++this.#depth > format.MAX_DEPTH) throw new Error(`it is deeper than ${format.MAX_DEPTH}`);
    const value =
      kind === format.RECORD ? this.#record(n)
      : kind === format.LIST ? this.#list(n)
      : n === format.MAP ? this.#map()
      : this.#set();
    this.#depth--;
    return value;
  }

  /** Numbers an object before its parts are read: they may refer to it. */
  #met<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  // ---- Texts and numbers --------------------------------------------------------------------------------

  #learn(text: string): string {
    this.#texts.push(text);
    return text;
  }

  #latin1(length: number): string {
    const start = this.#take(length);
    return this.#bytes.toString('latin1', start, this.#position);
  }

  #utf16(length: number): string {
    const start = this.#take(2 * length);
    return this.#bytes.toString('utf16le', start, this.#position);
  }

  /** A text that gets no number. */
  #spelled(): string {
    const head = this.#head();
    const kind = head & 7;
    if (kind === format.TEXT) return this.#latin1(head >>> 3);
    return kind === format.WIDE ? this.#utf16(head >>> 3) : fail(`${kind} is no kind of text`);
  }

  #float(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  #magnitude(): bigint {
    return BigInt(`0x${this.#spelled()}`);
  }

  // ---- Objects ------------------------------------------------------------------------------------------

  // #region record
  #record(number: number): object {
    if (number === this.#shapes.length) this.#defineShape();
    const keys = this.#shapes[number] ?? fail(`there is no shape ${number}`);
    const record = this.#met<Record<string, unknown>>({});
    for (const key of keys) {
      const value = this.#value(this.#head());
      if (key !== '__proto__') record[key] = value;
      else Object.defineProperty(record, key, { ...OWN, value });
    }
    return record;
  }
  // #endregion record

  #defineShape(): void {
    const keys: string[] = [];
    for (let left = this.#length(); left > 0; left--) keys.push(internalized(this.#spelled()));
    this.#shapes.push(keys);
  }

  #list(length: number): unknown[] {
    this.#requireLeft(length);
    const list = this.#met<unknown[]>([]);
    for (let i = 0; i < length; i++) {
      const head = this.#head();
      if (head === HOLE_HEAD) list.length++;
      else list.push(this.#value(head));
    }
    return list;
  }

  #map(): Map<unknown, unknown> {
    const map = this.#met(new Map<unknown, unknown>());
    for (let left = this.#length(); left > 0; left--) {
      const key = this.#value(this.#head());
      map.set(key, this.#value(this.#head()));
    }
    return map;
  }

  #set(): Set<unknown> {
    const set = this.#met(new Set<unknown>());
    for (let left = this.#length(); left > 0; left--) set.add(this.#value(this.#head()));
    return set;
  }

  #buffer(number: number): object {
    const { from } = format.BUFFERS[number] ?? fail(`there is no simple value ${number + format.BUFFER}`);
    const start = this.#take(this.#length());
    const copy = new Uint8Array(this.#bytes.subarray(start, this.#position));
    return this.#met(from(copy.buffer));
  }

  // ---- Distrust -----------------------------------------------------------------------------------------

  /** How many elements follow, each of which takes a byte at least. */
  #length(): number {
    const head = this.#head();
    if ((head & 7) !== format.LIST) throw new Error(`${head} is no length`);
    this.#requireLeft(head >>> 3);
    return head >>> 3;
  }

  /** Goes past so many bytes, and returns where they begin. */
  #take(length: Bytes): number {
    this.#requireLeft(length);
    const start = this.#position;
    this.#position += length;
    return start;
  }

  #requireLeft(length: Bytes): void {
    const left = this.#bytes.length - this.#position;
    if (length > left) throw new Error(`${length} bytes should follow, but there are ${left}`);
  }
}

/**
 * V8 has the names of properties once each, and compares and finds them by address. A text that was read is
 * none of them until it has been a name; this is the one that it then is.
 */
const internalized = (text: string): string => Object.keys({ [text]: true })[0]!;

const HOLE_HEAD = format.HOLE * 8 + format.SIMPLE;

const OWN = { writable: true, enumerable: true, configurable: true };

function fail(reason: string): never {
  throw new Error(reason);
}
