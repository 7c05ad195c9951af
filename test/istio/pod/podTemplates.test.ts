/** Pods of any kind with a pod template, and objects that cannot be read beside objects that can. */
import { describe, expect, it } from 'vitest';
import { readPods } from './read.ts';

const POD = 'metadata: {labels: {app: a}}, spec: {containers: [{name: c}]}';
const object = (apiVersion: string, kind: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: o}\nspec: ${spec}\n`;

describe('a pod template is found', () => {
  it.each([
    ['argoproj.io/v1alpha1', 'Rollout', `{template: {${POD}}}`, ['o']],
    ['serving.knative.dev/v1', 'Service', `{template: {${POD}}}`, ['o']],
    ['serving.knative.dev/v1', 'Revision', '{containers: [{name: c}]}', ['o']],
    ['apps.kruise.io/v1alpha1', 'CloneSet', `{template: {${POD}}}`, ['o']],
    ['apps.kruise.io/v1alpha1', 'AdvancedCronJob', `{template: {jobTemplate: {spec: {template: {${POD}}}}}}`, ['o']],
    ['apps.openshift.io/v1', 'DeploymentConfig', `{template: {${POD}}}`, ['o']],
    ['agones.dev/v1', 'Fleet', `{template: {spec: {template: {${POD}}}}}`, ['o']],
    [
      'batch.volcano.sh/v1alpha1',
      'Job',
      `{tasks: [{name: ps, template: {${POD}}}, {name: worker, template: {${POD}}}]}`,
      ['o-ps', 'o-worker'],
    ],
    [
      'kubeflow.org/v1',
      'PyTorchJob',
      `{pytorchReplicaSpecs: {Master: {template: {${POD}}}, Worker: {template: {${POD}}}}}`,
      ['o-Master', 'o-Worker'],
    ],
    [
      'ray.io/v1',
      'RayCluster',
      `{headGroupSpec: {template: {${POD}}}, workerGroupSpecs: [{groupName: gpu, template: {${POD}}}]}`,
      ['o-headGroupSpec', 'o-gpu'],
    ],
    ['jobset.x-k8s.io/v1alpha2', 'JobSet', `{replicatedJobs: [{name: w, template: {spec: {template: {${POD}}}}}]}`, ['o']],
    ['leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', `{leaderWorkerTemplate: {workerTemplate: {${POD}}}}`, ['o']],
    [
      'leaderworkerset.x-k8s.io/v1',
      'LeaderWorkerSet',
      `{leaderWorkerTemplate: {leaderTemplate: {${POD}}, workerTemplate: {${POD}}}}`,
      ['o-leaderTemplate', 'o-workerTemplate'],
    ],
    ['sources.knative.dev/v1', 'ContainerSource', '{template: {spec: {containers: [{image: x}]}}}', ['o']],
    [
      'elasticsearch.k8s.elastic.co/v1',
      'Elasticsearch',
      '{nodeSets: [{name: a, podTemplate: {metadata: {labels: {}}, spec: {}}}, {name: b, podTemplate: {metadata: {labels: {}}}}]}',
      ['o-a', 'o-b'],
    ],
    ['kafka.strimzi.io/v1beta2', 'Kafka', '{kafka: {template: {pod: {metadata: {labels: {a: b}}, securityContext: {}}}}}', ['o']],
    ['monitoring.coreos.com/v1', 'Prometheus', '{podMetadata: {labels: {a: b}}, containers: [{name: prometheus}]}', ['o']],
    ['tekton.dev/v1', 'Task', '{steps: [{image: x}], sidecars: [{name: d}]}', ['o']],
    ['tekton.dev/v1', 'TaskRun', '{taskRef: {name: t}}', ['o']],
    [
      'tekton.dev/v1',
      'PipelineRun',
      '{pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{image: x}]}}, {name: b, taskRef: {name: t}}], finally: [{name: c, taskSpec: {steps: []}}]}}',
      ['o-a', 'o-c'],
    ],
    [
      'argoproj.io/v1alpha1',
      'Workflow',
      '{templates: [{name: a, container: {image: x}}, {name: b, script: {image: x}}, {name: c, dag: {tasks: []}}]}',
      ['o-a', 'o-b'],
    ],
    ['argoproj.io/v1alpha1', 'CronWorkflow', '{workflowSpec: {templates: [{name: a, container: {image: x}}]}}', ['o-a']],
    ['kubevirt.io/v1', 'VirtualMachine', '{template: {metadata: {labels: {a: b}}, spec: {domain: {devices: {}}}}}', ['o']],
    ['kubevirt.io/v1', 'VirtualMachineInstance', '{domain: {devices: {}}}', ['o']],
  ])('%s %s', async (group, kind, spec, expected) => {
    const { pods, diagnostics } = await readPods(object(group, kind, spec));
    expect(diagnostics).toEqual([]);
    expect(pods.map(({ name }) => name)).toEqual(expected);
    expect(pods.every(({ kind: one }) => one === kind)).toBe(true);
  });

  it.each([
    ['v1', 'Service', '{ports: [{port: 80}]}'],
    ['kyverno.io/v1', 'ClusterPolicy', `{rules: [{validate: {pattern: {spec: {template: {${POD}}}}}}]}`],
    ['argoproj.io/v1alpha1', 'ApplicationSet', '{template: {spec: {project: x}}}'],
    ['bitnami.com/v1alpha1', 'SealedSecret', '{template: {metadata: {labels: {a: b}}, type: Opaque}}'],
    ['karpenter.sh/v1', 'NodePool', '{template: {metadata: {labels: {a: b}}, spec: {taints: []}}}'],
    ['apiextensions.crossplane.io/v1', 'Thing', `{manifest: {apiVersion: apps/v1, kind: Deployment, spec: {template: {${POD}}}}}`],
  ])('but not where none runs: %s %s', async (group, kind, spec) => {
    expect(await readPods(object(group, kind, spec))).toMatchObject({ pods: [], diagnostics: [] });
  });

  it('with what a workflow gives to all of its pods', async () => {
    const spec =
      '{podMetadata: {annotations: {sidecar.istio.io/inject: "true"}}, templates: [{name: a, container: {image: x}, metadata: {labels: {x: z}}}]}';
    const [pod] = (await readPods(object('argoproj.io/v1alpha1', 'Workflow', spec))).pods;
    expect([pod?.annotations.get('sidecar.istio.io/inject')?.value, pod?.labels.get('x')?.value]).toEqual(['true', 'z']);
    expect(pod?.containers.map(({ name }) => name.value)).toEqual(['main']);
  });

  it('in the objects of an OpenShift template', async () => {
    const text = `apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- {apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {template: {${POD}}}}\n`;
    expect((await readPods(text)).pods.map(({ name }) => name)).toEqual(['d']);
  });
});

describe('an object that cannot be read', () => {
  const GOOD = `---\n${object('apps/v1', 'Deployment', `{template: {${POD}}}`).replace('name: o', 'name: good')}`;
  const NAMESPACE = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {a: 1}}\n';

  it.each([
    ['a field of another type', object('apps/v1', 'Deployment', '{template: {metadata: {annotations: {a: 1}}, spec: {containers: []}}}')],
    ['no template', object('apps/v1', 'StatefulSet', '{}')],
    ['no spec', object('v1', 'Pod', '[]')],
  ])('leaves the others: %s', async (_, text) => {
    const { pods, unread, diagnostics } = await readPods(text + GOOD);
    expect(pods.map(({ name }) => name)).toEqual(['good']);
    expect(unread.map(({ name }) => name)).toEqual(['o']);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.every(({ ofOneObject }) => ofOneObject === true)).toBe(true);
  });

  it('takes the pods of its namespace with it', async () => {
    const { pods, unread, diagnostics } = await readPods(NAMESPACE + GOOD + GOOD.replace('name: good', 'name: far, namespace: other'));
    expect(pods.map(({ name }) => name)).toEqual(['far']);
    expect(unread.map(({ name }) => name)).toEqual(['good']);
    expect(diagnostics.map(({ message }) => message).join()).toContain('nothing is said of `good`: its namespace `default` cannot be read');
  });
});

it('a container without a name has one where its controller gives it', async () => {
  const spec = '{template: {spec: {initContainers: [{image: z}], containers: [{image: x}, {name: user-container-0}, {image: y}]}}}';
  const { pods, diagnostics } = await readPods(object('serving.knative.dev/v1', 'Service', spec));
  expect(diagnostics).toEqual([]);
  const names = ['init-container-0', 'user-container-1', 'user-container-0', 'user-container-2'];
  expect(pods[0]?.containers.map(({ name }) => name.value)).toEqual(names);
});

it('a task of Tekton hands its labels and annotations on, with the host network of what runs it', async () => {
  const text = `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: run, annotations: {sidecar.istio.io/inject: "false"}}
