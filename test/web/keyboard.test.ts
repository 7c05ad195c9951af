/** The page without a pointer, and for those who do not see it. */
import { expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { describePage } from './browser.ts';

describePage('by keys', ({ open }) => {
  it('/ leads to the packet, Escape out of it, j and k along the rules', async () => {
    const { page } = await open();
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-keyshortcuts'))).toBe('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('in tcp -> 10.244.0.5:8080');
    await page.locator('.answer h2', { hasText: 'CAPTURED inbound' }).waitFor();
    await page.keyboard.press('j');
    // the answer to that comes before the next key
    await page.locator('.answer h2', { hasText: 'NO ANSWER' }).waitFor();
    expect(await page.locator('.step[aria-pressed="true"]').count()).toBe(0);
    await page.keyboard.press('Backspace');
    await page.locator('.answer h2', { hasText: 'CAPTURED inbound' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.locator('.step[aria-pressed="true"] .order', { hasText: /^1$/ }).waitFor();
    await page.locator('.cw-selected', { hasText: '-A PREROUTING' }).waitFor();
  });

  it('arrows go from tab to tab, Tab into the panel', async () => {
    const { page } = await open();
    await page.getByRole('tab', { name: 'Trace' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tab', { name: 'Claims' }).getAttribute('aria-selected')).toBe('true');
    await page.locator('.claim').first().waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-trace');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tabpanel');
  });

  it('Escape leaves the rules, and Tab goes on from them', async () => {
    const { page } = await open();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).not.toBe('editor');
  });

  it('a claim that is broken loads its witness', async () => {
    const { page } = await open();
    await page.getByRole('tab', { name: 'Claims' }).click();
    await page
      .getByRole('button', { name: /^trace in tcp/ })
      .first()
      .press('Enter');
    await page.locator('.answer h2', { hasText: 'TO APP' }).waitFor();
    expect(await page.getByLabel('packet', { exact: true }).inputValue()).toContain('ctstate=INVALID');
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 640],
    ['dark', 390],
  ] as const)('axe has no serious finding: %s, %i px', async (colorScheme, width) => {
    const { page } = await open(undefined, { colorScheme, viewport: { width, height: 800 } });
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'help' }).click();
    await page.getByRole('button', { name: 'share' }).click();
    for (const tab of ['Claims', 'Diff', 'Find', 'JSON'] as const) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('.busy').waitFor({ state: 'detached' });
      expect(await seriousFindings(page), tab).toEqual([]);
    }
  });
});
