/** What the claims are about all packets, of rules and of the pods of manifests. */
import { verifyManifests } from '../../src/api/kubernetes/index.ts';
import { type Trace, type VerifyFinding, verify } from '../../src/api/library/index.ts';
import { formatPacket } from '../../src/api/report/index.ts';
import type { AskedSetting, ClaimsAnswer, PlaceHere, ShownClaim } from './questions.ts';
import { holdsManifests, type RulesHere, rulesHere, textHere } from './rulesHere.ts';

export function answerClaims(_: unknown, setting: AskedSetting): ClaimsAnswer {
  const rules = rulesHere(setting);
  if (holdsManifests()) return claimsOfPods(rules, setting);
  const report = verify(rules.rulesets, rules.options);
  const { findings } = report;
  return {
    claims: findings.map((one) => shownClaim(one)),
    dead: deadRules(findings),
    ...pick(report),
  };
}

function claimsOfPods({ rulesets, options }: RulesHere, { file }: AskedSetting): ClaimsAnswer {
  const report = verifyManifests({ file, text: textHere() });
  const own = report.pods.flatMap(({ namespace, name, findings }) =>
    findings.map(
      ({ claim, level, message, help, line }): ShownClaim => ({
        claim,
        level,
        verdict: 'violated',
        statement: message,
        family: '',
        subject: `${namespace}/${name}`,
        ...(help !== null && { reason: help }),
        places: line === null ? [] : [{ file, line }],
      }),
    ),
  );
  const named = Map.groupBy(report.pods, ({ name }) => name);
  const ofRules = report.findings.map((one) => {
    const name = one.file.slice(one.file.indexOf('#') + 1);
    const [pod, ...more] = named.get(name) ?? [];
    // the file of its rules names no namespace
    return shownClaim(
      one,
      pod === undefined || more.length > 0 ? { subject: name } : { subject: name, pod: `${pod.namespace}/${pod.name}` },
    );
  });
  // of pods with equal rules the report names one, which need not be the one that is shown
  const dead = rulesets.length === 0 ? [] : deadRules(verify(rulesets, { ...options, only: ['no-dead-rule'] }).findings);
  return { claims: [...own, ...ofRules], dead, ...pick(report) };
}

function pick({ profile, bounds, notes }: Pick<ClaimsAnswer, 'profile' | 'bounds' | 'notes'>) {
  return { profile, bounds, notes };
}

function deadRules(findings: readonly VerifyFinding[]): readonly PlaceHere[] {
  return findings.flatMap(({ claim, verdict, blame }) => (claim === 'no-dead-rule' && verdict === 'violated' ? blame.map(placeOf) : []));
}

function shownClaim(finding: VerifyFinding, whose: Pick<ShownClaim, 'subject' | 'pod'> = {}): ShownClaim {
  const { claim, level, verdict, statement, family, witness, blame, reason, cause } = finding;
  return {
    claim,
    level,
    verdict,
    statement,
    family,
    ...whose,
    ...(reason !== undefined && { reason }),
    ...(cause !== undefined && { cause: `${cause.from} ${cause.setting}${cause.value === null ? ' is not set' : `: "${cause.value}"`}` }),
    ...(witness !== null && witnessOf(witness)),
    places: [...(cause === undefined ? [] : [cause]), ...blame].map(placeOf),
  };
}

function placeOf({ file, line }: PlaceHere): PlaceHere {
  return { file, line };
}

function witnessOf({ packet, outcome }: Trace): Pick<ShownClaim, 'witness' | 'outcome'> {
  return { witness: formatPacket(packet), outcome };
}
