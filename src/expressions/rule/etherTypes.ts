/** Behind a match on Ethernet nft asks for the type of the frame where a field needs a protocol. A listing does not show it, but it is a
 *  neighbour of the source in the header. nftables src/payload.c payload_gen_dependency() */
import { PROTO } from '../../packet/protocol.ts';
import type { NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { ARP, FRAME_OF, TAGGED } from '../contract/frameTypes.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { selectorName } from '../values/selectorName.ts';
import { afterMatch, type Protocols, protocolsOf } from './protocols.ts';

export interface EtherTypes {
  readonly withTypes: (statements: readonly NftStatement[]) => readonly NftStatement[];
  /** the statement for which a type is asked; others are themselves */
  readonly askedFor: (statement: NftStatement) => NftStatement;
}

/** Told from all statements of a rule. */
export function etherTypes(statements: readonly NftStatement[], context: NftRuleContext): EtherTypes {
  const types = new Map<NftStatement, NftStatement>();
  let known = protocolsOf(context.table);
  for (const one of known.family === undefined && statements.some(isOfEther) ? statements : []) {
    for (const selector of selectorsOf(one)) {
      if (selector.kind !== 'payload') continue;
      const { link, family } = known;
      const implied = findExpression(selectorName(selector, context))?.implies ?? {};
      const type = typeFor(selector.protocol, implied);
      if (link === true && family === undefined && known.etherType === undefined && type !== undefined) types.set(one, typeMatch(type));
      if (type !== undefined) known = { ...known, etherType: type };
      known = { ...known, family: family ?? implied.family, link: link === true || selector.protocol === 'ether' };
    }
    known = afterMatch(known, one, context);
  }
  const owners = new Map([...types].map(([owner, type]) => [type, owner]));
  return {
    withTypes: (of) => {
      const withType = (one: NftStatement): readonly NftStatement[] => {
        const type = types.get(one);
        return type === undefined ? [one] : [type, one];
      };
      return types.size === 0 ? of : of.flatMap(withType);
    },
    askedFor: (one) => owners.get(one) ?? one,
  };
}

function isOfEther(statement: NftStatement): boolean {
  return statement.kind === 'match' && selectorsOf(statement).some((one) => one.kind === 'payload' && one.protocol === 'ether');
}

function typeFor(protocol: string, { family, proto }: Protocols): number | undefined {
  if (protocol === 'vlan') return TAGGED;
  if (protocol === 'arp') return ARP;
  const of = proto === PROTO.icmp ? 4 : proto === PROTO.icmpv6 ? 6 : family;
  return of && FRAME_OF[of];
}

const SPAN = { start: 0, end: 0 } as const;

function typeMatch(type: number): NftStatement {
  const right = { ...SPAN, kind: 'value', form: 'number', text: String(type) } as const;
  return { ...SPAN, kind: 'match', left: { ...SPAN, kind: 'payload', protocol: 'ether', field: 'type' }, right };
}
