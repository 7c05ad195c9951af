/** What an option table demands of the options together, and what the extension itself checks. */

import type { Span } from '../../syntax/source.ts';
import type { Complaint, Extension, GivenOption, RuleContext } from '../extension.ts';
import { protocol } from '../shapes/protocol.ts';
import type { BindContext, BoundRule } from './boundRule.ts';
import { isKnownMatch, isKnownTarget } from './unmodelled.ts';

interface Clause {
  readonly name: string;
  readonly extension?: Extension;
  readonly given: Readonly<Record<string, GivenOption>>;
  readonly opaque?: string;
  readonly broken: boolean;
  readonly span: Span;
}

interface Around {
  readonly rule: Pick<BoundRule, 'proto'>;
  readonly context: BindContext;
}

/** False when the clause was refused. Options whose value is not known here count as given. */
export function checkClause(clause: Clause, { rule, context }: Around): boolean {
  const { extension, given } = clause;
  if (extension === undefined) {
    if (isKnownMatch(clause.name) || isKnownTarget(clause.name)) {
      context.report({ kind: 'not-modelled', message: `${clause.opaque ?? clause.name} is not modelled`, span: clause.span });
    }
    return true;
  }
  if (clause.broken) return true;
  const complaints = [...protocolComplaints(extension, rule)];
  if (clause.opaque === undefined) {
    complaints.push(...tableComplaints(extension, given), ...(extension.check?.(given, ruleContext(rule, context)) ?? []));
  }
  let loads = true;
  for (const { kind, message, help, option } of complaints) {
    const span = (option === undefined ? undefined : given[option]?.span) ?? clause.span;
    context.report({ kind, message, span, ...(help === undefined ? {} : { help }) });
    if (kind !== 'warning') loads = false;
  }
  return loads;
}

export function ruleContext(
  { proto }: Pick<BoundRule, 'proto'>,
  context: Omit<BindContext, 'report' | 'isChain' | 'decoded'>,
  ruleId = '',
): RuleContext {
  return { ...context, ruleId, ...(proto === undefined ? {} : { proto }) };
}

function protocolComplaints({ name, kind, protocols }: Extension, { proto }: Pick<BoundRule, 'proto'>): readonly Complaint[] {
  if (protocols === undefined || (proto !== undefined && !proto.inverted && protocols.includes(proto.value))) return [];
  const names = protocols.map((value) => `\`-p ${protocol.print(value, { family: 4 })}\``);
  const clause = kind === 'match' ? `-m ${name}` : `-j ${name}`;
  return [
    { kind: 'not-loadable', message: `\`${clause}\` needs ${names.length > 1 ? `one of ${names.join(', ')}` : names[0]} in the same rule` },
  ];
}

function tableComplaints(extension: Extension, given: Clause['given']): readonly Complaint[] {
  const complaints: Complaint[] = [];
  for (const [name, { required, excludes, needs }] of Object.entries(extension.options)) {
    if (given[name] === undefined) {
      if (required === true) complaints.push({ kind: 'malformed', message: `\`${extension.name}\` needs \`${name}\`` });
      continue;
    }
    for (const other of excludes ?? []) {
      if (
        given[other] !== undefined &&
        given[other].span.start !== given[name].span.start &&
        !complaints.some(({ option }) => option === other)
      ) {
        complaints.push({ kind: 'malformed', message: `\`${name}\` and \`${other}\` exclude each other`, option: name });
      }
    }
    for (const other of needs ?? []) {
      if (given[other] === undefined) complaints.push({ kind: 'malformed', message: `\`${name}\` needs \`${other}\``, option: name });
    }
  }
  return complaints;
}
