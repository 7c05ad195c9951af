/** A step that is no rule, in a few words. */
import type { ShownStep } from '../worker/questions.ts';

type RuleStep = Extract<ShownStep, { readonly kind: 'rule' | 'left' }>;

export function isRuleStep(step: ShownStep): step is RuleStep {
  return step.kind === 'rule' || step.kind === 'left';
}

/** What the rule does without the chain that it stands in, which is shown beside. */
export function shownRule({ text, chain }: RuleStep): string {
  const start = `-A ${chain} `;
  return text.startsWith(start) ? text.slice(start.length) : text;
}

/** Undefined: nothing worth a line. */
export function stepText(step: ShownStep): string | undefined {
  switch (step.kind) {
    case 'nat':
      return `${step.manip} := ${step.to}${step.ports === undefined ? '' : `, a port of ${step.ports}`}`;
    case 'mark':
      return `${step.on} mark := 0x${step.value.toString(16)}`;
    case 'field':
      return `${step.field} := ${step.value}`;
    case 'route':
      return `${step.again ? 'routed again' : 'routed'}: ${step.local ? 'to this host' : 'out'}${step.oif === undefined ? '' : ` via ${step.oif}`}`;
    case 'policy':
      return `policy of ${step.table} ${step.chain}: ${step.verdict}`;
    case 'conntrack':
      return `connection: ${step.state}${step.zone === 0 ? '' : `, zone ${step.zone}`}`;
    case 'divert':
      return step.found ? `handed to the socket on port ${step.port}` : `no socket on port ${step.port}`;
    case 'choice':
      return `${step.choice.what}: taken to be ${step.choice.taken}`;
    default:
      return undefined;
  }
}
