/** What answers rest on though nobody said it: printed with every answer, and part of its JSON. */

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
    | 'interface';
  /** what follows `assumed`: `10.12.3.4 is the pod's address` */
  readonly says: string;
  /** what says it instead, `--pod-ip`; empty: nothing does */
  readonly options: readonly string[];
}

/** Each once. */
export function distinct(assumptions: readonly Assumption[]): readonly Assumption[] {
  return [...new Map(assumptions.map((one) => [one.says, one])).values()];
}

/** `10.12.3.4 is the pod's address; --pod-ip or --host says otherwise` */
export function assumptionText({ says, options }: Assumption): string {
  const last = options.at(-1);
  if (last === undefined) return says;
  const others = options.slice(0, -1).join(', ');
  return `${says}; ${others === '' ? last : `${others} or ${last}`} says otherwise`;
}
