/** How the words of a rule are taken: what iptables 1.8.9 does with them is in the .cases files; here is what chainwalk says of it. */
import { describe, expect, test } from 'vitest';
import { type ResolveOptions, resolve } from '../../src/ruleset/resolve.ts';
import type { Rule } from '../../src/ruleset/ruleset.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';

interface Answer {
  readonly rules: readonly Rule[];
  /** `kind: message @ text` */
  readonly says: readonly string[];
}

function bind(rule: string, options: ResolveOptions = {}): Answer {
  const text = `*filter\n:USR - [0:0]\n-A USR ${rule}\nCOMMIT\n`;
  const [node] = parseRules({ file: 'bind', text }, { family: 4 }).rulesets;
  if (node === undefined) throw new Error('no ruleset');
  const { ruleset, diagnostics } = resolve(node, options);
  const says = diagnostics.map(({ kind, message, span }) => `${kind}: ${message} @ ${text.slice(span.start, span.end)}`);
  return { rules: ruleset?.tables.get('filter')?.chains.get('USR')?.rules ?? [], says };
}

function texts(rule: string, options?: ResolveOptions): readonly string[] {
  return bind(rule, options).rules.map(({ text }) => text.replace('-A USR', '').trim());
}

describe('spelling', () => {
  test('a value may be attached to a short option, with a warning that 1.8.9 misreads it', () => {
    expect(texts('-ptcp -ilo -jACCEPT')).toEqual(['-i lo -p tcp -j ACCEPT']);
    expect(bind('-ptcp').says).toEqual(['warning: iptables 1.8.9 misreads the value in `-ptcp` @ -ptcp']);
  });
  test('--protocol=tcp is taken with the same warning, --dport=80 without', () => {
    expect(texts('--protocol=tcp --dport=80')).toEqual(['-p tcp -m tcp --dport 80']);
    expect(bind('--protocol=tcp --dport=80').says).toHaveLength(1);
  });
  test('`!` after its option is read, with a warning that 1.8.9 refuses it', () => {
    expect(texts('-s ! 192.0.2.1 -p ! tcp -i ! eth0')).toEqual(['! -s 192.0.2.1/32 ! -i eth0 ! -p tcp']);
    expect(texts('-p tcp --dport ! 80')).toEqual(['-p tcp -m tcp ! --dport 80']);
    expect(bind('-d ! 192.0.2.1').says).toEqual(['warning: iptables 1.8.9 refuses `!` after `-d` @ !']);
  });
  test('`!` before and behind one option is malformed', () => {
    expect(bind('! -s ! 192.0.2.1').says).toContain('malformed: two `!` for `-s` @ !');
  });
  test('the start of an option is enough while it is the only one', () => {
    expect(texts('-p tcp --destination-p 80')).toEqual(['-p tcp -m tcp --dport 80']);
    expect(bind('--de 192.0.2.1').says[0]).toMatch(/^malformed: option `--de` may be `--destination` or/);
  });
  test('`--dport` is short for `--dports` when multiport is what is loaded', () => {
    expect(texts('-p tcp -m multiport --dport 80')).toEqual(['-p tcp -m multiport --dports 80']);
  });
});

describe('addresses', () => {
  test('-s a,b -d c,d stands for four rules, numbered one after the other', () => {
    const { rules } = bind('-s 192.0.2.1,192.0.2.2 -d 192.0.2.3,192.0.2.4 -j ACCEPT');
    expect(rules.map(({ number, text }) => `${number} ${text}`)).toEqual([
      '1 -A USR -s 192.0.2.1/32 -d 192.0.2.3/32 -j ACCEPT',
      '2 -A USR -s 192.0.2.1/32 -d 192.0.2.4/32 -j ACCEPT',
      '3 -A USR -s 192.0.2.2/32 -d 192.0.2.3/32 -j ACCEPT',
      '4 -A USR -s 192.0.2.2/32 -d 192.0.2.4/32 -j ACCEPT',
    ]);
  });
  test('a host name is not modelled: the rule loads and its clause is unmodelled', () => {
    const { rules, says } = bind('-s web.example -j ACCEPT');
    expect(says).toEqual(['not-modelled: host name `web.example` is looked up when the rules are loaded @ web.example']);
    expect(rules[0]?.match).toEqual({ kind: 'unmodelled', reason: 'the addresses of host `web.example`' });
    expect(rules[0]?.text).toBe('-A USR -s web.example -j ACCEPT');
  });
  test('a missing interface is an empty name: `-i +` asks nothing, `-i eth+` an interval of names', () => {
    expect(bind('-i +').rules[0]?.match).toEqual({ kind: 'always' });
    expect(bind('-i eth+').rules[0]?.match).toEqual({ kind: 'in', field: 'iif', intervals: [{ lo: 'eth', hi: 'eth\uffff' }] });
  });
});

