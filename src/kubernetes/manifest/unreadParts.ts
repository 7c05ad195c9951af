/** What objects say of pods that are not in the file, or that are changed by it after all: named, not passed over. */
import { CLOSED_KINDS } from '../../istio/names/keys.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';
import { at, entriesOf, itemsOf, type Node, stringAt } from '../yaml/node.ts';

interface Described {
  readonly kind: string;
  readonly object: Node;
}

/** Of a Workflow: its pods are checked without it. */
export function reportPatches(report: ProblemSink, { object }: Described): void {
  if (!/^argoproj\.io\//.test(stringAt(object, 'apiVersion') ?? '')) return;
  for (const spec of [at(object, 'spec'), at(object, 'spec', 'workflowSpec')]) {
    for (const holder of [spec, ...itemsOf(at(spec, 'templates'))]) {
      const patch = at(holder, 'podSpecPatch');
      if (patch === undefined) continue;
      const span = { start: patch.span.start, end: patch.span.start + 1 };
      const help = 'write what it sets into the template, or give the pods that were made';
      report({ kind: 'warning', message: '`podSpecPatch` is not read: the pod is checked without it', span, help });
    }
  }
}

/** Only a controller has a use for what pods are to have. */
export function reportUnseenPods(report: ProblemSink, { kind, object }: Described): void {
  const group = stringAt(object, 'apiVersion') ?? 'v1';
  if (CLOSED_KINDS.has(kind) || NO_PODS_OF_THEIR_OWN.test(group) || /(?:Secret|Gateway|GatewayClass|ConfigMap)$/.test(kind)) return;
  const said = speaksOfPods(at(object, 'spec'));
  if (said === undefined) return;
  const name = stringAt(object, 'metadata', 'name') ?? '';
  const message = `${kind} \`${name}\` speaks of pods that are not in the file: nothing is said of them`;
  report({ kind: 'warning', message, span: said, help: 'give the pods that its controller makes: kubectl get pods -o yaml' });
}

/** Istio's own, policies, and objects from which charts are installed. */
const NO_PODS_OF_THEIR_OWN =
  /(?:^|\.)(?:istio\.io|sailoperator\.io|maistra\.io|kyverno\.io|gatekeeper\.sh|networking\.k8s\.io|apiextensions\.k8s\.io|admissionregistration\.k8s\.io|fluxcd\.io|helm\.cattle\.io|crossplane\.io)\//;

const OF_PODS = /^(?:sidecar|traffic\.sidecar|proxy|inject)\.istio\.io\//;

/** The first key, outside of containers and of objects inside this one. */
function speaksOfPods(node: Node | undefined): Node['span'] | undefined {
  for (const item of itemsOf(node)) {
    const found = speaksOfPods(item);
    if (found !== undefined) return found;
  }
  // pods that take no part do not matter
  if (stringAt(node, 'sidecar.istio.io/inject') === 'false') return undefined;
  for (const { key, keySpan, value } of entriesOf(node)) {
    if (OF_PODS.test(key)) return keySpan;
    if (value.kind === 'scalar' || key === 'status' || key === 'managedFields' || at(value, 'apiVersion') !== undefined) continue;
    const found = speaksOfPods(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
