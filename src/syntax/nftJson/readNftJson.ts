/** `nft -j list ruleset`: each of its objects becomes the command of nft that says the same, at the place of the object. */
import { type NftInput, risingLines } from '../nft/cursor.ts';
import { nftInto } from '../nft/readNft.ts';
import { beforeNftObjects, isNftJson } from '../nft/signs.ts';
import type { NftWorld } from '../nft/world.ts';
import type { ProblemSink } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import { elementText, type JsonStyle } from './expressions.ts';
import { isJsonObject, type Json, jsonList, jsonMember, jsonWord, onlyMember } from './json.ts';
import { jsonStatementText, limitText } from './statements.ts';
import { UnknownJson } from './unknown.ts';

/** What nft prints or takes, in either form. */
export function anyNftInto(world: NftWorld, input: NftInput): void {
  const { text, report } = input;
  if (isNftJson(text)) nftJsonInto(world, { text, report, lineOf: risingLines(text) });
  else nftInto(world, input);
}

export interface NftJsonInput {
  readonly text: string;
  readonly report: ProblemSink;
  readonly lineOf: (offset: number) => number;
}

export function nftJsonInto(world: NftWorld, { text, report, lineOf }: NftJsonInput): void {
  for (const item of itemsOf(text)) {
    const command = commandOf(text.slice(item.start, item.end), item, report);
    if (command === '') continue;
    const line = lineOf(item.start);
    nftInto(world, { text: command, span: { start: 0, end: command.length }, report, place: () => item, lineOf: () => line });
  }
  if (!/\]\s*\}\s*$/.test(text)) {
    const span = { start: Math.max(0, text.length - 1), end: text.length };
    report({ kind: 'malformed', code: 'cut-off', message: 'this JSON breaks off before its end', span });
  }
}

/** The objects of the list, each with its place. */
function* itemsOf(text: string): Generator<Span> {
  let start = -1;
  let depth = 0;
  let quoted = false;
  for (let at = beforeNftObjects(text); at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92) at++;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 123 || code === 91) {
      if (depth++ === 0) start = at;
    } else if (code === 125 || code === 93) {
      if (depth === 0) return;
      if (--depth === 0) yield { start, end: at + 1 };
    }
  }
}

function commandOf(text: string, span: Span, report: ProblemSink): string {
  try {
    const [kind, value] = onlyMember(JSON.parse(text) as Json) ?? [];
    if (kind === undefined || kind === 'metainfo' || !isJsonObject(value)) return '';
    if (kind === 'rule') return ruleCommand(value, { span, report });
    const write = COMMANDS[kind] ?? objectCommandText(kind);
    sayLost(kind, value, { span, report });
    return write(value);
  } catch (problem) {
    if (problem instanceof UnknownJson) report({ kind: 'not-modelled', code: 'not-modelled', message: problem.message, span });
    else if (problem instanceof SyntaxError) report({ kind: 'malformed', code: 'unreadable-line', message: 'this is not JSON', span });
    else throw problem;
    return '';
  }
}

interface Place {
  readonly span: Span;
  readonly report: ProblemSink;
}

/** fact: nft 1.0.6 writes no device of a chain at ingress or egress into its JSON */
function sayLost(kind: string, value: Json, { span, report }: Place): void {
  if (kind !== 'chain' || !/^(?:in|e)gress$/.test(member(value, 'hook')) || jsonMember(value, 'dev') !== undefined) return;
  report({
    kind: 'warning',
    code: 'listing-hides',
    message: 'this JSON does not say on which device the chain is',
    span,
    help: 'give what `nft list ruleset` prints without `-j`',
  });
}

function member(value: Json, key: string): string {
  return jsonWord(jsonMember(value, key));
}

function tableOf(value: Json): string {
  return `${member(value, 'family')} ${member(value, 'table')}`;
}

function handleOf(value: Json): string {
  const handle = member(value, 'handle');
  return handle === '' ? '' : ` # handle ${handle}`;
}

function commentOf(value: Json): string {
  const comment = member(value, 'comment');
  return comment === '' ? '' : `comment "${comment}"\n`;
}

const COMMANDS: Readonly<Record<string, (value: Json) => string>> = {
  table: (value) => {
    const flags = jsonList(jsonMember(value, 'flags')).map(jsonWord).join(',');
    return `add table ${member(value, 'family')} ${member(value, 'name')} {${handleOf(value)}\n${flags === '' ? '' : `flags ${flags}\n`}${commentOf(value)}}`;
  },
  chain: (value) => {
    const devices = jsonList(jsonMember(value, 'dev')).map((device) => `"${jsonWord(device)}"`);
    const on = devices.length === 0 ? '' : ` devices = { ${devices.join(', ')} }`;
    const hook = member(value, 'hook');
    const base =
      hook === ''
        ? ''
        : `type ${member(value, 'type')} hook ${hook}${on} priority ${member(value, 'prio')}; policy ${member(value, 'policy') || 'accept'};\n`;
    return `add chain ${tableOf(value)} ${member(value, 'name')} {${handleOf(value)}\n${commentOf(value)}${base}}`;
  },
  set: (value) => setCommand('set', value),
  map: (value) => setCommand('map', value),
  meter: (value) => setCommand('set', value),
  element: (value) => `add element ${tableOf(value)} ${member(value, 'name')} { ${elements(value)} }`,
  flowtable: (value) => {
    const devices = jsonList(jsonMember(value, 'dev')).map(jsonWord);
    const on = devices.length === 0 ? '' : `devices = { ${devices.join(', ')} };`;
    return `add flowtable ${tableOf(value)} ${member(value, 'name')} {${handleOf(value)}\nhook ${member(value, 'hook')} priority ${member(value, 'prio')}; ${on} }`;
  },
};

