/** `ct original saddr` and `rt nexthop` without `ip` or `ip6` are of the family that the rule has asked for, if it has.
 *  nftables src/ct.c ct_expr_update_type(), src/evaluate.c expr_evaluate_ct(), expr_evaluate_rt() */
import type { NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { mapAsked, selectorsOf } from '../values/asked.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { selectorName } from '../values/selectorName.ts';
import { afterMatch, protocolsOf, withImplied } from './protocols.ts';

export function withAddressFamilies(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  const isAsked = (selector: NftSelector & Span): boolean => isNameless(selector) || isNextHop(selector);
  if (!statements.some((one) => selectorsOf(one).some(isAsked))) return statements;
  const silent: NftRuleContext = { ...context, report: () => {} };
  let known = protocolsOf(context.table);
  return statements.map((given) => {
    const nameless = selectorsOf(given).find(isNameless);
    const { family } = known;
    const one = family === undefined ? given : mapAsked(given, (selector) => ofFamily(selector, family === 4 ? 'ip' : 'ip6'));
    if (nameless !== undefined && (family === undefined || !isAlone(given))) {
      const message = `\`ct ${nameless.direction} ${nameless.key}\` needs \`ip\` or \`ip6\` here`;
      const { start, end } = nameless;
      const help = `write \`ct ${nameless.direction} ip ${nameless.key}\``;
      context.report({ kind: 'not-loadable', code: 'bad-argument', message, span: { start, end }, help });
    }
    for (const selector of selectorsOf(one)) {
      const implied = findExpression(selectorName(selector, silent))?.implies ?? {};
      if (selector.kind !== 'ct') known = withImplied(known, implied, { at: selector, context: silent });
    }
    known = afterMatch(known, one, silent);
    return one;
  });
}

function ofFamily(selector: NftSelector & Span, family: 'ip' | 'ip6'): NftSelector & Span {
  if (isNextHop(selector)) return { start: selector.start, end: selector.end, kind: 'other', words: ['rt', family, 'nexthop'] };
  return isNameless(selector) ? { ...selector, family, isImplied: true } : selector;
}

function isNextHop(selector: NftSelector): boolean {
  return selector.kind === 'other' && selector.words.join(' ') === 'rt nexthop';
}

type Ct = Extract<NftSelector, { kind: 'ct' }>;

function isNameless(selector: NftSelector & Span): selector is Ct & Span {
  return (
    selector.kind === 'ct' &&
    selector.family === undefined &&
    selector.direction !== undefined &&
    (selector.key === 'saddr' || selector.key === 'daddr')
  );
}

/** Compared with one value: keys of sets and maps need the family. */
function isAlone(statement: NftStatement): boolean {
  if (statement.kind !== 'match' || statement.left.kind === 'concat') return false;
  const { kind } = onlyValue(statement.right);
  return kind !== 'set' && kind !== 'reference';
}
