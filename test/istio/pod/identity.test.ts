/** Who the proxy runs as, and whom the rules of each mode spare. */
import { describe, expect, it } from 'vitest';
import { configuredIdentity } from '../../../src/injection/facts/identity.ts';
import { enrolAll } from './read.ts';

interface Case {
  readonly own?: string;
  readonly annotations?: string;
  readonly namespace?: string;
  readonly values?: string;
}

const TPROXY = 'sidecar.istio.io/interceptionMode: TPROXY';
const OPENSHIFT = 'openshift.io/sa.scc.uid-range: 1000650000/10000, openshift.io/sa.scc.supplemental-groups: 1000/10';
const STATUS = 'sidecar.istio.io/status: "{}"';

/** the process's user and group, and the user that injection passes on */
const ROWS: readonly (readonly [title: string, one: Case, uid: number, gid: number, declared: number])[] = [
  ['nothing said', {}, 1337, 1337, 1337],
  ['TPROXY: root, known by its group', { annotations: TPROXY }, 0, 1337, 1337],
  ['low ports: root, known by its group', { annotations: 'sidecar.istio.io/capNetBindService: "true"' }, 0, 1337, 1337],
  ['low ports in the mesh', { values: 'global: {proxy: {capNetBindService: true}}' }, 0, 1337, 1337],
  ['a user of its own', { own: 'runAsUser: 2000' }, 2000, 1337, 2000],
  ['a group of its own is not passed on', { own: 'runAsUser: 2000, runAsGroup: 3000' }, 2000, 3000, 2000],
  ['root of its own is not passed on', { own: 'runAsUser: 0' }, 0, 1337, 1337],
  [
    'a user of its own goes over low ports',
    { own: 'runAsUser: 2000', annotations: 'sidecar.istio.io/capNetBindService: "true"' },
    2000,
    1337,
    2000,
  ],
  ['but not over TPROXY, though it is passed on', { own: 'runAsUser: 2000', annotations: TPROXY }, 0, 1337, 2000],
  ['OpenShift', { namespace: OPENSHIFT }, 1000659999, 1009, 1000659999],
  ['OpenShift and TPROXY', { namespace: OPENSHIFT, annotations: TPROXY }, 0, 1337, 1337],
  ['OpenShift and a user of its own', { namespace: OPENSHIFT, own: 'runAsUser: 2000' }, 2000, 1009, 2000],
  ['injected: what the container says', { annotations: STATUS, own: 'runAsUser: 5, runAsGroup: 6' }, 5, 6, 5],
  ['injected: ranges count no more', { annotations: STATUS, own: 'runAsUser: 5', namespace: OPENSHIFT }, 5, 1337, 5],
];

describe('the proxy', () => {
  it.each(ROWS)('%s', async (_, { own, annotations = '', namespace = '', values = '' }, uid, gid, declared) => {
    const pods = `kind: Namespace
metadata: {name: s, labels: {istio-injection: enabled}, annotations: {${namespace}}}
---
kind: Pod
metadata: {name: a, namespace: s, annotations: {${annotations}}}
spec: {containers: [{name: a}${own === undefined ? '' : `, {name: istio-proxy, securityContext: {${own}}}`}]}
`;
    const [one] = await enrolAll({ pods, approach: 'init', values });
    const identity = one && configuredIdentity(one.facts);
    expect([identity?.uid.value, identity?.gid.value, identity?.declared.value]).toEqual([uid, gid, declared]);
  });
});
