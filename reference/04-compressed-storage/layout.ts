// What an entry takes in V8's heap: estimated from how V8 lays out objects, not from what we would like.
//
// Node 20 and 24, 64 bits, no pointer compression: a word has 8 bytes, and every object is a whole number of
// words. A test in reference.spec.ts holds the sums against the heap.

import type { Bytes } from './options.ts';

const WORD: Bytes = 8;

/** Map, properties and elements: where every JavaScript object begins. */
const OBJECT: Bytes = 3 * WORD;

/** Map, hash and length. */
const STRING: Bytes = 2 * WORD;

/**
 * Key, value and chain of a Map's entry, and half a bucket. A table doubles when it is full, so it is three
 * quarters full on the average.
 */
const MAP_SLOT: Bytes = (3.5 * WORD * 4) / 3;

/** The WeakRef, its cell in the FinalizationRegistry, and the places in three weak tables. Measured. */
const CLASS_KEY: Bytes = 232;

/** Of the record of an entry; `Entry` in residents.ts has them. */
const FIELDS = 10;

/** @param key of the entry, or nothing where that is a class */
export function overheadOf(key: string | undefined): Bytes {
  const record = OBJECT + FIELDS * WORD;
  const payload = STRING + WORD / 2; // the rest of its last word, on the average
  return Math.round(record + payload + (key === undefined ? CLASS_KEY : MAP_SLOT + bytesOf(key)));
}

/** Of a string of its own. V8 takes one byte for a character if Latin-1 has all of them, two if not. */
function bytesOf(text: string): Bytes {
  const isWide = /[^\0-\xff]/.test(text);
  return STRING + Math.ceil((text.length * (isWide ? 2 : 1)) / WORD) * WORD;
}
