/** What `iptables -L` prints, in its many widths, as rules. test/kernel/listing.test.ts has what the real iptables prints. */
import { describe, expect, it, test } from 'vitest';
import { readRules } from '../../src/ruleset/readRules.ts';
import { lineStarts, positionAt } from '../../src/syntax/text/source.ts';

function read(text: string, options: Parameters<typeof readRules>[1] = {}) {
  const { rulesets, diagnostics } = readRules({ file: 'test', text }, options);
  const starts = lineStarts(text);
  return {
    rules: rulesets.flatMap(({ family, tables }) =>
      [...tables.values()].flatMap(({ name, chains }) =>
        [...chains.values()].flatMap((chain) =>
          chain.notShown === true ? [] : chain.rules.map((rule) => `${family} ${name} ${rule.text.replace('-A ', '')}`),
        ),
      ),
    ),
    said: diagnostics.map(({ kind, message, span }) => {
      const { line, column } = positionAt(starts, span.start);
      return `${kind} ${line}:${column} ${message}`;
    }),
    rulesets,
  };
}

const HEAD = ' pkts bytes target     prot opt in     out     source               destination         ';
const NAT = [
  '$ sudo iptables -t nat -L -n -v',
  'Chain OUTPUT (policy ACCEPT 12 packets, 720 bytes)',
  HEAD,
  '    3   180 REDIRECT   tcp  --  *      !lo     0.0.0.0/0            !10.0.0.0/8           multiport dports  !15020,15021 redir ports 15006',
  '1043K   89M ISTIO_LONG_NAME  all  --  *      *       0.0.0.0/0            0.0.0.0/0           [goto] /* a -- b */',
  '    0     0            0    -f  *      *       10.1.2.3             0.0.0.0/0           ',
  '',
  'Chain ISTIO_LONG_NAME (1 references)',
  HEAD,
  '    0     0 RETURN     6    --  *      lo      0.0.0.0/0            0.0.0.0/0            ! owner UID match 1337 tcp dpt:!80 flags:0x17/0x02',
];

describe('the columns of a listing', () => {
  test('with -n -v all of a rule is there', () => {
    const { rules, said } = read(NAT.join('\n'));
    expect(rules).toEqual([
      '4 nat OUTPUT ! -d 10.0.0.0/8 ! -o lo -p tcp -m multiport ! --dports 15020,15021 -j REDIRECT --to-ports 15006',
      '4 nat OUTPUT -m comment --comment "a -- b" -g ISTIO_LONG_NAME',
      '4 nat OUTPUT -s 10.1.2.3/32 -f',
      '4 nat ISTIO_LONG_NAME -o lo -p tcp -m owner ! --uid-owner 1337 -m tcp ! --dport 80 --tcp-flags FIN,SYN,RST,ACK SYN -j RETURN',
    ]);
    expect(said).toEqual([]);
  });

  it.each([
    ['--line-numbers', NAT.map((line, at) => (/^ *\d/.test(line) ? `${at}    ${line}` : line.replace(/^ pkts/, 'num   pkts')))],
    ['-x', NAT.map((line) => line.replace(/^( *\d+)[KM]? +(\d+)M? /, '$1000     $2000000 '))],
    ['a mail', NAT.map((line) => `> ${line}`)],
    ['CRLF', NAT.map((line) => `${line}\r`)],
  ])('%s changes nothing', (_, lines) => {
    expect(read(lines.join('\n')).rules).toEqual(read(NAT.join('\n')).rules);
  });

  test('ip6tables before 1.8.8 leaves the column opt empty', () => {
    const text = [
      'Chain INPUT (policy DROP 0 packets, 0 bytes)',
      HEAD,
      '    0     0 ACCEPT     all      lo     *       ::/0                 ::/0                ',
      '    0     0            tcp      eth0   *       fd00::/8             !fd00::1              tcp dpt:22',
    ];
    expect(read(text.join('\n'), { table: 'filter' }).rules).toEqual([
      '6 filter INPUT -i lo -j ACCEPT',
      '6 filter INPUT -s fd00::/8 ! -d fd00::1/128 -i eth0 -p tcp -m tcp --dport 22',
    ]);
  });

  test('without -v each rule may have interfaces: what it matches is not known', () => {
    const text = [
      'Chain INPUT (policy ACCEPT)',
      'num  target     prot opt source               destination         ',
      '1    DROP       tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:22',
      '',
      'Chain FORWARD (policy ACCEPT)',
      '',
      'Chain OUTPUT (policy ACCEPT)',
    ];
    const { rulesets, said } = read(text.join('\n'));
    expect(said).toEqual([
      'not-modelled 1:1 `iptables -L` without `-v` hides the interfaces: each rule may have `-i` and `-o`, and whether it matches is not known',
    ]);
    expect(
      rulesets[0]?.tables
        .get('filter')
        ?.chains.get('INPUT')
        ?.rules[0]?.clauses.find(({ text }) => text.startsWith('(')),
    ).toEqual({
      text: '(not shown)',
      expr: { kind: 'unmodelled', reason: 'the interfaces of the rule, which `iptables -L` shows with `-v` only' },
    });
  });

  test('without -n names stand for numbers, and are read where they are certain', () => {
    const text = [
      'Chain INPUT (policy ACCEPT 0 packets, 0 bytes)',
      HEAD,
      '    0     0 ACCEPT     tcp  --  any    any     anywhere             anywhere             tcp dpt:ssh flags:FIN,SYN,RST,ACK/SYN',
      '    0     0 ACCEPT     all  --  lo     any     web.example          anywhere            ',
    ];
    expect(read(text.join('\n'), { table: 'filter' }).rules).toEqual([
      '4 filter INPUT -p tcp -m tcp --dport 22 --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT',
      '4 filter INPUT -s web.example -i lo -j ACCEPT',
    ]);
  });
});

