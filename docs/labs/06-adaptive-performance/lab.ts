// One trace through LRU, SIEVE and the cache that adapts, and what it thinks of its own memory meanwhile.

import '../node/process.ts';
import { amount, chart, choice, controls, count, h, lab, percent, status, table } from '../parts.ts';
import { keysOf, play, playAdaptive, REQUESTS } from './model.ts';

const TRAFFIC = {
  zipf: 'Zipf: few keys are popular',
  scan: 'Zipf, with scans in it',
  loop: 'a loop over 500 keys',
  drift: 'Zipf, whose ranks move',
  phases: '200 keys, then 200 others',
} as const;
const MEMORIES = { long: 'long', short: 'short', none: 'none: LRU' } as const;
const IN_THE_END = { long: 'a long memory', short: 'a short memory', none: 'no memory, and is LRU' } as const;
const SCALE = ['100%', '50%', '0%'];
const SPAN = ['request 1', count(REQUESTS / 2), count(REQUESTS)];

lab('06-adaptive-performance', 'Three caches, and traffic that changes', () => {
  const first = choice('At first', TRAFFIC, 'zipf', () => show());
  const second = choice('After half of the requests', TRAFFIC, 'phases', () => show());
  const capacity = amount('Entries kept', { min: 64, max: 480, step: 32, value: 256 }, () => show());

  const says = status();
  const curves = chart('Hit ratio, of 400 requests at a time');
  const minds = chart('Memory of the adaptive cache, share of the requests');
  const totals = table('Requests answered', ['', 'first half', 'second half', 'all']);

  function show(): void {
    const keys = keysOf(first.value, second.value);
    const adaptive = playAdaptive(keys, capacity.value);
    const courses = {
      LRU: play(keys, capacity.value, 'lru'),
      SIEVE: play(keys, capacity.value, 'sieve'),
      adaptive,
    };
    const named = Object.entries(courses);
    const answered = named.map(([name, { summary }]) => `${name} ${percent(summary[2])}`).join(', ');
    const end = `In the end the adaptive cache has ${IN_THE_END[adaptive.last]}.`;
    says.textContent = `Of all requests are answered: ${answered}. ${end}`;
    curves.show({
      says: answered,
      series: named.map(([name, { hitRatios }]) => ({ name, values: hitRatios })),
      most: 1,
      scale: SCALE,
      span: SPAN,
      mark: 0.5,
    });
    const parts = Object.entries(MEMORIES).map(([memory, name]) => {
      const values = adaptive.memories[memory as keyof typeof MEMORIES];
      return { name, values, mean: values.reduce((sum, value) => sum + value, 0) / values.length };
    });
    minds.show({
      says: parts.map(({ name, mean }) => `${name} for ${percent(mean)}`).join('; '),
      series: parts,
      most: 1,
      scale: SCALE,
      span: SPAN,
      mark: 0.5,
    });
    totals.show(named.map(([name, { summary }]) => [name, ...summary.map(percent)]));
  }

  show();
  const explained = 'A loop has more keys than there is room for; a scan asks for keys that never come again.';
  return [
    h('p', {}, explained),
    controls(first.element, second.element),
    controls(capacity.element),
    says,
    curves.element,
    minds.element,
    totals.element,
  ];
});
