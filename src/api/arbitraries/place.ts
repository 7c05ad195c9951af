/** Where a rule stands, which decides what may stand in it. */
import type fc from 'fast-check';
import type { HookName, TableName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import { weighted } from './text.ts';

export interface RulePlace {
  readonly family: Family;
  readonly table: TableName;
  /** in a chain of the user's, where iptables does not refuse -i and -o of hooks that have none */
  readonly user: boolean;
  /** hooks from which the rule's chain is reached */
  readonly hooks: readonly HookName[];
  /** protocol that the rule names with -p, if any */
  readonly proto: string | undefined;
  /** chains to which this one may jump without a circle */
  readonly below: readonly string[];
  /** may name the ipsets that a random host has */
  readonly sets: boolean;
}

/** Weight, where it may stand, and its text. */
export type WeightedText = readonly [
  weight: number,
  stands: (place: RulePlace) => boolean,
  text: (place: RulePlace) => fc.Arbitrary<string>,
];

export function choose(choices: readonly WeightedText[], place: RulePlace): fc.Arbitrary<string> {
  return weighted(choices.filter(([, stands]) => stands(place)).map(([weight, , text]) => [weight, text(place)]));
}

export const anywhere = (): boolean => true;
export const within =
  (...hooks: readonly HookName[]) =>
  (place: RulePlace): boolean =>
    place.hooks.every((hook) => hooks.includes(hook));
/** In this table, and where hooks are named at these alone. */
export const inTable =
  (table: TableName, ...hooks: readonly HookName[]) =>
  (place: RulePlace): boolean =>
    place.table === table && (hooks.length === 0 || within(...hooks)(place));
export const withPorts = ({ proto }: RulePlace): boolean => proto === 'tcp' || proto === 'udp';
/** In raw, rules after a CT rule see its template in place of a connection: only its state is modelled. */
export const tracked = ({ table }: RulePlace): boolean => table !== 'raw';
export const trackedPorts = (place: RulePlace): boolean => tracked(place) && withPorts(place);
export const ofProto =
  (proto: string) =>
  (place: RulePlace): boolean =>
    place.proto === proto;
