/** The page in Debian's Chromium: from opening it until the first answer stands there, and from a keystroke until its answer is drawn; beside
 *  an empty page in the same browser. Times are the page's own, by its clock. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median } from './measure.ts';

const CHROMIUM = '/usr/bin/chromium';
const OPENINGS = 11;
const KEYSTROKES = 40;

export function whyNoPage(): string | undefined {
  return existsSync(CHROMIUM) ? undefined : `no ${CHROMIUM}`;
}

export async function pageRows(page: string, folder: string): Promise<string[][]> {
  const { chromium } = await import('playwright-core');
  const empty = join(folder, 'empty.html');
  writeFileSync(empty, '<!doctype html><html><body><div class="answer"><h2>empty</h2></div></body></html>');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const opened = async (file: string) => {
      const one = await browser.newPage();
      await one.addInitScript({ content: WATCH_FOR_ANSWER });
      await one.goto(pathToFileURL(file).href);
      return { one, took: await one.evaluate<number>('answered') };
    };
    const pairs: { readonly own: number; readonly bare: number }[] = [];
    for (let count = 0; count <= OPENINGS; count += 1) {
      const [own, bare] = [await opened(page), await opened(empty)];
      // the first pair warms the browser up
      if (count > 0) pairs.push({ own: own.took, bare: bare.took });
      await own.one.close();
      await bare.one.close();
    }
    const { one } = await opened(page);
    await one.getByLabel('packet', { exact: true }).focus();
    const drawn: number[] = [];
    // each changes the user, and so the picture
    for (const key of ['End', ...Array.from({ length: KEYSTROKES }, (_, count) => (count % 2 === 1 ? 'Backspace' : '1'))]) {
      if (key !== 'End') await one.evaluate(NEXT_DRAWING);
      await one.keyboard.press(key);
      if (key !== 'End') drawn.push(await one.evaluate<number>('drawn'));
    }
    const own = median(pairs.map((pair) => pair.own));
    const bare = median(pairs.map((pair) => pair.bare));
    const ratio = median(pairs.map((pair) => pair.own / pair.bare));
    const at = (ms: number) => `${ms.toFixed(0)} ms`;
    return [
      ['page, first answer', at(own), 'an empty page', at(bare), `${ratio.toFixed(1)} x`, '<= 150 ms', ''],
      ['page, keystroke to answer', at(median(drawn)), '-', '', '', '<= 16 ms', ''],
    ];
  } finally {
    await browser.close();
  }
}

/** Runs in the page: when its first answer stood there, in milliseconds since it was opened. */
const WATCH_FOR_ANSWER = `
  globalThis.answered = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const said = document.querySelector('.answer h2')?.textContent ?? '…';
      if (said === '…') return;
      resolve(performance.now());
      observer.disconnect();
    });
    observer.observe(document, { childList: true, subtree: true, characterData: true });
  });
`;

/** Runs in the page: how long it takes from the next input until the picture is another one. */
const NEXT_DRAWING = `
  globalThis.drawn = new Promise((resolve) => {
    let typedAt = Infinity;
    document.addEventListener('input', ({ timeStamp }) => { typedAt = timeStamp; }, { capture: true, once: true });
    const observer = new MutationObserver(() => {
      resolve(performance.now() - typedAt);
      observer.disconnect();
    });
    observer.observe(document.querySelector('.picture').shadowRoot, { childList: true });
  });
  undefined;
`;
