import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser of this machine, or why there is none. */
export const CHROMIUM = PLACES.find((path) => path !== undefined && existsSync(path));
export const SKIPPED = CHROMIUM === undefined ? ' (skipped: no chromium in /usr/bin, and none named by CHROMIUM)' : '';

export function openBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-background-networking'];
  return chromium.launch({ executablePath: CHROMIUM!, args });
}

const AUDIT = readFileSync(fileURLToPath(new URL('page-audit.js', import.meta.url)), 'utf8');

/** A page, and what went wrong in it. */
export class Visit {
  readonly page: Page;
  /** Errors on the console and in scripts, failed requests, and any request that leaves `site`. */
  readonly troubles: string[] = [];

  private constructor(page: Page, site: string) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.troubles.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.troubles.push(`error: ${error.message}`));
    page.on('requestfailed', (request) => {
      const isLeft = request.failure()?.errorText === 'net::ERR_ABORTED'; // by going to the next page
      if (!isLeft) this.troubles.push(`failed: ${request.url()}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.troubles.push(`${response.status()}: ${response.url()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(site) && !/^(data|blob):/.test(request.url())) this.troubles.push(`leaves: ${request.url()}`);
    });
  }

  static async open(browser: Browser, site: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    return new Visit(await context.newPage(), site);
  }

  /** Goes to a page, and tells of everything that somebody would stumble over there. */
  async audit(url: string): Promise<string[]> {
    this.troubles.length = 0;
    await this.page.goto(url, { waitUntil: 'load' });
    await this.page.waitForFunction("getComputedStyle(document.body).display !== 'none'");
    const found = (await this.page.evaluate(AUDIT)) as string[];
    return [...this.troubles, ...found];
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
