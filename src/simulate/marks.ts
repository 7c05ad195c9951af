/** MARK and CONNMARK: marks of the packet, of its connection, and of the template that stands for one in raw.
 *  kernel net/netfilter/xt_mark.c, xt_connmark.c connmark_tg_shift() */
import type { CopyMark, SetMark } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { Skb } from './skb.ts';
import type { Fate, WalkStep } from './trace.ts';

interface MarkPlace {
  readonly hook: HookName;
  readonly record: (step: WalkStep) => void;
  readonly rule: Rule;
}

export function setMark(skb: Skb, effect: SetMark | CopyMark, { hook, record, rule }: MarkPlace): 'go-on' | Fate {
  const entry = skb.connection;
  const onConnection = effect.kind === 'setMark' ? effect.on === 'connection' : effect.from === 'packet';
  // without a connection CONNMARK does nothing, as in connmark_tg_shift()
  if (entry === undefined && !skb.hasTemplate && (onConnection || effect.kind === 'copyMark')) return 'go-on';
  if (entry === undefined && onConnection && effect.sparesTemplate === true) return 'go-on';
  const connmark = entry?.mark ?? skb.templateMark;
  if (connmark === undefined) {
    if (effect.kind === 'copyMark' && !onConnection && effect.fromMask !== 0) {
      const what = "the mark that a CT rule's template has from earlier packets";
      const choice = { why: 'unmodelled', what, rule, taken: 'unknown' } as const;
      record({ kind: 'choice', hook, choice });
      return { kind: 'undecided', reasons: [choice] };
    }
    // what stays of the old one is as unknown as before
    const kept = onConnection && (effect.kind === 'setMark' ? effect.keep !== 0 : effect.toMask !== ALL_BITS);
    if (kept) return 'go-on';
  }
  const old = onConnection ? (connmark ?? 0) : skb.mark;
  const from = onConnection ? skb.mark : (connmark ?? 0);
  const value = effect.kind === 'setMark' ? (old & effect.keep) ^ effect.xor : (old & ~effect.toMask) ^ (from & effect.fromMask);
  if (!onConnection) skb.mark = value >>> 0;
  else if (entry !== undefined) entry.mark = value >>> 0;
  else skb.templateMark = value >>> 0;
  record({ kind: 'mark', hook, on: onConnection ? 'connection' : 'packet', value: value >>> 0 });
  return 'go-on';
}

const ALL_BITS = 0xffff_ffff;
