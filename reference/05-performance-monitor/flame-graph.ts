// A flame graph, after Brendan Gregg's [6].

import type { CallNode, Milliseconds } from './options.ts';
import { printable, threeDigits } from './table.ts';

/** In pixels, as far as an SVG has them. */
const WIDTH = 1_200;
const ROW = 18;
const CHARACTER = 7.2;
const MARGIN = 4;

/** A node, and where it stands. */
interface Flame {
  readonly node: CallNode;
  readonly row: number;
  readonly left: number;
  readonly width: number;
}

/**
 * An SVG document that needs nothing else. Below each operation stands what was nested in it, as wide as all
 * the self time in it: so what ran side by side stands side by side, and is never wider than what it is in.
 * An operation has the same colour wherever it stands, and its figures are shown by the tooltip.
 */
export function flameGraph(tree: readonly CallNode[]): string {
  const flames: Flame[] = [];
  layOut(tree, 0, 0, flames);
  const all = Math.max(0, ...flames.filter(({ row }) => row === 0).map(({ left, width }) => left + width));
  const scale = all > 0 ? WIDTH / all : 0;
  const height = ROW * (1 + flames.reduce((lowest, { row }) => Math.max(lowest, row), 0));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" style="font: 12px monospace">`,
    ...flames.map((flame) => drawn(flame, scale)),
    '</svg>',
  ].join('\n');
}

/** Places the nodes from `left` on, each with what is nested in it. Returns how wide they are. */
// #region layout
function layOut(nodes: readonly CallNode[], row: number, left: Milliseconds, flames: Flame[]): Milliseconds {
  let x = left;
  for (const node of nodes) {
    const width = node.selfMs + layOut(node.nested, row + 1, x, flames);
    flames.push({ node, row, left: x, width });
    x += width;
  }
  return x - left;
}
// #endregion layout

function drawn({ node, row, left, width }: Flame, scale: number): string {
  const { operation, count, totalMs, selfMs } = node;
  const name = printable(operation);
  const figures = `${count} calls, ${threeDigits(totalMs)} ms, of its own ${threeDigits(selfMs)} ms`;
  const [x, y, wide] = [left * scale, row * ROW, width * scale];
  const room = Math.floor((wide - 2 * MARGIN) / CHARACTER);
  const fill = colourOf(operation);
  const label = name.length <= room ? name : `${name.slice(0, Math.max(0, room - 1)).toWellFormed()}…`;
  return [
    '<g>',
    `<title>${escaped(`${name}: ${figures}`)}</title>`,
    `<rect x="${rounded(x)}" y="${y}" width="${rounded(wide)}" height="${ROW - 1}" fill="${fill}"/>`,
    room < 3 ? '' : `<text x="${rounded(x + MARGIN)}" y="${y + 13}">${escaped(label)}</text>`,
    '</g>',
  ].join('');
}

/** Warm, and told by the name. */
function colourOf(operation: string): string {
  let hash = 0;
  for (let i = 0; i < operation.length; i++) hash = (hash * 31 + operation.charCodeAt(i)) % 997;
  return `hsl(${10 + (hash % 45)} 90% ${60 + (hash % 12)}%)`;
}

/** To a thousandth of a pixel: fewer bytes, and no exponent. */
const rounded = (pixels: number) => Number(pixels.toFixed(3));

/** Whoever names an operation must not be able to write a tag. */
const escaped = (text: string) => text.replaceAll(/[<>&"']/g, (sign) => `&#${sign.codePointAt(0)};`);