describe('the table of a listing', () => {
  const listing = (...chains: readonly string[]): string =>
    chains.map((name) => `Chain ${name} (policy ACCEPT 0 packets, 0 bytes)\n${HEAD}\n`).join('\n');
  const rule = (target: string): string => `    0     0 ${target}       0    --  *      *       0.0.0.0/0            0.0.0.0/0\n`;

  it.each([
    ['filter', listing('INPUT', 'FORWARD', 'OUTPUT')],
    ['nat', listing('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING')],
    ['nat', listing('PREROUTING', 'OUTPUT', 'POSTROUTING')],
    ['mangle', listing('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING')],
    ['raw', listing('PREROUTING', 'OUTPUT')],
    ['mangle', `# iptables -t mangle -L INPUT -nv\n${listing('INPUT')}`.replace('# ', 'root@gw:~# ')],
    ['filter', `$ kubectl exec web-0 -- iptables -nvL INPUT\n${listing('INPUT')}`],
  ])('%s', (table, text) => {
    const { rules, said } = read(text + rule('ACCEPT'));
    expect(rules.map((one) => one.split(' ')[1])).toEqual([table]);
    expect(said).toEqual([]);
  });

  it.each([
    ['nat', listing('OUTPUT') + rule('MASQUERADE').replace('MASQUERADE', 'REDIRECT'), 'because of target `REDIRECT`'],
    [
      'mangle',
      listing('PREROUTING') + `${rule('TPROXY').trimEnd()} TPROXY redirect 0.0.0.0:1 mark 0x1/0x1\n`.replace(' 0    --', ' tcp  --'),
      'because of target `TPROXY`',
    ],
    ['filter', listing('INPUT') + rule('DROP'), 'which `iptables -L` lists when it is told no table'],
  ])('%s is assumed, and said', (table, text, why) => {
    const { rules, said } = read(text);
    expect(rules.map((one) => one.split(' ')[1])).toContain(table);
    expect(said).toEqual([`warning 1:1 these chains are read as those of table \`${table}\`, ${why}`]);
  });

  test('several listings, each after its call, are one ruleset of each family', () => {
    const text = [
      `$ iptables -L -nv\n${listing('INPUT', 'FORWARD', 'OUTPUT')}${rule('DROP')}`,
      `$ iptables -t nat -L -nv\n${listing('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING')}${rule('ACCEPT')}`,
      `$ ip6tables -L -nv\n${listing('INPUT', 'FORWARD', 'OUTPUT')}`,
    ];
    const { rules, rulesets } = read(text.join('\n'));
    expect(rules).toEqual(['4 filter OUTPUT -j DROP', '4 nat POSTROUTING -j ACCEPT']);
    expect(rulesets.map(({ family, tables }) => [family, [...tables.keys()]])).toEqual([
      [4, ['filter', 'nat']],
      [6, ['filter']],
    ]);
  });

  test('a chain that is jumped to and not listed is not assumed to be empty', () => {
    const { rulesets } = read(`$ iptables -L INPUT -nv\n${listing('INPUT')}${rule('KUBE')}`);
    expect(rulesets[0]?.tables.get('filter')?.chains.get('KUBE')?.notShown).toBe(true);
  });
});

