/** A rule of nftables in the core language: what it asks first, and the list of what it does. */
import { packedList } from '../../lib/packedList.ts';
import type { Effect } from '../../netfilter/effect.ts';
import { and, type MatchExpr, NEVER } from '../../netfilter/matchExpr.ts';
import type { NftRuleNode, NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Building, ChainOf, HookLimit, Need } from '../contract/building.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Expression } from '../contract/expression.ts';
import { ARP, TAGGED } from '../contract/frameTypes.ts';
import type { Statement } from '../contract/statement.ts';
import { findExpression } from '../selectors/all.ts';
import { fibHooks } from '../selectors/host.ts';
import { STATEMENTS } from '../statements/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { comparisonOf } from '../values/compare.ts';
import { impliedByHeader, selectorName } from '../values/selectorName.ts';
import { selectorProblem } from '../values/selectorProblem.ts';
import { withAddressFamilies } from './ctAddresses.ts';
import { protocolsAskedFirst } from './families.ts';
import { refuseElsewhere } from './familiesOfTables.ts';
import { isProtocol } from './isProtocol.ts';
import { askTogether } from './joined.ts';
import { portProtocol } from './portMaps.ts';
import { type Asking, afterMatch, type Protocols, protocolsOf, withImplied } from './protocols.ts';
import { sayJoined } from './sayJoined.ts';

export interface LoweredRule {
  /** what is asked before anything is done, by statement */
  readonly asked: readonly { readonly at: Span; readonly expr: MatchExpr }[];
  readonly match: MatchExpr;
  readonly effects: readonly Effect[];
  readonly needs: readonly Need[];
  readonly limits: readonly HookLimit[];
  readonly jumps: readonly { readonly chain: string; readonly span: Span }[];
}

export function lowerRule(rule: NftRuleNode, context: NftRuleContext, chainOf: ChainOf): LoweredRule {
  const asked: { at: Span; expr: MatchExpr }[] = [];
  const effects: Effect[] = [];
  const needs: Need[] = [];
  const limits: HookLimit[] = [];
  const jumps: { chain: string; span: Span }[] = [];
  let protocols = protocolsOf(context.table);
  let before = protocols;
  const building: Building = {
    context,
    // a condition after a write is asked again, of the packet as it is by then
    ask: (match, at) => {
      if (match.kind === 'always') return;
      if (effects.length === 0) asked.push({ at, expr: match });
      else effects.push({ kind: 'switch', branches: [{ match, effects: [] }] });
    },
    act: (...done) => void effects.push(...done),
    chainOf,
    need: (what) => void needs.push(what),
    onlyAt: (limit) => void limits.push(limit),
    jumpTo: (jump) => void jumps.push(jump),
    protocols: () => protocols,
    protocolsBefore: () => before,
  };
  if (context.wasReported !== true) sayJoined(rule, context);
  let ended = false;
  const statements = withAddressFamilies(rule.statements, context);
  const together = askTogether(statements, context);
  for (const one of protocolsAskedFirst(statements, context)) asked.push({ at: rule, expr: comparisonOf(one, context) });
  for (const one of statements) {
    if (ended) refuseAfterEnd(one, context);
    refuseElsewhere(one, context);
    before = protocols;
    protocols = expressionsNeed(one, { building, limits, protocols });
    const proto = portProtocol(one, context);
    if (proto !== undefined) {
      withImplied(protocols, { proto }, { at: one, context });
      building.ask(comparisonOf(isProtocol('l4proto', String(proto)), context), one);
    }
    (STATEMENTS[one.kind] as Statement).apply(one, {
      ...building,
      context: before.taken === undefined ? context : { ...context, taken: before.taken },
      ask: (match, at) => building.ask(one.kind === 'match' ? together(one, match) : match, at),
    });
    protocols = afterMatch(protocols, one, context);
    ended ||= isFinal(one);
  }
  return {
    asked: packedList(asked),
    match: asked.some(({ expr }) => isNever(expr)) ? NEVER : and(...asked.map(({ expr }) => expr)),
    effects: effects.length === 0 ? GOES_ON : packedList(effects),
    needs,
    limits,
    jumps,
  };
}

