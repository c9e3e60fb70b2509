import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type Drive, rowsOf, said, tabTo } from '../driving.ts';
import { compare, type Machine, measure } from './model.ts';

const inDigits = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '∞');
const between = ([low, high]: readonly [number, number]) => `${inDigits(low)} to ${inDigits(high)}`;

/** The ratios and intervals of the table, and what the model in Node says. */
async function assertShown(lab: Locator, machine: Machine, rounds: number): Promise<void> {
  const { byMeans, byMedians, byRounds, aa } = compare(measure(machine), rounds);
  const shown = Object.entries(await rowsOf(lab.getByRole('table'))).map(([name, [ratio, interval]]) => [name, ratio, interval]);
  assert.deepEqual(shown, [
    ['by means', inDigits(byMeans), 'none'],
    ['by medians', inDigits(byMedians), 'none'],
    ['round by round', inDigits(byRounds.ratio), between(byRounds.interval)],
    ['b beside itself', inDigits(aa.ratio), between(aa.interval)],
  ]);
}

const verdictOf = async (lab: Locator) => (await rowsOf(lab.getByRole('table')))['round by round']![2];

export default {
  'ratios and intervals are those of the reference in Node': async (lab) => {
    for (const takesTurns of [false, true]) {
      await lab.getByLabel('Take turns').setChecked(takesTurns);
      for (const ratio of [1, 1.5]) {
        await lab.getByRole('slider', { name: 'b takes' }).fill(String(ratio));
        await assertShown(lab, { ratio, hasNeighbour: true, hasOutliers: true, takesTurns }, 60);
      }
    }
    await lab.getByLabel('A neighbour comes').uncheck();
    await lab.getByLabel('Some samples are disturbed').uncheck();
    await assertShown(lab, { ratio: 1.5, hasNeighbour: false, hasOutliers: false, takesTurns: true }, 60);
  },

  'who takes turns finds equals level, and a difference where there is one': async (lab) => {
    await lab.getByLabel('Take turns').check();
    assert.equal(await verdictOf(lab), 'they are level');
    await lab.getByRole('slider', { name: 'b takes' }).fill('1.5');
    assert.equal(await verdictOf(lab), 'a is faster');
  },

  'the keyboard is enough, and a few rounds say nothing': async (lab, page) => {
    await tabTo(page, 'Take turns');
    await page.keyboard.press('Space');
    await tabTo(page, 'Rounds so far');
    await page.keyboard.press('Home');
    await assertShown(lab, { ratio: 1, hasNeighbour: true, hasOutliers: true, takesTurns: true }, 4);
    assert.match((await said(lab))!, /^After 4 rounds: nothing can be said/);
  },
} satisfies Drive;
