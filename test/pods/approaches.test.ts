/** Between a sidecar and ambient the application's packets are compared: nobody else's, and none that the other mesh has marked. */
import { expect, it } from 'vitest';
import { type Approached, compareApproaches } from '../../src/pods/approaches.ts';
import { emptyMemory } from '../../src/pods/podMemory.ts';
import { renderPod } from '../../src/pods/renderedPod.ts';
import { enrolAll } from '../istio/pod/read.ts';

const POD = 'kind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a}]\n';

async function approached(approach: 'cni' | 'ambient'): Promise<Approached> {
  const [enrolment] = await enrolAll({ pods: POD, approach });
  if (enrolment === undefined) throw new Error('no pod');
  const { rulesets, host } = renderPod(enrolment, emptyMemory());
  return { ambient: approach === 'ambient', rulesets, host };
}

it('first packets of the application, unmarked, in both directions', async () => {
  const [sidecar, ambient] = [await approached('cni'), await approached('ambient')];
  for (const [base, head] of [
    [sidecar, ambient],
    [ambient, sidecar],
  ] as const) {
    const { diffs, firstLeg } = compareApproaches(base, head);
    expect(firstLeg).toBe(true);
    const changes = diffs.flatMap((one) => one.changes);
    const examples = changes.map(({ example }) => example);
    expect(new Set(examples.map(({ dir, proto }) => `${dir} ${proto}`))).toEqual(new Set(['out 6', 'out 17', 'in 6']));
    expect(new Set(examples.map(({ mark }) => mark))).toEqual(new Set([0]));
    expect(examples.filter(({ uid, gid }) => uid === 1337 || gid === 1337)).toEqual([]);
    expect(examples.filter(({ proto, flags }) => proto === 6 && flags !== 2)).toEqual([]);
    expect(changes.filter(({ packets }) => packets.includes('mark'))).toEqual([]);
  }
});

it('two of a kind are compared for all packets, by all legs', async () => {
  const sidecar = await approached('cni');
  expect(compareApproaches(sidecar, sidecar)).toMatchObject({ firstLeg: false, diffs: [{ changes: [], undecided: [] }] });
});