function ruleCommand(value: Json, place: Place): string {
  const statements = jsonList(jsonMember(value, 'expr')).map((one) => knownStatement(one, place));
  const comment = member(value, 'comment');
  const end = comment === '' ? '' : ` comment "${comment}"`;
  return `add rule ${tableOf(value)} ${member(value, 'chain')} ${statements.join(' ')}${end}${handleOf(value)}`;
}

/** A statement that is not known stays in the rule as one whose meaning is not. */
function knownStatement(value: Json, { span, report }: Place): string {
  try {
    return jsonStatementText(value);
  } catch (problem) {
    if (!(problem instanceof UnknownJson)) throw problem;
    report({ kind: 'not-modelled', code: 'not-modelled', message: problem.message, span });
    const [kind = 'statement'] = onlyMember(value) ?? [];
    return `xt match ${kind.replaceAll(/[^a-z]+/gi, '-').replace(/^-/, '') || 'statement'}`;
  }
}

function typesText(value: Json | undefined): string {
  return jsonList(value).map(jsonWord).join(' . ');
}

function stylesOfTypes(value: Json | undefined): readonly JsonStyle[] {
  return jsonList(value).map((type) =>
    jsonWord(type) === 'mark' ? 'mark' : /^(?:ifname|string|iface_index)$/.test(jsonWord(type)) ? 'string' : 'plain',
  );
}

function elements(value: Json): string {
  const [keys, values] = [stylesOfTypes(jsonMember(value, 'type')), stylesOfTypes(jsonMember(value, 'map'))];
  return jsonList(jsonMember(value, 'elem'))
    .map((one) => elementText(one, keys, values))
    .join(', ');
}

function setCommand(kind: string, value: Json): string {
  const to = jsonMember(value, 'map');
  const list = elements(value);
  const flags = jsonList(jsonMember(value, 'flags')).map(jsonWord).join(',');
  const lines = [
    `type ${typesText(jsonMember(value, 'type'))}${to === undefined ? '' : ` : ${typesText(to)}`}`,
    ...(['policy', 'size'] as const).map((key) => (member(value, key) === '' ? '' : `${key} ${member(value, key)}`)),
    flags === '' ? '' : `flags ${flags}`,
    ...jsonList(jsonMember(value, 'stmt')).map(jsonStatementText),
    jsonMember(value, 'auto-merge') === true ? 'auto-merge' : '',
    member(value, 'timeout') === '' ? '' : `timeout ${member(value, 'timeout')}s`,
    member(value, 'gc-interval') === '' ? '' : `gc-interval ${member(value, 'gc-interval')}s`,
    list === '' ? '' : `elements = { ${list} }`,
  ].filter((line) => line !== '');
  return `add ${kind} ${tableOf(value)} ${member(value, 'name')} {${handleOf(value)}\n${commentOf(value)}${lines.join('\n')}\n}`;
}

const OBJECT = /^(?:counter|quota|limit|ct helper|ct timeout|ct expectation|synproxy|secmark)$/;

function objectCommandText(kind: string): (value: Json) => string {
  if (!OBJECT.test(kind)) throw new UnknownJson(kind);
  return (value) => {
    const said = kind === 'limit' ? limitText(value) : objectText(kind, value);
    return `add ${kind} ${tableOf(value)} ${member(value, 'name')} {${handleOf(value)}\n${commentOf(value)}${said}\n}`;
  };
}

const SKIPPED = new Set(['family', 'name', 'table', 'handle', 'comment']);

function objectText(kind: string, value: Json): string {
  if (kind === 'quota')
    return `${jsonMember(value, 'inv') === true ? 'over ' : ''}${member(value, 'bytes')} bytes used ${member(value, 'used')} bytes`;
  if (kind === 'counter' && member(value, 'packets') !== '') return `packets ${member(value, 'packets')} bytes ${member(value, 'bytes')}`;
  if (kind === 'ct helper')
    return `type "${member(value, 'type')}" protocol ${member(value, 'protocol')}\nl3proto ${member(value, 'l3proto')}`;
  const entries = isJsonObject(value) ? Object.entries(value).filter(([key]) => !SKIPPED.has(key)) : [];
  return entries
    .map(([key, said]) => {
      if (key === 'flags') return jsonList(said).map(jsonWord).join(' ');
      if (isJsonObject(said))
        return `${key} = { ${Object.entries(said)
          .map(([state, time]) => `${state} : ${jsonWord(time)}`)
          .join(', ')} }`;
      return key === 'timeout' && typeof said === 'number' ? `timeout ${said}ms` : `${key} ${jsonWord(said)}`;
    })
    .join('\n');
}
