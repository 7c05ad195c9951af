/** Does the node agent enrol the pod in ambient? source: istio/istio cni/pkg/util/enablement_selector.go, nodeagent/informers.go */

import { at } from '../../kubernetes/yaml/node.ts';
import { STATUS } from '../configuration/annotations.ts';
import { nodeAt } from '../configuration/mesh.ts';
import { selectsOrEmpty } from '../configuration/selectors.ts';
import { placeOfLabel } from '../facts/facts.ts';
import { type CaptureStep, decide, on, pass, type Stage, skipStep } from '../facts/step.ts';
import { annotations } from './annotations.ts';
import { injection } from './injection.ts';
import { isExcluded } from './plugin.ts';

const AGENT = 'cni/pkg/util/enablement_selector.go';
const LABEL = 'istio.io/dataplane-mode';

/** First minor version whose agent, and not the plugin alone, leaves excluded namespaces out. */
const AGENT_EXCLUDES = 30;
/** These enrol pods of the host network, whose rules are then the node's. */
const ENROLS_HOST_NETWORK = { from: 27, to: 30 };

const hostNetwork: CaptureStep = {
  id: 'host-network',
  asks: "does the pod use the node's network?",
  source: 'cni/pkg/util/podutil.go PodRedirectionEnabled; note 61168',
  test: ({ pod, version }) => {
    if (pod.hostNetwork?.value !== true) return on('it has a network namespace of its own');
    if (version.minor >= ENROLS_HOST_NETWORK.from && version.minor <= ENROLS_HOST_NETWORK.to) {
      return on('with hostNetwork the rules become those of the node, and Istio 1.27 to 1.30 does not ask', pod.hostNetwork);
    }
    return skipStep('with hostNetwork the rules would be those of the node', pod.hostNetwork);
  },
};

const ztunnel: CaptureStep = {
  id: 'ztunnel',
  asks: 'is it ztunnel itself?',
  source: 'cni/pkg/nodeagent/podcgroupns.go',
  test: ({ pod }) =>
    pod.labels.get('app')?.value === 'ztunnel' ? skipStep('ztunnel does not capture itself', pod.labels.get('app')) : on('no'),
};

const excludedNamespace: CaptureStep = {
  id: 'excluded-namespace',
  asks: 'is its namespace excluded?',
  source: 'cni/pkg/plugin/plugin.go; agent since 1.30',
  test: (facts) => {
    if (!isExcluded(facts)) return on('no');
    if (facts.version.minor >= AGENT_EXCLUDES) return skipStep(`namespace \`${facts.pod.namespace}\` is excluded`, facts.pod.place);
    return on('the plugin leaves its namespace out; the agent of this version enrols the pod all the same', facts.pod.place);
  },
};

const sidecar: CaptureStep = {
  id: 'has-sidecar',
  asks: 'has it a sidecar, or will it get one?',
  source: AGENT,
  test: (facts) => {
    const status = facts.pod.annotations.get(STATUS);
    if (status !== undefined) return skipStep('the pod has a sidecar', status);
    const { verdict, taken } = decide([injection, annotations], facts);
    const called = taken.find(({ step }) => step.id === 'webhook-called')?.answer;
    return verdict === 'captured' ? skipStep(`injection gives it a sidecar: ${called?.because}`, called?.at) : on('no');
  },
};

const selectors: CaptureStep = {
  id: 'enablement-selectors',
  asks: 'does the mesh say itself which pods are enrolled?',
  source: AGENT,
  test: ({ pod, namespace, mesh }) => {
    const given = nodeAt(mesh, 'cni.ambient.enablementSelectors', 'ambient.enablementSelectors');
    if (given?.value.kind !== 'list') return on('no: the labels decide');
    for (const item of given.value.items)
      if (selectsOrEmpty(at(item, 'podSelector'), pod.labels) && selectsOrEmpty(at(item, 'namespaceSelector'), namespace.labels))
        return pass('enablementSelectors choose it', { ...given, span: item.span });
    return skipStep('none of the enablementSelectors chooses it', given);
  },
};

const podLabel: CaptureStep = {
  id: 'pod-label',
  asks: `is the pod labelled ${LABEL}?`,
  source: AGENT,
  test: ({ pod }) => {
    const label = pod.labels.get(LABEL);
    if (label?.value === 'ambient') return pass(`the pod is labelled ${LABEL}=ambient`, label);
    if (label?.value === 'none') return skipStep(`the pod is labelled ${LABEL}=none`, label);
    return on(label === undefined ? 'no' : `the pod is labelled ${LABEL}=${label.value}, which says nothing`, label);
  },
};

const namespaceLabel: CaptureStep = {
  id: 'namespace-label',
  asks: `is the namespace labelled ${LABEL}=ambient?`,
  source: AGENT,
  test: (facts) => {
    const { namespace, pod } = facts;
    const label = namespace.labels.get(LABEL);
    if (label?.value === 'ambient') return pass(`the namespace is labelled ${LABEL}=ambient`, placeOfLabel(facts, LABEL));
    return skipStep(
      label === undefined ? 'neither the namespace nor the pod is labelled' : `the namespace is labelled ${LABEL}=${label.value}`,
      label ?? pod.place,
    );
  },
};

export const ambientAgent: Stage = {
  name: 'ambient agent',
  steps: [ztunnel, excludedNamespace, hostNetwork, sidecar, selectors, podLabel, namespaceLabel],
};
