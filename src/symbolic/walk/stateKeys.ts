/** Keys by which states of packets are compared. */
import type { Effect } from '../../netfilter/effect.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { BddManager } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import type { ConntrackEntry, Doubt, Env, PacketClass, SymbolicTuple } from './state.ts';

/** Equal keys, equal environments: classes with the same key may be joined. */
export function keyOf(env: Env, doubts: readonly Doubt[]): string {
  let key = envText(env);
  for (const doubt of doubts) key += `;${doubtText(doubt)}`;
  return key;
}

export function doubtText({ what, lot }: Doubt): string {
  return lot === undefined ? what : `${what} ${lot.held} ${lot.odds}`;
}

function envText(env: Env): string {
  return ENV_PARTS.map((part) => partText(env, part)).join(';');
}

/** Equal keys: the environments agree in these parts. */
export function partsKey(env: Env, hook: string, parts: ReadonlySet<EnvPart | 'hook'>): string {
  let key = '';
  for (const part of parts) key += `${part === 'hook' ? hook : partText(env, part)};`;
  return key;
}

/** `free` is the same on the whole way. */
export type EnvPart = Exclude<keyof Env, 'free'>;

const ENV_PARTS = [
  'src',
  'dst',
  'sport',
  'dport',
  'flags',
  'ttl',
  'tos',
  'mark',
  'connmark',
  'remembered',
  'iif',
  'oif',
  'owned',
  'state',
  'zone',
  'replyZone',
  'direction',
  'tracked',
  'confirmed',
  'srcDone',
  'dstDone',
  'diverted',
  'ownerUnsaid',
  'way',
  'original',
  'sent',
  'about',
  'quotes',
  'masqueradedAt',
  'sockets',
  'entry',
  'second',
  'fragments',
] as const satisfies readonly EnvPart[];

function partText(env: Env, part: EnvPart): string {
  switch (part) {
    case 'src':
    case 'dst':
    case 'sport':
    case 'dport':
    case 'flags':
    case 'ttl':
    case 'tos':
    case 'mark':
    case 'connmark':
      return bitsText(env[part]);
    case 'original':
    case 'sent': {
      const tuple = env[part];
      return tuple === undefined ? '-' : tupleText(tuple);
    }
    case 'entry':
    case 'second': {
      const entry = env[part];
      return entry === undefined ? '-' : entryText(entry);
    }
    case 'sockets':
      return (env.sockets ?? [])
        .map(({ comes, exists, transparent, hears = '' }) => `${tupleText(comes)} ${exists} ${transparent} ${hears}`)
        .join();
    case 'way':
      return env.way === undefined
        ? '-'
        : `${env.way.oif} ${env.way.local} ${env.way.via} ${env.way.discards} ${JSON.stringify(env.way.tooLong)}`;
    case 'about':
      return env.about === undefined ? '-' : `${env.about.name} (${envText(env.about.env)})`;
    case 'quotes':
      return env.quotes === undefined ? '-' : envText(env.quotes.env);
    default:
      return String(env[part]);
  }
}

function tupleText({ src, dst, sport, dport }: SymbolicTuple): string {
  return [src, dst, sport, dport].map(bitsText).join();
}

function entryText({ original, answers, zone, replyZone, connmark, masqueradedAt, direction, state, assured }: ConntrackEntry): string {
  return `${assured === true} ${tupleText(original)} ${tupleText(answers)} ${zone} ${replyZone} ${bitsText(connmark)} ${masqueradedAt} ${direction} ${state}`;
}

/** Most vectors are handed on as they are: each is put into words once. */
const texts = new WeakMap<Vector, string>();

export function bitsText(bits: Vector): string {
  let text = texts.get(bits);
  if (text === undefined) {
    text = bits.join();
    texts.set(bits, text);
  }
  return text;
}

/** Short keys for what makes classes alike: texts of states and doubts are long, and are compared again at every rule. */
export interface StateNames {
  readonly keyOf: (one: PacketClass, byRule: boolean) => string;
}

const known = new WeakMap<BddManager, StateNames>();

/** Of one question: numbers of its diagrams stand in the texts. */
export function stateNamesOf(manager: BddManager): StateNames {
  const names = known.get(manager) ?? makeNames(manager);
  known.set(manager, names);
  return names;
}

function makeNames(manager: BddManager): StateNames {
  const numbers = new Map<string, number>();
  const envs = new WeakMap<Env, number>();
  const lists = new WeakMap<readonly Doubt[], number>();
  const rules = new Map<Rule, number>();
  const numberOf = (text: string): number => {
    manager.count(text.length >> 5);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const env = (one: Env): number => {
    const number = envs.get(one) ?? numberOf(envText(one));
    envs.set(one, number);
    return number;
  };
  const doubts = (list: readonly Doubt[]): number => {
    if (list.length === 0) return -1;
    const number = lists.get(list) ?? numberOf(list.map(doubtText).join(';'));
    lists.set(list, number);
    return number;
  };
  const rule = (one: Rule): number => {
    const number = rules.get(one) ?? rules.size;
    rules.set(one, number);
    return number;
  };
  const effects = new Map<Effect, number>();
  const effect = (one: Effect): number => {
    const number = effects.get(one) ?? effects.size;
    effects.set(one, number);
    return number;
  };
  return {
    keyOf: (one, byRule) =>
      byRule && one.decided !== undefined
        ? `${env(one.env)} ${doubts(one.doubts)} ${rule(one.decided)}${one.did === undefined ? '' : ` ${effect(one.did)}`}`
        : `${env(one.env)} ${doubts(one.doubts)}`,
  };
}
