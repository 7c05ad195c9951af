/** The template that a CT rule attaches to packets in raw is one for all of them: a mark that CONNMARK writes on it is there for the
 *  next packet. kernel net/netfilter/xt_CT.c xt_ct_target(), xt_connmark.c connmark_tg_shift(); measured on both backends */
import type { Conntrack, Effect } from '../netfilter/effect.ts';
import { everyEffect } from '../netfilter/everyEffect.ts';
import { rulesOfTables } from './everyRule.ts';
import type { Ruleset } from './ruleset.ts';
import { runsBeforeLookup } from './stages.ts';

/** What mark a template has when a packet gets it depends on the packets before. */
export function templatesRemember(ruleset: Ruleset): boolean {
  const found = known.get(ruleset) ?? remembers(ruleset);
  known.set(ruleset, found);
  return found;
}

const known = new WeakMap<Ruleset, boolean>();

function remembers(ruleset: Ruleset): boolean {
  const early = rulesOfTables(ruleset, runsBeforeLookup).flatMap(everyEffect);
  if (early.some(attaches) && early.some(writes)) return true;
  // a zone of nft may be set behind the lookup, and the template of a packet without a connection is there for all rules that come
  const all = rulesOfTables(ruleset, () => true).flatMap(everyEffect);
  return all.some((effect) => attaches(effect) && effect.afterNotrack === true) && all.some(writes);
}

function attaches(effect: Effect): effect is Conntrack & { readonly track: true } {
  return effect.kind === 'conntrack' && effect.track;
}

function writes(effect: Effect): boolean {
  const onConnection =
    (effect.kind === 'setMark' && effect.on === 'connection') || (effect.kind === 'copyMark' && effect.from === 'packet');
  return onConnection && effect.sparesTemplate !== true;
}
