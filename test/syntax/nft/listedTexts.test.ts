/** Whole texts, as nft 1.0.6 lists or refuses them. */
import { describe, expect, it } from 'vitest';
import { canonicalNft } from '../../../src/ruleset/canonicalNft.ts';
import { readRules } from '../../../src/ruleset/readRules.ts';
import { parseRules } from '../../../src/syntax/document/parse.ts';
import { printNft } from '../../../src/syntax/nft/printNft.ts';
import { isError } from '../../../src/syntax/text/diagnostic.ts';

/** Undefined: refused. */
function listed(text: string): string | undefined {
  if (readRules({ file: 'text', text }, { allowEmpty: true }).diagnostics.some(isError)) return undefined;
  const { nft } = parseRules({ file: 'text', text }, { allowEmpty: true });
  return nft && printNft(canonicalNft(nft));
}

function inTable(...lines: readonly string[]): string {
  return `table ip t {\n${lines.join('\n')}\n}\n`;
}

function elementsOf(elements: string, ...says: readonly string[]): string | undefined {
  return /elements = \{ (.*) \}/.exec(listed(inTable('set s {', ...says, `elements = { ${elements} }`, '}')) ?? '')?.[1];
}

describe('a dot with a letter or a number behind it', () => {
  it.each([
    ['http . ssh', '80 . 22'],
    ['80. 22', '80 . 22'],
    ['http .ssh', undefined],
    ['80 .22', undefined],
    ['80.22', undefined],
  ])('%s', (given, expected) => {
    expect(elementsOf(given, 'type inet_service . inet_service')).toBe(expected);
  });

  it('is no dot of a type', () => {
    expect(listed(inTable('set s {', 'type inet_service .inet_service', '}'))).toBeUndefined();
  });
});

describe('an element of a set', () => {
  it.each([
    ['10.0.0.1 counter timeout 5m', '10.0.0.1 counter timeout 5m'],
    ['10.0.0.1 counter comment "a"', '10.0.0.1 counter comment "a"'],
    ['10.0.0.1 timeout 5m counter', undefined],
    ['10.0.0.1 comment "a" counter', undefined],
    ['10.0.0.1 comment "a" comment "b"', undefined],
  ])('counts before all else is said of it: %s', (given, expected) => {
    expect(elementsOf(given, 'type ipv4_addr', 'flags timeout', 'counter')).toBe(expected);
  });
});

describe('intervals that nft puts together', () => {
  it.each([
    ['6-10 comment "a", 10-17 comment "b"', '6-17 comment "a"'],
    ['11-17 comment "b", 6-10 comment "a"', '6-17 comment "a"'],
    ['6 comment "a", 6-17', '6-17'],
    ['6-17 comment "b", 6 comment "a"', '6-17 comment "a"'],
    ['6-17 comment "a", 6 comment "b", 6-9 comment "c"', '6-17 comment "c"'],
    ['40-50, tcp, 40-50, 6-17 comment "a", 40-50', '6-17 comment "a", 40-50'],
  ])('keep what is said of the first, of the last of those that begin alike: %s', (given, expected) => {
    expect(elementsOf(given, 'type inet_proto', 'flags interval', 'auto-merge')).toBe(expected);
  });
});

describe('words that touch', () => {
  it('a text in quotes is one, whatever stands beside it', () => {
    expect(listed(inTable('ct helper h {', 'type"ftp"protocol tcp', '}'))).toContain('type "ftp" protocol tcp\n');
    expect(listed(inTable('chain c {', 'log prefix"a"level info', '}'))).toContain('log prefix "a" level info\n');
  });

  it('a priority may go on in the next line', () => {
    expect(listed(inTable('chain c {', 'type filter hook input priority filter \\\n- \\\n1', '}'))).toContain('priority filter - 1;');
  });

  it('a synproxy has all on a line, or each on one', () => {
    expect(listed(inTable('synproxy s {', 'mss 1460', 'wscale 7', 'timestamp sack-perm', '}'))).toBeDefined();
    expect(listed(inTable('synproxy s {', 'mss 1460 wscale 7', 'timestamp', '}'))).toBeUndefined();
    expect(listed(inTable('synproxy s {', 'mss 1460', 'wscale 7 timestamp', 'sack-perm', '}'))).toBeUndefined();
  });
});

