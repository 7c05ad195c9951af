/** What a document says about a mesh, in the form of Helm values and of MeshConfig. */
import type { SourceLocation } from '../../istio/settings/settingSource.ts';
import type { Node } from '../../kubernetes/yaml/node.ts';
import type { Source, Span } from '../../syntax/text/source.ts';

/** `plugin`: that of CNI, and the agent that installs it. */
export type MeshComponent = 'istiod' | 'plugin';

/** A part of a file. */
export interface ConfigurationPart {
  readonly source: Source;
  readonly root: Node;
  /** of the control plane that it configures; absent: all of them */
  readonly revision?: string;
  /** first minor version whose charts read it */
  readonly since?: number;
  /** that alone reads it; absent: every component */
  readonly of?: MeshComponent;
  /** a chart made it, and its istiod reads what it says */
  readonly made?: true;
}

/** Those that win come first. */
export interface ObjectParts {
  readonly values: readonly ConfigurationPart[];
  readonly meshConfig: readonly ConfigurationPart[];
  /** values beneath everything that any file says: the defaults of a chart */
  readonly beneath?: readonly ConfigurationPart[];
  /** versions of the charts of istiod, as they are written */
  readonly versions?: readonly WrittenVersion[];
  /** where values of the CNI plugin's own chart stand */
  readonly plugins?: readonly SourceLocation[];
}

export interface WrittenVersion {
  readonly text: string;
  readonly source: Source;
  readonly span: Span;
}

export const NOTHING: ObjectParts = { values: [], meshConfig: [] };

export function joined(all: readonly ObjectParts[]): ObjectParts {
  return {
    values: all.flatMap(({ values }) => values),
    meshConfig: all.flatMap(({ meshConfig }) => meshConfig),
    beneath: all.flatMap(({ beneath = [] }) => beneath),
    versions: all.flatMap(({ versions = [] }) => versions),
    plugins: all.flatMap(({ plugins = [] }) => plugins),
  };
}
