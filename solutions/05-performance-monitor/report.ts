import type { CallNode, PerformanceMetrics, PerformanceReport } from '#contract/05-performance-monitor';

// #region solution only
type Column = readonly [title: string, cell: (metrics: PerformanceMetrics) => string];

const COLUMNS: readonly Column[] = [
  ['operation', ({ operation }) => printable(operation)],
  ['count', ({ count }) => String(count)],
  ['errors', ({ errors }) => String(errors)],
  ['per second', ({ ratePerSecond }) => rounded(ratePerSecond)],
  ['total ms', ({ totalMs }) => rounded(totalMs)],
  ['self ms', ({ selfMs }) => rounded(selfMs)],
  ['mean ms', ({ meanMs }) => rounded(meanMs)],
  ['p50 ms', ({ p50Ms }) => rounded(p50Ms)],
  ['p95 ms', ({ p95Ms }) => rounded(p95Ms)],
  ['p99 ms', ({ p99Ms }) => rounded(p99Ms)],
  ['max ms', ({ maxMs }) => rounded(maxMs)],
];

const WIDTH = 1_200;
const ROW = 18;
/** Of a character of the text in a row, with some room. */
const CHARACTER = 7.5;

// #endregion
/**
 * A table for people: a line for each operation, the largest self time first. Times are rounded to three
 * digits; `JSON.stringify(report)` is for machines.
 */
export function formatReport(report: PerformanceReport): string {
  // #region step 5.7
  const bySelfTime = report.operations.toSorted((a, b) => b.selfMs - a.selfMs);
  const head = COLUMNS.map(([title]) => title);
  const rows = [head, ...bySelfTime.map((metrics) => COLUMNS.map(([, cell]) => cell(metrics)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(([name, ...numbers]) => {
      const right = numbers.map((number, index) => number.padStart(widths[index + 1]!));
      return [name!.padEnd(widths[0]!), ...right].join('  ');
    })
    .join('\n');
  // #endregion
}

/**
 * A flame graph as an SVG document: below each operation stands what was nested in it, as wide as all the
 * self time in it. What ran side by side stands side by side.
 *
 * After Brendan Gregg's.
 */
export function flameGraph(tree: readonly CallNode[]): string {
  // #region step 5.7
  const all = tree.reduce((sum, node) => sum + timeIn(node), 0);
  const rows = Math.max(1, ...tree.map(depthOf));
  const scale = all === 0 ? 0 : WIDTH / all;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${rows * ROW}" font-size="12">`;
  return [head, ...drawRow(tree, 0, 0, scale), '</svg>'].join('\n');
  // #endregion
}
// #region solution only

function drawRow(nodes: readonly CallNode[], left: number, row: number, scale: number): string[] {
  let x = left;
  return nodes.flatMap((node) => {
    const width = timeIn(node) * scale;
    const drawn = [draw(node, x, row, width), ...drawRow(node.nested, x, row + 1, scale)];
    x += width;
    return drawn;
  });
}

function draw(node: CallNode, x: number, row: number, width: number): string {
  const { operation, count, totalMs, selfMs } = node;
  const name = escaped(printable(operation));
  const title = `${name}: ${count} calls, ${rounded(totalMs)} ms, ${rounded(selfMs)} ms of its own`;
  const hue = 10 + ((row * 17) % 40);
  const fits = operation.length * CHARACTER < width;
  return [
    `<g><title>${title}</title>`,
    `<rect x="${x}" y="${row * ROW}" width="${width}" height="${ROW - 1}" fill="hsl(${hue} 90% 65%)"/>`,
    fits ? `<text x="${x + 3}" y="${row * ROW + 13}">${name}</text></g>` : '</g>',
  ].join('');
}

/** Not the total: what ran side by side would be wider than what it was nested in. */
function timeIn({ selfMs, nested }: CallNode): number {
  return nested.reduce((sum, node) => sum + timeIn(node), selfMs);
}

function depthOf({ nested }: CallNode): number {
  return 1 + Math.max(0, ...nested.map(depthOf));
}

const THREE_DIGITS = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, useGrouping: false });

const rounded = (value: number) => THREE_DIGITS.format(value);

/** Without what breaks a line, or must not stand in XML even as an entity. */
function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
// #endregion