const GOES_ON: readonly Effect[] = [{ kind: 'continue' }];

/** Another family, say. */
function isNever(expr: MatchExpr): boolean {
  return (expr.kind === 'or' && expr.of.length === 0) || (expr.kind === 'and' && expr.of.some(isNever));
}

interface Needing {
  readonly building: Building;
  readonly limits: HookLimit[];
  readonly protocols: Protocols;
}

/** What the expressions of a statement need of the kernel, of the chain and of the rule before them. */
function expressionsNeed(statement: NftStatement, { building, limits, protocols }: Needing): Protocols {
  const { context } = building;
  let known = protocols;
  for (const selector of selectorsOf(statement)) {
    if (statement.kind === 'write' && selector.start >= statement.value.start && isOnlyAsked(selector)) {
      const message = `\`${selectorName(selector, context)}\` can be asked for, not be set from`;
      context.report({ kind: 'not-loadable', code: 'bad-argument', message, span: selector });
    }
    const problem = selectorProblem(selector);
    if (problem !== undefined) context.report({ kind: 'not-loadable', ...problem, span: selector });
    const hooksOfFib = selector.kind === 'fib' ? fibHooks(selector) : undefined;
    if (hooksOfFib !== undefined) limits.push({ what: selectorName(selector, context), hooks: hooksOfFib, span: selector });
    const expression = findExpression(selectorName(selector, context));
    refuseBehindDevices(selector, isIgmp(selector) ? { family: 4 } : (expression?.implies ?? impliedByHeader(selector)), {
      known,
      context,
    });
    if (expression === undefined) {
      const implied = impliedByHeader(selector);
      // options of TCP and chunks of SCTP are looked for behind other protocols too
      if (implied.proto === undefined) known = withImplied(known, implied, { at: selector, context });
      continue;
    }
    const isWritten = statement.kind === 'write' && selector.start < statement.value.start;
    if (expression.asked === false && !isWritten) {
      const message = `\`${expression.name}\` can be set, not be asked for`;
      context.report({ kind: 'not-loadable', code: 'bad-argument', message, span: selector });
    }
    if (expression.needs !== undefined) building.need(expression.needs);
    const { hooks, atNoHookOf } = expression;
    if (hooks !== undefined)
      limits.push({ what: expression.name, hooks: atNoHookOf?.includes(context.table) ? [] : hooks, span: selector });
    if (expression.tables?.includes(context.table) === false) {
      const message = `\`${expression.name}\` is for tables of ${expression.tables.join(', ')} only`;
      context.report({ kind: 'not-loadable', code: 'wrong-family', message, span: selector });
    }
    if (selector.kind === 'payload') {
      refuseArpHere(selector, { known, context });
      if (selector.protocol === 'ether') known = { ...known, link: true };
    }
    refuseBehindEtherType(selector, expression, { known, context });
    refuseVlanBehind(selector, { known, context });
    if (selector.kind === 'payload' && selector.protocol === 'vlan') known = { ...known, etherType: TAGGED };
    if (expression.needsTransport === true && known.proto === undefined) {
      const message = `\`${expression.name}\` needs a transport protocol before it`;
      context.report({ kind: 'not-loadable', code: 'needs-protocol', message, span: selector, help: 'match on `meta l4proto` first' });
    }
    const isFirst = known.proto === undefined && context.table === 'inet';
    if (isFirst && isIgmp(selector)) known = { ...known, family: known.family ?? 4 };
    const implied = withImplied(known, expression.implies ?? {}, { at: selector, context });
    // an address of the connection says nothing of the packet
    if (selector.kind !== 'ct' || context.table !== 'inet') known = implied;
    known = ofType(known, expression, { at: selector, context });
  }
  return known;
}

/** Of IPv4. */
function isIgmp(selector: NftSelector): boolean {
  return selector.kind === 'payload' && selector.protocol === 'igmp';
}

/** nftables src/parser_bison.y primary_stmt_expr */
function isOnlyAsked(selector: NftSelector): boolean {
  if (selector.kind === 'header') return selector.of === 'exthdr';
  return selector.kind === 'fib' || (selector.kind === 'other' && selector.words[0] === 'ipsec');
}

