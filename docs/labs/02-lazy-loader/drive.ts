import assert from 'node:assert/strict';
import { type Drive, rowsOf, said, tabTo } from '../driving.ts';
import { type Caller, KEYS, rush, Shop } from './model.ts';

function expected(callers: readonly Caller[]): Record<string, string[]> {
  const rows = KEYS.map((key): [string, string[]] => {
    const own = callers.filter((caller) => caller.key === key);
    const did = (what: Caller['did']) => String(own.filter((caller) => caller.did === what).length);
    const longest = Math.max(...own.map(({ askedAt, answeredAt }) => answeredAt - askedAt));
    return [key, [String(own.length), did('loads'), did('joins'), did('finds'), `${longest} ms`]];
  });
  return Object.fromEntries(rows);
}

export default {
  'loads and waits are those of the reference in Node, with one load for all and without': async (lab) => {
    await lab.getByRole('slider', { name: 'They all come within' }).fill('320');
    await lab.getByRole('slider', { name: 'A load takes' }).fill('90');
    await lab.getByRole('slider', { name: 'A value is good for' }).fill('40');
    const story = { callers: 100, withinMs: 320, loadMs: 90, expireAfterMs: 40 };
    for (const isDeduplicated of [true, false]) {
      await lab.getByLabel('One load for all who ask meanwhile').setChecked(isDeduplicated);
      const callers = await rush(story, isDeduplicated);
      const loads = callers.filter(({ did }) => did === 'loads').length;
      await lab.getByText(`${loads} loads answer 100 callers.`).waitFor();
      assert.deepEqual(await rowsOf(lab.getByRole('table')), expected(callers));
      assert.equal(loads === 100, !isDeduplicated);
    }
  },

  'an invalidation forgets what the reference forgets, and what is asked for then is loaded again': async (lab, page) => {
    const shop = new Shop();
    await tabTo(page, 'Get Report');
    await page.keyboard.press('Enter');
    const loads = await shop.get('Report');
    assert.match((await said(lab, 1))!, new RegExp(`: ${loads} loads,`));
    await tabTo(page, 'Invalidate Customer');
    await page.keyboard.press('Enter');
    const forgotten = shop.invalidate('Customer');
    const shown = await lab.locator('li:not([data-state=loaded]) strong').allTextContents();
    assert.deepEqual(shown.sort(), forgotten.sort());
    await lab.getByRole('button', { name: 'Get Report' }).click();
    assert.match((await said(lab, 1))!, new RegExp(`: ${await shop.get('Report')} loads,`));
  },
} satisfies Drive;
