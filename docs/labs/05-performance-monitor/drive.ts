import assert from 'node:assert/strict';
import { type Drive, rowsOf, tabTo } from '../driving.ts';
import { histogramOf, latencies, PERCENTILES, profile } from './model.ts';

const inMs = (ms: number) => `${Number(ms.toPrecision(3)).toLocaleString('en-GB')} ms`;

export default {
  'percentiles are those of the reference in Node, with omission corrected and without': async (lab, page) => {
    await lab.getByRole('slider', { name: 'Every thousandth request takes' }).fill('350');
    await tabTo(page, 'Requests so far');
    await page.keyboard.press('ArrowLeft');
    const durations = latencies(350);
    const shown = Object.values(await rowsOf(lab.getByRole('table').first()));
    const expected = [false, true].map((isCorrected) => {
      const histogram = histogramOf(durations, 4_950, isCorrected);
      const percentiles = PERCENTILES.map((p) => inMs(histogram.percentile(p)));
      return [histogram.count.toLocaleString('en-GB'), inMs(histogram.mean), ...percentiles, inMs(histogram.max)];
    });
    assert.deepEqual(shown, expected);
    await lab.getByLabel('Correct for coordinated omission').uncheck();
    assert.deepEqual(Object.values(await rowsOf(lab.getByRole('table').first())), expected.slice(0, 1));
  },

  'the flame graph and its numbers are those of the reference in Node': async (lab) => {
    await lab.getByRole('slider', { name: 'A request describes' }).fill('13');
    for (const isCached of [false, true]) {
      await lab.getByLabel('Remember what was described').setChecked(isCached);
      const { operations, flames } = profile({ describes: 13, isCached });
      const rows = await rowsOf(lab.getByRole('table').nth(1));
      for (const { operation, count, totalMs, selfMs } of operations) {
        assert.deepEqual(rows[operation]!.slice(0, 3), [count.toLocaleString('en-GB'), inMs(totalMs), inMs(selfMs)]);
      }
      assert.equal(await lab.locator('.lab-flames rect').count(), flames.split('<rect').length - 1);
    }
  },
} satisfies Drive;
