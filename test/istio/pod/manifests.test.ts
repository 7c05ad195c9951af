/** Kubernetes manifests to pods, with the place of everything, and what is wrong with them. */
import { describe, expect, it } from 'vitest';
import { positionOf } from '../../../src/report/text/positions.ts';
import { readPods, saying } from './read.ts';

const TEMPLATE = `metadata:
        labels: {app: a}
        annotations: {note: "x"}
      spec:
        containers: [{name: a}]`;

const pod = (spec: string, metadata = '') => `apiVersion: v1
kind: Pod
metadata:
  name: a
${metadata}
spec:
  containers: [{name: a}]
${spec}`;

describe('manifests', () => {
  it.each(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'ReplicationController'])(
    'a %s has its pod in spec.template',
    async (kind) => {
      const { pods, diagnostics } = await readPods(
        `apiVersion: x\nkind: ${kind}\nmetadata: {name: w, namespace: s}\nspec:\n    template:\n      ${TEMPLATE}`,
      );
      expect(diagnostics).toEqual([]);
      expect(pods).toMatchObject([{ kind, name: 'w', namespace: 's', containers: [{ name: { value: 'a' }, role: 'app' }] }]);
      expect(pods[0]?.annotations.get('note')?.value).toBe('x');
    },
  );

  it('a CronJob has it two templates down', async () => {
    const text = `kind: CronJob\nmetadata: {name: w}\nspec:\n  jobTemplate:\n   spec:\n    template:\n      ${TEMPLATE}`;
    expect((await readPods(text)).pods).toMatchObject([{ kind: 'CronJob', name: 'w', namespace: 'default' }]);
  });

  it('lists are opened, in JSON as in YAML; items of a PodList are pods', async () => {
    const one = { kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'a' }] } };
    const list = JSON.stringify({ kind: 'List', items: [one, { kind: 'List', items: [one] }, { kind: 'Service' }] }, null, 2);
    expect((await readPods(list)).pods).toHaveLength(2);
    const { pods } = await readPods(JSON.stringify({ kind: 'PodList', items: [{ metadata: { name: 'b' }, spec: { containers: [] } }] }));
    expect(pods).toMatchObject([{ kind: 'Pod', name: 'b' }]);
  });

  it('several documents, empty ones among them', async () => {
    const { pods, namespaces, attachments } = await readPods(
      `---\n${pod('')}\n---\n# nothing\n---\nkind: Namespace\nmetadata: {name: s, labels: {a: b}}\n---\nkind: NetworkAttachmentDefinition\nmetadata: {name: w}\n`,
    );
    expect([pods.length, namespaces.length, attachments.length]).toEqual([1, 1, 1]);
  });

  it('places are those of the values', async () => {
    const text = pod('  hostNetwork: true', '  annotations:\n    sidecar.istio.io/inject: "false"');
    const { pods } = await readPods(text);
    const inject = pods[0]?.annotations.get('sidecar.istio.io/inject');
    expect(inject?.value).toBe('false');
    expect(inject && positionOf(inject)).toEqual({ line: 6, column: 30 });
    expect(pods[0]?.hostNetwork && positionOf(pods[0].hostNetwork).line).toBe(9);
  });

  it('an init container with restartPolicy Always is a sidecar; init containers start first', async () => {
    const { pods } = await readPods(pod('  initContainers: [{name: i}, {name: s, restartPolicy: Always}]'));
    expect(pods[0]?.containers.map(({ name, role }) => [name.value, role])).toEqual([
      ['i', 'init'],
      ['s', 'sidecar'],
      ['a', 'app'],
    ]);
  });

  it('ids, environment, arguments and probes of a container', async () => {
    const { pods, diagnostics } = await readPods(`kind: Pod
metadata: {name: a}
spec:
  securityContext: {runAsUser: 5, runAsGroup: 6}
  containers:
    - name: a
      args: [-x, "", null]
      env: [{name: A, value: "1"}, {name: B, valueFrom: {fieldRef: {}}}, {name: C}]
      securityContext: {runAsUser: 7, capabilities: {add: [NET_ADMIN]}}
      livenessProbe: {httpGet: {port: 80}}
      readinessProbe: {exec: {command: [x]}}
`);
    expect(diagnostics).toEqual([]);
    const [container] = pods[0]?.containers ?? [];
    expect(pods[0]).toMatchObject({ runAsUser: { value: 5 }, runAsGroup: { value: 6 } });
    expect(container).toMatchObject({ runAsUser: { value: 7 }, capabilities: ['NET_ADMIN'] });
    expect(container?.args.map(({ value }) => value)).toEqual(['-x', '', '']);
    expect([...(container?.env ?? [])].map(([name, { value }]) => [name, value])).toEqual([
      ['A', '1'],
      ['B', undefined],
      ['C', ''],
    ]);
    expect(container?.probes).toMatchObject([{ kind: 'livenessProbe', how: 'httpGet', port: { value: 80 } }, { how: 'exec' }]);
  });

  it('anchors and merge keys are followed', async () => {
    const { pods } = await readPods(`kind: Pod
metadata:
  name: a
  labels: &l {app: a, tier: web}
  annotations: {<<: *l, tier: data}
spec: {containers: []}
`);
    expect([...(pods[0]?.annotations ?? [])].map(([key, { value }]) => [key, value])).toEqual([
      ['tier', 'data'],
      ['app', 'a'],
    ]);
  });

  it('other kinds are passed over, and other templates in other annotations', async () => {
    const text = `kind: Service\nmetadata: {name: s}\n---\n${pod('', '  annotations: {vault.hashicorp.com/template: "{{ with secret }}"}')}`;
    const { pods, diagnostics } = await readPods(text);
    expect(pods).toHaveLength(1);
    expect(diagnostics).toEqual([]);
  });
});

