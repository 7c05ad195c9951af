import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/syntax/document/parse.ts';
import { printNft } from '../../../src/syntax/nft/printNft.ts';
import { inTable, readNft, STATEMENTS, TABLE } from './texts.ts';

function said(text: string): readonly (readonly [string, string])[] {
  return readNft(text).findings.map(({ message, span }) => [message, text.slice(span.start, span.end)]);
}

describe('what nft cannot read', () => {
  it('all mistakes of a text are said, each with its place, and the rest is read', () => {
    const text = [
      'table inet t {',
      '\tset s {',
      '\t\ttype ipv4_addr',
      '\t\telements = { 1.1.1.1, 5.5.5.5 4, 2.2.2.2 }',
      '\t}',
      '\tbogus {',
      '\t}',
      '\tchain c {',
      '\t\ttcp dport accept',
      '\t\ttcp dport 80 acept',
      '\t\tip saddr { 1.1.1.1, x y } drop',
      '\t\tjump drop',
      '\t\tudp dport 53 accept',
      '\t}',
      '}',
      'ad rule inet t c drop',
      'add rule inet t c accept',
      '',
    ].join('\n');
    expect(said(text)).toEqual([
      ['expected `,`, found `4,`', '4'],
      ['expected a chain, a set, a map or an object, found `bogus`', 'b'],
      ['`accept` is a word of nft and cannot be a value here', 'accept'],
      ['expected a statement, found `acept`', 'a'],
      [expect.stringMatching(/^expected an operator or .*, found `y`$/), 'y'],
      ['`drop` is a word of nft and cannot be a name', 'drop'],
      [expect.stringMatching(/^expected .*, found `ad`$/), 'a'],
    ]);
    expect(printNft(readNft(text).tree)).toContain('\t\tudp dport 53 accept\n\t\taccept\n');
  });

  it('every line of a block ends before its brace, as nft asks', () => {
    expect(said('table ip t {\n chain c {\n  accept }\n}\n')).toEqual([['expected `;` or the end of the line, found `}`', '}']]);
  });

  it('a text that breaks off, and a quote that is not closed', () => {
    expect(said('table ip t {\n chain c {\n  accept\n')).toEqual([['the block of `c` is not closed: the text may be cut off', 'c']]);
    expect(said('table ip t {\n chain c {\n  log prefix "a\n }\n}\n')).toEqual([['this quote is never closed', '"']]);
  });

  it.each([
    ['brackets', `meta mark set ${'('.repeat(5000)}`],
    ['chains in rules', 'ip saddr 1.1.1.1 jump { '.repeat(5000)],
    ['sets in sets', `tcp dport ${'{ '.repeat(5000)}`],
  ])('what is nested too deep is said to be so: %s', (_, rule) => {
    const messages = said(`table ip t {\n chain c {\n  ${rule}\n }\n}\n`).map(([message]) => message);
    expect(messages[0]).toBe('braces and brackets are nested too deep here');
  });
});

const PIECES = [
  ...'{}()[]"#;,:.@$*!&|^<>=/-+\\ \n\t09',
  '10.0.0.1',
  'fd00::1',
  '0x1',
  'jump',
  'set',
  'map',
  'vmap',
  'accept',
  'elements = {',
  '\r\n',
  'é',
];

describe('broken listings', () => {
  const texts = [TABLE, ...STATEMENTS.map((row) => inTable(row, row.printed))];
  const edits = fc.array(
    fc.record({ at: fc.nat(), cut: fc.nat({ max: 12 }), put: fc.array(fc.constantFrom(...PIECES), { maxLength: 3 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  );

  it('never throw, whatever is changed; what is printed of them is read again, and printed so', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), edits, (text, changes) => {
        let broken = text;
        for (const { at, cut, put } of changes) {
          const place = at % (broken.length + 1);
          broken = broken.slice(0, place) + put.join('') + broken.slice(place + cut);
        }
        const { tree, findings } = readNft(broken);
        for (const { span } of findings) expect(span.start >= 0 && span.start <= span.end && span.end <= broken.length).toBe(true);
        parseRules({ file: 'test', text: broken });
        if (findings.length > 0) return;
        const printed = printNft(tree);
        const again = readNft(printed);
        expect(again.findings).toEqual([]);
        expect(printNft(again.tree)).toBe(printed);
      }),
      { numRuns: 2000, seed: 16 },
    );
  });
});

describe('a file that is included', () => {
  const include = 'include "/etc/nftables.d/*.nft"';

  it.each([
    include,
    `table inet t {\n${include}\n}`,
    `table inet t {\nchain c {\n${include}\naccept\n}\n}`,
    `table inet t {\nset s {\n${include}\ntype ipv4_addr\n}\n}`,
  ])('is named where it stands: %j', (text) => {
    expect(said(`${text}\n`)).toEqual([['"/etc/nftables.d/*.nft" is not read: only this text is', include]]);
  });
});
