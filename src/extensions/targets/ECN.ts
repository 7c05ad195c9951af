/** ECN - clears or sets the bits of explicit congestion notification, in the IP header or in TCP's.
 *  man    iptables-extensions(8), ECN
 *  kernel net/ipv4/netfilter/ipt_ECN.c ecn_tg() */
import type { Effect, FieldChange } from '../../netfilter/effect.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { PROTO } from '../../packet/protocol.ts';
import { type GivenValues, targetExtension } from '../contract/extension.ts';

const OPTIONS = {
  '--ecn-tcp-remove': { value: [], excludes: ['--ecn-tcp-ece', '--ecn-tcp-cwr'] },
  '--ecn-tcp-ece': { value: ['bit'] },
  '--ecn-tcp-cwr': { value: ['bit'] },
  '--ecn-ip-ect': { value: ['twoBits'] },
} as const;

interface Asked {
  readonly ece: number | undefined;
  readonly cwr: number | undefined;
  readonly ect: number | undefined;
}

/** `--ecn-tcp-remove` takes back an `--ecn-ip-ect` before it. */
function asked(given: GivenValues<typeof OPTIONS>): Asked {
  const { '--ecn-tcp-remove': remove, '--ecn-tcp-ece': ece, '--ecn-tcp-cwr': cwr, '--ecn-ip-ect': ect } = given;
  const ip = remove !== undefined && ect !== undefined && ect.span.start < remove.span.start ? undefined : ect?.values[0];
  return remove === undefined ? { ece: ece?.values[0], cwr: cwr?.values[0], ect: ip } : { ece: 0, cwr: 0, ect: ip };
}

function tcpChange({ ece, cwr }: Asked): FieldChange {
  const clear = (ece === undefined ? 0 : TCP_FLAGS.E) | (cwr === undefined ? 0 : TCP_FLAGS.C);
  return { keep: ~clear & 0xff, xor: (ece === 1 ? TCP_FLAGS.E : 0) | (cwr === 1 ? TCP_FLAGS.C : 0) };
}

export const ECN = targetExtension({
  name: 'ECN',
  families: [4],
  options: OPTIONS,
  tables: ['mangle'],
  check: (given, { proto }) => {
    const tcpOption = given['--ecn-tcp-remove'] ?? given['--ecn-tcp-ece'] ?? given['--ecn-tcp-cwr'];
    if (tcpOption === undefined && given['--ecn-ip-ect'] === undefined) {
      return [{ kind: 'malformed', message: '`-j ECN` needs `--ecn-tcp-remove` or another operation' }];
    }
    if (tcpOption === undefined || (proto?.value === PROTO.tcp && !proto.inverted)) return [];
    return [{ kind: 'not-loadable', message: `\`${tcpOption.name}\` needs \`-p tcp\` in the same rule`, option: tcpOption.name }];
  },
  unclear: ['--ecn-ip-ect'],
  listing: {
    opens: /ECN/,
    options: {
      '--ecn-tcp-remove': /TCP remove/,
      '--ecn-tcp-ece': /ECE=(\d)/,
      '--ecn-tcp-cwr': /CWR=(\d)/,
      '--ecn-ip-ect': /ECT codepoint=(\d)/,
    },
  },
  lower: (given): Effect => {
    const all = asked(given);
    const tcp = all.ece !== undefined || all.cwr !== undefined;
    if (tcp && all.ect !== undefined) return { kind: 'unmodelled', reason: 'ECN that writes into both headers' };
    if (tcp) return { kind: 'setField', field: 'flags', change: tcpChange(all) };
    return { kind: 'setField', field: 'tos', change: { keep: 0xfc, xor: all.ect ?? 0 } };
  },
  save: (given) => {
    const { ece, cwr, ect } = asked(given);
    if (ece === 0 && cwr === 0 && ect === undefined) return ['--ecn-tcp-remove'];
    return [
      ...(ece === undefined ? [] : ['--ecn-tcp-ece', String(ece)]),
      ...(cwr === undefined ? [] : ['--ecn-tcp-cwr', String(cwr)]),
      ...(ect === undefined ? [] : ['--ecn-ip-ect', String(ect)]),
    ];
  },
});
