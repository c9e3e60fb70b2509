// The format: what writer and reader must agree on.
//
// A value is a *head* and what the head says. A head is one number, 8 n + kind, in groups of seven bits, the
// lowest first; all but the last have their top bit set (LEB128). What n is depends on the kind:
//
//   SIMPLE   which of those below            LIST    its length; then as many values
//   INTEGER  0, -1, 1, -2 … as 0, 1, 2, 3    RECORD  the number of its shape; then a value for each key
//   TEXT     its length; then Latin-1        AGAIN   the number of an object met before
//   WIDE     its length; then UTF-16         REPEAT  the number of a text met before
//
// Three tables give numbers in the order of first meeting: texts, shapes and objects. Both sides keep them
// alike, so nobody has to write them down. A shape is the list of an object's keys: a record whose number is
// the next free one is followed by its definition, how many keys and each as TEXT or WIDE.

/** The lowest three bits of a head. */
export const SIMPLE = 0;
export const INTEGER = 1;
export const TEXT = 2;
export const WIDE = 3;
export const REPEAT = 4;
export const LIST = 5;
export const RECORD = 6;
export const AGAIN = 7;

/** Of {@link SIMPLE}. */
export const UNDEFINED = 0;
export const NULL = 1;
export const FALSE = 2;
export const TRUE = 3;
/** What a list does not have at an index: nobody's value, and not `undefined`. */
export const HOLE = 4;
/** A float of eight bytes follows. */
export const FLOAT = 5;
/** The instant follows, as a float. */
export const DATE = 6;
/** The magnitude follows: a text of hexadecimal digits. */
export const BIGINT = 7;
export const NEGATIVE_BIGINT = 8;
/** How many entries follows as a head, then the keys, each with its value. */
export const MAP = 9;
/** How many members follows as a head, then the members. */
export const SET = 10;
/** From here on: which of {@link BUFFERS}; how many bytes follows as a head, then the bytes. */
export const BUFFER = 11;

/** Integers from -2²⁷ to 2²⁷ - 1 fit into a head, which is of 31 bits; others are floats. */
export const INTEGER_LIMIT = 2 ** 27;

/** No n of a head is larger, so neither is a stream. */
export const MAX_STREAM = 2 ** 28 - 1;

/**
 * How deep a value may be. The reader is recursive, and what was stored must be readable wherever the stack
 * then stands; as for bytes that were made to hurt, they end here too.
 */
export const MAX_DEPTH = 500;

type FromBuffer = new (buffer: ArrayBuffer) => ArrayBufferView;

const view = (View: FromBuffer) => ({
  prototype: View.prototype,
  from: (buffer: ArrayBuffer) => new View(buffer),
});

/** Objects that are bytes and nothing else, by their very prototype. Their order is part of the format. */
export const BUFFERS: readonly { prototype: object; from: (buffer: ArrayBuffer) => object }[] = [
  { prototype: ArrayBuffer.prototype, from: (buffer) => buffer },
  { prototype: Buffer.prototype, from: (buffer) => Buffer.from(buffer) },
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array].map(view),
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView].map(view),
];

/** The keys that objects have in common, in their order: what V8 would call a hidden class. */
export interface Shape {
  readonly number: number;
  readonly keys: readonly string[];
}

/**
 * How many shapes are looked at that begin with the same key. Objects that are used as maps have a shape
 * each; they are defined over and over, rather than compared with all that came before.
 */
const MAX_ALIKE = 8;

/** Finds a shape by its keys. */
export class Shapes {
  readonly #byFirstKey = new Map<string | undefined, Shape[]>();

  add(number: number, keys: readonly string[]): void {
    const alike = this.#byFirstKey.get(keys[0]);
    if (alike === undefined) this.#byFirstKey.set(keys[0], [{ number, keys }]);
    else if (alike.length < MAX_ALIKE) alike.push({ number, keys });
  }

  // #region find
  /** The number of the shape that has just these keys, or -1. O(keys). */
  find(keys: readonly string[]): number {
    const alike = this.#byFirstKey.get(keys[0]);
    if (alike === undefined) return -1;
    for (const shape of alike) if (areSame(shape.keys, keys)) return shape.number;
    return -1;
  }
  // #endregion find
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
