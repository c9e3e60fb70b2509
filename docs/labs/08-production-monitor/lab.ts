// One signal, four ways to be told of it.

import { amount, chart, choice, controls, count, h, lab, status, table, writing } from '../parts.ts';
import { badMinutes, FACTOR, MINUTES, type Settings, type Signal, signalIn, SIGNALS, watch } from './model.ts';

lab('08-production-monitor', 'Whom it wakes, and how often', () => {
  let signal: Signal = SIGNALS.flapping;

  const source = choice(
    'What goes wrong',
    {
      flapping: 'flapping: bad for two minutes of three',
      rise: 'a slow rise, with noise',
      spike: 'two spikes',
      burn: 'two per cent, all the time',
      own: 'what you draw, or write below',
    },
    'flapping',
    () => {
      if (source.value !== 'own') take(SIGNALS[source.value]);
    },
  );
  const minutes = (value: number) => `${value} min`;
  const perCent = (value: number) => `${value} %`;
  const slider = (text: string, max: number, value: number, show: (value: number) => string) =>
    amount(text, { min: 0, max, value, show }, () => update());
  const threshold = slider('Fires above', 20, 5, perCent);
  const clear = slider('Clears at', 20, 2, perCent);
  const forMinutes = slider('Holds for', 30, 1, minutes);
  const keepFiring = slider('Keeps firing for', 30, 5, minutes);
  const silentFrom = slider('Silent from minute', MINUTES - 1, 60, String);
  const silentFor = slider('Silent for', MINUTES, 0, minutes);
  const values = writing('Per cent of the requests that fail, minute by minute', 2, () => {
    source.value = 'own';
    signal = signalIn(values.value);
    update();
  });

  const says = status();
  const curves = chart('Requests that fail');
  const told = chart('When it fires');
  const totals = table('Who is told how often', ['', 'pages', 'all-clears', 'first at minute', 'minutes firing']);

  function take(next: Signal): void {
    signal = next;
    values.value = next.join(' ');
    update();
  }

  function update(): void {
    const settings: Settings = {
      thresholdPercent: threshold.value,
      clearPercent: clear.value,
      forMinutes: forMinutes.value,
      keepFiringMinutes: keepFiring.value,
      silentFrom: silentFrom.value,
      silentMinutes: silentFor.value,
    };
    const bad = badMinutes(signal, settings);
    const rules = {
      'threshold alone': watch(signal, 'threshold', settings),
      'your settings': watch(signal, 'settings', settings),
      [`burn rate ${FACTOR}`]: watch(signal, 'burn', settings),
    };
    const at = (minute: number | undefined) => (minute === undefined ? '–' : String(minute));
    totals.show([
      ['each bad minute', count(bad.length), '0', at(bad[0]), count(bad.length)],
      ...Object.entries(rules).map(([name, { pages, allClears, states }]) => {
        const firing = states.filter((state) => state === 'firing').length;
        return [name, count(pages.length), count(allClears.length), at(pages[0]), count(firing)];
      }),
    ]);
    const pagesOf = (pages: readonly number[]) => `${pages.length} ${pages.length === 1 ? 'page' : 'pages'}`;
    const sentences = Object.entries(rules).map(([name, { pages }]) => `${name}, ${pagesOf(pages)}`);
    says.textContent = signal.length === 0 ? 'There is no signal.' : `${sentences.join('; ')}.`.replace(/^t/, 'T');
    const span = ['minute 0', `minute ${Math.max(0, signal.length - 1)}`];
    const most = topOf(signal);
    curves.show({
      says: `${bad.length} of ${signal.length} minutes are above ${settings.thresholdPercent} per cent`,
      series: [
        { name: 'fail', values: signal },
        { name: 'fires above', values: signal.map(() => settings.thresholdPercent) },
      ],
      most,
      scale: [most, most / 2, 0].map((percent) => perCent(Math.round(percent))),
      span,
    });
    const lanes = Object.entries(rules).reverse();
    told.show({
      says: sentences.join('; '),
      series: lanes.map(([name, { states }], lane) => {
        return { name, values: states.map((state) => lane + (state === 'firing' ? 0.8 : 0.1)) };
      }),
      most: lanes.length,
      scale: [],
      span,
    });
  }

  // ---- Drawing with a pointer; the values can be written as well ----

  function draw({ clientX, clientY, buttons }: PointerEvent): void {
    const plot = curves.element.querySelector('svg');
    if (buttons !== 1 || !plot) return;
    const { left, top, width, height } = plot.getBoundingClientRect();
    const minute = Math.round(((clientX - left) / width) * (MINUTES - 1));
    const percent = Math.round(10 * topOf(signal) * Math.min(1, Math.max(0, 1 - (clientY - top) / height))) / 10;
    if (minute < 0 || minute >= MINUTES) return;
    source.value = 'own';
    take(Array.from({ length: MINUTES }, (_, at) => (at === minute ? percent : (signal[at] ?? 0))));
  }
  curves.element.addEventListener('pointerdown', draw);
  curves.element.addEventListener('pointermove', draw);
  curves.element.style.touchAction = 'pan-y';

  take(signal);
  return [
    controls(source.element),
    curves.element,
    controls(...[threshold, clear, forMinutes, keepFiring, silentFrom, silentFor].map(({ element }) => element)),
    says,
    told.element,
    totals.element,
    h('details', {}, h('summary', {}, 'The signal as numbers'), values.element),
  ];
});

/** What stands at the top of the picture, in per cent: as much as can be drawn. */
function topOf(signal: Signal): number {
  return Math.max(20, ...signal);
}
