/** Rules without a table line: the table is said or told by the chains; what a part does not show is not invented. */
import { describe, expect, it, test } from 'vitest';
import { parse, trace } from '../../src/api/library/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const PART = [
  '[0:0] -A KUBE-SVC-X -m comment --comment "a: \\"b\\"" -j KUBE-SEP-X',
  '[0:0] -A KUBE-SEP-X -s 10.1.0.4/32 -j KUBE-MARK-MASQ',
  '[0:0] -A KUBE-SEP-X -p tcp -j DNAT --to-destination 10.1.0.4:8080',
  '',
].join('\n');
const files = { 'p.txt': PART };
const PACKET = 'out tcp -> 10.0.0.9:80';

describe('a part of a table', () => {
  test('is one error that says what to try', async () => {
    const { err, code } = await chainwalk(['trace', 'p.txt', PACKET], { files });
    expect(code).toBe(2);
    expect(err.match(/error:/g)).toHaveLength(1);
    expect(err).toContain('p.txt:1:1: error: 3 rules outside a table; this is the first');
    expect(err.replaceAll(/\s+/g, ' ')).toContain('`--table nat`');
  });

  test('is read as that of the table that is named', async () => {
    const { out, err } = await chainwalk(['check', 'p.txt', '--table', 'nat'], { files });
    expect(out).toBe('ok: p.txt: 3 IPv4 rules in nat\n');
    expect(err).toBe('note: the rules are lines 1 to 3 of the text, read as table nat, with every other table empty\n');
    expect((await chainwalk(['print', 'p.txt', '--table', 'nat'], { files })).out).toBe(
      `${[1, 2, 0].map((at) => PART.replaceAll('[0:0] ', '').split('\n')[at]).join('\n')}\n`,
    );
  });

  it.each(['trace', 'find', 'verify'])('decides nothing by chains that it does not show: %s', async (command) => {
    const more =
      command === 'trace'
        ? [PACKET]
        : command === 'find'
          ? ['--where', PACKET, '--outcome', 'direct']
          : ['--only', 'no-stale-chain,no-dead-rule'];
    const { out, code } = await chainwalk([command, 'p.txt', '--table', 'nat', '--strict', ...more], { files });
    expect(code).toBe(1);
    expect(out.toLowerCase()).toContain('undecided');
    expect(out.replaceAll(/\s+/g, ' ')).toContain('read as table nat');
  });

  test('decides by those that it shows', async () => {
    const text = `-A OUTPUT -d 10.0.0.9 -j KUBE-SEP-X\n${PART}-P POSTROUTING ACCEPT\n`;
    const rules = parse(text, { table: 'nat' }).rulesets;
    expect(trace(rules, PACKET).outcome).toBe('direct');
    expect(trace(rules, 'out tcp 10.1.0.4 -> 10.0.0.9:80').outcome).toBe('undecided');
  });

  test('is of IPv6 by its addresses', () => {
    expect(parse('-A OUTPUT -d fd00::9/128 -j ACCEPT\n', { table: 'filter' }).rulesets.map(({ family }) => family)).toEqual([6]);
  });
});

const FILTER = '-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n-N F\n-A INPUT -j F\n-A F -p tcp -m tcp --dport 80 -j DROP\n';
const NAT =
  '-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n-P POSTROUTING ACCEPT\n-A PREROUTING -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 80\n';

describe('what iptables -S prints', () => {
  it.each([
    ['one table', FILTER, 80],
    ['two tables', FILTER + NAT, 81],
    ['two tables, the other way round', NAT + FILTER, 81],
    ['behind its calls', `$ iptables -S\n${FILTER}$ sudo iptables -t nat -S\n${NAT}`, 81],
    ['behind the prompt of root', `# iptables -S\n${FILTER}# iptables -t nat -S\n${NAT}`, 81],
    ['of a pod', `$ kubectl exec web-0 -c istio-proxy -- iptables -t filter -S\r\n${FILTER.replaceAll('\n', '\r\n')}`, 80],
  ])('%s', async (_, text, port) => {
    const { out, code } = await chainwalk(['trace', 'x', `in tcp -> 10.0.0.1:${port}`], { files: { x: text } });
    expect([out.split('\n')[0]?.slice(0, 7), code]).toEqual(['DROPPED', 0]);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(/the rules are lines \d+ to \d+ of the text, read as tables? (?:filter|nat)/);
  });

  it.each([
    ['iptables -S', '$ iptables -t nat -S | grep -v DOCKER | head -5', '$ iptables -S | grep DROP'],
    [
      'iptables-save of a table',
      '$ sudo iptables-save -t nat | grep web',
      "# kubectl exec node -- iptables-save -c -t filter | grep -e 'web'",
    ],
  ])('lines that were chosen from %s are of the table of their call', (_, nat, filter) => {
    const { rulesets, diagnostics } = parse(`${nat}\n-A PREROUTING -p tcp -j REDIRECT\n\n${filter}\n-A web -j DROP\n`);
    expect(diagnostics.filter(({ kind }) => kind !== 'warning')).toEqual([]);
    const chains = rulesets.flatMap(({ tables }) => [...tables].map(([name, table]) => [name, [...table.chains.keys()]]));
    expect(chains).toEqual([
      ['nat', expect.arrayContaining(['PREROUTING'])],
      ['filter', expect.arrayContaining(['web'])],
    ]);
  });

  test('lines that were chosen from a dump of all tables are of none', () => {
    const { diagnostics } = parse('$ iptables-save -t nat | grep web\n-A web -j RETURN\n$ iptables-save | grep web\n-A web -j DROP\n');
    expect(diagnostics.map(({ code }) => code)).toContain('outside-a-table');
  });

  test('tells the family by the name of the program', () => {
    const read = parse(`$ iptables -S\n${FILTER}$ ip6tables -S\n${FILTER}`);
    expect(read.diagnostics).toEqual([]);
    expect(read.rulesets.map(({ family }) => family)).toEqual([4, 6]);
  });
});
