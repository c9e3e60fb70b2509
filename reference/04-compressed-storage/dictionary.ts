// What writer and reader know before the first byte.

import { crc32 } from 'node:zlib';
import { Shapes } from './format.ts';
import { type Bytes, bytes, integer } from './options.ts';
import { Reader, type Tables } from './reader.ts';

/** How far back deflate can look. */
export const MAX_DICTIONARY: Bytes = 32_768;

/**
 * How much of a dictionary deflate is shown. It reads all of that anew for each value, 4 kB in 4 µs; and the
 * tables have made use of the rest already, so that 4 kB save no more than 1% of the bytes.
 */
const WINDOW: Bytes = 1_024;

/**
 * A stream that both sides have read before any other. What it says is of no interest; but they have its
 * texts and shapes in their tables now, and deflate has its end in the window. Every stream that follows is
 * written as if it were a continuation.
 *
 * Bytes that are no stream do as well: they just leave less behind.
 */
export class Dictionary implements Tables {
  /** That of no dictionary. */
  static readonly NONE = new Dictionary(new Uint8Array());

  readonly length: Bytes;
  /** The CRC-32 of the bytes; 0 for none. */
  readonly id: number;
  readonly window: Uint8Array;

  readonly texts: readonly string[];
  readonly textNumbers: ReadonlyMap<string, number>;
  /** What each text takes where it is spelled out. */
  readonly textBytes: readonly Bytes[];

  readonly shapes: readonly (readonly string[])[];
  readonly shapeNumbers = new Shapes();
  /** What the definition of each shape takes. */
  readonly shapeBytes: readonly Bytes[];

  /** @throws TypeError or RangeError if `option` is not 1 to 32,768 bytes */
  static of(option: Uint8Array): Dictionary {
    integer('dictionary.length', bytes('dictionary', option).length, 1, MAX_DICTIONARY);
    return new Dictionary(new Uint8Array(option));
  }

  private constructor(bytes: Uint8Array) {
    this.length = bytes.length;
    this.id = crc32(bytes);
    this.window = bytes.slice(-WINDOW);

    const { texts, shapes } = tablesIn(bytes);
    this.texts = texts;
    this.textNumbers = new Map(texts.map((text, number) => [text, number]));
    this.textBytes = texts.map(spelledBytes);
    this.shapes = shapes;
    for (const [number, keys] of shapes.entries()) this.shapeNumbers.add(number, keys);
    this.shapeBytes = shapes.map((keys) => keys.map(spelledBytes).reduce(sum, headBytes(keys.length)));
  }
}

/** What a reader knows when it has come to the end, or to where it can't go on. */
function tablesIn(bytes: Uint8Array): Tables {
  const reader = new Reader();
  try {
    reader.read(bytes);
  } catch {
    // So far, then.
  }
  return reader.tables;
}

function spelledBytes(text: string): Bytes {
  const isWide = /[^\0-\xff]/.test(text);
  return headBytes(text.length) + text.length * (isWide ? 2 : 1);
}

/** Of a head with this n. */
const headBytes = (n: number): Bytes => Math.ceil((3 + 32 - Math.clz32(n)) / 7);

const sum = (a: number, b: number) => a + b;
