import type { KnownWrong } from '../known-wrong.ts';

const STATISTICS = 'statistics.ts';
const SAMPLING = 'sampling.ts';
const RUNNER = 'runner.ts';
const SLOPES = 'slopes.ts';
const LOAD = 'load.ts';
const BENCHMARK = 'benchmark.ts';
const REGRESSION = 'regression.ts';
const FASTER = 'faster.ts';

export default [
  // ---- Step 1 -------------------------------------------------------------------------------------------
  {
    id: 'sorts-in-place',
    step: '1',
    file: STATISTICS,
    patch: [
      {
        find: 'Float64Array.from(values).sort()',
        replace: '(values as number[]).sort((a, b) => a - b)',
      },
    ],
    breaks: ['7.1.1'],
    say: 'You sort the samples that you were given. Whoever gave them no longer knows which round was which.',
  },
  {
    id: 'nearest-rank',
    step: '1',
    file: STATISTICS,
    patch: [{ find: 'return below + (sorted[Math.ceil(place)]! - below) * (place % 1);', replace: 'return below;' }],
    breaks: ['7.1.1', '7.1.2', '7.3.7'],
    say: 'Your quantile is always one of the values. Of an even number the median lies between two.',
  },
  {
    id: 'distance-from-the-mean',
    step: '1',
    file: STATISTICS,
    patch: [{ find: 'const middle = median(values);', replace: 'const middle = mean(values);' }],
    breaks: ['7.1.2'],
    say: 'You take the distances from the mean. One sample that was disturbed moves that, and all distances with it.',
  },
  {
    id: 'ratio-of-medians',
    step: '1',
    file: STATISTICS,
    patch: [{ find: 'value / (b[g]?.[i] ?? NaN)', replace: 'value / median(b[g] ?? [NaN])' }],
    breaks: ['7.1.3'],
    say:
      'You divide by the median of the other side. What slowed both of them down in one round is then in the ratio; ' +
      'divide round by round.',
  },
  {
    id: 'throws-rounds-together',
    step: '1',
    file: STATISTICS,
    patch: [
      {
        find: 'return mean(drawn(generations, random).map((rounds) => median(drawn(rounds, random))));',
        replace: 'return median(drawn(generations.flat(), random));',
      },
    ],
    breaks: ['7.1.5', '7.1.7'],
    say:
      'Your bootstrap draws from the rounds of all generations together. A hundred rounds of one process then pass ' +
      'for a hundred processes; draw generations first, and rounds within them.',
  },
  {
    id: 'mean-of-generations',
    step: '1',
    file: STATISTICS,
    patch: [
      {
        find: 'const ratio = Math.exp(mean(generations.map(median)));',
        replace: 'const ratio = mean(generations.map((rounds) => Math.exp(median(rounds))));',
      },
    ],
    breaks: ['7.1.3'],
    say:
      'You take the arithmetic mean of ratios. Of 8 and 1/8 that is 4: whoever is divided by whom, both sides are ' +
      'slower.',
  },
  {
    id: 'counts-who-sat-out',
    step: '1',
    file: STATISTICS,
    patch: [
      {
        find: '  if (generations.flat().length < LEAST_PAIRS) return { ratio, interval: [0, Infinity] };\n',
        replace: '',
      },
    ],
    breaks: ['7.1.4', '7.3.4'],
    say: 'You have an interval of two rounds, or of none. They agree with each other because there is nobody else.',
  },
  {
    id: 'standard-interval',
    step: '1',
    file: STATISTICS,
    patch: [
      {
        find: 'quantile(values, (1 - CONFIDENCE) / 2), quantile(values, (1 + CONFIDENCE) / 2)',
        replace: 'quantile(values, 0.25), quantile(values, 0.75)',
      },
    ],
    breaks: ['7.1.5', '7.1.7', '7.4.1', '7.4.5'],
    say: 'Your interval has the middle half of what was drawn. So the truth is outside of it half of the time.',
  },
  {
    id: 'from-the-least-to-the-most',
    step: '1',
    file: STATISTICS,
    patch: [
      {
        find: 'const [low, high] = bootstrap(() => drawnMean(generations, random));',
        replace: 'const [low, high] = [Math.min(...generations.flat()), Math.max(...generations.flat())] as const;',
      },
    ],
    breaks: ['7.1.6', '7.7.5', '7.7.7'],
    say:
      'Your interval has all ratios in it. It says how far single rounds scatter, not how well their middle is ' +
      'known, and becomes wider the longer one measures.',
  },
  {
    id: 'trusts-one-generation',
    step: '1',
    file: STATISTICS,
    patch: [{ find: 'generations.length === 1 ? ONE_GENERATION : 1', replace: '1' }],
    breaks: ['7.1.7'],
    say: 'You believe the rounds of a single generation. They cannot know how far all of them are off.',
  },
  {
    id: 'judges-by-one-end',
    step: '1',
    file: STATISTICS,
    patch: [
      { find: 'if (high < 1 / clear)', replace: 'if (low < 1 / clear)' },
      { find: 'if (low > clear)', replace: 'if (high > clear)' },
    ],
    breaks: ['7.1.8'],
    say: 'You say ahead when a part of the interval is. All of it has to be, or the truth may be elsewhere.',
  },
  {
    id: 'believes-the-machine',
    step: '1',
    file: STATISTICS,
    patch: [{ find: 'Math.max(LEVEL, aa.ratio, 1 / aa.ratio)', replace: 'LEVEL' }],
    breaks: ['7.1.9', '7.3.6'],
    say: 'You do not look at what came out for a subject beside itself. By as much the machine is wrong about all.',
  },
  {
    id: 'counts-the-noise-twice',
    step: '1',
    file: STATISTICS,
    patch: [
      { find: 'Math.max(LEVEL, aa.ratio, 1 / aa.ratio)', replace: 'Math.max(LEVEL, aa.interval[1], 1 / aa.interval[0])' },
    ],
    breaks: ['7.1.10'],
    say: 'You ask for more than the interval of a subject beside itself. Its noise is that of all, and in their intervals.',
  },

  // ---- Step 2 -------------------------------------------------------------------------------------------
  {
    id: 'checks-once',
    step: '2',
    file: SAMPLING,
    patch: [
      {
        find: '    await this.#subject.check?.();\n    return this.#subject.figures?.() ?? {};',
        replace: '    return this.#subject.figures?.() ?? {};',
      },
    ],
    breaks: ['7.2.1'],
    say: 'You check the subject before the runs only. What is wrong after a million of them is what one wants to know.',
  },
  {
    id: 'measures-the-warm-up',
    step: '2',
    file: SAMPLING,
    patch: [{ find: '!isStable(stretches) && this.#now() < end', replace: 'stretches.length < 2' }],
    breaks: ['7.2.2', '7.2.3'],
    say: 'You warm up twice and begin. What you measure are the runs in which compilers were at work.',
  },
  {
    id: 'warms-up-by-the-clock',
    step: '2',
    file: SAMPLING,
    patch: [{ find: '!isStable(stretches) && this.#now() < end', replace: 'this.#now() < end' }],
    breaks: ['7.2.2'],
    say: 'You warm up for as long as one may, also what has long been stable.',
  },
  {
    id: 'warms-up-for-ever',
    step: '2',
    file: SAMPLING,
    patch: [{ find: ' && this.#now() < end', replace: '' }],
    breaks: ['7.2.3'],
    say: 'You wait for the subject to become stable. Some never do; that is what `warmUpMs` is for.',
  },
  {
    id: 'forgets-the-operations',
    step: '2',
    file: SAMPLING,
    patch: [{ find: '(this.#runsPerSample * operations)', replace: 'this.#runsPerSample' }],
    breaks: ['7.2.4', '7.2.6', '7.6.1', '7.6.2'],
    say: 'Your values are those of a run. A run does `operations` of them.',
  },
  {
    id: 'times-each-run',
    step: '2',
    file: SAMPLING,
    patch: [
      {
        find: '    const durationMs = await this.#time(this.#runsPerSample);',
        replace:
          '    let durationMs = 0;\n    for (let i = 0; i < this.#runsPerSample; i++) durationMs += await this.#time(1);',
      },
    ],
    breaks: ['7.2.5'],
    say: 'You read the clock at each run. That takes longer than the run, and sees nothing shorter than a step.',
  },
  {
    id: 'one-run-a-sample',
    step: '2',
    file: SAMPLING,
    patch: [{ find: 'Math.max(1, Math.ceil(this.#task.sampleMs / runMs))', replace: '1' }],
    breaks: ['7.2.4', '7.2.5', '7.2.7', '7.7.4', '7.7.7'],
    say: 'A sample of yours is one run, however short. What the clock shows is then its own resolution.',
  },
  {
    id: 'awaits-everything',
    step: '2',
    file: SAMPLING,
    patch: [{ find: 'if (isPromise(result)) await result;', replace: 'await result;' }],
    breaks: ['7.2.6'],
    say: 'You await what is no promise. A turn of the micro-task queue is then part of each run.',
  },
  {
    id: 'begins-cold',
    step: '2',
    file: SAMPLING,
    patch: [{ find: 'if (this.#runsPerSample > 1) await this.#time(1);', replace: '' }],
    breaks: ['7.2.7'],
    say: 'You time the first run of a turn. The caches of the processor are full of what another has just done.',
  },
  {
    id: 'weighs-garbage',
    step: '2',
    file: SAMPLING,
    patch: [{ find: '    fullCollection();\n    const value', replace: '    const value' }],
    breaks: ['7.2.8'],
    say: 'You read the heap right after the run. What the run has thrown away is still in it.',
  },

  // ---- Step 3 -------------------------------------------------------------------------------------------
  {
    id: 'leaves-stations-open',
    step: '3',
    file: RUNNER,
    patch: [{ find: 'for (const { station } of all) station.close();', replace: '' }],
    breaks: ['7.3.1'],
    say: 'You never close a station. Where each is a process of its own, they remain.',
  },
  {
    id: 'one-after-the-other',
    step: '3',
    file: RUNNER,
    patch: [
      {
        find:
          '      for (let round = 0; round < MOST_ROUNDS && (round < LEAST_ROUNDS || this.#now() < end); round++) {\n' +
          '        for (const entry of this.#shuffled(all)) {',
        replace:
          '      for (const entry of this.#shuffled(all)) {\n' +
          '        for (let round = 0; round < MOST_ROUNDS && (round < LEAST_ROUNDS || this.#now() < end); round++) {',
      },
    ],
    breaks: ['7.3.2', '7.3.5'],
    say: 'You measure one subject, and then the next. Whatever begins in between is taken for a difference.',
  },
  {
    id: 'always-in-the-same-order',
    step: '3',
    file: RUNNER,
    patch: [{ find: 'of this.#shuffled(all)', replace: 'of all' }],
    breaks: ['7.3.2'],
    say: 'The order of a round is always the same. Who comes after a subject that fills the caches always pays for it.',
  },
  {
    id: 'no-twin',
    step: '3',
    file: RUNNER,
    patch: [{ find: 'const twin = enter(doubled.name);', replace: 'const twin = doubled;' }],
    breaks: ['7.3.1', '7.3.3', '7.3.5', '7.3.6'],
    say: 'You compare a station with itself, which is always level. The twin is a station of its own.',
  },
  {
    id: 'counts-the-twin',
    step: '3',
    file: RUNNER,
    patch: [{ find: 'result.add(entries, doubled, twin);', replace: 'result.add(all, doubled, twin);' }],
    breaks: ['7.3.3'],
    say: 'The samples of the twin are among those of the subject. They are there for the A/A ratio only.',
  },
  {
    id: 'twin-of-the-last-named',
    step: '3',
    file: RUNNER,
    patch: [
      {
        find: 'const doubled = entries.at(-1);',
        replace: 'const doubled = entries.find(({ name }) => name === Object.keys(result.scenario.subjects).at(-1));',
      },
    ],
    breaks: ['7.3.3'],
    say: 'When the last subject has failed, nobody has a twin any more, or nothing is measured at all.',
  },
  {
    id: 'one-failure-ends-all',
    step: '3',
    file: RUNNER,
    patch: [
      { find: 'this.failures.set(name, error as Error);\n      return undefined;', replace: 'throw error;' },
    ],
    breaks: ['7.3.1', '7.3.3', '7.3.4', '7.3.7'],
    say: 'One subject that answers wrongly takes all the others with it.',
  },
  {
    id: 'asks-again-who-failed',
    step: '3',
    file: RUNNER,
    patch: [{ find: 'if (this.failures.has(name)) return undefined;', replace: '' }],
    breaks: ['7.3.4'],
    say: 'A subject that has answered wrongly is asked again within its generation.',
  },
  {
    id: 'the-first-takes-all-the-time',
    step: '3',
    file: RUNNER,
    patch: [{ find: 'start + (this.#budgetMs * (done + 1)) / this.#generations', replace: 'start + this.#budgetMs' }],
    breaks: ['7.3.5', '7.3.6'],
    say: 'The first generation uses up the whole budget. Of the others there is nothing, or as much as there must be.',
  },
  {
    id: 'median-of-all',
    step: '3',
    file: RUNNER,
    patch: [
      {
        find: 'return median(generations.filter((samples) => samples.length > 0).map(median));',
        replace: 'return median(generations.flat());',
      },
    ],
    breaks: ['7.3.6'],
    say: 'Your value is the median of all samples. The generation that had the most rounds then says what it is.',
  },
  {
    id: 'scenarios-at-the-same-time',
    step: '3',
    file: RUNNER,
    patch: [
      {
        find: 'for (const scenario of scenarios) results.push(await this.benchmarkScenario(scenario));',
        replace: 'results.push(...(await Promise.all(scenarios.map((scenario) => this.benchmarkScenario(scenario)))));',
      },
    ],
    breaks: ['7.3.7'],
    say: 'Your scenarios run at the same time, and each measures the others.',
  },

  // ---- Step 4 -------------------------------------------------------------------------------------------
  {
    id: 'no-logarithm',
    step: '4',
    file: SLOPES,
    patch: [{ find: 'x: Math.log(n), y: Math.log(cost)', replace: 'x: n, y: cost' }],
    breaks: ['7.4.1', '7.6.3'],
    say: 'Your slope is by how much the cost grows with each n. A power is a straight line between logarithms.',
  },
  {
    id: 'mean-slope',
    step: '4',
    file: SLOPES,
    patch: [
      {
        find: 'return median(slopes.filter(Number.isFinite));',
        replace: 'return slopes.filter(Number.isFinite).reduce((sum, slope, _, { length }) => sum + slope / length, 0);',
      },
    ],
    breaks: ['7.4.2', '7.4.4'],
    say: 'You take the mean of the slopes. One point that is nonsense is part of many of them.',
  },
  {
    id: 'rounds-at-the-same-time',
    step: '4',
    file: SLOPES,
    patch: [{ find: '    await round();', replace: '    void round();' }],
    breaks: ['7.4.3'],
    say: 'You read the heap before the round is done, and begin the next.',
  },
  {
    id: 'before-and-after',
    step: '4',
    file: SLOPES,
    patch: [
      { find: 'isLeaking: interval[0] > tolerance', replace: 'isLeaking: readings.at(-1)! - readings[0]! > tolerance' },
    ],
    breaks: ['7.4.5', '7.4.6'],
    say: 'You compare the last reading with the first. Every cache that fills up is a leak by that.',
  },
  {
    id: 'any-slope-is-a-leak',
    step: '4',
    file: SLOPES,
    patch: [{ find: 'isLeaking: interval[0] > tolerance', replace: 'isLeaking: slope > tolerance' }],
    breaks: ['7.4.5'],
    say: 'You believe the slope without asking how well it is known. Noise has one too.',
  },
  {
    id: 'tolerates-the-round',
    step: '4',
    file: SLOPES,
    patch: [{ find: 'interval[0] > tolerance', replace: 'interval[0] > tolerance * rounds' }],
    breaks: ['7.4.4', '7.4.6', '7.6.4'],
    say: 'You tolerate for each round what all of them together may leave. Small leaks are not seen.',
  },
  {
    id: 'counts-what-fills-up',
    step: '4',
    file: SLOPES,
    patch: [{ find: '.slice(Math.floor(rounds * FILLING))', replace: '' }],
    breaks: ['7.4.6'],
    say: 'The rounds in which things fill up are part of your slope.',
  },

  // ---- Step 5 -------------------------------------------------------------------------------------------
  {
    id: 'even-gaps',
    step: '5',
    file: LOAD,
    patch: [{ find: '(-Math.log(1 - random()) * 1e3) / perSecond', replace: '1e3 / perSecond' }],
    breaks: ['7.5.1'],
    say: 'Your requests come at even intervals. Strangers do not; and queues come from those who come together.',
  },
  {
    id: 'closed-loop',
    step: '5',
    file: LOAD,
    patch: [{ find: 'void begin(due);', replace: 'await begin(due);' }],
    breaks: ['7.5.2', '7.5.3', '7.5.4', '7.5.5'],
    say: 'You send the next request after the last answer. While the service is stuck you do not ask.',
  },
  {
    id: 'no-limit',
    step: '5',
    file: LOAD,
    patch: [{ find: 'if (running < concurrent)', replace: 'if (running < Infinity)' }],
    breaks: ['7.5.3', '7.5.4', '7.5.6'],
    say: 'All requests run at the same time, however many they are.',
  },
  {
    id: 'last-come-first-served',
    step: '5',
    file: LOAD,
    patch: [{ find: 'waiting[begun++]!', replace: 'waiting.pop()!' }],
    breaks: ['7.5.3', '7.5.4'],
    say: 'You begin the request that came last. Whoever came first waits for longest.',
  },
  {
    id: 'latency-from-the-beginning',
    step: '5',
    file: LOAD,
    patch: [{ find: 'latencies.push(now() - due);', replace: 'latencies.push(now() - start);' }],
    breaks: ['7.5.3', '7.5.4'],
    say:
      'Your latency begins when the request is begun. To its sender it begins when it is due: the time in the queue ' +
      'is left out, and that is most of it.',
  },
  {
    id: 'failures-take-no-time',
    step: '5',
    file: LOAD,
    patch: [
      {
        find: '    latencies.push(now() - due);\n    services.push(now() - start);',
        replace: '    latencies.push(hasFailed ? 0 : now() - due);\n    services.push(hasFailed ? 0 : now() - start);',
      },
      { find: '    try {\n      await operation', replace: '    let hasFailed = false;\n    try {\n      await operation' },
      { find: '      failed++;', replace: '      failed++;\n      hasFailed = true;' },
    ],
    breaks: ['7.5.5'],
    say: 'The time of what failed is not counted. A service that fails slowly looks fast.',
  },
  {
    id: 'completes-what-failed',
    step: '5',
    file: LOAD,
    patch: [{ find: 'const completed = latencies.length - failed;', replace: 'const completed = latencies.length;' }],
    breaks: ['7.5.5', '7.5.6'],
    say: 'What failed is counted as completed.',
  },
  {
    id: 'ends-with-the-last-arrival',
    step: '5',
    file: LOAD,
    patch: [
      {
        find: '  if (running > 0) await new Promise<void>((resolve) => (onDrained = resolve));\n',
        replace: '',
      },
    ],
    breaks: ['7.5.3', '7.5.5', '7.5.6'],
    say: 'You end when the last request has been sent. Those that are slowest are still under way.',
  },

  // ---- Step 6 -------------------------------------------------------------------------------------------
  {
    id: 'measures-misses',
    step: '6',
    file: BENCHMARK,
    patch: [
      {
        find: '      for (const key of keys) cache.set(key, workOf(key));\n      // The sum',
        replace: '      // The sum',
      },
    ],
    breaks: ['7.6.1'],
    say: 'Your cache is empty when the measuring begins, so a part of what you measure are misses.',
  },
  {
    id: 'one-loader-for-all-runs',
    step: '6',
    file: BENCHMARK,
    patch: [
      {
        find: '      const loadAll = () => {\n        const loader = this.#parts.loader();\n',
        replace: '      const loader = this.#parts.loader();\n      const loadAll = () => {\n',
      },
    ],
    breaks: ['7.6.2'],
    say: 'All runs use the same loader. After the first of them everything is loaded.',
  },
  {
    id: 'growth-of-the-run',
    step: '6',
    file: BENCHMARK,
    patch: [{ find: 'cost: (now() - start) / n', replace: 'cost: now() - start' }],
    breaks: ['7.6.3'],
    say: 'Your growth is that of a whole run, which has n operations. It is 1 too much.',
  },
  {
    id: 'every-request-is-new',
    step: '6',
    file: BENCHMARK,
    patch: [{ find: 'requests % 10 === 0 ? requests : requests % 10', replace: 'requests' }],
    breaks: ['7.6.4'],
    say: 'Every request is for a new key, so nothing is ever shared or found.',
  },
  {
    id: 'compares-what-is-new-with-itself',
    step: '6',
    file: REGRESSION,
    patch: [
      {
        find: 'return then ? this.#compare(operation, now, then) : [];',
        replace: 'return this.#compare(operation, now, then ?? now);',
      },
    ],
    breaks: ['7.6.5'],
    say: 'You have findings of an operation that the baseline does not know.',
  },
  {
    id: 'cries-wolf',
    step: '6',
    file: REGRESSION,
    patch: [{ find: 'changeOf({ interval: [low, high] }: Ratio', replace: 'changeOf({ ratio: low, ratio: high }: Ratio' }],
    breaks: ['7.6.6', '7.6.8'],
    say: 'You judge the ratio, not its interval. What may be noise is a regression to you.',
  },
  {
    id: 'no-yardstick',
    step: '6',
    file: REGRESSION,
    patch: [{ find: 'value / unit', replace: 'value' }],
    breaks: ['7.6.7', '7.6.8'],
    say: 'You compare times of today with times of then. On a busy day everything is a regression.',
  },
  {
    id: 'counts-single-collections',
    step: '6',
    file: REGRESSION,
    patch: [{ find: '>= FEWEST_COLLECTIONS', replace: '>= 1' }],
    breaks: ['7.6.9'],
    say: 'Three collections after two are a regression to you. They come in lumps; ask for some before you compare.',
  },
  {
    id: 'any-machine-will-do',
    step: '6',
    file: REGRESSION,
    patch: [{ find: 'if (baseline.machine === this.#machine) return baseline;', replace: 'if (baseline) return baseline;' }],
    breaks: ['7.6.10'],
    say: 'You compare with what was measured on another machine.',
  },

  // ---- Step 7 -------------------------------------------------------------------------------------------
  {
    id: 'always-names-one',
    step: '7',
    file: FASTER,
    patch: [
      {
        find: "return verdict === 'behind' ? 'b' : 'neither';",
        replace: "return verdict === 'behind' || result.valueOf('a') > result.valueOf('b') ? 'b' : 'a';",
      },
    ],
    breaks: ['7.7.1', '7.7.2', '7.7.3', '7.7.4', '7.7.5', '7.7.6', '7.7.7'],
    say: 'You always name one. Of two that are equal, one has the smaller number each time.',
  },
  {
    id: 'reads-nothing',
    step: '7',
    file: FASTER,
    patch: [{ find: 'contender.run().read()', replace: 'contender.run()' }],
    breaks: ['7.7.2', '7.7.7'],
    say: 'Nobody reads the answers, so nothing needs to be computed. Both take the same time: that of a call.',
  },
  {
    id: 'begins-at-once',
    step: '7',
    file: FASTER,
    patch: [
      { find: 'warmUpMs: 3_000', replace: 'warmUpMs: 0.01' },
      { find: 'generations: 3, budgetMs: 20_000', replace: 'generations: 1, budgetMs: 100' },
    ],
    breaks: ['7.7.3', '7.7.7'],
    say: 'You measure what programs take at first. Who is slow at the start need not be slow.',
  },
  {
    id: 'samples-of-a-moment',
    step: '7',
    file: FASTER,
    patch: [{ find: 'sampleMs: 20', replace: 'sampleMs: 0.02' }],
    breaks: ['7.7.3', '7.7.4', '7.7.7'],
    say: 'Your samples are shorter than a step of the clock.',
  },
  {
    id: 'compares-means',
    step: '7',
    file: FASTER,
    patch: [
      { find: 'budgetMs: 20_000', replace: 'budgetMs: 3_000' },
      {
        find: "const verdict = result.verdict('a', 'b');",
        replace:
          "const sum = (name: string) => result.samplesOf(name).reduce((a, b) => a + b, 0);\n  const by = sum('a') / sum('b');\n  const verdict = by < 0.9 ? 'ahead' : by > 1.1 ? 'behind' : 'level';",
      },
    ],
    breaks: ['7.7.5', '7.7.7'],
    say: 'You compare means. One sample in which everything stood still is worth a hundred others.',
  },
  {
    id: 'first-the-one',
    step: '7',
    file: FASTER,
    patch: [
      { find: 'budgetMs: 20_000', replace: 'budgetMs: 1_500' },
      {
        find: "  const result = await runner.benchmarkScenario({ name: 'which is faster', unit: 'ns/op', subjects });\n  const verdict = result.verdict('a', 'b');",
        replace:
          "  const valueOf = async (of: () => LocalStation) =>\n    (await runner.benchmarkScenario({ name: 'one', unit: 'ns/op', subjects: { of } })).valueOf('of');\n  const by = (await valueOf(subjects.a)) / (await valueOf(subjects.b));\n  const verdict = by < 0.7 ? 'ahead' : by > 1.4 ? 'behind' : 'level';",
      },
    ],
    breaks: ['7.7.6', '7.7.7'],
    say: 'You measure the one and then the other. What has come between them is what you find.',
  },
] satisfies readonly KnownWrong[];
