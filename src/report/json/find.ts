/** JSON of `find`, schema chainwalk/find/v1: types and the one place that builds them. Scripts rely on it: fields are added only. */
import { generalText } from '../../connection/generalWords.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import type { PacketJson } from '../../packet/packetJson.ts';
import { toPacketJson } from '../../packet/packetJson.ts';
import type { FoundPackets } from '../../query/find.ts';
import { type TraceRule, toTraceRule } from './walk.ts';

export interface FindReport {
  readonly schema: 'chainwalk/find/v1';
  /** of the rules, and so of the requested packets */
  readonly families: readonly ('ipv4' | 'ipv6')[];
  /** no packet of the set can have the outcome, which is proved; false as well when nothing was found and something is undecided */
  readonly empty: boolean;
  /** none: proved; some: there is an example; undecided: none was found, and that there is none is not proved */
  readonly answer: 'none' | 'some' | 'undecided';
  readonly example: PacketJson | null;
  /** all classes, as a packet set */
  readonly packets: string;
  readonly classes: readonly FindClass[];
  /** packets that may have the outcome or not */
  readonly undecided: readonly FindDoubt[];
  readonly assumptions: readonly Assumption[];
}

export interface FindClass {
  readonly family: 'ipv4' | 'ipv6';
  readonly packets: string;
  /** as people speak of them: fewer and larger sets, with what these leave out in a remark after them */
  readonly ordinary: string | null;
  readonly example: PacketJson;
}

export interface FindDoubt {
  readonly family: 'ipv4' | 'ipv6';
  readonly packets: string;
  /** why; begins with `budget:` when the question was too hard */
  readonly reason: string;
  /** that are not modelled, and decide */
  readonly rules: readonly TraceRule[];
}

/** Exact words are looked for when they are read: people are shown others, and these are a twelfth of the time of a short question. */
export function toFindReport(
  parts: readonly { readonly file: string; readonly found: FoundPackets }[],
  assumptions: readonly Assumption[],
  unsaid?: string,
): FindReport {
  const classes = parts.flatMap(({ found }) =>
    found.classes.map(({ packets, general, example }): FindClass => {
      return {
        family: `ipv${found.family}`,
        get packets() {
          return packets();
        },
        ordinary: generalText(general),
        example: toPacketJson(example.packet),
      };
    }),
  );
  const doubts = parts.flatMap(({ file, found }) =>
    found.undecided.map(({ packets, reason, rules }): FindDoubt => {
      return { family: `ipv${found.family}`, packets, reason, rules: rules.map((rule) => toTraceRule(rule, file)) };
    }),
  );
  // of packets that arrive at a host whose description is not given
  const open = parts.flatMap(({ found: { asked, family } }): FindDoubt[] =>
    unsaid === undefined || !asked ? [] : [{ family: `ipv${family}`, packets: 'any packet that arrives', reason: unsaid, rules: [] }],
  );
  const undecided = [...doubts, ...open];
  return {
    schema: 'chainwalk/find/v1',
    families: [...new Set(parts.map(({ found }) => `ipv${found.family}` as const))],
    empty: classes.length + undecided.length === 0,
    answer: classes.length > 0 ? 'some' : undecided.length > 0 ? 'undecided' : 'none',
    example: classes[0]?.example ?? null,
    get packets() {
      return classes.map((one) => one.packets).join(' or ');
    },
    classes,
    undecided,
    assumptions,
  };
}