interface Behind {
  readonly known: Protocols;
  readonly context: NftRuleContext;
}

/** Unless the rule asks for the link layer before. */
function refuseArpHere({ protocol, field, start, end }: Payload, { known: { etherType, link }, context: { table, report } }: Behind): void {
  if (protocol !== 'arp' || etherType === ARP || (table !== 'ip' && table !== 'ip6' && (table !== 'inet' || link === true))) return;
  const message = `\`arp ${field}\` is for tables of arp, bridge and netdev`;
  report({ kind: 'not-loadable', code: 'wrong-family', message, span: { start, end } });
}

type Payload = Extract<NftSelector, { readonly kind: 'payload' }> & Span;

/** Frames of Ethernet do not come by devices of other kinds, and nft finds no header of IP behind what it does not know. */
function refuseBehindDevices(selector: NftSelector & Span, { family }: Protocols, { known, context }: Behind): void {
  if (known.otherLink !== true || selector.kind === 'ct') return;
  const isLink = selector.kind === 'payload' && (selector.protocol === 'ether' || selector.protocol === 'vlan');
  if (!isLink && (family === undefined || known.family !== undefined)) return;
  const message = `\`${selectorName(selector, context)}\` is not behind devices of this kind`;
  const help = isLink ? undefined : 'match on `meta nfproto` first';
  context.report({ kind: 'not-loadable', code: 'conflicting-options', message, span: selector, ...(help !== undefined && { help }) });
}

/** What the frame says that it carries. */
function refuseBehindEtherType(
  selector: NftSelector & Span,
  { implies }: Expression,
  { known: { etherType, proto }, context }: Behind,
): void {
  if (selector.kind !== 'payload' || etherType === undefined || etherType === TAGGED) return;
  const isOther =
    (selector.protocol === 'vlan' && context.table !== 'arp') ||
    (implies?.family !== undefined && etherType === ARP) ||
    (implies?.proto !== undefined && implies.proto !== proto && etherType === ARP);
  if (!isOther) return;
  const message = `a frame of type 0x${etherType.toString(16).padStart(4, '0')} has no \`${selector.protocol} ${selector.field}\``;
  context.report({ kind: 'not-loadable', code: 'conflicting-options', message, span: selector });
}

/** Behind a header of IP there is none of the link layer. */
function refuseVlanBehind(selector: NftSelector & Span, { known: { family, etherType, link }, context }: Behind): void {
  const isVlan = selector.kind === 'payload' && selector.protocol === 'vlan';
  if (!isVlan || family === undefined || etherType !== undefined) return;
  if (context.table !== 'inet' && link !== true) return;
  const message = `a packet of IP has no \`vlan ${selector.field}\` behind it`;
  context.report({ kind: 'not-loadable', code: 'conflicting-options', message, span: selector });
}

/** Messages of ICMP that have the field are of other types than those that were asked for. */
function ofType(known: Protocols, { name, ofTypes }: Expression, { at, context }: Asking): Protocols {
  if (ofTypes === undefined) return known;
  const { icmpType = ofTypes.at(-1) as number } = known;
  if (!ofTypes.includes(icmpType)) {
    const message = `messages of ICMP type ${icmpType} have no \`${name}\``;
    context.report({ kind: 'not-loadable', code: 'conflicting-options', message, span: at });
  }
  return { ...known, icmpType };
}

/** nftables src/evaluate.c rule_evaluate(), STMT_F_TERMINAL */
function isFinal(statement: NftStatement): boolean {
  if (statement.kind === 'verdict') return statement.verdict !== 'continue' && statement.rules === undefined;
  return statement.kind === 'nat' || statement.kind === 'reject' || (statement.kind === 'other' && statement.verb === 'queue');
}

function refuseAfterEnd(statement: NftStatement, { report }: NftRuleContext): void {
  const message = 'nothing is done after a final verdict';
  report({ kind: 'not-loadable', code: 'refused-clause', message, span: statement, help: 'move it before the verdict' });
}
