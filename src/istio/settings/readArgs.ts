/** Arguments of istio-iptables, taken apart as its flag library does: what an empty value that got lost does to the next flag, too.
 *  source: github.com/spf13/pflag flag.go, parseArgs */
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { Flag } from './flags.ts';
import { readFlagValue } from './goValues.ts';
import { findFlag, type RawSetting, remark, type SourceLocation } from './settingSource.ts';
import { type Version, versionName } from './version.ts';

export interface ReadArgs {
  readonly given: readonly RawSetting[];
  readonly diagnostics: readonly Diagnostic[];
}

/** An argument, and where it stands. */
export interface ArgumentWord {
  readonly text: string;
  readonly place: SourceLocation;
}

interface Reading {
  readonly version: Version;
  readonly given: RawSetting[];
  readonly diagnostics: Diagnostic[];
}

/** Whether a flag is spelled right is told for this version. Repeated flags: the last one holds. */
export function readArgs(args: readonly string[], version: Version): ReadArgs {
  return readWords(placeWords(args), version);
}

/** The same for arguments from a file. */
export function readWords(words: readonly ArgumentWord[], version: Version): ReadArgs {
  const reading: Reading = { version, given: [], diagnostics: [] };
  const program = words.findIndex(({ text }) => text !== 'pilot-agent' && text !== 'istio-iptables');
  let rest = program < 0 ? [] : words.slice(program);
  while (rest.length > 0) rest = readWord(rest, reading);
  return reading;
}

/** Reads what the first word begins, and returns the words after it. */
function readWord([word, ...rest]: readonly ArgumentWord[], reading: Reading): ArgumentWord[] {
  if (word === undefined) return [];
  const { text, place } = word;
  if (text === '--') {
    for (const stray of rest) ignore(stray, reading);
    return [];
  }
  if (!text.startsWith('-') || text === '-') {
    ignore(word, reading);
    return rest;
  }
  if (text.startsWith('--')) return readLong({ word, rest }, reading);
  if (text.startsWith('-=')) {
    reading.diagnostics.push(remark(place, { message: `\`${text}\` is not a flag` }));
    return rest;
  }
  return readShorts({ word, rest }, reading);
}

interface At {
  readonly word: ArgumentWord;
  readonly rest: readonly ArgumentWord[];
}

function readLong({ word, rest }: At, reading: Reading): ArgumentWord[] {
  const body = word.text.slice(2);
  const equals = body.indexOf('=');
  const name = equals < 0 ? body : body.slice(0, equals);
  if (/^[-=]/.test(body)) {
    reading.diagnostics.push(remark(word.place, { message: `\`${word.text}\` is not a flag` }));
    return [...rest];
  }
  const flag = name.length > 1 ? known({ name, word, spelled: `--${name}` }, reading) : unknown(`--${name}`, word, reading);
  if (flag === undefined) return [...rest];
  if (equals >= 0) return assign({ flag, word, value: body.slice(equals + 1) }, reading, rest);
  return takeValue({ flag, word, rest, spelled: `--${name}` }, reading);
}

/** `-p 15001`, `-p15001`, `-p=15001`, `-nf`; an equals sign with nothing after it is the value. */
function readShorts({ word, rest }: At, reading: Reading): ArgumentWord[] {
  for (let letters = word.text.slice(1); letters !== ''; letters = letters.slice(1)) {
    const letter = letters[0] ?? '';
    const flag = known({ name: letter, word, spelled: `-${letter}` }, reading);
    if (flag === undefined) return [...rest];
    if (letters.length > 2 && letters[1] === '=') return assign({ flag, word, value: letters.slice(2) }, reading, rest);
    if (flag.kind === 'switch') assign({ flag, word, value: 'true' }, reading, rest);
    else if (letters.length > 1) return assign({ flag, word, value: letters.slice(1) }, reading, rest);
    else return takeValue({ flag, word, rest, spelled: `-${letter}` }, reading);
  }
  return [...rest];
}

interface Taking extends At {
  readonly flag: Flag;
  readonly spelled: string;
}

/** The next word is the value, whatever it looks like; a switch takes none. */
function takeValue({ flag, word, rest, spelled }: Taking, reading: Reading): ArgumentWord[] {
  if (flag.kind === 'switch') return assign({ flag, word, value: 'true' }, reading, rest);
  const [next, ...after] = rest;
  if (next === undefined) {
    reading.diagnostics.push(remark(word.place, { message: `\`${spelled}\` needs a value` }));
    return [];
  }
  const looksLikeFlag = /^--?[a-z]/.test(next.text) && findFlag(next.text.replace(/^--?/, '').replace(/=.*/s, '')) !== undefined;
  if (looksLikeFlag) {
    const message = `\`${spelled}\` takes \`${next.text}\` as its value`;
    const help = `an empty value was lost before it: write it as "" or as --${flag.name}=`;
    reading.diagnostics.push(remark(word.place, { kind: 'warning', message, help }));
  }
  return assign({ flag, word, value: next.text }, reading, after);
}

interface Assignment {
  readonly flag: Flag;
  readonly word: ArgumentWord;
  readonly value: string;
}

function assign({ flag, word, value }: Assignment, { given, diagnostics }: Reading, rest: readonly ArgumentWord[]): ArgumentWord[] {
  if (readFlagValue(flag.kind, value) === undefined) {
    diagnostics.push(
      remark(word.place, { message: `\`${value}\` is not a valid value for \`--${flag.name}\`, which takes a ${WANTED[flag.kind]}` }),
    );
  } else given.push({ by: 'flag', name: flag.name, value, place: word.place });
  return [...rest];
}

const WANTED = { text: 'text', switch: '`true` or `false`', port: 'number up to 65535', duration: 'duration such as `5s`' } as const;

interface Spelled {
  readonly name: string;
  readonly word: ArgumentWord;
  readonly spelled: string;
}

function known({ name, word, spelled }: Spelled, reading: Reading): Flag | undefined {
  const flag = findFlag(name);
  if (flag === undefined) return unknown(spelled, word, reading);
  const { minor } = reading.version;
  if (minor >= (flag.since ?? 0) && minor <= (flag.until ?? minor)) return flag;
  reading.diagnostics.push(remark(word.place, { message: `Istio ${versionName(reading.version)} has no flag \`${spelled}\`` }));
  return undefined;
}

function unknown(spelled: string, { place }: ArgumentWord, { diagnostics }: Reading): undefined {
  diagnostics.push(
    remark(place, { message: `istio-iptables has no flag \`${spelled}\``, help: '`chainwalk explain render` lists its flags' }),
  );
}

function ignore({ text, place }: ArgumentWord, { diagnostics }: Reading): void {
  diagnostics.push(remark(place, { kind: 'warning', message: `istio-iptables ignores the argument \`${text}\`` }));
}

/** The arguments as one line, each word with its place in it. */
function placeWords(args: readonly string[]): readonly ArgumentWord[] {
  const shown = args.map((arg) => (/^[^\s"']+$/.test(arg) ? arg : JSON.stringify(arg)));
  const source: Source = { file: 'arguments', text: shown.join(' ') };
  let start = 0;
  return args.map((text, index) => {
    const end = start + (shown[index] ?? '').length;
    const word = { text, place: { source, span: { start, end } } };
    start = end + 1;
    return word;
  });
}
