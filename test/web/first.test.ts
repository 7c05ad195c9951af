import { expect, it } from 'vitest';
import { describePage } from './browser.ts';

describePage('the page', ({ open }) => {
  it('answers its first example, with the visits on the rules, and asks nothing of a network', async () => {
    const { page, complaints } = await open();
    expect(await page.locator('.answer h2').textContent()).toContain('CAPTURED outbound');
    expect(await page.locator('.leg').count()).toBe(2);
    expect(await page.locator('.cw-visit').count()).toBeGreaterThan(1);
    expect(await page.locator('.cw-reason').first().textContent()).toBe('src is 10.244.0.5');
    expect(await page.locator('.picture [data-line]').count()).toBeGreaterThan(1);
    await page.locator('.picture [data-line]').first().click();
    expect(complaints).toEqual([]);
  });

  it('answers another packet as it is typed', async () => {
    const { page } = await open();
    await page.getByLabel('packet', { exact: true }).fill('in tcp -> 10.12.3.4:15021');
    await page.locator('.answer h2', { hasText: 'TO PROXY' }).waitFor();
    expect(await page.locator('.facts').textContent()).toContain('10.12.3.4');
  });

  it('reads what is typed into the rules', async () => {
    const { page } = await open();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('*filter\n-A OUTPUT -p tcp --dport 443 -j DROPP\nCOMMIT\n');
    await page.locator('.problems li').waitFor();
    expect(await page.locator('.problems').textContent()).toContain('DROPP');
    expect(await page.locator('.cw-squiggle').count()).toBeGreaterThan(0);
  });
});
