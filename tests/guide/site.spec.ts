import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Drive } from '../../docs/labs/driving.ts';
import { mostForTheSite } from '../../scripts/kit/checks/docs.ts';
import { readGuide } from '../../scripts/kit/docs/chapters.ts';
import { serveFolder, type Served } from '../../scripts/kit/docs/server.ts';
import { buildSite, type Site } from '../../scripts/kit/docs/site.ts';
import { CHROMIUM, openBrowser, SKIPPED, Visit } from './browser.ts';
import { REPOSITORY } from '../kit/kit.ts';

const SCREENSHOTS = join(REPOSITORY, '.hotpath/screenshots');

const { chapters } = readGuide(REPOSITORY);
const LABS = chapters.flatMap(({ labs }) => labs);

const home = mkdtempSync(join(tmpdir(), 'hotpath-docs-'));
const folder = join(home, 'site');
let site: Site;

beforeAll(async () => {
  site = await buildSite(REPOSITORY, { out: folder });
}, 120_000);

afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

describe('npm run docs', () => {
  it('has nothing to complain of', () => {
    expect(site.complaints).toEqual([]);
  });

  it('has a lab in each chapter that there is a lab for', () => {
    const missing = chapters.filter(({ slug, labs }) => existsSync(join(REPOSITORY, 'docs/labs', slug)) && !labs.includes(slug));
    expect(missing.map(({ slug }) => `<div data-lab="${slug}"></div>`)).toEqual([]);
  });

  it('is small: the site for what is in it, the labs below 150 kB compressed', () => {
    expect(site.size).toBeLessThan(mostForTheSite(site.guide));
    expect(site.labs.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(150_000);
  });

  it('gives the same bytes twice', async () => {
    const again = join(home, 'again');
    await buildSite(REPOSITORY, { out: again });
    expect(digests(again)).toEqual(digests(folder));
  }, 120_000);
});

describe('the server', () => {
  it('answers below its folder only, and with the right types', async () => {
    const { url, close } = await serveFolder(folder, 0);
    const get = async (path: string) => {
      const response = await fetch(new URL(path, url));
      await response.arrayBuffer();
      return [response.status, response.headers.get('content-type')];
    };
    expect(await get('/')).toEqual([200, 'text/html; charset=utf-8']);
    expect(await get('/assets/guide.svg')).toEqual([404, 'text/plain']);
    expect(await get('/assets/favicon.svg?v=1')).toEqual([200, 'image/svg+xml']);
    expect(await get('/%2e%2e%2f%2e%2e%2fetc/passwd')).toEqual([400, 'text/plain']);
    expect(await get('/%')).toEqual([400, 'text/plain']);
    await close();
  });

  it('says so when its port is taken', async () => {
    const first = await serveFolder(folder, 0);
    const port = Number(new URL(first.url).port);
    await expect(serveFolder(folder, port)).rejects.toThrow(`port ${port} is taken; --port takes another`);
    await first.close();
  });
});

describe.skipIf(!CHROMIUM)(`in a browser${SKIPPED}`, () => {
  let browser: Browser;
  let served: Served;

  beforeAll(async () => {
    [browser, served] = await Promise.all([openBrowser(), serveFolder(folder, 0)]);
    mkdirSync(SCREENSHOTS, { recursive: true });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  const chapterUrl = (slug: string) => `${served.url}guide/${slug}.html`;

  it('every page opens without an error, asks nobody else for anything, and can be read by everybody', async () => {
    const pages = filesOf(folder).filter((path) => path.endsWith('.html'));
    const troubles: Record<string, string[]> = {};
    await Promise.all(
      [0, 1, 2].map(async (share) => {
        const visit = await Visit.open(browser, served.url);
        for (const path of pages.filter((_, index) => index % 3 === share)) {
          const found = await visit.audit(served.url + path);
          if (found.length > 0) troubles[path] = found;
        }
        await visit.close();
      }),
    );
    expect(troubles).toEqual({});
  }, 300_000);

  it.each([
    [375, 'dark'],
    [1440, 'light'],
  ] as const)('the guide can be read at %i pixels, %s, and nothing in it moves while it loads', async (width, colorScheme) => {
    const visit = await Visit.open(browser, served.url, { viewport: { width, height: 900 }, colorScheme });
    const troubles: Record<string, string[]> = {};
    for (const path of ['index.html', ...site.guide.chapters.map(({ slug }) => `guide/${slug}.html`)]) {
      const found = await visit.audit(served.url + path);
      const shift = await visit.page.evaluate(LAYOUT_SHIFT);
      if (Number(shift) > 0.01) found.push(`the layout shifts by ${shift}`);
      if (found.length > 0) troubles[path] = found;
      const name = path.replace('guide/', '').replace('.html', '');
      await visit.page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}.png`), fullPage: true });
    }
    await visit.close();
    expect(troubles).toEqual({});
  }, 120_000);

  it('the command of an exercise is copied, search finds offline, and one chapter leads to the next', async () => {
    const visit = await Visit.open(browser, served.url, { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = visit;
    await page.goto(chapterUrl('01-metadata-cache'));
    await page.getByRole('complementary', { name: 'Exercise 1' }).getByRole('button', { name: 'Copy' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('npm run exercise 1');
    for (const tree of ['exercises', 'solutions', 'reference']) {
      const href = await page.locator(`.guide-desk a[href*="source/${tree}/"]`).getAttribute('href');
      expect((await page.request.get(new URL(href!, page.url()).href)).status()).toBe(200);
    }
    await page.goto(`${served.url}classes/01-metadata-cache.OptimizedMetadataCache.html`);
    await page.getByRole('link', { name: /metadata-cache\.ts:\d+$/ }).first().click();
    expect(await page.locator('.at').innerText(), 'the line that is shown').toContain('class OptimizedMetadataCache');
    await page.goto(chapterUrl('01-metadata-cache'));
    await page.locator('h1').first().waitFor(); // until its script is ready the page is hidden, and nothing has the focus
    await page.keyboard.press('/');
    await page.locator('#tsd-search-input:focus').waitFor();
    await page.keyboard.type('SievePolicy stampede');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('Metadata cache');
    await page.locator('#tsd-search-results').getByRole('option').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.guide-turn a[rel=next]').click();
    await page.locator('.guide-turn a[rel=prev]').click();
    expect(page.url()).toBe(chapterUrl('01-metadata-cache'));
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  describe.each(LABS)('the lab of %s', (name) => {
    const path = join(REPOSITORY, 'docs/labs', name, 'drive.ts');
    const open = async () => {
      const visit = await Visit.open(browser, served.url);
      await visit.page.goto(chapterUrl(name));
      return { visit, lab: visit.page.locator(`[data-lab="${name}"]`) };
    };

    it('shows what the reference does', async () => {
      const { default: drive } = (await import(pathToFileURL(path).href)) as { default: Drive };
      for (const [claim, run] of Object.entries(drive)) {
        const { visit, lab } = await open();
        await run(lab, visit.page).catch((error: Error) => expect.fail(`${claim}: ${error.message}`));
        expect(visit.troubles, claim).toEqual([]);
        await visit.close();
      }
    }, 120_000);
  });
});

/** What moved without anybody having done anything: cumulative layout shift. */
const LAYOUT_SHIFT = `new Promise((resolve) => {
  let sum = 0;
  const add = (entries) => { for (const { value, hadRecentInput } of entries) if (!hadRecentInput) sum += value; };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => { add(observer.takeRecords()); resolve(sum); }, 100);
})`;

function filesOf(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

function digests(folder: string): Record<string, string> {
  const digest = (name: string) => createHash('sha256').update(readFileSync(join(folder, name))).digest('hex');
  return Object.fromEntries(filesOf(folder).map((name) => [name, digest(name)]));
}
