/** `explain WORD`: which page a reader gets. */
import { describe, expect, it } from 'vitest';
import { PAGES } from '../../src/report/generated/pages.ts';
import { searchPages } from '../../src/report/pages/search.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const found = (query: string): readonly string[] => {
  const answer = searchPages(PAGES, query);
  if (answer.kind === 'none') return [];
  return (answer.kind === 'pages' ? answer.pages : answer.hits.map(({ page }) => page)).map(({ id }) => id);
};

describe('a page by its name', () => {
  it.each(PAGES.map(({ id }) => id))('%s', (id) => expect(found(id)).toContain(id));
});

describe('a word that is mentioned, and a slip away from a page', () => {
  it.each([
    ['captured-ou', 'captured-out'],
    ['no-redirect-lop', 'no-redirect-loop'],
    ['droped', 'dropped'],
  ])('%s: did you mean %s?', async (word, meant) => {
    const { code, out, err } = await chainwalk(['explain', word]);
    expect(`${err}${out}`).toContain(meant);
    if (code === 0) expect(err).toBe(`did you mean \`chainwalk explain ${meant}\`?\n`);
  });

  it('no other word suggests one', async () => {
    for (const word of ['istio', 'proxy', 'timeout', 'port 15001']) expect((await chainwalk(['explain', word])).err, word).toBe('');
  });
});

describe('a word, or what was pasted', () => {
  it.each([
    ['timeout', 'timeout'],
    ['timed out', 'timeout'],
    ['TIMEOUT', 'timeout'],
    ['dial tcp 10.96.0.1:443: i/o timeout', 'timeout'],
    ['refused', 'connection-refused'],
    ['connect: connection refused', 'connection-refused'],
    ['ECONNREFUSED', 'connection-refused'],
    ['reset', 'reset'],
    ['read: connection reset by peer', 'reset'],
    ['503', '503'],
    ['upstream connect error or disconnect/reset before headers', '503'],
    ['probe', 'probe'],
    ['Readiness probe failed: HTTP probe failed with statuscode: 500', 'probe'],
    ['not captured', 'not-captured'],
    ['why is my pod not captured', 'not-captured'],
    ['15001', '15001'],
    [':15021', '15021'],
    ['port 15006', '15006'],
    ['IST0144', 'IST0144'],
    ['ist0103', 'IST0103'],
    ['InvalidApplicationUID', 'IST0144'],
    ['no such host', 'no-such-host'],
    ['excludeOutboundPorts', 'istio-local-outbound-ports-exclude'],
    ['traffic.sidecar.istio.io/excludeInboundPorts', 'istio-local-exclude-ports'],
    ['ISTIO_OUTBOUND_OWNER_GROUPS', 'ISTIO_OUTBOUND_OWNER_GROUPS'],
    ['no redirect loop', 'no-redirect-loop'],
  ])('%s: %s', (query, id) => expect(found(query)[0]).toBe(id));

  it.each([
    ['captured', ['captured-out', 'captured-in', 'pod-captured']],
    ['redirect loop', ['no-redirect-loop']],
    ['conntrack zone', ['conntrack-zone-symmetry']],
    ['rp_filter', ['reverse-path']],
    ['baseline', ['config', 'suppression']],
  ])('%s: among the first', (query, ids) => expect(found(query).slice(0, 8)).toEqual(expect.arrayContaining(ids)));
});

describe('on the command line', () => {
  it('words need no quotes', async () => {
    const { out, code } = await chainwalk(['explain', 'not', 'captured']);
    expect([code, out.split('\n')[0]]).toEqual([0, expect.stringMatching(/^not-captured {2}/)]);
  });

  it('a symptom fits a screen', async () => {
    for (const { id } of PAGES.filter(({ group }) => group === 'symptom')) {
      const { out } = await chainwalk(['explain', id]);
      expect(out.split('\n').length, id).toBeLessThanOrEqual(32);
    }
  });

  it('several pages are a list, at most one screen', async () => {
    const { out } = await chainwalk(['explain', 'redirect']);
    expect(out).toMatch(/^redirect: \d+ pages mention it, the first 12 \(chainwalk explain NAME\)\n/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('a group has its list', async () => {
    expect((await chainwalk(['explain', 'symptoms'])).out).toMatch(/^symptoms: .*\n {2}timeout /);
  });

  it.each([
    ['martain', 'martian'],
    ['timout', 'timeout'],
    ['no-redirect-lop', 'no-redirect-loop'],
  ])('%s is not there: did you mean %s?', async (word, meant) => {
    const { code, err } = await chainwalk(['explain', word]);
    expect([code, err]).toEqual([2, `chainwalk: error: no page mentions \`${word}\`\nhelp: did you mean \`${meant}\`?\n`]);
  });

  it.each([
    ['9999', 'no mesh listens on port 9999', 'chainwalk trace'],
    ['IST0116', 'IST0116 is not about the capture of traffic', 'istio.io/latest/docs/reference/config/analysis/ist0116/'],
  ])('%s: what it is not, and where to look', async (word, message, help) => {
    const { code, err } = await chainwalk(['explain', word]);
    expect([code, err]).toEqual([2, expect.stringContaining(`error: ${message}\nhelp: `)]);
    expect(err).toContain(help);
  });

  it('has all pages as JSON and as Markdown', async () => {
    const json = JSON.parse((await chainwalk(['explain', '--all', '-o', 'json'])).out);
    expect([json.schema, json.pages.length]).toEqual(['chainwalk/explain/v1', PAGES.length]);
    const { out } = await chainwalk(['explain', '--all', '-o', 'markdown']);
    for (const { id } of PAGES) expect(out).toContain(`\n### ${id}\n`);
    expect(JSON.parse((await chainwalk(['explain', '15001', '--json'])).out).pages).toHaveLength(1);
  });

  it('a page of a command has all its options', async () => {
    const { out } = await chainwalk(['explain', 'render']);
    expect(out).toContain('--with-routing');
    expect(out).toContain('istio-local-exclude-ports');
  });
});
