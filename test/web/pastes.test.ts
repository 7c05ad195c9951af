/** What people paste: other line ends, blanks of web pages, colours of terminals, very much. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { USUAL_STATE } from '../../web/state/pageState.ts';
import { fragmentOf } from '../../web/state/permalink.ts';
import { describePage } from './browser.ts';

const RULES = readFileSync(new URL('../../fixtures/istio-sidecar.rules', import.meta.url), 'utf8');

async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.locator('.cm-content').evaluate((content, pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    content.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

/** Rules of a chain of so many, of which the last one decides. */
function longRules(count: number): string {
  const rules = Array.from(
    { length: count },
    (_, index) => `-A OUTPUT -d 198.18.${index >> 8}.${index & 255}/32 -p tcp -m tcp --dport 443 -j DROP`,
  );
  return `*filter\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\n-A OUTPUT -d 203.0.113.9/32 -j REJECT\nCOMMIT\n`;
}

const PACKET = 'out tcp -> 203.0.113.9:443';
const POD = [
  'apiVersion: v1',
  'kind: Pod',
  'metadata:',
  '  name: a',
  '  labels:',
  '    sidecar.istio.io/inject: "true"',
  'spec:',
  '  containers:',
  '  - name: a',
  '    image: a',
  '',
].join('\n');
/** Texts that the page's first worker has no reader of, with the answer. */
const OTHERS = [
  ['nft', 'table ip t {\n chain c {\n  type filter hook output priority 0;\n  tcp dport 443 reject\n }\n}\n', 'REJECTED'],
  ['a script', 'iptables -A OUTPUT -p tcp --dport 443 -j DROP\n', 'DROPPED'],
  ['a manifest', POD, 'CAPTURED'],
] as const;

describePage('pastes', ({ open }) => {
  it.each(OTHERS)('%s is answered, as the first text and after rules of iptables', async (_, rules, answer) => {
    const first = await open(await fragmentOf({ ...USUAL_STATE, rules, packet: PACKET }));
    const said = await first.page.locator('.answer h2').textContent();
    expect(said).toContain(answer);
    const { page } = await open(await fragmentOf({ ...USUAL_STATE, rules: longRules(1), packet: 'out tcp -> 203.0.113.8:443' }));
    await page.locator('.answer h2', { hasText: 'DIRECT' }).waitFor();
    await paste(page, rules);
    await page.getByLabel('packet', { exact: true }).fill(PACKET);
    await page.locator('.answer h2', { hasText: answer }).waitFor();
    expect(await page.locator('.answer h2').textContent()).toBe(said);
  });

  it.each([
    ['CRLF', RULES.replaceAll('\n', '\r\n')],
    ['non-breaking blanks', RULES.replaceAll('-j ISTIO_OUTPUT', '-j\u00a0ISTIO_OUTPUT')],
    ['colours of a terminal', RULES.replaceAll('*nat', '\u001b[32m*nat\u001b[0m')],
  ])('%s', async (_, text) => {
    const { page } = await open();
    await paste(page, text);
    await page.locator('.cm-line', { hasText: 'Istio sidecar' }).waitFor();
    await page.locator('.answer h2', { hasText: 'CAPTURED outbound' }).waitFor();
    // the marks of the text before went with it
    await page.locator('.cw-hit').nth(1).waitFor();
    expect(await page.locator('.leg').count()).toBe(2);
  });

  it('ten thousand rules are answered, and a proof about them is ended by a button', async () => {
    const { page } = await open();
    await paste(page, longRules(10_000));
    await page.locator('.answer h2', { hasText: 'REJECTED' }).waitFor();
    await page.getByRole('tab', { name: 'Claims' }).click();
    await page.getByRole('button', { name: 'cancel' }).click();
    await page.getByRole('button', { name: 'ask' }).waitFor();
    await page.getByLabel('packet', { exact: true }).fill('out tcp -> 198.18.0.7:443');
    await page.locator('.answer h2', { hasText: 'DROPPED' }).waitFor();
  });

  it('five megabytes that are no rules are told to be none', async () => {
    const { page } = await open();
    await paste(page, 'not a rule of any kind at all\n'.repeat(170_000));
    await page.locator('.answer h2', { hasText: 'NO ANSWER' }).waitFor();
    expect(await page.locator('.problem').count()).toBeGreaterThan(0);
  });
});
