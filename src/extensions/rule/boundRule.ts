/** A rule whose words have been understood: base options, matches and target with decoded values. */
import type { RuleNode, Word } from '../../syntax/iptables/ast.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { GivenOption, IpSet, MatchExtension, TargetExtension } from '../contract/extension.ts';
import type { NetworkText } from '../shapes/address.ts';
import type { AnyValue, ShapeName } from '../shapes/all.ts';
import type { Decoded, ShapeContext } from '../shapes/shape.ts';

/** A base option that takes `!`. */
export interface Invertible<T> {
  readonly inverted: boolean;
  readonly value: T;
  readonly span: Span;
}

/** A host name: only the loading machine knows the addresses. */
export interface HostName {
  readonly host: string;
}

/** One `-m NAME ...` or `-j NAME ...`. Without `extension`, or with `opaque`, its meaning is not claimed. */
export interface BoundClause<E extends MatchExtension | TargetExtension = MatchExtension | TargetExtension> {
  readonly name: string;
  readonly extension: E | undefined;
  readonly given: Readonly<Record<string, GivenOption>>;
  /** its options as written, for printing when they cannot be printed from `given` */
  readonly words: readonly Word[];
  /** why the meaning is not claimed */
  readonly opaque: string | undefined;
  readonly span: Span;
}

export type BoundMatch = BoundClause<MatchExtension>;

export type BoundTarget =
  | { readonly kind: 'extension'; readonly clause: BoundClause<TargetExtension> }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string; readonly span: Span };

export interface BoundRule {
  /** more than one: the rule stands for one rule for each pair of source and destination */
  readonly source: Invertible<readonly (NetworkText | HostName)[]> | undefined;
  readonly destination: Invertible<readonly (NetworkText | HostName)[]> | undefined;
  readonly iif: Invertible<string> | undefined;
  readonly oif: Invertible<string> | undefined;
  readonly proto: Invertible<number> | undefined;
  readonly fragment: Invertible<true> | undefined;
  readonly matches: readonly BoundMatch[];
  readonly target: BoundTarget | undefined;
  readonly hides?: RuleNode['hides'];
}

/** How a word was read that is a value: of which kind, or by which shape, and where its option has it. */
export type ReadAs =
  | { readonly kind: 'address' | 'interface' | 'chain' }
  | { readonly kind: 'argument'; readonly shape: ShapeName; readonly of: GivenOption; readonly at: number };

export type ReportProblem = (finding: Omit<Diagnostic, 'source'>) => void;

/** What binding needs to know of the world around the rule. */
export interface BindContext extends ShapeContext {
  readonly sets?: ReadonlyMap<string, IpSet> | undefined;
  readonly interfaceGroups?: ReadonlyMap<string, number> | undefined;
  readonly now?: number | undefined;
  /** The name of a chain of the rule's table that can be jumped to, as the table has it; undefined: none is called so. All jumps to a chain
   *  have its own name then: finding it in a map compares no letters, and 70,000 copies of names are not kept. */
  readonly chainNamed: (name: string) => string | undefined;
  readonly report: ReportProblem;
  /** told of each word that is read as a value */
  readonly taken?: ((word: Word, as: ReadAs) => void) | undefined;
  /** values that were decoded before, by shape and text; one map for all rules of a ruleset */
  readonly decoded: Map<ShapeName, Map<string, Decoded<AnyValue>>>;
}
