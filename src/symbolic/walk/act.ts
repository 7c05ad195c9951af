/** What an effect makes of all packets of a class: which go on, which are accepted, which end, and with which header fields.
 *  kernel the targets of net/netfilter/xt_*.c; net/ipv4/netfilter/ip_tables.c ipt_do_table() acts on their verdicts */
import { firstAddress4 } from '../../host/sourceAddress.ts';
import { assertNever } from '../../lib/invariant.ts';
import type { Conntrack, CopyMark, Divert, Effect, SetField, SetMark } from '../../netfilter/effect.ts';
import type { Address } from '../../packet/address.ts';
import { familyOf } from '../../packet/address.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { constant, saturatingAdd } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { connectedShares } from './connectedSockets.ts';
import { listenerShares } from './listeners.ts';
import { type ActPlace, actNat, actNatOfAnswer, actNatOfTemplate } from './natAct.ts';
import type { Doubt, Env, PacketClass } from './state.ts';
import { hasTemplate } from './state.ts';
import type { Act, Acted } from './tableWalk.ts';

const NOTHING: Acted = { on: [], accepted: [], ended: [], left: [] };

export function actor(space: Space, { hook, partsOf, addressesOf, templatesRemember }: ActPlace): Act {
  return (one, effect, rule) => {
    switch (effect.kind) {
      case 'setMark':
      case 'copyMark':
        return restoresRemembered(one.env, effect)
          ? undecided(one, { rule, effect, what: REMEMBERED })
          : goOn(one, marked(space, one.env, effect));
      case 'setField':
        return goOn(one, written(space, one.env, effect));
      case 'conntrack':
        return goOn(one, setConntrack(one.env, effect, templatesRemember));
      case 'nat':
        if (hasTemplate(one.env)) return actNatOfTemplate(space, one, { nat: effect, hook, rule, partsOf, addressesOf });
        if (one.env.about !== undefined) return actNatOfAnswer(space, one, { nat: effect, rule });
        return actNat(space, one, { nat: effect, hook, rule, partsOf, addressesOf });
      case 'divert':
        return divert(space, one, { effect, rule });
      case 'unmodelled':
        return undecided(one, { rule, effect, what: effect.reason });
      case 'accept':
      case 'drop':
      case 'reject':
      case 'return':
      case 'continue':
      case 'jump':
      case 'goto':
      case 'switch':
        return goOn(one, one.env);
      default:
        return assertNever(effect);
    }
  };
}

const REMEMBERED = "the mark that a CT rule's template has from earlier packets";

interface Undecided {
  readonly rule: Rule;
  readonly effect: Effect;
  readonly what: string;
}

function undecided(one: PacketClass, { rule, effect, what }: Undecided): Acted {
  const doubts: readonly Doubt[] = [...one.doubts, { why: 'unmodelled', what, rule }];
  return { ...NOTHING, ended: [{ ...one, doubts, decided: rule, did: effect, end: 'undecided' }] };
}

function restoresRemembered({ remembered }: Env, effect: SetMark | CopyMark): boolean {
  return remembered && effect.kind === 'copyMark' && effect.from === 'connection' && effect.fromMask !== 0;
}

function goOn(one: PacketClass, env: Env): Acted {
  return { ...NOTHING, on: [{ ...one, env }] };
}

/** (old & keep) ^ xor, bit by bit. */
export function rewrittenClass({ manager }: Space, old: Vector, { keep, xor }: { readonly keep: number; readonly xor: number }): Vector {
  return old.map((bit, index) => {
    const weight = old.length - 1 - index;
    const kept = ((keep >>> weight) & 1) === 1 ? bit : EMPTY;
    return ((xor >>> weight) & 1) === 1 ? manager.not(kept) : kept;
  });
}

function marked(space: Space, env: Env, effect: SetMark | CopyMark): Env {
  const onConnection = effect.kind === 'setMark' ? effect.on === 'connection' : effect.from === 'packet';
  if (env.original === undefined && !hasTemplate(env) && (onConnection || effect.kind === 'copyMark')) return env;
  if (env.original === undefined && onConnection && effect.sparesTemplate === true) return env;
  const keeps = effect.kind === 'setMark' ? effect.keep !== 0 : effect.toMask !== 0xffff_ffff;
  if (env.remembered && onConnection && keeps) return env;
  const old = onConnection ? env.connmark : env.mark;
  const from = onConnection ? env.mark : env.connmark;
  const value = effect.kind === 'setMark' ? rewrittenClass(space, old, effect) : copied(space, { old, from, effect });
  return onConnection ? { ...env, connmark: value, remembered: false } : { ...env, mark: value };
}

