// Two programs on a noisy machine: what means, medians and rounds make of them.

import { amount, button, chart, controls, h, lab, status, table, toggle } from '../parts.ts';
import { compare, type Comparison, measure, narrowing, ROUNDS } from './model.ts';

/** The interval is drawn after so many rounds each. */
const EVERY = 4;
/** The ratios that the picture has room for. */
const MOST_RATIO = 2;

const SAYS = {
  ahead: 'a is faster',
  behind: 'b is faster',
  level: 'they are level',
  inconclusive: 'nothing can be said',
} as const;

lab('07-benchmark-lab', 'Two programs on a noisy machine', () => {
  let playing: ReturnType<typeof setInterval> | undefined;
  const ratio = amount('b takes', { min: 1, max: 2, step: 0.05, value: 1, show: inTimes }, () => show());
  const turns = toggle('Take turns', false, () => show());
  const neighbour = toggle('A neighbour comes', true, () => show());
  const outliers = toggle('Some samples are disturbed', true, () => show());
  const upTo = amount('Rounds so far', { min: EVERY, max: ROUNDS, step: EVERY, value: ROUNDS }, () => show());
  const stop = () => {
    clearInterval(playing);
    playing = undefined;
    run.textContent = 'Measure';
  };
  const run = button('Measure', () => {
    if (playing !== undefined) return stop();
    run.textContent = 'Pause';
    if (upTo.value === ROUNDS) upTo.value = EVERY;
    playing = setInterval(() => {
      upTo.value += EVERY;
      show();
      if (upTo.value === ROUNDS) stop();
    }, 250);
  });
  const says = status();
  const drawn = chart('Samples by round');
  const intervals = chart('Interval of the ratio of a to b');
  const totals = table('a beside b', ['', 'ratio', 'interval', 'says']);

  function show(): void {
    const samples = measure({
      ratio: ratio.value,
      hasNeighbour: neighbour.value,
      hasOutliers: outliers.value,
      takesTurns: turns.value,
    });
    const rounds = upTo.value;
    const comparison = compare(samples, rounds);
    says.textContent = sentenceOf(comparison, rounds);
    const most = 500;
    drawn.show({
      says: `${rounds} of each, in nanoseconds`,
      series: (['a', 'b'] as const).map((name) => ({ name, values: padded(samples[name].slice(0, rounds), ROUNDS) })),
      most,
      scale: [`${most} ns`, `${most / 2} ns`, '0'],
      span: ['round 1', `round ${ROUNDS / 2}`, `round ${ROUNDS}`],
    });
    const known = narrowing(samples, rounds, EVERY);
    drawIntervals(known);
    totals.show([
      ['by means', digits(comparison.byMeans), 'none', named(comparison.byMeans)],
      ['by medians', digits(comparison.byMedians), 'none', named(comparison.byMedians)],
      ['round by round', digits(comparison.byRounds.ratio), between(comparison.byRounds.interval), SAYS[comparison.verdict]],
      ['b beside itself', digits(comparison.aa.ratio), between(comparison.aa.interval), 'the A/A ratio'],
    ]);
  }

  function drawIntervals(known: ReturnType<typeof narrowing>): void {
    const places = ROUNDS / EVERY;
    const [low, high] = known.at(-1)!;
    intervals.show({
      says: `from ${digits(low)} to ${digits(high)}`,
      series: [
        { name: 'upper end', values: padded(known.map(([, high]) => high), places) },
        { name: 'lower end', values: padded(known.map(([low]) => low), places) },
      ],
      most: MOST_RATIO,
      scale: [String(MOST_RATIO), '1', '0'],
      span: [`round ${EVERY}`, `round ${ROUNDS / 2}`, `round ${ROUNDS}`],
    });
  }

  show();
  const explained =
    'One sample of a and one of b in each round, in five generations of twelve rounds. Without taking turns, all rounds of a are over before the first of b.';
  return [
    h('p', {}, explained),
    controls(ratio.element, turns.element, neighbour.element, outliers.element),
    controls(upTo.element, run),
    says,
    drawn.element,
    intervals.element,
    totals.element,
  ];
});

function sentenceOf({ byRounds, verdict }: Comparison, rounds: number): string {
  return `After ${rounds} rounds: ${SAYS[verdict]}; a takes ${between(byRounds.interval)} of the time of b.`;
}

/** What one says who has only a number. */
function named(ratio: number): string {
  if (ratio === 1) return SAYS.level;
  return ratio < 1 ? SAYS.ahead : SAYS.behind;
}

/** As long as there will be in the end: what is not known yet stays where it was. */
function padded(values: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, i) => values[Math.min(i, values.length - 1)]!);
}

function inTimes(ratio: number): string {
  return `${digits(ratio)} × as long as a`;
}

function digits(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '∞';
}

function between([low, high]: readonly [number, number]): string {
  return `${digits(low)} to ${digits(high)}`;
}
