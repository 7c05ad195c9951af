/** Random rules of a router between a client (r0) and a server (r1), the same draw as iptables-restore or nft reads it. */
import type { Random } from '../generate/random.ts';

export type Style = 'legacy' | 'nft' | 'tables';
export interface RouterRules {
  /** the text for each family; of nftables it is the same one */
  readonly v4: string;
  readonly v6: string;
  /** how the kernel is given them: a command and its input */
  readonly load: readonly (readonly [readonly string[], string])[];
}

const HOOKS = {
  mangle: ['PREROUTING', 'FORWARD'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const PRIORITY = {
  mangle: -150,
  nat: { PREROUTING: -100, INPUT: 100, OUTPUT: -100, POSTROUTING: 100 } as Readonly<Record<string, number>>,
  filter: 0,
};
type Table = keyof typeof HOOKS;
type Six = 0 | 1;

/** Both spellings of one rule. */
interface Spelt {
  readonly iptables: (six: Six) => string;
  readonly nft: readonly string[];
}

export function drawRules(random: Random, style: Style): RouterRules {
  const drawn = Object.entries(HOOKS).map(([name, hooks]) => {
    const table = name as Table;
    return [table, hooks.map((hook) => [hook, drawChain(random, table, hook)] as const)] as const;
  });
  if (style === 'tables') {
    const chains = drawn.flatMap(([table, hooks]) => hooks.map(([hook, rules]) => nftChain(table, hook, rules)));
    const text = `table inet router {\n${chains.join('')}}\n`;
    return { v4: text, v6: text, load: [[['nft', '-f', '-'], text]] };
  }
  const [v4, v6] = ([0, 1] as const).map((six) =>
    drawn
      .map(([table, hooks]) => {
        const policies = hooks.map(([hook]) => `:${hook} ACCEPT [0:0]\n`);
        const rules = hooks.flatMap(([hook, own]) => own.map((rule) => `-A ${hook} ${rule.iptables(six)}\n`));
        return `*${table}\n${policies.join('')}${rules.join('')}COMMIT\n`;
      })
      .join(''),
  ) as [string, string];
  return {
    v4,
    v6,
    load: [
      [[`iptables-${style}-restore`], v4],
      [[`ip6tables-${style}-restore`], v6],
    ],
  };
}

function drawChain(random: Random, table: Table, hook: string): readonly Spelt[] {
  return Array.from({ length: random.below(table === 'mangle' ? 2 : 4) }, () => drawRule(random, table, hook));
}

function nftChain(table: Table, hook: string, rules: readonly Spelt[]): string {
  const priority = table === 'nat' ? PRIORITY.nat[hook] : PRIORITY[table];
  const kind = table === 'nat' ? 'nat' : 'filter';
  const lines = rules.flatMap(({ nft }) => nft.map((rule) => `\t\t${rule}\n`)).join('');
  return `\tchain ${table}_${hook} {\n\t\ttype ${kind} hook ${hook.toLowerCase()} priority ${priority}; policy accept;\n${lines}\t}\n`;
}

function drawRule(random: Random, table: Table, hook: string): Spelt {
  const proto = random.pick(['tcp', 'udp']);
  const port = random.pick([80, 81, 8080, 3128]);
  // each kind is as likely to stand behind a port as not
  const matches: [string, string][] = [];
  const target = drawTarget(random, table, hook);
  if (target.ported || random.chance(0.6)) matches.push([`-p ${proto} --dport ${port}`, `${proto} dport ${port}`]);
  if (hook !== 'OUTPUT' && hook !== 'POSTROUTING' && random.chance(0.4)) {
    const iif = random.pick(['r0', 'r1']);
    matches.push([`-i ${iif}`, `iifname "${iif}"`]);
  }
  if (hook === 'POSTROUTING') {
    const oif = random.pick(['r0', 'r1']);
    matches.push([`-o ${oif}`, `oifname "${oif}"`]);
  }
  if (table === 'filter' && random.chance(0.5)) {
    const state = random.pick(['NEW', 'ESTABLISHED', 'DNAT', 'SNAT', 'RELATED']);
    const nft = state === 'DNAT' || state === 'SNAT' ? `ct status ${state.toLowerCase()}` : `ct state ${state.toLowerCase()}`;
    matches.push([`-m conntrack --ctstate ${state}`, nft]);
  }
  if (table !== 'mangle' && random.chance(0.15)) matches.push(['-m mark --mark 7', 'meta mark 7']);
  return {
    iptables: (six) => [...matches.map(([text]) => text), target.iptables(six)].join(' '),
    nft: target.nft.map((text) => [...matches.map(([, nft]) => nft), text].join(' ')),
  };
}

interface Target extends Spelt {
  readonly ported?: boolean;
}

function drawTarget(random: Random, table: Table, hook: string): Target {
  if (table === 'mangle') {
    const others = [both('MARK --set-mark 7', 'meta mark set 7'), hops(random.pick([1, 2, 9]))];
    return random.pick([...others, both('DROP', 'drop')]);
  }
  if (table === 'filter') {
    const rejects = [
      { iptables: () => '-j REJECT', nft: ['reject'] },
      {
        iptables: (six: Six) => `-j REJECT --reject-with ${six ? 'icmp6-adm-prohibited' : 'icmp-admin-prohibited'}`,
        nft: ['reject with icmpx admin-prohibited'],
      },
    ];
    return random.pick([both('ACCEPT', 'accept'), both('ACCEPT', 'accept'), both('DROP', 'drop'), ...rejects]);
  }
  const host = random.pick([2, 3]);
  const port = random.pick([80, 8080]);
  if (hook === 'PREROUTING' || hook === 'OUTPUT') {
    const dnat: Target = {
      ported: true,
      iptables: (six) => `-j DNAT --to-destination ${six ? `[fd02::${host}]` : `10.2.0.${host}`}:${port}`,
      nft: [`meta nfproto ipv4 dnat ip to 10.2.0.${host}:${port}`, `meta nfproto ipv6 dnat ip6 to [fd02::${host}]:${port}`],
    };
    return random.pick([dnat, { ...both('REDIRECT --to-ports 3128', 'redirect to :3128'), ported: true }]);
  }
  const own = random.pick([1, 2]);
  const snat: Target = {
    iptables: (six) => `-j SNAT --to-source ${six ? `fd0${own}::1` : `10.${own}.0.1`}`,
    nft: [`meta nfproto ipv4 snat ip to 10.${own}.0.1`, `meta nfproto ipv6 snat ip6 to fd0${own}::1`],
  };
  return hook === 'POSTROUTING' && random.chance(0.5) ? both('MASQUERADE', 'masquerade') : snat;
}

function both(iptables: string, nft: string): Target {
  return { iptables: () => `-j ${iptables}`, nft: [nft] };
}

function hops(left: number): Target {
  return {
    iptables: (six) => (six ? `-j HL --hl-set ${left}` : `-j TTL --ttl-set ${left}`),
    nft: [`ip ttl set ${left}`, `ip6 hoplimit set ${left}`],
  };
}