function written(space: Space, env: Env, { field, change }: SetField): Env {
  const old = env[field];
  return { ...env, [field]: 'add' in change ? saturatingAdd(space.manager, old, change.add) : rewrittenClass(space, old, change) };
}

/** (to & ~toMask) ^ (from & fromMask) */
function copied(
  { manager }: Space,
  { old, from, effect }: { readonly old: Vector; readonly from: Vector; readonly effect: CopyMark },
): Vector {
  return old.map((bit, index) => {
    const weight = 31 - index;
    const kept = ((effect.toMask >>> weight) & 1) === 1 ? EMPTY : bit;
    const added = ((effect.fromMask >>> weight) & 1) === 1 ? (from[index] as Bdd) : EMPTY;
    return manager.xor(kept, added);
  });
}

function setConntrack(env: Env, effect: Conntrack, remembered: boolean): Env {
  const isFree = effect.afterNotrack === true && env.original === undefined && !hasTemplate(env);
  if (env.tracked && !isFree) return env;
  if (!effect.track) return { ...env, tracked: true, state: 'UNTRACKED' };
  const { id = 0, dir } = effect.zone ?? {};
  return {
    ...env,
    state: effect.afterNotrack === true ? undefined : env.state,
    tracked: true,
    direction: 'original',
    remembered,
    zone: dir === 'reply' ? 0 : id,
    replyZone: dir === 'original' ? 0 : id,
  };
}

/** Which transparent socket the packets get. */
function divert(space: Space, one: PacketClass, { effect, rule }: { readonly effect: Divert; readonly rule: Rule }): Acted {
  const { manager, host, family } = space;
  const address = effect.address ?? localAddress(space, one.env);
  const dst = address === undefined ? one.env.dst : constant(address, family === 4 ? 32 : 128);
  const dport = effect.port === 0 ? one.env.dport : constant(effect.port, 16);
  const found: PacketClass[] = [];
  let none = one.set;
  // a connection that has its socket by now keeps it, and is dropped where that is not transparent
  const connected = connectedShares(space, { sockets: one.env.sockets, ends: one.env });
  const own = manager.and(none, manager.any(connected.map(({ transparent }) => transparent)));
  const refused = manager.minus(manager.and(none, manager.any(connected.map(({ set }) => set))), own);
  none = manager.minus(manager.minus(none, own), refused);
  const marked = { ...one.env, mark: rewrittenClass(space, one.env.mark, effect) };
  if (own !== EMPTY) found.push({ ...one, set: own, decided: rule, did: effect, env: { ...marked, diverted: OF_CONNECTION } });
  for (const { set: wanted, listener } of listenerShares(space, { dst, dport }).shares) {
    const set = manager.and(none, wanted);
    if (set === EMPTY) continue;
    none = manager.minus(none, set);
    const env = { ...marked, diverted: host.listeners.indexOf(listener) };
    if (listener.transparent) found.push({ ...one, set, decided: rule, did: effect, env });
    else none = manager.or(none, set);
  }
  none = manager.or(none, refused);
  const gone: PacketClass = { ...one, set: none, decided: rule, did: effect };
  return {
    on: effect.final ? [] : found,
    accepted: effect.final ? found : [],
    ended: none === EMPTY || effect.onMiss === 'break' ? [] : [{ ...gone, end: 'no-transparent-socket' }],
    left: none === EMPTY || effect.onMiss === 'drop' ? [] : [{ ...one, set: none }],
  };
}

/** No listener's index: the socket of the connection itself. */
const OF_CONNECTION = -1;

function localAddress(space: Space, env: Env): Address | undefined {
  if (space.family === 4) return firstAddress4(space.host, env.iif);
  const nic = space.host.interfaces.find(({ name }) => name === env.iif);
  return nic?.addresses.findLast(({ address }) => familyOf(address) === 6)?.address;
}
