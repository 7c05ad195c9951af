/** set - the packet's addresses or ports are in an ipset.
 *  man    iptables-extensions(8), set; ipset(8)
 *  kernel net/netfilter/xt_set.c set_match_v4()
 *  fact   the members are the host's: without them, or with a set type that is not read here, the match is not modelled */
import { and, type MatchExpr, or, unmodelled } from '../../netfilter/matchExpr.ts';
import { type IpSet, matchExtension, type RuleContext } from '../extension.ts';
import { memberExpr } from '../ipset.ts';

type Dirs = readonly ('src' | 'dst')[];

function inIpset(name: string, dirs: Dirs, { sets, family }: RuleContext): MatchExpr {
  const set: IpSet | undefined = sets?.get(name);
  if (set === undefined) return unmodelled(`the members of ipset \`${name}\``);
  const exprs = set.members.map((member) => memberExpr({ type: set.type, member, dirs, family }));
  return exprs.some((expr) => expr === undefined)
    ? unmodelled(`ipset \`${name}\` of type ${set.type}`)
    : or(...exprs.map((expr) => expr ?? and()));
}

export const set = matchExtension({
  name: 'set',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'sets of `hash:ip`, `hash:net` and ports whose members the host gives; counters are not' },
  options: {
    '--match-set': { value: ['name', 'setDirs'], invertible: true, required: true },
    '--return-nomatch': { value: [] },
    '--update-counters': { value: [], invertible: true },
    '--update-subcounters': { value: [], invertible: true },
    '--packets-eq': { value: ['counter'], invertible: true },
    '--packets-lt': { value: ['counter'] },
    '--packets-gt': { value: ['counter'] },
    '--bytes-eq': { value: ['counter'], invertible: true },
    '--bytes-lt': { value: ['counter'] },
    '--bytes-gt': { value: ['counter'] },
  },
  unclear: ['--match-set'],
  lower: (given, context) => {
    const asked = given['--match-set'];
    if (asked === undefined) return [];
    const [name, dirs] = asked.values;
    const plain = Object.keys(given).every(
      (option) => option === '--match-set' || option === '--update-counters' || option === '--update-subcounters',
    );
    const expr = plain ? inIpset(name, dirs, context) : unmodelled(`counters of ipset \`${name}\``);
    return [{ expr: asked.inverted ? { kind: 'not', of: expr } : expr }];
  },
});