describe('addresses with ports of a map', () => {
  const dnat = (map: string, rule: string): string | undefined =>
    listed(inTable('map m {', map, '}', 'chain c {', 'type nat hook prerouting priority 0', rule, '}'));

  it('need a transport protocol, which may be a part of the key', () => {
    expect(dnat('type inet_proto . ipv4_addr : ipv4_addr . inet_service', 'dnat to meta l4proto . ip saddr map @m')).toBeDefined();
    expect(dnat('type inet_proto . ipv4_addr : ipv4_addr . inet_service', 'dnat to ip protocol . ip saddr map @m')).toBeDefined();
    expect(dnat('type inet_proto : ipv4_addr . inet_service', 'dnat to meta l4proto map @m')).toBeUndefined();
  });

  it('need it where `typeof` says what they are, too', () => {
    expect(dnat('typeof ip saddr : ip daddr . tcp dport', 'dnat to ip saddr map @m')).toBeUndefined();
    expect(dnat('typeof tcp dport : ip daddr . tcp dport', 'dnat to tcp dport map @m')).toContain('dnat ip to tcp dport map @m');
  });
});

describe('the order of lines in a base chain', () => {
  const BASE = 'type filter hook input priority 0;';
  const inChain = (...blocks: readonly string[]): string | undefined => listed(inTable(...blocks.map((lines) => `chain c { ${lines} }`)));

  it.each([`policy drop; ${BASE}`, `policy drop; tcp dport 22 accept; ${BASE}`, `comment "a"; policy drop; ${BASE}`])(
    'a policy may stand before its type: %s',
    (lines) => {
      expect(inChain(lines)).toContain('type filter hook input priority filter; policy drop;');
    },
  );

  it('and before devices', () => {
    const text = 'table netdev t {\nchain c { policy drop; type filter hook ingress devices = { lo } priority 0; }\n}\n';
    expect(listed(text)).toContain('hook ingress device "lo" priority filter; policy drop;');
  });

  it('another block changes it', () => {
    expect(inChain(`${BASE} policy drop;`, `policy accept; ${BASE}`)).toContain('policy accept;');
    expect(inChain(BASE, 'policy drop;')).toContain('policy drop;');
  });

  it.each([
    [['policy drop;']],
    [['policy drop;', BASE]],
    [[`policy drop; policy accept; ${BASE}`]],
    [[`policy drop; ${BASE} policy accept;`]],
    [[BASE, 'policy drop; policy accept;']],
  ])('twice in a block, or without a type, it is refused: %j', (blocks) => {
    expect(inChain(...blocks)).toBe(undefined);
  });
});

describe('what needs no `;` before the brace of a set', () => {
  const ofSet = (line: string): string | undefined =>
    listed(`define v = { 10.0.0.1 }\n${inTable(`set s { type ipv4_addr; flags interval; ${line} }`)}`);

  it.each(['elements = $v', 'elements = { 10.0.0.1 }', 'elements = $v auto-merge', 'auto-merge elements = $v'])('%s', (line) => {
    expect(ofSet(line)).toContain('elements = { 10.0.0.1 }');
  });

  it('auto-merge', () => {
    expect(ofSet('auto-merge')).toContain('auto-merge');
  });

  it.each(['timeout 5s', 'size 5', 'policy memory', 'comment "a"', 'timeout 5s; gc-interval 5s', 'counter', 'flags interval'])(
    'but %s',
    (line) => {
      expect(ofSet(line)).toBe(undefined);
      expect(ofSet(`${line};`)).not.toBe(undefined);
    },
  );
});

describe('what objects say before their brace', () => {
  const of = (kind: string, line: string): string | undefined => listed(inTable(`${kind} h { ${line} }`));

  it.each([
    ['ct helper', 'type "ftp" protocol tcp'],
    ['ct helper', 'type "ftp" protocol tcp; l3proto ip'],
    ['ct timeout', 'protocol tcp; l3proto ip'],
    ['ct timeout', 'protocol tcp; l3proto ip; policy = { close : 5 }'],
    ['ct expectation', 'protocol tcp; dport 5; timeout 5s; size 5; l3proto ip'],
    ['flowtable', 'hook ingress priority 0; devices = { lo }'],
    ['flowtable', 'devices = { lo }; hook ingress priority 0'],
  ])('%s needs a `;`: %s', (kind, line) => {
    expect(of(kind, line)).toBe(undefined);
    expect(of(kind, `${line};`)).toContain(`${kind} h {`);
  });

  it.each([
    ['counter', 'packets 5 bytes 5'],
    ['counter', 'comment "a"'],
    ['quota', 'over 5 bytes'],
    ['limit', 'rate 5/second'],
    ['synproxy', 'mss 5 wscale 5'],
  ])('%s needs none: %s', (kind, line) => {
    expect(of(kind, line)).toContain(`${kind} h {`);
  });
});
