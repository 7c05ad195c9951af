/** `chainwalk trace` of a manifest: the rules and the host of one of its pods. */

import { chooseSetting } from '../../connection/setting.ts';
import { withPodAddress } from '../../host/podAddress.ts';
import { podAddresses } from '../../injection/podRules/podAddresses.ts';
import { familyOf } from '../../packet/address.ts';
import { inInitPhase } from '../../pods/initPhase.ts';
import type { PodScene } from '../../pods/scenes.ts';
import { TRACE_FORMATS } from '../../report/formats/trace.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, isSet, textOf } from '../argv/command.ts';
import { formatOf } from '../argv/format.ts';
import { limitsOf } from '../argv/limits.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadScenes } from '../input/podScenes.ts';
import { complain } from '../io/messages.ts';
import type { Job, JobInput } from './job.ts';
import { readPlaceOptions } from './scene.ts';

/** Undefined when there is not one pod to ask, which has been said. */
export async function readPodJob(call: Call, { file, format }: JobInput): Promise<Job | undefined> {
  const { io, input } = call;
  const given = await readPlaceOptions(call);
  const loaded = given === undefined ? undefined : await loadScenes(call, [file]);
  if (given === undefined || loaded === undefined) return undefined;
  if (loaded.diagnostics.some(isError)) {
    await showDiagnostics(call, loaded.diagnostics);
    return undefined;
  }
  const running = await podAsked(call, loaded.scenes);
  const scene = running !== undefined && textOf(input, 'phase') === 'init' ? inInitPhase(running) : running;
  const found = TRACE_FORMATS.find((known) => known.name === formatOf(input, format));
  if (scene === undefined || found === undefined) return undefined;
  const detailed = isSet(input, 'verbose');
  const { host, podIps = [], ...said } = given;
  const addresses = [...podAddresses(scene.enrolment.facts.pod), ...podIps];
  // the pod says who its proxy is
  const own = addresses.reduce((one, prefix) => withPodAddress(one, prefix), scene.host);
  const place = { ...said, host: host ?? own, profile: scene.inMesh ? scene.profile : 'none' };
  const chosen = chooseSetting({ rulesets: scene.rulesets, given: place });
  const known = addresses.map(({ address }) => familyOf(address));
  const assumed = host === undefined ? { assumed: { families: ([4, 6] as const).filter((family) => !known.includes(family)) } } : {};
  return {
    call,
    scene: { ...chosen, ...assumed, ...outsideOf(scene), rulesets: scene.rulesets, detailed, limits: limitsOf(call) },
    format: found,
    style: { ...(await terminal(call, io.out)), verbose: detailed, brief: isSet(input, 'brief') },
    diagnostics: [...loaded.diagnostics, ...uncaptured(scene)],
  };
}

async function podAsked({ io, input }: Call, scenes: readonly PodScene[]): Promise<PodScene | undefined> {
  const name = textOf(input, 'pod');
  const nameOf = ({ enrolment: { facts } }: PodScene) => `${facts.pod.namespace}/${facts.pod.name}`;
  const meant = scenes.filter((scene) => name === undefined || nameOf(scene) === name || scene.enrolment.facts.pod.name === name);
  if (meant.length === 1) return meant[0];
  const message =
    name === undefined
      ? `there are ${scenes.length} pods: --pod NAME says which`
      : `--pod: \`${name}\` is the name of ${meant.length} pods`;
  await complain(io, { message, help: `the pods are ${scenes.map(nameOf).join(', ')}` });
  return undefined;
}

function outsideOf({ findings, otherMesh }: PodScene): Pick<Job['scene'], 'outside'> {
  const [found] = findings.filter(({ claim }) => claim === 'pod-captured');
  return found === undefined ? {} : { outside: { says: found.message, walks: otherMesh === undefined } };
}

/** Without rules every packet goes its own way; nobody should take that for a proof of anything. */
function uncaptured({ enrolment: { facts, verdict, taken }, findings }: PodScene): readonly Diagnostic[] {
  const outside = findings.filter(({ claim }) => claim === 'pod-captured');
  if (outside.length > 0)
    return outside.map(({ message, help, place }) => ({
      kind: 'warning',
      message,
      ...(help !== undefined && { help }),
      source: place.source,
      span: place.span,
    }));
  if (verdict === 'captured') return [];
  const answer = taken.at(-1)?.answer;
  const { source, span } = answer?.at ?? facts.pod.place;
  return [{ kind: 'warning', message: `nobody writes rules for this pod: ${answer?.because ?? ''}`, source, span }];
}
