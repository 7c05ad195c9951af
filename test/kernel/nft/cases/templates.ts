/** What a packet has in place of a connection once a rule has given it a zone, before the lookup or where that found nothing: a template. */
import { base, DELIVERED, DELIVERED6, inet, type NftCase, SENT, SENT6 } from './nftCase.ts';

const FIN = 'in tcp 10.0.0.9 -> 10.244.0.5:80 iif=eth0 flags=F';
const FIN6 = 'in tcp 2001:db8::9 -> [fd00:10:244::5]:80 iif=eth0 flags=F';
const OUT_FIN = 'out tcp 10.244.0.5 -> 203.0.113.9:80 uid=1000 gid=1000 flags=F';
const OUT_FIN6 = 'out tcp fd00:10:244::5 -> [2001:db8::9]:80 uid=1000 gid=1000 flags=F';

/** All of these read it as a connection that is confirmed and has zeros for its ends: bit by bit of the mark. */
const HOLD = [
  '--ctstate NEW',
  '--ctdir ORIGINAL',
  '--ctstatus CONFIRMED',
  '! --ctstatus ASSURED',
  '--ctproto 0',
  '! --ctproto 6',
  '--ctorigsrcport 0',
  '--ctrepldstport 0:10',
  '! --ctorigdstport 80',
  '--ctstate NEW --ctreplsrcport 0',
];
const FAIL = [
  '--ctstate INVALID',
  '--ctstate DNAT',
  '--ctdir REPLY',
  '--ctstatus SEEN_REPLY',
  '! --ctstatus CONFIRMED',
  '--ctproto 6',
  '--ctorigdstport 80',
  '--ctstate NEW --ctorigdstport 80',
];
const ADDRESSES = {
  4: [
    ['--ctorigsrc 0.0.0.0/32', '--ctrepldst 0.0.0.0/8', '! --ctorigdst 10.244.0.5/32', '--ctreplsrc 0.0.0.0/0'],
    ['--ctorigsrc 10.0.0.9/32', '! --ctreplsrc 0.0.0.0/8'],
  ],
  6: [
    ['--ctorigsrc ::/128', '--ctrepldst ::/8', '! --ctorigdst fd00:10:244::5/128', '--ctreplsrc ::/0'],
    ['--ctorigsrc 2001:db8::9/128', '! --ctreplsrc ::/8'],
  ],
} as const;
const OTHERS_HOLD = ['connmark --mark 0', 'state --state NEW', 'helper ! --helper ftp'];
const OTHERS_FAIL = ['connmark ! --mark 0', 'state --state INVALID', 'helper --helper ftp'];

function asked(family: 4 | 6): readonly string[] {
  const [hold, fail] = ADDRESSES[family];
  const ofConntrack = [...HOLD, ...hold, ...FAIL, ...fail].map((options) => `conntrack ${options}`);
  return [...ofConntrack, ...OTHERS_HOLD, ...OTHERS_FAIL];
}

function marks(chain: string, family: 4 | 6): string {
  return asked(family)
    .map((match, bit) => `-A ${chain} -m ${match} -j MARK --set-xmark 0x${(2 ** bit).toString(16)}/0x${(2 ** bit).toString(16)}`)
    .join('\n');
}

const bitsOf = (all: readonly unknown[], from: number): number => (2 ** all.length - 1) * 2 ** from;
const HELD =
  bitsOf([...HOLD, ...ADDRESSES[4][0]], 0) +
  bitsOf(OTHERS_HOLD, HOLD.length + FAIL.length + ADDRESSES[4][0].length + ADDRESSES[4][1].length);

const table = (name: string, chains: string, ...rules: readonly string[]): string => `*${name}\n${chains}\n${rules.join('\n')}\nCOMMIT\n`;
const PREROUTING = ':PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]';
const NAT = ':PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]';
const MANGLE = ':PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]';
const LATE = inet(base('p', 'filter prerouting -160', 'ct zone set 1'), base('o', 'filter output -160', 'ct zone set 1'));

export const TEMPLATE_CASES: readonly NftCase[] = [
  ...([4, 6] as const).flatMap((family): readonly NftCase[] => {
    const [sent, end] = family === 4 ? [FIN, DELIVERED] : [FIN6, DELIVERED6];
    return [
      {
        name: `a template behind the lookup is a connection to iptables, confirmed and without ends, IPv${family}`,
        nft: LATE,
        rules: table('mangle', MANGLE, marks('PREROUTING', family)),
        ends: { [sent]: `${end} mark ${HELD}` },
      },
      {
        name: `so is the template of CT, IPv${family}`,
        nft: inet(base('i', 'filter input 0', 'ct state new,established counter')),
        rules: table('raw', PREROUTING, '-A PREROUTING -j CT --zone 1', marks('PREROUTING', family)),
        ends: { [sent]: `${end} mark ${HELD}` },
      },
    ];
  }),
  {
    name: 'all chains of NAT are asked about a packet with a template, one after the other, and nothing is rewritten',
    nft: inet(
      base('p', 'filter prerouting -160', 'ct zone set 1'),
      base('d', 'nat prerouting -100', 'meta mark set mark | 1 redirect'),
      base('e', 'nat prerouting -90', 'meta mark set mark | 2 dnat ip to 10.244.0.77'),
      base('f', 'nat prerouting -80', 'meta mark set mark | 4'),
      base('s', 'nat input 100', 'meta mark set mark | 8 snat ip to 10.0.0.10'),
    ),
    rules: table('nat', NAT, '-A PREROUTING -p tcp -j REDIRECT --to-ports 82', '-A INPUT -j SNAT --to-source 10.0.0.10'),
    last: 'iptables',
    ends: { [FIN]: `${DELIVERED} mark 15` },
    meets: { [FIN]: ['PREROUTING nat:PREROUTING:1 ACCEPT', 'INPUT nat:INPUT:1 ACCEPT'] },
  },
  {
    name: 'masquerading leaves a packet with a template as it is, where there is no address too',
    nft: inet(
      base('o', 'filter output 0', 'ct zone set 1'),
      base('d', 'nat output -100', 'dnat ip to 10.244.0.77', 'dnat ip6 to fd00:10:244::77'),
      base('s', 'nat postrouting 100', 'masquerade'),
      base('t', 'nat postrouting 110', 'meta mark set mark | 1'),
    ),
    ends: { [OUT_FIN]: `${SENT} mark 1`, [OUT_FIN6]: `${SENT6} mark 1` },
  },
  {
    name: 'an interface without an address cannot take a packet with a template to this host either',
    host: {
      interfaces: [
        { name: 'eth0', addresses: [] },
        { name: 'net1', addresses: ['192.168.50.5/24'] },
      ],
    } as never,
    nft: inet(base('p', 'filter prerouting -160', 'ct zone set 1'), base('d', 'nat prerouting -100', 'redirect')),
    ends: { 'in tcp 10.0.0.9 -> 192.168.50.5:80 iif=eth0 flags=F': 'lost' },
  },
];
