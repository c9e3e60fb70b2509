import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type Drive, rowsOf, said, tabTo } from '../driving.ts';
import { type Course, keysOf, play, playAdaptive, type TrafficName } from './model.ts';

const totals = (lab: Locator) => rowsOf(lab.getByRole('table'));

function expected(first: TrafficName, second: TrafficName, maxEntries: number): Record<string, string[]> {
  const keys = keysOf(first, second);
  const cells = ({ summary }: Course) => summary.map((ratio) => `${(100 * ratio).toFixed(1)}%`);
  return {
    LRU: cells(play(keys, maxEntries, 'lru')),
    SIEVE: cells(play(keys, maxEntries, 'sieve')),
    adaptive: cells(playAdaptive(keys, maxEntries)),
  };
}

export default {
  'the hit ratios of each traffic are those of the reference in Node': async (lab) => {
    assert.deepEqual(await totals(lab), expected('zipf', 'phases', 256));
    for (const traffic of ['scan', 'loop', 'drift', 'phases', 'zipf'] as const) {
      await lab.getByLabel('At first').selectOption(traffic);
      await lab.getByLabel('After half of the requests').selectOption('loop');
      assert.deepEqual(await totals(lab), expected(traffic, 'loop', 256));
    }
    await lab.getByRole('slider', { name: 'Entries kept' }).fill('96');
    assert.deepEqual(await totals(lab), expected('zipf', 'loop', 96));
  },

  'it says which memory the cache has in the end, and for how long it had which': async (lab) => {
    await lab.getByLabel('After half of the requests').selectOption('phases');
    assert.match((await said(lab))!, /In the end the adaptive cache has no memory, and is LRU\.$/);
    const picture = lab.getByRole('img', { name: /^Memory of the adaptive cache/ });
    const { memories } = playAdaptive(keysOf('zipf', 'phases'), 256);
    const none = memories.none.reduce((sum, share) => sum + share, 0) / memories.none.length;
    assert.match((await picture.getAttribute('aria-label'))!, new RegExp(`none: LRU for ${(100 * none).toFixed(1)}%$`));
  },

  'the keyboard is enough': async (lab, page) => {
    await tabTo(page, 'At first');
    await page.keyboard.type('a loop');
    await tabTo(page, 'Entries kept');
    await page.keyboard.press('End');
    assert.deepEqual(await totals(lab), expected('loop', 'phases', 480));
  },
} satisfies Drive;
