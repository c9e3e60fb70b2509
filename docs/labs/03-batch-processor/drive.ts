import assert from 'node:assert/strict';
import { type Drive, rowsOf, tabTo } from '../driving.ts';
import { collect, steer } from './model.ts';

export default {
  'batches are those of the reference in Node': async (lab, page) => {
    const arrivals = { rate: 1_200, windowMs: 7, batchSize: 12 };
    await lab.getByRole('slider', { name: 'Operations a second' }).fill(String(arrivals.rate));
    await lab.getByRole('slider', { name: 'At most, a batch' }).fill(String(arrivals.batchSize));
    await tabTo(page, 'The window');
    for (let ms = 10; ms > arrivals.windowMs; ms--) await page.keyboard.press('ArrowLeft');
    const { batches, stats, items } = await collect(arrivals);
    await lab.getByText(`${items.toLocaleString('en-GB')} operations in ${batches.length} round trips`).waitFor();
    const [count, mean, byWindow, bySize] = (await rowsOf(lab.getByRole('table').first()))['in batches']!;
    assert.deepEqual(
      [count, mean, byWindow, bySize],
      [String(batches.length), (items / batches.length).toFixed(1), String(stats.batches.window), String(stats.batches.size)],
    );
  },

  'sizes are those of both rules in Node': async (lab) => {
    await lab.getByRole('slider', { name: 'A batch may take' }).fill('12');
    await lab.getByRole('slider', { name: 'The service is slower for a while' }).fill('4.5');
    const steered = steer({ targetMs: 12, slowdown: 4.5 });
    const shown = Object.values(await rowsOf(lab.getByRole('table').nth(1))).map(([sizes, , , late]) => [sizes, late]);
    const reports = [0, 1, 2].flatMap((phase) => [steered.efficiency.reports[phase]!, steered.aimd.reports[phase]!]);
    const expected = reports.map(({ smallest, largest, late }) => [`${smallest} to ${largest}`, `${(100 * late).toFixed(1)}%`]);
    assert.deepEqual(shown, expected);
  },
} satisfies Drive;
