/** `diff RULES --apply 'iptables ...'`: would this command help? */
import { describe, expect, it } from 'vitest';
import type { ResultsReport } from '../../src/report/json/diffResults.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const FW = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j REJECT --reject-with icmp-port-unreachable
COMMIT
`;
const files = {
  'fw.rules': FW,
  'listed.txt': '-P INPUT DROP\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j REJECT\n',
  'set.rules': FW.replace('COMMIT', '-A INPUT -m set --match-set ok src -j ACCEPT\nCOMMIT'),
  'host.yaml':
    'interfaces: [{name: eth0, addresses: [10.244.0.5/24]}]\nroutes: [default via 10.244.0.1 dev eth0]\nsets: {ok: {type: "hash:ip", members: [198.51.100.7]}}\n',
  'script.sh': 'iptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 22 -j REJECT\nexit 0\n',
  'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n',
};
const asked = (...args: readonly string[]) => chainwalk(['diff', ...args], { files });
const applied = async (file: string, ...commands: readonly string[]): Promise<readonly [number, ResultsReport]> => {
  const { code, out, err } = await asked(
    file,
    ...commands.flatMap((one) => ['--apply', one]),
    '--where',
    'in tcp -> 10.244.0.5:22',
    '--json',
  );
  expect(err).toBe('');
  return [code, JSON.parse(out) as ResultsReport];
};
const OPEN = 'iptables -I INPUT 1 -p tcp --dport 22 -j ACCEPT';

describe('diff --apply', { timeout: 60_000 }, () => {
  it.each([
    ['a dump', 'fw.rules', [OPEN]],
    ['the output of iptables -S', 'listed.txt', [OPEN]],
    ['a script that ends with exit', 'script.sh', [OPEN]],
    ['waiting for the lock, by sudo', 'fw.rules', ['sudo iptables -w 5 -t filter -I INPUT -p tcp --dport 22 -j ACCEPT']],
    ['two commands in one text', 'fw.rules', ['iptables -D INPUT 3; iptables -A INPUT -p tcp --dport 22 -j ACCEPT']],
    ['two commands in two texts', 'fw.rules', ['iptables -D INPUT 3', 'iptables -P INPUT ACCEPT']],
    ['a rule deleted by its words', 'fw.rules', ['iptables -D INPUT -p tcp --dport 22 -j REJECT', 'iptables -P INPUT ACCEPT']],
    ['a new chain', 'fw.rules', ['iptables -N ssh && iptables -A ssh -j ACCEPT && iptables -I INPUT -p tcp --dport 22 -j ssh']],
    [
      'restore that keeps the rest',
      'fw.rules',
      ['iptables-restore --noflush <<E\n*filter\n-I INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\nE'],
    ],
  ])('%s: port 22 opens', async (_, file, commands) => {
    const [code, { changes }] = await applied(file, ...commands);
    expect([code, changes.map(({ base, head }) => [base.outcome, head.outcome])]).toEqual([1, [['rejected', 'to-app']]]);
  });

  it('says which rule takes the packets of one that changes nothing', async () => {
    const [code, { results }] = await applied('fw.rules', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT');
    expect(code).toBe(0);
    expect(results[0]?.edits).toMatchObject([{ kind: 'added', why: { how: 'shadowed', by: [{ chain: 'INPUT', rule: 3 }] } }]);
    const { out } = await asked('fw.rules', '--apply', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT');
    expect(out).toMatch(/no packet that it is for reaches it: taken before by\n\s+rule 3: -A INPUT -p tcp .*-j REJECT/);
  });

  it.each([
    ['iptables -D INPUT -p tcp --dport 23 -j ACCEPT', /^--apply:1:19: error: this command fails: no rule of chain `INPUT` reads like this/],
    ['iptables -D INPUT 9', /^--apply:1:19: error: this command fails: rule number `9` is too big/],
    ['iptables -A FOO -j ACCEPT', /^--apply:1:13: error: chain `FOO` is used before it is made/],
    ['iptables -t nat -F FOO', /^--apply:1:\d+: error: this command fails: no chain `FOO` in table `nat`/],
    ['iptables -N INPUT', /^--apply:1:\d+: error: this command fails/],
    ['iptables -A INPUT -j NOWHERE', /^--apply:1:22: error: `NOWHERE` is neither a chain/],
    ['iptables -A INPUT --dport 22 -j ACCEPT', /^--apply:1:\d+: error/],
    ['ipset add ok 203.0.113.9', /^--apply:1:11: error: the members of the set `ok` are not known/],
    ['echo hello', /^--apply:1:1: error: no command found/],
    ['iptables -L', /^--apply:1:1: error|no change/],
  ])('refuses `%s` at its place', async (command, says) => {
    const { code, err } = await asked('fw.rules', '--apply', command);
    if (command === 'iptables -L') expect([0, 2]).toContain(code);
    else expect([code, err]).toEqual([2, expect.stringMatching(says)]);
  });

  it('carries out what changes the host: ip and sysctl', async () => {
    const { code, out } = await asked(
      'fw.rules',
      '--host',
      'host.yaml',
      '--apply',
      'sysctl -w net.ipv4.ip_forward=1',
      '--where',
      'in tcp -> 203.0.113.9:443',
      '--json',
    );
    const { changes } = JSON.parse(out) as ResultsReport;
    expect(code).toBe(1);
    expect(changes).toMatchObject([{ base: { outcome: 'lost' }, head: { outcome: 'forwarded' } }]);
    const route = await asked(
      'fw.rules',
      '--apply',
      'ip route add blackhole 203.0.113.0/24',
      '--where',
      'out tcp -> 203.0.113.9',
      '--json',
    );
    expect((JSON.parse(route.out) as ResultsReport).changes.length).toBeGreaterThan(0);
  });

  it('starts with the sets of the host', async () => {
    const set = ['--where', 'in tcp 203.0.113.9 -> 10.244.0.5:80', '--json'];
    const { out } = await asked('set.rules', '--host', 'host.yaml', '--apply', 'ipset add ok 203.0.113.9', ...set);
    expect((JSON.parse(out) as ResultsReport).changes.map(({ base, head }) => [base.outcome, head.outcome])).toEqual([
      ['dropped', 'to-app'],
    ]);
    const other = await asked('set.rules', '--host', 'host.yaml', '--apply', 'ipset add ok 203.0.113.10', ...set);
    expect(other.code).toBe(0);
  });

  it('reads the other family: the base has no rules of it', async () => {
    const { out } = await asked('fw.rules', '--apply', 'ip6tables -A INPUT -p tcp --dport 22 -j DROP', '--json');
    expect((JSON.parse(out) as ResultsReport).changes.some(({ family, head }) => family === 'ipv6' && head.outcome === 'dropped')).toBe(
      true,
    );
  });

  it('takes one file of rules', async () => {
    expect((await asked('fw.rules', 'listed.txt', '--apply', OPEN)).code).toBe(2);
    expect((await asked('pod.yaml', '--apply', OPEN)).code).toBe(2);
    expect((await asked('--apply', OPEN)).code).toBe(2);
  });
});
