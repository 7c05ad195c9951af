/** The template that a CT rule attaches to packets in raw is one for all of them: a mark that CONNMARK writes on it is there for the
 *  next packet. kernel net/netfilter/xt_CT.c xt_ct_target(), xt_connmark.c connmark_tg_shift(); measured on both backends */
import { everyEffect } from '../netfilter/everyEffect.ts';
import { rulesOfTables } from './everyRule.ts';
import type { Ruleset } from './ruleset.ts';
import { runsBeforeLookup } from './stages.ts';

/** What a rule gives a zone though it belongs to no connection has a template, which is that of packets before it. */
export const ASKED_OF_TEMPLATE = 'whether chains of NAT are asked about a packet that has a zone and no connection, after those before it';
export const NAT_OF_TEMPLATE = 'what NAT makes of a packet that a rule has given a zone though it belongs to no connection';

/** What mark a template has when a packet gets it depends on the packets before. */
export function templatesRemember(ruleset: Ruleset): boolean {
  const found = known.get(ruleset) ?? remembers(ruleset);
  known.set(ruleset, found);
  return found;
}

const known = new WeakMap<Ruleset, boolean>();

function remembers(ruleset: Ruleset): boolean {
  const effects = rulesOfTables(ruleset, runsBeforeLookup).flatMap(everyEffect);
  const attaches = effects.some((effect) => effect.kind === 'conntrack' && effect.track);
  return (
    attaches &&
    effects.some(
      (effect) =>
        ((effect.kind === 'setMark' && effect.on === 'connection') || (effect.kind === 'copyMark' && effect.from === 'packet')) &&
        effect.sparesTemplate !== true,
    )
  );
}
