/** The part of SARIF 2.1.0 that is written. source: OASIS, Static Analysis Results Interchange Format 2.1.0 */

export interface SarifMessage {
  readonly text: string;
  readonly markdown?: string;
}

export type SarifLevel = 'error' | 'warning' | 'note' | 'none';

export interface SarifRegion {
  readonly startLine: number;
  readonly startColumn?: number;
  readonly endLine?: number;
  /** after the last character */
  readonly endColumn?: number;
}

export interface PhysicalLocation {
  readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
  readonly region?: SarifRegion;
}

export interface SarifLocation {
  readonly id?: number;
  readonly message?: SarifMessage;
  readonly physicalLocation?: PhysicalLocation;
  readonly logicalLocations?: readonly { readonly name: string; readonly fullyQualifiedName: string; readonly kind: string }[];
}

export interface ThreadFlowLocation {
  readonly location: SarifLocation;
  readonly nestingLevel: number;
  readonly executionOrder: number;
}

export interface CodeFlow {
  readonly message: SarifMessage;
  readonly threadFlows: readonly { readonly locations: readonly ThreadFlowLocation[] }[];
}

/** Lines are taken out, and others put in their place. */
export interface SarifFix {
  readonly description: SarifMessage;
  readonly artifactChanges: readonly {
    readonly artifactLocation: PhysicalLocation['artifactLocation'];
    readonly replacements: readonly { readonly deletedRegion: SarifRegion; readonly insertedContent?: SarifMessage }[];
  }[];
}

export interface SarifSuppression {
  readonly kind: 'inSource' | 'external';
  readonly status: 'accepted';
  readonly justification: string;
}

export interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly kind: 'fail' | 'open';
  readonly level: SarifLevel;
  readonly message: SarifMessage;
  readonly locations: readonly SarifLocation[];
  readonly relatedLocations?: readonly SarifLocation[];
  readonly codeFlows?: readonly CodeFlow[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly SarifSuppression[];
  readonly fixes?: readonly SarifFix[];
  readonly properties: Readonly<Record<string, string>>;
}

export interface SarifRule {
  readonly id: string;
  readonly shortDescription: SarifMessage;
  readonly fullDescription: SarifMessage;
  readonly help: SarifMessage;
  readonly helpUri?: string;
  readonly defaultConfiguration: { readonly level: SarifLevel };
}

export interface SarifNotification {
  readonly level: SarifLevel;
  readonly message: SarifMessage;
  readonly descriptor?: { readonly id: string };
  readonly locations?: readonly SarifLocation[];
}
