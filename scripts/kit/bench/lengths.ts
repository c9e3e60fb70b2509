import { serialize } from 'node:v8';
import { deflateRawSync } from 'node:zlib';
import { describe, generateClasses, shopClasses } from '../../../reference/00-framework/index.ts';
import { MemoryOptimizedStorage, trainDictionary } from '../../../reference/04-compressed-storage/index.ts';

/** What a description of a class of the shop becomes, in bytes, on the average. */
export interface Length {
  readonly name: string;
  readonly encoded?: number;
  readonly deflated?: number;
}

/** Counts, the same on every machine. */
export function lengthsOfEncodings(): Length[] {
  const shop = shopClasses.map(describe);
  const samples = generateClasses(40, 7).map(describe);
  const average = (lengthOf: (value: unknown) => number) =>
    Math.round(shop.reduce((sum, value) => sum + lengthOf(value), 0) / shop.length);
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const kept = (options: object) => {
    const storage = new MemoryOptimizedStorage(options);
    return average((value) => storage.compress(value).payload.length);
  };
  const withDictionary = (bytes: number): Length => {
    const dictionary = trainDictionary(samples, bytes);
    return { name: `the same, with a dictionary of ${bytes / 1_024} kB`, deflated: kept({ dictionary }) };
  };
  return [
    { name: 'JSON', encoded: average((value) => json(value).length), deflated: average((value) => deflateRawSync(json(value)).length) },
    { name: '`v8.serialize`', encoded: average((value) => serialize(value).length) },
    { name: "the reference's stream", encoded: kept({ compressFrom: Number.MAX_SAFE_INTEGER }), deflated: kept({ compressFrom: 0 }) },
    ...[1_024, 4_096, 16_384].map(withDictionary),
  ];
}
