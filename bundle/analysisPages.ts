/** Pages of `explain` for the messages of `istioctl analyze` that concern whether and how traffic is captured. Codes and names:
 *  https://istio.io/latest/docs/reference/config/analysis/ */
import type { Page } from '../src/report/pages/page.ts';

interface Analysis {
  readonly code: string;
  readonly name: string;
  /** about what, lower case */
  readonly says: string;
  /** what chainwalk makes of it */
  readonly here: string;
  readonly run: string;
  readonly look: string;
  readonly also: readonly string[];
}

const ENROL = 'chainwalk enrol deploy.yaml';
const VERIFY = 'chainwalk verify deploy.yaml';

const ANALYSES: readonly Analysis[] = [
  {
    code: 'IST0102',
    name: 'NamespaceNotInjected',
    says: 'the namespace has no label for injection',
    here: 'Pods there get no sidecar, unless their own label requests one.',
    run: ENROL,
    look: 'skipped, and the step that decides',
    also: ['namespace-label', 'pod-label', 'pod-captured', 'not-captured'],
  },
  {
    code: 'IST0103',
    name: 'PodMissingProxy',
    says: 'a running pod has no proxy although its namespace is injected',
    here: 'It started before the label or the webhook was there, or a step of injection skipped it.',
    run: ENROL,
    look: 'captured: a restart is enough; skipped: the step says why not',
    also: ['pod-captured', 'webhook-called', 'not-captured'],
  },
  {
    code: 'IST0105',
    name: 'IstioProxyImageMismatch',
    says: 'a pod runs another proxy image than injection would give it now (until it became IST0158)',
    here: 'Its rules are those of the version that injected it.',
    run: `${VERIFY} --istio 1.22`,
    look: 'the claims with the rules of that version',
    also: ['already-injected', 'diff'],
  },
  {
    code: 'IST0107',
    name: 'MisplacedAnnotation',
    says: 'an annotation stands on a kind of object that does not read it',
    here: 'Found with its place, and the place where it works.',
    run: `${VERIFY} --only known-key`,
    look: 'each annotation that is not read where it stands',
    also: ['known-key', 'setting-has-effect'],
  },
  {
    code: 'IST0108',
    name: 'UnknownAnnotation',
    says: 'an annotation of Istio that Istio does not know',
    here: 'Found with its place and the name that was probably meant.',
    run: `${VERIFY} --only known-key`,
    look: 'the misspelt name',
    also: ['known-key', 'setting-has-effect'],
  },
  {
    code: 'IST0123',
    name: 'NamespaceMultipleInjectionLabels',
    says: 'a namespace has labels of two kinds for injection',
    here: 'Which one counts is decided as the selectors of the webhook do.',
    run: `${ENROL} -v`,
    look: 'the label that decided',
    also: ['namespace-label', 'policy', 'webhook-called'],
  },
  {
    code: 'IST0125',
    name: 'InvalidAnnotation',
    says: 'an annotation has a value that Istio does not take',
    here: 'Injection refuses the pod, or istio-init fails: the pod is blocked.',
    run: ENROL,
    look: 'blocked, with the line of the annotation',
    also: ['annotations-valid', 'settings-valid', 'setting-has-effect'],
  },
  {
    code: 'IST0134',
    name: 'ServiceEntryAddressesRequired',
    says: 'a ServiceEntry for TCP has no address',
    here: 'Addresses that Istio hands out instead have to be captured, and names to be resolved by the mesh.',
    run: `${VERIFY} --only auto-allocated-captured,dns-captured`,
    look: 'whether 240.240.0.0/16 is captured',
    also: ['auto-allocated-captured', 'dns-captured'],
  },
  {
    code: 'IST0135',
    name: 'DeprecatedAnnotation',
    says: 'an annotation is deprecated',
    here: 'Checked for the version that --istio names.',
    run: `${VERIFY} --only known-key,setting-has-effect`,
    look: 'whether that version still reads it',
    also: ['known-key', 'setting-has-effect'],
  },
  {
    code: 'IST0136',
    name: 'AlphaAnnotation',
    says: 'an annotation is of an alpha feature',
    here: 'Whether it changes any rule is proved.',
    run: `${VERIFY} --only setting-has-effect`,
    look: 'settings without effect',
    also: ['setting-has-effect'],
  },
  {
    code: 'IST0139',
    name: 'InvalidWebhook',
    says: 'the webhook of injection points to a service that is not there',
    here: 'Pods start without a sidecar, or do not start, as failurePolicy says.',
    run: ENROL,
    look: 'what would happen if the webhook were called',
    also: ['webhook-called', 'not-captured', '15017'],
  },
  {
    code: 'IST0143',
    name: 'LocalhostListener',
    says: 'an application listens on localhost and a Service has its port',
    here: 'What the inbound proxy passes on goes to the address of the pod, where nothing listens: refused.',
    run: 'chainwalk trace pod.rules "in tcp -> 10.244.0.5:8080" --host host.yaml',
    look: 'the second leg ends REFUSED where the host lists the listener with its address',
    also: ['passthrough-returned', 'refused', 'connection-refused'],
  },
  {
    code: 'IST0144',
    name: 'InvalidApplicationUID',
    says: "a container of the application runs as user 1337, the proxy's",
    here: 'Rules cannot distinguish it from the proxy: all that it sends goes past the mesh.',
    run: `${VERIFY} --only identity-collision`,
    look: 'the container, and the line of runAsUser',
    also: ['identity-collision', '1337', 'not-captured'],
  },
  {
    code: 'IST0146',
    name: 'ImageAutoWithoutInjectionWarning',
    says: 'a workload has `image: auto` and no webhook injects it',
    here: 'The image is never filled in, and no rules are written.',
    run: ENROL,
    look: 'skipped, and the step that decides',
    also: ['webhook-called', 'pod-label', 'template'],
  },
  {
    code: 'IST0147',
    name: 'ImageAutoWithoutInjectionError',
    says: 'a pod has `image: auto` and no webhook injects it',
    here: 'The image is never filled in, and no rules are written.',
    run: ENROL,
    look: 'skipped, and the step that decides',
    also: ['webhook-called', 'pod-label', 'template'],
  },
  {
    code: 'IST0148',
    name: 'NamespaceInjectionEnabledByDefault',
    says: 'a namespace without labels is injected, since enableNamespacesByDefault is set',
    here: 'Read from the values of the mesh (--values).',
    run: `${ENROL} --values values.yaml`,
    look: 'captured, and the step that decides',
    also: ['namespace-label', 'mesh-configuration'],
  },
  {
    code: 'IST0158',
    name: 'PodsIstioProxyImageMismatchInNamespace',
    says: 'pods of a namespace run another proxy image than injection would give them now',
    here: 'Their rules are those of the version that injected them; diff shows what a restart changes.',
    run: 'chainwalk diff --base-istio 1.22 --head-istio 1.25 deploy.yaml',
    look: 'packets that the newer rules treat differently',
    also: ['already-injected', 'diff'],
  },
];

export const ANALYSIS_PAGES: readonly Page[] = ANALYSES.map(({ code, name, says, here, run, look, also }) => ({
  id: code,
  group: 'analysis',
  title: `${name}: ${says}`,
  words: [name, 'istioctl analyze'],
  means: here,
  see: [{ run, look }],
  also,
}));
