/** Fixes that are proved, the rules that follow from a manifest, and every example. */
import { expect, it } from 'vitest';
import { PAGE_EXAMPLES } from '../../web/examples.ts';
import { describePage } from './browser.ts';

const titled = (words: string) => PAGE_EXAMPLES.findIndex(({ title }) => title.includes(words));

describePage('on the page', ({ open }) => {
  it('a fix that is proved is found when asked for, and applied to the rules', async () => {
    const { page } = await open();
    await page.getByLabel('example').selectOption(String(titled('redirect loop')));
    await page.getByRole('tab', { name: 'Claims' }).click();
    await page.locator('.claims .summary', { hasText: /\d+ errors/ }).waitFor();
    await page.getByRole('button', { name: 'look for a proved fix' }).click();
    await page.locator('.fix').waitFor();
    expect(await page.locator('.fix').textContent()).toContain('nothing else breaks (proved for first packets of connections over IPv4');
    await page.getByRole('button', { name: 'apply it to the rules' }).click();
    await page.locator('.answer h2', { hasText: 'DIRECT' }).waitFor();
    await page.locator('.claims .summary:not(:has-text("error"))').waitFor();
    expect(await page.getByRole('button', { name: 'look for a proved fix' }).count()).toBe(0);
  });

  it('of manifests the rules of the chosen pod stand below, with the way on them', async () => {
    const { page } = await open();
    await page.getByLabel('example').selectOption(String(titled('manifest')));
    await page.locator('.ofPod .cw-hit').first().waitFor();
    expect(await page.locator('.ofPod .title').textContent()).toContain('web.yaml#web');
    expect(await page.locator('.setting select').last().inputValue()).toBe('shop/web');
    expect(await page.locator('.left > .editor .cw-hit').count()).toBe(0);
    await page.locator('.step').last().click();
    await page.locator('.ofPod .cw-selected').waitFor();
    await page.locator('.ofPod .cm-content').click();
    await page.keyboard.type('x');
    expect(await page.locator('.ofPod .cm-content').textContent()).not.toContain('x*');
  });

  it.each([
    ['init containers', 'REFUSED', 'nothing listens on tcp 127.0.0.1:15001'],
    ['redsocks', 'TO APP', 'redsocks at 192.168.1.1:12345'],
    ['ambient', 'CAPTURED inbound', 'proxy 10.244.0.5:15006'],
    ['by nft', 'CAPTURED outbound', '15001'],
  ])('the example of %s is %s', async (words, word, rest) => {
    const { page, complaints } = await open();
    await page.getByLabel('example').selectOption(String(titled(words)));
    await page.locator('.answer h2', { hasText: word }).waitFor();
    expect(await page.locator('.answer h2').textContent()).toContain(rest);
    // of these rules and this packet, not of those before
    const packet = await page.getByLabel('packet', { exact: true }).inputValue();
    await page.locator('.facts', { hasText: `same for${packet.startsWith('in') ? 'in' : 'out'} tcp` }).waitFor();
    expect(complaints).toEqual([]);
  });
});
