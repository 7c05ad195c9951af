/** One cause of a verdict: the worst that it breaks, with a packet, what was written, the rules to blame, what else it breaks, what to do. */
import type { WrittenSetting } from '../../injection/podRules/written.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { asksForFix } from '../../prove/proof/provedFix.ts';
import type { SettingCauses } from '../../prove/proof/settingCauses.ts';
import { tracedKernel } from '../json/tracedKernel.ts';
import type { Cause } from '../review/causes.ts';
import type { FoundFinding } from '../review/fromVerified.ts';
import { kindsOf, twinOf } from '../review/kinds.ts';
import { codeFrame } from '../text/codeFrame.ts';
import { LEVEL_COLOURS } from '../text/labels.ts';
import { fileLine } from '../text/location.ts';
import { positionOf } from '../text/positions.ts';
import { alsoLines } from './also.ts';
import { type FixPlaces, fixLines } from './fix.ts';
import { kernelText } from './kernel.ts';
import { rail } from './rail.ts';
import { ruleFrames } from './ruleFrames.ts';
import type { VerdictStyle } from './verdictLine.ts';

interface ClaimStyle extends VerdictStyle {
  readonly inFiles?: boolean;
  readonly places: FixPlaces;
  /** what is to be done about errors is told later: edits are looked for meanwhile */
  readonly fixesFollow?: boolean;
}

export function brokenClaimLines(pod: Verified, { found }: Cause<FoundFinding>, style: ClaimStyle): readonly string[] {
  const { paint, width } = style;
  const { causes } = pod;
  const [{ finding, problem }] = found;
  const { level, verdict, packets, witness, reason } = finding;
  const kinds = kindsOf(found);
  const line = (name: string, text: string) => toldLine(name, text, width);
  const path = witness?.paths[0];
  const kernel = witness && pod.kernels?.get(witness);
  const says = verdict === 'undecided' ? 'undecided' : level;
  return [
    `${paint[LEVEL_COLOURS[level]](paint.bold(`${says}: ${finding.claim}`))}${kinds[0].families}`,
    `  ${paragraph({ text: finding.statement, width: width - 2, hang: 2 })}`,
    ...(packets === undefined ? [] : [verdict === 'undecided' ? line('packets', packets) : line('broken', `for ${packets}`)]),
    ...(witness === undefined ? [] : [line('example', `${packetText(witness.packet)}: ${path?.outcome ?? witness.outcome}`)]),
    ...(path === undefined ? [] : [line('path', rail(path, problem.witness?.file ?? ''))]),
    ...(kernel === undefined || 'missing' in kernel ? [] : [line('kernel', printable(kernelText(tracedKernel(kernel))))]),
    ...(reason === undefined ? [] : [line('reason', reason)]),
    ...causeLines(causes?.get(finding), { paint, width }),
    ...ruleFrames(problem.blame, { paint, width }, twinOf(kinds[0])),
    ...alsoLines(kinds, { paint, width }),
    ...(style.fixesFollow === true && fixFollows(found) ? [] : toDoLines(pod, found, style)),
  ];
}

/** The remedy of a cause, or the edits that were proved to fix it. */
export function toDoLines(pod: Verified, found: Cause<FoundFinding>['found'], style: ClaimStyle): readonly string[] {
  const { width } = style;
  const [{ finding, problem }] = found;
  const isFixed = pod.fixes?.get(finding)?.fix !== undefined;
  const remedy = problem.remedy === undefined || isFixed ? [] : [toldLine('fix', problem.remedy, width)];
  return [
    ...remedy,
    ...fixLines(
      pod,
      found.map((one) => one.finding),
      style,
    ),
  ];
}

/** Edits are looked for that would fix it. */
export function fixFollows(found: Cause<FoundFinding>['found']): boolean {
  return found.some(({ finding }) => asksForFix(finding));
}

function toldLine(name: string, text: string, width: number): string {
  return `  ${paragraph({ text: `${name.padEnd(8)} ${text}`, width: width - 2, hang: 11 })}`;
}

const MOST_CAUSES = 4;

/** The setting, where it is written, with its value underlined. */
function causeLines(causes: SettingCauses | undefined, style: VerdictStyle): readonly string[] {
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

function causeLine({ setting, from, place, missing }: WrittenSetting, name: string, { paint, width }: VerdictStyle): readonly string[] {
  const { source, span } = place;
  const text = `${name.padEnd(8)} ${printable(`${from} ${setting}`)}${missing === true ? ', which is not given' : ''}, ${fileLine(source.file, positionOf(place).line)}`;
  const frame = codeFrame({ source, span, width: width - 2 });
  return [
    `  ${paragraph({ text, width: width - 2, hang: 11 })}`,
    ...(frame === undefined ? [] : [`  ${paint.dim(frame.code)}`, `  ${paint.bold(frame.caret)}`]),
  ];
}
