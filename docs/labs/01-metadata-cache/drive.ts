import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type Drive, rowsOf, said, tabTo } from '../driving.ts';
import { play, totalOf } from './model.ts';
import { keysIn, TRAFFIC, type Trace } from './traffic.ts';

const LENGTH = 300;

const totals = (lab: Locator) => rowsOf(lab.getByRole('table'));
const capacity = (lab: Locator) => lab.getByRole('slider', { name: 'Entries kept' });

function expected(trace: Trace, maxEntries: number): Record<string, string[]> {
  const cells = (policy: 'lru' | 'sieve') => {
    const { hits, misses, evictions, hitRatio } = totalOf(play(trace, maxEntries, policy));
    return [String(hits), String(misses), String(evictions), `${(100 * hitRatio).toFixed(1)}%`];
  };
  return { LRU: cells('lru'), SIEVE: cells('sieve') };
}

export default {
  'the hit ratios of each traffic are those of the reference in Node': async (lab) => {
    for (const traffic of ['scan', 'loop', 'phases', 'zipf'] as const) {
      await lab.getByLabel('Traffic').selectOption(traffic);
      for (const size of [2, 11]) {
        await capacity(lab).fill(String(size));
        assert.deepEqual(await totals(lab), expected(TRAFFIC[traffic](LENGTH), size));
      }
    }
  },

  'keys of one\'s own are played, request by request': async (lab) => {
    const keys = 'a b c a d, a\nb <b>x</b>';
    await lab.getByLabel(/^Keys/).fill(keys);
    await capacity(lab).fill('3');
    assert.deepEqual(await totals(lab), expected(keysIn(keys, 1_000), 3));
    assert.equal(await lab.getByLabel('Traffic').inputValue(), 'own');
    await lab.getByRole('slider', { name: 'Request' }).fill('5');
    assert.equal(await said(lab), 'Request 5 asks for d. LRU: a miss, and b goes. SIEVE: a miss, and b goes.');
    await lab.getByRole('button', { name: 'Forward' }).click();
    assert.match((await said(lab))!, /^Request 6 asks for a\. LRU: a hit\./);
    await lab.getByLabel(/^Keys/).fill('');
    assert.equal(await said(lab), 'There are no keys.');
  },

  'the keyboard is enough': async (lab, page) => {
    await tabTo(page, 'Traffic');
    await page.keyboard.type('a loop');
    await tabTo(page, 'Entries kept');
    await page.keyboard.press('ArrowRight');
    assert.deepEqual(await totals(lab), expected(TRAFFIC.loop(LENGTH), 9));
    await tabTo(page, 'Request');
    await page.keyboard.press('End');
    assert.match((await said(lab))!, /^Request 300 asks for/);
    await tabTo(page, 'Back');
    await page.keyboard.press('Enter');
    assert.match((await said(lab))!, /^Request 299 asks for/);
  },
} satisfies Drive;
