/** Text of any of the four kinds to rulesets as words. Pure; what is not understood is reported, nothing is passed over. */
import type { SetDescription } from '../../host/hostDescription.ts';
import type { TableName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import { hostLinesBeside } from '../host/besideRules.ts';
import { NOTHING_PRINTED, type PrintedHost, saysOfHost } from '../host/printedHost.ts';
import type { HostLines } from '../host/readLines.ts';
import type { Excerpt, RulesetNode } from '../iptables/ast.ts';
import type { RuleMeaning } from '../iptables/openTables.ts';
import { outsideTables } from '../iptables/outsideTables.ts';
import { HALF } from '../iptables/restoreComments.ts';
import { restoreInto } from '../iptables/restoreInto.ts';
import { newWorld, rulesetNode } from '../iptables/tablesOfText.ts';
import type { ReadDetails } from '../listing/listedDetails.ts';
import { listingInto } from '../listing/listingInto.ts';
import { nftTablesInLog } from '../log/nftTables.ts';
import { mentionsRules, noRulesInLog } from '../log/noRulesInLog.ts';
import { readLog } from '../log/readLog.ts';
import type { NftRulesetNode } from '../nft/ast.ts';
import { nftRuleset } from '../nft/world.ts';
import { anyNftInto } from '../nftJson/readNftJson.ts';
import { type ScriptHost, writtenSysctls } from '../shell/hostCall.ts';
import { programsOf } from '../shell/programs.ts';
import type { ScriptReading } from '../shell/reading.ts';
import { endScripts, readScript, type ScriptReader, scriptReader } from '../shell/script.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { type Line, linesOf } from '../text/lines.ts';
import { eachOnce, type ProblemSink, reportInto, type TextFinding } from '../text/problems.ts';
import type { Source } from '../text/source.ts';
import { applyCommands, type PlacedTexts, withCommands } from './applied.ts';
import { familiesInVain } from './askedInVain.ts';
import { type CodeBlock, codeBlocks } from './codeBlocks.ts';
import { errorText } from './errorText.ts';
import { withoutLongLines } from './longLines.ts';
import { EMPTY_TEXT, NO_CHANGES, NO_RULES, NOT_RULES } from './nothingFound.ts';
import { pastedText } from './pastedText.ts';
import { upCommands } from './upCommands.ts';

export interface ParseRulesOptions {
  /** decides where header, command and addresses leave the family open */
  readonly family?: Family;
  /** values of shell variables */
  readonly variables?: ReadonlyMap<string, string>;
  /** a text without any table or rule is meant so: a kernel that has none */
  readonly allowEmpty?: boolean;
  /** whose rules are meant, where a log has those of several pods */
  readonly pod?: string;
  /** the table of rules that stand in none: they are a part of it */
  readonly table?: TableName;
  /** commands that are carried out after all of the text */
  readonly applied?: Source;
  /** of the host, which they start with */
  readonly sets?: ReadonlyMap<string, SetDescription>;
  /** by which rules are compared; absent: as they are spelled */
  readonly meaning?: RuleMeaning;
  /** what extensions print in `iptables -L`; absent: it is not read, and all that depends on it is undecided */
  readonly listed?: ReadDetails;
}

export interface ParseResult {
  readonly rulesets: readonly RulesetNode[];
  readonly diagnostics: readonly Diagnostic[];
  /** tables of nft itself; absent: the text says nothing of them */
  readonly nft?: NftRulesetNode;
  /** ipsets whose members the text says */
  readonly sets: ReadonlyMap<string, SetDescription>;
  /** what the text says of the host around the rules */
  readonly host?: PrintedHost;
  /** with commands applied: where what is said of both texts belongs */
  readonly placed?: PlacedTexts;
}

export function parseRules(given: Source, options: ParseRulesOptions = {}): ParseResult {
  const short = withoutLongLines(given);
  const { source, findings: pasted } = pastedText(short.source);
  const up = upCommands(source);
  const diagnostics: Diagnostic[] = [];
  const report = eachOnce(reportInto(diagnostics, source));
  // of the text as it was given: what is read instead is not the author's
  for (const finding of [...short.findings, ...pasted]) reportInto(diagnostics, given)(finding);
  const failed = errorText(given.text);
  if (failed !== undefined) {
    const said: Diagnostic[] = [];
    reportInto(said, given)(failed);
    return { rulesets: [], diagnostics: said, sets: new Map() };
  }
  const refused: TextFinding[] = [];
  const { family } = options;
  const sets = new Map<string, SetDescription>();
  const changed: ScriptHost = { changes: [], sets };
  const reading: ScriptReading = {
    source: up?.source ?? source,
    report,
    world: newWorld(options.meaning),
    family,
    strangers: [],
    calls: 0,
    mixed: false,
    host: changed,
  };
  let begun: ScriptReader | undefined;
  // most texts are no script
  const scripts = (): ScriptReader => {
    begun ??= scriptReader(reading, new Map([...(up?.variables ?? []), ...(options.variables ?? [])]));
    return begun;
  };
  up?.findings.forEach(report);
  let around: PrintedHost | undefined;
  let excerpts: ReadonlyMap<Family, Excerpt> | undefined;
  const besideOf = (lines: Iterable<Line>): HostLines | undefined => {
    const host = hostLinesBeside(source.text, lines, report);
    for (const [name, set] of Object.entries(host?.printed.sets ?? {})) sets.set(name, set);
    if (host !== undefined && saysOfHost(host.printed)) around = host.printed;
    return host;
  };
  const readListings = (blocks: readonly Iterable<Line>[]): void => {
    const lines = blocks.flatMap((block) => [...block]);
    const besides = (beside: readonly Line[]): ReadonlySet<number> | undefined => besideOf(beside)?.numbers;
    const { table, listed: details = NOTHING_LISTED } = options;
    excerpts = listingInto(reading.world, { source, lines, report, details, family, table, besides });
  };
  const read = (block: CodeBlock): void => {
    if (block.kind === 'refused') refused.push(block.finding);
    else if (block.kind === 'nft') anyNftInto(reading.world.nft, { text: source.text, span: block.span, report });
    else if (block.kind === 'shell') readScript(scripts(), block.span);
    else if (block.kind === 'listing') readListings([block.lines]);
    else if (block.kind === 'restore') {
      const host = besideOf(block.lines);
      const lines = host === undefined ? block.lines : [...block.lines].filter(({ number }) => !host.numbers.has(number));
      const outside = outsideTables(source.text, block.lines, options.table);
      if (outside !== undefined) excerpts = new Map(BOTH.map((one) => [one, outside.excerpt]));
      restoreInto(reading.world, { source, lines, report, outside }, family === undefined ? {} : { family });
    } else {
      // a command that failed is shown as it was carried out: it changed nothing
      const quiet: ProblemSink = (finding) => (finding.message.startsWith('this command fails: ') ? undefined : report(finding));
      const { call } = programsOf({ ...reading, report: quiet }, () => scripts().machine);
      const found = readLog({ ...reading, lines: block.lines, pod: options.pod, call });
      const logged = nftTablesInLog(source, block.lines, options.pod);
      logged?.findings.forEach(report);
      for (const table of logged?.tables ?? []) anyNftInto(reading.world.nft, { ...table, report });
      if (logged !== undefined && found === undefined) return;
      if (found !== undefined) excerpts = new Map([...(excerpts ?? []), ...found]);
      else if (block.otherwise === undefined) return;
      else if (!mentionsRules(source.text)) report(noRulesInLog(source.text));
      else read(block.otherwise);
    }
  };
  const blocks = up?.blocks ?? codeBlocks(source.text);
  const listings = blocks.flatMap((block) => (block.kind === 'listing' ? [block.lines] : []));
  for (const block of blocks) if (block.kind !== 'listing') read(block);
  // a document shows what its commands have made
  const [[shown] = []] = listings;
  if (shown !== undefined && reading.world.rulesets.some(({ tables }) => tables.length > 0)) report({ ...SHOWN, span: shown });
  else if (shown !== undefined) readListings(listings);
  const hasNft = (): boolean => reading.world.nft.size > 0;
  const fine = (): boolean => diagnostics.every(({ kind }) => kind === 'warning');
  if (begun !== undefined) {
    endScripts(begun, !fine());
    changed.changes.push(...writtenSysctls(begun.machine));
  }
  const { applied: commands } = options;
  const whole = commands === undefined ? source : withCommands(source, commands);
  const ofCommands: Diagnostic[] = [];
  if (commands !== undefined && fine()) {
    for (const [name, set] of options.sets ?? []) sets.set(name, set);
    ofCommands.push(...applyCommands({ reading, variables: options.variables ?? new Map(), commands, source: whole }));
  }
  const { changes } = changed;
  const rulesets = reading.world.rulesets.map((ruleset) => {
    const excerpt = excerpts?.get(ruleset.family);
    return { ...rulesetNode(ruleset, whole), ...(excerpt !== undefined && { excerpt }) };
  });
  for (const finding of rulesets.length > 0 || reading.calls > 0 ? reading.strangers : refused) report(finding);
  if (fine()) {
    const hasCommands = reading.calls > 0 || blocks.some(({ kind }) => kind === 'nft');
    const hasTables = rulesets.some(({ tables }) => tables.length > 0);
    const inVain = hasTables || hasNft() || reading.calls > 0 ? [] : familiesInVain(source.text);
    if (hasNft()) {
      // whether they have rules is for those who bind them
    } else if (hasTables) {
      if (!hasRules(rulesets)) report({ ...NO_RULES, span: atStart(source) });
    } else if (inVain.length > 0) {
      if (around === undefined) besideOf(linesOf(source.text, 0));
      rulesets.push(...inVain.map((one) => ({ ...emptyRuleset(source, options), family: one, familyFrom: 'command' as const })));
      report({ ...NO_RULES, message: `${NO_RULES.message}: iptables-save was called, and printed none`, span: atStart(source) });
    } else if (!isBlank(source.text) && !hasCommands) report({ ...NOT_RULES, span: atStart(source) });
    else if (options.allowEmpty === true) return { rulesets: [emptyRuleset(source, options)], diagnostics, sets };
    else report({ ...(hasCommands ? NO_CHANGES : EMPTY_TEXT), span: atStart(source) });
  }
  return {
    rulesets,
    diagnostics: [...withoutHalves(diagnostics, rulesets).sort((a, b) => a.span.start - b.span.start), ...ofCommands],
    ...(hasNft() && { nft: nftRuleset(reading.world.nft, whole) }),
    sets,
    ...(commands !== undefined && { placed: { source: whole, before: source, commands } }),
    ...((around !== undefined || changes.length > 0 || sets.size > 0) && {
      host: { ...(around ?? NOTHING_PRINTED), sets: Object.fromEntries(sets), ...(changes.length > 0 && { changes }) },
    }),
  };
}

/** Only what stands in columns is read. */
const NOTHING_LISTED: ReadDetails = ({ text }) => ({
  isGoto: false,
  matches: [],
  target: [],
  hidesTarget: text !== '',
  ...(text !== '' && { unread: { start: 0, end: text.length } }),
});

const SHOWN = {
  kind: 'warning',
  code: 'pasted-text',
  message: 'what `iptables -L` prints here is passed over: the rules are those of the other parts of the text',
  help: 'give the listing alone to have it read',
} as const;

const BOTH: readonly Family[] = [4, 6];

/** Where the text has the rules of both backends, what iptables-nft-save says of the other one is answered. */
function withoutHalves(diagnostics: readonly Diagnostic[], rulesets: readonly RulesetNode[]): Diagnostic[] {
  const isLegacy = ({ backend }: RulesetNode): boolean => backend === 'legacy';
  const hasBoth = rulesets.some(isLegacy) && !rulesets.every(isLegacy);
  return diagnostics.filter(({ message }) => !hasBoth || !message.startsWith(HALF));
}

function hasRules(rulesets: readonly RulesetNode[]): boolean {
  return rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some(({ rules }) => rules.length > 0)));
}

/** Only blanks and comments: what iptables-save prints where there are no tables. */
export function isBlank(text: string): boolean {
  return !/^[ \t\ufeff]*[^#\s\ufeff]/m.test(text);
}

function atStart({ text }: Source): TextFinding['span'] {
  return { start: 0, end: Math.min(text.length, 1) };
}

function emptyRuleset(source: Source, { family }: ParseRulesOptions): RulesetNode {
  return { family: family ?? 4, familyFrom: family === undefined ? 'default' : 'option', source, form: 'save', tables: [] };
}
