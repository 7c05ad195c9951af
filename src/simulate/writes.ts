/** Targets that write into headers, and that say how a packet is tracked. */
import type { Conntrack, SetField, Zone } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { templatesRemember } from '../ruleset/templates.ts';
import { NO_ZONE, type ZonePair } from './connection.ts';
import type { Skb } from './skb.ts';
import type { WalkStep } from './trace.ts';

interface WritePlace {
  readonly hook: HookName;
  readonly record: (step: WalkStep) => void;
}

/** kernel net/netfilter/xt_HL.c ttl_tg(), xt_DSCP.c tos_tg() */
export function setField(skb: Skb, { field, change }: SetField, { hook, record }: WritePlace): 'go-on' {
  const old = skb[field];
  if (old === undefined) return 'go-on';
  const value = 'add' in change ? Math.min(Math.max(old + change.add, 0), U8) : ((old & change.keep) ^ change.xor) & U8;
  skb[field] = value;
  record({ kind: 'field', hook, field, value });
  return 'go-on';
}

const U8 = 0xff;

/** CT and NOTRACK: only the first one counts, CT before the lookup alone; a zone and `notrack` of nft also where there is no connection and no
 *  template. kernel net/netfilter/xt_CT.c xt_ct_target(), nft_ct.c nft_ct_set_zone_eval(), nft_notrack_eval() */
export function setConntrack(skb: Skb, effect: Conntrack, ruleset: Ruleset): 'go-on' {
  const isFree = effect.afterNotrack === true && skb.connection === undefined && !skb.hasTemplate;
  if (skb.tracked && !isFree) return 'go-on';
  if (effect.track && effect.afterNotrack === true) skb.state = undefined;
  skb.tracked = true;
  if (!effect.track) skb.state = 'UNTRACKED';
  else {
    skb.direction = 'original';
    skb.zone = zoneOf(effect.zone);
    skb.templateMark = templatesRemember(ruleset) ? undefined : 0;
  }
  return 'go-on';
}

function zoneOf(zone: Zone | undefined): ZonePair {
  if (zone === undefined) return NO_ZONE;
  const { id, dir } = zone;
  return { original: dir === 'reply' ? 0 : id, reply: dir === 'original' ? 0 : id };
}
