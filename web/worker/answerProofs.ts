/** AnswersOfPage about all packets: claims, differences, and which packets have an outcome. */

import { verifyManifests } from '../../src/api/kubernetes/index.ts';
import { diff, find, InputError, type PacketJson, type Trace, type VerifyFinding, verify } from '../../src/api/library/index.ts';
import { formatPacket, formatReport } from '../../src/api/report/index.ts';
import type { AskedSetting, ChangesAnswer, ClaimsAnswer, FoundAnswer, PageQuestion, ShownClaim } from './questions.ts';
import { holdsManifests, readHere, rulesHere, settingOptions, textHere } from './rulesHere.ts';

const WIDTH = 100;

export function answerClaims(_: unknown, setting: AskedSetting): ClaimsAnswer {
  const { rulesets, options } = rulesHere(setting);
  if (!holdsManifests()) {
    const report = verify(rulesets, options);
    return { ...claimsOf(report.findings, setting.file), ...pick(report), text: formatReport(report, { width: WIDTH }) };
  }
  const report = verifyManifests({ file: setting.file, text: textHere() });
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
        lines: line === null ? [] : [line],
      }),
    ),
  );
  return { claims: [...own, ...claimsOf(report.findings, setting.file).claims], ...pick(report), text: '' };
}

function pick({ profile, bounds, notes }: Pick<ClaimsAnswer, 'profile' | 'bounds' | 'notes'>) {
  return { profile, bounds, notes };
}

function claimsOf(findings: readonly VerifyFinding[], file: string): Pick<ClaimsAnswer, 'claims'> {
  return { claims: findings.map((finding) => shownClaim(finding, file)) };
}

function shownClaim({ claim, level, verdict, statement, family, reason, witness, blame }: VerifyFinding, file: string): ShownClaim {
  return {
    claim,
    level,
    verdict,
    statement,
    family,
    ...(reason !== undefined && { reason }),
    ...(witness !== null && witnessOf(witness)),
    lines: blame.flatMap((rule) => (rule.file === file ? [rule.line] : [])),
  };
}

function witnessOf({ packet, outcome }: Trace): Pick<ShownClaim, 'witness' | 'outcome'> {
  return { witness: formatPacket(packet), outcome };
}

export function answerChanges({ base }: Extract<PageQuestion, { readonly kind: 'diff' }>, setting: AskedSetting): ChangesAnswer {
  if (holdsManifests()) throw new InputError(['two texts of rules are compared here, not manifests']);
  const before = readHere(base, { ...setting, file: 'base' });
  const { equivalent, bounds, changes, undecided } = diff(before, rulesHere(setting).rulesets, settingOptions(setting));
  return {
    equivalent,
    bounds,
    changes: changes.map(({ family, packets, level, base: was, head, example }) => ({
      family,
      packets,
      level,
      base: was.outcome,
      head: head.outcome,
      example: formatPacket(example),
      ...(head.rule !== null && { line: head.rule.line }),
    })),
    undecided: undecided.map(({ packets, reason }) => ({ packets, reason })),
  };
}

export function answerFind({ where, outcome }: Extract<PageQuestion, { readonly kind: 'find' }>, setting: AskedSetting): FoundAnswer {
  const { rulesets, options } = rulesHere(setting);
  const { answer, classes, undecided } = find(rulesets, { ...options, where, outcome });
  return {
    answer,
    classes: classes.map(({ family, packets, ordinary, example }) => ({ family, packets: ordinary ?? packets, example: text(example) })),
    undecided: undecided.map(({ packets, reason }) => ({ packets, reason })),
  };
}

function text(example: PacketJson): string {
  return formatPacket(example);
}
