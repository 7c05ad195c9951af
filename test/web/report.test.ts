/** What `report` writes, in a browser: cause, packet and fix are seen first, and texts of others stay text. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';
import { makePrograms, type Programs } from '../support/programs.ts';
import { seriousFindings } from './axe.ts';
import { builtPage, describePage } from './browser.ts';

const MARKUP = '</script><img src=x onerror=alert(1)><!-- <script>alert(2)</script> \u2028 ]]>';

async function reportOf(argv: readonly string[], files: Readonly<Record<string, string>>) {
  const { code, written } = await chainwalk(['report', '--quiet', ...argv], {
    page: 'page.html',
    files: { ...files, 'page.html': await builtPage() },
  });
  return { code, html: Object.values(written)[0] ?? '' };
}

/** How far down a part ends, in pixels. */
async function endOf(page: Page, selector: string): Promise<number> {
  const box = await page.locator(selector).boundingBox();
  return (box?.y ?? Number.POSITIVE_INFINITY) + (box?.height ?? 0);
}

describePage('a report', ({ openHtml }) => {
  let programs: Programs;
  let folder: string;
  beforeAll(async () => {
    programs = makePrograms();
    writeFileSync(join(dirname(programs.main), 'chainwalk.html'), await builtPage());
    folder = mkdtempSync(join(tmpdir(), 'chainwalk-report-'));
  });
  afterAll(() => {
    programs?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const sh = (program: string, args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  };
  const git = (...args: readonly string[]) => expect(sh('git', ['-c', 'user.name=n', '-c', 'user.email=e@x', ...args]).code).toBe(0);

  it("the packed program's report of the article's pull request says cause, packet and fix on its first screen", async () => {
    const rules = join(folder, 'net/pod.rules');
    mkdirSync(dirname(rules));
    writeFileSync(join(folder, 'chainwalk.config.yaml'), 'groups: [{ files: "net/*.rules" }]\n');
    writeFileSync(rules, readFixture('istio-sidecar').text);
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'base');
    writeFileSync(rules, readFixture('article').text);
    const ran = sh(process.execPath, [programs.main, 'report', '--base', 'main', '-o', 'html=out/report.html,markdown=comment.md']);
    expect(ran).toEqual({ code: 1, out: '', err: 'written: out/report.html\n' });
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(folder, 'comment.md'), 'utf8')).toContain('open `out/report.html` in a browser');

    const { page, complaints } = await openHtml(readFileSync(join(folder, 'out/report.html'), 'utf8'), {
      viewport: { width: 1280, height: 800 },
    });
    expect(await page.locator('.report h2').textContent()).toMatch(/FAIL \d+ errors.* classes of packets change, \d+ into a loop/);
    expect(await page.locator('.findingHead').textContent()).toContain('no-redirect-loop net/pod.rules');
    const [cause, packet, fix] = await page.locator('.columns section').allTextContents();
    expect(cause).toContain('-A ISTIO_OUTPUT -p tcp -j ISTIO_REDIRECT');
    expect(packet).toMatch(/out tcp \S+ -> \S+ uid=1000 gid=1000before . CAPTURED outbound .*now . LOOP/s);
    expect(fix).toContain('nothing else breaks (proved for');
    expect(await endOf(page, '.columns')).toBeLessThan(800);
    // the rules below are those of the finding, and the first rule to blame is seen
    await page.locator('.cw-hit', { hasText: 'ISTIO_REDIRECT -p tcp -j REDIRECT' }).waitFor();
    expect(await page.locator('.answer h2').textContent()).toContain('LOOP');
    await page.getByRole('button', { name: 'apply it in the editor' }).click();
    await page.locator('.answer h2', { hasText: 'CAPTURED outbound' }).waitFor();
    await page.getByRole('button', { name: 'take it back' }).click();
    await page.locator('.answer h2', { hasText: 'LOOP' }).waitFor();
    await page.getByRole('button', { name: 'next finding' }).click();
    await page.locator('.answer h2', { hasText: 'TO APP' }).waitFor();
    await page.getByRole('tab', { name: 'Diff' }).click();
    await page.locator('.diff table').waitFor();
    expect(complaints).toEqual([]);
  });

  it('markup in comments, names of files and packets stays text', async () => {
    const rules = readFixture('article').text.replaceAll('-j ISTIO_REDIRECT', `-m comment --comment "${MARKUP}" -j ISTIO_REDIRECT`);
    const { code, html } = await reportOf([`${MARKUP.replaceAll('/', '')}.rules`], { [`${MARKUP.replaceAll('/', '')}.rules`]: rules });
    expect(code).toBe(1);
    expect(html.match(/<\/script/g)).toHaveLength((await builtPage()).match(/<\/script/g)?.length ?? 0);
    expect(html).not.toContain('<!--');
    const { page, complaints } = await openHtml(html);
    expect(await page.locator('.report').textContent()).toContain('<img src=x onerror=alert(1)>');
    for (const summary of await page.locator('.report summary').all()) await summary.click();
    expect(await page.locator('img[src], .report script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('of a manifest the rules that follow from it are shown, of sound rules that nothing is wrong', async () => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: { name: web, labels: { sidecar.istio.io/inject: "true" } }\nspec: { containers: [{ name: a, securityContext: { runAsUser: 1337 } }] }\n';
    const ofPod = await openHtml((await reportOf(['web.yaml'], { 'web.yaml': pod })).html);
    expect(await ofPod.page.locator('.columns').textContent()).toContain('web.yaml:4');
    const sound = await reportOf(['good.rules'], { 'good.rules': readFixture('istio-sidecar').text });
    expect(sound.code).toBe(0);
    const { page } = await openHtml(sound.html);
    expect(await page.locator('.report h2').textContent()).toContain('OK no errors or warnings');
    expect(await page.locator('.answer').count()).toBe(1);
  });

  it.each([1280, 640, 390])('axe has no serious finding in a report, %i px wide', async (width) => {
    const { html } = await reportOf(['article.rules'], { 'article.rules': readFixture('article').text });
    const { page } = await openHtml(html, { viewport: { width, height: 800 } });
    for (const summary of await page.locator('.report summary').all()) await summary.click();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
});
