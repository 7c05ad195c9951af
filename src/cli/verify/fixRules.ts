/** `chainwalk verify --fix`: writes edits that are proved, and answers for what is on the disk then. */
import { type FixedTexts, fixTexts } from '../../app/fix/fixTexts.ts';
import { printable } from '../../lib/printable.ts';
import { unifiedDiff } from '../../lib/unifiedDiff.ts';
import { editWords } from '../../report/text/fixWords.ts';
import { isTextOfNft } from '../../syntax/nft/signs.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { ruleSubjectOf } from '../input/ruleSubject.ts';
import { complain } from '../io/messages.ts';
import { verifyExitCode } from './exitCode.ts';
import { readClaimOptions } from './options.ts';

/** At most 80 columns. */
const NEXT = [
  'next  a running pod still has the old rules: where the mesh writes them, change',
  '      its setting and restart the pod; else load the file with iptables-restore',
].join('\n');

export interface FixCall {
  /** whose files are read afresh */
  readonly call: Call;
  readonly files: readonly string[];
  readonly hasManifests: boolean;
  readonly answer: () => Promise<ExitCode>;
}

export async function fixRules({ call, files, hasManifests, answer }: FixCall): Promise<ExitCode> {
  const { io, input } = call;
  const isDry = optionIsSet(input, 'dryRun');
  const wrong = refusal(call, files, hasManifests);
  if (wrong !== undefined) {
    await complain(io, wrong);
    return EXIT.usage;
  }
  const options = await readClaimOptions(call);
  const subject = options === undefined ? undefined : await ruleSubjectOf(call, files);
  if (options === undefined || subject === undefined) return EXIT.usage;
  const { rules, place } = subject;
  const fixed = fixTexts({ rules, options: { ...options, ...place } });
  if (fixed.diagnostics.some(isError)) {
    await showDiagnostics(call, fixed.diagnostics);
    return EXIT.usage;
  }
  const changed = rules.sources.flatMap((source, index) => {
    const text = fixed.sources[index]?.text;
    return text === undefined || text === source.text ? [] : [{ source, text }];
  });
  for (const file of fixed.unfit) {
    const isNft = rules.sources.some((source) => source.file === file && isTextOfNft(source.text));
    const why = isNft ? 'edits are written for rules of iptables, and these are of nftables' : 'it is not plain output of iptables-save';
    await io.err.write(`note: ${printable(file)} is not edited: ${why}\n`, 'report');
  }
  if (isDry) {
    for (const { source, text } of changed) await io.out.write(unifiedDiff(source.file, source.text, text), 'exact');
    if (changed.length === 0 && fixed.unfit.length < rules.sources.length)
      await io.err.write('note: no edit is proved to fix anything here\n', 'report');
    return verifyExitCode(call, fixed.before, fixed.diagnostics);
  }
  for (const one of changed) if (!(await write(call, one, fixed))) return EXIT.usage;
  const code = await answer();
  if (changed.length > 0) await io.err.write(`${NEXT}\n`, 'report');
  return code;
}

/** False: it has been said why not. */
async function write({ io }: Call, { source, text }: { readonly source: Source; readonly text: string }, { made }: FixedTexts) {
  const { file } = source;
  const now = await io.read(file);
  const isAsRead = 'text' in now && now.text === source.text && !source.text.includes('\uFFFD');
  const { problem } = isAsRead ? await io.write(file, text) : { problem: 'it is not what was read' };
  if (problem !== undefined) {
    await complain(io, { message: `cannot write \`${file}\`: ${problem}` });
    return false;
  }
  const edits = made.filter((fix) => fix.source.file === file).map(({ edits: own }) => own.map(editWords).join(', '));
  await io.err.write(`wrote ${printable(file)}: ${edits.join('; then ')}\n`, 'report');
  return true;
}

function refusal({ input }: Call, files: readonly string[], hasManifests: boolean) {
  if (files.includes('-')) return { message: '--fix edits files, not standard input', help: 'name the file' };
  if (hasManifests) return { message: '--fix edits rules, not manifests', help: 'edit the setting after `cause`' };
  if (optionText(input, 'where') === undefined) return undefined;
  return { message: '--fix and --where: a fix is proved for all packets', help: 'leave out --where' };
}
