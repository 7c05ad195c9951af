/** Rules as they were pasted: after what kubectl and a shell print, and in characters that documents and chats put for others.
 *  Lines stay where they are. source: kubectl exec, kubectl debug; kubernetes/kubectl pkg/cmd/util/podcmd */
import { looksLikeLog } from '../log/signs.ts';
import { isTextOfNft } from '../nft/signs.ts';
import type { TextFinding } from '../text/problems.ts';
import { TABLE_LINE } from '../text/refusal.ts';
import type { Source } from '../text/source.ts';
import { RULE_STARTS, unfolded } from './foldedText.ts';
import { withoutNumbers } from './numberedText.ts';

export interface PastedText {
  /** the same object where nothing was to be done */
  readonly source: Source;
  /** of the text as it was given */
  readonly findings: readonly TextFinding[];
}

const OF_KUBECTL =
  /^(?:Defaulted container "|Defaulting (?:container|debug container) name |command terminated with (?:non-zero )?exit code|Unable to use a TTY - |If you don't see a command prompt, |Connection to \S+ closed\.)/;
/** A prompt, and nothing after it that prints rules or describes the host: of root@pod, of a folder alone, of a shell's version. */
const PROMPT =
  /^(?:\[?[\w.-]{1,64}@[\w.-]{1,64}[^\n#$]{0,60}[#$%]|[\w.-]{0,64}:?[~/][\w./~-]{0,60} ?[#$%]|(?:ba|da|k|z|a)?sh-[\d.]{1,8}[#$]|[$%])[ \t]*(?:exit|logout|clear|echo\b.*)?[ \t\r]*$/;
const CHARACTERS = /[\u00a0\u2007\u2009\u202f\u2013\u2014\u2212\u201c\u201d]/;
/** Where code begins and ends in a ticket or on a web page. */
const CODE_MARK = /^[ \t]*(?:\{(?:code|noformat)(?:[:|][^}\n]{0,80})?\}|(?:<\/?(?:pre|code)(?: [^>\n]{0,80})?>){1,2})[ \t\r]*$/;
/** The end of a session; in a script it is a command. */
const END = /^(?:exit|logout|\^[CD])[ \t\r]*$/;
/** Rules outside tables: the output of `iptables -S`, or calls. */
const RULE_LINE = /^-[APN] \S|\bip6?tables(?:-legacy|-nft)?\s.*-[AIPNS]\b/m;
const SCRIPT = /^#!|^\s*(?:sudo\s+)?ip6?tables\S*\s.*-[AIPN]\b/m;
const NOISE = /^(?:[>{<]|[$%]|[\w.-]*:?[~/]|\w*sh-|[DCUI][a-z]+ |(?:exit|logout|\^[CD])\b)/m;

/** A line that starts with a number may be numbered; one that starts with none of what rules start with may continue another. */
const NUMBERED = /^[ \t]*\d+[ \t|:\u2502\u2506]/;
const FOLDED = new RegExp(`^(?!${RULE_STARTS.source.slice(1)})`, 'm');

export function pastedText(source: Source): PastedText {
  const { text } = source;
  const numbers = NUMBERED.test(text) ? unnumbered(text.split('\n')) : undefined;
  if (numbers === undefined && !mayBeNoise(text) && !FOLDED.test(text)) return { source, findings: [] };
  const lines = text.split('\n');
  const spanAt = spanOf(text, lines);
  const findings: TextFinding[] = [];
  const tell = (
    code: 'pasted-text' | 'document-marks',
    [message, help]: readonly [string, string],
    ...[from, to = from]: readonly [number, number?]
  ): void => {
    const span = { start: spanAt(from).start, end: spanAt(to).end };
    findings.push({ kind: 'warning', code, message, span, help });
  };
  if (numbers !== undefined) tell('pasted-text', NUMBERS, 0);
  const { lines: bare, first, changed } = withoutNoise(numbers ?? lines);
  if (first >= 0) tell(changed ? 'document-marks' : 'pasted-text', changed ? MARKS : LINES, first);
  const folded = isDump(bare) ? unfolded(bare) : undefined;
  if (folded !== undefined) tell('pasted-text', FOLDS, folded.from, folded.to);
  return findings.length === 0 ? { source, findings } : { source: { ...source, text: (folded?.lines ?? bare).join('\n') }, findings };
}

/** One after the other: a single pattern of all signs takes three times as long. */
function mayBeNoise(text: string): boolean {
  return CHARACTERS.test(text) || text.includes('@') || NOISE.test(text);
}

/** Only where rules are what is numbered. */
function unnumbered(lines: readonly string[]): readonly string[] | undefined {
  const plain = withoutNumbers(lines);
  const text = plain?.join('\n') ?? '';
  return hasRules(text) || isTextOfNft(text) ? plain : undefined;
}

function hasRules(text: string): boolean {
  return TABLE_LINE.test(text) || RULE_LINE.test(text);
}

/** What iptables-save or `iptables -S` printed: a shell joins lines by itself. */
function isDump(lines: readonly string[]): boolean {
  const text = lines.join('\n');
  return hasRules(text) && !SCRIPT.test(text) && !looksLikeLog(text) && !/^ {0,3}(?:```|~~~)/m.test(text);
}

function spanOf(text: string, lines: readonly string[]): (line: number) => TextFinding['span'] {
  return (line) => {
    const at = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
    const start = Math.min(at, Math.max(0, text.length - 1));
    const end = text.indexOf('\n', start);
    return { start, end: end < 0 ? text.length : end };
  };
}

interface Plain {
  readonly lines: readonly string[];
  /** the first line that is read as another; -1: there is none */
  readonly first: number;
  /** not only passed over */
  readonly changed: boolean;
}

function withoutNoise(lines: readonly string[]): Plain {
  const quoted = lines.some((line) => /^> ?\S/.test(line)) && lines.every((line) => /^>|^\s*$/.test(line));
  const bare = quoted ? lines.map(unquoted) : lines;
  const whole = bare.join('\n');
  const isOfRules = hasRules(whole);
  const isShown = isOfRules || isTextOfNft(whole);
  const isScript = SCRIPT.test(whole);
  const last = lines.findLastIndex((line) => /\S/.test(line) && !END.test(line));
  let changed = false;
  const plain = bare.map((line, index) => {
    const isNoise =
      OF_KUBECTL.test(line) ||
      (isShown && CODE_MARK.test(line)) ||
      (isOfRules && (PROMPT.test(line) || (index > last && !isScript && END.test(line))));
    if (!isNoise && plainLine(line) !== line) changed = true;
    return isNoise ? `#${line.slice(1)}` : plainLine(line);
  });
  return { lines: plain, first: plain.findIndex((line, index) => line !== lines[index]), changed };
}

const MARKS = [
  'dashes, blanks or quotes of a document are read as plain ones, which iptables and nft refuse',
  'write `-`, a plain blank and `"` before the rules are loaded',
] as const;
const LINES = [
  'marks and lines around the rules are passed over',
  'give what `iptables-save` or `nft list ruleset` prints, without what stands around it',
] as const;

const NUMBERS = [
  'the numbers before the lines are passed over',
  'give what `iptables-save` or `nft list ruleset` prints, without the numbers of a pager or an editor',
] as const;
const FOLDS = [
  'these rules were folded at the width of a terminal: lines that continue a rule are put back behind it',
  'save the output in a file instead of copying it: `iptables-save > pod.rules`',
] as const;

function unquoted(line: string): string {
  return line.replace(/^(?:> ?)+/, '');
}

/** Comments and what stands in quotes are the author's own. */
function plainLine(line: string): string {
  if (!CHARACTERS.test(line) || /^\s*#/.test(line)) return line;
  const marks = line.includes('"') ? line : line.replace(/[\u201c\u201d]/g, '"');
  return marks
    .split(/("[^"\\]*(?:\\.[^"\\]*)*"|'[^']*')/)
    .map((part, index) => (index % 2 === 1 ? part : plainWords(part)))
    .join('');
}

/** One dash of a document stands for the two before a long option, as programs that write it do. */
function plainWords(text: string): string {
  return text
    .replace(/[\u00a0\u2007\u2009\u202f]/g, ' ')
    .replace(
      /(?<=^|[ \t])[-\u2013\u2014\u2212]*[\u2013\u2014\u2212][-\u2013\u2014\u2212]*(?=[A-Za-z])/g,
      (_, offset: number, whole: string) =>
        /^[A-Za-z](?:[ \t]|$)/.test(whole.slice(offset).replace(/^[-\u2013\u2014\u2212]+/, '')) ? '-' : '--',
    );
}
