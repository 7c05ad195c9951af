import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/syntax/document/parse.ts';
import { printNft } from '../../../src/syntax/nft/printNft.ts';

const OF_TABLE = { family: 'inet', table: 't' };

/** As `nft -j` prints it, in one line. */
function json(...items: readonly object[]): string {
  return `${JSON.stringify({ nftables: [{ metainfo: { version: '1.0.6' } }, { table: { family: 'inet', name: 't', handle: 1 } }, ...items] })}\n`;
}

function read(text: string): { readonly printed: string; readonly said: readonly string[] } {
  const { nft, diagnostics } = parseRules({ file: 'test', text });
  return { printed: nft === undefined ? '' : printNft(nft), said: diagnostics.map(({ kind, message }) => `${kind} ${message}`) };
}

function ruleText(...expr: readonly unknown[]): string {
  const { printed, said } = read(json({ chain: { ...OF_TABLE, name: 'c' } }, { rule: { ...OF_TABLE, chain: 'c', handle: 5, expr } }));
  expect(said).toEqual([]);
  return (/chain c \{\n\t\t(.*)\n/s.exec(printed)?.[1] ?? '').split('\n\t}')[0] ?? '';
}

const DPORT = { payload: { protocol: 'tcp', field: 'dport' } };
const SADDR = { payload: { protocol: 'ip', field: 'saddr' } };
const MARK = { meta: { key: 'mark' } };

describe('the JSON of nft', () => {
  it.each<readonly [string, readonly unknown[]]>([
    ['tcp dport 80 accept', [{ match: { op: '==', left: DPORT, right: 80 } }, { accept: null }]],
    ['tcp dport != { 53, 1000-2000 }', [{ match: { op: '!=', left: DPORT, right: { set: [53, { range: [1000, 2000] }] } } }]],
    ['ip saddr 10.0.0.0/8 drop', [{ match: { op: '==', left: SADDR, right: { prefix: { addr: '10.0.0.0', len: 8 } } } }, { drop: null }]],
    [
      'icmpv6 code no-route-2',
      [{ match: { op: '==', left: { payload: { protocol: 'icmpv6', field: 'code' } }, right: { range: ['no-route', 2] } } }],
    ],
    ['ip saddr @s return', [{ match: { op: '==', left: SADDR, right: '@s' } }, { return: null }]],
    ['iifname "lo"', [{ match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'lo' } }]],
    ['ct state established,related', [{ match: { op: 'in', left: { ct: { key: 'state' } }, right: ['established', 'related'] } }]],
    ['meta mark & 0x000000ff == 0x00000010', [{ match: { op: '==', left: { '&': [MARK, 255] }, right: 16 } }]],
    ['meta mark set ct mark', [{ mangle: { key: MARK, value: { ct: { key: 'mark' } } } }]],
    ['meta mark set meta mark | 0x00004000', [{ mangle: { key: MARK, value: { '|': [MARK, 0x4000] } } }]],
    [
      'tcp dport vmap { 80 : accept, 81 : jump web }',
      [
        {
          vmap: {
            key: DPORT,
            data: {
              set: [
                [80, { accept: null }],
                [81, { jump: { target: 'web' } }],
              ],
            },
          },
        },
      ],
    ],
    ['dnat ip to 10.0.0.1:8080', [{ dnat: { family: 'ip', addr: '10.0.0.1', port: 8080 } }]],
    ['dnat ip6 to [fd00::1]:8080', [{ dnat: { family: 'ip6', addr: 'fd00::1', port: 8080 } }]],
    ['redirect to :15001', [{ redirect: { port: 15001 } }]],
    ['masquerade fully-random', [{ masquerade: { flags: 'fully-random' } }]],
    ['tproxy ip to 127.0.0.1:15006', [{ tproxy: { family: 'ip', addr: '127.0.0.1', port: 15006 } }]],
    [
      'counter packets 1 bytes 2 reject with icmpx admin-prohibited',
      [{ counter: { packets: 1, bytes: 2 } }, { reject: { type: 'icmpx', expr: 'admin-prohibited' } }],
    ],
    ['limit rate over 10/minute', [{ limit: { rate: 10, burst: 5, per: 'minute', inv: true } }]],
    [
      'ip saddr . tcp dport { 10.0.0.1 . 80 }',
      [{ match: { op: '==', left: { concat: [SADDR, DPORT] }, right: { set: [{ concat: ['10.0.0.1', 80] }] } } }],
    ],
    ['add @s { ip saddr timeout 30s }', [{ set: { op: 'add', elem: { elem: { val: SADDR, timeout: 30 } }, set: '@s' } }]],
    ['add @m { ip saddr : 0x00000005 }', ['add @m { ip saddr : 0x00000005 }']],
    [
      'ip saddr 10.0.0.1 jump {\n\t\t\taccept\n\t\t}',
      [{ match: { op: '==', left: SADDR, right: '10.0.0.1' } }, 'jump {\n\t\t\taccept\n\t\t}'],
    ],
    ['xt match recent', [{ xt: { type: 'match', name: 'recent' } }]],
  ])('%s', (text, expr) => {
    expect(ruleText(...expr)).toBe(text);
  });

  it('tables, chains, sets, maps and objects have the form of the listing', () => {
    const text = json(
      { counter: { ...OF_TABLE, name: 'n', packets: 1, bytes: 2 } },
      {
        set: {
          ...OF_TABLE,
          name: 's',
          type: ['ipv4_addr', 'inet_service'],
          flags: ['interval'],
          elem: [{ concat: ['10.0.0.1', { range: [1, 5] }] }],
        },
      },
      {
        map: {
          ...OF_TABLE,
          name: 'm',
          type: 'inet_service',
          map: 'verdict',
          elem: [
            [80, { accept: null }],
            [81, { goto: { target: 'c' } }],
          ],
        },
      },
      { chain: { ...OF_TABLE, name: 'c', type: 'filter', hook: 'input', prio: -5, policy: 'drop' } },
      { rule: { ...OF_TABLE, chain: 'c', comment: 'x', expr: [{ accept: null }] } },
    );
    expect(read(text)).toEqual({
      said: [],
      printed: [
        'table inet t {',
        '\tcounter n {\n\t\tpackets 1 bytes 2\n\t}\n',
        '\tset s {\n\t\ttype ipv4_addr . inet_service\n\t\tflags interval\n\t\telements = { 10.0.0.1 . 1-5 }\n\t}\n',
        '\tmap m {\n\t\ttype inet_service : verdict\n\t\telements = { 80 : accept, 81 : goto c }\n\t}\n',
        '\tchain c {\n\t\ttype filter hook input priority -5; policy drop;\n\t\taccept comment "x"\n\t}',
        '}\n',
      ].join('\n'),
    });
  });

  it('a rule stands at the place of its object', () => {
    const text = json({ chain: { ...OF_TABLE, name: 'c' } }, { rule: { ...OF_TABLE, chain: 'c', expr: [{ accept: null }] } });
    const [rule] = parseRules({ file: 'test', text }).nft?.tables[0]?.chains[0]?.rules ?? [];
    expect(JSON.parse(text.slice(rule?.start, rule?.end))).toEqual({ rule: { ...OF_TABLE, chain: 'c', expr: [{ accept: null }] } });
  });

  it('what it does not say, or nobody knows, is told', () => {
    expect(read(json({ chain: { ...OF_TABLE, name: 'i', type: 'filter', hook: 'ingress', prio: 0, policy: 'accept' } })).said).toEqual([
      'warning this JSON does not say on which device the chain is',
    ]);
    const unknown = read(
      json({ chain: { ...OF_TABLE, name: 'c' } }, { rule: { ...OF_TABLE, chain: 'c', expr: [{ warp: 9 }, { drop: null }] } }),
    );
    expect(unknown.said).toEqual(["not-modelled `warp` of nft's JSON is not known"]);
    expect(unknown.printed).toContain('xt match warp drop');
    expect(read(json().slice(0, -4)).said).toContain('malformed this JSON breaks off before its end');
  });
});
