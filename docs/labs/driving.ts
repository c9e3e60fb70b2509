import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

/** What tells whether a lab shows what the reference does: each by a name, with a fresh page. */
export type Drive = Readonly<Record<string, (lab: Locator, page: Page) => Promise<void>>>;

/** A table as it can be read: by the first cell of each row, the others. */
export async function rowsOf(table: Locator): Promise<Record<string, string[]>> {
  const rows = await table.locator('tbody tr').all();
  const entries = rows.map(async (row) => [await row.locator('th').innerText(), await row.locator('td').allInnerTexts()] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** What the lab last said. */
export function said(lab: Locator, which = 0): Promise<string | null> {
  return lab.getByRole('status').nth(which).textContent();
}

/** Presses Tab until a control of that name has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const script = `(({ labels, textContent, tagName }) => (labels?.[0] ?? { textContent }).textContent.trim())(document.activeElement)`;
  for (let tabs = 0; tabs < 300; tabs++) {
    if ((await page.evaluate(script)) === name) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab leads to no "${name}"`);
}
