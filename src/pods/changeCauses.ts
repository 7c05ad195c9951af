/** Which of the changed settings changes a packet's fate, by experiment: each changed setting alone is put into the base, and taken back
 *  from the head, and the packet is sent again. */

import { walkJourney } from '../connection/walkJourney.ts';
import { observed } from '../diff/divergence.ts';
import type { Sides } from '../diff/question.ts';
import type { PodSetting } from '../injection/podRules/podSetting.ts';
import type { SourceLocation } from '../istio/settings/settingSource.ts';
import { versionName } from '../istio/settings/version.ts';
import { profileNamed } from '../mesh/allProfiles.ts';
import type { Packet } from '../packet/packet.ts';
import type { PodMemory } from './podMemory.ts';
import { type RenderedPod, renderPodWith } from './renderedPod.ts';

export interface DiffCause {
  /** `annotation traffic.sidecar.istio.io/excludeInboundPorts`, `arguments of istio-init: -d`, `mode`, `version of Istio` */
  readonly what: string;
  readonly base?: CauseSide;
  readonly head?: CauseSide;
}

export interface CauseSide {
  readonly value: string;
  /** absent: it is not in the files */
  readonly place?: SourceLocation;
}

/** The causes of one packet's change; none: it takes several settings together, or something that is not a setting. */
export function causesOfChange(pair: Sides<RenderedPod>, packet: Packet, memory: PodMemory): readonly DiffCause[] {
  const { base, head } = pair;
  if (base.enrolment.verdict !== head.enrolment.verdict) return enrolmentCause(pair);
  const was = fateOf(base, packet);
  const is = fateOf(head, packet);
  const names = changedSettings(pair);
  const fateWith = (pod: RenderedPod, name: string, settings: readonly PodSetting[]): string =>
    fateOf(renderPodWith(pod, [...pod.rules.settings.filter((one) => keyOf(one) !== name), ...settings], memory), packet);
  const moved = names.map((name) => ({
    name,
    alone: fateWith(base, name, named(head, name)),
    back: fateWith(head, name, named(base, name)),
  }));
  const full = moved.filter(({ alone, back }) => alone === is || back === was);
  const found = full.length > 0 ? full : moved.filter(({ alone, back }) => alone !== was || back !== is);
  return found.length > 0 ? found.map(({ name }) => causeOf(pair, name)) : worldCauses(pair);
}

function fateOf({ rulesets, host, profile: name }: RenderedPod, packet: Packet): string {
  const ruleset = rulesets.find(({ family }) => family === packet.family);
  const profile = profileNamed(name);
  if (ruleset === undefined) return 'no rules';
  return observed(walkJourney(ruleset, packet, { host, ways: 4096, connection: 'data', ...(profile === undefined ? {} : { profile }) }));
}

function keyOf({ by, name }: PodSetting): string {
  return `${by} ${name}`;
}

function named({ rules }: RenderedPod, key: string): readonly PodSetting[] {
  return rules.settings.filter((one) => keyOf(one) === key);
}

function changedSettings({ base, head }: Sides<RenderedPod>): readonly string[] {
  const keys = new Set([...base.rules.settings, ...head.rules.settings].map(keyOf));
  const values = (pod: RenderedPod, key: string) => named(pod, key).map(({ value }) => value);
  return [...keys].filter((key) => JSON.stringify(values(base, key)) !== JSON.stringify(values(head, key)));
}

function causeOf({ base, head }: Sides<RenderedPod>, key: string): DiffCause {
  const last = { base: named(base, key).at(-1), head: named(head, key).at(-1) };
  const speaking = [last.head, last.base].find((one) => one?.byDefault === false) ?? last.head ?? last.base;
  const written = speaking?.byDefault === false;
  const flag = `--${speaking?.name ?? key}`;
  const what = !written || speaking.from.startsWith('arguments') ? `${flag} (${speaking?.from || 'default'})` : speaking.from;
  const side = (one: PodSetting | undefined): CauseSide | undefined =>
    one === undefined ? undefined : one.byDefault ? { value: one.value } : { value: literalOf(one), place: one.place };
  return causeBetween(what, { base: side(last.base), head: side(last.head) });
}

const LONGEST = 60;

/** As it is written, without quotes: the setting may have more, such as ports that are always left alone. */
function literalOf({ value, place: { source, span } }: PodSetting): string {
  const text = source.text.slice(span.start, span.end).replace(/^(["'])(.*)\1$/, '$2');
  return text === '' || text.length > LONGEST || text.includes('\n') ? value : text;
}

function causeBetween(what: string, { base, head }: Sides<CauseSide | undefined>): DiffCause {
  return { what, ...(base !== undefined && { base }), ...(head !== undefined && { head }) };
}

/** Who writes the rules, and which version. */
function worldCauses({ base, head }: Sides<RenderedPod>): readonly DiffCause[] {
  const [one, other] = [base.enrolment.facts, head.enrolment.facts];
  const modes = one.approach === other.approach ? [] : [{ what: 'mode', base: { value: one.approach }, head: { value: other.approach } }];
  const versions = { base: { value: versionName(one.version) }, head: { value: versionName(other.version) } };
  return versions.base.value === versions.head.value ? modes : [...modes, { what: 'version of Istio', ...versions }];
}

/** Captured on one side only: what decides on the other. */
function enrolmentCause({ base, head }: Sides<RenderedPod>): readonly DiffCause[] {
  const side = ({ enrolment: { verdict, taken } }: RenderedPod): CauseSide => {
    const answer = taken.at(-1)?.answer;
    if (verdict === 'captured' || answer === undefined) return { value: 'captured' };
    const { because, at } = answer;
    return { value: because, ...(at !== undefined && { place: { source: at.source, span: at.span } }) };
  };
  return [{ what: 'who captures the pod', base: side(base), head: side(head) }];
}
