/** Claims about the pods of a manifest: whose they are, which line breaks them, and which rules never match. */
import { expect, it } from 'vitest';
import { USUAL_STATE } from '../../web/state/pageState.ts';
import { fragmentOf } from '../../web/state/permalink.ts';
import { describePage } from './browser.ts';

function pod(name: string, namespace: string, annotations = ''): string {
  const labels = 'labels: { sidecar.istio.io/inject: "true" }';
  const metadata = `metadata:\n  name: ${name}\n  namespace: ${namespace}\n  ${labels}\n${annotations}`;
  return `apiVersion: v1\nkind: Pod\n${metadata}spec:\n  containers:\n    - name: app\n      image: app\n`;
}

const CLOSED = '  annotations:\n    traffic.sidecar.istio.io/includeInboundPorts: ""\n';
const TWO = [pod('sound', 'shop'), pod('till', 'shop', CLOSED)].join('---\n');
const asked = (rules: string) =>
  fragmentOf({ ...USUAL_STATE, file: 'pods.yaml', rules, packet: 'out tcp -> 203.0.113.9:443', tab: 'claims' });

describePage('claims about manifests', ({ open }) => {
  it('the witness is asked of its own pod, and the setting that breaks a claim is shown', async () => {
    const { page } = await open(await asked(TWO));
    const broken = page.locator('.claim.verdict-violated', { hasText: 'inbound-captured' });
    await broken.waitFor();
    expect(await broken.textContent()).toContain('shop/till');
    expect(await broken.textContent()).toContain('cause: annotation traffic.sidecar.istio.io/includeInboundPorts: ""');
    const line = TWO.slice(0, TWO.indexOf('includeInboundPorts')).split('\n').length;
    await broken.getByRole('button', { name: `line ${line}` }).click();
    expect(await page.locator('.setting select').last().inputValue()).toBe('shop/sound');
    await broken.getByRole('button', { name: /^trace in tcp/ }).click();
    await page.locator('.answer h2', { hasText: 'TO APP' }).waitFor();
    expect(await page.locator('.setting select').last().inputValue()).toBe('shop/till');
  });

  it('dead rules are hatched in the rules of the pod that is asked', async () => {
    const { page } = await open(await asked(TWO));
    await page.locator('.ofPod .cw-dead').first().waitFor();
    expect(await page.locator('.left > .editor .cw-dead').count()).toBe(0);
    expect(await page.locator('.ofPod .cw-dead').allTextContents()).not.toContainEqual(expect.stringContaining('ISTIO_INBOUND -p tcp'));
    await page.locator('.setting select').last().selectOption('shop/till');
    // which no rule leads to in this pod alone
    await page.locator('.ofPod .cw-dead', { hasText: '-A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN' }).waitFor();
  });

  it('of two pods with one name it is not said which one has the witness', async () => {
    const { page } = await open(await asked([pod('web', 'shop'), pod('web', 'bank', CLOSED)].join('---\n')));
    const broken = page.locator('.claim.verdict-violated', { hasText: 'inbound-captured' });
    await broken.waitFor();
    expect(await broken.getByRole('button', { name: /^trace/ }).count()).toBe(0);
    expect(await broken.textContent()).toContain('in tcp');
  });

  it('manifests are compared with manifests, and a change is asked of its pod', async () => {
    const rules = TWO;
    const base = [pod('sound', 'shop'), pod('till', 'shop'), pod('gone', 'shop')].join('---\n');
    const { page } = await open(
      await fragmentOf({ ...USUAL_STATE, file: 'pods.yaml', rules, base, packet: 'out tcp -> 203.0.113.9:443', tab: 'diff' }),
    );
    const row = page.locator('.diff tr', { hasText: 'captured-in' }).filter({ hasText: 'Pod shop/till' });
    await row.first().waitFor();
    expect(await page.locator('.diff').textContent()).toContain('Pod shop/gone is on the side of the base alone: nothing was compared');
    await row
      .first()
      .getByRole('button', { name: /^trace in tcp/ })
      .click();
    await page.locator('.answer h2', { hasText: 'TO APP' }).waitFor();
    expect(await page.locator('.setting select').last().inputValue()).toBe('shop/till');
    await page.getByRole('tab', { name: 'Diff' }).click();
    await page.locator('.diff .cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('*filter\nCOMMIT\n');
    await page.locator('.problem', { hasText: 'rules are compared with rules here, and manifests with manifests' }).waitFor();
  });
});
