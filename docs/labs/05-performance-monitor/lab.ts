// What a mean hides, what a tester omits, and where the time goes.

import '../node/process.ts';
import { amount, button, chart, controls, count, h, lab, percent, status, table, toggle } from '../parts.ts';
import { histogramOf, INTERVAL_MS, latencies, PERCENTILES, profile, REQUESTS } from './model.ts';

const KINDS = { measured: 'as measured', corrected: 'with those who had to wait' } as const;
/** The picture goes from the median to 99.99%, and each nine takes as much room as the next. */
const NINES = 4;
const LEAST_MS = 1;

lab('05-performance-monitor', 'A stream of latencies', () => [...distributionLab(), ...flameLab()]);

function distributionLab(): HTMLElement[] {
  let playing: ReturnType<typeof setInterval> | undefined;
  const stall = amount('Every thousandth request takes', { min: 0, max: 2_000, step: 50, value: 1_000, show: inMs }, () => show());
  const upTo = amount('Requests so far', { min: 50, max: REQUESTS, step: 50, value: REQUESTS, show: count }, () => show());
  const corrected = toggle('Correct for coordinated omission', true, () => show());
  const stop = () => {
    clearInterval(playing);
    playing = undefined;
    run.textContent = 'Play';
  };
  const run = button('Play', () => {
    if (playing !== undefined) return stop();
    run.textContent = 'Pause';
    if (upTo.value === REQUESTS) upTo.value = 50;
    playing = setInterval(() => {
      upTo.value += 50;
      show();
      if (upTo.value === REQUESTS) stop();
    }, 100);
  });
  const says = status();
  const curves = chart('Latency by percentile');
  const totals = table('The distribution', ['', 'recorded', 'mean', ...PERCENTILES.map((p) => `${p}%`), 'longest']);

  function show(): void {
    const durations = latencies(stall.value);
    const kinds = (corrected.value ? ['measured', 'corrected'] : ['measured']) as (keyof typeof KINDS)[];
    const histograms = kinds.map((kind) => histogramOf(durations, upTo.value, kind === 'corrected'));
    const most = Math.max(10, ...histograms.map(({ max }) => max));
    const height = (ms: number) => Math.log10(Math.max(ms, LEAST_MS) / LEAST_MS);
    const shares = Array.from({ length: 121 }, (_, index) => 100 * (1 - 0.5 * (1 / 5_000) ** (index / 120)));
    const tail = histograms.map((histogram, index) => `${KINDS[kinds[index]!]}, 99% are answered within ${inMs(histogram.percentile(99))}`);
    says.textContent = `${tail.join('; ')}.`.replace(/^./, (first) => first.toUpperCase());
    curves.show({
      says: tail.join('; '),
      series: histograms.map((histogram, index) => ({ name: KINDS[kinds[index]!], values: shares.map((p) => height(histogram.percentile(p))) })),
      most: height(most),
      scale: [inMs(most), inMs(Math.sqrt(most * LEAST_MS)), inMs(LEAST_MS)],
      span: ['50%', '95%', '99.5%', `${100 - 10 ** (2 - NINES)}%`],
    });
    totals.show(
      histograms.map((histogram, index) => [
        KINDS[kinds[index]!],
        count(histogram.count),
        inMs(histogram.mean),
        ...PERCENTILES.map((p) => inMs(histogram.percentile(p))),
        inMs(histogram.max),
      ]),
    );
  }

  show();
  const explained = `One tester asks again when the last answer is there. The users ask every ${INTERVAL_MS} ms, whether there is an answer or not.`;
  return [h('p', {}, explained), controls(stall.element, corrected.element), controls(upTo.element, run), says, curves.element, totals.element];
}

function flameLab(): HTMLElement[] {
  const describes = amount('A request describes', { min: 1, max: 20, value: 8, show: (times) => `${times} ${times === 1 ? 'class' : 'classes'}` }, () => show());
  const cached = toggle('Remember what was described', false, () => show());
  const flames = h('div', { class: 'lab-flames', role: 'region', 'aria-label': 'Flame graph', tabindex: 0 });
  const totals = table('Twenty requests', ['', 'calls', 'in all', 'of its own', 'part of the time']);

  function show(): void {
    const { flames: svg, operations } = profile({ describes: describes.value, isCached: cached.value });
    flames.innerHTML = svg;
    const picture = flames.querySelector('svg')!;
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', 'Flame graph of twenty requests; its numbers are in the table below');
    const all = operations.reduce((sum, { selfMs }) => sum + selfMs, 0);
    const sorted = [...operations].sort((a, b) => b.selfMs - a.selfMs);
    totals.show(sorted.map(({ operation, count: calls, totalMs, selfMs }) => [operation, count(calls), inMs(totalMs), inMs(selfMs), percent(selfMs / all)]));
  }

  show();
  return [h('p', { class: 'lab-title lab-second' }, 'Where the time goes'), controls(describes.element, cached.element), flames, totals.element];
}

function inMs(ms: number): string {
  return `${Number(ms.toPrecision(3)).toLocaleString('en-GB')} ms`;
}
