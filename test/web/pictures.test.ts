/** The recorded pictures of traces as a browser draws them, with the fonts of this machine: light, dark and with the colours of the system. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describePage } from './browser.ts';

const RECORDED = new URL('../report/snapshots/', import.meta.url);
const PICTURES = readdirSync(RECORDED).filter((name) => name.endsWith('.svg'));
const SCHEMES = [
  ['light', { colorScheme: 'light', forcedColors: 'none' }],
  ['dark', { colorScheme: 'dark', forcedColors: 'none' }],
  ['the colours of the system', { colorScheme: 'light', forcedColors: 'active' }],
] as const;
/** WCAG 2.2, 1.4.3 */
const CONTRAST = 4.5;

describePage('pictures', ({ open }) => {
  it('there are recorded ones', () => {
    expect(PICTURES.length).toBeGreaterThan(11);
  });

  it.each(SCHEMES)('every text stays in its box and stands out from its ground: %s', { timeout: 60_000 }, async (_, media) => {
    const { page } = await open();
    await page.emulateMedia(media);
    const problems: string[] = [];
    let texts = 0;
    for (const name of PICTURES) {
      await show(page, readFileSync(new URL(name, RECORDED), 'utf8'));
      const found = await page.evaluate(measure);
      texts += found.length;
      for (const { text, outside, ink, ground } of found) {
        if (outside > 1) problems.push(`${name}: \`${text}\` leaves its box by ${outside.toFixed(1)} px`);
        if (contrast(ink, ground) < CONTRAST) problems.push(`${name}: \`${text}\` ${ink} on ${ground}`);
      }
    }
    expect(texts).toBeGreaterThan(200);
    expect(problems).toEqual([]);
  });

  it('what ends a packet and what goes round is told by its shape: without colours the boxes still differ', async () => {
    const { page } = await open();
    const shapes = async (name: string, box: string) => {
      await show(page, readFileSync(new URL(`rail-${name}.svg`, RECORDED), 'utf8'));
      return page.evaluate((selector) => {
        const edges = [...document.querySelectorAll(`${selector} .cw-edge`)];
        return edges
          .map((edge) => `${edge.tagName} ${getComputedStyle(edge).strokeWidth} ${getComputedStyle(edge).strokeDasharray}`)
          .join();
      }, box);
    };
    const [rule, loop, drop] = [await shapes('loop', '.cw-rule'), await shapes('loop', '.cw-loop'), await shapes('dropped', '.cw-drop')];
    expect([rule, loop, drop].every((one) => one !== '')).toBe(true);
    expect(rule.startsWith(loop)).toBe(false);
    expect(rule.startsWith(drop)).toBe(false);
    expect(loop).not.toBe(drop);
  });

  it.each(SCHEMES)('the page draws its picture as the file of `-o svg` is drawn: %s', { timeout: 60_000 }, async (_, media) => {
    const { page } = await open();
    await page.emulateMedia(media);
    const own = await page.locator('.picture svg').evaluate((svg) => svg.outerHTML);
    const ofPage = await page.locator('.picture svg').evaluate(look);
    const style = await page.locator('.picture').evaluate((box) => [...(box.shadowRoot?.adoptedStyleSheets[0]?.cssRules ?? [])].length);
    expect(style).toBeGreaterThan(10);
    const file = readFileSync(new URL('rail-sidecar-out.svg', RECORDED), 'utf8');
    const [sheet = ''] = /<style>.*?<\/style>/s.exec(file) ?? [];
    await show(page, own.replace('</title>', `</title>${sheet}`));
    expect(await page.locator('svg').evaluate(look)).toEqual(ofPage);
  });
});

/** Instead of the page, whose policy allows no styles but its own. */
async function show(page: Page, svg: string): Promise<void> {
  await page.goto('about:blank');
  await page.setContent(`<!doctype html><body style="margin:0">${svg}</body>`);
}

interface DrawnText {
  readonly text: string;
  /** pixels */
  readonly outside: number;
  /** as the browser writes colours */
  readonly ink: string;
  readonly ground: string;
}

/** Runs in the browser. */
function measure(): readonly DrawnText[] {
  return [...document.querySelectorAll('text')].map((text) => {
    const edge = text.closest('.cw-box')?.querySelector('.cw-edge') ?? document.querySelector('.cw-paper');
    const [own, box] = [text.getBoundingClientRect(), edge?.getBoundingClientRect()];
    const beyond = box === undefined ? [] : [box.left - own.left, own.right - box.right, box.top - own.top, own.bottom - box.bottom];
    return {
      text: text.textContent ?? '',
      outside: Math.max(0, ...beyond),
      ink: getComputedStyle(text).fill,
      ground: edge ? getComputedStyle(edge).fill : '',
    };
  });
}

/** Runs in the browser: how each part is drawn. */
function look(svg: Element): readonly string[] {
  return [...svg.querySelectorAll('rect, line, polyline, polygon, text')].map((part) => {
    const { fill, stroke, strokeWidth, strokeDasharray, fontSize, fontWeight } = getComputedStyle(part);
    const letters = part.tagName === 'text' ? [fontSize, fontWeight] : [];
    return [part.tagName, fill, stroke, strokeWidth, strokeDasharray, ...letters].join(' ');
  });
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG's relative luminance of `rgb(r, g, b)`. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
