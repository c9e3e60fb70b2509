import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type Drive, rowsOf, said, tabTo } from '../driving.ts';
import { badMinutes, type Outcome, type Settings, type Signal, signalIn, SIGNALS, watch } from './model.ts';

const DEFAULTS: Settings = {
  thresholdPercent: 5,
  clearPercent: 2,
  forMinutes: 1,
  keepFiringMinutes: 5,
  silentFrom: 60,
  silentMinutes: 0,
};

const SLIDERS: Readonly<Record<keyof Settings, string>> = {
  thresholdPercent: 'Fires above',
  clearPercent: 'Clears at',
  forMinutes: 'Holds for',
  keepFiringMinutes: 'Keeps firing for',
  silentFrom: 'Silent from minute',
  silentMinutes: 'Silent for',
};

const totals = (lab: Locator) => rowsOf(lab.getByRole('table'));
const values = (lab: Locator) => lab.getByLabel(/^Per cent of the requests/);

function expected(signal: Signal, settings: Settings): Record<string, string[]> {
  const at = (minute: number | undefined) => (minute === undefined ? '–' : String(minute));
  const cells = ({ pages, allClears, states }: Outcome) => {
    const firing = states.filter((state) => state === 'firing').length;
    return [String(pages.length), String(allClears.length), at(pages[0]), String(firing)];
  };
  const bad = badMinutes(signal, settings);
  return {
    'each bad minute': [String(bad.length), '0', at(bad[0]), String(bad.length)],
    'threshold alone': cells(watch(signal, 'threshold', settings)),
    'your settings': cells(watch(signal, 'settings', settings)),
    'burn rate 14.4': cells(watch(signal, 'burn', settings)),
  };
}

export default {
  'the pages of each signal are those of the reference in Node': async (lab) => {
    for (const name of ['rise', 'spike', 'burn', 'flapping'] as const) {
      await lab.getByLabel('What goes wrong').selectOption(name);
      assert.deepEqual(await totals(lab), expected(SIGNALS[name], DEFAULTS));
    }
  },

  'each setting does what it does in the reference': async (lab) => {
    const changed: Settings = {
      thresholdPercent: 8,
      clearPercent: 6,
      forMinutes: 0,
      keepFiringMinutes: 0,
      silentFrom: 40,
      silentMinutes: 45,
    };
    let settings = DEFAULTS;
    for (const name of Object.keys(SLIDERS) as (keyof Settings)[]) {
      settings = { ...settings, [name]: changed[name] };
      await lab.getByRole('slider', { name: SLIDERS[name] }).fill(String(changed[name]));
      assert.deepEqual(await totals(lab), expected(SIGNALS.flapping, settings));
    }
  },

  'flapping pages once with the settings, and again and again without': async (lab) => {
    const { 'threshold alone': alone, 'your settings': settings } = await totals(lab);
    assert.ok(Number(alone![0]) > 20);
    assert.equal(settings![0], '1');
    assert.match((await said(lab))!, /^Threshold alone, \d+ pages; your settings, 1 page; burn rate 14\.4, 1 page\.$/);
  },

  'a signal of one\'s own is drawn, or written': async (lab, page) => {
    const plot = lab.getByRole('img', { name: /^Requests that fail/ });
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.05, box.y + 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.1, box.y + 4, { steps: 20 });
    await page.mouse.up();
    assert.equal(await lab.getByLabel('What goes wrong').inputValue(), 'own');
    await lab.getByText('The signal as numbers').click();
    const drawn = signalIn(await values(lab).inputValue());
    assert.notDeepEqual(drawn, SIGNALS.flapping);
    assert.deepEqual(await totals(lab), expected(drawn, DEFAULTS));
    const written = '0 0 90 90, 90 90\n0 <b>50</b> 9';
    await values(lab).fill(written);
    assert.deepEqual(await totals(lab), expected(signalIn(written), DEFAULTS));
    await values(lab).fill('');
    assert.equal(await said(lab), 'There is no signal.');
  },

  'the keyboard is enough': async (lab, page) => {
    await tabTo(page, 'What goes wrong');
    await page.keyboard.type('two spikes');
    await tabTo(page, 'Holds for');
    await page.keyboard.press('Home');
    assert.deepEqual(await totals(lab), expected(SIGNALS.spike, { ...DEFAULTS, forMinutes: 0 }));
    await tabTo(page, 'The signal as numbers');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Per cent of the requests that fail, minute by minute');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('50 50 50');
    assert.deepEqual(await totals(lab), expected([50, 50, 50], { ...DEFAULTS, forMinutes: 0 }));
  },
} satisfies Drive;
