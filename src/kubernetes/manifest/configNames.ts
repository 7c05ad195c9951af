/** Names and values of proxies' configuration that are not read or that Istio refuses, in whatever holds it: the annotation
 *  proxy.istio.io/config, a ProxyConfig, MeshConfig's defaultConfig. source: istio/istio pkg/util/protomarshal ApplyYAML: unknown fields are
 *  passed over, values of another type are errors */
import { judgeVariable } from '../../istio/names/judgeVariable.ts';
import { type FieldType, fieldName, PROXY_CONFIG_FIELDS, RESOURCE_FIELDS } from '../../istio/names/proxyConfig.ts';
import { nearest } from '../../lib/nearest.ts';
import type { TextFinding } from '../../syntax/text/problems.ts';
import { type Entry, entriesOf, type Node } from '../yaml/node.ts';

/** Of a map of ProxyConfig's fields; `where`: what the message calls it. A warning: it is not read; not-loadable: Istio refuses it. */
export function proxyConfigRemarks(config: Node | undefined, where = 'ProxyConfig'): readonly TextFinding[] {
  return entriesOf(config).flatMap((entry): readonly TextFinding[] => {
    const field = fieldName(entry.key);
    if (!Object.hasOwn(PROXY_CONFIG_FIELDS, field)) return [unknownField(entry, Object.keys(PROXY_CONFIG_FIELDS), where)];
    const type = PROXY_CONFIG_FIELDS[field] ?? 'map';
    return [...wrongValue(entry, type), ...(field === 'proxyMetadata' ? metadataRemarks(entry.value) : [])];
  });
}

/** Of variables that proxies are given: `proxyMetadata`, `environmentVariables`. What is not a string is not reported again. */
export function metadataRemarks(metadata: Node | undefined): readonly TextFinding[] {
  return entriesOf(metadata).flatMap(({ key, keySpan }): TextFinding[] => {
    const problem = judgeVariable(key, 'proxyMetadata');
    return problem === undefined ? [] : [{ kind: 'warning', ...problem, span: keySpan }];
  });
}

/** Of `spec` of a ProxyConfig, from which the API server drops what it does not know. */
export function resourceRemarks(spec: Node | undefined): readonly TextFinding[] {
  return entriesOf(spec).flatMap((entry): readonly TextFinding[] => {
    if (!RESOURCE_FIELDS.includes(entry.key)) return [unknownField(entry, RESOURCE_FIELDS, 'a resource ProxyConfig')];
    return entry.key === 'environmentVariables' ? metadataRemarks(entry.value) : [];
  });
}

/** A field that is in no list; the nearest one is named. */
export function unknownField({ key, keySpan }: Entry, known: readonly string[], where: string): TextFinding {
  const meant = nearest(key, known);
  const help = meant === undefined ? {} : { help: `did you mean \`${meant}\`?` };
  return { kind: 'warning', message: `${where} has no field \`${key}\`: Istio passes it over`, span: keySpan, ...help };
}

function wrongValue({ key, value }: Entry, type: FieldType): readonly TextFinding[] {
  if (value.kind === 'scalar' && value.value === null) return [];
  if (type === 'texts' && value.kind === 'map') return value.entries.flatMap((entry) => wrongValue(entry, 'text'));
  const wanted = wantedInstead(value, type);
  if (wanted === undefined) return [];
  const text = value.kind === 'scalar' ? `\`${String(value.value)}\`, ${articleOf(value.value)}` : `a ${value.kind}`;
  const quote = type === 'text' && value.kind === 'scalar' ? { help: `Istio refuses it; put it in quotes: "${String(value.value)}"` } : {};
  const message = `\`${key}\` has to be ${wanted}, not ${text}`;
  return [{ kind: 'not-loadable', message, span: value.span, help: 'Istio refuses it', ...quote }];
}

function articleOf(value: unknown): string {
  return `a ${typeof value}`;
}

/** What should stand there; undefined: it does. */
function wantedInstead(node: Node, type: FieldType): string | undefined {
  const value = node.kind === 'scalar' ? node.value : undefined;
  if (typeof type !== 'string') {
    const isFine = (typeof value === 'string' && type.includes(value)) || typeof value === 'number';
    return isFine ? undefined : type.join(', ').replace(/, (\w+)$/, ' or $1');
  }
  switch (type) {
    case 'text':
      return typeof value === 'string' ? undefined : 'a string';
    case 'number':
      return typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value)) ? undefined : 'a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false without quotes';
    case 'duration':
      return typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:ns|us|ms|s|m|h)/.test(value) ? undefined : 'a duration such as 5s';
    case 'list':
      return node.kind === 'list' ? undefined : 'a list';
    case 'map':
    case 'texts':
      return node.kind === 'map' ? undefined : 'a map';
  }
}
