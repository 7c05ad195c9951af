/** Debian's Chromium with the page in it: what it asks of a network and what its policy stops is kept. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { pageOf, pageParts } from '../../web/build.ts';

const CHROMIUM = '/usr/bin/chromium';
const WHY_NOT = `the page is not tested: there is no ${CHROMIUM}; \`apt-get install chromium\` brings it`;

/** In CI a missing browser is a failure; elsewhere it is said and skipped. */
export function browserHere(): boolean {
  if (existsSync(CHROMIUM)) return true;
  if (process.env.CI === 'true') throw new Error(WHY_NOT);
  console.log(WHY_NOT);
  return false;
}

export interface OpenedPage {
  readonly page: Page;
  /** addresses that were asked for, and what the policy or a bug stopped */
  readonly complaints: readonly string[];
}

export interface PageBrowser {
  /** the page, answered; `fragment` without `#`; `before` runs in it first */
  open(fragment?: string, options?: BrowserContextOptions, before?: () => void): Promise<OpenedPage>;
  /** what the program wrote */
  openHtml(html: string, options?: BrowserContextOptions): Promise<OpenedPage>;
  /** a page that is served */
  openServed(address: string): Promise<OpenedPage>;
  readonly url: () => string;
}

/** Built once for all files of a worker. */
let built: Promise<string> | undefined;

export function builtPage(): Promise<string> {
  built ??= pageParts().then(pageOf);
  return built;
}

/** Tests of the page; when one ends, nothing may have been complained about. */
export function describePage(name: string, tests: (browser: PageBrowser) => void): void {
  describe.skipIf(!browserHere())(name, () => {
    let browser: Browser;
    let folder: string;
    let url = '';
    const all: string[] = [];
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'chainwalk-page-'));
      const file = join(folder, 'chainwalk.html');
      writeFileSync(file, await builtPage());
      url = pathToFileURL(file).href;
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
      expect(all).toEqual([]);
    });
    const openAt = async (address: string, options: BrowserContextOptions = {}, before?: () => void): Promise<OpenedPage> => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      const complain = (text: string) => {
        complaints.push(text);
        all.push(text);
      };
      page.on('request', (request) => {
        const isOwn = withoutFragment(request.url()) === withoutFragment(address) && request.isNavigationRequest();
        // of what is served alone, which hears from its server
        const hears = address.startsWith('http:') && request.url() === `${address}events`;
        if (!isOwn && !hears && !request.url().startsWith('blob:')) complain(`request: ${request.url()}`);
      });
      page.on('console', (message) => complain(`console: ${message.text()}`));
      page.on('pageerror', (error) => complain(`error: ${error.message}`));
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) =>
          console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
        );
      });
      if (before !== undefined) await page.addInitScript(before);
      await page.goto(address);
      await page.locator('.answer h2:not(:text-is("…"))').waitFor();
      return { page, complaints };
    };
    const open: PageBrowser['open'] = (fragment, options, before) =>
      openAt(fragment === undefined ? url : `${url}#${fragment}`, options, before);
    let count = 0;
    const openHtml: PageBrowser['openHtml'] = (html, options) => {
      count += 1;
      const file = join(folder, `report-${count}.html`);
      writeFileSync(file, html);
      return openAt(pathToFileURL(file).href, options);
    };
    tests({ open, openHtml, openServed: openAt, url: () => url });
  });
}

function withoutFragment(address: string): string {
  return address.replace(/#.*$/s, '');
}
