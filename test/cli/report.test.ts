/** `chainwalk report` and `-o html=FILE`: what is written, and the exit codes of `ci` and `verify`. */
import { describe, expect, it } from 'vitest';
import type { PageReport } from '../../src/report/html/pageTypes.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk, type Setting } from './memoryIo.ts';

const PAGE = '<html><script type="application/json" id="given">null</script></html>';
const FILES = {
  'page.html': PAGE,
  'article.rules': readFixture('article').text,
  'good.rules': readFixture('istio-sidecar').text,
  'chainwalk.config.yaml': 'groups: [{ files: "*.rules" }]\nclaims: { only: [no-redirect-loop] }\n',
};

const run = (argv: readonly string[], setting: Setting = {}) =>
  chainwalk(argv, { page: 'page.html', ...setting, files: { ...FILES, ...setting.files } });

function reportIn(html: string | undefined): PageReport {
  const [, text = 'null'] = /id="given">(.*)<\/script>/s.exec(html ?? '') ?? [];
  return JSON.parse(text) as PageReport;
}

describe('chainwalk report', () => {
  it('without files does what ci does, and exits as it does', async () => {
    const ofConfig = await run(['report']);
    expect([ofConfig.code, ofConfig.out, ofConfig.err, Object.keys(ofConfig.written)]).toEqual([
      1,
      '',
      'written: chainwalk-report.html\n',
      ['chainwalk-report.html'],
    ]);
    const { kind, word, findings, texts } = reportIn(ofConfig.written['chainwalk-report.html']);
    expect([kind, word, findings.length]).toEqual(['report', 'FAIL', 1]);
    expect(findings[0]).toMatchObject({
      level: 'error',
      claim: 'no-redirect-loop',
      subjects: ['article.rules'],
      now: { outcome: 'loop', file: 'article.rules', mesh: 'istio-sidecar' },
      fix: { says: 'move line 18 below line 22' },
    });
    expect(texts[findings[0]?.now?.text ?? -1]).toBe(FILES['article.rules']);
    expect(texts[findings[0]?.fix?.text ?? -1]).not.toBe(FILES['article.rules']);
  });

  it('with files it does what verify does, beside other formats', async () => {
    const ofFile = await run(['report', 'good.rules', '-o', 'html=out/r.html,json']);
    expect([ofFile.code, Object.keys(ofFile.written)]).toEqual([0, ['out/r.html']]);
    expect(JSON.parse(ofFile.out)).toMatchObject({ schema: 'chainwalk/verify/v1' });
  });

  it('a change is told with what the packet met before', async () => {
    const { code, written } = await run(['diff', 'good.rules', 'article.rules', '-o', 'html=r.html']);
    expect(code).toBe(1);
    const [first] = reportIn(written['r.html']).findings;
    expect([first?.claim, first?.before?.outcome, first?.now?.outcome]).toEqual(['behaviour-changed', 'captured-out', 'loop']);
  });

  it('the comment names the file, and only where there is one', async () => {
    const beside = await run(['ci', '-o', 'html=out/report.html,markdown=comment.md']);
    expect(beside.written['comment.md']).toContain('open `out/report.html` in a browser');
    const alone = await run(['ci', '-o', 'markdown=comment.md']);
    expect(alone.written['comment.md']).not.toContain('browser');
  });

  it('what options do not go together is said, and so is a page that is not there', async () => {
    expect(await run(['report', 'good.rules', '--base', 'main'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--base is for what chainwalk.config.* names, not for files'),
    });
    expect(await run(['report', '--profile', 'none'])).toMatchObject({ code: 2, err: expect.stringContaining('--profile is for files') });
    expect(await run(['report', 'nowhere.rules'])).toMatchObject({ code: 2, written: {} });
    expect(await chainwalk(['report', 'good.rules'], { files: FILES })).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot read the page of chainwalk: there is none'),
      written: {},
    });
    expect(await run(['report', 'good.rules'], { page: 'gone.html' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot read the page of chainwalk, `gone.html`'),
    });
  });
});
