// A hundred callers on three keys, and what an invalidation reaches.

import { amount, count, controls, h, lab, legend, button, status, svg, table, toggle } from '../parts.ts';
import { type Caller, DEPENDENCIES, KEYS, rush, Shop } from './model.ts';

const CALLERS = 100;
const DID = { loads: 'begins a load', joins: 'waits for a load under way', finds: 'finds the value' } as const;

lab('02-lazy-loader', 'A hundred callers, three keys', () => {
  const isDeduplicated = toggle('One load for all who ask meanwhile', true, () => void show());
  const within = amount('They all come within', { min: 20, max: 400, step: 20, value: 200, show: inMs }, () => void show());
  const load = amount('A load takes', { min: 10, max: 200, step: 10, value: 60, show: inMs }, () => void show());
  const expire = amount('A value is good for', { min: 0, max: 400, step: 20, value: 400, show: (ms) => (ms === 400 ? 'ever' : inMs(ms)) }, () => void show());
  const says = status();
  const timeline = h('figure', { class: 'lab-chart lab-timeline' });
  const totals = table('By key', ['', 'callers', 'loads', 'joined', 'found', 'longest wait']);

  async function show(): Promise<void> {
    const expireAfterMs = expire.value === 400 ? Infinity : expire.value;
    const callers = await rush({ callers: CALLERS, withinMs: within.value, loadMs: load.value, expireAfterMs }, isDeduplicated.value);
    const loads = callers.filter(({ did }) => did === 'loads').length;
    says.textContent = `${count(loads)} ${loads === 1 ? 'load answers' : 'loads answer'} ${CALLERS} callers.`;
    timeline.replaceChildren(
      h('figcaption', {}, 'Who waits, and for what', legend(Object.values(DID))),
      h('div', { class: 'lab-scale', 'aria-hidden': 'true' }, ...KEYS.map((key) => h('span', { style: `flex: ${numberOf(callers, key)}` }, key))),
      picture(callers),
      h('div', { class: 'lab-span', 'aria-hidden': 'true' }, h('span', {}, '0 ms'), h('span', {}, inMs(endOf(callers)))),
    );
    totals.show(
      KEYS.map((key) => {
        const own = callers.filter((caller) => caller.key === key);
        const did = (what: Caller['did']) => count(own.filter((caller) => caller.did === what).length);
        const longest = Math.max(0, ...own.map(({ askedAt, answeredAt }) => answeredAt - askedAt));
        return [key, count(own.length), did('loads'), did('joins'), did('finds'), inMs(longest)];
      }),
    );
  }

  void show();
  return [
    controls(isDeduplicated.element),
    controls(within.element, load.element, expire.element),
    says,
    timeline,
    totals.element,
    ...graph(),
  ];
});

/** A row for each caller, from question to answer. */
function picture(callers: readonly Caller[]): SVGElement {
  const end = endOf(callers);
  const label = 'Each caller as a line from question to answer; the numbers are in the table below';
  const plot = svg('svg', { viewBox: `0 0 1000 ${3 * callers.length}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
  for (const [row, { askedAt, answeredAt, did }] of callers.entries()) {
    const [x1, x2] = [(1000 * askedAt) / end, (1000 * answeredAt) / end];
    const series = Object.keys(DID).indexOf(did) + 1;
    plot.append(svg('line', { x1, x2: Math.max(x2, x1 + 6), y1: 3 * row + 1.5, y2: 3 * row + 1.5, class: `lab-caller lab-series-${series}` }));
  }
  return plot;
}

function numberOf(callers: readonly Caller[], key: string): number {
  return callers.filter((caller) => caller.key === key).length;
}

function endOf(callers: readonly Caller[]): number {
  return Math.max(1, ...callers.map(({ answeredAt }) => answeredAt));
}

function inMs(ms: number): string {
  return `${count(ms)} ms`;
}

// ---- The graph ------------------------------------------------------------------------------------------

function graph(): HTMLElement[] {
  let shop = new Shop();
  const says = status();
  const nodes = h('ul', { class: 'lab-nodes' });

  function show(text: string): void {
    says.textContent = text;
    const items = shop.nodes.map(({ key, state }) => {
      const needs = DEPENDENCIES[key]!;
      const press = button(`Invalidate ${key}`, () => {
        const forgotten = shop.invalidate(key);
        show(`${key} is invalid, and with it all that was made from it: ${forgotten.length} of ${shop.nodes.length} are forgotten.`);
        nodes.querySelector<HTMLButtonElement>(`[data-key=${key}] button`)!.focus();
      });
      const loads = shop.loads.get(key) ?? 0;
      return h(
        'li',
        { 'data-key': key, 'data-state': state },
        h('strong', {}, key),
        h('span', {}, needs.length === 0 ? 'needs nothing' : `needs ${needs.join(' and ')}`),
        h('span', {}, `${state === 'registered' ? 'not loaded' : state}; loads: ${loads}`),
        press,
      );
    });
    nodes.replaceChildren(...items);
  }

  const getReport = async () => {
    const loads = await shop.get('Report');
    show(`Report was asked for: ${loads === 0 ? 'all was there' : `${loads} ${loads === 1 ? 'load' : 'loads'}, each dependency before what needs it`}.`);
  };
  const startAgain = () => {
    shop = new Shop();
    show('Nothing is loaded yet.');
  };
  startAgain();
  return [
    h('p', { class: 'lab-title lab-second' }, 'What an invalidation reaches'),
    h('div', { class: 'lab-buttons' }, button('Get Report', () => void getReport()), button('Start again', startAgain)),
    says,
    nodes,
  ];
}
