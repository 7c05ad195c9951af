/** What answers rest on that is not given: printed with every answer, and part of its JSON. */

export interface Assumption {
  /** stable, for programs */
  readonly about:
    | 'rules'
    | 'host'
    | 'pod-address'
    | 'proxy-identity'
    | 'resolver'
    | 'mode'
    | 'version'
    | 'kubernetes'
    | 'namespace-labels'
    | 'revision'
    | 'controller'
    | 'interface'
    | 'name';
  /** what follows `assumed`: `10.12.3.4 is the pod's address` */
  readonly says: string;
  /** what says it instead, `--pod-ip`; empty: nothing does */
  readonly options: readonly string[];
}

/** Those that turn answers round: they are never folded. */
export const TURNING: readonly Assumption['about'][] = ['proxy-identity', 'rules', 'host'];

/** Each once. */
export function distinct(assumptions: readonly Assumption[]): readonly Assumption[] {
  return [...new Map(assumptions.map((one) => [one.says, one])).values()];
}

/** A sentence for each; mode and version, which go together, are one. */
export function assumptionTexts(assumptions: readonly Assumption[]): readonly string[] {
  const plain = (about: Assumption['about']) => assumptions.find((one) => one.about === about && !one.says.includes(', as '));
  const [mode, version] = [plain('mode'), plain('version')];
  if (mode === undefined || version === undefined) return assumptions.map(assumptionText);
  const says = `${mode.says}, ${version.says.replace(/^the rules are /, '')}`;
  const both: Assumption = { about: 'mode', says, options: [...mode.options, ...version.options] };
  return assumptions.flatMap((one) => (one === version ? [] : [assumptionText(one === mode ? both : one)]));
}

/** `10.12.3.4 is the pod's address; --pod-ip or --host says otherwise` */
export function assumptionText({ says, options }: Assumption): string {
  const last = options.at(-1);
  if (last === undefined) return says;
  const others = options.slice(0, -1).join(', ');
  return `${says}; ${others === '' ? last : `${others} or ${last}`} says otherwise`;
}
