/** Names among values and in MeshConfig that are not read, and values of a kind that istiod refuses.
 *  source: istio/istio pkg/kube/inject/webhook.go NewValuesConfig, pkg/config/mesh ApplyMeshConfig: both read with jsonpb, which passes over
 *  unknown names and takes no number or boolean for a text; reported as istio/istio#48991, #55614, #51071 */
import { fieldName, PROXY_CONFIG_FIELDS } from '../../istio/names/proxyConfig.ts';
import { proxyConfigRemarks } from '../../kubernetes/manifest/configNames.ts';
import { type Entry, entriesOf, type MapNode, type Node } from '../../kubernetes/yaml/node.ts';
import type { TextFinding } from '../../syntax/text/problems.ts';
import { CHART_VALUES } from './chartFields.ts';
import { meantBy } from './elsewhere.ts';
import { hasName, type KnownFields, namesOf, type ValueKind } from './fields.ts';
import { istiodVariableRemarks } from './istiodVariables.ts';
import { wrongKind } from './kinds.ts';
import { MESH_FIELDS } from './meshFields.ts';
import { unfilledRemarks } from './unfilled.ts';

export interface RemarksOf {
  readonly root: Node;
  /** what may stand at its top */
  readonly fields: KnownFields;
  /** of the top: `meshConfig`, empty for values */
  readonly path?: string;
  /** a chart made it: names of other versions are no mistakes */
  readonly made?: boolean;
}

/** Of values as a chart is given them. */
export function valuesRemarks({
  root,
  fields = CHART_VALUES,
  made = false,
}: Partial<RemarksOf> & Pick<RemarksOf, 'root'>): readonly TextFinding[] {
  const unfilled = unfilledRemarks(root);
  const isOpen = ({ span: { start } }: TextFinding) => unfilled.some(({ span }) => span.start === start);
  return [...unfilled, ...walk({ root, fields, path: '', made }).filter((remark) => !isOpen(remark))];
}

/** Of a MeshConfig, wherever it stands. */
export function meshConfigRemarks(root: Node, path = 'meshConfig'): readonly TextFinding[] {
  return walk({ root, fields: MESH_FIELDS, path, made: false });
}

/** Texts that istiod takes from the chart with the injector's configuration. */
const READ_BY_ISTIOD = /^(?:global|sidecarInjectorWebhook|pilot\.cni|meshConfig|revision)(?:\.|$)/;

function walk({ root, fields, path, made }: Required<RemarksOf>): readonly TextFinding[] {
  const inMesh = path === 'meshConfig' || path.startsWith('meshConfig.');
  return entriesOf(root).flatMap((entry): readonly TextFinding[] => {
    const name = inMesh ? fieldName(entry.key) : entry.key;
    const here = path === '' ? name : `${path}.${name}`;
    if (isNull(entry.value)) return [];
    if (here === 'meshConfig.defaultConfig') return proxyRemarks(entry);
    const inner = fields.inner.get(name);
    if (inner !== undefined) {
      if (entry.value.kind === 'map') return walk({ root: entry.value, fields: inner, path: here, made });
      return READ_BY_ISTIOD.test(here) || here === 'pilot' ? [notMap(entry, here)] : [];
    }
    const kind = fields.kinds.get(name);
    if (kind === undefined) return unknownName(entry, { path: here, fields, made });
    if (/^(?:pilot\.)?env$/.test(here)) return istiodVariableRemarks(entry.value);
    return READ_BY_ISTIOD.test(here) ? kindRemarks(entry, here, kind) : [];
  });
}

function kindRemarks({ value }: Entry, path: string, kind: ValueKind): readonly TextFinding[] {
  const wrong = wrongKind(value, kind);
  if (wrong === undefined) return [];
  const refused = path.startsWith('meshConfig') ? 'istiod refuses the whole mesh configuration' : 'istiod refuses these values';
  return [{ kind: 'not-loadable', message: `\`${path}\` ${wrong.says}: ${refused}`, span: value.span, help: wrong.help }];
}

function notMap({ value }: Entry, path: string): TextFinding {
  return { kind: 'not-loadable', message: `\`${path}\` has to be a map: the chart fails, or istiod refuses it`, span: value.span };
}

interface Around {
  readonly path: string;
  readonly fields: KnownFields;
  readonly made: boolean;
}

function unknownName({ key, keySpan }: Entry, { path, fields, made }: Around): readonly TextFinding[] {
  // a file may keep parts there that it uses again by anchors
  if (path === key && HOLDS_ANCHORS.test(key)) return [];
  const help = meantBy({ name: key, path, known: namesOf(fields) });
  if (made && help === undefined) return [];
  const said = path.startsWith('meshConfig') ? `MeshConfig has no field \`${key}\`` : `the charts of Istio have no value \`${path}\``;
  return [{ kind: 'warning', message: `${said}: it is not read`, span: keySpan, ...(help !== undefined && { help }) }];
}

const HOLDS_ANCHORS = /^(?:x-|[._])/;

/** What is not a field of ProxyConfig may be one of MeshConfig, a level higher. */
function proxyRemarks({ value }: Entry): readonly TextFinding[] {
  if (value.kind !== 'map') return [{ kind: 'not-loadable', message: '`meshConfig.defaultConfig` has to be a map', span: value.span }];
  const higher = (entry: Entry) => !Object.hasOwn(PROXY_CONFIG_FIELDS, fieldName(entry.key)) && hasName(MESH_FIELDS, fieldName(entry.key));
  const own: MapNode = { ...value, entries: value.entries.filter((entry) => !higher(entry)) };
  const moved = value.entries.filter(higher).map(
    ({ key, keySpan }): TextFinding => ({
      kind: 'warning',
      message: `ProxyConfig has no field \`${key}\`: it is not read`,
      span: keySpan,
      help: `it works as \`meshConfig.${fieldName(key)}\``,
    }),
  );
  return [...proxyConfigRemarks(own, 'ProxyConfig'), ...moved];
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}
