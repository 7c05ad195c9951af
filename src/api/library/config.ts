/** The configuration of `chainwalk ci`: what a repository promises, in one file at its root.
 *  All paths and globs start from the folder of that file. */
import type { Approach } from '../../injection/facts/approach.ts';
import type { PodClaimId } from '../../injection/podChecks/podClaimId.ts';
import type { Mode } from '../../istio/settings/modes.ts';
import type { ProfileName } from '../../mesh/names.ts';
import type { Level } from '../../prove/proof/claim.ts';
import type { ClaimId } from '../../prove/proof/claimId.ts';

export interface ChainwalkConfig {
  /** which files are checked, and how; a file belongs to the first group that matches it */
  readonly groups?: readonly ConfigGroup[];
  readonly claims?: ConfigClaims;
  /** globs of expectation files */
  readonly expectations?: string | readonly string[];
  /** findings that are known and accepted */
  readonly suppressions?: readonly ConfigSuppression[];
  /** git revision to compare with, as `--base` */
  readonly base?: string;
  /** file of known findings, written by `--update-baseline` */
  readonly baseline?: string;
  /** formats, each with a file or for standard output: `github`, `sarif=out.sarif` */
  readonly output?: string | readonly string[];
  /** warnings and what is undecided fail too */
  readonly strict?: boolean;
}

/** Files that are read in the same way. What is absent is found out as the command line does without the option of that name. */
export interface ConfigGroup {
  /** globs; one that starts with `!` leaves out */
  readonly files: string | readonly string[];
  /** absent: each file by its content */
  readonly as?: ConfigKind;
  readonly profile?: ProfileName;
  /** file of the host around the rules */
  readonly host?: string;
  /** addresses of the pod that is assumed where there is no host, one of each family */
  readonly podIps?: string | readonly string[];
  /** user and group that the proxy runs as */
  readonly proxyUid?: number;
  readonly proxyGid?: number;
  /** who writes the rules of pods, or of settings */
  readonly mode?: Approach | Mode;
  /** files of Helm values, an IstioOperator or a MeshConfig; later ones win */
  readonly values?: string | readonly string[];
  /** version of Istio, in quotes */
  readonly istio?: string;
  /** version of Kubernetes on the nodes, in quotes */
  readonly kubernetes?: string;
  /** name servers in the pods' resolv.conf */
  readonly nameservers?: string | readonly string[];
  /** families to check, with rules or without */
  readonly families?: readonly (4 | 6)[];
  /** files of rules without any table or rule are meant so */
  readonly allowEmpty?: boolean;
  /** values of shell variables in rules */
  readonly set?: Readonly<Record<string, string>>;
}

/** What can be given a level or be suppressed: claims, and what `ci` finds about a change. */
export type AcceptedId = ClaimId | PodClaimId | 'behaviour-changed' | 'unchanged-fate' | 'configuration-changed' | 'subject-gone';

export type ConfigKind = 'rules' | 'manifest' | 'settings';

export interface ConfigClaims {
  readonly only?: readonly AcceptedId[];
  readonly except?: readonly AcceptedId[];
  /** by id; `behaviour-changed` is that every packet ends as on the base; without this what breaks something is an error there */
  readonly levels?: Readonly<Partial<Record<AcceptedId, Level | 'off'>>>;
}

export interface ConfigSuppression {
  readonly claim: AcceptedId;
  /** globs; absent: everywhere */
  readonly files?: string | readonly string[];
  /** as findings print them, and no others are accepted then; `behaviour-changed` is accepted for no packets without it */
  readonly packets?: string | readonly string[];
  readonly reason: string;
}

/** Undefined: the claim has its own. */
export function givenLevelOf(claims: ConfigClaims | undefined, id: string): Level | 'off' | undefined {
  const levels: Readonly<Record<string, Level | 'off' | undefined>> = claims?.levels ?? {};
  return Object.hasOwn(levels, id) ? levels[id] : undefined;
}

/** Gives a `chainwalk.config.ts` its types. */
export function defineConfig(config: ChainwalkConfig): ChainwalkConfig {
  return config;
}
