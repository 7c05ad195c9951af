/** What a match or target extension is: options as data, one `lower` into the core language. */

import type { Effect } from '../../netfilter/effect.ts';
import type { HookName, TableName } from '../../netfilter/hooks.ts';
import { type MatchExpr, not } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { DiagnosticCode } from '../../syntax/text/codes.ts';
import type { Backend } from '../../syntax/text/diagnostic.ts';
import type { Span } from '../../syntax/text/source.ts';
import { type AnyValue, SHAPES, type ShapeName, type ValueOf } from '../shapes/all.ts';
import type { ShapeContext } from '../shapes/shape.ts';
import type { ListedForm } from './listing.ts';

/** One option as data. */
export interface ExtensionOptionSpec {
  /** shape of each argument; `[]` for a plain flag */
  readonly value: readonly ShapeName[];
  /** its value may be left out, and then `values` is empty */
  readonly optional?: boolean;
  /** may be preceded by `!` */
  readonly invertible?: boolean;
  /** other spellings; `--destination-port` for `--dport` */
  readonly aliases?: readonly string[];
  /** must be given */
  readonly required?: boolean;
  /** these options must not be given together with it */
  readonly excludes?: readonly string[];
  /** these options must be given with it */
  readonly needs?: readonly string[];
  /** may be given again: the last one counts, but `!` stays once it is there */
  readonly repeatable?: boolean;
  /** from here on the options that are `perElement` may be given once more */
  readonly opensElement?: true;
  readonly perElement?: true;
}

/** Key in `given` of an option of the element with this number, from 0 on. */
export function elementKey(name: string, element: number): string {
  return element === 0 ? name : `${name} ${element}`;
}

export type OptionTable = Readonly<Record<string, ExtensionOptionSpec>>;

/** One option as given, decoded. `values` has one entry per argument. */
export interface GivenOption<Values extends readonly unknown[] = readonly AnyValue[]> {
  readonly name: string;
  readonly inverted: boolean;
  readonly values: Values;
  readonly span: Span;
}

type Values<Names extends readonly ShapeName[]> = { readonly [At in keyof Names]: ValueOf<Names[At]> };

/** The options of one clause by name, each with the types that its shapes promise. */
export type GivenValues<Options extends OptionTable> = { readonly [Name in keyof Options]?: GivenOption<Values<Options[Name]['value']>> };
export type GivenOptions = Readonly<Record<string, GivenOption | undefined>>;

/** What `check`, `lower` and `save` may look at beside their own options. */
export interface RuleContext extends ShapeContext {
  readonly family: Family;
  /** the rule's `-p`; absent: any protocol */
  readonly proto: { readonly value: number; readonly inverted: boolean; readonly span: Span } | undefined;
  /** names the rule in `chance` expressions: every rule draws its own lots */
  readonly ruleId: string;
  /** the rule's matches; `check` alone is told */
  readonly matches?: readonly { readonly name: string; readonly given: GivenOptions }[];
  /** device group of each interface, where the host is known */
  readonly interfaceGroups?: ReadonlyMap<string, number> | undefined;
  /** ipsets by name, where the host gives them */
  readonly sets?: ReadonlyMap<string, IpSet> | undefined;
  /** seconds since 1970 at which the packets come, where a clock is given */
  readonly now?: number | undefined;
}

/** An ipset that the host description gives. */
export interface IpSet {
  readonly type: string;
  readonly members: readonly string[];
  /** that decide: `netmask 24` */
  readonly options?: string;
}

/** Why a rule cannot be loaded; `malformed` is for what iptables itself refuses to read. */
export interface RuleComplaint {
  readonly kind: 'malformed' | 'not-loadable' | 'warning';
  /** absent: the kernel would refuse the clause as it is, or one backend does */
  readonly code?: DiagnosticCode;
  readonly message: string;
  readonly help?: string;
  /** a warning: this backend refuses the rule, the other one loads it */
  readonly refusedBy?: Backend;
  /** a warning: the backends save the rule in different words, and it is printed as this one does */
  readonly printedAs?: Backend;
  /** name of the option it is about, when there is one */
  readonly option?: string;
}

/** A part of what a match asks. `option` names the one option that says it; absent: the match as a whole does. */
export interface Conjunct {
  readonly option?: string;
  readonly expr: MatchExpr;
}

/** What is claimed of an extension, for the documentation: `modelled` when absent. */
export type ModelStatus = 'chance' | { readonly modelled: 'partly' | 'not'; readonly why: string };

