import type { KnownWrong } from '../known-wrong.ts';

const CACHE = 'adaptive-cache.ts';
const LOADER = 'predictive-loader.ts';
const OPTIMIZER = 'real-time-optimizer.ts';
const CHECK = 'check-predictor.ts';

export default [
  // ---- Step 1 -------------------------------------------------------------------------------------------
  {
    id: 'takes-the-reserve-for-the-limit',
    step: '1',
    file: CACHE,
    patch: [
      { find: 'heapUsed, heapLimit, memoryLimit', replace: 'heapUsed, heapTotal: heapLimit, memoryLimit' },
    ],
    breaks: ['6.1.1'],
    say:
      'You compare the heap with what V8 has reserved so far. That is always nearly full, because V8 reserves ' +
      'more when it is needed; look for where it gives up.',
  },
  {
    id: 'shrinks-to-nothing',
    step: '1',
    file: CACHE,
    patch: [
      {
        find: 'Math.max(this.#minEntries, Math.floor(this.#capacity * SHRINK_FACTOR))',
        replace: 'Math.floor(this.#capacity * SHRINK_FACTOR)',
      },
    ],
    breaks: ['6.1.2'],
    say: 'While the pressure stays high your cache shrinks on and on, below what it may always have.',
  },
  {
    id: 'grows-at-once',
    step: '1',
    file: CACHE,
    patch: [{ find: 'this.#calmReadings === CALM_READINGS', replace: 'this.#calmReadings > 0' }],
    breaks: ['6.1.3', '6.1.4'],
    say:
      'Your cache grows at the first calm reading. That may be the calm that it made itself by shrinking, and ' +
      'then it swings.',
  },
  {
    id: 'gives-way-only-when-told',
    step: '1',
    file: CACHE,
    patch: [
      {
        find: 'if (this.has(key)) partition.keys.add(key);\n    this.#makeRoom();',
        replace: 'if (this.has(key)) partition.keys.add(key);',
      },
    ],
    breaks: ['6.1.4', '6.1.8', '6.2.4', '6.2.5', '6.2.6'],
    say:
      'The capacity is looked at when the cache shrinks, and not when something is stored: it is full again ' +
      'soon, and more than full.',
  },
  {
    id: 'evicts-silently',
    step: '1',
    file: CACHE,
    patch: [{ find: "    this.#evictions++;\n    this.#onEvict?.(key, value, 'capacity');\n", replace: '' }],
    breaks: ['6.1.5'],
    say:
      'You delete what has to go, and a deletion is no eviction: `onEvict` hears nothing of it, and `stats` ' +
      'does not count it.',
  },
  {
    id: 'lets-the-oldest-go',
    step: '1',
    file: CACHE,
    patch: [
      {
        find: 'partition.keys.delete(key);\n    if (this.has(key)) partition.keys.add(key);',
        replace: 'if (this.has(key)) partition.keys.add(key);\n    else partition.keys.delete(key);',
      },
    ],
    breaks: ['6.1.6'],
    say:
      'What has been there the longest goes, however often it is asked for. A `get` that finds its entry has ' +
      'to save it.',
  },
  {
    id: 'warms-up-to-the-maximum',
    step: '1',
    file: CACHE,
    patch: [
      { find: 'let room = this.#capacity - this.size;', replace: 'let room = this.#maxEntries - this.size;' },
    ],
    breaks: ['6.1.7'],
    say: 'You load more than there is room for at the moment: `maxEntries` is what there may be in good times.',
  },
  {
    id: 'warms-like-everybody',
    step: '1',
    file: CACHE,
    patch: [
      {
        find: 'await this.warm(predictedKeys.map((key) => [key, () => load(key)]));',
        replace: `for (const key of predictedKeys) {
      if (!this.has(key)) this.set(key, await load(key));
    }`,
      },
    ],
    breaks: ['6.1.7', '6.1.8'],
    say:
      'What you warm is stored like what somebody asked for: it pushes out what is used, and a load that fails ' +
      'ends it all. Look at what `warm` of exercise 1 does.',
  },

  // ---- Step 2 -------------------------------------------------------------------------------------------
  {
    id: 'rounds-each-by-itself',
    step: '2',
    file: CACHE,
    patch: [
      {
        find: 'const part = Math.round((upTo / sum) * total) - given;',
        replace: 'const part = Math.round((weight / sum) * total);',
      },
    ],
    breaks: ['6.2.1'],
    say: 'You round each capacity by itself: three thirds of 100 are 99 then.',
  },
  {
    id: 'begins-empty',
    step: '2',
    file: CACHE,
    patch: [
      { find: 'for (const key of kept) this.#partitionOf(key).keys.add(key);', replace: 'this.clear();' },
    ],
    breaks: ['6.2.2'],
    say: 'Your cache begins anew when it is divided. What it has was expensive; only its place changes.',
  },
  {
    id: 'one-order-for-all',
    step: '2',
    file: CACHE,
    patch: [
      {
        find: 'this.#evict(partitions.reduce((most, other) => (above(other) > above(most) ? other : most)));',
        replace: 'this.evictLRU();',
      },
    ],
    breaks: ['6.2.3', '6.2.5', '6.2.6'],
    say:
      'Who goes is the least recently used of all, and that is somebody in another partition when one is ' +
      'scanned. First find out who has too much.',
  },
  {
    id: 'walls-between-them',
    step: '2',
    file: CACHE,
    patch: [
      {
        find: '    while (this.size > this.#capacity) {\n',
        replace: `    for (const partition of this.#partitions.values()) {
      while (partition.keys.size > partition.capacity) this.#evict(partition);
    }
    while (this.size > this.#capacity) {
`,
      },
    ],
    breaks: ['6.2.4'],
    say:
      'A partition evicts while others leave their room unused. A capacity is what nobody can take away, not ' +
      'what one may not exceed.',
  },
  {
    id: 'feeds-whoever-misses',
    step: '2',
    file: CACHE,
    patch: [
      {
        find: 'if (partition.ghosts.delete(key)) partition.gain += partition.worth;',
        replace: 'partition.gain += partition.worth;',
      },
    ],
    breaks: ['6.2.3', '6.2.4', '6.2.5'],
    say:
      'You give capacity to the partition that misses the most. A scan misses always, and no capacity helps ' +
      'it: ask whether the key had been there.',
  },
  {
    id: 'all-hits-are-equal',
    step: '2',
    file: CACHE,
    patch: [{ find: 'worth: worth[name] ?? 1', replace: 'worth: 1' }],
    breaks: ['6.2.6'],
    say: 'You count what more room would bring, and not what that is worth.',
  },
  {
    id: 'takes-the-last-entry',
    step: '2',
    file: CACHE,
    patch: [{ find: 'Math.max(1, Math.floor(LEAST_SHARE * this.#capacity))', replace: '0' }],
    breaks: ['6.2.7'],
    say:
      'A partition can lose all that it has. From nothing it does not come back, for nothing of it is ever ' +
      'evicted.',
  },

  // ---- Step 3 -------------------------------------------------------------------------------------------
  {
    id: 'overlooks-one-way-in',
    step: '3',
    file: LOADER,
    patch: [
      {
        find: 'return this.#use(key, super.loadWithDependencies(key, deps, loader, options));',
        replace: 'return super.loadWithDependencies(key, deps, loader, options);',
      },
    ],
    breaks: ['6.3.1'],
    say: 'There are three ways to use a key, and one of them passes your model by.',
  },
  {
    id: 'once-is-enough',
    step: '3',
    file: LOADER,
    patch: [{ find: 'weight > CHANCE && ', replace: '' }],
    breaks: ['6.3.2'],
    say:
      'What followed a single time is all that is known, and so it has a share of 1. A share needs to be told ' +
      'of how many.',
  },
  {
    id: 'in-order-of-appearance',
    step: '3',
    file: LOADER,
    patch: [{ find: '\n      .sort(([, a], [, b]) => b - a)', replace: '' }],
    breaks: ['6.3.3'],
    say: 'Your predictions come in the order in which they were first seen, not the likeliest first.',
  },
  {
    id: 'never-forgets',
    step: '3',
    file: LOADER,
    patch: [{ find: 'const FADING = 0.9;', replace: 'const FADING = 1;' }],
    breaks: ['6.3.4'],
    say:
      'What was true for long stays true: a hundred old observations outweigh fifty new ones. Let them fade ' +
      'with each new one.',
  },
  {
    id: 'looks-at-one-key',
    step: '3',
    file: LOADER,
    patch: [
      {
        find: 'const isCurrent = last?.key === currentKey && last.before !== undefined;',
        replace: 'const isCurrent = false;',
      },
    ],
    breaks: ['6.3.5'],
    say: 'You look at the current key alone, where the one before it would tell which way the session is going.',
  },
  {
    id: 'one-chain-for-all',
    step: '3',
    file: LOADER,
    patch: [
      {
        find: 'return sessions.run(new Map(sessions.getStore()).set(this, { last: undefined }), run);',
        replace: `const chain = this.#session() ?? { last: undefined };
    sessions.enterWith(new Map(sessions.getStore()).set(this, chain));
    return run();`,
      },
    ],
    breaks: ['6.3.1', '6.3.6', '6.3.7', '6.4.1', '6.4.2', '6.4.3', '6.4.5', '6.5.2', '6.5.3'],
    say:
      'All sessions are one chain to you: what one request uses seems to follow what another has just used. ' +
      '`AsyncLocalStorage` keeps them apart, if each gets a store of its own.',
  },
  {
    id: 'remembers-every-key',
    step: '3',
    file: LOADER,
    patch: [
      {
        find: 'if (this.#weights.size > this.maxContexts) {',
        replace: 'if (this.#weights.size === Infinity) {',
      },
    ],
    breaks: ['6.3.7'],
    say: 'Your model has an entry for every key that was ever used: the memory leak of exercise 1 once more.',
  },

  // ---- Step 4 -------------------------------------------------------------------------------------------
  {
    id: 'often-is-frequent',
    step: '4',
    file: LOADER,
    patch: [
      {
        find: 'if (length < EVIDENCE || share < FREQUENT_SHARE) return [];',
        replace: 'if (length < EVIDENCE) return [];',
      },
    ],
    breaks: ['6.4.1', '6.4.4'],
    say: 'Five accesses are evidence, but of what? Frequent is who has a large part of all.',
  },
  {
    id: 'leaves-out-the-last-of-a-session',
    step: '4',
    file: LOADER,
    patch: [
      {
        find: 'const probability = times / accesses.length;',
        replace: 'const probability = times / accesses.filter((access) => access.next !== undefined).length;',
      },
    ],
    breaks: ['6.4.2'],
    say:
      'You divide by the accesses that something followed. Those that ended a session are accesses too, and ' +
      'speak against the sequence.',
  },
  {
    id: 'means-instead-of-medians',
    step: '4',
    file: LOADER,
    patch: [
      {
        find: '  const sorted = numbers.toSorted((a, b) => a - b);\n  const half = sorted.length / 2;\n  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;',
        replace: '  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;',
      },
    ],
    breaks: ['6.4.3', '6.4.5'],
    say: 'You take the mean of the intervals, and one long pause moves it away from all of them.',
  },
  {
    id: 'twice-is-a-rhythm',
    step: '4',
    file: LOADER,
    patch: [{ find: 'intervals.length < EVIDENCE || ', replace: '' }],
    breaks: ['6.4.4'],
    say: 'Two accesses have one interval, which is as regular as can be. Regular is what had the chance not to be.',
  },
  {
    id: 'keeps-all-history',
    step: '4',
    file: LOADER,
    patch: [
      {
        find: 'this.#history[this.#accesses % this.#historySize] = chain.last;',
        replace: 'this.#history.push(chain.last);',
      },
    ],
    breaks: ['6.4.5'],
    say: 'Your history has no end: what was frequent in spring is frequent for ever, and the list grows.',
  },

  // ---- Step 5 -------------------------------------------------------------------------------------------
  {
    id: 'one-step-behind',
    step: '5',
    file: LOADER,
    patch: [
      {
        find: 'this.predictNextAccess(chain.last.key)',
        replace: 'this.predictNextAccess(chain.last.before ?? chain.last.key)',
      },
    ],
    breaks: ['6.5.1'],
    say: 'You prefetch what follows the key before the last one: by then it has been used already.',
  },
  {
    id: 'frequent-in-any-order',
    step: '5',
    file: LOADER,
    patch: [{ find: '\n      .sort((a, b) => b.share - a.share)', replace: '' }],
    breaks: ['6.5.2'],
    say: 'You prefetch frequent keys in the order in which the analysis names them, not the most frequent first.',
  },
  {
    id: 'spends-on-what-is-there',
    step: '5',
    file: LOADER,
    patch: [
      {
        find: '.filter((key) => this.#registered.has(key) && !this.#there.has(key))',
        replace: '.filter((key) => this.#registered.has(key))',
      },
    ],
    breaks: ['6.5.3'],
    say: 'You spend the budget on predictions that are loaded already, and have nothing left for the next one.',
  },
  {
    id: 'in-the-way',
    step: '5',
    file: LOADER,
    patch: [
      {
        find: '    while (this.#demanded.size > 0) await Promise.allSettled(this.#demanded);\n',
        replace: '',
      },
    ],
    breaks: ['6.5.4'],
    say: 'You prefetch while somebody is waiting for a load. Both stand in the same queue, and only one is wanted.',
  },
  {
    id: 'prefetches-like-a-caller',
    step: '5',
    file: LOADER,
    patch: [
      {
        find: 'for (const { key, status } of await this.preload(keys, { concurrency: this.#budget })) {',
        replace: `await Promise.allSettled(keys.map((key) => this.get(key)));
    for (const { key, status } of await this.preload([])) {`,
      },
    ],
    breaks: ['6.5.3', '6.5.5', '6.5.6', '6.5.7'],
    say:
      'You prefetch by `get`, as a caller would, and so each prefetch is an access: it comes true by itself, ' +
      'and the model learns from its own predictions.',
  },
  {
    id: 'recall-of-everything',
    step: '5',
    file: LOADER,
    patch: [{ find: '} else if (!this.#there.has(key)) {', replace: '} else {' }],
    breaks: ['6.5.6'],
    say:
      'Your recall counts accesses of what was there already. Nothing had to be foreseen there; ask what had ' +
      'to be loaded.',
  },
  {
    id: 'never-turns-down',
    step: '5',
    file: LOADER,
    patch: [{ find: '      this.#allowance = Math.max(0, this.#allowance - 1);\n', replace: '' }],
    breaks: ['6.5.7'],
    say: 'Misses are counted, and change nothing: you prefetch as much as before, and load for nobody.',
  },
  {
    id: 'never-comes-back',
    step: '5',
    file: LOADER,
    patch: [
      {
        find: '    this.#allowance = Math.min(this.#budget, this.#allowance + 1 / PROBE_EVERY);\n',
        replace: '',
      },
    ],
    breaks: ['6.5.7'],
    say:
      'Once turned down, you never prefetch again, and so never learn that predictions come true by now. Try ' +
      'one now and then.',
  },

  // ---- Step 6 -------------------------------------------------------------------------------------------
  {
    id: 'up-only',
    step: '6',
    file: OPTIMIZER,
    patch: [
      {
        find: 'this.#next = direction === 1 ? { index, direction: -1 } : { index: next, direction: 1 };',
        replace: 'this.#next = { index: next, direction: 1 };',
      },
    ],
    breaks: ['6.6.1', '6.6.5'],
    say: 'You only ever try more. Where less would be better, nothing happens.',
  },
  {
    id: 'never-takes-back',
    step: '6',
    file: OPTIMIZER,
    patch: [{ find: '      this.#put(this.#trial.index, this.#trial.former);\n', replace: '' }],
    breaks: ['6.6.2'],
    say: 'A change that made it worse stays in effect, and the next one is made on top of it.',
  },
  {
    id: 'believes-the-noise',
    step: '6',
    file: OPTIMIZER,
    patch: [
      {
        find: 'Math.max(...this.#samples) < Math.min(...this.#baseline)',
        replace: 'this.#samples.reduce((a, b) => a + b) < this.#baseline.reduce((a, b) => a + b)',
      },
    ],
    breaks: ['6.6.3'],
    say:
      'You keep a change when its mean is a little better. Of changes that do nothing that is every second ' +
      'one, and the parameter wanders off.',
  },
  {
    id: 'compares-with-better-days',
    step: '6',
    file: OPTIMIZER,
    patch: [
      { find: '      this.#trial = undefined;\n    } else {', replace: '      this.#try();\n    } else {' },
    ],
    breaks: ['6.6.2', '6.6.4'],
    say:
      'You compare with measurements from before the load came, and against those no change looks good. ' +
      'Measure anew before each trial.',
  },
  {
    id: 'leaves-the-range',
    step: '6',
    file: OPTIMIZER,
    patch: [
      {
        find: 'Math.min(max, Math.max(min, former + direction * step))',
        replace: 'former + direction * step',
      },
    ],
    breaks: ['6.6.5'],
    say: 'The tuner goes beyond the range that it was given: below it a program may not work at all.',
  },
  {
    id: 'pages-at-once',
    step: '6',
    file: OPTIMIZER,
    patch: [
      {
        find: 'if (watch.against < ALERT_READINGS) continue;',
        replace: 'if (watch.against === 0) continue;',
      },
    ],
    breaks: ['6.6.6'],
    say: 'A single reading raises an alert and the next one clears it. Who is woken by that turns it off.',
  },
  {
    id: 'counts-the-queue',
    step: '6',
    file: OPTIMIZER,
    patch: [
      {
        find: 'const { arrivalsPerSecond, serviceMs } = loadMetrics;',
        replace: 'const { arrivalsPerSecond, responseMs: serviceMs } = loadMetrics;',
      },
    ],
    breaks: ['6.6.7'],
    say:
      'You take the time that callers wait for the time that a worker is busy. The more they wait, the more ' +
      'workers you ask for, also where the queue is somewhere else.',
  },
  {
    id: 'fewer-at-once',
    step: '6',
    file: OPTIMIZER,
    patch: [{ find: 'this.#fewer.length === CALM_READINGS', replace: 'this.#fewer.length > 0' }],
    breaks: ['6.6.8'],
    say: 'One quiet reading takes workers away, and the next one needs them again.',
  },

  // ---- Step 7 -------------------------------------------------------------------------------------------
  {
    id: 'demands-more-than-the-rules',
    step: '7',
    file: CHECK,
    patch: [{ find: 'predicted[0] === next', replace: 'predicted.length === 1 && predicted[0] === next' }],
    breaks: ['6.7.1'],
    say: 'You reject predictors that predict something else as well, after what the rules ask for.',
  },
  {
    id: 'teaches-too-long',
    step: '7',
    file: CHECK,
    patch: [{ find: 'i < 3;', replace: 'i < 30;' }],
    breaks: ['6.7.2'],
    say: 'After thirty sessions everybody foresees the next key. The rule says how many must do.',
  },
  {
    id: 'accepts-chance',
    step: '7',
    file: CHECK,
    patch: [{ find: "  requireAtMost(once, 'a', []);\n", replace: '' }],
    breaks: ['6.7.3'],
    say: 'You accept a predictor that predicts what followed a single time.',
  },
  {
    id: 'accepts-what-never-followed',
    step: '7',
    file: CHECK,
    patch: [
      { find: "  requireAtMost(repeated, 'abcd', []);\n", replace: '' },
      {
        find: "  requireAtMost(apart, 'a', ['b']);\n  requireAtMost(apart, 'ab', ['c']);\n  requireAtMost(apart, 'abc', []);\n",
        replace: '',
      },
    ],
    breaks: ['6.7.4'],
    say:
      'You ask whether what followed is predicted, and not whether anything else is: what another session used, ' +
      'or the key that was used just now.',
  },
  {
    id: 'accepts-who-never-forgets',
    step: '7',
    file: CHECK,
    patch: [{ find: "  requireFirst(changing, 'a', 'c', 'what has followed of late');\n", replace: '' }],
    breaks: ['6.7.5'],
    say: 'You accept a predictor to which a hundred observations of long ago outweigh fifty of now.',
  },
  {
    id: 'accepts-one-key',
    step: '7',
    file: CHECK,
    patch: [
      {
        find: "requireFirst(pairs, 'xa', 'b', 'what follows this pair of keys');\n  requireFirst(pairs, 'ya', 'c', 'what follows this pair of keys');\n",
        replace: '',
      },
    ],
    breaks: ['6.7.6'],
    say: 'You accept a predictor that looks at the last key only. What came before it must make a difference.',
  },
] satisfies readonly KnownWrong[];
