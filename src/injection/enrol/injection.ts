/** Does the pod get a sidecar? First what the API server asks the webhook for, then what the injector itself decides.
 *  source: istio/istio pkg/kube/inject/inject.go, charts istiod templates/mutatingwebhook.yaml */

import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { at, itemsOf, type Located } from '../../kubernetes/yaml/node.ts';
import { INJECT, TEMPLATES } from '../configuration/annotations.ts';
import { valueAt } from '../configuration/mesh.ts';
import { selects } from '../configuration/selectors.ts';
import { containerOf, type Facts, injectValue, isInjected, placeOfLabel } from '../facts/facts.ts';
import { type CaptureStep, on, pass, type Stage, type StepAnswer, skipStep } from '../facts/step.ts';

const INJECTOR = 'pkg/kube/inject/inject.go injectRequired';
const WEBHOOK = 'istiod chart, mutatingwebhook.yaml';
const IGNORED_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

const alreadyInjected: CaptureStep = {
  id: 'already-injected',
  asks: 'has the pod been injected?',
  source: 'pkg/kube/inject/inject.go injectionStatus',
  test: ({ pod }) =>
    isInjected(pod) ? pass('the pod has what injection adds', pod.place) : on('it has neither status nor containers of Istio'),
};

const webhook: CaptureStep = {
  id: 'webhook-called',
  asks: 'does the API server call the injector for this namespace and pod?',
  source: WEBHOOK,
  test: webhookCalled,
};

/** The four selectors of the default revision, and a fifth one when all namespaces take part. */
function webhookCalled(facts: Facts): StepAnswer {
  const { namespace, pod, mesh } = facts;
  const inject = pod.labels.get(INJECT);
  const injection = namespace.labels.get('istio-injection');
  const revision = namespace.labels.get('istio.io/rev');
  const podRevision = pod.labels.get('istio.io/rev');
  if (inject?.value === 'false') return skipStep(`label ${INJECT} is \`false\``, inject);
  if (injection?.value === 'enabled')
    return on('the namespace is labelled istio-injection=enabled', placeOfLabel(facts, 'istio-injection'));
  if (injection !== undefined) return skipStep(`the namespace is labelled istio-injection=${injection.value}`, injection);
  if (revision !== undefined) return on(`the namespace is labelled istio.io/rev=${revision.value}`, revision);
  if (podRevision !== undefined) return on(`the pod is labelled istio.io/rev=${podRevision.value}`, podRevision);
  if (inject?.value === 'true') return on(`label ${INJECT} is \`true\``, inject);
  const byDefault = valueAt(mesh, 'sidecarInjectorWebhook.enableNamespacesByDefault');
  if (byDefault?.value === 'true' && inject === undefined && !IGNORED_NAMESPACES.includes(namespace.name)) {
    return on('all namespaces take part by default', byDefault);
  }
  const annotation = pod.annotations.get(INJECT);
  if (annotation?.value === 'true') return skipStep('the webhook is not called for an annotation: it takes a label', annotation);
  return skipStep('neither the namespace nor the pod has a label that requests injection', pod.place);
}

const hostNetwork: CaptureStep = {
  id: 'host-network',
  asks: "does the pod use the node's network?",
  source: INJECTOR,
  test: ({ pod }) =>
    pod.hostNetwork?.value === true
      ? skipStep('with hostNetwork the rules would be those of the node', pod.hostNetwork)
      : on('it has a network namespace of its own'),
};

const ignoredNamespace: CaptureStep = {
  id: 'ignored-namespace',
  asks: 'is the namespace one that injection leaves alone?',
  source: INJECTOR,
  test: ({ namespace, pod }) =>
    IGNORED_NAMESPACES.includes(namespace.name)
      ? skipStep(`namespace \`${namespace.name}\` is never injected`, pod.place)
      : on('it is not'),
};

const ownChoice: CaptureStep = {
  id: 'own-choice',
  asks: 'does the pod itself say yes or no?',
  source: INJECTOR,
  test: ({ pod }) => {
    const choice = injectValue(pod);
    const where = pod.labels.has(INJECT) ? 'label' : 'annotation';
    if (choice?.value === 'true') return pass(`${where} ${INJECT} is \`true\``, choice);
    if (choice?.value === 'false') return skipStep(`${where} ${INJECT} is \`false\``, choice);
    if (choice === undefined || choice.value === '') return on('it does not say');
    return on(`${where} ${INJECT} is \`${choice.value}\`, which is neither \`true\` nor \`false\`: ignored`, choice);
  },
};

/** never comes before always. */
const selectorStep = (name: 'neverInjectSelector' | 'alwaysInjectSelector', hit: typeof skipStep): CaptureStep => ({
  id: name === 'neverInjectSelector' ? 'never-inject' : 'always-inject',
  asks: `do the pod's labels match ${name}?`,
  source: INJECTOR,
  test: ({ pod, mesh }) => {
    for (const { source, root } of mesh.values)
      for (const selector of itemsOf(at(root, 'sidecarInjectorWebhook', name))) {
        const place: Located<unknown> = { value: undefined, source, span: selector.span };
        if (selects(selector, pod.labels)) return hit(`the labels match ${name}`, place);
      }
    return on('no');
  },
});

const policy: CaptureStep = {
  id: 'policy',
  asks: 'does the mesh inject by default?',
  source: INJECTOR,
  test: ({ mesh }) => {
    const auto = valueAt(mesh, 'global.proxy.autoInject');
    if (auto === undefined || auto.value === 'enabled') return pass('pods are injected unless they say no', auto);
    return skipStep(`global.proxy.autoInject is \`${auto.value}\``, auto);
  },
};

const template: CaptureStep = {
  id: 'template',
  asks: 'is a template chosen that adds no sidecar?',
  source: 'pkg/kube/inject/inject.go selectTemplates',
  test: ({ pod }) => {
    const chosen = pod.annotations.get(TEMPLATES);
    if (chosen === undefined) return on('the default template, `sidecar`');
    if (addsNoSidecar(pod)) return skipStep(`template \`${chosen.value}\` does not capture traffic`, chosen);
    return on(`the pod requests template \`${chosen.value}\``, chosen);
  },
};

const NO_SIDECAR = ['gateway', 'grpc-agent', 'grpc-simple', 'waypoint', 'kube-gateway'];

/** It requests templates of gateways, or of proxyless gRPC, alone: its proxy is not meant to capture. */
function addsNoSidecar({ annotations }: Pod): boolean {
  const chosen = annotations.get(TEMPLATES)?.value.split(',') ?? [];
  return chosen.length > 0 && chosen.every((name) => NO_SIDECAR.includes(name.trim()));
}

/** A gateway, or a proxy beside no application: it has the proxy, and nothing is to be captured for it. */
export function wantsNoRules(pod: Pod): boolean {
  const [command, type] = containerOf(pod, 'istio-proxy')?.args ?? [];
  return (
    addsNoSidecar(pod) || (command?.value === 'proxy' && type !== undefined && type.value !== 'sidecar' && !type.value.startsWith('-'))
  );
}

export const injection: Stage = {
  name: 'injection',
  steps: [
    alreadyInjected,
    webhook,
    hostNetwork,
    ignoredNamespace,
    template,
    ownChoice,
    selectorStep('neverInjectSelector', skipStep),
    selectorStep('alwaysInjectSelector', pass),
    policy,
  ],
};
