/**
 * Metadata in as few bytes as will do, for data that is kept because it may be asked for, and seldom is.
 *
 * ## The problem
 *
 * What a framework knows of a class is a few kilobytes, and most of it is said over and over: the same keys
 * in each column, the same types and rules, the same columns in each entity. Times a thousand classes, times
 * a hundred tenants, that is the heap. Compression finds repetition, but it looks for it within one value,
 * where there is least; it is paid for at each use; and it does not help if every entry carries 250 bytes of
 * typed array around its 300 bytes of content, or if nobody counts.
 *
 * ## The structure chosen
 *
 * A *stream* of our own instead of JSON (format.ts). Keys are written once, as a shape [1]; a text is written
 * once and is a number from then on; small numbers are one byte. It costs about what JSON does, and takes
 * 870 bytes where JSON takes 3,262. Numbers of objects come for free with it, and so do shared references
 * and cycles.
 *
 * A *dictionary* is a stream that both sides have read before (dictionary.ts). It is the same idea twice. Its
 * texts and shapes stand in the tables when a value begins, so that what all values have in common is a
 * number from the start; and its end stands in deflate's window, as RFC 1951 permits and zlib's preset
 * dictionaries have it [2][3]. A description of the shop, in bytes:
 *
 * | | as it is | deflated |
 * | --- | --- | --- |
 * | JSON | 3,262 | 589 |
 * | v8.serialize | 2,786 | – |
 * | a stream | 870 | 558 |
 * | a stream, with a dictionary of 4 kB | 584 | 318 |
 * | a stream, with a dictionary of 16 kB | 577 | 316 |
 *
 * The third line says what the format alone is good for: for speed, since deflate has a quarter to read, and
 * hardly for size. Deflate finds the repetition within a value by itself. What it can't find is the
 * repetition between values, and that is the fourth line.
 *
 * *Which* samples make a dictionary is found by taking, again and again, the one that brings most of what
 * others have and the dictionary has not (training.ts).
 *
 * What is kept of an entry is a record and a *string* of bytes (residents.ts): one object instead of the
 * three and a malloc of a Uint8Array. What it takes is estimated from the layout of V8's objects (layout.ts),
 * and a test holds the estimate against the heap.
 *
 * Of bytes that come from elsewhere nothing is believed. Their checksum answers for all they claim; what they
 * unpack to is limited to what they claim; and the reader checks each number and length, since a checksum
 * stops accidents but nobody who can compute one.
 *
 * With `share`, equal parts of what is handed out are one frozen object: hash-consing [6], by weak
 * references, so that nothing lives longer for it (sharing.ts).
 *
 * ## The ideal that was rejected
 *
 * All descriptions in one stream, compressed by brotli at its best, take 215 bytes each. To read one, all
 * have to be unpacked; to replace one, all have to be written.
 *
 * zstd has dictionaries that are trained well, by COVER [4], and is faster than zlib; Node 20 does not have
 * it. LZ4 would be faster still and takes 434 bytes with 16 kB of dictionary, but it is native code to be
 * installed.
 *
 * Of zlib's 15 µs a value two thirds are for making and clearing its state. A compressor in JavaScript, with
 * its tables kept, would spare that; it would also be a thousand lines more, and slower at large values. A
 * zlib stream that stays open spares it too, but then each value can be read only after all before it.
 *
 * Numbers could be given by frequency, the shortest to the most frequent. Deflate's Huffman codes do just
 * that, and for bytes rather than for texts.
 *
 * ## What it costs
 *
 * To store and retrieve a description takes about eight tenths of what JSON and deflate at level 1 take, and
 * leaves half of the bytes; a quarter of the time is the writer's, a sixth the reader's, and the rest is
 * zlib's. Nothing here grows with the number of entries. A writer keeps 16 kB for itself, and the tables of a
 * dictionary take about twice its bytes: once for each storage, and not counted.
 *
 * Two things are given up. A value may be 500 deep and no more, since the reader is recursive; and of a list
 * only the elements are kept, not properties that somebody hung on it.
 *
 * ## Where to read
 *
 * 1. options.ts: what users write and read
 * 2. format.ts, writer.ts with paths.ts, reader.ts: the stream
 * 3. dictionary.ts, training.ts: what is known before it begins
 * 4. packing.ts: deflate, checksums and limits
 * 5. layout.ts, residents.ts: entries, their order, and their sums
 * 6. sharing.ts: one copy of what is equal
 * 7. compressed-storage.ts: the storage, which is put together from these
 *
 * ## Sources
 *
 * 1. C. Chambers, D. Ungar, E. Lee: An Efficient Implementation of SELF, a Dynamically-Typed Object-Oriented
 *    Language Based on Prototypes. OOPSLA 1989. Maps, which V8 calls hidden classes; as record structures in
 *    streams they are in msgpackr, github.com/kriszyp/msgpackr.
 * 2. P. Deutsch: DEFLATE Compressed Data Format Specification. RFC 1951, 1996.
 * 3. J.-l. Gailly, M. Adler: zlib's manual, `deflateSetDictionary`. zlib.net/manual.html
 * 4. K. Liao, M. Petri, A. Moffat, A. Wirth: Effective Construction of Relative Lempel-Ziv Dictionaries.
 *    WWW 2016. COVER, as zstd has it.
 * 5. M. Minoux: Accelerated Greedy Algorithms for Maximizing Submodular Set Functions. Optimization
 *    Techniques, Springer 1978.
 * 6. A. P. Ershov: On Programming of Arithmetic Operations. Communications of the ACM 1(8), 1958. Equal
 *    subexpressions found by hashing; called hash-consing since E. Goto, 1974.
 * 7. G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake: The FNV Non-Cryptographic Hash Algorithm. Internet-Draft
 *    draft-eastlake-fnv.
 *
 * @module
 */

export { MemoryOptimizedStorage } from './compressed-storage.ts';
export * from './options.ts';
export { trainDictionary } from './training.ts';
