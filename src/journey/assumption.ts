/** What answers rest on though nobody said it: printed with every answer, and part of its JSON. */

export interface Assumption {
  /** stable, for programs */
  readonly about: 'host' | 'pod-address' | 'proxy-identity' | 'resolver' | 'mode' | 'version' | 'namespace-labels';
  /** what follows `assumed`: `10.12.3.4 is the pod's address` */
  readonly says: string;
  /** what says it instead, `--pod-ip`; empty: nothing does */
  readonly options: readonly string[];
}

/** `10.12.3.4 is the pod's address; --pod-ip or --host says otherwise` */
export function assumptionText({ says, options }: Assumption): string {
  return options.length === 0 ? says : `${says}; ${options.join(' or ')} says otherwise`;
}
