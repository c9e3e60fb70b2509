// One trace through LRU and SIEVE, side by side.

import { amount, button, chart, choice, controls, count, h, lab, percent, status, table, writing } from '../parts.ts';
import { type Moment, play, totalOf } from './model.ts';
import { keysIn, TRAFFIC } from './traffic.ts';

const LENGTH = 300;
const MOST_KEYS = 1_000;
const POLICIES = { lru: 'LRU', sieve: 'SIEVE' } as const;
const ORDER = { lru: 'last used first', sieve: 'last stored first' } as const;

lab('01-metadata-cache', 'One trace, two policies', () => {
  const names = Object.keys(POLICIES) as (keyof typeof POLICIES)[];
  let moments: Moment[][] = [];
  let playing: ReturnType<typeof setInterval> | undefined;

  const traffic = choice(
    'Traffic',
    {
      zipf: 'Zipf: few keys are popular',
      scan: 'Zipf, with two scans in it',
      loop: 'a loop over 12 keys',
      phases: 'popularity that moves',
      own: 'the keys below, as you change them',
    },
    'zipf',
    () => {
      if (traffic.value !== 'own') keys.value = TRAFFIC[traffic.value](LENGTH).join(' ');
      start();
    },
  );
  const capacity = amount('Entries kept', { min: 2, max: 16, value: 8 }, () => start());
  const keys = writing(`Keys, in the order in which they are asked for; at most ${count(MOST_KEYS)}`, 3, () => {
    traffic.value = 'own';
    start();
  });
  const request = amount('Request', { min: 1, max: LENGTH, value: 1 }, () => showMoment());
  const step = (by: number) => {
    request.value += by;
    showMoment();
  };
  const stop = () => {
    clearInterval(playing);
    playing = undefined;
    run.textContent = 'Play';
  };
  const run = button('Play', () => {
    if (playing !== undefined) return stop();
    run.textContent = 'Pause';
    playing = setInterval(() => (request.value < request.max ? step(1) : stop()), 250);
  });

  const says = status();
  const panes = names.map(() => h('div', { class: 'lab-pane' }));
  const curves = chart('Hit ratio so far');
  const totals = table('The whole trace', ['', 'hits', 'misses', 'evictions', 'hit ratio']);

  function start(): void {
    stop();
    const trace = keysIn(keys.value, MOST_KEYS);
    moments = names.map((policy) => play(trace, capacity.value, policy));
    request.max = Math.max(1, trace.length);
    request.value = Math.min(request.max, capacity.value + 1);
    totals.show(
      names.map((policy, index) => {
        const { hits, misses, evictions, hitRatio } = totalOf(moments[index]!);
        return [POLICIES[policy], count(hits), count(misses), count(evictions), percent(hitRatio)];
      }),
    );
    showMoment();
  }

  function showMoment(): void {
    const at = request.value - 1;
    const present = moments.map((all) => all[at]);
    says.textContent = present[0]
      ? `Request ${at + 1} asks for ${present[0].key}. ${names.map((policy, index) => `${POLICIES[policy]}: ${outcome(present[index]!)}.`).join(' ')}`
      : 'There are no keys.';
    for (const [index, policy] of names.entries()) {
      const { key, kept } = present[index] ?? { key: '', kept: [] };
      const cells = Array.from({ length: capacity.value }, (_, place) => cell(kept[place], key));
      const label = `${POLICIES[policy]}, ${ORDER[policy]}`;
      panes[index]!.replaceChildren(h('p', {}, label), h('ol', { class: 'lab-cells', 'aria-label': `Entries kept by ${label}` }, ...cells));
    }
    const last = moments[0]!.length;
    const ratios = names.map((policy, index) => `${POLICIES[policy]} ${percent(present[index]?.hitRatio ?? 0)}`);
    curves.show({
      says: `after request ${at + 1} of ${last}, ${ratios.join(', ')}`,
      series: names.map((policy, index) => ({ name: POLICIES[policy], values: moments[index]!.map(({ hitRatio }) => hitRatio) })),
      most: 1,
      scale: ['100%', '50%', '0%'],
      span: ['request 1', `request ${count(last)}`],
      mark: at / Math.max(1, last - 1),
    });
  }

  keys.value = TRAFFIC.zipf(LENGTH).join(' ');
  start();
  return [
    controls(traffic.element, capacity.element),
    keys.element,
    controls(request.element, h('div', { class: 'lab-buttons' }, button('Back', () => step(-1)), button('Forward', () => step(1)), run)),
    says,
    h('div', { class: 'lab-panes' }, ...panes),
    curves.element,
    totals.element,
  ];
});

function outcome({ isHit, evicted }: Moment): string {
  if (isHit) return 'a hit';
  return evicted === undefined ? 'a miss' : `a miss, and ${evicted} goes`;
}

function cell(entry: Moment['kept'][number] | undefined, asked: string): HTMLElement {
  if (entry === undefined) return h('li', { class: 'lab-cell lab-empty', 'aria-hidden': 'true' }, '·');
  const state = entry.key === asked ? ' lab-asked' : '';
  const hits = `${entry.hits} ${entry.hits === 1 ? 'hit' : 'hits'}`;
  return h('li', { class: `lab-cell${state}`, title: hits }, entry.key, h('span', {}, hits));
}
