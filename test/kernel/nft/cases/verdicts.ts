/** In which order base chains run, and how far a verdict goes. */
import { filter, mangle, nat } from '../../cases/kernelCase.ts';
import { base, chain, DELIVERED, IN, inet, type NftCase, OUT, SENT, table, toPort } from './nftCase.ts';

const redirect = (name: string, port: number): string => base(name, 'nat prerouting -100', `meta l4proto tcp redirect to :${port}`);
const iptablesRedirect = nat('-A PREROUTING -p tcp -j REDIRECT --to-ports 1111');

export const VERDICT_CASES: readonly NftCase[] = [
  {
    name: 'accept ends its base chain only: a later one at the same hook drops',
    nft: inet(base('a', 'filter input 0', 'accept'), base('b', 'filter input 10', 'drop')),
    ends: { [IN]: 'dropped' },
    meets: { [IN]: ['INPUT inet t:a:1 ACCEPT', 'INPUT inet t:b:1 DROP'] },
  },
  {
    name: 'drop is final: a later base chain is not asked',
    nft: inet(base('a', 'filter input 0', 'drop'), base('b', 'filter input 10', 'accept')),
    ends: { [IN]: 'dropped' },
    misses: { [IN]: ['INPUT inet t:b:1 ACCEPT'] },
  },
  {
    name: 'return in a base chain applies its policy',
    nft: inet(base('a', 'filter input 0', 'policy drop;', 'tcp dport 80 return', 'accept')),
    ends: { [IN]: 'dropped' },
    meets: { [IN]: ['INPUT inet t:a:1 RETURN', 'INPUT inet t:a:policy DROP'] },
  },
  {
    name: 'of base chains of equal priority in one table the last made runs first',
    nft: inet(base('a', 'filter input 5', 'meta mark set 1'), base('b', 'filter input 5', 'meta mark set 2')),
    ends: { [IN]: `${DELIVERED} mark 1` },
  },
  {
    name: 'and so it is across tables and families',
    nft: table('ip x', base('a', 'filter input 5', 'meta mark set 1')) + inet(base('b', 'filter input 5', 'meta mark set 2')),
    ends: { [IN]: `${DELIVERED} mark 1` },
  },
  {
    name: 'and so it is whichever family comes first',
    nft: inet(base('b', 'filter input 5', 'meta mark set 2')) + table('ip x', base('a', 'filter input 5', 'meta mark set 1')),
    ends: { [IN]: `${DELIVERED} mark 2` },
  },
  ...(['nft', 'iptables'] as const).flatMap((last): readonly NftCase[] => [
    {
      name: `of nat chains of equal priority the last loaded redirects first: ${last} last`,
      nft: inet(redirect('n', 2222)),
      rules: iptablesRedirect,
      last,
      backends: last === 'nft' ? ['legacy', 'nft'] : ['nft'],
      ends: { [IN]: toPort(last === 'nft' ? 2222 : 1111) },
    },
    {
      name: `of filter chains of equal priority the last loaded runs first: ${last} last`,
      nft: inet(base('i', 'filter input -150', 'meta mark set 1')),
      rules: mangle('-A INPUT -j MARK --set-mark 2'),
      last,
      backends: last === 'nft' ? ['legacy', 'nft'] : ['nft'],
      ends: { [IN]: `${DELIVERED} mark ${last === 'nft' ? 2 : 1}` },
    },
  ]),
  {
    name: 'a drop of a native chain wins over an ACCEPT of iptables',
    nft: inet(base('i', 'filter input 5', 'drop')),
    rules: filter('-A INPUT -j ACCEPT'),
    ends: { [IN]: 'dropped' },
    meets: { [IN]: ['INPUT filter:INPUT:1 ACCEPT', 'INPUT inet t:i:1 DROP'] },
  },
  {
    name: 'a DROP of iptables wins over an accept of a native chain, before or after it',
    nft: table('ip t', base('a', 'filter input -5', 'accept'), base('b', 'filter input 5', 'accept')),
    rules: filter('-A INPUT -j DROP'),
    ends: { [IN]: 'dropped' },
    meets: { [IN]: ['INPUT ip t:a:1 ACCEPT', 'INPUT filter:INPUT:1 DROP'] },
  },
  {
    name: 'the first nat chain that sets a mapping is the last that is asked',
    nft: inet(base('a', 'nat prerouting -110', 'meta l4proto tcp redirect to :1111'), redirect('b', 2222)),
    ends: { [IN]: toPort(1111) },
    misses: { [IN]: ['PREROUTING inet t:b:1 ACCEPT'] },
  },
  ...['accept', 'return', 'udp dport 1 accept'].map(
    (rule): NftCase => ({
      name: `after \`${rule}\` in a nat chain the next nat chain is asked`,
      nft: inet(base('a', 'nat prerouting -110', rule), redirect('b', 2222)),
      ends: { [IN]: toPort(2222) },
    }),
  ),
  {
    name: 'ACCEPT in the nat table of iptables-nft does not stop a native nat chain',
    nft: inet(base('n', 'nat prerouting -90', 'meta l4proto tcp redirect to :2222')),
    rules: nat('-A PREROUTING -j ACCEPT'),
    ends: { [IN]: toPort(2222) },
  },
  {
    name: 'goto returns past the chain that it left, and from a base chain to its policy',
    nft: inet(
      chain('u', 'goto v', 'meta mark set 2'),
      chain('v', 'meta mark set 1'),
      base('o', 'filter output 0', 'policy drop;', 'jump u', 'meta mark 1 accept'),
      base('i', 'filter input 0', 'policy drop;', 'goto v', 'accept'),
    ),
    ends: { [OUT]: `${SENT} mark 1`, [IN]: 'dropped' },
    meets: { [OUT]: ['OUTPUT inet t:u:1 GOTO:v', 'OUTPUT inet t:o:2 ACCEPT'], [IN]: ['INPUT inet t:i:policy DROP'] },
  },
  {
    name: 'rules in braces are a chain without a name, which returns to the next rule',
    nft: inet(base('o', 'filter output 0', 'tcp dport 80 jump {\n udp dport 1 drop\n meta mark set 1\n}', 'meta mark 1 meta mark set 3')),
    ends: { [OUT]: `${SENT} mark 3` },
    meets: { [OUT]: ['OUTPUT inet t:__chain0:2 CONTINUE', 'OUTPUT inet t:__chain0:end RETURN', 'OUTPUT inet t:o:2 CONTINUE'] },
  },
  {
    name: 'the verdict of a vmap is that of the rule; without the key, the next rule runs; `*` takes all others',
    nft: inet(
      chain('u', 'meta mark set 1'),
      base('a', 'filter output -10', 'tcp dport vmap { 81 : drop }', 'tcp dport vmap { 79-80 : jump u, 443 : drop }'),
      base('b', 'filter output 0', 'policy drop;', 'tcp dport vmap { 81 : drop, * : accept }'),
    ),
    ends: { [OUT]: `${SENT} mark 1` },
    meets: { [OUT]: ['OUTPUT inet t:a:2 JUMP:u', 'OUTPUT inet t:b:1 ACCEPT'] },
    misses: { [OUT]: ['OUTPUT inet t:a:1 CONTINUE'] },
  },
  {
    name: '`return` in a vmap of a base chain applies the policy, `continue` goes on with the same rule',
    nft: inet(
      base(
        'a',
        'filter output -10',
        'tcp dport vmap { 80 : continue } meta mark set 1',
        'udp dport vmap { 80 : continue } meta mark set 2',
      ),
      base('b', 'filter output 0', 'policy drop;', 'tcp dport vmap { 80 : return }', 'accept'),
    ),
    ends: { [OUT]: 'dropped', 'out udp 10.244.0.5 -> 203.0.113.9:80': 'sent -o eth0 10.244.0.5:40000 > 203.0.113.9:80 mark 2' },
    meets: { [OUT]: ['OUTPUT inet t:a:1 CONTINUE', 'OUTPUT inet t:b:1 RETURN', 'OUTPUT inet t:b:policy DROP'] },
  },
  {
    name: 'the chains of a dormant table do not run',
    nft: inet('flags dormant;', base('i', 'filter input 0', 'drop')),
    ends: { [IN]: DELIVERED },
  },
];
