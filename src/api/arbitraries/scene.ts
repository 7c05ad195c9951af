/** What packets are drawn for: rules, their host and mesh, and the options of the caller, read. */

import type { Host, Process } from '../../host/host.ts';
import { notProxy } from '../../mesh/notProxy.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { equals, type MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { librarySettingOf, packetSetFrom, SETTING_OPTIONS, type SettingOptions } from '../library/input.ts';
import { InputError } from '../library/inputError.ts';
import { checkOptions, FAMILY_OPTION, type OptionKinds, WHERE_OPTION } from '../library/options.ts';
import { type RulesInput, rulesetsOf } from '../library/rules.ts';

export interface PacketOptions extends SettingOptions {
  /** absent: the families of the rules; 4 without rules */
  readonly family?: Family;
  /** absent: packets that are sent and packets that arrive */
  readonly dir?: 'in' | 'out';
  /** one protocol or several, the first is what counterexamples shrink to; absent: tcp, udp and what the rules ask about */
  readonly proto?: ProtoName | readonly ProtoName[];
  /** user of the sending process: only packets that are sent */
  readonly uid?: number;
  /** only packets that are sent, by a process that is not the mesh's proxy, or by the proxy; absent: by anybody */
  readonly sentBy?: 'app' | 'proxy';
  /** a set of packets in notation, `out tcp -> 10.0.0.0/8 uid=!1337` */
  readonly where?: string;
  /** also packets that open no connection, that no rule asks about, fragments, bound and missing sockets; false when absent */
  readonly unusual?: boolean;
  /** every other packet is one that some rule matches with all of its conditions, and the rules that lead to it; false when absent */
  readonly matching?: boolean;
}

export type ProtoName = keyof typeof PROTO;

const PACKET_OPTIONS: OptionKinds<PacketOptions> = {
  ...SETTING_OPTIONS,
  family: FAMILY_OPTION,
  dir: { a: 'direction', words: ['in', 'out'] },
  proto: { a: 'protocol', words: Object.keys(PROTO), list: 'or' },
  uid: 'id',
  sentBy: { a: 'sender', words: ['app', 'proxy'] },
  where: WHERE_OPTION,
  unusual: 'flag',
  matching: 'flag',
};

export interface PacketScene {
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  readonly profile: MeshProfile | undefined;
  readonly families: readonly Family[];
  readonly dirs: readonly ('in' | 'out')[];
  readonly protos: readonly number[] | undefined;
  /** set for packets of the proxy: its identity and the mark that it sets */
  readonly proxy: (Process & { readonly mark: number }) | undefined;
  readonly conditions: Readonly<Record<Family, readonly MatchExpr[]>>;
  readonly unusual: boolean;
}

/** @throws InputError when the rules or an option cannot be read */
export function sceneOf(rules: RulesInput, options: PacketOptions): PacketScene {
  checkOptions(options, PACKET_OPTIONS);
  // an empty list is not a text that was read as nothing: its packets aim at no rule
  const rulesets = Array.isArray(rules) && rules.length === 0 ? [] : rulesetsOf(rules, options);
  const { host, profile } = librarySettingOf(rulesets, options);
  const set = options.where === undefined ? undefined : packetSetFrom(options.where);
  const { dir = set?.dir, family, proto, uid, sentBy } = options;
  const problem = contradiction(options, set);
  if (problem !== undefined) throw new InputError([problem]);
  const proxy = sentBy === 'proxy' ? proxyOf(host, profile) : undefined;
  if (sentBy === 'proxy' && proxy === undefined) throw new InputError(['`sentBy` is `proxy`, but the rules are of no mesh']);
  const own = [...(uid === undefined ? [] : [equals('uid', uid)]), ...(sentBy === 'app' ? parts(notProxy(profile, host)) : [])];
  const known = [...new Set(rulesets.map((one) => one.family))].sort();
  const protos = proto === undefined ? undefined : (typeof proto === 'string' ? [proto] : proto).map((name) => PROTO[name]);
  const sent = uid !== undefined || sentBy !== undefined;
  return {
    rulesets,
    host,
    profile,
    families: family !== undefined ? [family] : known.length > 0 ? known : [4],
    dirs: dir !== undefined ? [dir] : sent ? ['out'] : ['out', 'in'],
    protos,
    proxy,
    conditions: { 4: [...own, ...termsOf(set, 4)], 6: [...own, ...termsOf(set, 6)] },
    unusual: options.unusual ?? false,
  };
}

/** Options of which no packet can have both. */
function contradiction({ dir, uid, sentBy, where }: PacketOptions, set: PacketSet | undefined): string | undefined {
  const sent = sentBy !== undefined ? `\`sentBy\` is \`${sentBy}\`` : uid !== undefined ? `\`uid\` is ${uid}` : undefined;
  const arrives = dir === 'in' ? '`dir` is `in`' : set?.dir === 'in' ? `\`where\` is \`${where}\`` : undefined;
  if (sent !== undefined && arrives !== undefined) return `${sent}, of packets that are sent, and ${arrives}: those arrive`;
  if (sentBy === 'proxy' && uid !== undefined) return '`sentBy` is `proxy`, whose user the host says, and `uid` is given';
  return dir !== undefined && set?.dir !== undefined && dir !== set.dir
    ? `\`dir\` is \`${dir}\` and \`where\` is \`${where}\`: no packet is both`
    : undefined;
}

/** One condition for each field. */
function parts(expr: MatchExpr): readonly MatchExpr[] {
  return expr.kind === 'and' ? expr.of : [expr];
}

function termsOf(set: PacketSet | undefined, family: Family): readonly MatchExpr[] {
  return set?.terms.map(({ expr }) => expr[family]) ?? [];
}

function proxyOf(host: Host, profile: MeshProfile | undefined): PacketScene['proxy'] {
  const process = profile && host.processes.get(profile.process.name);
  const mark = profile?.listeners.find(({ role }) => role === 'outbound')?.emits?.mark ?? 0;
  return process && { ...process, mark };
}