interface Definition<Options extends OptionTable> {
  readonly name: string;
  readonly claim?: ModelStatus;
  /** other names that `-m` or `-j` may have for it; `icmpv6` for `icmp6` */
  readonly aliases?: readonly string[];
  readonly families: readonly Family[];
  readonly options: Options;
  /** hooks from which it may be reached; absent: all */
  hooks?(given: GivenValues<Options>): readonly HookName[] | undefined;
  /** the module looks at the hooks itself when the rule is added: iptables-nft then knows of the rule's own chain only */
  readonly checksHooksOnEntry?: boolean;
  /** tables in which it loads; absent: all */
  readonly tables?: readonly TableName[];
  /** tables that some options demand */
  tablesFor?(given: GivenValues<Options>): readonly TableName[] | undefined;
  /** tables in which iptables-legacy loads it, where iptables-nft loads it anywhere */
  readonly legacyTables?: readonly TableName[];
  /** protocols one of which `-p` must name */
  readonly protocols?: readonly number[];
  /** the kernel tracks connections as soon as one rule uses it */
  needsConntrack?(given: GivenValues<Options>): boolean;
  /** the kernel reassembles fragments as soon as one rule uses it; conntrack does so anyway */
  readonly needsDefrag?: boolean;
  /** ipsets whose members packets change: what the host says of them holds no longer */
  changesSets?(given: GivenValues<Options>): readonly string[];
  /** a match that changes the packets it holds for, whatever the rest of the rule asks: what about them is not modelled */
  writes?(given: GivenValues<Options>): string | undefined;
  /** options with which `lower` may answer that it does not claim the meaning */
  readonly unclear?: readonly string[];
  /** more conditions than the table can say; all complaints at once */
  check?(given: GivenValues<Options>, context: RuleContext): readonly RuleComplaint[];
  /** how `iptables -L` prints it; absent: as its name alone, or not at all */
  readonly listing?: ListedForm<Options>;
  /** words after the name as iptables-save prints them; absent: options in the order of the table */
  save?(given: GivenValues<Options>, context: RuleContext): readonly string[];
}

interface MatchDefinition<Options extends OptionTable> extends Definition<Options> {
  lower(given: GivenValues<Options>, context: RuleContext): readonly Conjunct[];
}

interface TargetDefinition<Options extends OptionTable> extends Definition<Options> {
  lower(given: GivenValues<Options>, context: RuleContext): Effect;
}

/** Derived once from the option table. */
interface Derived {
  /** every spelling of an option -> its name in the table */
  readonly spellings: ReadonlyMap<string, string>;
  /** options that demand or exclude something */
  readonly demands: readonly (readonly [name: string, spec: ExtensionOptionSpec])[];
}

export interface MatchExtension extends MatchDefinition<OptionTable>, Derived {
  readonly kind: 'match';
}

export interface TargetExtension extends TargetDefinition<OptionTable>, Derived {
  readonly kind: 'target';
}

export type Extension = MatchExtension | TargetExtension;

/** Lets the callbacks see the types of their own options, and forgets them for the registry:
 *  the binder fills `given` from the same table, so each value has the type that its shape promises. */
export function matchExtension<const Options extends OptionTable>(definition: MatchDefinition<Options>): MatchExtension {
  return { kind: 'match', ...(definition as unknown as MatchDefinition<OptionTable>), ...derive(definition.options) };
}

export function targetExtension<const Options extends OptionTable>(definition: TargetDefinition<Options>): TargetExtension {
  return { kind: 'target', ...(definition as unknown as TargetDefinition<OptionTable>), ...derive(definition.options) };
}

function derive(options: OptionTable): Derived {
  const entries = Object.entries(options);
  return {
    spellings: new Map(entries.flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((spelling) => [spelling, name] as const))),
    demands: entries.filter(([, { required, excludes, needs }]) => required === true || excludes !== undefined || needs !== undefined),
  };
}

/** What each option asks, without its `!`. */
type Meanings<Options extends OptionTable> = {
  readonly [Name in keyof Options]?: (...values: Values<Options[Name]['value']>) => MatchExpr;
};

/** All given options must hold; `!` in front of one negates that one alone. */
export function conj<Options extends OptionTable>(given: GivenValues<Options>, meanings: Meanings<Options>): readonly Conjunct[] {
  const parts: Conjunct[] = [];
  for (const name in meanings) {
    const option = given[name];
    const meaning = meanings[name];
    if (option === undefined || meaning === undefined) continue;
    const expr = meaning(...option.values);
    parts.push({ option: name, expr: option.inverted ? not(expr) : expr });
  }
  return parts;
}

/** `[!] --name value...` for one option. */
export function saveOption(option: GivenOption, spec: ExtensionOptionSpec, context: ShapeContext): readonly string[] {
  const values = option.values.map((value, at) => printValue(spec.value[at] as ShapeName, value, context));
  return option.inverted ? ['!', option.name, ...values] : [option.name, ...values];
}

/** The value of one argument as iptables-save prints it. */
function printValue(name: ShapeName, value: AnyValue, context: ShapeContext): string {
  // the binder decoded `value` by this very shape
  return (SHAPES[name].print as (value: AnyValue, context: ShapeContext) => string)(value, context);
}
