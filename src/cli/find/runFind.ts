/** What `chainwalk find` does. */

import { unsaidOfArrivals } from '../../connection/assumedHost.ts';
import { hostWords } from '../../connection/bounds.ts';
import { OUTCOMES, type Outcome } from '../../connection/journey.ts';
import { chooseSetting, type GivenPlace, placeAssumptions } from '../../connection/setting.ts';
import { Budget } from '../../lib/budget.ts';
import { jsonText } from '../../lib/printable.ts';
import { ALWAYS } from '../../netfilter/matchExpr.ts';
import { packetText } from '../../packet/notation.ts';
import { find, NO_PACKET } from '../../query/find.ts';
import { humanFind } from '../../report/human/find.ts';
import { toFindReport } from '../../report/json/find.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, isSet, textOf } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { limitsOf } from '../argv/limits.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readWhere } from '../input/packetSetOption.ts';
import { loadRules } from '../input/rules.ts';
import { complain } from '../io/messages.ts';
import { readPlaceOptions } from '../trace/scene.ts';

export async function runFind(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const outcome = OUTCOMES.find((known) => known === textOf(input, 'outcome'));
  if (outcome === undefined) {
    await complain(io, { message: 'find asks for an outcome', help: `--outcome ${OUTCOMES.join(' | ')}` });
    return EXIT.usage;
  }
  const asked = await readWhere(call);
  const hosts = await readPlaceOptions(call);
  if (asked === undefined || hosts === undefined) return EXIT.usage;
  const loaded = await loadRules(call, { files: [input.args[0] ?? '-'], ...(hosts.host && { host: hosts.host }) });
  if (loaded === undefined) return EXIT.usage;
  const warnings = loaded.diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  await showDiagnostics(call, warnings);
  if (warnings.some(isError) || loaded.rulesets.length === 0) return EXIT.usage;
  return answer(call, { loaded, where: asked.where ?? EVERY_PACKET, outcome, given: hosts });
}

const EVERY_PACKET: PacketSet = { expr: { 4: ALWAYS, 6: ALWAYS }, terms: [] };

interface Asked {
  readonly loaded: NonNullable<Awaited<ReturnType<typeof loadRules>>>;
  readonly where: PacketSet;
  readonly outcome: Outcome;
  readonly given: GivenPlace;
}

async function answer(call: Call, { loaded: { rulesets, diagnostics }, where, outcome, given }: Asked): Promise<ExitCode> {
  const { io, input } = call;
  const setting = chooseSetting({ rulesets, given, where });
  const { host, profile } = setting;
  const question = { host, where, outcome, budget: new Budget(limitsOf(call)()), ...(profile !== undefined && { profile }) };
  const parts = rulesets.map((ruleset, index) => {
    const found = question.budget.share(1 / (rulesets.length - index), () => find(ruleset, question));
    return { file: ruleset.source.file, found };
  });
  if (!parts.some(({ found }) => found.asked)) {
    await complain(io, { message: NO_PACKET, help: 'no packet has what `--where` asks for on this host, in the family of the rules' });
    return EXIT.usage;
  }
  const report = toFindReport(parts, placeAssumptions(setting, rulesets), unsaidOfArrivals(setting.assumed, where.dir));
  const hasWarnings = diagnostics.some(({ kind }) => kind !== 'not-modelled');
  if (formatOf(input, 'human') === 'json') await io.out.write(`${jsonText(report)}\n`);
  else {
    const classes = parts.flatMap(({ found }) => found.classes);
    const shown = classes.map(({ example, others }) => ({ example: packetText(example.packet), ...(others !== undefined && { others }) }));
    const families = parts.flatMap(({ found }) => (found.asked ? [found.family] : []));
    const bounds = { families, unjudged: [], hosts: [hostWords(setting, families)] };
    const failing = isSet(input, 'strict') ? diagnostics.filter(({ kind }) => kind !== 'not-modelled').length : 0;
    await io.out.write(`${humanFind(report, { ...(await terminal(call, io.out)), outcome, bounds, profile, failing, shown })}\n`, 'report');
  }
  // 0 says that there is none, and nothing else does
  return report.empty && !(isSet(input, 'strict') && hasWarnings) ? EXIT.ok : EXIT.findings;
}
