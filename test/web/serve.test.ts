/** A served page hears of changes, and keeps what was typed. */
import { expect, it } from 'vitest';
import { serveHere } from '../cli/served.ts';
import { builtPage, describePage } from './browser.ts';

const rules = (target: string) => `*filter\n-A OUTPUT -p tcp -j ${target}\nCOMMIT\n`;

describePage('a served page', ({ openServed }) => {
  it('reads a file again when it is saved, whose text was not typed into; says when it is gone, and when the server is', async () => {
    const served = serveHere({ files: { 'pod.rules': rules('ACCEPT'), 'b.rules': rules('DROP') }, page: await builtPage() });
    const { page, complaints } = await openServed(await served.address);
    await page.locator('.answer h2', { hasText: 'DIRECT' }).waitFor();
    await page.locator('.served', { hasText: /^live$/ }).waitFor();
    served.write('pod.rules', rules('REJECT'));
    await page.locator('.answer h2', { hasText: 'REJECTED' }).waitFor();

    await page.locator('.cm-content').first().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(rules('ACCEPT'));
    await page.locator('.served', { hasText: 'not as on the disk' }).waitFor();
    served.write('pod.rules', rules('DROP'));
    served.write('b.rules', rules('REJECT'));
    await page.getByLabel('file on the disk').selectOption('b.rules');
    await page.locator('.answer h2', { hasText: 'REJECTED' }).waitFor();
    await page.getByLabel('file on the disk').selectOption('pod.rules');
    await page.locator('.answer h2', { hasText: 'DROPPED' }).waitFor();

    served.remove('pod.rules');
    await page.locator('.served', { hasText: 'cannot be read: no such file' }).waitFor();
    expect(await page.locator('.answer h2').textContent()).toContain('DROPPED');
    expect(complaints).toEqual([]);
    expect(await served.end()).toBe(0);
    await page.locator('.served', { hasText: 'the server has ended' }).waitFor();
    await page.close();
  });
});
