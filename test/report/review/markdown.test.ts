import fc from 'fast-check';
import { lexer, type Token, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { printable } from '../../../src/lib/printable.ts';
import { code, codeBlock, codeCell, html, markdownProse, table } from '../../../src/report/markdown/escape.ts';
import { MOST_OF_COMMENT, MOST_OF_SUMMARY, markdownReview } from '../../../src/report/markdown/markdown.ts';
import { changed, hostile, hostileReview, hostileTexts, problem, review, subject } from './handmadeReview.ts';

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** Every token, those inside others too. */
function tokensOf(text: string): readonly Token[] {
  const all: Token[] = [];
  const visit = (token: Token): void => {
    all.push(token);
    if (token.type === 'table') {
      const { header, rows } = token as Tokens.Table;
      for (const cell of [...header, ...rows.flat()]) cell.tokens.forEach(visit);
    } else if (token.type === 'list') (token as Tokens.List).items.forEach(visit);
    else if ('tokens' in token) token.tokens?.forEach(visit);
  };
  lexer(text).forEach(visit);
  return all;
}

/** Code of a cell: a span, or an element with references. */
function shownIn(cell: Tokens.TableCell | undefined): string {
  const tokens = cell?.tokens ?? [];
  if (tokens[0]?.type === 'codespan') return tokens.length === 1 ? (tokens[0] as Tokens.Codespan).text : '';
  const [open, ...rest] = tokens;
  const close = rest.pop();
  expect([open?.raw, close?.raw]).toEqual(['<code>', '</code>']);
  expect(rest.every(({ type }) => type === 'text')).toBe(true);
  return rest.map(({ raw }) => raw.replaceAll(/&#(\d+);/g, (_, number) => String.fromCharCode(Number(number)))).join('');
}

const OURS = /^(?:<!-- -->|<\/?code>|<details><summary>[^<>]*(?:<!-- -->[^<>]*)*<\/summary>\s*|<\/details>\s*)$/;

describe('markdown', { timeout: 60_000 }, () => {
  it('a verdict, a table, the first packet, and the findings folded', () => {
    expect(markdownReview(review([subject([problem()])]), { most: MOST_OF_COMMENT })).toMatchInlineSnapshot(`
      "### chainwalk: FAIL: 1 error

      |  | file or pod | verdict | checks passed | suppressed |
      | --- | --- | --- | --- | --- |
      | **FAILED** | net/pod.rules | 1 error | 0 of 1 | 0 |

      The first packet: \`out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000\`: **dropped**

      \`\`\`mermaid
      flowchart TB
        %%{init: {"flowchart": {"wrappingWidth": 700}}}%%
        n1(["app"])
        n3["DROPPED"]
        subgraph leg1_n1["leg 1  tcp 10.244.0.5 → 203.0.113.9:443"]
          n2["<b>nat OUTPUT 1  pod.rules:3</b><br/>every packet<br/><b>DROP</b>"]
        end
        n1 -.-> n2
        n2 --> n3
        classDef drop fill:#000000,color:#ffffff,stroke:#000000
        class n3 drop
        linkStyle 0 stroke:#1565c0,stroke-width:2px,stroke-dasharray:2 4
        linkStyle 1 stroke:#000000,stroke-width:2px
      \`\`\`

      Lines: past the proxy blue dotted, drop black.

      <details><summary>error: no-redirect-loop (IPv4), net/pod.rules</summary>

      It is so.

      * for \`tcp why\`
      * example \`out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000\`: **dropped**
      * path \`app -> OUTPUT#1 -> net/pod.rules:3 => dropped\`

      \`\`\`
      nat OUTPUT#1, net/pod.rules:3
          3 | -A OUTPUT -m comment --comment "why" -j DROP
            |                                      ^^^^^^^
      \`\`\`

      What to do: do not it is so

      </details>"
    `);
  });

  it('prose is text alone: no markup, link, image, mention or reference', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const tokens = tokensOf(`Before ${markdownProse(text)} after`);
        const kinds = new Set(tokens.map(({ type }) => type));
        for (const kind of ['link', 'image', 'em', 'strong', 'del', 'codespan', 'heading', 'list', 'table', 'code', 'blockquote']) {
          expect(kinds).not.toContain(kind);
        }
        for (const { type, raw } of tokens) if (type === 'html') expect(raw).toMatch(OURS);
        expect(markdownProse(text)).not.toMatch(/[@#](?!<!-- -->)/);
      }),
      { numRuns: 500 },
    );
  });

  it('a code span is read back as it was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [paragraph] = lexer(`x ${code(text)} y`);
        const spans = tokensOf(`x ${code(text)} y`).filter(({ type }) => type === 'codespan') as Tokens.Codespan[];
        expect(paragraph?.type).toBe('paragraph');
        expect(spans.map((span) => span.text.trim())).toEqual([printable(text).trim()]);
      }),
      { numRuns: 500 },
    );
  });

  it('cells stay cells', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const [one, ...others] = lexer(
          table(
            ['a', 'b'],
            [
              [codeCell(a), markdownProse(b)],
              ['x', 'y'],
            ],
          ),
        );
        expect(others).toEqual([]);
        expect(one?.type).toBe('table');
        const { rows } = one as Tokens.Table;
        expect(rows.map((row) => row.length)).toEqual([2, 2]);
        expect(rows[1]?.map((cell) => cell.text)).toEqual(['x', 'y']);
        expect(shownIn(rows[0]?.[0]).trim()).toBe(printable(a).trim());
      }),
      { numRuns: 500 },
    );
  });

  it('a block of code ends where it should', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1 }), (lines) => {
        fc.pre(lines.some((line) => line !== ''));
        const [block, ...others] = lexer(codeBlock(lines, 'mermaid'));
        expect(others).toEqual([]);
        expect(block).toMatchObject({ type: 'code', lang: 'mermaid' });
        // marked may keep the last line feed
        const shown = (block as Tokens.Code).text.replace(/\n*$/, '');
        expect(shown).toBe(lines.map(printable).join('\n').replace(/\n*$/, ''));
      }),
    );
  });

  it('a summary has no element of the text', () => {
    fc.assert(fc.property(hostile, (text) => !/[<>]/.test(html(text).replaceAll('<!-- -->', ''))));
  });

  it('a comment with any texts has our elements alone, and every finding folded', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const text = markdownReview(hostileReview(texts), { most: MOST_OF_COMMENT });
        const tokens = tokensOf(text);
        const elements = tokens.filter(({ type }) => type === 'html').map(({ raw }) => raw);
        for (const raw of elements) expect(raw).toMatch(OURS);
        expect(elements.filter((raw) => raw.startsWith('<details>'))).toHaveLength(4);
        expect(elements.filter((raw) => raw.startsWith('</details>'))).toHaveLength(4);
        expect(tokens.filter(({ type }) => type === 'link' || type === 'image')).toEqual([]);
        expect(
          lexer(text)
            .filter(({ type }) => type === 'heading')
            .map(({ raw }) => raw.trim()),
        ).toHaveLength(1);
        expect((tokens.find(({ type }) => type === 'code') as Tokens.Code).lang).toBe('mermaid');
      }),
    );
  });

  it('10,000 findings: what fits into a comment and into a summary, and a word on the others', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => problem({ comment: `rule ${index}`, message: `finding ${index}` }));
    for (const most of [MOST_OF_COMMENT, MOST_OF_SUMMARY]) {
      const subjects = many.map((one, index) => subject([one], { name: `pod-${index}` }));
      const text = markdownReview(review(subjects), { most });
      const shown = text.split('<details>').length - 1;
      expect(bytes(text)).toBeLessThanOrEqual(most);
      expect(bytes(text)).toBeGreaterThan(0.9 * most);
      expect(text).toMatch(new RegExp(`Left out, for the length of this text: ${10_000 - shown} findings`));
    }
  });

  it('many subjects: the worst in the table, and how many are not', () => {
    const good = Array.from({ length: 40 }, (_, index) => subject([], { name: `pod-${index}` }));
    const text = markdownReview(review([...good, subject([problem()], { name: 'bad' })]), { most: MOST_OF_COMMENT });
    expect(text).toContain('| **FAILED** | bad | 1 error |');
    expect(text).toContain('40 other files and pods passed.');
    expect(text).not.toContain('| PASSED |');
  });

  it('the same said of many pods is one finding', () => {
    const pods = Array.from({ length: 12 }, (_, index) => subject([problem()], { kind: 'pod', name: `Deployment shop/web-${index}` }));
    const text = markdownReview(review(pods), { most: MOST_OF_COMMENT });
    expect(text.split('<details>')).toHaveLength(2);
    expect(text).toContain('shop/web-4 and 7 more</summary>');
  });

  it('classes that change stand in a table, with what happened before', () => {
    const known = { ...changed(), level: 'warning' } as const;
    const text = markdownReview(review([subject([known], { kind: 'comparison' })]), { most: MOST_OF_COMMENT });
    expect(text).toContain('### chainwalk: OK: 1 warning; 1 class of packets changes\n');
    expect(text).toContain('| WARNING | net/pod.rules | 1 warning; 1 class of packets changes |');
    expect(text).toContain('```mermaid');
    expect(text).toContain('<summary>warning: behaviour-changed (IPv4), net/pod.rules</summary>');
    expect(text).toContain('| packets | before | now | decided by |');
    expect(text).toContain('| `tcp why` | dropped | **dropped**, another way |');
  });

  it('a change that does no harm is counted in the first line, and folded', () => {
    const known = { ...changed(), level: 'info' } as const;
    const text = markdownReview(review([subject([known], { kind: 'comparison' })]), { most: MOST_OF_COMMENT });
    expect(text).toContain('### chainwalk: OK: no errors or warnings; 1 class of packets changes\n');
    expect(text).toContain('<summary>1 hint</summary>');
    expect(text).not.toContain('mermaid');
  });
});
