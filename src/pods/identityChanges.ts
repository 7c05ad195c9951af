/** The application runs as another user: packets are compared user by user, and so what it sends has to be compared by itself.
 *  A few packets that every application sends represent all: a change that they show is one, and none is not a proof. */

import type { Outcome } from '../connection/journey.ts';
import { walkJourney } from '../connection/walkJourney.ts';
import { type ChangedClass, sideOf } from '../diff/classes.ts';
import { decidingPair } from '../diff/divergence.ts';
import type { Sides } from '../diff/question.ts';
import { severityOf } from '../diff/severity.ts';
import { completePacket } from '../host/completePacket.ts';
import { identityOf } from '../injection/podRules/podHost.ts';
import type { Packet } from '../packet/packet.ts';
import { parsePacket } from '../syntax/packets/parsePacket.ts';
import type { CauseSide, DiffCause } from './changeCauses.ts';
import type { DiffSubject } from './compareSubjects.ts';
import type { RenderedPod } from './renderedPod.ts';

export interface IdentityChange {
  readonly change: ChangedClass;
  readonly cause: DiffCause;
}

const SENT = ['out tcp -> 203.0.113.9:443', 'out tcp -> 10.244.0.5:8080', 'out udp -> 10.96.0.10:53'];

/** For IPv4. */
export function identityChanges({ base, head }: Sides<DiffSubject>): readonly IdentityChange[] {
  const [was, is] = [base, head].map(({ host }) => host.processes.get('app'));
  if (was === undefined || is === undefined || (was.uid === is.uid && was.gid === is.gid)) return [];
  if (base.pod === undefined || head.pod === undefined) return [];
  const cause: DiffCause = { what: 'user of the application', base: sideOfUser(base.pod), head: sideOfUser(head.pod) };
  return SENT.flatMap((text): IdentityChange[] => {
    const before = journeyOf(base, text);
    const after = journeyOf(head, text);
    if (before === undefined || after === undefined || before.outcome === after.outcome) return [];
    const [baseRule, headRule] = decidingPair(before, after);
    const change: ChangedClass = {
      severity: severityOf({ base: outcomesOf(before), head: outcomesOf(after) }),
      usual: 'ordinary',
      packets: `what the application sends, such as \`${text}\`: it runs as uid ${is.uid} gid ${is.gid} now, as uid ${was.uid} gid ${was.gid} before`,
      example: after.packet,
      base: sideOf(before, after, baseRule),
      head: sideOf(after, before, headRule),
    };
    return [{ change, cause }];
  });
}

function outcomesOf({ paths }: ReturnType<typeof walkJourney>): readonly Outcome[] {
  return [...new Set(paths.map(({ outcome }) => outcome))];
}

function journeyOf({ rulesets, host, profile }: DiffSubject, text: string): ReturnType<typeof walkJourney> | undefined {
  const ruleset = rulesets.find(({ family }) => family === 4);
  const packet = packetOf(text, host);
  if (ruleset === undefined || packet === undefined) return undefined;
  return walkJourney(ruleset, packet, { host, connection: 'data', ...(profile === undefined ? {} : { profile }) });
}

function packetOf(text: string, host: DiffSubject['host']): Packet | undefined {
  const app = host.processes.get('app');
  const { packet } = parsePacket({ file: 'packet', text });
  return packet === undefined || app === undefined ? undefined : completePacket({ ...packet, ...app }, host).packet;
}

/** With the line that says so: of the container, or of the pod. */
function sideOfUser({ enrolment: { facts } }: RenderedPod): CauseSide {
  const { pod } = facts;
  const app = pod.containers.find(({ role, name }) => role === 'app' && name.value !== 'istio-proxy');
  const said = [app?.runAsUser ?? pod.runAsUser, app?.runAsGroup ?? pod.runAsGroup].find((one) => one !== undefined);
  const { uid, gid } = app === undefined ? {} : identityOf(facts, app);
  const value = `uid ${uid ?? 'of its image'} gid ${gid ?? 'of its image'}`;
  return said === undefined ? { value } : { value, place: { source: said.source, span: said.span } };
}
