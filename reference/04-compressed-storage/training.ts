// Which samples make a good dictionary.

import { Dictionary, MAX_DICTIONARY } from './dictionary.ts';
import { type Bytes, integer } from './options.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

interface Candidate {
  readonly sample: unknown;
  /** The texts that it would bring into the tables, and the keys of its shapes as one text each. */
  readonly brings: readonly string[];
  /** What that was worth in some round; in later ones it is worth no more. */
  worth: number;
}

/**
 * A dictionary for values like the samples: the stream of a list of some of them. O(bytes of the samples),
 * some milliseconds for forty descriptions.
 *
 * A text or a shape is worth its length, once for each sample that has it. The sample that brings most of
 * what is not there yet is taken next: so each kind has its part, and what only few have comes last. What was
 * taken first stands at the end, where deflate sees it.
 *
 * @param size the most bytes that it may have, an integer from 1 to 32,768
 * @throws UnsupportedValueError if a sample is not data
 * @throws RangeError if `size` is out of its range, or there is no sample
 */
export function trainDictionary(samples: Iterable<unknown>, size: Bytes = 16_384): Uint8Array {
  integer('size', size, 1, MAX_DICTIONARY);
  const all = [...samples];
  if (all.length === 0) throw new RangeError('samples must have at least one, received none');
  const writer = new Writer(Dictionary.NONE);
  const streamOf = (value: unknown) => new Uint8Array(writer.encode(value, Infinity).bytes);

  const candidates: Candidate[] = [];
  for (const sample of all) {
    const stream = streamOf(sample);
    const fits = stream.length < size; // in a list, that is, whose head is a byte
    if (fits) candidates.push({ sample, brings: tablesOf(stream), worth: Infinity });
  }
  const ranked = ranking(candidates);
  const streamOfFirst = (count: number) => streamOf(ranked.slice(0, count).reverse());
  let [fitting, tooMany] = [0, ranked.length + 1];
  while (tooMany - fitting > 1) {
    const count = (fitting + tooMany) >> 1;
    if (streamOfFirst(count).length <= size) fitting = count;
    else tooMany = count;
  }
  return streamOfFirst(fitting);
}

function tablesOf(stream: Uint8Array): string[] {
  const reader = new Reader();
  reader.read(stream);
  const { texts, shapes } = reader.tables;
  return [...texts, ...shapes.map((keys) => keys.join())];
}

// #region ranking
/**
 * The samples in the order in which they are taken.
 *
 * Not all are weighed anew in each round: one that is worth more now than the others were before is worth
 * more than they are now (Minoux's accelerated greedy algorithm [5]).
 */
function ranking(candidates: readonly Candidate[]): unknown[] {
  const popularity = new Map<string, number>();
  for (const { brings } of candidates) {
    for (const text of brings) popularity.set(text, (popularity.get(text) ?? 0) + 1);
  }
  const worthOf = (text: string) => text.length * (popularity.get(text) ?? 0);

  const taken: unknown[] = [];
  const left = new Set(candidates);
  while (left.size > 0) {
    let best: Candidate | undefined;
    for (const candidate of left) {
      if (best !== undefined && candidate.worth <= best.worth) continue;
      candidate.worth = candidate.brings.reduce((worth, text) => worth + worthOf(text), 0);
      if (best === undefined || candidate.worth > best.worth) best = candidate;
    }
    left.delete(best!);
    taken.push(best!.sample);
    for (const text of best!.brings) popularity.delete(text); // it is there now
  }
  return taken;
}
// #endregion ranking