spec:
  taskRunTemplate: {podTemplate: {hostNetwork: true}}
  pipelineSpec: {tasks: [{name: a, taskSpec: {metadata: {labels: {app: b}}, steps: [{name: s, image: x}]}}]}
`;
  const { pods, warnings } = await readPods(text).then(({ pods: all }) => ({ pods: all, warnings: all.flatMap(({ keys }) => keys) }));
  expect(pods[0]).toMatchObject({ hostNetwork: { value: true }, containers: [{ name: { value: 'step-s' } }] });
  expect(pods[0]?.annotations.get('sidecar.istio.io/inject')?.value).toBe('false');
  expect(warnings.filter(({ besideTemplate }) => besideTemplate === true)).toEqual([]);
});

it.each([
  ['work.open-cluster-management.io/v1', 'ManifestWork', (inner: string) => `{workload: {manifests: [${inner}]}}`],
  ['kubernetes.crossplane.io/v1alpha2', 'Object', (inner: string) => `{forProvider: {manifest: ${inner}}}`],
])('the objects that a %s %s carries are read as themselves', async (group, kind, spec) => {
  const inner = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: shop}, spec: {template: {${POD}}}}`;
  const { pods, diagnostics } = await readPods(object(group, kind, spec(inner)));
  expect(diagnostics).toEqual([]);
  expect(pods).toMatchObject([{ kind: 'Deployment', name: 'd', namespace: 'shop' }]);
});

