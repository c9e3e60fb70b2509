import assert from 'node:assert/strict';
import { type Drive, rowsOf, said, tabTo } from '../driving.ts';
import { partsHeld, sample, valuesIn, ways } from './model.ts';

/** The browser's deflate is another than Node's. */
const TOLERANCE = 0.08;

function sizesOf(text: string): number[] {
  const values = valuesIn(text);
  return ways().map(({ keep }) => values.reduce<number>((sum, value) => sum + keep(value).bytes, 0));
}

export default {
  'what is encoded takes the bytes that the reference takes in Node, and deflated nearly so': async (lab) => {
    const own = JSON.stringify([{ name: 'Füller', price: 1.5, tags: ['x', 'y', 'x'] }, { name: '笔', price: 3, tags: [] }, null]);
    for (const text of [sample(), own]) {
      await lab.getByLabel(/^JSON/).fill(text);
      const shown = Object.values(await rowsOf(lab.getByRole('table'))).map(([bytes]) => Number(bytes!.replaceAll(',', '')));
      const [json, raw, ...deflated] = sizesOf(text);
      assert.deepEqual(shown.slice(0, 2), [json, raw]);
      for (const [index, bytes] of deflated.entries()) {
        const difference = Math.abs(shown[2 + index]! - bytes) / bytes;
        assert.ok(difference < TOLERANCE, `${shown[2 + index]} B in the browser, ${bytes} B in Node`);
      }
    }
  },

  'shared copies are as many as in Node; wrong JSON is said to be; the keyboard measures': async (lab, page) => {
    const held = [false, true].map((share) => partsHeld(valuesIn(sample()), 5, share));
    const bars = lab.locator('figure').nth(2).locator('.lab-bar > :last-child');
    assert.deepEqual(await bars.allInnerTexts(), held.map((parts) => parts.toLocaleString('en-GB')));
    await tabTo(page, 'Measure');
    await page.keyboard.press('Enter');
    const measured = await lab.locator('figure').nth(1).locator('.lab-bar > :last-child').allInnerTexts();
    for (const text of measured) assert.match(text, /^[\d,]+ µs$/);
    await lab.getByLabel(/^JSON/).fill('{"a":');
    assert.match((await said(lab))!, /^That is no JSON/);
  },
} satisfies Drive;