describe('what is wrong is said with its place, all of it at once', () => {
  it.each([
    ['broken YAML', 'kind: Pod\nmetadata: {name: a\nspec: [\n', ['deploy.yaml:3:1: ', 'deploy.yaml:4:1: ']],
    ['a key twice', 'kind: Pod\nkind: Pod\n', ['deploy.yaml:2:1: map keys must be unique']],
    ['no kind', 'metadata: {name: a}\n', ['deploy.yaml:1:1: not a Kubernetes object: it has no `kind`']],
    ['a scalar', 'hello\n', ['deploy.yaml:1:1: not a Kubernetes object']],
    ['no pod spec', 'kind: Pod\nmetadata: {name: a}\n', ['deploy.yaml:2:18: Pod `a` has no pod `spec`']],
    ['no template', 'kind: Deployment\nmetadata: {name: a}\nspec: {}\n', ['deploy.yaml:1:7: Deployment has no `spec.template`']],
    [
      'an annotation that is no string',
      pod('', '  annotations: {sidecar.istio.io/inject: yes}'),
      ['deploy.yaml:5:42: `sidecar.istio.io/inject` has to be a string, not `true`, a boolean'],
    ],
    ['a label that is a number', pod('', '  labels: {version: 2}'), ['deploy.yaml:5:21: `version` has to be a string']],
    [
      'a user that is text',
      pod('  securityContext: {runAsUser: root}'),
      ['deploy.yaml:8:32: `securityContext.runAsUser` has to be a number'],
    ],
    [
      'a user that no process can have',
      pod('  securityContext: {runAsUser: -1, runAsGroup: 0.5}'),
      [
        'deploy.yaml:8:32: `securityContext.runAsUser` has to be a whole number from 0 to 2147483647, not `-1`',
        'deploy.yaml:8:48: `securityContext.runAsGroup` has to be a whole number',
      ],
    ],
    [
      'containers that are a text',
      'kind: Pod\nmetadata: {name: a}\nspec: {containers: web}\n',
      ['deploy.yaml:3:20: `containers` has to be a list'],
    ],
    [
      'lists and maps of another type',
      'kind: Pod\nmetadata: {name: a}\nspec: {initContainers: x, containers: [{name: a, env: {A: b}, ports: 80, securityContext: 5}]}\n',
      [
        'deploy.yaml:3:24: `initContainers` has to be a list',
        'deploy.yaml:3:91: `securityContext` has to be a map',
        'deploy.yaml:3:55: `env` has to be a list, not a map',
        'deploy.yaml:3:70: `ports` has to be a list',
      ],
    ],
    [
      'metadata that is a text',
      'kind: Deployment\nmetadata: {name: a}\nspec: {template: {metadata: web, spec: {containers: [{name: a}]}}}\n',
      ['deploy.yaml:3:29: `metadata` has to be a map'],
    ],
    [
      'a container without a name',
      'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: x}]}\n',
      ['deploy.yaml:3:21: a container has no `name`'],
    ],
    [
      'a template as a value',
      pod('').replace('name: a\n', 'name: {{ .Release.Name }}\n'),
      ['deploy.yaml:4:9: `{{ .Release.Name }}` is a template that was not rendered'],
    ],
    [
      'templates between the lines',
      `{{- if .Values.on }}\n${pod('').replace('name: a\n', 'name: {{ .Values.name }}\n')}\n{{- end }}\n`,
      ['deploy.yaml:1:1: `{{- if .Values.on }}`', 'deploy.yaml:5:9: `{{ .Values.name }}`', 'deploy.yaml:10:1: `{{- end }}`'],
    ],
    [
      'a template in quotes',
      pod('', '  annotations: {sidecar.istio.io/inject: "{{ .Values.inject }}"}'),
      ['deploy.yaml:5:42: `sidecar.istio.io/inject` is a template'],
    ],
  ])('%s', async (_, text, expected) => {
    const said = saying((await readPods(text)).diagnostics);
    expect(said).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) expect(said[index]).toContain(start);
  });
});
