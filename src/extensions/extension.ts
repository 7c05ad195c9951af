/** The contract of a match or target extension: options as data, one `lower` into the core language. */
import type { Effect } from '../netfilter/effect.ts';
import type { HookName, TableName } from '../netfilter/hooks.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import type { Span } from '../syntax/source.ts';
import type { Shape, ShapeName, ValueOf } from './shapes.ts';

/** One option as data. `O` is the shape of its value, or `none`. */
export interface OptionSpec {
  /** shape of each argument; `[]` for a plain flag */
  readonly value: readonly ShapeName[];
  /** may be preceded by `!` */
  readonly invertible?: boolean;
  /** other spellings; `--destination-port` for `--dport` */
  readonly aliases?: readonly string[];
  /** may be given more than once in one clause */
  readonly repeatable?: boolean;
  /** must be given */
  readonly required?: boolean;
  /** these options must not be given together with it */
  readonly excludes?: readonly string[];
}

/** One option as given, decoded. `values` has one entry per argument. */
export interface GivenOption {
  readonly name: string;
  readonly inverted: boolean;
  readonly values: readonly Shape[];
  readonly span: Span;
}

/** What `check`, `lower` and `save` may look at beside their own options. */
export interface RuleContext {
  readonly family: Family;
  /** protocol of the rule's `-p`, when it is given without `!` */
  readonly proto?: number;
  /** members of ipsets by name, where the host gives them */
  readonly sets?: ReadonlyMap<string, IpSet>;
}

/** An ipset that the host description gives: its dimensions and members as intervals per dimension. */
export interface IpSet {
  readonly type: string;
  readonly members: readonly string[];
}

/** Why a rule cannot be loaded; `kind` malformed is for values that iptables itself refuses to parse. */
export interface Complaint {
  readonly kind: 'malformed' | 'not-loadable';
  readonly message: string;
  readonly help?: string;
  /** the option it is about, when there is one */
  readonly option?: GivenOption;
}

interface ExtensionBase {
  readonly name: string;
  /** other names under which it can be asked for; `icmpv6` for `icmp6` */
  readonly aliases?: readonly string[];
  readonly families: readonly Family[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** where it loads; absent: everywhere */
  readonly hooks?: readonly HookName[];
  readonly tables?: readonly TableName[];
  /** protocols one of which `-p` must name */
  readonly protocols?: readonly number[];
  /** the kernel tracks connections as soon as one rule uses it */
  readonly needsConntrack?: boolean;
  /** more conditions than the table can say; all complaints at once */
  readonly check?: (given: readonly GivenOption[], context: RuleContext) => readonly Complaint[];
  /** arguments as iptables-save prints them; absent: options in the order of the table, see `saveOptions` */
  readonly save?: (given: readonly GivenOption[], context: RuleContext) => readonly string[];
}

export interface MatchExtension extends ExtensionBase {
  readonly kind: 'match';
  readonly lower: (given: readonly GivenOption[], context: RuleContext) => MatchExpr;
}

export interface TargetExtension extends ExtensionBase {
  readonly kind: 'target';
  readonly lower: (given: readonly GivenOption[], context: RuleContext) => Effect;
}

export type Extension = MatchExtension | TargetExtension;

export type { Shape, ShapeName, ValueOf };