describe('an OpenShift Template', () => {
  const PORTS = `\${PORTS}`;
  const template = (annotation: string) => `apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: t}
parameters: [{name: NAME, value: api}, {name: USER_ID, value: "1337"}, {name: PORTS, required: true}]
objects:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: "\${NAME}-x"}
  spec:
    template:
      metadata: {annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: "${annotation}"}}
      spec:
        securityContext:
          runAsUser: \${{USER_ID}}
        containers: [{name: a}]
`;

  it('has the values of its parameters', async () => {
    const { pods, diagnostics } = await readPods(template('80'));
    expect(diagnostics).toEqual([]);
    expect(pods).toMatchObject([{ name: 'api-x', runAsUser: { value: 1337 } }]);
  });

  it('and what is not filled in is an error', async () => {
    const { pods, diagnostics } = await readPods(template(PORTS));
    expect(pods).toEqual([]);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      `\`traffic.sidecar.istio.io/excludeOutboundPorts\`: \`${PORTS}\` was not filled in`,
    ]);
  });
});

describe('what changes or makes pods that are not in the file is named', () => {
  it.each([
    [
      'argoproj.io/v1alpha1',
      'Workflow',
      '{podSpecPatch: "{}", templates: [{name: a, container: {image: x}}]}',
      '`podSpecPatch` is not read',
    ],
    [
      'postgresql.cnpg.io/v1',
      'Cluster',
      '{inheritedMetadata: {annotations: {sidecar.istio.io/inject: "true"}}}',
      'Cluster `o` speaks of pods',
    ],
    [
      'sparkoperator.k8s.io/v1',
      'SparkApplication',
      '{driver: {annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: "1"}}}',
      'speaks of pods',
    ],
  ])('%s %s', async (group, kind, spec, expected) => {
    const { diagnostics } = await readPods(object(group, kind, spec));
    expect(diagnostics).toMatchObject([{ kind: 'warning', message: expect.stringContaining(expected) }]);
  });

  it.each([
    ['v1', 'Service', '{ports: []}'],
    ['postgresql.cnpg.io/v1', 'Cluster', '{inheritedMetadata: {annotations: {sidecar.istio.io/inject: "false"}}}'],
    ['networking.istio.io/v1', 'VirtualService', '{hosts: []}'],
    ['bitnami.com/v1alpha1', 'SealedSecret', '{template: {metadata: {labels: {sidecar.istio.io/inject: "false"}}}}'],
    [
      'kyverno.io/v1',
      'ClusterPolicy',
      '{rules: [{mutate: {patchStrategicMerge: {metadata: {annotations: {sidecar.istio.io/inject: "false"}}}}}]}',
    ],
    ['kustomize.config.k8s.io/v1beta1', 'Kustomization', '{}\ncommonAnnotations: {sidecar.istio.io/inject: "false"}'],
    ['apps/v1', 'Deployment', `{template: {${POD}}}\nx-shared: {sidecar.istio.io/inject: "false"}`],
  ])('but not of %s %s', async (group, kind, spec) => {
    const { pods, diagnostics } = await readPods(object(group, kind, spec));
    expect(diagnostics).toEqual([]);
    expect(pods.flatMap(({ keys }) => keys)).toEqual([]);
  });
});

it('a part of an object says to build the whole; a kustomization without a kind is passed over', async () => {
  const patch = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: o}\nspec: {replicas: 3}\n';
  const { diagnostics } = await readPods(`${patch}---\n- {op: add, path: /spec/replicas, value: 3}\n---\nresources: [a.yaml]\n`);
  expect(diagnostics.map(({ help }) => help?.includes('kustomize build DIR'))).toEqual([true, true]);
});
