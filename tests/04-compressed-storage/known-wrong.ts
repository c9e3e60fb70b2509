import type { KnownWrong } from '../known-wrong.ts';

export default [
  // ---- Step 1 ------------------------------------------------------------------------------------------
  {
    id: 'goes-through-json',
    step: '1',
    patch: [
      { find: 'return serialize(value);', replace: 'return Buffer.from(JSON.stringify(value) ?? "null");' },
      { find: '=> deserialize(bytes);', replace: '=> JSON.parse(Buffer.from(bytes).toString());' },
    ],
    breaks: ['4.1.1', '4.1.2', '4.1.3', '4.2.1', '4.6.3', '4.6.5'],
    say:
      'JSON turns a Date into a string, a Map into {} and NaN into null, drops what is undefined, and throws at a ' +
      'BigInt and at a cycle. Either write down what it lacks yourself, or use a format that knows these types.',
  },
  {
    id: 'keeps-what-it-decoded',
    step: '1',
    patch: [
      {
        find: 'const value = this.#unpack(entry, key);',
        replace: 'const value = ((entry as { value?: unknown }).value ??= this.#unpack(entry, key));',
      },
    ],
    breaks: ['4.1.3', '4.6.1', '4.6.5', '4.6.6', '4.6.7', '4.6.8'],
    say: 'All callers get the object that was decoded first: what one of them changes in it, the others see.',
  },
  {
    id: 'hands-out-views-of-its-bytes',
    step: '1',
    patch: [{ find: 'isRaw ? new Uint8Array(payload)', replace: 'isRaw ? payload' }],
    breaks: ['4.1.3', '4.2.1', '4.6.5'],
    say:
      'A typed array that `v8.deserialize` makes is a view of the bytes that it read. Whoever writes into one that ' +
      'came back writes into what is kept.',
  },
  {
    id: 'does-not-look-into-maps',
    step: '1',
    patch: [
      {
        find: '} else if (!types.isDate(value) &&',
        replace: '} else if (!types.isMap(value) && !types.isSet(value) && !types.isDate(value) &&',
      },
      { find: 'if (value instanceof Map || value instanceof Set) {', replace: 'if (false as boolean) {' },
      {
        find: '[...value.keys()].forEach((member, i)',
        replace: '[...(value as Map<unknown, unknown>).keys()].forEach((member, i)',
      },
      { find: 'for (const [key, member] of value) require', replace: 'for (const [key, member] of value as Map<unknown, unknown>) require' },
    ],
    breaks: ['4.1.4', '4.1.6'],
    say: 'What cannot be kept is found in objects and arrays, but not in a Map or a Set: look at their members too.',
  },
  {
    id: 'strips-instances-of-their-class',
    step: '1',
    patch: [
      {
        find: '} else if (isPlain(value)) {',
        replace: '} else if (isPlain(value) || !(types.isDate(value) || types.isArrayBuffer(value) || ArrayBuffer.isView(value))) {',
      },
    ],
    breaks: ['4.1.5'],
    say:
      'An instance of a class comes back as a plain object without its methods, if it comes back at all. Only objects ' +
      'whose prototype is that of a literal, or null, are plain.',
  },
  {
    id: 'says-nearly-where',
    step: '1',
    patch: [{ find: "if (Array.isArray(holder)) return `[${key}]`;\n", replace: '\n' }],
    breaks: ['4.1.6'],
    say: 'The path of an element of an array is not as one would write it: its index stands in brackets, without quotes.',
  },
  {
    id: 'overlooks-symbol-keys',
    step: '1',
    patch: [
      {
        find: "if (symbol) throw new UnsupportedValueError(`${path}[${String(symbol)}]`, 'a symbol for a key');",
        replace: 'void symbol;',
      },
    ],
    breaks: ['4.1.4'],
    say: 'A property with a symbol for a key is lost without a word: `Object.keys` and `Object.entries` do not list it.',
  },
  {
    id: 'forgets-the-old-before-it-has-the-new',
    step: '1',
    patch: [
      {
        find: 'this.#put(this.#idOf(key), this.compress(metadata));',
        replace: 'this.delete(key);\n    this.#put(this.#idOf(key), this.compress(metadata));',
      },
    ],
    breaks: ['4.1.7', '4.4.4', '4.4.10', '4.5.3'],
    say: 'A `store` that fails has deleted the old value already. Do first what may throw, and then what changes something.',
  },
  {
    id: 'takes-undefined-for-nothing',
    step: '1',
    patch: [{ find: 'return this.#entries.has(this.#idOf(key));', replace: 'return this.retrieve(key) !== undefined;' }],
    breaks: ['4.1.8', '4.4.6', '4.5.5', '4.5.6'],
    say: '`has` asks `retrieve`, and so takes a stored `undefined` for nothing, and counts as a use.',
  },
  {
    id: 'wants-a-key-that-is-truthy',
    step: '1',
    patch: [
      {
        find: 'this.#put(this.#idOf(key), this.compress(metadata));',
        replace: "if (!key) throw new TypeError('key is required');\n    this.#put(this.#idOf(key), this.compress(metadata));",
      },
    ],
    breaks: ['4.1.9', '4.4.3'],
    say: "The empty string is refused: `''` is falsy, and a key like any other.",
  },
  {
    id: 'always-deletes-something',
    step: '1',
    patch: [{ find: 'if (!entry) return false;', replace: 'if (!entry) return true;' }],
    breaks: ['4.1.8', '4.7.1'],
    say: '`delete` says that it deleted something, whether there was anything or not.',
  },
  {
    id: 'clones-each-property-apart',
    step: '1',
    patch: [
      {
        find: 'return serialize(value);',
        replace:
          'const isRecord = isPlain(value) && !Array.isArray(value);\n' +
          '  return serialize(isRecord ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, structuredClone(v)])) : value);',
      },
    ],
    breaks: ['4.1.2', '4.6.5'],
    say:
      'An object that two properties refer to comes back as two: each property is taken apart by itself, with a memory ' +
      'of its own of what it has seen. It takes one memory for the whole value.',
  },
  {
    id: 'goes-round-in-cycles',
    step: '1',
    patch: [{ find: ' || seen.has(value)) return;', replace: ') return;' }],
    breaks: ['4.1.2', '4.1.4', '4.6.5'],
    say: 'A value that contains itself is walked round and round until the stack is full. Remember which objects you have seen.',
  },

  // ---- Step 2 ------------------------------------------------------------------------------------------
  {
    id: 'keeps-the-view-that-zlib-returned',
    step: '2',
    patch: [
      {
        find: 'const payload = new Uint8Array(isSmaller ? deflated : encoded);',
        replace: 'const payload = isSmaller ? deflated : encoded;',
      },
    ],
    breaks: ['4.2.6'],
    say:
      'A payload of 600 bytes keeps 16 kB alive, or 64 kB: look at `payload.buffer.byteLength`. What zlib returns is a ' +
      'view of the chunk that it wrote into.',
  },
  {
    id: 'always-deflates',
    step: '2',
    patch: [
      {
        find: 'const isSmaller = deflated.length < originalBytes;',
        replace: 'const isSmaller = originalBytes >= this.#compressFrom;',
      },
    ],
    breaks: ['4.2.3'],
    say: 'What does not compress is kept deflated all the same, and takes more than it would raw. Compare before you choose.',
  },
  {
    id: 'one-byte-off-the-threshold',
    step: '2',
    patch: [{ find: 'originalBytes < this.#compressFrom', replace: 'originalBytes <= this.#compressFrom' }],
    breaks: ['4.2.4'],
    say: 'A value of exactly `compressFrom` bytes is kept raw; it is the first that should be compressed.',
  },
  {
    id: 'compresses-only-when-asked',
    step: '2',
    patch: [
      {
        find: 'this.#put(this.#idOf(key), this.compress(metadata));',
        replace:
          'this.compress(metadata);\n    const payload = new Uint8Array(encode(metadata));\n    const originalBytes = payload.length;\n' +
          "    this.#put(this.#idOf(key), { encoding: 'raw', payload, originalBytes, dictionaryId: 0, checksum: crc32(payload) });",
      },
    ],
    breaks: ['4.2.5', '4.4.1'],
    say: '`compress` compresses, but `store` keeps the value as it was encoded.',
  },
  {
    id: 'keeps-the-value-beside-its-bytes',
    step: '2',
    patch: [
      {
        find: 'this.#put(this.#idOf(key), this.compress(metadata));',
        replace: 'this.#put(this.#idOf(key), Object.assign(this.compress(metadata), { metadata }));',
      },
    ],
    breaks: ['4.2.5'],
    say: 'The storage keeps the compressed bytes, and the value itself beside them: now there are two.',
  },
  {
    id: 'leaves-out-the-matches',
    step: '2',
    patch: [
      {
        find: 'dictionary?.length ? { dictionary } : {});',
        replace: 'dictionary?.length ? { dictionary } : { strategy: 2 });',
      },
    ],
    breaks: ['4.2.2'],
    say:
      'With `Z_HUFFMAN_ONLY` deflate gives frequent bytes short codes, and that is all. What makes metadata small is that ' +
      'it repeats itself: leave the matches in.',
  },
  {
    id: 'remembers-what-it-restored',
    step: '2',
    patch: [
      {
        find: 'return this.#unpack(compressed) as T;',
        replace:
          'const known = compressed as CompressedMetadata & { value?: unknown };\n    return (known.value ??= this.#unpack(compressed)) as T;',
      },
    ],
    breaks: ['4.2.1'],
    say: '`restore` gives the same object for the same bytes. Each call makes a copy, which its caller may change.',
  },

  // ---- Step 3 ------------------------------------------------------------------------------------------
  {
    id: 'fills-the-dictionary-with-what-comes-first',
    step: '3',
    patch: [
      {
        find: 'const [novel] = left.splice(novelty.indexOf(Math.max(...novelty)), 1);',
        replace: 'const [novel] = left.splice(0, 1);\n    void novelty;',
      },
    ],
    breaks: ['4.3.3'],
    say:
      'The dictionary is full before the last kind of sample had its turn. Before you take a sample, ask how much of it ' +
      'the dictionary does not know yet.',
  },
  {
    id: 'trains-on-another-format',
    step: '3',
    patch: [
      {
        find: 'const left = Array.from(samples, (sample) => encode(sample));',
        replace: 'const left: Uint8Array[] = Array.from(samples, (sample) => Buffer.from(inspect(sample, { depth: 9 })));',
      },
    ],
    breaks: ['4.3.2', '4.3.3'],
    say:
      'The dictionary holds the samples as one text, and values are encoded as another: deflate finds hardly anything ' +
      'again. Train on the very bytes that will be compressed.',
  },
  {
    id: 'does-not-cut-the-dictionary',
    step: '3',
    patch: [{ find: 'new Uint8Array(dictionary.subarray(-size))', replace: 'new Uint8Array(dictionary)' }],
    breaks: ['4.3.1', '4.3.4'],
    say: 'The sample that fills the dictionary also makes it larger than `size`: cut it, at the end that matters less.',
  },
  {
    id: 'reads-the-samples-twice',
    step: '3',
    patch: [
      {
        find: 'const left = Array.from(samples, (sample) => encode(sample));\n  if (left.length === 0)',
        replace: 'const count = [...samples].length;\n  const left = Array.from(samples, (sample) => encode(sample));\n  if (count === 0)',
      },
    ],
    breaks: ['4.3.1'],
    say: 'A generator can be read once: the second time there are no samples left.',
  },
  {
    id: 'keeps-the-callers-dictionary',
    step: '3',
    patch: [{ find: 'return new Uint8Array(dictionary);', replace: 'return dictionary;' }],
    breaks: ['4.3.7'],
    say: 'When the caller uses its buffer for something else, nothing that was compressed can be read any more.',
  },
  {
    id: 'inflates-with-whatever-dictionary',
    step: '3',
    patch: [
      {
        find: 'if (dictionaryId !== 0 && dictionaryId !== this.#dictionaryId) {',
        replace: 'if ((false as boolean) && dictionaryId !== this.#dictionaryId) {',
      },
    ],
    breaks: ['4.3.5'],
    say:
      'Without the right dictionary the bytes inflate to something else, or to nothing, and the entry looks damaged. It is ' +
      'not: ask which dictionary it needs first.',
  },
  {
    id: 'marks-raw-entries-with-the-dictionary',
    step: '3',
    patch: [{ find: 'dictionaryId: isSmaller ? this.#dictionaryId : 0,', replace: 'dictionaryId: this.#dictionaryId,' }],
    breaks: ['4.3.6'],
    say: 'A raw entry says that it needs the dictionary, though nothing in it refers to one.',
  },
  {
    id: 'tells-dictionaries-apart-by-their-storage',
    step: '3',
    patch: [
      { find: 'const WINDOW: Bytes = 32_768;', replace: 'const WINDOW: Bytes = 32_768;\nlet storages = 0;' },
      { find: 'this.#dictionaryId = crc32(this.#dictionary);', replace: 'this.#dictionaryId = ++storages;' },
    ],
    breaks: ['4.3.4'],
    say:
      'Two storages with the same dictionary do not understand each other, and neither will the next process. What tells ' +
      'dictionaries apart has to come from their bytes.',
  },
  {
    id: 'same-threshold-with-a-dictionary',
    step: '3',
    patch: [{ find: 'dictionary === undefined ? 100 : 0', replace: '100' }],
    breaks: ['4.3.8'],
    say: 'The threshold was measured without a dictionary. With one, values of 50 bytes take half.',
  },

  // ---- Step 4 ------------------------------------------------------------------------------------------
  {
    id: 'turns-the-ratio-round',
    step: '4',
    patch: [{ find: 'compressionRatio: originalBytes / payloadBytes };', replace: 'compressionRatio: payloadBytes / originalBytes };' }],
    breaks: ['4.4.1'],
    say: 'The ratio of an entry is upside down: it says how many times larger the original is.',
  },
  {
    id: 'divides-by-nothing',
    step: '4',
    patch: [
      {
        find: 'compressionRatio: payloadBytes === 0 ? 1 : originalBytes / payloadBytes,',
        replace: 'compressionRatio: originalBytes / payloadBytes,',
      },
    ],
    breaks: ['4.4.2'],
    say: 'The ratio of an empty storage is 0 ÷ 0.',
  },
  {
    id: 'counts-payloads-only',
    step: '4',
    patch: [{ find: 'const overheadOf = (id: Id): Bytes => ENTRY_OVERHEAD +', replace: 'const overheadOf = (id: Id): Bytes => 0 * ENTRY_OVERHEAD +' }],
    breaks: ['4.4.3'],
    say:
      'An entry costs nothing beside its payload, it seems. Its record, its typed array and its place in the table take ' +
      'some three hundred bytes: more than many a payload.',
  },
  {
    id: 'leaves-the-dictionary-out-of-the-total',
    step: '4',
    patch: [{ find: 'totalBytes: payloadBytes + overheadBytes + dictionaryBytes,', replace: 'totalBytes: payloadBytes + overheadBytes,' }],
    breaks: ['4.4.3', '4.4.10'],
    say: 'The dictionary is kept, too, and belongs to the total.',
  },
  {
    id: 'counts-overwritten-entries-on',
    step: '4',
    patch: [{ find: 'this.#remove(id);\n    this.#entries.set(id, entry);\n    this.#count', replace: 'this.#entries.delete(id);\n    this.#entries.set(id, entry);\n    this.#count' }],
    breaks: ['4.4.4', '4.4.5', '4.4.6', '4.4.7', '4.4.9', '4.7.1', '4.7.4'],
    say: 'Replacing a value adds the new one to the sums, and leaves the old one in them.',
  },
  {
    id: 'hands-out-the-live-report',
    step: '4',
    patch: [
      { find: '#pool: Pool | undefined;', replace: '#pool: Pool | undefined;\n  #report = {} as MemoryReport;' },
      { find: 'return {\n      entries: this.#entries.size,', replace: 'return Object.assign(this.#report, {\n      entries: this.#entries.size,' },
      { find: 'sharedParts: this.#pool?.size ?? 0,\n    };', replace: 'sharedParts: this.#pool?.size ?? 0,\n    });' },
    ],
    breaks: ['4.4.4'],
    say: 'Every report is the same object: one that was taken before changes under the hands of whoever compares.',
  },
  {
    id: 'evicts-one-and-hopes',
    step: '4',
    patch: [
      {
        find: 'while (this.#sums.payloadBytes + this.#sums.overheadBytes > maxEntryBytes) this.#evict();',
        replace: 'if (this.#sums.payloadBytes + this.#sums.overheadBytes > maxEntryBytes) this.#evict();',
      },
    ],
    breaks: ['4.4.5', '4.4.6'],
    say: 'One entry is evicted for each that comes, whatever they weigh: a large one needs the room of several.',
  },
  {
    id: 'evicts-the-oldest',
    step: '4',
    patch: [{ find: 'this.#entries.delete(id);\n    this.#entries.set(id, entry);\n    try {', replace: 'try {' }],
    breaks: ['4.4.6', '4.5.5', '4.7.6'],
    say: 'A `retrieve` does not save an entry from going next: it should count as a use.',
  },
  {
    id: 'takes-metrics-for-a-use',
    step: '4',
    patch: [
      {
        find: 'const entry = this.#entries.get(this.#idOf(key));\n    return entry',
        replace:
          'const id = this.#idOf(key);\n    const entry = this.#entries.get(id);\n' +
          '    if (entry) this.#entries.delete(id);\n    if (entry) this.#entries.set(id, entry);\n    return entry',
      },
    ],
    breaks: ['4.4.6'],
    say: 'To look at the metrics of an entry makes it the most recently used. Whoever monitors all of them reverses the order.',
  },
  {
    id: 'makes-room-before-it-drops-the-old',
    step: '4',
    patch: [
      {
        find: 'this.#remove(id);\n    this.#entries.set(id, entry);\n    this.#count(id, entry, 1);\n    while (this.#sums.payloadBytes + this.#sums.overheadBytes > maxEntryBytes) this.#evict();',
        replace:
          'while (this.#sums.payloadBytes + this.#sums.overheadBytes + bytes > maxEntryBytes) this.#evict();\n' +
          '    this.#remove(id);\n    this.#entries.set(id, entry);\n    this.#count(id, entry, 1);',
      },
    ],
    breaks: ['4.4.7', '4.4.8'],
    say: 'Room is made for the new value while the one that it replaces is still counted: another entry goes for nothing.',
  },
  {
    id: 'tells-before-it-is-gone',
    step: '4',
    patch: [
      {
        find: 'this.#remove(id);\n    const key = typeof id',
        replace: 'const key = typeof id',
      },
      { find: 'this.#onEvict(key, metricsOf(entry));', replace: 'this.#onEvict(key, metricsOf(entry));\n    this.#remove(id);' },
    ],
    breaks: ['4.4.8'],
    say: 'While `onEvict` runs, the entry is still there, and still counted.',
  },
  {
    id: 'tells-of-everything-that-goes',
    step: '4',
    patch: [
      { find: 'if (key !== undefined) this.#onEvict(key, metricsOf(entry));', replace: 'void key;' },
      {
        find: 'this.#count(id, entry, -1);\n    return true;',
        replace:
          "this.#count(id, entry, -1);\n    const key = typeof id === 'string' ? id : id.deref();\n" +
          '    if (key !== undefined) this.#onEvict(key, metricsOf(entry));\n    return true;',
      },
    ],
    breaks: ['4.4.9'],
    say: '`onEvict` is called for what was deleted or replaced, too. It is for what the storage let go by itself.',
  },
  {
    id: 'drops-the-old-before-it-refuses',
    step: '4',
    patch: [
      { find: 'if (bytes > maxEntryBytes) throw', replace: 'this.#remove(id);\n    if (bytes > maxEntryBytes) throw' },
      { find: 'maxEntryBytes);\n    this.#remove(id);\n', replace: 'maxEntryBytes);\n' },
    ],
    breaks: ['4.4.10'],
    say: 'A value that does not fit is refused when the one that it should have replaced is gone already.',
  },
  {
    id: 'adds-up-on-demand',
    step: '4',
    patch: [
      {
        find: 'const { originalBytes, payloadBytes, overheadBytes } = this.#sums;',
        replace:
          'let [originalBytes, payloadBytes, overheadBytes] = [0, 0, 0];\n' +
          '    for (const [id, entry] of this.#entries) {\n      originalBytes += entry.originalBytes;\n' +
          '      payloadBytes += entry.payload.length;\n      overheadBytes += overheadOf(id);\n    }',
      },
    ],
    breaks: ['4.4.11'],
    say: 'Each report goes through all entries. Keep the sums, and change them where entries come and go.',
  },

  // ---- Step 5 ------------------------------------------------------------------------------------------
  {
    id: 'forgets-the-keys',
    step: '4',
    patch: [
      {
        find: "ENTRY_OVERHEAD + (typeof id === 'string' ? id.length : 0)",
        replace: 'ENTRY_OVERHEAD',
      },
    ],
    breaks: ['4.4.3'],
    say: 'An entry is as much overhead under a key of ten thousand characters as under a short one. Keys are kept too.',
  },
  {
    id: 'trusts-the-bytes',
    step: '5',
    patch: [{ find: "if (crc32(payload) !== checksum) throw new CorruptEntryError('its checksum does not fit', key);", replace: 'void checksum;' }],
    breaks: ['4.5.1', '4.5.2'],
    say: 'A changed byte is found out only where it makes no sense to the decoder. Where it does, there is a wrong value.',
  },
  {
    id: 'checks-the-head-only',
    step: '5',
    patch: [
      { find: 'checksum: crc32(payload),', replace: 'checksum: crc32(payload.subarray(0, 64)),' },
      { find: 'if (crc32(payload) !== checksum)', replace: 'if (crc32(payload.subarray(0, 64)) !== checksum)' },
    ],
    breaks: ['4.5.1'],
    say: 'The checksum covers the beginning of the payload, and damage does not keep to that.',
  },
  {
    id: 'lets-the-decoders-errors-through',
    step: '5',
    patch: [{ find: 'throw new CorruptEntryError((error as Error).message, key);', replace: 'throw error;' }],
    breaks: ['4.5.2', '4.5.4'],
    say: "What zlib or the decoder throws reaches the caller. It is the caller's only sign of damage: give it one name.",
  },
  {
    id: 'does-not-compare-lengths',
    step: '5',
    patch: [{ find: 'if (encoded.length === originalBytes) return decode(encoded);', replace: 'return decode(encoded);' }],
    breaks: ['4.5.2'],
    say: 'An entry that says another length than it unpacks to passes. Compare the two.',
  },
  {
    id: 'unpacks-and-then-measures',
    step: '5',
    patch: [
      {
        find: 'inflateRawSync(bytes, dictionary ? { maxOutputLength, dictionary } : { maxOutputLength });',
        replace:
          '{\n  const inflated = inflateRawSync(bytes, dictionary ? { dictionary } : {});\n' +
          "  if (inflated.length > maxOutputLength) throw new Error('too long');\n  return inflated;\n};",
      },
    ],
    breaks: ['4.5.4'],
    say: 'How much comes out is checked when all of it is there, and all of it may be gigabytes. zlib has an option for that.',
  },
  {
    id: 'limits-only-what-it-restores',
    step: '5',
    patch: [
      {
        find: 'if (originalBytes > this.#maxValueBytes) throw new EntryTooLargeError(originalBytes, this.#maxValueBytes);\n    const deflated',
        replace: 'const deflated',
      },
    ],
    breaks: ['4.5.3'],
    say: 'A value above the limit is compressed and kept, and then nobody can restore it.',
  },
  {
    id: 'lists-the-latest-first',
    step: '5',
    patch: [{ find: 'return [...this.#entries].flatMap(', replace: 'return [...this.#entries].reverse().flatMap(' }],
    breaks: ['4.5.5', '4.5.7', '4.7.7'],
    say:
      '`entries` begins with the most recently used. Loaded in that order, it becomes the least recently used of the other ' +
      'storage, and the first to go.',
  },
  {
    id: 'unpacks-what-it-loads',
    step: '5',
    patch: [
      {
        find: 'this.#put(key, { ...compressed, payload: new Uint8Array(compressed.payload) });',
        replace: 'this.store(key, this.restore(compressed));',
      },
    ],
    breaks: ['4.5.6', '4.5.8', '4.5.9'],
    say: '`load` restores each entry and compresses it again. One that is damaged stops it, and the rest is not loaded.',
  },
  {
    id: 'keeps-the-bytes-that-it-was-lent',
    step: '5',
    patch: [{ find: 'payload: new Uint8Array(compressed.payload) });', replace: 'payload: compressed.payload });' }],
    breaks: ['4.5.6'],
    say: 'What is loaded stays in the hands of the caller, who may read the next file into the same buffer.',
  },
  {
    id: 'loads-past-the-budget',
    step: '5',
    patch: [
      {
        find: 'this.#put(key, { ...compressed, payload: new Uint8Array(compressed.payload) });',
        replace:
          'const entry = { ...compressed, payload: new Uint8Array(compressed.payload) };\n      this.#remove(key);\n' +
          '      this.#entries.set(key, entry);\n      this.#count(key, entry, 1);',
      },
    ],
    breaks: ['4.5.7'],
    say: '`load` puts its entries beside the way that `store` goes, and with it past the budget.',
  },
  {
    id: 'does-not-say-whose',
    step: '5',
    patch: [{ find: 'const value = this.#unpack(entry, key);', replace: 'const value = this.#unpack(entry);' }],
    breaks: ['4.5.8'],
    say: 'The error does not say which entry is damaged: `retrieve` knows its key.',
  },
  {
    id: 'keeps-what-is-damaged',
    step: '5',
    patch: [{ find: 'if (error instanceof CorruptEntryError) this.#remove(id);\n', replace: '\n' }],
    breaks: ['4.5.9'],
    say: 'A damaged entry stays, and every `retrieve` of its key fails, where a miss would let the caller make it anew.',
  },

  // ---- Step 6 ------------------------------------------------------------------------------------------
  {
    id: 'shares-whole-values-only',
    step: '6',
    patch: [
      {
        find: 'const sharedPart = this.share(part, shared);',
        replace: 'const sharedPart = part;\n      this.#freeze(part);',
      },
      {
        find: '#add(content: string, part: object): object {',
        replace:
          '#freeze(part: unknown): void {\n    if (!isPlain(part) || Object.isFrozen(part)) return;\n    Object.freeze(part);\n' +
          '    Object.values(part).forEach((inner) => this.#freeze(inner));\n  }\n\n  #add(content: string, part: object): object {',
      },
      {
        find: "const content = typeof part === 'object' && part !== null ? this.#names.get(part) : literal(part);",
        replace:
          "if (!isPlain(part) && typeof part === 'object' && part !== null) return undefined;\n" +
          "      const content = isPlain(part) ? (this.#contentOf(part) ?? undefined) : literal(part);",
      },
    ],
    breaks: ['4.6.2', '4.6.5', '4.6.7'],
    say: 'Two entries that are equal share, but not two that have an equal part: go through a value from below, and share each part.',
  },
  {
    id: 'keeps-the-shared-alive',
    step: '6',
    patch: [{ find: 'this.#parts.set(content, new WeakRef(part));', replace: 'this.#parts.set(content, { deref: () => part } as unknown as WeakRef<object>);' }],
    breaks: ['4.6.6', '4.6.7', '4.6.8'],
    say: 'What was shared once stays in memory for good: the table of shared parts holds them. Now the storage that saves memory leaks it.',
  },
  {
    id: 'leaves-the-names-of-the-dead',
    step: '6',
    patch: [{ find: 'this.#collected.register(part, content);', replace: 'void this.#collected;' }],
    breaks: ['4.6.7'],
    say: 'The parts are collected, but not the entries of the table that led to them: it grows with all that was ever shared.',
  },
  {
    id: 'drops-the-living-with-the-dead',
    step: '6',
    patch: [{ find: 'if (!this.#parts.get(content)?.deref()) this.#parts.delete(content);', replace: 'this.#parts.delete(content);' }],
    breaks: ['4.6.8'],
    say:
      'A finalizer runs some time after the object was collected. By then an equal one may have taken its place, and is ' +
      'struck off the table.',
  },
  {
    id: 'does-not-freeze',
    step: '6',
    patch: [{ find: 'Object.freeze(part);\n', replace: '\n' }],
    breaks: ['4.6.4'],
    say: 'One caller can change what all the others hold.',
  },
  {
    id: 'compares-as-json',
    step: '6',
    patch: [{ find: 'const content = this.#contentOf(value);', replace: 'const content = shared.size < 0 ? this.#contentOf(value) : jsonOf(value);' },
      { find: 'function literal(value: unknown): string {', replace: 'function jsonOf(value: object): string | undefined {\n  try {\n    return JSON.stringify(value);\n  } catch {\n    return undefined;\n  }\n}\n\nfunction literal(value: unknown): string {' }],
    breaks: ['4.6.3', '4.6.5'],
    say: 'Two values that JSON writes alike are taken for equal: undefined and absent, -0 and 0, a Map and {}. Write down kind and value of each part.',
  },
  {
    id: 'does-not-quote-strings',
    step: '6',
    patch: [{ find: "if (typeof value === 'string') return JSON.stringify(value);\n  if (typeof value === 'bigint')", replace: "if (typeof value === 'bigint')" }],
    breaks: ['4.6.3'],
    say: "`'1'` and `1` are taken for equal, `'undefined'` and `undefined` too: strings have to look different from all else.",
  },
  {
    id: 'shares-what-can-change',
    step: '6',
    patch: [{ find: 'if (content === undefined) return undefined;', replace: "if (content === undefined) {\n        contents.push(`${key}:${inspect(part)}`);\n        continue;\n      }" }],
    breaks: ['4.6.5'],
    say: 'What contains a Date or a Map is shared, and with it the Date: freezing does not keep anybody from setting it.',
  },

  // ---- Step 7 ------------------------------------------------------------------------------------------
  {
    id: 'goes-by-the-name',
    step: '7',
    patch: [{ find: "if (typeof key === 'string') return key;\n", replace: "if (typeof key === 'string' || key) return typeof key === 'string' ? key : key.name;\n" }],
    breaks: ['4.7.2', '4.7.3', '4.7.4', '4.7.5', '4.7.6', '4.7.7'],
    say: 'After a reload there are two classes of one name. What the new one stores the old one gets, and never is anything collected.',
  },
  {
    id: 'holds-its-classes',
    step: '7',
    patch: [{ find: '#refs = new WeakMap<Class, WeakRef<Class>>();', replace: '#refs = new Map<Class, WeakRef<Class>>();' }],
    breaks: ['4.7.3', '4.7.4', '4.7.5', '4.7.6'],
    say: 'The storage has a Map with classes for keys, and a Map holds its keys.',
  },
  {
    id: 'never-cleans-up',
    step: '7',
    patch: [{ find: 'this.#collected.register(key, ref);', replace: 'void this.#collected;' }],
    breaks: ['4.7.4', '4.7.5'],
    say: 'The classes are collected, but what was kept under them stays, and nobody can ask for it any more.',
  },
  {
    id: 'brands-the-class',
    step: '7',
    patch: [
      {
        find: 'let ref = this.#refs.get(key);',
        replace: 'const branded = key as Class & { storageId?: WeakRef<Class> };\n    let ref = branded.storageId;',
      },
      { find: 'this.#refs.set(key, ref);', replace: 'void this.#refs;\n      branded.storageId = ref;' },
    ],
    breaks: ['4.7.1', '4.7.2'],
    say: 'What is written on a class its subclasses inherit, and every other storage finds it there, too.',
  },
  {
    id: 'cleans-up-by-name',
    step: '7',
    patch: [
      {
        find: '#collected = new FinalizationRegistry<WeakRef<Class>>((ref) => this.#remove(ref));',
        replace:
          '#collected = new FinalizationRegistry<string>((name) => {\n    for (const id of [...this.#entries.keys()]) {\n' +
          "      if (typeof id !== 'string' && (id.deref()?.name ?? name) === name) this.#remove(id);\n    }\n  });",
      },
      { find: 'this.#collected.register(key, ref);', replace: 'this.#collected.register(key, key.name);' },
    ],
    breaks: ['4.7.5'],
    say: 'When an old class is collected, what its successor of the same name has stored goes with it.',
  },
  {
    id: 'forgets-the-sums-of-the-dead',
    step: '7',
    patch: [{ find: '((ref) => this.#remove(ref));', replace: '((ref) => this.#entries.delete(ref));' }],
    breaks: ['4.7.4', '4.7.6'],
    say: 'The entry of a collected class is dropped, but the report still counts it, and the budget too.',
  },
  {
    id: 'tells-the-reference',
    step: '7',
    patch: [
      {
        find: "const key = typeof id === 'string' ? id : id.deref();\n    if (key !== undefined) this.#onEvict(key,",
        replace: 'const key = id as unknown as string;\n    if (key !== undefined) this.#onEvict(key,',
      },
    ],
    breaks: ['4.7.6'],
    say: '`onEvict` is told what the storage goes by within, not the class that the caller knows.',
  },
  {
    id: 'lists-classes-too',
    step: '7',
    patch: [{ find: "(typeof id === 'string' ? [[id, entry]] : []));", replace: "[[typeof id === 'string' ? id : String(id.deref()?.name), entry]]);" }],
    breaks: ['4.7.7'],
    say: '`entries` lists classes by their names: whoever loads that makes strings of them, and may replace one that was there.',
  },
  {
    id: 'deletes-names-only',
    step: '7',
    patch: [{ find: 'return this.#remove(this.#idOf(key));', replace: 'return this.#remove(key as string);' }],
    breaks: ['4.7.1'],
    say: '`delete` does not find what `store` kept under a class: each method has to find an entry in the same way.',
  },
] satisfies readonly KnownWrong[];
