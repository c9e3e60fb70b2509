import type { KnownWrong } from '../known-wrong.ts';

const HISTOGRAM = 'histogram.ts';
const MONITOR = 'performance-monitor.ts';
const REPORT = 'report.ts';

export default [
  // ---- Step 1 -------------------------------------------------------------------------------------------
  {
    id: 'divides-before-it-multiplies',
    step: '1',
    file: HISTOGRAM,
    patch: [{ find: 'Math.ceil((p * this.#count) / 100)', replace: 'Math.ceil((p / 100) * this.#count)' }],
    breaks: ['5.1.1'],
    say:
      'Some percentiles are one place too high: 0.07 × 100 is a little more than 7, and you round it up to 8. ' +
      'The order of the operations decides.',
  },
  {
    id: 'rounds-the-rank-down',
    step: '1',
    file: HISTOGRAM,
    patch: [{ find: 'Math.ceil((p * this.#count) / 100)', replace: 'Math.floor((p * this.#count) / 100)' }],
    breaks: ['5.1.1', '5.1.2', '5.1.6', '5.2.8', '5.7.2'],
    say:
      'You round the rank down: fewer than `p` per cent of the durations are at or below what you report. At ' +
      'least so many should be.',
  },
  {
    id: 'loses-what-is-too-long',
    step: '1',
    file: HISTOGRAM,
    patch: [
      {
        find: '  return Math.min(1 + (octave - FIRST_OCTAVE) * BUCKETS_AN_OCTAVE + step, BUCKETS - 1);',
        replace: '  return 1 + (octave - FIRST_OCTAVE) * BUCKETS_AN_OCTAVE + step;',
      },
    ],
    breaks: ['5.1.2'],
    say:
      'What is longer than your last bucket is put outside of the array, where a typed array ignores it: it is ' +
      'counted, and no percentile knows of it. These are the worst calls that there were.',
  },
  {
    id: 'percentiles-out-of-range',
    step: '1',
    file: HISTOGRAM,
    patch: [
      {
        find: 'return Math.min(Math.max(middleOf(bucket), this.#min), this.#max);',
        replace: 'return middleOf(bucket);',
      },
    ],
    breaks: ['5.1.3', '5.7.2'],
    say:
      'A percentile can be below `min` or above `max`: the middle of a bucket is a guess, and what you know ' +
      'exactly limits it.',
  },
  {
    id: 'empty-min-is-infinity',
    step: '1',
    file: HISTOGRAM,
    patch: [{ find: 'return this.#count === 0 ? 0 : this.#min;', replace: 'return this.#min;' }],
    breaks: ['5.1.3', '5.1.8', '5.5.5', '5.7.1'],
    say: 'Of no durations your `min` is `Infinity`, where one starts looking for it. Asked for, it is 0.',
  },
  {
    id: 'deviation-of-a-sample',
    step: '1',
    file: HISTOGRAM,
    patch: [
      {
        find: 'this.#count === 0 ? 0 : Math.sqrt(this.#squares / this.#count)',
        replace: 'this.#count < 2 ? 0 : Math.sqrt(this.#squares / (this.#count - 1))',
      },
    ],
    breaks: ['5.1.4', '5.1.6', '5.2.8'],
    say:
      'You divide by n − 1, which estimates the deviation of what the durations are a sample of. Here they are ' +
      'all that there is.',
  },
  {
    id: 'sums-the-squares',
    step: '1',
    file: HISTOGRAM,
    patch: [
      {
        find: 'Math.sqrt(this.#squares / this.#count)',
        replace: 'Math.sqrt(Math.max(0, this.#squares / this.#count - this.#mean ** 2))',
      },
      { find: 'this.#squares += distance * (duration - this.#mean);', replace: 'this.#squares += duration ** 2;' },
      {
        find: 'this.#squares += other.#squares + (distance * distance * this.#count * other.#count) / count; // Chan\'s',
        replace: 'this.#squares += other.#squares;',
      },
    ],
    breaks: ['5.1.4'],
    say:
      'The deviation is the small difference of two large numbers, the mean of the squares and the square of ' +
      'the mean. Of durations that are large and differ little, rounding leaves nothing of it.',
  },
  {
    id: 'keeps-every-duration',
    step: '1',
    file: HISTOGRAM,
    patch: [
      { find: '  #min = Infinity;\n', replace: '  #min = Infinity;\n  #all: Milliseconds[] = [];\n' },
      {
        find: "    requireDuration('a duration', duration);\n",
        replace: "    requireDuration('a duration', duration);\n    this.#all.push(duration);\n",
      },
      {
        find: `    let seen = 0;
    const bucket = this.#counts.findIndex((count) => (seen += count) >= rank);
    return Math.min(Math.max(middleOf(bucket), this.#min), this.#max);
`,
        replace: '    return this.#all.toSorted((a, b) => a - b)[rank - 1]!;\n',
      },
      {
        find: '    const count = this.#count + other.#count;\n',
        replace: '    const count = this.#count + other.#count;\n    this.#all = this.#all.concat(other.#all);\n',
      },
    ],
    breaks: ['5.1.5'],
    say:
      'You keep every duration and sort them all for each question. That is exact, and the more there are to ' +
      'tell of, the less you can afford to ask.',
  },
  {
    id: 'adds-the-deviations',
    step: '1',
    file: HISTOGRAM,
    patch: [{ find: ' + (distance * distance * this.#count * other.#count) / count; // Chan\'s', replace: ';' }],
    breaks: ['5.1.6'],
    say:
      'When two histograms are merged you add what each one deviates from its own mean, and forget how far the ' +
      'two means are apart.',
  },
  {
    id: 'shares-the-buckets',
    step: '1',
    file: HISTOGRAM,
    patch: [
      { find: '  readonly #counts = new', replace: '  #counts = new' },
      {
        find: '    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket]! += count;\n',
        replace: `    if (this.#count === 0) this.#counts = other.#counts;
    else for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket]! += count;
`,
      },
    ],
    breaks: ['5.1.7'],
    say:
      'Merged into an empty histogram, the other one gives away its very array: what is recorded in one is then ' +
      'in both.',
  },
  {
    id: 'divides-nothing-by-nothing',
    step: '1',
    file: HISTOGRAM,
    patch: [{ find: '    if (other.#count === 0) return;\n', replace: '' }],
    breaks: ['5.1.8'],
    say: 'Merging two empty histograms divides by their common count, 0, and leaves NaN as the mean for good.',
  },
  {
    id: 'counts-before-it-checks',
    step: '1',
    file: HISTOGRAM,
    patch: [
      { find: "    requireDuration('a duration', duration);\n", replace: '' },
      {
        find: '    const distance = duration - this.#mean;\n',
        replace: "    requireDuration('a duration', duration);\n    const distance = duration - this.#mean;\n",
      },
    ],
    breaks: ['5.1.9'],
    say: 'You refuse what is no duration when half of it is counted already. Check first, then change.',
  },

  // ---- Step 2 -------------------------------------------------------------------------------------------
  {
    id: 'wraps-the-error',
    step: '2',
    file: MONITOR,
    patch: [
      {
        find: `      return span.run(fn);
    } catch (error) {
      span.fail();
      throw error;`,
        replace: `      return span.run(fn);
    } catch (error) {
      span.fail();
      throw new Error(\`\${operation} failed: \${error}\`, { cause: error });`,
      },
    ],
    breaks: ['5.2.1'],
    say:
      "The caller gets an error of yours instead of the function's own, and can no longer tell what went wrong " +
      'by its class or identity. To measure is to change nothing.',
  },
  {
    id: 'throws-where-it-should-reject',
    step: '2',
    file: MONITOR,
    patch: [
      { find: '  async measureAsync', replace: '  measureAsync' },
      {
        find: `    try {
      return await span.run(fn);
    } catch (error) {
      span.fail();
      throw error;
    } finally {
      span[Symbol.dispose]();
    }
`,
        replace: `    return span.run(fn).then(
      (value) => {
        span[Symbol.dispose]();
        return value;
      },
      (error: unknown) => {
        span.fail();
        span[Symbol.dispose]();
        throw error;
      },
    );
`,
      },
    ],
    breaks: ['5.2.2', '5.2.3'],
    say:
      'When the function throws before it has a promise to return, `measureAsync` throws too, the span stays ' +
      'open and the error is not counted. Somebody who waits for a promise does not expect a throw.',
  },
  {
    id: 'counts-successes-only',
    step: '2',
    file: MONITOR,
    patch: [{ find: '    operation.count++;\n', replace: '    if (!hasFailed) operation.count++;\n' }],
    breaks: ['5.2.3', '5.2.4', '5.2.6', '5.2.8', '5.5.3', '5.6.1', '5.7.2', '5.7.8', '5.7.9'],
    say: 'A call that fails is an error but no call: of three calls that all fail you count three errors of none.',
  },
  {
    id: 'measures-until-the-first-await',
    step: '2',
    file: MONITOR,
    patch: [{ find: 'return await span.run(fn);', replace: 'return span.run(fn);' }],
    breaks: [
      '5.2.3', '5.2.4', '5.3.2', '5.3.3', '5.3.4', '5.3.5', '5.3.6', '5.3.7', '5.3.9', '5.4.1', '5.4.3',
      '5.4.4', '5.5.2', '5.5.3', '5.6.1', '5.6.5',
    ],
    say:
      'In an async function, `return promise` leaves a `try` at once: you measure until the function has ' +
      'returned its promise, and what rejects later is no error.',
  },
  {
    id: 'failures-take-no-time',
    step: '2',
    file: MONITOR,
    patch: [{ find: '    if (!timing) return;\n', replace: '    if (!timing || hasFailed) return;\n' }],
    breaks: ['5.2.3', '5.2.4', '5.2.8', '5.3.9', '5.6.1', '5.7.2', '5.7.8', '5.7.9'],
    say:
      'A call that fails is not timed. Timeouts fail after the longest time of all, and just these are missing ' +
      'in your percentiles.',
  },
  {
    id: 'ends-again-and-again',
    step: '2',
    file: MONITOR,
    patch: [{ find: '    if (this.hasEnded) return;\n', replace: '' }],
    breaks: ['5.2.5'],
    say: 'A span that is disposed of twice counts twice. `using` does so when somebody has ended it by hand before.',
  },
  {
    id: 'each-fail-is-an-error',
    step: '2',
    file: MONITOR,
    patch: [
      { find: '    this.hasFailed = true;\n', replace: '    this.operation.errors++;\n' },
      { find: '    if (hasFailed) operation.errors++;\n', replace: '' },
    ],
    breaks: ['5.2.6'],
    say: 'Each `fail` counts as an error, at once. A call is one error or none, and counts when it has ended.',
  },
  {
    id: 'keeps-a-plain-object',
    step: '2',
    file: MONITOR,
    patch: [
      {
        find: '#operations = new Map<string, Operation>();',
        replace: `#operations: any = ((record: any = {}) => ({
    get: (name: string) => record[name],
    set: (name: string, operation: Operation) => (record[name] = operation),
    values: () => Object.values(record),
  }))();`,
      },
    ],
    breaks: ['5.2.7'],
    say: 'You keep the operations in a plain object, which has properties that nobody put there: `constructor`.',
  },
  {
    id: 'rate-of-the-time-measured',
    step: '2',
    file: MONITOR,
    patch: [
      {
        find: 'elapsedMs === 0 ? 0 : count / (elapsedMs / 1_000)',
        replace: 'operation.totalMs === 0 ? 0 : count / (operation.totalMs / 1_000)',
      },
    ],
    breaks: ['5.2.9', '5.5.3', '5.7.2'],
    say:
      'You divide the count by the time that the calls took. That is the inverse of the mean and not a rate: ' +
      'the rate is of the time that has passed.',
  },
  {
    id: 'trusts-the-clock',
    step: '2',
    file: MONITOR,
    patch: [{ find: 'this.endedAt = Math.max(this.startedAt, now);', replace: 'this.endedAt = now;' }],
    breaks: ['5.2.10'],
    say:
      'When the clock is set back, a duration is negative, the histogram throws, and the caller gets that ' +
      'instead of the value. A monitor must not break what it measures.',
  },

  // ---- Step 3 -------------------------------------------------------------------------------------------
  {
    id: 'self-is-total',
    step: '3',
    file: MONITOR,
    patch: [{ find: 'return Math.max(0, this.durationMs - this.#nestedMs);', replace: 'return this.durationMs;' }],
    breaks: [
      '5.3.1', '5.3.2', '5.3.3', '5.3.4', '5.3.5', '5.3.6', '5.3.7', '5.3.8', '5.3.9', '5.3.10', '5.4.2',
      '5.4.3', '5.4.4', '5.5.5', '5.7.2', '5.7.5', '5.7.8', '5.7.9',
    ],
    say: 'The self time is the whole time: what was measured within a call is not deducted from it.',
  },
  {
    id: 'deducts-all-levels',
    step: '3',
    file: MONITOR,
    patch: [
      {
        find: '    outer?.timing?.nestedEnds(timing.endedAt);\n',
        replace: `    outer?.timing?.nestedEnds(timing.endedAt);
    for (let far = outer?.outer; far; far = far.outer) far.timing?.deduct(timing.durationMs);
`,
      },
      {
        find: '  get durationMs()',
        replace: `  deduct(ms: Milliseconds): void {
    this.#nestedMs += ms;
  }

  get durationMs()`,
      },
    ],
    breaks: ['5.3.1', '5.3.7', '5.7.2', '5.7.5'],
    say:
      'A call is deducted from all calls around it. What is nested in a nested call is part of that one already, ' +
      'and so you deduct it twice.',
  },
  {
    id: 'forgets-after-await',
    step: '3',
    file: MONITOR,
    patch: [
      {
        find: '#around = new AsyncLocalStorage<Call>();',
        replace: `#around: any = ((current?: Call) => ({
    getStore: () => current,
    run: (call: Call, fn: () => unknown) => {
      const before = current;
      current = call;
      try {
        return fn();
      } finally {
        current = before;
      }
    },
  }))();`,
      },
    ],
    breaks: ['5.3.2', '5.3.3', '5.3.4', '5.3.6', '5.3.8', '5.3.9', '5.5.2', '5.7.9'],
    say:
      'You keep what is running in a variable while the function runs. Its first `await` returns to the caller, ' +
      'and what comes after it is nested in nothing.',
  },
  {
    id: 'one-stack-for-all',
    step: '3',
    file: MONITOR,
    patch: [
      {
        find: '#around = new AsyncLocalStorage<Call>();',
        replace: `#around: any = ((stack: Call[] = []) => ({
    getStore: () => {
      while (stack.at(-1)?.hasEnded) stack.pop();
      return stack.at(-1);
    },
    run: (call: Call, fn: () => unknown) => {
      stack.push(call);
      return fn();
    },
  }))();`,
      },
    ],
    breaks: ['5.3.3', '5.3.4', '5.3.7', '5.4.1', '5.4.3', '5.4.4'],
    say:
      'You keep what is running on one stack. That is right while one request runs at a time; of two, each is ' +
      'nested in what the other one happens to do.',
  },
  {
    id: 'shares-the-context',
    step: '3',
    file: MONITOR,
    patch: [
      { find: '  readonly #around = new AsyncLocalStorage<Call>();', replace: '  readonly #around = AROUND;' },
      {
        find: 'type MemberContext =',
        replace: 'const AROUND = new AsyncLocalStorage<Call>();\n\ntype MemberContext =',
      },
    ],
    breaks: ['5.3.3'],
    say: 'All monitors share one storage, so a call of one monitor is nested in a call of another.',
  },
  {
    id: 'sums-what-runs-side-by-side',
    step: '3',
    file: MONITOR,
    patch: [
      {
        find: 'if (this.#nested++ === 0) this.#nestedSince = now;',
        replace: `this.#nested++;
    this.#nestedMs -= now;`,
      },
      {
        find: 'if (--this.#nested === 0) this.#deduct(now);',
        replace: `this.#nested--;
    this.#nestedMs += now;`,
      },
      {
        find: 'if (this.#nested > 0) this.#deduct(this.endedAt);',
        replace: 'this.#nestedMs += this.#nested * this.endedAt;',
      },
    ],
    breaks: ['5.3.4', '5.4.3', '5.4.4'],
    say:
      'You deduct each nested call by itself. Of ten that run side by side for 20 ms you deduct 200, and nothing ' +
      'remains of the call that waited for them.',
  },
  {
    id: 'ignores-what-outlives',
    step: '3',
    file: MONITOR,
    patch: [{ find: '    if (this.#nested > 0) this.#deduct(this.endedAt); // what outlives it\n', replace: '' }],
    breaks: ['5.3.5'],
    say:
      'A nested call is deducted when it ends. One that goes on after the call around it has ended comes too ' +
      'late: until then it was running too.',
  },
  {
    id: 'nests-in-what-has-ended',
    step: '3',
    file: MONITOR,
    patch: [{ find: '    while (outer?.hasEnded) outer = outer.outer;\n', replace: '' }],
    breaks: ['5.3.6'],
    say:
      'What was begun in a call and runs after its end is nested in it all the same. The context outlives the ' +
      'call; look further out for one that is still running.',
  },
  {
    id: 'counts-recursion-again',
    step: '3',
    file: MONITOR,
    patch: [{ find: 'if (!path.isRecursive) this.totalMs', replace: 'this.totalMs' }],
    breaks: ['5.3.7'],
    say:
      'The total of an operation that calls itself has the inner calls once more at each level, and is more ' +
      'time than has passed.',
  },
  {
    id: 'an-open-span-is-around-all',
    step: '3',
    file: MONITOR,
    patch: [
      {
        find: '    return new Call(known, outer, timing, this.#around, this.#end);\n',
        replace: `    const call = new Call(known, outer, timing, this.#around, this.#end);
    this.#around.enterWith(call);
    return call;
`,
      },
    ],
    breaks: ['5.3.3', '5.3.4', '5.3.7', '5.3.8', '5.4.1', '5.4.3', '5.4.4'],
    say:
      '`start` enters the span, and nothing leaves it when an async function that holds it is suspended: whatever ' +
      'its caller does next is nested in it.',
  },
  {
    id: 'the-tree-counts-what-runs',
    step: '3',
    file: MONITOR,
    patch: [
      {
        find: "    const heapBefore = this.#heapUsed?.() ?? 0;\n",
        replace: '    const heapBefore = this.#heapUsed?.() ?? 0;\n    path.count++;\n',
      },
      {
        find: '    this.count++;\n    this.totalMs += durationMs;',
        replace: '    this.totalMs += durationMs;',
      },
    ],
    breaks: ['5.3.10'],
    say: 'The tree counts a call when it begins, though its time is known only when it has ended.',
  },

  // ---- Step 4 -------------------------------------------------------------------------------------------
  {
    id: 'sums-up-self-times',
    step: '4',
    file: MONITOR,
    patch: [
      {
        find: 'operation.estimate(operation.outermostMs)',
        replace: 'operation.estimate(operation.selfMs)',
      },
    ],
    breaks: ['5.4.1', '5.4.3', '5.4.4'],
    say:
      'You add all self times. That is the whole as long as one thing happens after the other; of what runs side ' +
      'by side, the sum is more than anybody waited.',
  },
  {
    id: 'ranks-by-total',
    step: '4',
    file: MONITOR,
    patch: [
      {
        find: '.sort((a, b) => b.selfMs - a.selfMs)',
        replace: `.sort((a, b) => {
        const totalOf = (name: string) => this.#operations.get(name)!.totalMs;
        return totalOf(b.operation) - totalOf(a.operation);
      })`,
      },
    ],
    breaks: ['5.4.2', '5.5.5'],
    say: 'You rank by total time, so what calls everything else comes first. It waits; look for who makes it wait.',
  },
  {
    id: 'more-than-all-of-it',
    step: '4',
    file: MONITOR,
    patch: [{ find: 'Math.min(1, selfMs / totalMs)', replace: 'selfMs / totalMs' }],
    breaks: ['5.4.3', '5.4.4'],
    say:
      'Side by side, an operation takes more time than passes, and its share is more than 1: then Amdahl’s ' +
      'formula promises a negative speed-up.',
  },
  {
    id: 'speedup-of-the-share',
    step: '4',
    file: MONITOR,
    patch: [{ find: '1 / (1 - share)', replace: '1 / share' }],
    breaks: ['5.4.4'],
    say: 'What remains when the operation is gone is the rest, and not its share: the less it takes, the less it wins.',
  },
  {
    id: 'tail-beyond-the-mean',
    step: '4',
    file: MONITOR,
    patch: [{ find: 'TAIL_RATIO * durations.percentile(50)', replace: 'TAIL_RATIO * durations.mean' }],
    breaks: ['5.4.5'],
    say: 'You compare with the mean, which the tail itself pulls up. The median does not move.',
  },
  {
    id: 'tails-by-p99',
    step: '4',
    file: MONITOR,
    patch: [
      {
        find: 'bottlenecks.filter(({ tailShare }) => tailShare > 0.5)',
        replace: `bottlenecks.filter(({ operation }) => {
      const { durations } = this.#operations.get(operation)!;
      return durations.percentile(99) > TAIL_RATIO * durations.percentile(50);
    })`,
      },
    ],
    breaks: ['5.4.6'],
    say:
      'You look for a tail at the 99th percentile. One page in 500 is beyond it, and most of the time is spent ' +
      'there; a few calls that are slow and cheap are not.',
  },
  {
    id: 'reduces-nothing',
    step: '4',
    file: MONITOR,
    patch: [
      {
        find: 'known.reduce((sum, operation) => sum + operation.estimate(operation.outermostMs), 0)',
        replace: 'known.map((operation) => operation.estimate(operation.outermostMs)).reduce((a, b) => a + b)',
      },
    ],
    breaks: ['5.4.7'],
    say: 'Before anything was measured there is nothing to reduce, and `reduce` without a beginning throws.',
  },

  // ---- Step 5 -------------------------------------------------------------------------------------------
  {
    id: 'every-nth',
    step: '5',
    file: MONITOR,
    patch: [
      { find: '  #endedCount = 0;\n', replace: '  #endedCount = 0;\n  #asked = 0;\n' },
      {
        find: 'this.#random() < this.#sampleRate',
        replace: 'this.#asked++ % Math.round(1 / this.#sampleRate) === 0',
      },
    ],
    breaks: ['5.5.1', '5.5.2', '5.5.3', '5.5.4', '5.5.5', '5.5.7', '5.6.8'],
    say:
      'You time every n-th call. Where every n-th call is the slow one, because it misses the cache or begins a ' +
      'batch, you meet all of them or none. Ask `random`.',
  },
  {
    id: 'nested-calls-decide-for-themselves',
    step: '5',
    file: MONITOR,
    patch: [
      {
        find: 'outer ? outer.timing !== undefined : this.#random() < this.#sampleRate;',
        replace: 'this.#random() < this.#sampleRate;',
      },
    ],
    breaks: ['5.5.2', '5.5.5'],
    say:
      'Each nested call decides for itself. Then a call that is timed has nested ones that are not, and their ' +
      'time is taken for its own.',
  },
  {
    id: 'counts-the-sample',
    step: '5',
    file: MONITOR,
    patch: [
      {
        find: `    operation.count++;
    if (hasFailed) operation.errors++;
    if (!timing) return;
`,
        replace: `    if (!timing) return;
    operation.count++;
    if (hasFailed) operation.errors++;
`,
      },
    ],
    breaks: ['5.5.1', '5.5.2', '5.5.3', '5.5.5', '5.5.7', '5.6.8'],
    say: 'Only timed calls are counted. To count costs a nanosecond: sample what is dear, and nothing else.',
  },
  {
    id: 'reads-the-clock-anyway',
    step: '5',
    file: MONITOR,
    patch: [
      { find: '    if (!timing) return;\n', replace: '    const now = this.#now();\n    if (!timing) return;\n' },
      { find: 'timing.end(this.#now());', replace: 'timing.end(now);' },
    ],
    breaks: ['5.5.4'],
    say: 'You read the clock for calls that are not timed too. That is what was too dear.',
  },
  {
    id: 'does-not-scale',
    step: '5',
    file: MONITOR,
    patch: [{ find: 'this.timed === 0 ? 0 : (ms * this.count) / this.timed', replace: 'ms' }],
    breaks: ['5.5.5', '5.5.7'],
    say: 'The totals are those of the timed calls, beside a count of all calls: nobody can tell one from the other.',
  },
  {
    id: 'down-to-nothing',
    step: '5',
    file: HISTOGRAM,
    patch: [{ find: 'late >= expectedInterval;', replace: 'late > 0;' }],
    breaks: ['5.5.6'],
    say:
      'You record waits shorter than the interval. Who would have begun then would have come no later than the ' +
      'call itself was answered: stop at the interval.',
  },
  {
    id: 'counts-what-did-not-happen',
    step: '5',
    file: MONITOR,
    patch: [
      { find: '    this.timed++;\n', replace: '' },
      {
        find: '    path.add(durationMs, selfMs);\n  }\n\n  /** For all',
        replace: '    path.add(durationMs, selfMs);\n    this.timed = this.durations.count;\n  }\n\n  /** For all',
      },
    ],
    breaks: ['5.5.7'],
    say:
      'What the histogram has counted is not what was timed: some of it was added for calls that never began. ' +
      'The estimate of the total needs those that did.',
  },

  // ---- Step 6 -------------------------------------------------------------------------------------------
  {
    id: 'the-last-growth',
    step: '6',
    file: MONITOR,
    patch: [{ find: 'operation.heapGrowthBytes += Math.max(0, ', replace: 'operation.heapGrowthBytes = Math.max(0, ' }],
    breaks: ['5.6.1', '5.6.2'],
    say: 'You keep by how much the heap grew during the last call, where the sum over all calls is asked for.',
  },
  {
    id: 'garbage-is-negative-growth',
    step: '6',
    file: MONITOR,
    patch: [
      {
        find: 'Math.max(0, this.#heapUsed() - timing.heapBefore)',
        replace: 'this.#heapUsed() - timing.heapBefore',
      },
    ],
    breaks: ['5.6.2'],
    say:
      'When a collection falls into a call, the heap shrinks, and you deduct that from what other calls have ' +
      'allocated. One collection, and an operation that allocates megabytes shows less than nothing.',
  },
  {
    id: 'only-major-is-major',
    step: '6',
    file: MONITOR,
    patch: [
      {
        find: "detail.kind === constants.NODE_PERFORMANCE_GC_MINOR ? 'minor' : 'major'",
        replace: "detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR ? 'major' : 'minor'",
      },
    ],
    breaks: ['5.6.3'],
    say: 'There are more kinds of collection than two. All but `NODE_PERFORMANCE_GC_MINOR` are of the old generation.',
  },
  {
    id: 'too-late-for-the-report',
    step: '6',
    file: MONITOR,
    patch: [{ find: 'of [...this.#running, ...this.#ended]) {', replace: 'of this.#running) {' }],
    breaks: ['5.6.4', '5.6.5', '5.6.6'],
    say:
      'A collection counts for what is running when it is reported. It is reported later, so what it stopped has ' +
      'ended by then, and each synchronous operation shows no collections at all.',
  },
  {
    id: 'the-whole-pause',
    step: '6',
    file: MONITOR,
    patch: [
      {
        find: 'operation.gc.pauseMs += Math.min(endTime, endedAt) - Math.max(startTime, startedAt);',
        replace: 'operation.gc.pauseMs += duration;',
      },
    ],
    breaks: ['5.6.6'],
    say: 'A collection that a call meets only in part counts with its whole duration.',
  },
  {
    id: 'stops-at-the-first',
    step: '6',
    file: MONITOR,
    patch: [
      {
        find: '- Math.max(startTime, startedAt);\n',
        replace: '- Math.max(startTime, startedAt);\n      return;\n',
      },
    ],
    breaks: ['5.6.5', '5.6.6'],
    say: 'You look for the call that a collection belongs to and stop there. It stops everything that is running.',
  },
  {
    id: 'remembers-all-calls',
    step: '6',
    file: MONITOR,
    patch: [
      { find: 'this.#ended[this.#endedCount++ % RECENT_CALLS] = timing;', replace: 'this.#ended.push(timing);' },
    ],
    breaks: ['5.6.7'],
    say: 'You remember every call that has ever ended, and go through all of them for each collection.',
  },
  {
    id: 'asks-the-heap-anyway',
    step: '6',
    file: MONITOR,
    patch: [
      { find: '    if (!timing) return;\n', replace: '    const heapAfter = this.#heapUsed?.() ?? 0;\n    if (!timing) return;\n' },
      { find: 'this.#heapUsed() - timing.heapBefore', replace: 'heapAfter - timing.heapBefore' },
    ],
    breaks: ['5.6.8'],
    say: 'You ask for the heap at the end of calls that are not timed, too: ten microseconds for nothing.',
  },

  // ---- Step 7 -------------------------------------------------------------------------------------------
  {
    id: 'a-table-without-order',
    step: '7',
    file: REPORT,
    patch: [{ find: '.toSorted((a, b) => b.selfMs - a.selfMs)', replace: '' }],
    breaks: ['5.7.2'],
    say: 'The lines stand in the order of the first calls. Who reads a table reads its first lines.',
  },
  {
    id: 'exponents',
    step: '7',
    file: REPORT,
    patch: [
      { find: 'THREE_DIGITS.format(value)', replace: 'value.toPrecision(3)' },
    ],
    breaks: ['5.7.3'],
    say: '`toPrecision` writes large and small numbers with an exponent: 1.23e+6 ms.',
  },
  {
    id: 'leaves-control-characters',
    step: '7',
    file: REPORT,
    patch: [
      {
        find: "return name.replaceAll(/[\\p{Cc}\\p{Cn}\\p{Cs}\\p{Zl}\\p{Zp}]/gu, '\\uFFFD');",
        replace: 'return name;',
      },
    ],
    breaks: ['5.7.4', '5.7.7'],
    say:
      'Control characters in a name reach the output: a line break makes two lines of one, and there are ' +
      'characters that XML cannot have, not even as an entity.',
  },
  {
    id: 'as-wide-as-itself',
    step: '7',
    file: REPORT,
    patch: [{ find: 'const width = timeIn(node) * scale;', replace: 'const width = node.selfMs * scale;' }],
    breaks: ['5.7.5', '5.7.6'],
    say: 'A rectangle is as wide as its own time, so what is nested has no room below it.',
  },
  {
    id: 'as-wide-as-the-total',
    step: '7',
    file: REPORT,
    patch: [
      {
        find: 'function timeIn({ selfMs, nested }: CallNode): number {\n',
        replace: 'function timeIn({ selfMs, nested, totalMs }: CallNode): number {\n  if (totalMs > 0) return totalMs;\n',
      },
    ],
    breaks: ['5.7.6'],
    say: 'A rectangle is as wide as its total time. What ran side by side takes more than what it is nested in.',
  },
  {
    id: 'does-not-escape',
    step: '7',
    file: REPORT,
    patch: [{ find: 'const name = escaped(printable(operation));', replace: 'const name = printable(operation);' }],
    breaks: ['5.7.7'],
    say:
      'Names stand in the SVG as they are: `Map<string, Order>` makes it invalid, and a name that somebody else ' +
      'chooses runs a script in your browser.',
  },
  {
    id: 'until-the-promise-is-returned',
    step: '7',
    file: MONITOR,
    patch: [
      {
        find: 'return types.isPromise(result) ? (result.then(ended, failed) as Result) : ended(result);',
        replace: 'return ended(result);',
      },
    ],
    breaks: ['5.7.9'],
    say: 'A member that returns a promise is measured until it has returned it: 0 ms, and never an error.',
  },
  {
    id: 'named-after-the-object',
    step: '7',
    file: MONITOR,
    patch: [
      {
        find: 'while (Class && metadataOf(Class) !== metadata) Class = Object.getPrototypeOf(Class);',
        replace: '',
      },
      { find: '  const metadataOf = (Class: any) => Object.hasOwn(Class, Symbol.metadata) && Class[Symbol.metadata];\n', replace: '' },
    ],
    breaks: ['5.7.10'],
    say:
      'You name the operation after the class of the object that happens to call it first. The class that declares ' +
      'the member is the one whose own metadata the decorator was given.',
  },
  {
    id: 'writes-every-name',
    step: '7',
    file: 'report.ts',
    patch: [{ find: 'const fits = operation.length * CHARACTER < width;', replace: 'const fits = true;' }],
    breaks: ['5.7.6'],
    say:
      'Every name is written, also where its rectangle is narrower than the name: it runs over the neighbours. ' +
      'The title says it anyway.',
  },
] satisfies readonly KnownWrong[];
