/** What `chainwalk find` does. */
import { OUTCOMES, type Outcome } from '../../journey/journey.ts';
import { ALWAYS } from '../../netfilter/matchExpr.ts';
import { packetText } from '../../packet/notation.ts';
import { humanFind } from '../../report/findHuman.ts';
import { toFindReport } from '../../report/findJson.ts';
import { BudgetError } from '../../symbolic/bdd.ts';
import { isError } from '../../syntax/diagnostic.ts';
import type { PacketSet } from '../../syntax/parsePacketSet.ts';
import { find } from '../../verify/find.ts';
import { type Call, isSet, textOf } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { EXIT, type ExitCode } from '../exitCode.ts';
import { formatOf } from '../format.ts';
import { complain } from '../messages.ts';
import { loadRules } from '../rules.ts';
import { terminal } from '../terminal.ts';
import { readHostOption, sceneOf } from '../trace/scene.ts';
import { readWhere } from '../where.ts';

export async function runFind(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const outcome = OUTCOMES.find((known) => known === textOf(input, 'outcome'));
  if (outcome === undefined) {
    await complain(io, { message: 'find asks for an outcome', help: `--outcome ${OUTCOMES.join(' | ')}` });
    return EXIT.usage;
  }
  const asked = await readWhere(call);
  const hosts = await readHostOption(call);
  if (asked === undefined || hosts === undefined) return EXIT.usage;
  const loaded = await loadRules(call, { files: [input.args[0] ?? '-'], ...(hosts.host && { host: hosts.host }) });
  if (loaded === undefined) return EXIT.usage;
  const warnings = loaded.diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  await showDiagnostics(call, warnings);
  if (warnings.some(isError) || loaded.rulesets.length === 0) return EXIT.usage;
  return answer(call, { loaded, where: asked.where ?? EVERY_PACKET, outcome, given: hosts.host });
}

const EVERY_PACKET: PacketSet = { expr: { 4: ALWAYS, 6: ALWAYS }, terms: [] };

interface Asked {
  readonly loaded: NonNullable<Awaited<ReturnType<typeof loadRules>>>;
  readonly where: PacketSet;
  readonly outcome: Outcome;
  readonly given: NonNullable<Awaited<ReturnType<typeof readHostOption>>>['host'];
}

async function answer(call: Call, { loaded: { rulesets }, where, outcome, given }: Asked): Promise<ExitCode> {
  const { io, input } = call;
  const profileName = textOf(input, 'profile') ?? 'auto';
  const { host, profile } = sceneOf({ rulesets, given, profileName, detailed: false });
  try {
    const parts = rulesets.map((ruleset) => {
      const found = find(ruleset, { host, where, outcome, ...(profile !== undefined && { profile }) });
      return { file: ruleset.source.file, found };
    });
    const report = toFindReport(parts);
    if (formatOf(input, 'human') === 'json') await io.out.write(`${JSON.stringify(report)}\n`);
    else {
      const examples = parts.flatMap(({ found }) => found.classes.map(({ example }) => packetText(example.packet)));
      await io.out.write(`${humanFind(report, { ...(await terminal(call, io.out)), outcome, examples })}\n`);
    }
    if (report.classes.length > 0) return EXIT.findings;
    return isSet(input, 'strict') && report.undecided.length > 0 ? EXIT.findings : EXIT.ok;
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    await complain(io, { message: `undecided: budget: ${error.message}`, help: 'a smaller set of packets with --where is easier' });
    return isSet(input, 'strict') ? EXIT.findings : EXIT.ok;
  }
}