describe('names that only the loading machine knows', () => {
  test('a user name is not modelled, unless its id is given', () => {
    const { rules, says } = bind('-m owner --uid-owner istio-proxy');
    expect(says).toEqual(['not-modelled: user name `istio-proxy` is looked up when the rules are loaded @ istio-proxy']);
    expect(rules[0]?.text).toBe('-A USR -m owner --uid-owner istio-proxy');
    expect(rules[0]?.match.kind).toBe('unmodelled');
    expect(texts('-m owner --uid-owner istio-proxy', { users: new Map([['istio-proxy', 1337]]) })).toEqual(['-m owner --uid-owner 1337']);
  });
  test('a service name outside of the common ones is not modelled', () => {
    expect(bind('-p tcp --dport node-exporter').says).toEqual([
      'not-modelled: service name `node-exporter` is looked up when the rules are loaded @ node-exporter',
    ]);
  });
  test('an extension that is not modelled keeps its words and says so once', () => {
    const { rules, says } = bind('-m ipvs --vmethod "a b" --ipvs -j DROP');
    expect(says).toEqual(['not-modelled: match `ipvs` is not modelled @ ipvs --vmethod "a b" --ipvs']);
    expect(rules[0]?.text).toBe('-A USR -m ipvs --vmethod "a b" --ipvs -j DROP');
    expect(rules[0]?.clauses).toEqual([{ text: '-m ipvs --vmethod "a b" --ipvs', expr: { kind: 'unmodelled', reason: 'match `ipvs`' } }]);
  });
});

describe('errors', () => {
  test('all errors of a rule are reported, each with its place', () => {
    expect(bind('-s 300.1.1.1 -p tcp --dport 70000 -m owner --uid-owner -1 --bogus -j NOWHERE').says).toEqual([
      'malformed: expected an IPv4 address, found `300.1.1.1` @ 300.1.1.1',
      'malformed: expected a port from 0 to 65535, found `70000` after `--dport` @ 70000',
      'malformed: expected a number or a user or group name, found `-1` after `--uid-owner` @ -1',
      'malformed: unknown option `--bogus` @ --bogus',
      'not-loadable: `NOWHERE` is neither a chain of this table nor a target @ NOWHERE',
    ]);
  });
  test('a refused value is not followed by a complaint that the option is missing', () => {
    expect(bind('-m mark --mark x').says).toHaveLength(1);
  });
  test('a match that iptables does not have is not loadable', () => {
    expect(bind('-m ownr --uid-owner 1').says[0]).toBe('not-loadable: unknown match `ownr` @ ownr');
  });
});

describe('clauses', () => {
  test('a rule has one clause for each option, and one for what a match asks by itself', () => {
    const { rules } = bind('-o lo ! -d 127.0.0.1/32 -p tcp -m tcp ! --dport 53 -m owner ! --uid-owner 1337 -j RETURN');
    expect(rules[0]?.clauses.map(({ text }) => text)).toEqual([
      '! -d 127.0.0.1/32',
      '-o lo',
      '-p tcp',
      '-m tcp',
      '! --dport 53',
      '! --uid-owner 1337',
    ]);
  });
  test('a chance is named after its rule, so that two rules draw two lots', () => {
    expect(bind('-m statistic --mode random --probability 0.5').rules[0]?.match).toEqual({
      kind: 'chance',
      id: 'filter USR 1',
      probability: 0.5,
    });
  });
});

describe('ipset', () => {
  const sets = new Map([
    ['probes', { type: 'hash:ip', members: ['192.0.2.1', '192.0.2.8/30'] }],
    ['pairs', { type: 'hash:ip,port', members: ['192.0.2.1,tcp:80', '192.0.2.1,udp:53'] }],
    ['macs', { type: 'hash:mac', members: ['00:11:22:33:44:55'] }],
  ]);
  test('members of a hash:ip become intervals', () => {
    expect(bind('-m set --match-set probes src', { sets }).rules[0]?.match).toEqual({
      kind: 'in',
      field: 'src',
      intervals: [
        { lo: 0xc0000201, hi: 0xc0000201 },
        { lo: 0xc0000208, hi: 0xc000020b },
      ],
    });
  });
  test('a port dimension asks for the protocol too', () => {
    const match = bind('-m set ! --match-set pairs dst,dst', { sets }).rules[0]?.match;
    expect(match?.kind).toBe('not');
    expect(JSON.stringify(match)).toContain('"field":"proto","intervals":[{"lo":17,"hi":17}]');
  });
  test('a MAC address is that of the source', () => {
    expect(bind('-m set --match-set macs src', { sets }).rules[0]?.match).toMatchObject({ kind: 'in', field: 'mac' });
    expect(bind('-m set --match-set macs dst', { sets }).rules[0]?.match.kind).toBe('unmodelled');
  });
  test('without members the match is not modelled', () => {
    expect(bind('-m set --match-set probes src').rules[0]?.match.kind).toBe('unmodelled');
  });
});

describe('parts that are not modelled', () => {
  test.each([
    ['-m set --match-set probes src', 'the members of ipset `probes`: not known'],
    ['-p tcp --tcp-option 8', 'whether a packet has TCP option 8: not modelled'],
    ['-m conntrack --ctexpire 5', 'the time that a connection has left: not modelled'],
    ['-m socket --restore-skmark', 'a match that sets the packet mark to the mark of a socket: not modelled'],
    ['-j CONNMARK --save-mark --left-shift-mark 1', 'CONNMARK that shifts the mark: not modelled'],
  ])('`%s` is said to be so', (rule, message) => {
    expect(bind(rule).says.map((line) => line.replace(/ @ .*/, ''))).toEqual([`not-modelled: ${message}`]);
  });
});
