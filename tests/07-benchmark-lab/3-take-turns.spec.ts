import { describe, expect, it } from 'vitest';
import { LEAST_ROUNDS, MOST_ROUNDS } from '#contract/07-benchmark-lab';
import { BenchmarkRunner, median, ratioOf, type RunnerOptions, verdictOf } from '#exercise/07-benchmark-lab';
import { type Event, type Script, ScriptedMachine } from './machine.ts';

/** Of the scripts, side by side; each sample takes 10 ms. */
async function measured(scripts: Readonly<Record<string, Script>>, options: RunnerOptions = {}) {
  const machine = new ScriptedMachine();
  const runner = new BenchmarkRunner({ generations: 1, budgetMs: 1, now: machine.clock.now, ...options });
  const result = await runner.benchmarkScenario(machine.scenario(scripts));
  return { ...machine, turns: machine.turns, result };
}

const acts = (events: readonly Event[], act: string) => events.filter((event) => event.endsWith(` ${act}`));
const failing = (message: string) => {
  throw new Error(message);
};

describe('7.3 Take turns', () => {
  describe('7.3.1 A station is warmed, asked, finished and closed', () => {
    it('a new one for each subject and generation, and one more', async () => {
      const { events } = await measured({ a: {}, b: {} }, { generations: 3, budgetMs: 10_000 });
      const opened = acts(events, 'open');
      expect(opened.filter((event) => event.startsWith('a')).length, 'stations of a').toBe(3);
      expect(opened.filter((event) => event.startsWith('b')).length, 'stations of b').toBe(6);
    });

    it('nobody gives a sample before all are warm, or after one is finished', async () => {
      const { events } = await measured({ a: {}, b: {} });
      const orderOf = (act: string) => events.flatMap((event, i) => (event.endsWith(` ${act}`) ? [i] : []));
      expect(orderOf('warm').length, 'stations warmed').toBe(3);
      expect(orderOf('finish').length, 'stations finished').toBe(3);
      expect(Math.max(...orderOf('warm')), 'the last warming up').toBeLessThan(Math.min(...orderOf('sample')));
      expect(Math.max(...orderOf('sample')), 'the last sample').toBeLessThan(Math.min(...orderOf('finish')));
    });

    it('all are closed, also those that failed', async () => {
      const fails = (act: string) => void (act === 'sample' && failing('no answer'));
      const { events } = await measured({ a: {}, b: { fails }, c: {} }, { generations: 2, budgetMs: 10_000 });
      const closed = new Set(acts(events, 'close').map((event) => event.replace('close', 'open')));
      expect([...closed].sort(), 'stations closed').toEqual(acts(events, 'open').sort());
    });
  });

  describe('7.3.2 In each round everybody has a turn', () => {
    it('once, and not always in the same order', async () => {
      const { turns } = await measured({ a: {}, b: {}, c: {} }, { budgetMs: 10_000 });
      const rounds = Array.from({ length: turns.length / 4 }, (_, i) => turns.slice(4 * i, 4 * i + 4));
      expect(rounds.length, 'rounds').toBeGreaterThan(20);
      for (const round of rounds) expect([...round].sort().join(''), 'turns in a round').toBe('abcc');
      const firsts = new Set(rounds.map(([first]) => first));
      expect([...firsts].sort(), 'who was first in some round').toEqual(['a', 'b', 'c']);
      expect(new Set(rounds.map((round) => round.join(''))).size, 'orders').toBeGreaterThan(3);
    });
  });

  describe('7.3.3 One competes with itself', () => {
    /** The second station of each pair is twice as slow. */
    const uneven = { value: (g: number) => (g % 2 === 0 ? 20 : 10) };

    it('the last one, and that is the A/A ratio', async () => {
      const { result } = await measured({ a: {}, b: uneven }, { generations: 3, budgetMs: 10_000 });
      const [apart] = [result.aa.ratio, 1 / result.aa.ratio].sort((a, b) => b - a);
      expect(apart, 'A/A ratio').toBeCloseTo(2);
    });

    it('of which nothing else has the second', async () => {
      const { result } = await measured({ a: {}, b: uneven });
      expect(new Set(result.samplesOf('b')).size, 'different values of b').toBe(1);
      expect(result.measured, 'measured').toEqual(['a', 'b']);
    });

    it('where the last one has failed, the one before it', async () => {
      const fails = () => failing('at once');
      const { result } = await measured({ a: uneven, b: { fails } }, { generations: 3, budgetMs: 10_000 });
      expect(result.aa.interval[1], 'the upper end of the A/A interval').toBeLessThan(Infinity);
    });
  });

  describe('7.3.4 One that fails is out', () => {
    const whereFails = (at: string) => ({ fails: (act: string) => void (act === at && failing(`wrong at ${at}`)) });

    it('whenever it does, and the others go on', async () => {
      const scripts = { a: whereFails('warm'), b: whereFails('sample'), c: {}, d: whereFails('finish'), e: {} };
      const { result } = await measured(scripts, { generations: 2, budgetMs: 10_000 });
      const told = [...result.failures].map(([name, error]) => `${name}: ${error.message}`);
      expect(told.sort(), 'failures').toEqual(['a: wrong at warm', 'b: wrong at sample', 'd: wrong at finish']);
      expect(result.measured, 'measured').toEqual(['c', 'e']);
      expect(result.samplesOf('c').length, 'samples of c').toBeGreaterThanOrEqual(16);
      expect(result.ratio('c', 'e').ratio, 'ratio of c and e').toBeCloseTo(1);
    });

    it('and not asked again, nor opened', async () => {
      const scripts = { a: whereFails('warm'), b: whereFails('sample'), c: {} };
      const { events } = await measured(scripts, { generations: 3, budgetMs: 10_000 });
      const of = (name: string) => events.filter((event) => event.startsWith(name) && !event.endsWith('close'));
      expect(of('a'), 'what a was asked for').toEqual(['a 1 open', 'a 1 warm']);
      expect(of('b'), 'what b was asked for').toEqual(['b 1 open', 'b 1 warm', 'b 1 sample']);
    });

    it('where everybody fails there is nothing', async () => {
      const { result } = await measured({ a: whereFails('warm'), b: whereFails('warm') }, { generations: 3 });
      expect(result.measured, 'measured').toEqual([]);
      expect(result.aa.interval, 'A/A interval').toEqual([0, Infinity]);
    });
  });

  describe('7.3.5 There are as many rounds as there is time for', () => {
    const roundsOf = async (options: RunnerOptions) => (await measured({ a: {} }, options)).turns.length / 2;

    it('but some in any case', async () => {
      expect(await roundsOf({ budgetMs: 1 }), 'rounds in no time').toBe(LEAST_ROUNDS);
    });

    it('and not more than tell something', async () => {
      expect(await roundsOf({ budgetMs: 1e6 }), 'rounds in a lot of time').toBe(MOST_ROUNDS);
      expect(await roundsOf({ budgetMs: 1e6, generations: 3 }), 'rounds of three').toBe(3 * MOST_ROUNDS);
    });

    it('generations share it', async () => {
      const rounds = await roundsOf({ generations: 4, budgetMs: 1_600 });
      expect(rounds, 'rounds of 20 ms in 1,600 ms').toBeGreaterThanOrEqual(79);
      expect(rounds, 'rounds of 20 ms in 1,600 ms').toBeLessThanOrEqual(84);
      const { events } = await measured({ a: {} }, { generations: 4, budgetMs: 1_600 });
      const perStation = acts(events, 'sample').filter((event) => event.startsWith('a 1 ')).length;
      expect(perStation, 'rounds in the first 400 ms').toBeLessThanOrEqual(21);
    });

    it('and none begins when it is spent', async () => {
      const { events } = await measured({ a: {} }, { generations: 5, budgetMs: 300 });
      expect(acts(events, 'open').length, 'stations in 300 ms, of which a pair takes 160').toBe(4);
    });
  });

  describe('7.3.6 The result has what was measured', () => {
    // By generation: stations 1, 2, 3 of a; of b, which is there twice, 1 and 2, 3 and 4, 5 and 6.
    const a = { value: (g: number, n: number) => (g === 3 || n > LEAST_ROUNDS / 2 + 1 ? 9 : 1), figures: (g: number) => ({ g }) };
    const b = { value: (_: number, n: number) => 1 + 2 * n };
    const options = { generations: 3, budgetMs: 3 * LEAST_ROUNDS * 30 };
    const rounds = Array.from({ length: LEAST_ROUNDS }, (_, i) => i + 1);

    it('the median of the medians, and all samples', async () => {
      const { result } = await measured({ a, b }, options);
      expect(result.valueOf('a'), 'value of a, of which two generations are mostly 1').toBe(1);
      expect(result.valueOf('b'), 'value of b').toBe(1 + 2 * median(rounds));
      const expected = [1, 2, 3].flatMap((g) => rounds.map((n) => a.value(g, n)));
      expect([...result.samplesOf('a')].sort(), 'samples of a').toEqual(expected.sort());
    });

    it('ratios round by round, and verdicts on them', async () => {
      const { result } = await measured({ a, b }, options);
      const expected = ratioOf(
        [1, 2, 3].map((g) => rounds.map((n) => a.value(g, n))),
        [1, 2, 3].map((g) => rounds.map((n) => b.value(g, n))),
      );
      const { ratio, interval } = result.ratio('a', 'b');
      expect(ratio, 'ratio').toBeCloseTo(expected.ratio);
      expect(interval[0] / expected.interval[0], 'low').toBeCloseTo(1, 1);
      expect(interval[1] / expected.interval[1], 'high').toBeCloseTo(1, 1);
      expect(result.verdict('a', 'b'), 'verdict').toBe(verdictOf(expected, result.aa));
    });

    it('a verdict that knows what equals are off by', async () => {
      const slow = { value: () => 15 };
      const uneven = { value: (g: number) => (g % 2 === 0 ? 20 : 10) };
      const { result } = await measured({ slow, even: { value: () => 10 } }, options);
      expect(result.verdict('slow', 'even'), 'verdict beside one that is level with itself').toBe('behind');
      const doubtful = (await measured({ slow, even: { value: () => 10 }, uneven }, options)).result;
      expect(doubtful.verdict('slow', 'even'), 'verdict beside one that is not').toBe('inconclusive');
    });

    it('and what was told in the end', async () => {
      const { result } = await measured({ a, b }, options);
      expect(result.figuresOf('a'), 'figures of a').toEqual({ g: 3 });
      expect(result.figuresOf('b'), 'figures of b').toEqual({});
    });
  });

  describe('7.3.7 Scenarios come one after the other, and into a report', () => {
    it('in their order', async () => {
      const machine = new ScriptedMachine();
      const runner = new BenchmarkRunner({ generations: 1, budgetMs: 1, now: machine.clock.now });
      const scenarios = [machine.scenario({ a: {} }, 'first'), machine.scenario({ b: {} }, 'second')];
      const results = await runner.runComparativeBenchmark(scenarios);
      expect(results.map(({ scenario }) => scenario.name), 'results').toEqual(['first', 'second']);
      expect(machine.turns.join(''), 'turns').toMatch(/^a+b+$/);
    });

    it('as JSON', async () => {
      const { result } = await measured(
        {
          naive: { value: (_, n) => 40 + (n % 2) },
          wrong: { fails: () => failing('has the value of another key') },
          ours: { value: (_, n) => 10 + (n % 2) / 4 },
        },
        { generations: 3, budgetMs: 10_000 },
      );
      const [report, ...others] = JSON.parse(new BenchmarkRunner().generateReport([result], 'json'));
      expect(others, 'further reports').toEqual([]);
      expect(report.name, 'name').toBe('scripted');
      expect(report.unit, 'unit').toBe('ns/op');
      expect(report.aa.ratio, 'A/A ratio').toBeCloseTo(1);
      expect(report.failures, 'failures').toEqual({ wrong: 'has the value of another key' });
      const [naive, ours] = report.subjects;
      expect(naive.name, 'first subject').toBe('naive');
      expect(naive.mad, 'its MAD').toBeCloseTo(0.5);
      expect(naive.verdict, 'its verdict').toBe('level');
      expect(ours.name, 'second subject').toBe('ours');
      expect(ours.value, 'its value').toBe(result.valueOf('ours'));
      expect(ours.samples, 'its samples').toBe(result.samplesOf('ours').length);
      expect(ours.ratio.ratio, 'its ratio').toBeCloseTo(0.25);
      expect(ours.verdict, 'its verdict').toBe('ahead');
    });
  });
});
