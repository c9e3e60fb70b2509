// The results as one page that needs nothing else: no script, no font, no network.

import { rowsOf, short } from './report.ts';
import type { ScenarioResult } from './result.ts';
import { quantile, randomNumbers } from './statistics.ts';

const LEFT = 130;
const WIDTH = 720;
const RIGHT = 90;
const ROW = 34;
const AXIS = 26;

const STYLE = `
  :root { color-scheme: light dark; --ink: #1c2733; --dim: #66727f; --dot: #2a7ab0; --box: #9cc4de; --back: #fff; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e4e9ee; --dim: #93a0ad; --dot: #6db7e8; --box: #2f5f80; --back: #14191f; }
  }
  body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); }
  body { max-width: 960px; margin: 2rem auto; padding: 0 1rem; }
  svg { width: 100%; height: auto; } text { font-size: 13px; fill: var(--ink); } .dim { fill: var(--dim); color: var(--dim); }
  circle { fill: var(--dot); fill-opacity: .45; } rect { fill: var(--box); fill-opacity: .6; }
  .median { stroke: var(--ink); stroke-width: 2; } .grid { stroke: var(--dim); stroke-opacity: .3; }
  table { border-collapse: collapse; } td, th { text-align: right; padding: .1rem .8rem .1rem 0; }
  td:first-child, th:first-child { text-align: left; }`;

export function pageOf(results: readonly ScenarioResult[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Measured</title><style>${STYLE}</style></head><body>
<h1>Measured</h1>
<p class="dim">A dot is a sample, a bar the middle half of them, a line the median. The scale is logarithmic: equal distances
are equal ratios. Further left is better.</p>
${results.map(sectionOf).join('\n')}
</body></html>
`;
}

function sectionOf(result: ScenarioResult): string {
  const failures = [...result.failures].map(([name, { message }]) => {
    return `<p>${escape(name)}: not measured. ${escape(message)}</p>`;
  });
  return `<section><h2>${escape(result.scenario.name)}</h2>
${result.measured.length > 0 ? plotOf(result) + tableOf(result) : ''}
${failures.join('\n')}</section>`;
}

function plotOf(result: ScenarioResult): string {
  const subjects = result.measured.map((name) => ({ name, samples: result.samplesOf(name) }));
  const all = subjects.flatMap(({ samples }) => samples).filter((sample) => sample > 0);
  const [low, high] = [Math.log(quantile(all, 0) * 0.9), Math.log(quantile(all, 1) * 1.1)];
  const at = (value: number) => fixed(LEFT + ((Math.log(value) - low) / (high - low)) * WIDTH);
  const height = subjects.length * ROW + AXIS;
  const random = randomNumbers(3); // dots beside one another are told apart by height, which means nothing
  const rows = subjects.map(({ name, samples }, index) => {
    const middle = (index + 0.5) * ROW;
    const shown = samples.filter((sample) => sample > 0);
    const [left, centre, right] = [0.25, 0.5, 0.75].map((share) => at(quantile(shown, share)));
    const dots = shown.map((sample) => `<circle cx="${at(sample)}" cy="${fixed(middle + (random() - 0.5) * 14)}" r="2.5"/>`);
    return `<text x="0" y="${middle + 4}">${escape(name)}</text>
<rect x="${left}" y="${middle - 9}" width="${fixed(right! - left!)}" height="18"/>${dots.join('')}
<line class="median" x1="${centre}" x2="${centre}" y1="${middle - 12}" y2="${middle + 12}"/>
<text x="${LEFT + WIDTH + 8}" y="${middle + 4}">${short(quantile(shown, 0.5))}</text>`;
  });
  const grid = ticks(Math.exp(low), Math.exp(high)).map(
    (tick) => `<line class="grid" x1="${at(tick)}" x2="${at(tick)}" y1="0" y2="${height - AXIS}"/>
<text class="dim" x="${at(tick)}" y="${height - 8}" text-anchor="middle">${short(tick)}</text>`,
  );
  const label = `${result.scenario.name}, ${result.scenario.unit}, of ${subjects.map(({ name }) => name).join(', ')}`;
  return `<svg viewBox="0 0 ${LEFT + WIDTH + RIGHT} ${height}" role="img" aria-label="${escape(label)}">
${grid.join('\n')}
${rows.join('\n')}
<text class="dim" x="0" y="${height - 8}">${result.scenario.unit}</text></svg>`;
}

function tableOf(result: ScenarioResult): string {
  const rows = rowsOf(result).map(({ name, value, ratio: { ratio, interval }, samples, verdict }) => {
    const cells = [name, short(value), short(ratio), interval.map(short).join(' to '), verdict, String(samples)];
    return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  });
  const [first = ''] = result.measured;
  const head = ['', result.scenario.unit, `ratio to ${first}`, '99% interval', 'verdict', 'samples'];
  const aa = result.aa.interval.map(short).join(' to ');
  return `<table><tr>${head.map((cell) => `<th>${escape(cell)}</th>`).join('')}</tr>${rows.join('')}</table>
<p class="dim">One subject was measured twice, as if it were two: their ratio is ${aa}.</p>`;
}

/** Round numbers between two others: 1, 2 and 5 times the powers of ten. */
export function ticks(low: number, high: number): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of [1, 2, 5]) found.push(digit * 10 ** power);
  }
  return found.filter((tick) => tick >= low && tick <= high);
}

const fixed = (value: number) => Math.round(value * 10) / 10;

const escape = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
