/** Verdicts for people: the answer first, then every broken claim with a packet that breaks it. */

import type { WrittenSetting } from '../../injection/podRules/written.ts';
import { type Group, groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { type Assumption, assumptionText } from '../../mesh/assumption.ts';
import { packetText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import { causeKey } from '../../prove/proof/sameCause.ts';
import type { SettingCauses } from '../../prove/proof/settingCauses.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Source } from '../../syntax/text/source.ts';
import { remedyOfFinding } from '../pages/remedy.ts';
import { codeFrame } from '../text/codeFrame.ts';
import { fileLine, ruleBody, targetSpan } from '../text/location.ts';
import { positionOf } from '../text/positions.ts';
import { fixLines } from './fix.ts';
import { rail } from './rail.ts';
import type { OwnClaims, VerdictStyle } from './verdictLine.ts';
import { verdictLines } from './verdictLine.ts';

export interface VerifyStyle extends VerdictStyle {
  /** also hints, what is suppressed, assumptions and notes, line by line */
  readonly detailed?: boolean;
  /** the rules are in files, which --fix can write */
  readonly inFiles?: boolean;
}

/** What stands between the verdict and the claims on rules: the same for others, and what is wrong with a pod's own fields. */
export interface VerifyFrame {
  readonly own?: OwnClaims;
  readonly lines?: readonly string[];
  /** of its own, not among the lines */
  readonly folded?: { readonly hints: number; readonly suppressed: number };
}

/** Without a line feed at its end. */
export function humanVerify(pods: readonly Verified[], style: VerifyStyle): string {
  return pods.map((pod) => humanPod(pod, style)).join('\n\n\n');
}

/** Without a line feed at its end. */
export function humanPod(
  pod: Verified,
  style: VerifyStyle,
  { own, lines = [], folded: more = { hints: 0, suppressed: 0 } }: VerifyFrame = {},
): string {
  const { paint, width } = style;
  const detailed = isDetailed(pod, style);
  const open = pod.findings.filter(({ muted }) => muted === undefined);
  const serious = open.filter(({ verdict, level }) => (verdict === 'violated' && level !== 'info') || verdict === 'undecided');
  const causes = detailed ? serious.map((one): Group<Finding> => [one]) : [...groupBy(serious, causeKey).values()];
  const asides = open.filter(({ verdict, level }) => verdict === 'violated' && level === 'info');
  const suppressed = pod.findings.filter(({ muted }) => muted !== undefined);
  const assumed = detailed ? pod.assumptions : pod.assumptions.filter(({ about }) => FIRST.includes(about));
  const folded = detailed
    ? []
    : [
        ...(asides.length + more.hints === 0 ? [] : [plural(asides.length + more.hints, 'hint')]),
        ...(suppressed.length + more.suppressed === 0 ? [] : [`${suppressed.length + more.suppressed} suppressed`]),
        ...(pod.assumptions.length === assumed.length ? [] : [plural(pod.assumptions.length - assumed.length, 'assumption')]),
        ...(pod.notes.length === 0 ? [] : [plural(pod.notes.length, 'note')]),
      ];
  const told = paint.dim(`${folded.join(', ')}: -v shows them`);
  return [
    ...verdictLines(pod, style, own),
    ...lines,
    ...assumed.map((one) => paint.dim(paragraph({ text: `assumed ${assumptionText(one)}`, width, hang: 8 }))),
    ...causes.flatMap(([first, ...also]) => [
      '',
      ...findingLines(pod, first, style),
      ...also.flatMap((one) => alsoLines(one, style)),
      ...fixLines(pod, [first, ...also], style),
    ]),
    ...(!detailed || asides.length === 0 ? [] : ['', ...asideLines(pod, asides, style)]),
    ...(!detailed || suppressed.length === 0 ? [] : ['', ...suppressedLines(pod, suppressed, style)]),
    ...(!detailed || pod.notes.length === 0
      ? []
      : ['', ...pod.notes.map((note) => paint.dim(paragraph({ text: `note: ${note}`, width, hang: 6 })))]),
    ...(folded.length === 0 ? [] : serious.length === 0 ? [told] : ['', told]),
  ].join('\n');
}

/** Assumptions that turn answers round: they are never folded. */
const FIRST: readonly Assumption['about'][] = ['proxy-identity', 'rules', 'host'];

/** Where nothing was asked, the notes are the answer. */
export function isDetailed({ findings }: Verified, { detailed }: VerifyStyle): boolean {
  return detailed === true || findings.length === 0;
}

/** Without the source that a packet from here has anyway: `out tcp -> 203.0.113.9:443 uid=1000 gid=1000`. */
function shortText(packet: Packet): string {
  const text = packetText(packet);
  return packet.dir === 'out' && !/^out \S+ \[?(?:127\.|::1)/.test(text) ? text.replace(/^(out \S+) \S+ ->/, '$1 ->') : text;
}

/** Another claim that the same rules break. */
function alsoLines({ claim, witness }: Finding, { paint, width }: VerifyStyle): readonly string[] {
  const outcome = witness?.paths[0]?.outcome ?? witness?.outcome ?? '';
  const packet = witness === undefined ? '' : `: ${shortText(witness.packet)}: ${outcome}`;
  const text = `also  ${claim}${packet}`;
  return [`  ${paragraph({ text, width: width - 2, hang: 8 }).replace(claim, paint.bold(claim))}`];
}

const COLOURS = { error: 'red', warning: 'yellow', info: 'blue' } as const;

function findingLines({ rulesets, profile, causes, fixes }: Verified, finding: Finding, { paint, width }: VerifyStyle): readonly string[] {
  const { claim, level, verdict, statement, family, witness, blame, packets, reason } = finding;
  const ruleset = rulesets.find((one) => one.family === family);
  const source = ruleset?.source ?? { file: '', text: '' };
  const line = (name: string, text: string) => `  ${paragraph({ text: `${name.padEnd(8)} ${text}`, width: width - 2, hang: 11 })}`;
  const path = witness?.paths[0];
  const todo = remedyOfFinding({ finding, ruleset, profile: profile?.name }, causes?.get(finding));
  const says = verdict === 'undecided' ? 'undecided' : level;
  return [
    `${paint[COLOURS[level]](paint.bold(`${says}: ${claim}`))} (IPv${family})`,
    `  ${paragraph({ text: statement, width: width - 2, hang: 2 })}`,
    ...(packets === undefined ? [] : [verdict === 'undecided' ? line('packets', packets) : line('broken', `for ${packets}`)]),
    ...(witness === undefined ? [] : [line('example', `${packetText(witness.packet)}: ${path?.outcome ?? witness.outcome}`)]),
    ...(path === undefined ? [] : [line('path', rail(path, source.file))]),
    ...(reason === undefined ? [] : [line('because', reason)]),
    ...causeLines(causes?.get(finding), { paint, width }),
    ...blame.slice(0, MOST_RULES).flatMap((rule) => ruleLines(rule, source, { paint, width })),
    ...(blame.length > MOST_RULES ? [line('', `and ${plural(blame.length - MOST_RULES, 'more rule')}`)] : []),
    ...(todo === undefined || fixes?.get(finding)?.fix !== undefined ? [] : [line('do', todo)]),
  ];
}

const MOST_RULES = 6;
const MOST_CAUSES = 4;

/** The setting, where it is written, with its value underlined. */
function causeLines(causes: SettingCauses | undefined, style: VerifyStyle): readonly string[] {
  if (causes === undefined) return [];
  const { settings, enough } = causes;
  const more = settings.length - MOST_CAUSES;
  return [
    ...settings
      .slice(0, MOST_CAUSES)
      .flatMap((one, index) => causeLine(one, index === 0 ? 'cause' : enough === 'one' ? 'with' : 'and', style)),
    ...(more > 0 ? [`  ${''.padEnd(8)} and ${more} more`] : []),
  ];
}

function causeLine({ setting, from, place, missing }: WrittenSetting, name: string, { paint, width }: VerifyStyle): readonly string[] {
  const { source, span } = place;
  const text = `${name.padEnd(8)} ${printable(`${from} ${setting}`)}${missing === true ? ', which is not given' : ''}, ${fileLine(source.file, positionOf(place).line)}`;
  const frame = codeFrame({ source, span, width: width - 2 });
  return [
    `  ${paragraph({ text, width: width - 2, hang: 11 })}`,
    ...(frame === undefined ? [] : [`  ${paint.dim(frame.code)}`, `  ${paint.bold(frame.caret)}`]),
  ];
}

/** The rule as it is written, with what it does underlined. */
function ruleLines(rule: Rule, source: Source, { paint, width }: VerifyStyle): readonly string[] {
  const frame = codeFrame({ source, span: targetSpan(source, rule), width: width - 2 });
  const name = `  rule     ${rule.chain}#${rule.number} in table ${rule.table}, ${fileLine(source.file, rule.line)}`;
  return frame === undefined ? [name] : [name, `  ${paint.dim(frame.code)}`, `  ${paint.bold(frame.caret)}`];
}

const MOST_ASIDES = 6;

function suppressedLines({ rulesets }: Verified, findings: readonly Finding[], { paint, width }: VerifyStyle): readonly string[] {
  const lines = findings.map(({ claim, family, blame: [rule], muted }) => {
    const file = rulesets.find((one) => one.family === family)?.source.file ?? '';
    const at = rule === undefined ? '' : ` ${fileLine(file, rule.line)}`;
    return `  ${paragraph({ text: `${claim}${at}: ${printable(muted?.reason ?? '')}`, width: width - 2, hang: 4 })}`;
  });
  return [paint.bold(`${findings.length} suppressed:`), ...lines];
}

function asideLines({ rulesets }: Verified, asides: readonly Finding[], { paint, width }: VerifyStyle): readonly string[] {
  const alike = [...groupBy(asides, (finding) => (finding.witness === undefined ? sameSaid(finding) : finding)).values()];
  // a few are shown one by one
  const groups = alike.flatMap((group): readonly Group<Finding>[] => (group.length > MOST_ALIKE ? [group] : group.map((one) => [one])));
  const lines = groups.slice(0, MOST_ASIDES).map(([finding, ...others]) => {
    const file = rulesets.find(({ family }) => family === finding.family)?.source.file ?? '';
    const more = others.length === 0 ? '' : `; the same for ${plural(others.length, 'more rule')}`;
    return `  ${paragraph({ text: `${asideText(finding, file)}${more}`, width: width - 2, hang: 4 })}`;
  });
  const left = groups.slice(MOST_ASIDES).flat().length;
  const all = left > 0 ? [`  and ${left} more; -o json lists all`] : groups.length < asides.length ? ['  -o json lists all'] : [];
  return [paint.bold(`${plural(asides.length, 'hint')}:`), ...lines, ...all];
}

const MOST_ALIKE = 3;

function sameSaid({ claim, family, reason }: Finding): string {
  return JSON.stringify([claim, family, reason]);
}

/** Packets where there are some, or else the rules. */
function asideText({ claim, blame, reason, packets, witness }: Finding, file: string): string {
  if (witness !== undefined) {
    return `${claim}: ${[reason, `for ${packets}`].filter((part) => part).join(', ')}; such as ${packetText(witness.packet)}`;
  }
  const rules = blame.map((rule) => `${fileLine(file, rule.line)} ${ruleBody(rule)}`).join('; ');
  return `${claim}: ${[rules, reason].filter((part) => part).join(': ')}`;
}
