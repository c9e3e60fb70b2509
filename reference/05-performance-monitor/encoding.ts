// Histograms as bytes: a version, the moments, and the buckets that are not empty.
//
// Most buckets are empty, and those that are not stand together: an operation that takes 2 to 40 ms has some
// 280 of 3,009. So each bucket says how many empty ones lie between it and the one before, mostly none, and
// its count. Both are written seven bits a byte, the lowest first; the eighth bit says that more follow. This
// is what HdrHistogram and Protocol Buffers do [1].

import { BUCKETS } from './buckets.ts';
import type { Moments } from './moments.ts';

/** The bytes are cut off, changed, or something else altogether. */
export class DamagedHistogramError extends Error {
  override readonly name = 'DamagedHistogramError';

  constructor(what: string) {
    super(`these bytes are no histogram: ${what}`);
  }
}

/** It changes with the buckets too: the counts of others would be read as if they were ours. */
const VERSION = 1;
const FIELDS = ['count', 'min', 'max', 'origin', 'sum', 'squares'] as const satisfies (keyof Moments)[];
const HEAD_BYTES = 1 + 8 * FIELDS.length;

/** @internal */
export function encode(counts: ArrayLike<number>, moments: Moments): Uint8Array {
  const bytes: number[] = [];
  let empty = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = counts[bucket]!;
    if (count === 0) {
      empty++;
      continue;
    }
    write(bytes, empty);
    write(bytes, count);
    empty = 0;
  }
  const encoded = new Uint8Array(HEAD_BYTES + bytes.length);
  const view = new DataView(encoded.buffer);
  view.setUint8(0, VERSION);
  for (const [i, field] of FIELDS.entries()) view.setFloat64(1 + 8 * i, moments[field]);
  encoded.set(bytes, HEAD_BYTES);
  return encoded;
}

/**
 * Nothing of what is written is believed that can be checked: no bucket beyond the last, no count that is not
 * the sum of the buckets.
 *
 * @internal
 * @param moments what is to have those that were written
 * @param tally told of each bucket that is not empty
 */
export function decode(
  bytes: Uint8Array,
  moments: Moments,
  tally: (bucket: number, count: number) => void,
): void {
  if (bytes.length < HEAD_BYTES) throw new DamagedHistogramError(`${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== VERSION) throw new DamagedHistogramError(`version ${view.getUint8(0)}`);
  for (const [i, field] of FIELDS.entries()) moments[field] = view.getFloat64(1 + 8 * i);

  const numbers = read(bytes.subarray(HEAD_BYTES));
  let bucket = -1;
  let sum = 0;
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    bucket += numbers[i]! + 1;
    if (bucket >= BUCKETS) throw new DamagedHistogramError(`bucket ${bucket}`);
    tally(bucket, numbers[i + 1]!);
    sum += numbers[i + 1]!;
  }
  if (numbers.length % 2 !== 0) throw new DamagedHistogramError('it is cut off');
  if (sum !== moments.count) throw new DamagedHistogramError(`${sum} durations, said to be ${moments.count}`);
}

// Counts may have more bits than the operators `>>>` and `&` know of.
function write(bytes: number[], value: number): void {
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(128 | value % 128);
  bytes.push(value);
}

function read(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte > 127) continue;
    values.push(value);
    value = 0;
    scale = 1;
  }
  if (scale !== 1) throw new DamagedHistogramError('it is cut off');
  return values;
}