describe('a damaged listing', () => {
  const damaged = (...rows: readonly string[]): string =>
    ['$ iptables -L INPUT -n -v', 'Chain INPUT (policy ACCEPT 0 packets, 0 bytes)', HEAD, ...rows].join('\n');

  it.each([
    [
      'a wrapped line',
      damaged('    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0', '            0.0.0.0/0            tcp dpt:80'),
      ['4:57', '5:14'],
    ],
    ['a line that is cut off', damaged('    0     0 ACCEPT     tcp  --  eth0   *       0.0.'), ['4:52']],
    [
      'a column that is cut out',
      damaged('    0     0 ACCEPT     tcp  --  lo     0.0.0.0/0            0.0.0.0/0            tcp dpt:80'),
      ['4:40'],
    ],
    [
      'no line with the names of the columns',
      '$ iptables -L\nChain INPUT (policy ACCEPT)\nACCEPT     all  --  anywhere             anywhere',
      ['3:1'],
    ],
  ])('%s is an error at its place', (_, text, places) => {
    const errors = read(text).said.filter((one) => one.startsWith('malformed'));
    expect(errors.map((one) => one.split(' ')[1])).toEqual(places);
  });

  it.each([
    ['12', 'a number of bytes'],
    ['12 72', 'a protocol or a target'],
    ['12 720 ACCEPT', '`--` or `-f` under `opt` or a protocol'],
    ['12 720 ACCEPT tcp --', 'an interface under `in`'],
    ['12 720 ACCEPT tcp -- lo', 'an interface under `out`'],
    ['12 720 ACCEPT tcp -- lo *  ', 'an address under `source`'],
    ['12 720 ACCEPT tcp -- lo * 0.0.', 'an address under `destination`'],
  ])('a line that ends after %j lacks %s', (row, column) => {
    const [said] = read(damaged(row)).said;
    expect(said).toMatch(/^malformed 4:\d+ this is not a rule under these columns: /);
    expect(said?.endsWith(`: expected ${column}, found the end`)).toBe(true);
  });

  test('what an extension prints and nobody knows makes the rule undecided, at its place', () => {
    const row =
      '    0     0 DNAT       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 ndpi proto Bogus to:1.2.3.4:80';
    const { said, rulesets } = read(damaged(row).replace('-L INPUT', '-t nat -L PREROUTING').replace('Chain INPUT', 'Chain PREROUTING'));
    expect(said).toEqual(['not-modelled 4:101 `ndpi proto Bogus to:1.2.3.4:80` is not read: what the rule asks is not known']);
    const [rule] = rulesets[0]?.tables.get('nat')?.chains.get('PREROUTING')?.rules ?? [];
    expect(rule?.effects).toEqual([{ kind: 'unmodelled', reason: 'the options of `DNAT`' }]);
    expect(rule?.clauses.map(({ text }) => text)).toContain('--dport 80');
  });

  test('lines between listings that are none of theirs are passed over with a warning', () => {
    expect(read(`hello, this is my firewall:\nhelp\n\n${damaged()}`).said).toEqual([
      'warning 1:1 this line and one more line are not part of what `iptables -L` prints, and passed over',
      'warning 1:1 no rule found in this text',
    ]);
  });

  it.each([
    ['what iptables -S prints', '$ iptables -t nat -S\n-A PREROUTING -p tcp -j REDIRECT --to-ports 15001'],
    ['a call that changes rules after it', 'root@gw:~# iptables -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 15001'],
  ])('%s beside a listing is not passed over', (_, more) => {
    const { said } = read(`${damaged()}\n\n${more}`);
    expect(said.filter((one) => one.startsWith('malformed'))).toEqual([
      expect.stringMatching(/^malformed [56]:1 this stands beside what `iptables -L` prints, and would add to it or change it/),
    ]);
  });

  test('a call before the listing has done what it does', () => {
    const { said } = read(`$ iptables -A INPUT -p tcp --dport 22 -j DROP\n${damaged()}`);
    expect(said.filter((one) => one.startsWith('malformed'))).toEqual([]);
    expect(said[0]).toBe('warning 1:1 this line is not part of what `iptables -L` prints, and passed over');
  });

  test('prompts end a chain, and what describes the host beside it is read', () => {
    const row = '    0     0 DROP       tcp  --  eth0   *       0.0.0.0/0            0.0.0.0/0            tcp dpt:22 /* no ip ban */';
    const text = `${damaged(row)}\nroot@gw:~# ip route\ndefault via 10.0.0.254 dev eth0\n[root@gw ~]# exit\n$ `;
    const { rules, said, rulesets } = read(text);
    expect(rules).toEqual(['4 filter INPUT -i eth0 -p tcp -m tcp --dport 22 -m comment --comment "no ip ban" -j DROP']);
    expect(said).toEqual([]);
    expect(rulesets[0]?.around?.routes).toHaveLength(1);
  });
});
