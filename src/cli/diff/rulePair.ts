/** Rules of two sides in one scene: the mesh of both, and the same host unless their transparent listeners differ. */
import type { Host } from '../../host/host.ts';
import { hostOf, transparentPorts } from '../../journey/setting.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Sides } from '../../verify/diffQuestion.ts';
import type { DiffSubject } from '../../verify/diffSubjects.ts';
import { type GivenHost, sceneOf } from '../trace/scene.ts';

export interface RuleSide extends Pick<DiffSubject, 'name' | 'file' | 'rulesets'> {
  readonly given: GivenHost;
}

/** `profile`: what --profile says. */
export function rulePair({ base, head }: Sides<RuleSide>, profile: string): Sides<DiffSubject> {
  const scene = sceneOf({ rulesets: [...base.rulesets, ...head.rulesets], given: base.given, profileName: profile, detailed: false });
  const around = ({ given: { host, podIps } }: RuleSide, rulesets: readonly Ruleset[]): Host =>
    host ?? hostOf(rulesets, scene.profile, podIps);
  const sameGiven = textOf(base.given) === textOf(head.given);
  const same = sameGiven && String(transparentPorts(base.rulesets)) === String(transparentPorts(head.rulesets));
  const baseHost = around(base, base.rulesets);
  const subject = (side: string, { name, file, rulesets }: RuleSide, host: Host): DiffSubject => ({
    name,
    file,
    rulesets,
    host,
    profile: scene.profile,
    key: `${side} ${name}`,
  });
  return { base: subject('base', base, baseHost), head: subject('head', head, same ? baseHost : around(head, head.rulesets)) };
}

/** Equal for what no packet can tell apart. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one instanceof Map ? [...one] : one)) ?? '';
}
