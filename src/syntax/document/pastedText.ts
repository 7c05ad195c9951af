/** Rules as they were pasted: after what kubectl and a shell print, and in characters that documents and chats put for others.
 *  Lines stay where they are. source: kubectl exec, kubectl debug; kubernetes/kubectl pkg/cmd/util/podcmd */
import type { TextFinding } from '../text/problems.ts';
import { TABLE_LINE } from '../text/refusal.ts';
import type { Source } from '../text/source.ts';

export interface PastedText {
  /** the same object where nothing was to be done */
  readonly source: Source;
  /** of the text as it was given */
  readonly finding?: TextFinding;
}

const OF_KUBECTL =
  /^(?:Defaulted container "|Defaulting (?:container|debug container) name |command terminated with (?:non-zero )?exit code|Unable to use a TTY - |If you don't see a command prompt, |Connection to \S+ closed\.)/;
/** A prompt, and nothing after it that prints rules or describes the host: of root@pod, of a folder alone, of a shell's version. */
const PROMPT =
  /^(?:\[?[\w.-]{1,64}@[\w.-]{1,64}[^\n#$]{0,60}[#$%]|[\w.-]{0,64}:?[~/][\w./~-]{0,60} ?[#$%]|(?:ba|da|k|z|a)?sh-[\d.]{1,8}[#$]|[$%])[ \t]*(?:exit|logout|clear|echo\b.*)?[ \t\r]*$/;
const CHARACTERS = /[\u00a0\u2007\u2009\u202f\u2013\u2014\u2212\u201c\u201d]/;
/** The end of a session; in a script it is a command. */
const END = /^(?:exit|logout|\^[CD])[ \t\r]*$/;
/** Rules outside tables: the output of `iptables -S`, or calls. */
const RULE_LINE = /^-[APN] \S|\bip6?tables(?:-legacy|-nft)?\s.*-[AIPNS]\b/m;
const SCRIPT = /^#!|^\s*(?:sudo\s+)?ip6?tables\S*\s.*-[AIPN]\b/m;
const NOISE = new RegExp(`${CHARACTERS.source}|^>|@|^[$%]|^[\\w.-]*:?[~/]|^\\w*sh-|^[DCUI][a-z]+ |^(?:exit|logout|\\^[CD])\\b`, 'm');

export function pastedText(source: Source): PastedText {
  const { text } = source;
  if (!NOISE.test(text)) return { source };
  const lines = text.split('\n');
  const quoted = lines.some((line) => /^> ?\S/.test(line)) && lines.every((line) => /^>|^\s*$/.test(line));
  const whole = quoted ? lines.map(unquoted).join('\n') : text;
  const hasRules = TABLE_LINE.test(whole) || RULE_LINE.test(whole);
  const isScript = SCRIPT.test(whole);
  const last = lines.findLastIndex((line) => /\S/.test(line) && !END.test(line));
  let first: number | undefined;
  let changed = false;
  let at = 0;
  const plain = lines.map((line, index) => {
    const bare = quoted ? unquoted(line) : line;
    const isNoise = OF_KUBECTL.test(bare) || (hasRules && (PROMPT.test(bare) || (index > last && !isScript && END.test(bare))));
    if (!isNoise && plainLine(bare) !== bare) changed = true;
    const read = isNoise ? `# ${bare}` : plainLine(bare);
    if (read !== line && first === undefined) first = at;
    at += line.length + 1;
    return read;
  });
  if (first === undefined) return { source };
  const read = { ...source, text: plain.join('\n') };
  const start = Math.min(first, Math.max(0, text.length - 1));
  const end = text.indexOf('\n', start);
  const [message, help] = changed ? MARKS : LINES;
  const code = changed ? 'document-marks' : 'pasted-text';
  return {
    source: read,
    finding: { kind: 'warning', code, message, span: { start, end: end < 0 ? text.length : end }, help },
  };
}

const MARKS = [
  'dashes, blanks or quotes of a document are read as those of iptables, which itself refuses them',
  'write `-`, a plain blank and `"` before the rules are loaded',
] as const;
const LINES = [
  'marks and lines around the rules are passed over',
  'give what `iptables-save` prints, without what stands around it',
] as const;

function unquoted(line: string): string {
  return line.replace(/^> ?/, '');
}

/** Comments and what stands in quotes are the author's own. */
function plainLine(line: string): string {
  if (!CHARACTERS.test(line) || /^\s*#/.test(line)) return line;
  const marks = line.includes('"') ? line : line.replace(/[\u201c\u201d]/g, '"');
  return marks
    .split(/("(?:[^"\\]|\\.)*"|'[^']*')/)
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
