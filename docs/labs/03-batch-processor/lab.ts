// The window, and the size.

import { amount, chart, controls, count, h, lab, percent, status, svg, table } from '../parts.ts';
import { type Collected, collect, PER_ITEM_MS, ROUND_TRIP_MS, steer } from './model.ts';

const RULES = { efficiency: 'by efficiency, a fifth at a time', aimd: 'by latency, AIMD' } as const;
const PHASES = ['calm', 'slow', 'calm again'] as const;

lab('03-batch-processor', 'Arrivals, the window, and the size', () => [...windowLab(), ...sizeLab()]);

function windowLab(): HTMLElement[] {
  const rate = amount('Operations a second', { min: 50, max: 2_000, step: 50, value: 500, show: count }, () => void show());
  const wait = amount('The window', { min: 0, max: 50, value: 10, show: inMs }, () => void show());
  const size = amount('At most, a batch', { min: 1, max: 100, value: 20 }, () => void show());
  const says = status();
  const picture = h('figure', { class: 'lab-batches' });
  const totals = table('One second', ['', 'batches', 'mean size', 'begun by window', 'begun by size', 'mean latency', 'busy, of one connection']);

  async function show(): Promise<void> {
    const batched = await collect({ rate: rate.value, windowMs: wait.value, batchSize: size.value });
    const alone = await collect({ rate: rate.value, windowMs: 0, batchSize: 1 });
    says.textContent = `${count(batched.items)} operations in ${count(batched.batches.length)} round trips; each is answered after ${inMs(batched.meanMs)} on average, and after ${inMs(alone.meanMs)} if it goes alone.`;
    picture.replaceChildren(
      h('figcaption', {}, 'Batches of one second, each as tall as it is large'),
      drawn(batched, size.value),
      h('div', { class: 'lab-span', 'aria-hidden': 'true' }, h('span', {}, '0 ms'), h('span', {}, '1,000 ms')),
    );
    totals.show([rowOf('in batches', batched), rowOf('each alone', alone)]);
  }

  void show();
  const explained = `A batch of n takes ${ROUND_TRIP_MS} ms and ${PER_ITEM_MS} ms for each of them.`;
  return [controls(rate.element, wait.element, size.element), h('p', {}, explained), says, picture, totals.element];
}

function rowOf(name: string, { batches, stats, meanMs, items }: Collected): string[] {
  const busyMs = batches.length * ROUND_TRIP_MS + items * PER_ITEM_MS;
  const mean = batches.length === 0 ? 0 : items / batches.length;
  return [name, count(batches.length), mean.toFixed(1), count(stats.batches.window), count(stats.batches.size), inMs(meanMs), percent(busyMs / 1_000)];
}

function drawn({ batches }: Collected, most: number): SVGElement {
  const label = 'Batches over time; the numbers are in the table below';
  const plot = svg('svg', { viewBox: '0 0 1000 100', preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
  for (const { at, size } of batches) {
    const height = (100 * size) / most;
    plot.append(svg('line', { x1: at, x2: at, y1: 100 - height, y2: 100, class: 'lab-caller lab-series-1' }));
  }
  return plot;
}

function sizeLab(): HTMLElement[] {
  const target = amount('A batch may take', { min: 5, max: 40, value: 20, show: inMs }, () => show());
  const slowdown = amount('The service is slower for a while', { min: 1, max: 6, step: 0.5, value: 3, show: (times) => `${times} times` }, () => show());
  const curves = chart('Batch size');
  const totals = table('By phase', ['', 'sizes in the end', 'items a second', 'longest', 'late']);

  function show(): void {
    const steered = steer({ targetMs: target.value, slowdown: slowdown.value });
    const rules = Object.keys(RULES) as (keyof typeof RULES)[];
    const most = Math.max(100, ...rules.flatMap((rule) => steered[rule].sizes));
    curves.show({
      says: rules.map((rule) => `${RULES[rule]} ends at ${steered[rule].reports.map(({ lastSize }) => lastSize).join(', ')}`).join('; '),
      series: rules.map((rule) => ({ name: RULES[rule], values: steered[rule].sizes })),
      most,
      scale: [count(most), count(Math.round(most / 2)), '0'],
      span: PHASES,
    });
    totals.show(
      PHASES.flatMap((phase, index) =>
        rules.map((rule) => {
          const { smallest, largest, itemsASecond, longestMs, late } = steered[rule].reports[index]!;
          return [`${phase}, ${RULES[rule]}`, `${smallest} to ${largest}`, count(Math.round(itemsASecond)), inMs(longestMs), percent(late)];
        }),
      ),
    );
  }

  show();
  return [h('p', { class: 'lab-title lab-second' }, 'Two rules for the size'), controls(target.element, slowdown.element), curves.element, totals.element];
}

function inMs(ms: number): string {
  return `${Number(ms.toFixed(1)).toLocaleString('en-GB')} ms`;
}
