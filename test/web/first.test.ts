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

  it('answers before its editor is made', async () => {
    const { page } = await open(undefined, {}, () => {
      const seen: string[] = [];
      // on a busy machine the editor does not wait for an answer that is slow
      const wait = setTimeout;
      Object.assign(globalThis, { seen, setTimeout: (run: () => void, ms: number) => (ms === 300 ? 0 : wait(run, ms)) });
      new MutationObserver(() => {
        const answered = (document.querySelector('.answer h2')?.textContent ?? '…') !== '…';
        const edited = document.querySelector('.editor')?.shadowRoot?.querySelector('.cm-content') != null;
        seen.push(`${answered ? 'answer' : 'no answer'}, ${edited ? 'editor' : 'no editor'}`);
      }).observe(document, { childList: true, subtree: true });
    });
    await page.locator('.cm-content').waitFor();
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: readonly string[] }).seen);
    expect(seen).toContain('answer, no editor');
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

  it('the picture is heard as a list of steps, and scrolled where the page is narrow', async () => {
    const { page } = await open(undefined, { viewport: { width: 390, height: 800 } });
    const heard = await page.locator('.picture svg').ariaSnapshot();
    expect(heard).toMatchInlineSnapshot(`
      "- 'list "out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000: CAPTURED outbound"':
        - listitem: 1 app (uid 1000) sends tcp 10.244.0.5:40000 -> 203.0.113.9:443
        - listitem: app
        - listitem: "nat OUTPUT 1 > ISTIO_OUTPUT 9 > ISTIO_REDIRECT 1 istio-sidecar.rules:28 -p tcp REDIRECT: dst := 127.0.0.1:15001"
        - listitem: the TCP handshake is answered by the proxy (15001), not by 203.0.113.9:443
        - listitem: proxy :15001
        - listitem: "completes: SYN-ACK and ACK pass"
        - listitem: 2 proxy (uid 1337) sends tcp 10.244.0.5:40000 -> 203.0.113.9:443
        - listitem: nat OUTPUT 1 > ISTIO_OUTPUT 4 istio-sidecar.rules:22 --uid-owner 1337 RETURN
        - listitem: leaves via eth0 unchanged
        - listitem: eth0
        - listitem: "completes: SYN-ACK and ACK pass""
    `);
    const sizes = await page
      .locator('.picture')
      .evaluate((box) => [box.scrollWidth > box.clientWidth, document.documentElement.scrollWidth]);
    expect(sizes).toEqual([true, 390]);
    await page.locator('.picture').focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => (document.querySelector('.picture')?.scrollLeft ?? 0) > 0);
  });
});
