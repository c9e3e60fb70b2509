import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as reference from '../../reference/08-production-monitor/index.ts';
import { BuiltShop } from '../../scripts/kit/shop/process.ts';
import type { Addresses } from '../../scripts/kit/shop/settings.ts';
import * as solution from '../../solutions/08-production-monitor/index.ts';
import { REPOSITORY } from '../kit/kit.ts';
import { CHROMIUM, openBrowser, SKIPPED, Visit } from './browser.ts';

/** Reads rows of the page: by what stands in their first cell, all that they say. */
const ROWS = `Object.fromEntries([...document.querySelectorAll('main tr')].map((row) => {
  return [row.cells[0].textContent, row.textContent];
}))`;

/** Each element of what is shown, with the names of its attributes. */
const TAGS = `[...document.querySelectorAll('main *')].map(({ tagName, attributes }) => {
  return [tagName, ...[...attributes].map(({ name }) => name)].join(' ');
})`;

/** The shop ticks once a second. */
const PATIENCE = { timeout: 20_000 };

describe.skipIf(!CHROMIUM)(`the dashboard, in a browser${SKIPPED}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);

  afterAll(() => browser.close());

  const rowsOf = async ({ page }: Visit) => (await page.evaluate(ROWS)) as Record<string, string>;

  describe.each(['exercises', 'reference'] as const)('of the shop, with %s', (target) => {
    let built: BuiltShop;
    let addresses: Addresses;

    beforeAll(async () => {
      built = await BuiltShop.of(REPOSITORY, target);
      const shops = ['before', 'after'] as const;
      addresses = await built.open({ shops, isWatched: true, isProfiled: true, monitorPort: 0 }).addresses;
    }, 60_000);

    afterAll(() => built.remove());

    const askBoth = async (id: number) => {
      const pages = ['before', 'after'] as const;
      const asked = pages.map((shop) => fetch(`${addresses.shops[shop]}/products/${id}`).then((page) => page.text()));
      return Promise.all(asked);
    };

    it('before and after answer the same', async () => {
      const [before, after] = await askBoth(7);
      expect(JSON.parse(before!).reviews).toHaveLength(3);
      expect(after).toBe(before);
    });

    it('shows both, and keeps up by itself', async () => {
      const visit = await Visit.open(browser, addresses.monitor!);
      await askBoth(1);
      await visit.page.goto(`${addresses.monitor}/dashboard`);
      const series = (shop: string) => `http_request_seconds{shop="${shop}",route="/products",outcome="ok"}`;
      for (const shop of ['before', 'after']) expect(Object.keys(await rowsOf(visit))).toContain(series(shop));
      await visit.page.evaluate('window.isOpen = true');
      const first = await rowsOf(visit);
      await askBoth(2);
      for (const shop of ['before', 'after']) {
        await expect.poll(async () => (await rowsOf(visit))[series(shop)], PATIENCE).not.toBe(first[series(shop)]);
      }
      await expect.poll(async () => Object.keys(await rowsOf(visit)), PATIENCE).toEqual(
        expect.arrayContaining(['cache_hit_ratio', 'heap_used_bytes', 'database']),
      );
      expect(await visit.page.evaluate('window.isOpen'), 'the page that was opened').toBe(true);
      expect(visit.troubles).toEqual([]);
      await visit.close();
    });
  });

  describe.each(Object.entries({ solution, reference }))('of the %s', (_name, { ProductionMonitor }) => {
    const HOSTILE = [
      '<img src=x onerror="window.hurt = 1">',
      '</main><script>window.hurt = 1</script>',
      '"><svg onload="window.hurt = 1">',
      `' onmouseover='window.hurt = 1`,
      '<style>* { display: none }</style>',
      '&lt;b&gt;<b>bold</b>',
      '${window.hurt = 1}',
      '\u2028\n-->]]>',
    ];

    it('shows hostile labels, names and errors as text, when it opens and when it is told', async () => {
      const monitor = new ProductionMonitor();
      const queue = monitor.metrics.gauge('queue', { labels: ['name'] });
      const above = { kind: 'value', signal: { metric: 'queue' }, is: 'above', threshold: 0 } as const;
      monitor.setupAlerts({
        rules: HOSTILE.map((name) => ({ name, severity: 'page', summary: name, when: above })),
      });
      for (const text of HOSTILE) {
        queue.set(1, { name: text });
        monitor.addCheck(text, () => Promise.reject(new Error(text)));
      }
      await monitor.performHealthCheck();
      monitor.tick();
      const url = await monitor.listen();
      const visit = await Visit.open(browser, url);
      await visit.page.goto(`${url}/dashboard`);
      const strange = async () => {
        const tags = (await visit.page.evaluate(TAGS)) as string[];
        return tags.filter((tag) => !/^(TABLE|CAPTION|TBODY|TR|TH|TD)( class| scope)*$/.test(tag));
      };
      expect(await strange(), 'elements and attributes, when it opens').toEqual([]);

      const text = () => visit.page.evaluate(`document.querySelector('main').textContent`) as Promise<string>;
      queue.set(4_711, { name: HOSTILE[0]! });
      const ticked = async () => {
        monitor.tick();
        return text();
      };
      await expect.poll(ticked, PATIENCE).toContain('4711');
      expect(await strange(), 'elements and attributes, when it is told').toEqual([]);
      const shown = await text();
      for (const hostile of HOSTILE.slice(0, -1)) expect(shown).toContain(hostile);
      expect(await visit.page.evaluate('window.hurt'), 'what a script of theirs would leave').toBeUndefined();
      expect(visit.troubles).toEqual([]);
      await visit.close();
      await monitor.close();
    });
  });
});
