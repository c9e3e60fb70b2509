import type { KnownWrong } from '../known-wrong.ts';

export default [
  // ---- Step 1 ---------------------------------------------------------------------------------------------
  {
    id: 'has-no-window',
    step: '1',
    patch: [
      {
        find: 'void this.processBatch(key), this.#windowMs)',
        replace: 'void this.processBatch(key), 0)',
      },
    ],
    breaks: ['3.1.1', '3.1.2', '3.1.3', '3.1.4', '3.1.7', '3.1.9', '3.4.4', '3.6.6', '3.7.3'],
    say: 'A batch runs as soon as a timer gets its turn, not when `windowMs` have passed.',
  },
  {
    id: 'prolongs-the-window',
    step: '1',
    patch: [
      {
        find: 'const batch = this.#waiting.get(key) ?? this.#open(key, handler);',
        replace: `const entries = this.#waiting.get(key)?.entries;
    this.#waiting.get(key)?.cancelTimer();
    const batch = this.#open(key, handler);
    for (const [identity, entry] of entries ?? []) batch.entries.set(identity, entry);`,
      },
    ],
    breaks: ['3.1.2', '3.6.6'],
    say:
      'Each operation starts the window anew, so that under steady traffic no batch ever runs by time. ' +
      'That is a debounce; a window counts from the first.',
  },
  {
    id: 'starts-a-timer-an-operation',
    step: '1',
    patch: [
      {
        find: 'const batch = this.#waiting.get(key) ?? this.#open(key, handler);',
        replace: `const entries = this.#waiting.get(key)?.entries;
    const batch = this.#open(key, handler);
    for (const [identity, entry] of entries ?? []) batch.entries.set(identity, entry);`,
      },
    ],
    breaks: ['3.1.2', '3.1.3', '3.1.5', '3.3.2', '3.3.7'],
    say:
      'Each operation starts a timer. The first one to go off runs the batch, and the others cut the next ' +
      'ones short.',
  },
  {
    id: 'leaves-the-timer-running',
    step: '1',
    patch: [{ find: '    batch.cancelTimer();\n', replace: '' }],
    breaks: ['3.1.3', '3.1.5', '3.1.9', '3.3.2', '3.3.7', '3.4.4'],
    say:
      'A batch that runs before its window ends leaves its timer behind, and that one ends the window of ' +
      'the next batch. Look at what must stop when a batch is taken.',
  },
  {
    id: 'is-full-one-later',
    step: '1',
    patch: [{ find: 'if (waiting >= this.#sizeOf(key))', replace: 'if (waiting > this.#sizeOf(key))' }],
    breaks: [
      '3.1.3', '3.1.4', '3.1.5', '3.1.7', '3.1.8', '3.2.5', '3.4.4', '3.5.7', '3.6.4', '3.6.6', '3.6.8',
      '3.7.3',
    ],
    say:
      'A batch runs with one operation more than `batchSize`. Is it compared before or after the ' +
      'operation is added?',
  },
  {
    id: 'has-one-batch-for-all-keys',
    step: '1',
    patch: [
      {
        find: 'const { key, handler, item, identity } = submission;',
        replace: `const { handler, item, identity } = submission;
    const key = 'any';`,
      },
    ],
    breaks: [
      '3.1.4',
      '3.1.9',
      '3.3.1',
      '3.4.4',
      '3.4.7',
      '3.5.7',
      '3.5.8',
      '3.5.10',
      '3.6.4',
      '3.6.5',
      '3.6.6',
    ],
    say:
      'Operations of different keys end up in the same batch. What belongs together is what has the same ' +
      'key.',
  },
  {
    id: 'runs-the-other-keys-too',
    step: '1',
    patch: [
      {
        find: '    batch.cancelTimer();\n',
        replace: `    batch.cancelTimer();
    for (const other of this.#waiting.keys()) void this.processBatch(other);\n`,
      },
    ],
    breaks: ['3.1.4', '3.1.9'],
    say: 'When the batch of one key runs, those of the others run with it, before they are due.',
  },
  {
    id: 'waits-for-each',
    step: '1',
    patch: [
      {
        find: 'settled.push(this.#settle(entry, entry.item as () => unknown));',
        replace: 'await this.#settle(entry, entry.item as () => unknown);',
      },
    ],
    breaks: ['3.1.6', '3.2.4', '3.2.6', '3.4.1', '3.4.2', '3.4.4', '3.4.6', '3.4.7', '3.5.9'],
    say:
      'The second operation starts when the promise of the first is settled: an `await` in the loop makes ' +
      'a queue of the batch.',
  },
  {
    id: 'runs-the-last-first',
    step: '1',
    patch: [
      {
        find: 'await this.#callEach([...entries.values()]);',
        replace: 'await this.#callEach([...entries.values()].reverse());',
      },
    ],
    breaks: ['3.1.6', '3.5.8', '3.5.10'],
    say: 'The operations run from the last to the first. Taking them off the end of an array does that.',
  },
  {
    id: 'takes-the-batch-too-late',
    step: '1',
    patch: [
      { find: '    this.#waiting.delete(key);\n', replace: '' },
      {
        find: '    await null; // never within',
        replace: '    await null;\n    this.#waiting.delete(key); // never within',
      },
    ],
    breaks: ['3.1.3', '3.4.7', '3.6.4', '3.6.10', '3.7.3'],
    say:
      'A batch that is about to run still takes operations. It must be out of reach from the moment in ' +
      'which it is full.',
  },
  {
    id: 'runs-what-it-is-given-meanwhile',
    step: '1',
    patch: [
      { find: '    this.#waiting.delete(key);\n', replace: '' },
      {
        find: 'else await this.#callEach([...entries.values()]);',
        replace: `else await this.#callEach(entries.values() as never);
    this.#waiting.delete(key);`,
      },
      {
        find: 'for (const [index, entry] of entries.entries()) {',
        replace: `let index = -1;
    for (const entry of entries) {
      index++;`,
      },
    ],
    breaks: [
      '3.1.3',
      '3.1.7',
      '3.2.4',
      '3.4.1',
      '3.4.4',
      '3.4.5',
      '3.4.6',
      '3.4.7',
      '3.4.8',
      '3.6.4',
      '3.6.6',
      '3.6.9',
      '3.6.10',
      '3.7.3',
    ],
    say:
      'What is added while a batch runs joins the batch that runs, or is lost when that is thrown away. ' +
      'Take the batch away first, then run it.',
  },
  {
    id: 'runs-within-the-call',
    step: '1',
    patch: [{ find: '    await null; // never within', replace: '    // never within' }],
    breaks: ['3.1.8'],
    say:
      'The call that fills the batch runs it before it returns, whereas all others return first. A caller ' +
      'should not have to know which one it is.',
  },

  // ---- Step 2 ---------------------------------------------------------------------------------------------
  {
    id: 'loses-what-is-falsy',
    step: '2',
    patch: [
      {
        find: 'entry.resolve(await outcome());',
        replace: 'entry.resolve((await outcome()) || undefined);',
      },
    ],
    breaks: ['3.2.1', '3.7.1', '3.7.3', '3.7.5'],
    say: "A stock of 0 arrives as `undefined`. `null`, `0`, `''` and `false` are values like any other.",
  },
  {
    id: 'does-not-wait-for-promises',
    step: '2',
    patch: [{ find: 'entry.resolve(await outcome());', replace: 'entry.resolve(outcome());' }],
    breaks: ['3.2.6', '3.3.1', '3.4.1', '3.4.2', '3.4.3', '3.4.4', '3.4.5'],
    say: 'An operation counts as done when it has returned a promise. It is done when that is settled.',
  },
  {
    id: 'swallows-errors',
    step: '2',
    patch: [{ find: '      entry.reject(error);\n', replace: '      entry.resolve(undefined);\n' }],
    breaks: ['3.2.2', '3.2.3', '3.2.4', '3.2.7', '3.3.7', '3.6.3', '3.6.4', '3.6.5', '3.6.7', '3.7.1'],
    say: 'The promise of an operation that failed is fulfilled. Its caller takes nothing for an answer.',
  },
  {
    id: 'wraps-errors',
    step: '2',
    patch: [
      {
        find: '      entry.reject(error);\n',
        replace: '      entry.reject(new Error(String(error)));\n',
      },
    ],
    breaks: ['3.2.2', '3.6.3', '3.6.4', '3.6.5', '3.6.7', '3.7.1'],
    say:
      'The error that arrives is not the one that was thrown: its class, its cause and its stack are ' +
      'gone.',
  },
  {
    id: 'stops-at-the-first-throw',
    step: '2',
    patch: [
      {
        find: 'settled.push(this.#settle(entry, entry.item as () => unknown));',
        replace: `const outcome = (entry.item as () => unknown)();
      settled.push(this.#settle(entry, () => outcome));`,
      },
    ],
    breaks: ['3.2.2', '3.2.3', '3.2.4', '3.2.6', '3.2.7', '3.3.1', '3.3.5', '3.3.7', '3.4.6'],
    say:
      'An operation that throws ends the loop over the batch: those after it never run, and no promise of ' +
      'theirs is ever settled. A rejected promise does not; look at where the operation is called.',
  },
  {
    id: 'fails-all-for-one',
    step: '2',
    patch: [
      {
        find: 'settled.push(this.#settle(entry, entry.item as () => unknown));',
        replace: 'settled.push((async () => (entry.item as () => undefined)())());',
      },
      {
        find: 'await Promise.all(settled);',
        replace: `const all = Promise.all(settled);
    await Promise.all(entries.map((entry, index) => this.#settle(entry, async () => (await all)[index])));`,
      },
    ],
    breaks: ['3.2.2', '3.2.3', '3.2.4', '3.2.6', '3.2.7', '3.3.1', '3.4.6', '3.4.7', '3.5.8'],
    say:
      'One operation fails, and every promise of its batch is rejected: `Promise.all` is for callers who ' +
      'need all or nothing, and these need one each.',
  },
  {
    id: 'settles-at-the-end',
    step: '2',
    patch: [
      {
        find: 'settled.push(this.#settle(entry, entry.item as () => unknown));',
        replace: 'settled.push((async () => (entry.item as () => undefined)())());',
      },
      {
        find: 'await Promise.all(settled);',
        replace: `const all = Promise.allSettled(settled);
    await Promise.all(
      entries.map((entry, index) =>
        this.#settle(entry, async () => {
          const result = (await all)[index]!;
          if (result.status === 'rejected') throw result.reason;
          return result.value;
        }),
      ),
    );`,
      },
    ],
    breaks: ['3.2.4', '3.2.6', '3.4.6', '3.4.7', '3.5.8'],
    say: 'Every promise waits for the slowest operation of its batch. What is known may be told.',
  },
  {
    id: 'loses-the-context',
    step: '2',
    patch: [
      {
        find: "AsyncResource.bind(callable('operation', operation))",
        replace: "callable('operation', () => operation())",
      },
    ],
    breaks: ['3.2.5'],
    say:
      'Operations run in the async context of whoever opened or filled the batch: one tenant reads with ' +
      'the name of another. `node:async_hooks` can bind a function to the context it was given in.',
  },
  {
    id: 'counts-failures-as-pending',
    step: '2',
    patch: [
      {
        find: `      entry.reject(error);
    }`,
        replace: `      entry.reject(error);
      return;
    }`,
      },
    ],
    breaks: ['3.2.6', '3.4.6', '3.6.6'],
    say:
      'An operation that fails is counted as pending for ever. What is done in the end must be done in ' +
      'either case.',
  },
  {
    id: 'counts-only-what-waits',
    step: '2',
    patch: [
      {
        find: 'return this.#pending;',
        replace: 'return [...this.#waiting.values()].reduce((sum, { entries }) => sum + entries.size, 0);',
      },
    ],
    breaks: ['3.2.6', '3.4.1', '3.4.3', '3.6.6'],
    say: '`pending` forgets an operation when it starts. It is pending until it is settled.',
  },
  {
    id: 'keeps-its-promises-too-long',
    step: '2',
    patch: [{ find: 'promise.then(settled, settled);', replace: 'promise.catch(() => {});' }],
    breaks: ['3.2.7', '3.3.6'],
    say:
      'The list of promises that `flushAll` is to wait for only ever grows, and keeps every value that ' +
      'was ever returned.',
  },
  {
    id: 'keeps-the-last-batches',
    step: '2',
    patch: [
      { find: '  #flushes = 0;\n', replace: '  #flushes = 0;\n  readonly #history: Batch[] = [];\n' },
      {
        find: '    batch.cancelTimer();\n',
        replace: '    batch.cancelTimer();\n    this.#history.push(batch);\n',
      },
    ],
    breaks: ['3.2.7'],
    say:
      'Batches that are done are kept, with their closures and all that these refer to. If it is for ' +
      'statistics, keep the numbers.',
  },

  // ---- Step 3 ---------------------------------------------------------------------------------------------
  {
    id: 'processes-without-waiting',
    step: '3',
    patch: [
      {
        find: 'return this.#run(key, batch);',
        replace: `void this.#run(key, batch);
    return Promise.resolve();`,
      },
    ],
    breaks: ['3.3.1', '3.6.6'],
    say: '`processBatch` starts the batch, and its promise does not wait for it.',
  },
  {
    id: 'flushes-key-by-key',
    step: '3',
    patch: [
      {
        find: `    for (const key of this.#waiting.keys()) void this.processBatch(key);
    await Promise.allSettled(this.#owed);`,
        replace: `    const added = Promise.allSettled(this.#owed);
    for (const key of [...this.#waiting.keys()]) await this.processBatch(key);
    await added;`,
      },
    ],
    breaks: ['3.3.2', '3.5.8'],
    say: 'The batch of the second key starts when that of the first is done: an `await` in the loop again.',
  },
  {
    id: 'flushes-only-what-waits',
    step: '3',
    patch: [
      {
        find: `    for (const key of this.#waiting.keys()) void this.processBatch(key);
    await Promise.allSettled(this.#owed);`,
        replace: '    await Promise.all([...this.#waiting.keys()].map((key) => this.processBatch(key)));',
      },
    ],
    breaks: ['3.3.3', '3.3.7', '3.3.9', '3.4.7'],
    say: '`flushAll` waits for the batches that it starts, and not for those that were running already.',
  },
  {
    id: 'flushes-until-idle',
    step: '3',
    patch: [
      {
        find: `    for (const key of this.#waiting.keys()) void this.processBatch(key);
    await Promise.allSettled(this.#owed);`,
        replace: `    while (this.#owed.size > 0) {
      for (const key of this.#waiting.keys()) void this.processBatch(key);
      await Promise.allSettled(this.#owed);
    }`,
      },
    ],
    breaks: ['3.3.4'],
    say:
      '`flushAll` goes on as long as anything is pending. Where operations keep coming it never ends; it ' +
      'owes its caller what was there when it was called.',
  },
  {
    id: 'flush-fails-with-an-operation',
    step: '3',
    patch: [{ find: 'await Promise.allSettled(this.#owed);', replace: 'await Promise.all(this.#owed);' }],
    breaks: ['3.3.5', '3.6.6', '3.7.7'],
    say:
      '`flushAll` is rejected by the first operation that fails, and has not waited for the others. ' +
      'Errors belong to those who added the operations.',
  },
  {
    id: 'walks-over-every-key-it-has-seen',
    step: '3',
    patch: [
      { find: '  #flushes = 0;\n', replace: '  #flushes = 0;\n  readonly #keys = new Set<string>();\n' },
      { find: '    this.#pending++;\n', replace: '    this.#pending++;\n    this.#keys.add(key);\n' },
      {
        find: 'for (const key of this.#waiting.keys()) void this.processBatch(key);',
        replace: 'for (const key of this.#keys) void this.processBatch(key);',
      },
    ],
    breaks: ['3.3.6'],
    say:
      'Every key that was ever used leaves something behind that `flushAll` has to walk over. Where keys ' +
      'are made of identifiers, that is a leak.',
  },
  {
    id: 'drops-what-waits',
    step: '3',
    patch: [
      {
        find: `    this.#isClosed = true;
    await this.flushAll();`,
        replace: `    this.#isClosed = true;
    for (const batch of this.#waiting.values()) batch.cancelTimer();
    this.#waiting.clear();`,
      },
    ],
    breaks: ['3.3.7', '3.3.8', '3.3.9', '3.4.7', '3.6.6'],
    say:
      'At the end the queue is emptied without being run: its promises are never settled, and whoever ' +
      'waits for one waits for ever.',
  },
  {
    id: 'closes-when-all-is-done',
    step: '3',
    patch: [
      {
        find: `    this.#isClosed = true;
    await this.flushAll();`,
        replace: `    await this.flushAll();
    this.#isClosed = true;`,
      },
    ],
    breaks: ['3.3.8', '3.6.6'],
    say:
      'While the processor is being closed it still takes operations, and nobody waits for those. Close ' +
      'the door first, then clean up.',
  },
  {
    id: 'closes-only-once',
    step: '3',
    patch: [
      {
        find: '    this.#isClosed = true;\n',
        replace: '    if (this.#isClosed) return;\n    this.#isClosed = true;\n',
      },
    ],
    breaks: ['3.3.9'],
    say:
      'The second call of `[Symbol.asyncDispose]` returns at once, though the first is still waiting. Its ' +
      'caller may be the one who ends the process.',
  },

  // ---- Step 4 ---------------------------------------------------------------------------------------------
  {
    id: 'has-room-for-one-more',
    step: '4',
    patch: [
      {
        find: 'if (this.#pending >= this.#maxPending) return',
        replace: 'if (this.#pending > this.#maxPending) return',
      },
    ],
    breaks: ['3.4.1', '3.4.2', '3.4.3', '3.4.4', '3.6.6', '3.7.3'],
    say: 'One operation more than `maxPending` is let in. Is the count taken before or after it is added?',
  },
  {
    id: 'bounds-only-what-waits',
    step: '4',
    patch: [
      {
        find: 'if (this.#pending >= this.#maxPending) return this.#holdBack(submission);',
        replace: `let waiting = 0;
    for (const { entries } of this.#waiting.values()) waiting += entries.size;
    if (waiting >= this.#maxPending) return this.#holdBack(submission);`,
      },
    ],
    breaks: ['3.4.2', '3.4.4'],
    say:
      'When a batch is taken its room is given away, though its operations have only just begun. A slow ' +
      'database then runs any number of them.',
  },
  {
    id: 'counts-the-held-back-as-pending',
    step: '4',
    patch: [{ find: 'return this.#pending;', replace: 'return this.#owed.size;' }],
    breaks: ['3.4.1'],
    say: '`pending` counts what is held back too, and so says more than `maxPending`.',
  },
  {
    id: 'rejects-without-being-asked-to',
    step: '4',
    patch: [{ find: "if (this.#overflow === 'reject') throw", replace: 'if (this.#overflow) throw' }],
    breaks: ['3.4.1', '3.4.4', '3.4.5', '3.4.6', '3.4.7', '3.4.8', '3.6.6'],
    say: 'What there is no room for is rejected, also where `overflow` is `wait` or was not given.',
  },
  {
    id: 'counts-what-it-rejects',
    step: '4',
    patch: [
      {
        find: `    if (this.#pending >= this.#maxPending) return this.#holdBack(submission);

    this.#pending++;`,
        replace: '    if (++this.#pending > this.#maxPending) return this.#holdBack(submission);\n',
      },
    ],
    breaks: ['3.4.1', '3.4.3', '3.4.4', '3.4.5', '3.4.6', '3.4.7', '3.4.8', '3.6.6'],
    say: 'What is turned away has been counted already, and is never counted off: it takes room for ever.',
  },
  {
    id: 'serves-the-last-first',
    step: '4',
    patch: [{ find: 'this.#leaving = this.#arrived.reverse();', replace: 'this.#leaving = this.#arrived;' }],
    breaks: ['3.4.5', '3.6.6'],
    say:
      'Who has waited longest is served last: what is held back stands on a stack. The first ones may ' +
      'wait for ever.',
  },
  {
    id: 'lets-newcomers-overtake',
    step: '4',
    patch: [
      {
        find: 'while (this.#pending < this.#maxPending && ',
        replace: `for (let tick = 0; tick < 10; tick++) await null;
    while (this.#pending < this.#maxPending && `,
      },
    ],
    breaks: ['3.4.5'],
    say:
      'Between the moment in which room is made and that in which somebody is let in, another comes and ' +
      'takes it.',
  },
  {
    id: 'makes-room-by-the-batch',
    step: '4',
    patch: [
      {
        find: `    this.#pending--;
    // One who is let in may turn out to be a twin, and take no room.
    while (this.#pending < this.#maxPending && this.#heldBack.length > 0) this.#heldBack.shift()!();`,
        replace: '',
      },
      {
        find: 'else await this.#callEach([...entries.values()]);',
        replace: `else await this.#callEach([...entries.values()]);
    this.#pending -= entries.size;
    while (this.#pending < this.#maxPending && this.#heldBack.length > 0) this.#heldBack.shift()!();`,
      },
    ],
    breaks: ['3.2.6', '3.4.6', '3.4.7'],
    say: 'Room is made when a whole batch is done: one slow operation keeps out as many as its batch had.',
  },
  {
    id: 'flushes-all-but-the-held-back',
    step: '4',
    patch: [
      {
        find: 'if (this.#flushes > 0) queueMicrotask(() => void this.processBatch(submission.key));',
        replace: '',
      },
    ],
    breaks: ['3.4.4', '3.4.7'],
    say:
      '`flushAll` runs what waits when it is called. What was held back joins a batch later, and that one ' +
      'waits for its window.',
  },
  {
    id: 'closes-before-the-held-back',
    step: '4',
    patch: [
      {
        find: '        resolve(this.#join(submission));',
        replace: `        const tooLate = new BatchClosedError(submission.key);
        resolve(this.#isClosed ? Promise.reject(tooLate) : this.#join(submission));`,
      },
    ],
    breaks: ['3.4.7', '3.4.8'],
    say: 'Operations that were held back when the processor was closed are rejected. They had come in time.',
  },

  // ---- Step 5 ---------------------------------------------------------------------------------------------
  {
    id: 'ignores-the-target',
    step: '5',
    patch: [
      {
        find: "this.#targetEfficiency = above0('targetEfficiency', targetEfficiency);",
        replace: "above0('targetEfficiency', targetEfficiency);",
      },
    ],
    breaks: ['3.5.1'],
    say: 'The efficiency is compared with something else than the `targetEfficiency` that was given.',
  },
  {
    id: 'ignores-memory',
    step: '5',
    patch: [
      { find: ' && pressure < 0.8) {', replace: ') {' },
      { find: ' || pressure > 0.9) {', replace: ') {' },
    ],
    breaks: ['3.5.2', '3.5.3'],
    say:
      'Batches grow while the process is short of memory. Above 0.9 they must shrink, however efficient ' +
      'they are.',
  },
  {
    id: 'shrinks-if-it-does-not-grow',
    step: '5',
    patch: [
      {
        find: '} else if (efficiency < this.#targetEfficiency || pressure > 0.9) {',
        replace: '} else {',
      },
    ],
    breaks: ['3.5.3'],
    say:
      'There are three cases, and the third is to leave the size alone: on the target, and where memory ' +
      'is neither free nor short.',
  },
  {
    id: 'shrinks-by-the-inverse',
    step: '5',
    patch: [{ find: 'Math.floor(size * 0.8)', replace: 'Math.floor(size / 1.2)' }],
    breaks: ['3.5.1', '3.5.2', '3.5.4', '3.5.5'],
    say: 'The size is divided by 1.2 when it shrinks. The rule says 0.8 times, which is not the inverse.',
  },
  {
    id: 'has-no-bounds',
    step: '5',
    patch: [
      { find: 'Math.min(Math.ceil(size * 1.2), this.#maxBatchSize)', replace: 'Math.ceil(size * 1.2)' },
      { find: 'Math.max(Math.floor(size * 0.8), this.#minBatchSize)', replace: 'Math.floor(size * 0.8)' },
    ],
    breaks: ['3.5.4'],
    say: 'The size passes `maxBatchSize` and falls below `minBatchSize`, in the end to 0.',
  },
  {
    id: 'rounds-to-the-nearest',
    step: '5',
    patch: [
      { find: 'Math.ceil(size * 1.2)', replace: 'Math.round(size * 1.2)' },
      { find: 'Math.floor(size * 0.8)', replace: 'Math.round(size * 0.8)' },
    ],
    breaks: ['3.5.5'],
    say:
      'A size of 1 becomes 1.2, and that is 1 again: small sizes are stuck. Rounding must go where the ' +
      'size is going.',
  },
  {
    id: 'has-one-size-for-all-keys',
    step: '5',
    patch: [
      {
        find: 'return this.#sizes.get(key) ?? this.#batchSize;',
        replace: "return this.#sizes.get('') ?? this.#batchSize;",
      },
      { find: 'this.#sizes.set(key, size);', replace: "this.#sizes.set('', size);" },
    ],
    breaks: ['3.5.6'],
    say: 'What was measured of one key changes the size of the others.',
  },
  {
    id: 'forgets-the-size',
    step: '5',
    patch: [{ find: '    this.#sizes.set(key, size);\n', replace: '' }],
    breaks: ['3.5.1', '3.5.4', '3.5.5', '3.5.6', '3.5.7', '3.6.6'],
    say:
      'The new size is returned, and forgotten: the next call begins at `batchSize` again, and no batch ' +
      'ever has it.',
  },
  {
    id: 'lets-a-full-batch-wait',
    step: '5',
    patch: [
      {
        find: `    this.#runIfFull(key);
    return size;`,
        replace: '    return size;',
      },
    ],
    breaks: ['3.5.7'],
    say:
      'As many operations wait as a batch may now have, and they wait on: whether a batch is full is ' +
      'asked only when something is added.',
  },
  {
    id: 'does-not-wait-for-the-turn',
    step: '5',
    patch: [{ find: 'await this.#nextTurn();', replace: 'void this.#nextTurn();' }],
    breaks: ['3.5.8'],
    say: '`nextTurn` is called, but nobody waits for it, and so nobody else gets a turn.',
  },
  {
    id: 'waits-for-the-slice',
    step: '5',
    patch: [
      {
        find: 'await this.#nextTurn();',
        replace: `{
        await Promise.all(settled);
        await this.#nextTurn();
      }`,
      },
    ],
    breaks: ['3.5.9'],
    say:
      'The next slice starts when every promise of the one before is settled. It need only leave the ' +
      'event loop a turn.',
  },
  {
    id: 'gives-a-turn-after-the-last',
    step: '5',
    patch: [
      {
        find: '      if (index > 0 && index % this.#sliceSize === 0) await this.#nextTurn();\n',
        replace: '',
      },
      {
        find: 'settled.push(this.#settle(entry, entry.item as () => unknown));',
        replace: `settled.push(this.#settle(entry, entry.item as () => unknown));
      if ((index + 1) % this.#sliceSize === 0) await this.#nextTurn();`,
      },
    ],
    breaks: ['3.5.10'],
    say: 'A turn is given after the last slice too, with nothing left to make room for.',
  },

  // ---- Step 6 ---------------------------------------------------------------------------------------------
  {
    id: 'calls-the-handler-for-each-item',
    step: '6',
    patch: [
      {
        find: 'results = oneEach(entries, await handler(entries.map(({ item }) => item)));',
        replace: `const call = async (entry: Entry) => oneEach([entry], await handler([entry.item]));
      results = (await Promise.all(entries.map(call))).flat();`,
      },
    ],
    breaks: [
      '3.6.1', '3.6.2', '3.6.5', '3.6.6', '3.6.7', '3.6.8', '3.7.1', '3.7.2', '3.7.3', '3.7.4', '3.7.7',
    ],
    say: 'The handler is called once for each item: as many round trips as before, only later.',
  },
  {
    id: 'fulfils-with-errors',
    step: '6',
    patch: [{ find: '  if (result instanceof Error) throw result;\n', replace: '' }],
    breaks: ['3.6.3', '3.6.4', '3.6.5', '3.6.7', '3.7.1'],
    say: 'An `Error` among the results arrives as a value: its caller goes on calculating with it.',
  },
  {
    id: 'fails-all-for-one-item',
    step: '6',
    patch: [
      {
        find: 'results = oneEach(entries, await handler(entries.map(({ item }) => item)));',
        replace: `results = oneEach(entries, await handler(entries.map(({ item }) => item)));
      results.forEach(valueOf);`,
      },
    ],
    breaks: ['3.6.3', '3.6.7', '3.7.1'],
    say: 'One `Error` among the results fails the whole batch. It is the answer for one item.',
  },
  {
    id: 'passes-the-bare-error-on',
    step: '6',
    patch: [
      {
        find: 'const error = new BatchError(key, entries.length, cause);',
        replace: 'const error = cause;',
      },
    ],
    breaks: ['3.6.4', '3.6.5', '3.7.1'],
    say:
      'When the handler fails, each caller gets its bare error, and cannot tell that it was not his own ' +
      'item that failed.',
  },
  {
    id: 'believes-any-number-of-results',
    step: '6',
    patch: [
      {
        find: 'results = oneEach(entries, await handler(entries.map(({ item }) => item)));',
        replace: 'results = await handler(entries.map(({ item }) => item));',
      },
    ],
    breaks: ['3.6.5'],
    say:
      'A handler returns fewer results than items, and the last promises are fulfilled with `undefined`; ' +
      'or the wrong ones are, and nobody notices.',
  },
  {
    id: 'counts-a-failed-batch-as-pending',
    step: '6',
    patch: [
      {
        find: 'results = entries.map(() => error);',
        replace: `for (const entry of entries) entry.reject(error);
      return;`,
      },
    ],
    breaks: ['3.6.6'],
    say: 'The items of a batch that failed are pending for ever. In the end there is no room for anything.',
  },
  {
    id: 'makes-equal-items-one',
    step: '6',
    patch: [{ find: 'keyOf ? keyOf(item) : Symbol();', replace: 'keyOf ? keyOf(item) : item;' }],
    breaks: ['3.6.1'],
    say: 'Equal items are handed over once, though nobody gave `keyOf`. Two equal orders are two orders.',
  },
  {
    id: 'ignores-the-key-of-an-item',
    step: '6',
    patch: [{ find: 'keyOf ? keyOf(item) : Symbol();', replace: 'Symbol();' }],
    breaks: ['3.6.7', '3.6.8', '3.7.3'],
    say: '`keyOf` is not asked: what ten rows need is fetched ten times.',
  },
  {
    id: 'counts-what-it-has-already',
    step: '6',
    patch: [
      { find: '    if (twin) return twin.promise;\n', replace: '' },
      {
        find: 'batch.entries.set(identity, entry);',
        replace: 'batch.entries.set(Symbol(), { ...entry, identity } as Entry);',
      },
      {
        find: 'results = oneEach(entries, await handler(entries.map(({ item }) => item)));',
        replace: `const identityOf = (entry: Entry) => (entry as Entry & { identity: unknown }).identity;
      const items = new Map(entries.map((entry) => [identityOf(entry), entry.item]));
      const answers = oneEach([...items.values()] as never, await handler([...items.values()]));
      const places = [...items.keys()];
      results = entries.map((entry) => answers[places.indexOf(identityOf(entry))]);`,
      },
    ],
    breaks: ['3.6.8'],
    say:
      'An item that is in the batch already counts towards `batchSize`: the batch runs full of ' +
      'repetitions.',
  },
  {
    id: 'remembers-answers',
    step: '6',
    patch: [
      {
        find: `    return async (item) => {
      const identity`,
        replace: `    const known = new Map<unknown, Promise<Result>>();
    return async (item) => {
      const identity`,
      },
      {
        find: 'return this.#accept({ key, handler: untyped, item, identity }) as Promise<Result>;',
        replace: `const submission = { key, handler: untyped, item, identity };
      const answer = known.get(identity) ?? (this.#accept(submission) as Promise<Result>);
      known.set(identity, answer);
      return answer;`,
      },
    ],
    breaks: ['3.6.9'],
    say:
      'An answer is given again in later batches, however old it is, and kept for ever. That is a cache, ' +
      'and nobody bounds it.',
  },

  // ---- Step 7 ---------------------------------------------------------------------------------------------
  {
    id: 'mixes-the-handlers',
    step: '6',
    patch: [
      {
        find: '    if (this.#waiting.get(key)?.handler !== handler) void this.processBatch(key); // a batch has one\n',
        replace: '',
      },
    ],
    breaks: ['3.6.10'],
    say:
      'A batch goes to the handler of whoever opened it. What somebody else adds under the same key must not ' +
      'land in it.',
  },
  {
    id: 'calls-the-body-for-each',
    step: '7',
    patch: [
      { find: '    _method: (this: This', replace: '    method: (this: This' },
      {
        find: 'return collector.add(item);',
        replace: 'return collector.processor.addToBatch(String(name), () => method.call(this, item));',
      },
    ],
    breaks: ['3.7.1', '3.7.2', '3.7.3', '3.7.4', '3.7.7'],
    say:
      'The calls are collected, and then each one is carried out by itself. It is the method `by` that ' +
      'saves the round trips.',
  },
  {
    id: 'collects-for-all-objects',
    step: '7',
    patch: [
      {
        find: `      let collectors = collectorsOf.get(this);
      if (!collectors) collectorsOf.set(this, (collectors = new Map()));`,
        replace: `      let collectors = collectorsOf.get(context);
      if (!collectors) collectorsOf.set(context, (collectors = new Map()));
      if (!collectorsOf.has(this)) collectorsOf.set(this, collectors);`,
      },
    ],
    breaks: ['3.7.2', '3.7.6', '3.7.7'],
    say: 'All objects of a class share one batch, and the first of them is asked for what the others need.',
  },
  {
    id: 'forgets-the-key-of-an-item',
    step: '7',
    patch: [
      {
        find: 'processor.defineBatch(String(name), handler, keyOf && { keyOf })',
        replace: 'processor.defineBatch(String(name), handler)',
      },
    ],
    breaks: ['3.7.3'],
    say: '`keyOf` is taken out of the options, and never handed on.',
  },
  {
    id: 'collects-by-name',
    step: '7',
    patch: [
      {
        find: 'const collectorsOf = new WeakMap<object, Map<{ name: string | symbol }, Collector>>();',
        replace: 'const collectorsOf = new WeakMap<object, Map<any, Collector>>();',
      },
      { find: 'let collector = collectors.get(context);', replace: 'let collector = collectors.get(name);' },
      {
        find: 'collectors.set(context, (collector = newCollector(this)))',
        replace: 'collectors.set(name, (collector = newCollector(this)))',
      },
      {
        find: 'const collectors = [...(collectorsOf.get(target) ?? [])];',
        replace: `const byName = [...(collectorsOf.get(target) ?? [])];
  const collectors = byName.map(([name, collector]) => [{ name }, collector] as const);`,
      },
    ],
    breaks: ['3.7.4'],
    say:
      'A method that overrides another has the same name, and gets its batches: the two call each other ' +
      'in a ring.',
  },
  {
    id: 'looks-the-method-up-too-early',
    step: '7',
    patch: [
      {
        find: `      const handler: BatchHandler<Item, Result> = (items) => {
        callable(String(by), target[by]);
        return target[by](items);
      };`,
        replace: '      const handler: BatchHandler<Item, Result> = target[by].bind(target);',
      },
    ],
    breaks: ['3.7.5'],
    say:
      'The method `by` is looked up once, when the first call comes. One that is put in its place later ' +
      'is never called.',
  },
  {
    id: 'keeps-every-object',
    step: '7',
    patch: [
      {
        find: 'const collectorsOf = new WeakMap<',
        replace: 'const collectorsOf = new Map<',
      },
    ],
    breaks: ['3.7.6'],
    say:
      'A `Map` by object keeps every object alive that was ever called. What belongs to an object should ' +
      'go with it.',
  },
  {
    id: 'flushes-the-whole-object',
    step: '7',
    patch: [
      {
        find: 'const asked = collectors.filter(([{ name }]) => member === undefined || name === member);',
        replace: 'const asked = collectors;',
      },
    ],
    breaks: ['3.7.7'],
    say: '`flushBatched` was asked for one method, and runs what all of them have collected.',
  },
  {
    id: 'lists-in-the-list-of-the-parent',
    step: '7',
    patch: [
      {
        find: `    const inherited = (context.metadata[BATCHED] ?? []) as readonly BatchedMember[];
    context.metadata[BATCHED] = [...inherited, { name, by, static: isStatic }];`,
        replace: `    const members = (context.metadata[BATCHED] ??= []) as BatchedMember[];
    members.push({ name, by, static: isStatic });`,
      },
    ],
    breaks: ['3.7.8'],
    say:
      'The metadata of a class inherits that of its parent: what is pushed onto an inherited list is ' +
      'pushed onto the list of the parent.',
  },
] satisfies readonly KnownWrong[];
