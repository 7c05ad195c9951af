/** Rules, packets and links that others wrote stay text. */
import { expect, it } from 'vitest';
import { USUAL_STATE } from '../../web/state/pageState.ts';
import { fragmentOf } from '../../web/state/permalink.ts';
import { describePage } from './browser.ts';

const MARKUP = '</script><img src=x onerror=alert(1)><svg onload=alert(2)>';
const RULES = `*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m comment --comment "${MARKUP}" -j REDIRECT --to-ports 15001\n-A OUTPUT -j ${MARKUP.replaceAll(/[ ]/g, '')}\nCOMMIT\n`;

describePage('hostile texts', ({ open }) => {
  it.each(['trace', 'connection', 'claims', 'diff', 'find', 'json', 'mermaid'] as const)('markup in rules stays text: %s', async (tab) => {
    const rules = RULES.replace(/^-A OUTPUT -j .*\n/m, '');
    const { page, complaints } = await open(await fragmentOf({ ...USUAL_STATE, file: MARKUP, rules, base: RULES, tab }));
    await page.locator('.busy').waitFor({ state: 'detached' });
    await page.locator('.panel').locator('*').first().waitFor();
    expect(await page.locator('img, svg[onload]').count()).toBe(0);
    expect(await page.locator('.cm-content').first().textContent()).toContain('onerror');
    expect(complaints).toEqual([]);
  });

  it('markup in messages, packets and names stays text', async () => {
    const { page, complaints } = await open(
      await fragmentOf({ ...USUAL_STATE, file: MARKUP, rules: RULES, packet: MARKUP, podIp: MARKUP }),
    );
    await page.locator('.problems li').first().waitFor();
    expect(await page.locator('.problems').textContent()).toContain('onerror');
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each(['v1=AAAA', 'v1=<img src=x onerror=alert(1)>', '</script><script>alert(1)</script>', 'v2=x'])(
    'the fragment %s is passed over',
    async (fragment) => {
      const { page, complaints } = await open(fragment);
      expect(await page.locator('.answer h2').textContent()).toContain('CAPTURED outbound');
      expect(complaints).toEqual([]);
    },
  );
});
