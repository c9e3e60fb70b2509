// The same values, kept in four ways; and handed out as one copy, or as many.

import '../node/buffer.ts';
import { amount, bars, button, controls, count, h, lab, status, table, writing } from '../parts.ts';
import { partsHeld, sample, valuesIn, ways } from './model.ts';

/** How long each way is measured for. */
const MEASURED_MS = 30;

lab('04-compressed-storage', 'The same values, kept in four ways', () => {
  const all = ways();
  const text = writing('JSON; of a list, each element is a value', 6, () => show());
  const callers = amount('Callers who retrieve all of it', { min: 1, max: 20, value: 5 }, () => show());
  const says = status();
  const bytes = bars('Bytes kept');
  const times = bars('Microseconds to encode and decode, in this browser; press Measure');
  const parts = bars('Objects and lists in the hands of callers');
  const totals = table('In numbers', ['', 'bytes', 'of JSON']);

  function show(): void {
    let values: readonly unknown[];
    try {
      values = valuesIn(text.value);
    } catch (error) {
      says.textContent = `That is no JSON: ${(error as Error).message}`;
      return;
    }
    const sizes = all.map(({ keep }) => values.reduce<number>((sum, value) => sum + keep(value).bytes, 0));
    says.textContent = `${count(values.length)} ${values.length === 1 ? 'value' : 'values'}, each by itself.`;
    bytes.show(all.map(({ name }, index) => ({ name, value: sizes[index]!, text: `${count(sizes[index]!)} B` })));
    totals.show(all.map(({ name }, index) => [name, count(sizes[index]!), `${((100 * sizes[index]!) / sizes[0]!).toFixed(1)}%`]));
    const held = [false, true].map((share) => partsHeld(values, callers.value, share));
    parts.show(
      ['a copy for each', 'shared, and equal parts once'].map((name, index) => ({ name, value: held[index]!, text: count(held[index]!) })),
    );
    times.show(all.map(({ name }) => ({ name, value: 0, text: '–' })));
  }

  function measure(): void {
    const values = valuesIn(text.value);
    const perValue = all.map(({ keep }) => {
      let rounds = 0;
      const start = performance.now();
      while (rounds < 3 || performance.now() - start < MEASURED_MS) {
        for (const value of values) keep(value).read();
        rounds++;
      }
      return (1_000 * (performance.now() - start)) / rounds / values.length;
    });
    times.show(all.map(({ name }, index) => ({ name, value: perValue[index]!, text: `${count(Math.round(perValue[index]!))} µs` })));
  }

  text.value = sample();
  show();
  const explained =
    'Encoder, dictionary and sharing are the reference. A browser has no zlib: deflate is fflate here, some per cent away from it in bytes, and further in time.';
  return [
    text.element,
    controls(callers.element, button('Measure', measure)),
    h('p', {}, explained),
    says,
    bytes.element,
    times.element,
    parts.element,
    totals.element,
  ];
});
