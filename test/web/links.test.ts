/** A link brings back what it was made of, in another window; other addresses tell nothing of those before. */
import { expect, it } from 'vitest';
import { USUAL_STATE } from '../../web/state/pageState.ts';
import { fragmentOf } from '../../web/state/permalink.ts';
import { describePage } from './browser.ts';

const RULES = '*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -d 203.0.113.9/32 -m comment --comment "größe ☃" -j DROP\nCOMMIT\n';

describePage('links', ({ open }) => {
  it('what is shared is shown again, with its warning', async () => {
    const { page } = await open(await fragmentOf({ ...USUAL_STATE, rules: RULES, packet: 'out tcp -> 203.0.113.9:443', tab: 'json' }));
    await page.locator('.answer h2', { hasText: 'DROPPED' }).waitFor();
    await page.getByRole('button', { name: 'share' }).click();
    expect(await page.locator('.share').textContent()).toContain('This link holds the rules');
    const link = page.getByLabel('Link', { exact: true });
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.share .actions input')?.value.includes('#v1='));
    const fragment = new URL(await link.inputValue()).hash.slice(1);
    const again = await open(fragment);
    expect(await again.page.locator('.cm-content').first().textContent()).toContain('größe ☃');
    expect(await again.page.getByRole('tab', { name: 'JSON' }).getAttribute('aria-selected')).toBe('true');
  });

  it('with other addresses the answer stays, and theirs are gone', async () => {
    const { page } = await open(await fragmentOf({ ...USUAL_STATE, rules: RULES, packet: 'out tcp -> 203.0.113.9:443' }));
    await page.getByRole('button', { name: 'share' }).click();
    const link = page.getByLabel('Link', { exact: true });
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.share .actions input')?.value.includes('#v1='));
    const before = await link.inputValue();
    await page.getByRole('checkbox').check();
    await page.waitForFunction((old) => document.querySelector<HTMLInputElement>('.share .actions input')?.value !== old, before);
    const again = await open(new URL(await link.inputValue()).hash.slice(1));
    await again.page.locator('.answer h2', { hasText: 'DROPPED' }).waitFor();
    expect(await again.page.locator('.cm-content').first().textContent()).toContain('größe ☃');
    expect(await again.page.locator('main').textContent()).not.toContain('203.0.113.9');
    expect(await again.page.getByLabel('packet', { exact: true }).inputValue()).not.toContain('203.0.113.9');
  });

  it('back and forward go between states', async () => {
    const { page } = await open(await fragmentOf({ ...USUAL_STATE, rules: RULES, packet: 'out tcp -> 203.0.113.9:443' }));
    const other = await fragmentOf({ ...USUAL_STATE, rules: RULES, packet: 'out tcp -> 203.0.113.8:443' });
    await page.evaluate((fragment) => {
      location.hash = fragment;
    }, other);
    await page.locator('.answer h2', { hasText: 'DIRECT' }).waitFor();
    await page.goBack();
    await page.locator('.answer h2', { hasText: 'DROPPED' }).waitFor();
  });
});
