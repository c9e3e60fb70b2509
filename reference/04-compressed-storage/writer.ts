// From a value to a stream.

import type { Dictionary } from './dictionary.ts';
import * as format from './format.ts';
import { type Bytes, EntryTooLargeError, UnsupportedValueError } from './options.ts';
import { briefly, Trail } from './paths.ts';

/** Where most streams fit in. */
const FIRST_SIZE: Bytes = 16_384;

/** Texts up to here are written faster by a loop than by a call that leaves JavaScript. */
const LONG = 64;

const BUFFER_NUMBERS = new Map(format.BUFFERS.map(({ prototype }, number) => [prototype, number]));

export interface Stream {
  /** A view, valid until the writer is used again. */
  readonly bytes: Uint8Array;
  /** See `CompressedMetadata`. */
  readonly originalBytes: Bytes;
}

/**
 * Writes one stream after the other. One that threw is in no state to go on, and so is one whose value has a
 * getter that would like to write, too: whoever uses a writer takes it away from where others find it, and
 * puts it back when it has returned.
 */
export class Writer {
  /** Stores beyond the end of a typed array are ignored: so nobody looks whether there is room. */
  #bytes = Buffer.allocUnsafeSlow(FIRST_SIZE);
  #position = 0;

  readonly #dictionary: Dictionary;
  /** What came since the dictionary, numbered on from there. */
  #texts = new Map<string, number>();
  #shapes = new format.Shapes();
  #shapeCount: number;
  #objects = new Map<object, number>();
  /** Of the dictionary's texts and shapes: 1 if this stream has used it. */
  readonly #usedTexts: Uint8Array;
  readonly #usedShapes: Uint8Array;
  #borrowed: Bytes = 0;

