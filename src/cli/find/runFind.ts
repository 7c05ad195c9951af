/** What `chainwalk find` does. */
import { EVERY_PACKET, type FindAnswer, findIn } from '../../app/find/find.ts';
import { readRuleTexts } from '../../app/load/ruleTexts.ts';
import { NO_PACKET } from '../../connection/askedPackets.ts';
import { type Journey, OUTCOMES, type Outcome } from '../../connection/journey.ts';
import { parseWantedEnd, type WantedEnd } from '../../connection/wantedEnd.ts';
import { jsonText } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import { humanFind } from '../../report/human/find.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { limitsOf } from '../argv/limits.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { oneFileOf } from '../input/filesOf.ts';
import { readWhere } from '../input/packetSetOption.ts';
import { phaseOfRules } from '../input/phase.ts';
import { manifestsAmong } from '../input/recognise.ts';
import { type RuleSubject, ruleSubjectOf } from '../input/ruleSubject.ts';
import { complain } from '../io/messages.ts';

export async function runFind(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const file = await oneFileOf(call, call.input.args[0] ?? '-');
  if (file === undefined) return EXIT.usage;
  if ((await manifestsAmong(call, [file])) !== 'all') {
    return (await phaseOfRules(call)) ? EXIT.usage : findInSubject(call, () => ruleSubjectOf(call, [file]));
  }
  const question = await readQuestion(call);
  if (question === undefined) return EXIT.usage;
  const { findInManifest } = await import('./findInManifest.ts');
  const { where, ...wanted } = question;
  return findInManifest(call, { file, where, ...wanted, write: (answer, failing) => write(call, { answer, ...wanted, failing }) });
}

const NOT_DIRECT = 'note: packets that arrive cannot be direct: past the proxy they are to-app';

interface Question extends WantedEnd {
  readonly where: PacketSet | undefined;
}

/** Undefined when an option cannot be used, which has been reported. */
async function readQuestion(call: Call): Promise<Question | undefined> {
  const wanted = parseWantedEnd(optionText(call.input, 'outcome') ?? '');
  if (wanted === undefined) {
    await complain(call.io, { message: 'find needs an outcome', help: `--outcome ${OUTCOMES.join(' | ')}` });
    return undefined;
  }
  const asked = await readWhere(call);
  if (asked?.where?.dir === 'in' && wanted.outcome === 'direct') await call.io.err.write(`${NOT_DIRECT}\n`, 'report');
  return asked && { ...wanted, where: asked.where };
}

/** `read`: undefined when there is nothing that can be asked, which has been reported. */
export async function findInSubject(call: Call, read: () => Promise<RuleSubject | undefined>): Promise<ExitCode> {
  const { io, input } = call;
  const question = await readQuestion(call);
  const subject = question === undefined ? undefined : await read();
  if (question === undefined || subject === undefined) return EXIT.usage;
  const { where = EVERY_PACKET, ...wanted } = question;
  const { rules, place } = subject;
  const { rulesets, diagnostics } = readRuleTexts(rules, place.host);
  const warnings = diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  await showDiagnostics(call, warnings);
  if (warnings.some(isError) || rulesets.length === 0) return EXIT.usage;
  const answer = findIn({ rulesets, where, ...wanted, place, limits: limitsOf(call)() });
  if (answer === undefined) {
    await complain(io, { message: NO_PACKET, help: 'no packet on this host matches `--where`, in the family of the rules' });
    return EXIT.usage;
  }
  await write(call, { answer, ...wanted, failing: optionIsSet(input, 'strict') ? warnings.length : 0 });
  // 0 says that there is none, and nothing else does
  return answer.report.empty && !(optionIsSet(input, 'strict') && warnings.length > 0) ? EXIT.ok : EXIT.findings;
}

/** Why the kernel discards the example: its page says what to do. */
function lostText({ paths }: Journey, outcome: Outcome): string {
  const fates = paths.flatMap((path) => path.legs.slice(-1).map(({ walk }) => walk.fate));
  const fate = outcome === 'lost' ? fates.find(({ kind }) => kind === 'lost') : undefined;
  return fate?.kind === 'lost' ? `: ${fate.reason}, \`chainwalk explain ${fate.reason}\`` : '';
}

interface Written extends WantedEnd {
  readonly answer: FindAnswer;
  /** warnings that count as findings */
  readonly failing: number;
}

async function write(call: Call, { answer: { parts, profile, bounds, report }, failing, ...wanted }: Written): Promise<void> {
  const { io, input } = call;
  if (formatOf(input, 'human') === 'json') return io.out.write(`${jsonText(report)}\n`);
  const classes = parts.flatMap(({ found }) => found.classes);
  const shown = classes.map(({ example, general }) => ({
    example: `${packetText(example.packet)}${lostText(example, wanted.outcome)}`,
    general,
  }));
  const detailed = optionIsSet(input, 'verbose');
  await io.out.write(
    `${humanFind(report, { ...(await terminal(call, io.out)), ...wanted, bounds, profile, failing, shown, detailed })}\n`,
    'report',
  );
}
