import type { KnownWrong } from '../known-wrong.ts';

export default [
  // ---- Step 1 -------------------------------------------------------------------------------------------
  {
    id: 'falsy-is-absent',
    step: '1',
    patch: [
      {
        find: `if (entry) {
      this.#counts.hits++;`,
        replace: `if (entry?.value) {
      this.#counts.hits++;`,
      },
    ],
    breaks: ['1.1.2'],
    say:
      'You ask whether the value is truthy where the question is whether there is an entry: `undefined`, ' +
      "`null`, `0`, `''` and `false` are computed again each time.",
  },
  {
    id: 'nullish-is-absent',
    step: '1',
    patch: [
      {
        find: `if (entry) {
      this.#counts.hits++;`,
        replace: `if (entry && entry.value != null) {
      this.#counts.hits++;`,
      },
    ],
    breaks: ['1.1.2'],
    say:
      'You take `undefined` and `null` for absent. What a factory returned is a value, whatever it is; ' +
      'ask for the entry.',
  },
  {
    id: 'copies-the-value',
    step: '1',
    patch: [{ find: 'return entry.value as T;', replace: 'return structuredClone(entry.value) as T;' }],
    breaks: ['1.1.1', '1.6.7'],
    say:
      'Each caller gets a copy of its own. That costs as much as it protects: return what the factory ' +
      'made.',
  },
  {
    id: 'remembers-the-failure',
    step: '1',
    patch: [
      {
        find: 'const value = factory();\n',
        replace: `let value: T;
    try {
      value = factory();
    } catch (error) {
      this.set(key, error);
      throw error;
    }
`,
      },
    ],
    breaks: ['1.1.3', '1.2.1', '1.6.7'],
    say:
      'What the factory threw stays in the cache as if it were a value, so the next `get` does not try ' +
      'again.',
  },
  {
    id: 'wraps-the-error',
    step: '1',
    patch: [
      {
        find: 'const value = factory();\n',
        replace: `let value: T;
    try {
      value = factory();
    } catch (cause) {
      throw new Error(\`could not compute \${key}\`, { cause });
    }
`,
      },
    ],
    breaks: ['1.1.3'],
    say:
      "The caller gets an error of yours instead of the factory's own, and can no longer tell what went " +
      'wrong by its class or identity.',
  },
  {
    id: 'set-leaves-what-is-there',
    step: '1',
    patch: [{ find: '    this.delete(key);\n', replace: '    if (this.has(key)) return true;\n' }],
    breaks: ['1.1.4', '1.1.7', '1.1.8', '1.2.4', '1.3.4', '1.3.8', '1.4.3', '1.4.4', '1.5.4'],
    say:
      '`set` leaves a key alone that has a value already. It should replace it: whoever calls `set` ' +
      'knows better than the cache.',
  },
  {
    id: 'peek-computes',
    step: '1',
    patch: [
      {
        find: 'return this.#live(key)?.value as T | undefined;',
        replace: 'return this.get<T | undefined>(key, () => undefined);',
      },
    ],
    breaks: ['1.1.5', '1.2.5', '1.4.6', '1.5.1', '1.5.5'],
    say: 'Your `peek` goes through `get`, so to look for a key creates it, counts and uses it.',
  },
  {
    id: 'deletes-what-is-not-there',
    step: '1',
    patch: [
      {
        find: `return entry !== undefined;
    // #endregion`,
        replace: `return true;
    // #endregion`,
      },
    ],
    breaks: ['1.1.6'],
    say: '`delete` always says that there was something to delete.',
  },
  {
    id: 'inner-value-wins',
    step: '1',
    patch: [
      {
        find: 'const value = factory();\n',
        replace: `const value = factory();
    const inner = this.#live(key);
    if (inner) return inner.value as T;
`,
      },
    ],
    breaks: ['1.1.7'],
    say:
      'When a factory stores something under its own key, you keep that and drop what the factory ' +
      'returned. What it returned came last.',
  },
  {
    id: 'empty-key-is-no-key',
    step: '1',
    patch: [
      {
        find: `const entry = this.#live(key);
    if (entry) {
`,
        replace: `if (!key) return factory();
    const entry = this.#live(key);
    if (entry) {
`,
      },
    ],
    breaks: ['1.1.8', '1.6.7', '1.6.8', '1.6.11'],
    say: 'The empty string is taken for no key at all, and never cached. Any string is a key.',
  },
  {
    id: 'keeps-a-plain-object',
    step: '1',
    patch: [
      {
        find: '#entries = new Map<string, Entry>();',
        replace: `#entries: any = ((record: any = {}) => ({
    get: (key: string) => record[key],
    set: (key: string, entry: Entry) => (record[key] = entry),
    delete: (key: string) => delete record[key],
    has: (key: string) => key in record,
    clear: () => (record = {}),
    get size() {
      return Object.keys(record).length;
    },
    [Symbol.iterator]: () => Object.entries(record)[Symbol.iterator](),
  }))();`,
      },
    ],
    breaks: ['1.1.8', '1.2.2', '1.2.8'],
    say:
      'You keep the entries in a plain object. It has keys that nobody stored (`constructor`), sorts ' +
      'those that look like numbers, and can be counted only by listing all.',
  },

  // ---- Step 2 -------------------------------------------------------------------------------------------
  {
    id: 'evicts-the-oldest',
    step: '2',
    patch: [
      {
        find: `      this.#entries.delete(key);
      this.#entries.set(key, entry);
`,
        replace: '',
      },
    ],
    breaks: ['1.2.2', '1.2.3', '1.2.6', '1.4.2', '1.6.5', '1.6.9'],
    say:
      'The entry that goes is the one stored first, however recently it was asked for: a `get` that ' +
      'finds its entry leaves it where it is in your order.',
  },
  {
    id: 'set-keeps-its-place',
    step: '2',
    patch: [
      {
        find: `    this.delete(key);
    if (size > this.#maxSize) return false;
`,
        replace: `    const old = this.#live(key);
    if (old) this.#currentSize -= old.size;
    if (size > this.#maxSize) {
      this.#entries.delete(key);
      return false;
    }
`,
      },
    ],
    breaks: ['1.2.4'],
    say:
      'A replaced value stays at the place of the old one in your order. A `set` is a use: a Map moves a ' +
      'key only when it was deleted before.',
  },
  {
    id: 'replacing-evicts',
    step: '2',
    patch: [
      {
        find: `    this.delete(key);
    if (size`,
        replace: `    if (this.#entries.size >= this.#maxEntries) this.evictLRU();
    this.delete(key);
    if (size`,
      },
    ],
    breaks: ['1.2.4', '1.2.7', '1.3.7', '1.3.9'],
    say: 'A full cache evicts before each `set`, also when the key is there already and needs no room.',
  },
  {
    id: 'evicts-the-newest',
    step: '2',
    patch: [
      {
        find: `for (const [key, entry] of this.#entries) {
      this.#counts`,
        replace: `for (const [key, entry] of [...this.#entries].slice(-1)) {
      this.#counts`,
      },
    ],
    breaks: [
      '1.2.1', '1.2.2', '1.2.3', '1.2.4', '1.2.5', '1.2.6', '1.2.7', '1.2.8', '1.3.6', '1.3.7', '1.4.1',
      '1.4.2', '1.4.4', '1.4.6', '1.4.7', '1.5.3', '1.5.5', '1.6.3', '1.6.5', '1.6.9',
    ],
    say: 'You evict from the wrong end: the entry that goes is the one used last.',
  },
  {
    id: 'evicts-the-least-often-used',
    step: '2',
    patch: [
      {
        find: `for (const [key, entry] of this.#entries) {
      this.#counts`,
        replace: `for (const [key, entry] of [...this.#entries].sort(([, a], [, b]) => a.hits - b.hits)) {
      this.#counts`,
      },
    ],
    breaks: ['1.2.2', '1.2.3', '1.2.8', '1.6.9'],
    say:
      'You count the uses and evict the entry that has the fewest. The clause asks how long ago the last ' +
      'use was, not how many there were.',
  },
  {
    id: 'orders-by-the-clock',
    step: '2',
    patch: [
      {
        find: `for (const [key, entry] of this.#entries) {
      this.#counts`,
        replace: `const lastUse = ([, entry]: [string, Entry]) => entry.lastAccessedAt;
    for (const [key, entry] of [...this.#entries].sort((a, b) => lastUse(a) - lastUse(b))) {
      this.#counts`,
      },
      {
        find: `      this.#entries.delete(key);
      this.#entries.set(key, entry);
`,
        replace: '',
      },
    ],
    breaks: ['1.2.2', '1.2.8', '1.6.5', '1.6.9'],
    say:
      'You order the entries by a reading of the clock. Two uses within its resolution tie, and finding ' +
      'the smallest means to look at all of them.',
  },
  {
    id: 'lists-all-to-evict-one',
    step: '2',
    patch: [
      {
        find: `for (const [key, entry] of this.#entries) {
      this.#counts`,
        replace: `for (const [key, entry] of Array.from(this.#entries)) {
      this.#counts`,
      },
    ],
    breaks: ['1.2.8'],
    say:
      'You make a list of all entries to take the first. The right one goes, but each eviction costs as ' +
      'much as there are entries.',
  },
  {
    id: 'makes-room-before-the-factory',
    step: '2',
    patch: [
      {
        find: 'const value = factory();\n',
        replace: `if (this.#entries.size >= this.#maxEntries) this.evictLRU();
    const value = factory();
`,
      },
    ],
    breaks: ['1.2.1', '1.3.7', '1.4.6'],
    say:
      'You make room before the factory is asked. If it throws, an entry has gone for nothing: evict ' +
      'when there is something to store.',
  },
  {
    id: 'keeps-one-too-many',
    step: '2',
    patch: [
      {
        find: `    const now = this.#now();
    this.#store`,
        replace: `    this.#makeRoom();
    const now = this.#now();
    this.#store`,
      },
      {
        find: `    this.#makeRoom();
    return true;`,
        replace: '    return true;',
      },
    ],
    breaks: [
      '1.2.1', '1.2.2', '1.2.3', '1.2.4', '1.2.5', '1.2.7', '1.3.7', '1.4.2', '1.4.4', '1.4.7', '1.5.3',
      '1.5.5', '1.6.3', '1.6.9',
    ],
    say:
      'You look whether the cache is over its bound before you store, so the entry that comes next goes ' +
      'over it and stays.',
  },
  {
    id: 'keeps-one-too-few',
    step: '2',
    patch: [
      {
        find: 'this.#entries.size > this.#maxEntries ||',
        replace: 'this.#entries.size >= this.#maxEntries ||',
      },
    ],
    breaks: [
      '1.2.1', '1.2.2', '1.2.3', '1.2.4', '1.2.5', '1.2.6', '1.2.7', '1.3.7', '1.3.9', '1.4.6', '1.4.7',
      '1.5.3', '1.5.5', '1.5.7', '1.6.3', '1.6.4', '1.6.9',
    ],
    say:
      'You evict when the cache is full rather than when it is over its bound: one entry fewer is kept ' +
      'than `maxEntries` allows.',
  },
  {
    id: 'clears-when-full',
    step: '2',
    patch: [
      {
        find: `    const now = this.#now();
    this.#store`,
        replace: `    if (this.#entries.size >= this.#maxEntries) this.clear();
    const now = this.#now();
    this.#store`,
      },
    ],
    breaks: [
      '1.2.1', '1.2.2', '1.2.3', '1.2.4', '1.2.5', '1.2.7', '1.3.7', '1.3.9', '1.4.7', '1.5.3', '1.5.5',
      '1.6.3', '1.6.9',
    ],
    say: 'When the cache is full you drop everything. One entry is in the way, and only that one should go.',
  },
  {
    id: 'get-passes-the-bound',
    step: '2',
    patch: [
      {
        find: '    this.set(key, value);\n',
        replace: `    const now = this.#now();
    const size = weight(key, this.#sizeOf(value, key));
    this.delete(key);
    const expiresAt = now + this.#ttlMs;
    if (size <= this.#maxSize) {
      this.#store(key, { value, size, hits: 0, createdAt: now, lastAccessedAt: now, expiresAt });
    }
`,
      },
    ],
    breaks: ['1.2.1', '1.2.2', '1.2.7', '1.4.2', '1.6.9'],
    say: 'Only `set` looks at the bound: what `get` computes is stored beside it, and the cache grows.',
  },
  {
    id: 'looking-is-using',
    step: '2',
    patch: [
      {
        find: 'return this.#live(key)?.value as T | undefined;',
        replace: `const entry = this.#live(key);
    if (entry) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry?.value as T | undefined;`,
      },
    ],
    breaks: ['1.2.5', '1.4.6', '1.5.5'],
    say:
      'To `peek` at an entry saves it from eviction. Whoever only looks, a monitor for instance, should ' +
      'not change what the cache keeps.',
  },
  {
    id: 'empty-key-is-never-evicted',
    step: '2',
    patch: [
      {
        find: `for (const [key, entry] of this.#entries) {
      this.#counts`,
        replace: `for (const [key, entry] of this.#entries) {
      if (!key) break;
      this.#counts`,
      },
    ],
    breaks: ['1.2.6'],
    say:
      'You take the empty string, which is a key like any other, for the end of the entries, and evict ' +
      'nothing.',
  },
  {
    id: 'tells-before-it-goes',
    step: '2',
    patch: [
      {
        find: `      this.#remove(key, entry);
      this.#onEvict(key, entry.value, 'capacity');
`,
        replace: `      this.#onEvict(key, entry.value, 'capacity');
      this.#remove(key, entry);
`,
      },
      {
        find: `    this.#remove(key, entry);
    this.#announceExpired(key, entry);
    return undefined;`,
        replace: `    this.#announceExpired(key, entry);
    this.#remove(key, entry);
    return undefined;`,
      },
    ],
    breaks: ['1.2.7', '1.3.9'],
    say: '`onEvict` is called while the entry is still there, and a listener that looks for it finds it.',
  },
  {
    id: 'tells-of-deletions',
    step: '2',
    patch: [
      {
        find: '    if (entry) this.#remove(key, entry);\n',
        replace: `    if (entry) {
      this.#remove(key, entry);
      this.#onEvict(key, entry.value, 'capacity');
    }
`,
      },
    ],
    breaks: ['1.2.7'],
    say: '`onEvict` hears of what was deleted or replaced. It is for what the cache itself let go.',
  },

  // ---- Step 3 -------------------------------------------------------------------------------------------
  {
    id: 'expires-a-moment-late',
    step: '3',
    patch: [
      { find: 'this.#now() < entry.expiresAt', replace: 'this.#now() <= entry.expiresAt' },
      { find: 'now >= entry.expiresAt', replace: 'now > entry.expiresAt' },
    ],
    breaks: [
      '1.3.1', '1.3.2', '1.3.3', '1.3.4', '1.3.6', '1.3.7', '1.3.8', '1.3.9', '1.4.1', '1.4.2', '1.5.1',
      '1.5.3', '1.5.6', '1.6.1', '1.6.3', '1.6.4', '1.6.9',
    ],
    say:
      'An entry is still found at the very instant at which its `ttlMs` have passed, and one of `ttlMs: ' +
      '0` until the clock moves on.',
  },
  {
    id: 'get-prolongs',
    step: '3',
    patch: [
      {
        find: '      entry.lastAccessedAt = this.#now();\n',
        replace: `      entry.lastAccessedAt = this.#now();
      entry.expiresAt = entry.lastAccessedAt + this.#ttlMs;
`,
      },
    ],
    breaks: ['1.3.4'],
    say:
      'Each `get` starts the life of its entry anew, so what is popular never expires, however outdated ' +
      'it is.',
  },
  {
    id: 'zero-is-no-ttl',
    step: '3',
    patch: [
      {
        find: "options.ttlMs === undefined ? this.#ttlMs : duration('ttlMs', options.ttlMs)",
        replace: "duration('ttlMs', options.ttlMs || this.#ttlMs)",
      },
    ],
    breaks: ['1.3.3'],
    say:
      '`ttlMs: 0` is taken for none given. It is a number like any other: only `undefined` means that ' +
      'the cache decides.',
  },
  {
    id: 'ttl-only-shortens',
    step: '3',
    patch: [
      {
        find: "this.#ttlMs : duration('ttlMs', options.ttlMs);",
        replace: "this.#ttlMs : Math.min(this.#ttlMs, duration('ttlMs', options.ttlMs));",
      },
    ],
    breaks: ['1.3.2', '1.3.3'],
    say:
      'The `ttlMs` of a `set` counts only where it is shorter than that of the cache. It overrides it in ' +
      'both directions.',
  },
  {
    id: 'replaces-the-value-only',
    step: '3',
    patch: [
      {
        find: `    this.delete(key);
    if (size`,
        replace: `    const old = this.#live(key);
    if (old && size <= this.#maxSize) {
      this.#currentSize += size - old.size;
      Object.assign(old, { value, size });
      this.#entries.delete(key);
      this.#entries.set(key, old);
      this.#makeRoom();
      return true;
    }
    this.delete(key);
    if (size`,
      },
    ],
    breaks: ['1.3.4', '1.3.8', '1.5.4'],
    say:
      'Replacing changes the value and leaves the rest of the entry as it was: the new value dies with ' +
      'the old one and inherits what was counted of it.',
  },
  {
    id: 'revives-without-a-life',
    step: '3',
    patch: [
      {
        find: `const entry = this.#live(key);
    if (entry) {
`,
        replace: `const stale = this.#entries.get(key);
    const entry = this.#live(key);
    if (entry) {
`,
      },
      {
        find: '    this.set(key, value);\n',
        replace: `    if (stale) this.#store(key, { ...stale, value });
    else this.set(key, value);
`,
      },
    ],
    breaks: ['1.3.5', '1.3.9', '1.5.3'],
    say:
      'After an expiry the new value is stored with the old deadline, which has passed: the factory is ' +
      'asked again and again.',
  },
  {
    id: 'life-begins-before-the-factory',
    step: '3',
    patch: [
      {
        find: 'const value = factory();\n',
        replace: `const asked = this.#now();
    const value = factory();
`,
      },
      {
        find: '    this.set(key, value);\n',
        replace: '    this.set(key, value, { ttlMs: Math.max(0, this.#ttlMs - (this.#now() - asked)) });\n',
      },
    ],
    breaks: ['1.3.5'],
    say:
      'You read the clock before you ask the factory, so a slow factory shortens the life of what it ' +
      'returns. A life begins when the value is stored.',
  },
  {
    id: 'size-counts-the-expired',
    step: '3',
    patch: [
      {
        find: `    this.cleanup();
    return this.#entries.size;`,
        replace: '    return this.#entries.size;',
      },
    ],
    breaks: ['1.3.6', '1.6.4'],
    say: '`size` counts entries that have expired until somebody happens to come across them.',
  },
  {
    id: 'evictLRU-takes-the-expired',
    step: '3',
    patch: [
      {
        find: `    this.cleanup();
    for (const [key`,
        replace: '    for (const [key',
      },
    ],
    breaks: ['1.3.6'],
    say:
      '`evictLRU` takes what it finds first, though that may have expired and be gone already for ' +
      'everybody else.',
  },
  {
    id: 'living-goes-with-the-expired',
    step: '3',
    patch: [{ find: '    if (this.#isOverFull()) this.cleanup();\n', replace: '' }],
    breaks: ['1.3.7', '1.3.9', '1.4.2', '1.5.3'],
    say:
      'When room is needed you drop the expired entries and evict a living one as well, without looking ' +
      'whether there is room now.',
  },
  {
    id: 'expired-wait-their-turn',
    step: '3',
    patch: [
      {
        find: `    this.cleanup();
    for (const [key`,
        replace: '    for (const [key',
      },
      { find: '    if (this.#isOverFull()) this.cleanup();\n', replace: '' },
    ],
    breaks: ['1.3.6', '1.3.7', '1.3.9', '1.4.2', '1.5.3'],
    say:
      'When room is needed the least recently used entry goes, while others are kept that have expired ' +
      'and are of no use to anybody.',
  },
  {
    id: 'cleanup-stops-at-the-living',
    step: '3',
    patch: [
      {
        find: '      else this.#nextExpiry = Math.min(this.#nextExpiry, entry.expiresAt);\n',
        replace: `      else {
        this.#nextExpiry = entry.expiresAt;
        break;
      }
`,
      },
    ],
    breaks: ['1.3.7', '1.3.8', '1.4.2'],
    say:
      '`cleanup` stops at the first living entry. The entries stand in the order of their use; with ' +
      'lives of different lengths an expired one may come later.',
  },
  {
    id: 'cleanup-returns-the-rest',
    step: '3',
    patch: [{ find: 'return expired.length;', replace: 'return this.#entries.size;' }],
    breaks: ['1.3.8'],
    say: '`cleanup` returns how many entries are left. It is asked how many it dropped.',
  },
  {
    id: 'expiry-is-silent',
    step: '3',
    patch: [
      {
        find: `    this.#remove(key, entry);
    this.#announceExpired(key, entry);
    return undefined;`,
        replace: `    this.#remove(key, entry);
    return undefined;`,
      },
    ],
    breaks: ['1.3.9', '1.5.3'],
    say:
      'An expired entry that a `get`, a `has` or a `peek` comes across is dropped without a word: ' +
      'neither `onEvict` nor the statistics hear of it.',
  },
  {
    id: 'overwrites-the-expired-unheard',
    step: '3',
    patch: [
      {
        find: `    this.delete(key);
    if (size`,
        replace: `    const old = this.#entries.get(key);
    if (old) this.#remove(key, old);
    if (size`,
      },
    ],
    breaks: ['1.3.9'],
    say:
      'A `set` over an expired entry takes it for a replaced one. It had gone before: `onEvict` should ' +
      'hear of it as of any other.',
  },
  {
    id: 'expired-told-as-capacity',
    step: '3',
    patch: [
      {
        find: "this.#onEvict(key, entry.value, 'expired');",
        replace: "this.#onEvict(key, entry.value, 'capacity');",
      },
    ],
    breaks: ['1.3.9'],
    say:
      '`onEvict` hears of an expired entry as if it had gone for room. Whoever listens wants to know ' +
      'which of the two it was.',
  },
  // A clock that stands stands for any clock of its own, and fails alike each time.
  {
    id: 'looks-at-another-clock',
    step: '3',
    patch: [{ find: "this.#now = callable('now', now);", replace: 'this.#now = () => 0;' }],
    breaks: [
      '1.3.1', '1.3.2', '1.3.4', '1.3.5', '1.3.6', '1.3.7', '1.3.8', '1.3.9', '1.4.1', '1.4.2', '1.5.1',
      '1.5.3', '1.5.4', '1.5.5', '1.5.6', '1.5.7', '1.6.1', '1.6.3', '1.6.4', '1.6.9',
    ],
    say: 'You read a clock of your own instead of `now`, so nothing expires when the tests turn theirs.',
  },

  // ---- Step 4 -------------------------------------------------------------------------------------------
  {
    id: 'old-weight-stays',
    step: '4',
    patch: [
      {
        find: `    this.delete(key);
    if (size`,
        replace: `    if (this.#live(key)) this.#entries.delete(key);
    if (size`,
      },
    ],
    breaks: ['1.4.3', '1.4.4', '1.5.3'],
    say:
      'A replaced value still counts in the sum, so the cache believes itself fuller with each `set` of ' +
      'the same key.',
  },
  {
    id: 'weighs-again-on-removal',
    step: '4',
    patch: [
      {
        find: 'this.#currentSize -= entry.size;',
        replace: 'this.#currentSize -= this.#sizeOf(entry.value, key);',
      },
    ],
    breaks: ['1.4.3'],
    say:
      'You weigh a value again when it goes. Meanwhile it may have changed, and then the sum drifts away ' +
      'from the truth for ever.',
  },
  {
    id: 'expired-still-weigh',
    step: '4',
    patch: [
      {
        find: `    this.cleanup();
    return this.#currentSize;`,
        replace: '    return this.#currentSize;',
      },
    ],
    breaks: ['1.4.1'],
    say: '`currentSize` contains what has expired until somebody happens to come across it.',
  },
  {
    id: 'clear-keeps-the-weight',
    step: '4',
    patch: [
      {
        find: `    this.#currentSize = 0;
    this.#nextExpiry`,
        replace: '    this.#nextExpiry',
      },
    ],
    breaks: ['1.4.1'],
    say: '`clear` drops the entries and forgets the sum of what they weighed.',
  },
  {
    id: 'evicts-one-and-no-more',
    step: '4',
    patch: [
      {
        find: 'while (this.#isOverFull()) this.evictLRU();',
        replace: 'if (this.#isOverFull()) this.evictLRU();',
      },
    ],
    breaks: ['1.4.2', '1.5.3'],
    say: 'One entry goes for each that comes, but a heavy value may need the room of several.',
  },
  {
    id: 'full-is-too-full',
    step: '4',
    patch: [{ find: 'this.#currentSize > this.#maxSize;', replace: 'this.#currentSize >= this.#maxSize;' }],
    breaks: ['1.4.2', '1.4.3', '1.4.4', '1.4.7', '1.5.3'],
    say: 'You evict at `maxSize` already. The sum may be as much as that, and no more.',
  },
  {
    id: 'makes-room-for-the-refused',
    step: '4',
    patch: [
      {
        find: '    if (size > this.#maxSize) return false;\n',
        replace: `    while (this.#currentSize + size > this.#maxSize && this.evictLRU());
    if (size > this.#maxSize) return false;
`,
      },
    ],
    breaks: ['1.4.2', '1.4.4', '1.5.3'],
    say:
      'You make room before you find out that the value is too heavy for the whole cache: everything ' +
      'goes, for nothing.',
  },
  {
    id: 'keeps-the-outdated',
    step: '4',
    patch: [
      {
        find: `    this.delete(key);
    if (size > this.#maxSize) return false;
`,
        replace: `    if (size > this.#maxSize) return false;
    this.delete(key);
`,
      },
    ],
    breaks: ['1.4.4'],
    say:
      'When a value is refused, its predecessor stays and is served from then on, though the caller has ' +
      'just said that it is outdated.',
  },
  {
    id: 'refuses-at-the-brim',
    step: '4',
    patch: [
      {
        find: 'if (size > this.#maxSize) return false;',
        replace: 'if (size >= this.#maxSize) return false;',
      },
    ],
    breaks: ['1.4.4'],
    say: 'You refuse a value of exactly `maxSize`. It fits, alone.',
  },
  {
    id: 'get-returns-what-was-kept',
    step: '4',
    patch: [
      {
        find: `    return value;
    // #endregion`,
        replace: `    return this.peek(key) as T;
    // #endregion`,
      },
    ],
    breaks: ['1.3.3', '1.4.5'],
    say:
      '`get` stores what the factory returned and then looks it up again. What was refused, or lives for ' +
      '0 ms, is not there: the caller gets `undefined`.',
  },
  {
    id: 'weighs-too-late',
    step: '4',
    patch: [
      {
        find: `    const size = weight(key, this.#sizeOf(value, key));
    this.delete(key);
`,
        replace: `    this.delete(key);
    const size = weight(key, this.#sizeOf(value, key));
`,
      },
    ],
    breaks: ['1.4.6'],
    say:
      'The old value is gone before the new one turns out to have no valid size. Whatever can throw ' +
      'comes first, then what changes the cache.',
  },
  {
    id: 'one-bound-at-a-time',
    step: '4',
    patch: [
      {
        find: 'return this.#entries.size > this.#maxEntries || this.#currentSize > this.#maxSize;',
        replace: `if (this.#maxSize < Infinity) return this.#currentSize > this.#maxSize;
    return this.#entries.size > this.#maxEntries;`,
      },
    ],
    breaks: ['1.4.7'],
    say: 'With `maxSize` you forget `maxEntries`. Both bounds hold.',
  },

  // ---- Step 5 -------------------------------------------------------------------------------------------
  {
    id: 'looking-is-a-hit',
    step: '5',
    patch: [
      {
        find: 'return this.#live(key) !== undefined;',
        replace: `const isThere = this.#live(key) !== undefined;
    this.#counts[isThere ? 'hits' : 'misses']++;
    return isThere;`,
      },
    ],
    breaks: ['1.5.1', '1.5.5'],
    say:
      '`has` counts as a hit or a miss, so the hit ratio tells how often somebody looked rather than how ' +
      'much work was saved.',
  },
  {
    id: 'throwing-is-no-miss',
    step: '5',
    patch: [
      {
        find: `    this.#counts.misses++;
    const value = factory();
`,
        replace: `    const value = factory();
    this.#counts.misses++;
`,
      },
    ],
    breaks: ['1.5.1'],
    say: 'You count the miss when the factory has returned. One that throws was asked as well.',
  },
  {
    id: 'ratio-of-nothing',
    step: '5',
    patch: [{ find: 'asked === 0 ? 0 : hits / asked', replace: 'hits / asked' }],
    breaks: ['1.5.2', '1.5.8'],
    say: 'Before the first `get` your hit ratio is 0 ÷ 0, which is `NaN`.',
  },
  {
    id: 'ratio-to-the-misses',
    step: '5',
    patch: [{ find: 'asked === 0 ? 0 : hits / asked', replace: 'misses === 0 ? 0 : hits / misses' }],
    breaks: ['1.5.2'],
    say: 'You divide the hits by the misses. The ratio is their share of all that was asked.',
  },
  {
    id: 'expired-counts-as-evicted',
    step: '5',
    patch: [
      {
        find: 'this.#counts.expirations++;',
        replace: `this.#counts.expirations++;
    this.#counts.evictions++;`,
      },
    ],
    breaks: ['1.5.3'],
    say:
      'What has expired is counted among the evictions, too. The two say different things: too little ' +
      'room, or too much time.',
  },
  {
    id: 'hits-survive-the-value',
    step: '5',
    patch: [
      {
        find: `    this.delete(key);
    if (size`,
        replace: `    const hits = this.#live(key)?.hits ?? 0;
    this.delete(key);
    if (size`,
      },
      {
        find: '{ value, size, hits: 0, createdAt: now, lastAccessedAt: now, expiresAt: now + ttlMs }',
        replace: '{ value, size, hits, createdAt: now, lastAccessedAt: now, expiresAt: now + ttlMs }',
      },
    ],
    breaks: ['1.5.4'],
    say: 'A new value begins with the hits of the one that it replaced.',
  },
  {
    id: 'access-time-stays',
    step: '5',
    patch: [{ find: '      entry.lastAccessedAt = this.#now();\n', replace: '' }],
    breaks: ['1.5.4'],
    say: '`lastAccessedAt` stays at what `set` wrote. A `get` that finds its entry is an access, too.',
  },
  {
    id: 'looking-is-access',
    step: '5',
    patch: [
      {
        find: 'return this.#live(key) !== undefined;',
        replace: `const entry = this.#live(key);
    if (entry) entry.lastAccessedAt = this.#now();
    return entry !== undefined;`,
      },
    ],
    breaks: ['1.5.5'],
    say: '`has` changes the time of the last access. Only `set` and an answered `get` do.',
  },
  {
    id: 'entry-goes-through-get',
    step: '5',
    patch: [
      {
        find: `    const entry = this.#live(key);
    if (!entry) return undefined;
`,
        replace: `    this.get(key, () => undefined);
    const entry = this.#live(key);
    if (!entry) return undefined;
`,
      },
    ],
    breaks: ['1.5.4', '1.5.5', '1.5.6', '1.5.7', '1.5.8', '1.6.1'],
    say:
      'Your `entry` goes through `get`: to ask about an entry uses it, counts as a hit, and creates one ' +
      'where there is none.',
  },
  {
    id: 'tells-of-the-dead',
    step: '5',
    patch: [
      {
        find: `    const entry = this.#live(key);
    if (!entry) return undefined;
`,
        replace: `    const entry = this.#entries.get(key);
    if (!entry) return undefined;
`,
      },
    ],
    breaks: ['1.5.6'],
    say: '`entry` tells of an entry that has expired. For everybody else it is gone.',
  },
  {
    id: 'hands-out-its-own-records',
    step: '5',
    patch: [
      {
        find: `    const { hits, createdAt, lastAccessedAt, size } = entry;
    return { hits, createdAt, lastAccessedAt, size };`,
        replace: '    return entry;',
      },
    ],
    breaks: ['1.5.7'],
    say:
      'You hand out the very object that you go on counting in, and what the caller holds changes behind ' +
      'its back.',
  },
  {
    id: 'hands-out-its-own-counts',
    step: '5',
    patch: [
      {
        find: 'return { ...this.#counts, hitRatio: asked === 0 ? 0 : hits / asked };',
        replace: 'return Object.assign(this.#counts, { hitRatio: asked === 0 ? 0 : hits / asked });',
      },
    ],
    breaks: ['1.5.7'],
    say: '`stats` returns the object that you count in, so a report that somebody keeps goes on changing.',
  },
  {
    id: 'reset-clears-the-cache',
    step: '5',
    patch: [
      {
        find: `  resetStats(): void {
    // #region step 1.5
`,
        replace: `  resetStats(): void {
    // #region step 1.5
    this.clear();
`,
      },
    ],
    breaks: ['1.5.8'],
    say:
      '`resetStats` drops the entries as well. Whoever starts a new measurement does not want a cold ' +
      'cache for it.',
  },

  // ---- Step 6 -------------------------------------------------------------------------------------------
  {
    id: 'takes-iterables-only',
    step: '6',
    patch: [
      {
        find: '      yield* source;',
        replace: '      for (const entry of source as Iterable<WarmEntry>) yield entry;',
      },
    ],
    breaks: ['1.6.1', '1.6.2', '1.6.4'],
    say: 'Your loop takes an iterable and no async iterable: that wants `for await`, or its own iterator.',
  },
  {
    id: 'warmed-for-ever',
    step: '6',
    patch: [{ find: 'const expiresAt = now + this.#ttlMs;', replace: 'const expiresAt = Infinity;' }],
    breaks: ['1.6.1'],
    say: 'What was warmed never expires. It is an entry like any other and lives as long as the cache says.',
  },
  {
    id: 'loads-in-batches',
    step: '6',
    patch: [
      {
        find: `while (room > 0) {
        room--;`,
        replace: `if (room > 0) {
        room--;`,
      },
      {
        find: 'if (next.done) return;',
        replace: `if (next.done) {
          isDone = true;
          return;
        }`,
      },
      {
        find: `          skipped++;
          continue;`,
        replace: `          skipped++;
          return;`,
      },
      {
        find: '    let skipped = 0;\n',
        replace: `    let skipped = 0;
    let isDone = false;
`,
      },
      {
        find: '    await Promise.all(Array.from({ length: concurrency }, loadInTurn));',
        replace: `    while (room > 0 && !isDone) {
      await Promise.all(Array.from({ length: concurrency }, loadInTurn));
    }`,
      },
    ],
    breaks: ['1.6.2'],
    say:
      'You load in batches: the next ones wait until the slowest of a batch has ended, and meanwhile ' +
      'fewer run than `concurrency` allows.',
  },
  {
    id: 'loads-all-at-once',
    step: '6',
    patch: [
      { find: 'let room = this.#maxEntries - this.size;', replace: 'let room = Infinity;' },
      {
        find: 'Array.from({ length: concurrency }, loadInTurn)',
        replace: 'Array.from({ length: 1_000 }, loadInTurn)',
      },
    ],
    breaks: ['1.6.2', '1.6.4'],
    say:
      'You read the whole source and start every load at once. `concurrency` and the free room bound ' +
      'what is read and what runs.',
  },
  {
    id: 'reads-beyond-the-room',
    step: '6',
    patch: [
      {
        find: 'let room = this.#maxEntries - this.size;',
        replace: 'let room = this.#maxEntries - this.size + 1;',
      },
    ],
    breaks: ['1.6.4'],
    say:
      'You read of the source before you ask whether there is room for another entry, and so one too ' +
      'many.',
  },
  {
    id: 'failure-takes-room',
    step: '6',
    patch: [
      {
        find: `          room++;
          failed.push`,
        replace: '          failed.push',
      },
    ],
    breaks: ['1.6.4'],
    say:
      'A load that failed still takes the room that was meant for it, and the source is not read as far ' +
      'as it could be.',
  },
  {
    id: 'loads-what-is-there',
    step: '6',
    patch: [
      {
        find: `if (this.has(key)) {
          room++;`,
        replace: `if (false) {
          room++;`,
      },
    ],
    breaks: ['1.6.3', '1.6.4'],
    say: 'You load keys that the cache has already, and throw the result away.',
  },
  {
    id: 'overwrites-what-arrived',
    step: '6',
    patch: [
      {
        find: 'if (!fits || this.#entries.has(key)) continue;',
        replace: `if (!fits) continue;
      this.delete(key);`,
      },
      {
        find: 'new Map([...added.reverse(), ...resident])',
        replace:
          'new Map([...added.reverse(), ...resident.filter(([key]) => !added.some(([one]) => one === key))])',
      },
    ],
    breaks: ['1.6.3'],
    say:
      'A value that arrived by `set` while its key was being loaded is overwritten by the loaded one, ' +
      'which is older. Look again before you store.',
  },
  {
    id: 'measures-the-room-once',
    step: '6',
    patch: [{ find: 'this.#entries.size < this.#maxEntries && ', replace: '' }],
    breaks: ['1.6.4'],
    say:
      'The room is measured before the loads begin. What was set while they ran has filled some of it, and ' +
      'what you store then is beyond the bound.',
  },
  {
    id: 'warms-by-set',
    step: '6',
    patch: [
      {
        find: 'const stored = this.#storeColdest(likeliestFirst);',
        replace: `for (const { key, value } of likeliestFirst) this.set(key, value);
    const stored = likeliestFirst.length;`,
      },
    ],
    breaks: ['1.6.3', '1.6.4', '1.6.5'],
    say:
      'You store what was loaded as `set` does: it replaces and evicts, and counts as used just now, ' +
      'though nobody has asked for it.',
  },
  {
    id: 'ranks-by-arrival',
    step: '6',
    patch: [
      {
        find: 'loaded[place] = { key, value, size: weight(key, this.#sizeOf(value, key)) };',
        replace: 'loaded.push({ key, value, size: weight(key, this.#sizeOf(value, key)) });',
      },
    ],
    breaks: ['1.6.5'],
    say:
      'You rank what was warmed in the order in which the loads ended. The source says which is the ' +
      'likeliest, not the network.',
  },
  {
    id: 'likeliest-goes-first',
    step: '6',
    patch: [{ find: '...added.reverse(), ', replace: '...added, ' }],
    breaks: ['1.6.5'],
    say:
      'What was warmed goes in the order of the source, the likeliest first. It should be the last of ' +
      'them.',
  },
  {
    id: 'one-failure-ends-all',
    step: '6',
    patch: [
      {
        find: `          room++;
          failed.push({ key, error });`,
        replace: '          throw error;',
      },
    ],
    breaks: ['1.6.1', '1.6.4', '1.6.6'],
    say: 'One load that fails makes `warm` fail, and what the others loaded is lost.',
  },
  {
    id: 'catches-rejections-only',
    step: '6',
    patch: [
      {
        find: `        try {
          const value = await load();`,
        replace: `        const loading = load();
        try {
          const value = await loading;`,
      },
    ],
    breaks: ['1.6.6'],
    say:
      'You catch what a load rejects with, but a load need not be async: one that throws at once takes ' +
      '`warm` with it.',
  },
  {
    id: 'forgets-this',
    step: '6',
    patch: [{ find: 'member.apply(this, args)', replace: 'member.apply(undefined as never, args)' }],
    breaks: ['1.6.7', '1.6.8', '1.6.9', '1.6.11'],
    say:
      'The original is called without `this`. An arrow function in the replacement keeps it; the ' +
      'replacement itself must not be one.',
  },
  {
    id: 'joins-the-arguments',
    step: '6',
    patch: [{ find: 'return args.map(keyOfPrimitive).join();', replace: 'return args.join();' }],
    breaks: ['1.6.8'],
    say:
      "You join the arguments to a string in which `1` and `'1'`, or `('a,b')` and `('a', 'b')`, look " +
      "alike: one caller gets the answer to another's question.",
  },
  {
    id: 'zero-loses-its-sign',
    step: '6',
    patch: [{ find: `  if (Object.is(value, -0)) return '-0';\n`, replace: '' }],
    breaks: ['1.6.8'],
    say:
      '`0` and `-0` share an entry: as a string both are `0`. A method that divides by its argument ' +
      'tells them apart, and so must its cache.',
  },
  {
    id: 'stringifies-the-arguments',
    step: '6',
    patch: [{ find: 'return args.map(keyOfPrimitive).join();', replace: 'return JSON.stringify(args);' }],
    breaks: ['1.6.8'],
    say:
      '`JSON.stringify` tells `undefined` and `NaN` from `null` in no list, throws at a bigint, and ' +
      'takes an object for its present state.',
  },
  {
    id: 'one-cache-for-all-objects',
    step: '6',
    patch: [
      {
        find: `      let caches = cachesOf.get(this);
      if (!caches) cachesOf.set(this, (caches = new Map()));`,
        replace: `      let caches = cachesOf.get(context);
      if (!caches) cachesOf.set(context, (caches = new Map()));`,
      },
    ],
    breaks: ['1.6.9', '1.6.10', '1.6.11'],
    say: 'There is one cache for each decorated member, and all objects share it: one answers for the other.',
  },
  {
    id: 'one-cache-for-a-name',
    step: '6',
    patch: [
      { find: 'let cache = caches.get(context);', replace: 'let cache = caches.get(name as never);' },
      { find: 'if (!cache) caches.set(context, (', replace: 'if (!cache) caches.set(name as never, (' },
      { find: 'context.name === member', replace: '(context as unknown) === member' },
    ],
    breaks: ['1.6.9'],
    say:
      'You tell the caches of an object apart by the name of the member. One that overrides another has ' +
      'the same name, and `super` then gets the wrong answer.',
  },
  {
    id: 'forgets-the-options',
    step: '6',
    patch: [{ find: 'new OptimizedMetadataCache(cacheOptions)', replace: 'new OptimizedMetadataCache()' }],
    breaks: ['1.6.9'],
    say: 'The caches behind `@cached` are made without the options that it was given.',
  },
  {
    id: 'holds-the-objects',
    step: '6',
    patch: [{ find: 'const cachesOf = new WeakMap<object,', replace: 'const cachesOf = new Map<object,' }],
    breaks: ['1.6.10'],
    say:
      'Something of yours refers to each object for which a call was cached, so none of them is ever ' +
      'collected.',
  },
  {
    id: 'invalidates-all-members',
    step: '6',
    patch: [
      {
        find: 'if (member === undefined || context.name === member) cache.clear();',
        replace: 'cache.clear();',
      },
    ],
    breaks: ['1.6.11'],
    say: '`invalidateCached` forgets all members of the object, whichever was named.',
  },
  {
    id: 'adds-to-the-parents-list',
    step: '6',
    patch: [
      {
        find: 'context.metadata[CACHED] = [...inherited, { name, kind, static: isStatic }];',
        replace: `context.metadata[CACHED] ??= inherited;
    (inherited as CachedMember[]).push({ name, kind, static: isStatic });`,
      },
    ],
    breaks: ['1.6.12'],
    say:
      "The metadata of a class inherits from its parent's: you add to the list that you found there, and " +
      'so to that of the parent and of all its other children.',
  },
  {
    id: 'lists-its-own-members-only',
    step: '6',
    patch: [
      {
        find: '[...inherited, { name, kind, static: isStatic }]',
        replace: `[
      ...(Object.hasOwn(context.metadata, CACHED) ? inherited : []),
      { name, kind, static: isStatic },
    ]`,
      },
    ],
    breaks: ['1.6.12'],
    say:
      "The list of a class begins with its own members. Its metadata inherits from its parent's, where " +
      'the others stand.',
  },
] satisfies readonly KnownWrong[];
