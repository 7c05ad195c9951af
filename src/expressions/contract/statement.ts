/** What a statement of nftables is: its part of docs/nftables.md, and what it does to a rule. */
import type { NftStatement } from '../../syntax/nft/ast.ts';
import type { Building } from './building.ts';
import type { NftClaim } from './expression.ts';

export type StatementKind = NftStatement['kind'];
export type StatementOf<Kind extends StatementKind> = OfKind<NftStatement, Kind>;

/** Some members of the union are of several kinds. */
type OfKind<One, Kind> = One extends { readonly kind: infer Known } ? (Kind extends Known ? One : never) : never;

export interface Statement<Kind extends StatementKind = StatementKind> {
  readonly kind: Kind;
  /** as the documentation names it, with what is claimed of it; one or several */
  readonly says: readonly { readonly name: string; readonly claim?: NftClaim }[];
  readonly apply: (statement: StatementOf<Kind>, building: Building) => void;
}

/** Ties a statement to its kind. */
export function statement<Kind extends StatementKind>(given: Statement<Kind>): Statement<Kind> {
  return given;
}