  readonly #trail = new Trail();

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
    this.#shapeCount = dictionary.shapes.length;
    this.#usedTexts = new Uint8Array(dictionary.texts.length);
    this.#usedShapes = new Uint8Array(dictionary.shapes.length);
  }

  /** Whether it has grown for a large value. */
  get isLarge(): boolean {
    return this.#bytes.length > FIRST_SIZE;
  }

  /**
   * @throws UnsupportedValueError if something in `value` is not data
   * @throws EntryTooLargeError if it takes more than `maxBytes`
   * @throws RangeError if it is deeper than 500
   */
  encode(value: unknown, maxBytes: Bytes): Stream {
    for (;;) {
      this.#value(value);
      const end = this.#position;
      const originalBytes = end + this.#borrowed;
      if (originalBytes > maxBytes) throw new EntryTooLargeError(originalBytes, maxBytes);
      this.#forget();
      if (end <= this.#bytes.length) return { bytes: this.#bytes.subarray(0, end), originalBytes };
      this.#bytes = Buffer.allocUnsafeSlow(end); // now it is known how much it takes
    }
  }

  /** Begins anew, and keeps nothing alive of what was written. */
  #forget(): void {
    this.#position = this.#borrowed = 0;
    this.#texts = new Map();
    this.#shapes = new format.Shapes();
    this.#shapeCount = this.#dictionary.shapes.length;
    this.#objects = new Map();
    this.#usedTexts.fill(0);
    this.#usedShapes.fill(0);
    this.#trail.clear();
  }

  // ---- Values -------------------------------------------------------------------------------------------

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        return this.#number(value);
      case 'boolean':
        return this.#head(format.SIMPLE, value ? format.TRUE : format.FALSE);
      case 'undefined':
        return this.#head(format.SIMPLE, format.UNDEFINED);
      case 'bigint':
        return this.#bigint(value);
      case 'object':
        return value === null ? this.#head(format.SIMPLE, format.NULL) : this.#object(value);
      default:
        throw new UnsupportedValueError(this.#trail.toString(), briefly(value));
    }
  }

  #head(kind: number, n: number): void {
    let rest = n * 8 + kind;
    while (rest > 127) {
      this.#bytes[this.#position++] = rest | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#position++] = rest;
  }

  // #region text
  #text(text: string): void {
    const primed = this.#dictionary.textNumbers.get(text);
    if (primed !== undefined) {
      this.#head(format.REPEAT, primed);
      if (this.#usedTexts[primed] === 0) {
        this.#usedTexts[primed] = 1;
        this.#borrowed += this.#dictionary.textBytes[primed]!;
      }
      return;
    }
    const known = this.#texts.get(text);
    if (known !== undefined) return this.#head(format.REPEAT, known);
    this.#texts.set(text, this.#dictionary.texts.length + this.#texts.size);
    this.#spell(text);
  }
  // #endregion text

  /** Not UTF-8: half a surrogate pair has to come back, too. */
  #spell(text: string): void {
    const start = this.#position;
    if (text.length > LONG) return this.#spellLong(text);
    this.#head(format.TEXT, text.length);
    let position = this.#position;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 255) {
        this.#position = start;
        return this.#spellLong(text);
      }
      this.#bytes[position++] = unit;
    }
    this.#position = position;
  }

  #spellLong(text: string): void {
    const isWide = /[^\0-\xff]/.test(text);
    this.#head(isWide ? format.WIDE : format.TEXT, text.length);
    const end = this.#position + (isWide ? 2 : 1) * text.length;
    if (end <= this.#bytes.length) this.#bytes.write(text, this.#position, isWide ? 'utf16le' : 'latin1');
    this.#position = end;
  }

  #number(value: number): void {
    const isShort = (value | 0) === value && value >= -format.INTEGER_LIMIT && value < format.INTEGER_LIMIT;
    if (isShort && !Object.is(value, -0)) return this.#head(format.INTEGER, (value << 1) ^ (value >> 31));
    this.#head(format.SIMPLE, format.FLOAT);
    this.#float(value);
  }

  #float(value: number): void {
    if (this.#position + 8 <= this.#bytes.length) this.#bytes.writeDoubleLE(value, this.#position);
    this.#position += 8;
  }

  #bigint(value: bigint): void {
    this.#head(format.SIMPLE, value < 0n ? format.NEGATIVE_BIGINT : format.BIGINT);
    this.#spell((value < 0n ? -value : value).toString(16));
  }

  // ---- Objects ------------------------------------------------------------------------------------------

  #object(value: object): void {
    const known = this.#objects.get(value);
    if (known !== undefined) return this.#head(format.AGAIN, known);
    this.#objects.set(value, this.#objects.size);

    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype || prototype === null) this.#record(value as Record<string, unknown>);
    else if (prototype === Array.prototype) this.#list(value as unknown[]);
    else if (prototype === Map.prototype) this.#map(value as Map<unknown, unknown>);
    else if (prototype === Set.prototype) this.#set(value as Set<unknown>);
    else if (prototype === Date.prototype) this.#date(value as Date);
    else this.#buffer(value, prototype);
  }

  #record(record: Record<string, unknown>): void {
    this.#requireNoSymbols(record);
    const keys = Object.keys(record);
    const primed = this.#dictionary.shapeNumbers.find(keys);
    if (primed >= 0) this.#borrowShape(primed);
    else this.#ownShape(keys);
    const level = this.#trail.enter(record);
    for (let i = 0; i < keys.length; i++) {
      this.#trail.steps[level] = i;
      this.#value(record[keys[i]!]);
    }
    this.#trail.leave();
  }

  #borrowShape(number: number): void {
    this.#head(format.RECORD, number);
    if (this.#usedShapes[number] === 1) return;
    this.#usedShapes[number] = 1;
    this.#borrowed += this.#dictionary.shapeBytes[number]!;
  }

  #ownShape(keys: readonly string[]): void {
    const known = this.#shapes.find(keys);
    if (known >= 0) return this.#head(format.RECORD, known);
    this.#shapes.add(this.#shapeCount, keys);
    this.#head(format.RECORD, this.#shapeCount++);
    this.#head(format.LIST, keys.length);
    for (const key of keys) this.#spell(key);
  }

  #list(list: readonly unknown[]): void {
    this.#head(format.LIST, list.length);
    const level = this.#trail.enter(list);
    for (let i = 0; i < list.length; i++) {
      this.#trail.steps[level] = i;
      const value = list[i];
      if (value === undefined && !(i in list)) this.#head(format.SIMPLE, format.HOLE);
      else this.#value(value);
    }
    this.#trail.leave();
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.#head(format.SIMPLE, format.MAP);
    this.#head(format.LIST, map.size);
    const level = this.#trail.enter(map);
    let step = 0;
    for (const [key, value] of map) {
      this.#trail.steps[level] = step++;
      this.#value(key);
      this.#trail.steps[level] = step++;
      this.#value(value);
    }
    this.#trail.leave();
  }

  #set(set: ReadonlySet<unknown>): void {
    this.#head(format.SIMPLE, format.SET);
    this.#head(format.LIST, set.size);
    const level = this.#trail.enter(set);
    let step = 0;
    for (const member of set) {
      this.#trail.steps[level] = step++;
      this.#value(member);
    }
    this.#trail.leave();
  }

  #date(date: Date): void {
    this.#head(format.SIMPLE, format.DATE);
    this.#float(date.getTime());
  }

  #buffer(value: object, prototype: object): void {
    const number = BUFFER_NUMBERS.get(prototype);
    if (number === undefined) throw new UnsupportedValueError(this.#trail.toString(), briefly(value));
    const bytes = bytesOf(value as ArrayBufferView | ArrayBuffer);
    this.#head(format.SIMPLE, format.BUFFER + number);
    this.#head(format.LIST, bytes.length);
    if (this.#position + bytes.length <= this.#bytes.length) this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  #requireNoSymbols(value: object): void {
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols.length === 0) return;
    throw new UnsupportedValueError(`${this.#trail}[${String(symbols[0])}]`, 'a symbol for a key');
  }
}

function bytesOf(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
