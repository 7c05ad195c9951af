/** What an option table demands of the options together, and what the extension itself checks. */
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Extension, GivenOption, RuleComplaint, RuleContext } from '../contract/extension.ts';
import { protocol } from '../shapes/protocol.ts';
import type { BindContext, BoundRule } from './boundRule.ts';
import type { OpenClause } from './ruleState.ts';
import { isKnownMatch, isKnownTarget } from './unmodelled.ts';

type Proto = BoundRule['proto'];

/** The rest of the rule. */
interface Around {
  readonly proto: Proto;
  readonly matches: readonly Pick<OpenClause, 'name' | 'given'>[];
}

export type CheckedClause = Omit<OpenClause, 'words' | 'element'>;

/** False when the clause was refused. */
export function checkClause(clause: CheckedClause, { proto, matches }: Around, context: BindContext): boolean {
  const { extension, given, opaque } = clause;
  if (extension === undefined) {
    if (clause.stranger || isKnownMatch(clause.name) || isKnownTarget(clause.name)) {
      const help = clause.stranger ? 'it is read because a kernel that knows it has printed it' : undefined;
      context.report({
        kind: 'not-modelled',
        code: 'not-modelled',
        message: `${opaque ?? clause.name} is not modelled`,
        span: clause.span,
        ...(help && { help }),
      });
    }
    return true;
  }
  if (clause.broken) return true;
  if (clause.stranger) {
    context.report({ kind: 'not-modelled', code: 'not-modelled', message: `${opaque ?? clause.name} is not modelled`, span: clause.span });
    return true;
  }
  let loads = true;
  const complain = ({ option, ...complaint }: RuleComplaint): void => {
    const span = (option === undefined ? undefined : given[option]?.span) ?? clause.span;
    const code = complaint.kind === 'warning' ? 'backend-difference' : 'refused-clause';
    context.report({ code, ...complaint, span });
    if (complaint.kind !== 'warning') loads = false;
  };
  if (extension.protocols !== undefined) protocolComplaints(extension, proto).forEach(complain);
  // an option whose value is not known here is not in `given`: nothing is said of what is there or missing
  if (opaque !== undefined) return loads;
  if (extension.demands.length > 0) tableComplaints(extension, given).forEach(complain);
  extension.check?.(given, { ...ruleContext(context, proto, ''), matches }).forEach(complain);
  if (loads && extension.unclear?.some((option) => given[option] !== undefined) === true) {
    for (const { reason, lacks } of unclearParts(extension, given, ruleContext(context, proto, ''))) {
      const says =
        lacks === undefined ? { message: `${reason}: not modelled` } : { message: `${reason}: not known`, help: `give ${lacks}` };
      context.report({ kind: 'not-modelled', code: 'not-modelled', ...says, span: clause.span });
    }
  }
  return loads;
}

interface Unclear {
  readonly reason: string;
  /** what would have to be given for it to be known */
  readonly lacks?: string;
}

function unclearParts(extension: Extension, given: Readonly<Record<string, GivenOption>>, context: RuleContext): readonly Unclear[] {
  if (extension.kind === 'match') {
    const writes = extension.writes?.(given);
    return [
      ...extension.lower(given, context).flatMap(({ expr }) => unmodelledIn(expr)),
      ...(writes === undefined ? [] : [{ reason: writes }]),
    ];
  }
  const effect = extension.lower(given, context);
  return effect.kind === 'unmodelled' ? [effect] : [];
}

function unmodelledIn(expr: MatchExpr): readonly Unclear[] {
  if (expr.kind === 'unmodelled') return [expr];
  if (expr.kind === 'not') return unmodelledIn(expr.of);
  return expr.kind === 'and' || expr.kind === 'or' ? expr.of.flatMap(unmodelledIn) : [];
}

export function ruleContext({ family, users, groups, sets, interfaceGroups, now }: World, proto: Proto, ruleId: string): RuleContext {
  return { family, users, groups, sets, interfaceGroups, now, proto, ruleId };
}

type World = Pick<BindContext, 'family' | 'users' | 'groups' | 'sets' | 'interfaceGroups' | 'now'>;

function protocolComplaints({ name, kind, protocols = [] }: Extension, proto: Proto): readonly RuleComplaint[] {
  if (proto !== undefined && !proto.inverted && protocols.includes(proto.value)) return [];
  const names = protocols.map((value) => `\`-p ${protocol.print(value, { family: 4 })}\``);
  const clause = kind === 'match' ? `-m ${name}` : `-j ${name}`;
  return [
    {
      kind: 'not-loadable',
      code: 'needs-protocol',
      message: `\`${clause}\` needs ${names.length > 1 ? `one of ${names.join(', ')}` : names[0]} in the same rule`,
    },
  ];
}

function tableComplaints(
  { name: extensionName, demands }: Extension,
  given: Readonly<Record<string, GivenOption>>,
): readonly RuleComplaint[] {
  const complaints: RuleComplaint[] = [];
  for (const [name, { required, excludes, needs }] of demands) {
    const option = given[name];
    if (option === undefined) {
      if (required === true)
        complaints.push({ kind: 'malformed', code: 'missing-option', message: `\`${extensionName}\` needs \`${name}\`` });
      continue;
    }
    for (const other of excludes ?? []) {
      if (given[other] !== undefined && complaints.every((complaint) => complaint.option !== other)) {
        complaints.push({
          kind: 'malformed',
          code: 'conflicting-options',
          message: `\`${name}\` and \`${other}\` exclude each other`,
          option: name,
        });
      }
    }
    for (const other of needs ?? []) {
      if (given[other] === undefined)
        complaints.push({ kind: 'malformed', code: 'missing-option', message: `\`${name}\` needs \`${other}\``, option: name });
    }
  }
  return complaints;
}
