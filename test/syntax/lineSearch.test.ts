/** Beside the pattern itself, over all of the text. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CALL_LINE } from '../../src/syntax/document/codeBlocks.ts';
import { someLineWith } from '../../src/syntax/text/lineSearch.ts';
import { SCRIPT_SIGNS } from '../../src/syntax/text/shellCall.ts';

const PIECES = [
  ...['\n', '\n', '\n', '\r\n', '\r', '\u2028', ' ', '\t', '#', '$ ', 'sudo ', 'root@pod# ', '/usr/sbin/', '"', "'", '\\', 'x', 'tables'],
  ...[
    'iptables',
    'iptables-restore',
    'ip6tables',
    '-restore',
    '-nft',
    '-legacy',
    '<<',
    '<<-',
    '<',
    '|',
    ' EOF',
    '-A INPUT -j ACCEPT',
    '*nat',
    'COMMIT',
    'iptables-restore',
    ' <<EOF',
    ' < x',
    '| iptables-restore',
  ],
];
const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }).map((pieces) => pieces.join(''));

it.each([...SCRIPT_SIGNS, CALL_LINE])('%s', (sign) => {
  let found = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const isThere = someLineWith(text, 'tables', sign);
      expect(isThere).toBe(sign.test(text));
      if (isThere) found++;
    }),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(20);
});
