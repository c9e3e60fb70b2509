import { deflateSync, inflateSync } from 'fflate';

type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** The format is the same, the bytes are not: within some 5% of what Node's zlib makes. */
export function deflateRawSync(bytes: Uint8Array, { level = 6, dictionary }: { level?: number; dictionary?: Uint8Array } = {}): Uint8Array {
  return deflateSync(bytes, { level: level as Level, ...(dictionary?.length && { dictionary }) });
}

export function inflateRawSync(
  bytes: Uint8Array,
  { dictionary, maxOutputLength }: { dictionary?: Uint8Array; maxOutputLength?: number } = {},
): Uint8Array {
  const inflated = inflateSync(bytes, dictionary?.length ? { dictionary } : {});
  if (maxOutputLength !== undefined && inflated.length > maxOutputLength) throw new RangeError('it inflates to too much');
  return inflated;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

export function crc32(bytes: Uint8Array, value = 0): number {
  let crc = ~value;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
