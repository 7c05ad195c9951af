/** What `chainwalk diff` does. */
import type { Host } from '../../host/host.ts';
import { packetText } from '../../packet/notation.ts';
import { humanDiff } from '../../report/diffHuman.ts';
import { toDiffReport } from '../../report/diffJson.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { isError } from '../../syntax/diagnostic.ts';
import { diffRulesets } from '../../verify/diffRulesets.ts';
import { type Call, isSet, textOf } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { EXIT, type ExitCode } from '../exitCode.ts';
import { formatOf } from '../format.ts';
import { complain } from '../messages.ts';
import { loadRules } from '../rules.ts';
import { terminal } from '../terminal.ts';
import { readHostOption, sceneOf } from '../trace/scene.ts';
import { readWhere } from '../where.ts';

/** Kinds of change that people are shown. */
const MOST = 10;

export async function runDiff(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const [baseFile = '-', headFile = '-'] = input.args;
  if (baseFile === '-' && headFile === '-') {
    await complain(io, { message: 'base and head cannot both come from standard input' });
    return EXIT.usage;
  }
  const where = await readWhere(call);
  const hosts = await readHostOption(call);
  if (where === undefined || hosts === undefined) return EXIT.usage;
  const base = await readSide(call, baseFile, hosts.host);
  const head = await readSide(call, headFile, hosts.host);
  if (base === undefined || head === undefined) return EXIT.usage;
  const { host, profile } = sceneOf({
    rulesets: [...base, ...head],
    given: hosts.host,
    profileName: textOf(input, 'profile') ?? 'auto',
    detailed: false,
  });
  const { diffs, notes } = diffRulesets(base, head, {
    host,
    ...(profile !== undefined && { profile }),
    ...where,
  });
  const report = toDiffReport({ diffs, files: { base: baseFile, head: headFile }, profile: profile?.name, notes });
  if (formatOf(input, 'human') === 'json') await io.out.write(`${JSON.stringify(report)}\n`);
  else {
    const examples = diffs.flatMap(({ changes }) => changes.map(({ example }) => packetText(example)));
    await io.out.write(`${humanDiff(report, { ...(await terminal(call, io.out)), examples, most: MOST })}\n`);
  }
  if (report.changes.length > 0) return EXIT.findings;
  return isSet(input, 'strict') && report.undecided.length > 0 ? EXIT.findings : EXIT.ok;
}

/** Undefined when the rules cannot be used, which has been said. */
async function readSide(call: Call, file: string, host: Host | undefined): Promise<readonly Ruleset[] | undefined> {
  const loaded = await loadRules(call, { files: [file], ...(host !== undefined && { host }) });
  if (loaded === undefined) return undefined;
  const warnings = loaded.diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  await showDiagnostics(call, warnings);
  return warnings.some(isError) ? undefined : loaded.rulesets;
}
