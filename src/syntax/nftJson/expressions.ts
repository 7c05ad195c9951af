/** Expressions of `nft -j` in the words of nft. man libnftables-json(5) */
import { isJsonObject, type Json, jsonList, jsonMember, jsonWord, onlyMember } from './json.ts';
import { UnknownJson } from './unknown.ts';

/** How constants are written: names in quotes, marks in hexadecimal. */
export type JsonStyle = 'plain' | 'string' | 'mark';

const STRINGS = /^(?:iif|oif|iifname|oifname|ibrname|obrname|iifkind|oifkind|sdifname|iifgroup|oifgroup|time|hour|day)$/;

/** Of the constants beside an expression. */
export function styleOf(expression: Json | undefined): JsonStyle {
  const [kind, value] = onlyMember(expression) ?? [];
  if (kind === 'concat' || kind === undefined) return 'plain';
  if ('&|^<<>>'.includes(kind)) return styleOf(jsonList(value)[0]);
  const key = jsonWord(jsonMember(value, 'key'));
  if ((kind === 'meta' || kind === 'ct' || kind === 'socket') && key === 'mark') return 'mark';
  if ((kind === 'meta' && STRINGS.test(key)) || kind === 'osf' || (kind === 'ct' && key === 'helper')) return 'string';
  return kind === 'fib' && /^oif/.test(jsonWord(jsonMember(value, 'result'))) ? 'string' : 'plain';
}

/** The styles of the parts of a concatenation. */
export function stylesOf(expression: Json | undefined): readonly JsonStyle[] {
  const concat = jsonMember(expression, 'concat');
  return concat === undefined ? [styleOf(expression)] : jsonList(concat).map(styleOf);
}

export function expressionText(value: Json | undefined, styles: readonly JsonStyle[] = ['plain']): string {
  const [style = 'plain'] = styles;
  if (typeof value === 'string') return constantText(value, style);
  if (typeof value === 'number') return style === 'mark' ? `0x${value.toString(16).padStart(8, '0')}` : String(value);
  if (typeof value === 'boolean') return value ? 'exists' : 'missing';
  if (Array.isArray(value)) return value.map((one) => expressionText(one, styles)).join(',');
  const [kind, inner] = onlyMember(value) ?? [];
  const write = kind === undefined ? undefined : WRITERS[kind];
  if (write === undefined || inner === undefined) throw new UnknownJson(kind ?? JSON.stringify(value));
  return write(inner, styles);
}

function constantText(text: string, style: JsonStyle): string {
  if (text.startsWith('@') || text === '*') return text;
  const isPlain = (style !== 'string' || /^\d+$/.test(text)) && /^[\w.:/-]+$/.test(text) && text !== '';
  return isPlain ? text : `"${text.replaceAll('"', '')}"`;
}

type Writer = (value: Json, styles: readonly JsonStyle[]) => string;

function binary(op: string): Writer {
  return (value, styles) => {
    const [first, ...rest] = jsonList(value);
    return [
      operand(first, styles),
      ...rest.map((one) => operand(one, op.length > 1 || first === undefined ? ['plain'] : stylesOf(first))),
    ].join(` ${op} `);
  };
}

function operand(value: Json | undefined, styles: readonly JsonStyle[]): string {
  if (Array.isArray(value)) return `(${value.map((one) => expressionText(one, styles)).join(' | ')})`;
  const [kind] = onlyMember(value) ?? [];
  const text = expressionText(value, styles);
  return kind !== undefined && /^(?:[&|^]|<<|>>)$/.test(kind) ? `(${text})` : text;
}

function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined && part !== '').join(' ');
}

function member(value: Json, key: string): string {
  return jsonWord(jsonMember(value, key));
}

const WRITERS: Readonly<Record<string, Writer>> = {
  '&': binary('&'),
  '|': binary('|'),
  '^': binary('^'),
  '<<': binary('<<'),
  '>>': binary('>>'),
  payload: (value) =>
    jsonMember(value, 'base') === undefined
      ? words(member(value, 'protocol'), member(value, 'field'))
      : `@${member(value, 'base')},${member(value, 'offset')},${member(value, 'len')}`,
  meta: (value) => `meta ${member(value, 'key')}`,
  ct: (value) => {
    const key = member(value, 'key');
    const [family = '', name = key] = / (?:s|d)addr$/.test(` ${key}`) ? [member(value, 'family'), key] : ['', key];
    return words('ct', member(value, 'dir'), family, name);
  },
  fib: (value) => `fib ${jsonList(jsonMember(value, 'flags')).map(jsonWord).join(' . ')} ${member(value, 'result')}`,
  numgen: (value) => words('numgen', member(value, 'mode'), 'mod', member(value, 'mod'), offsetText(value)),
  jhash: (value) =>
    words('jhash', expressionText(jsonMember(value, 'expr')), 'mod', member(value, 'mod'), seedText(value), offsetText(value)),
  symhash: (value) => words('symhash mod', member(value, 'mod'), offsetText(value)),
  exthdr: (value) => {
    const [name, field] = [member(value, 'name'), member(value, 'field')];
    if (field === '') return `exthdr ${name}`;
    const offset = jsonMember(value, 'offset');
    return words(name, typeof offset === 'number' ? `${field}[${offset}]` : field);
  },
  'tcp option': (value) =>
    jsonMember(value, 'base') === undefined
      ? words('tcp option', member(value, 'name'), member(value, 'field'))
      : `tcp option @${member(value, 'base')},${member(value, 'offset')},${member(value, 'len')}`,
  'ip option': (value) => words('ip option', member(value, 'name'), member(value, 'field')),
  'sctp chunk': (value) => words('sctp chunk', member(value, 'name'), member(value, 'field')),
  'dccp option': (value) => words('dccp option', member(value, 'type')),
  socket: (value) => words('socket', member(value, 'key')),
  rt: (value) => words('rt', member(value, 'family'), member(value, 'key')),
  osf: (value) => words('osf', member(value, 'ttl') && `ttl ${member(value, 'ttl')}`, member(value, 'key')),
  ipsec: (value) =>
    words(
      'ipsec',
      member(value, 'dir'),
      member(value, 'spnum') !== '' && member(value, 'spnum') !== '0' && `spnum ${member(value, 'spnum')}`,
      member(value, 'family'),
      member(value, 'key'),
    ),
  prefix: (value, styles) => `${expressionText(jsonMember(value, 'addr'), styles)}/${member(value, 'len')}`,
  range: (value, styles) =>
    jsonList(value)
      .map((one) => expressionText(one, styles))
      .join(jsonList(value).some((one) => typeof one === 'string' && /[a-z]-/.test(one)) ? ' - ' : '-'),
  concat: (value, styles) =>
    jsonList(value)
      .map((one, at) => expressionText(one, [styles[at] ?? 'plain']))
      .join(' . '),
  set: (value, styles) => setText(value, styles),
  elem: (value, styles) => elementText({ elem: value }, styles),
  map: (value, styles) => {
    const key = jsonMember(value, 'key');
    return `${expressionText(key)} map ${setOrReference(jsonMember(value, 'data'), stylesOf(key), styles)}`;
  },
};

function offsetText(value: Json): string {
  const offset = member(value, 'offset');
  return offset === '' || offset === '0' ? '' : `offset ${offset}`;
}

function seedText(value: Json): string {
  const seed = member(value, 'seed');
  return seed === '' || seed === '0' ? '' : `seed ${seed}`;
}

export function setOrReference(value: Json | undefined, keys: readonly JsonStyle[], values: readonly JsonStyle[]): string {
  return typeof value === 'string' ? value : setText(jsonMember(value, 'set') ?? [], keys, values);
}

function setText(value: Json, keys: readonly JsonStyle[], values: readonly JsonStyle[] = ['plain']): string {
  return `{ ${jsonList(value)
    .map((one) => elementText(one, keys, values))
    .join(', ')} }`;
}

/** A member of a set, or a key and its value. */
export function elementText(value: Json, keys: readonly JsonStyle[], values: readonly JsonStyle[] = ['plain']): string {
  if (Array.isArray(value)) {
    const [key, data] = value;
    return `${elementText(key ?? null, keys)} : ${verdictText(data) ?? expressionText(data, values)}`;
  }
  const elem = jsonMember(value, 'elem');
  if (elem === undefined) return expressionText(value, keys);
  const counter = jsonMember(elem, 'counter');
  const [timeout, expires, comment] = ['timeout', 'expires', 'comment'].map((name) => member(elem, name));
  return words(
    expressionText(jsonMember(elem, 'val'), keys),
    isJsonObject(counter) && `counter packets ${member(counter, 'packets')} bytes ${member(counter, 'bytes')}`,
    timeout !== '' && `timeout ${timeout}s`,
    expires !== '' && `expires ${expires}s`,
    comment !== '' && `comment "${comment}"`,
  );
}

export function verdictText(value: Json | undefined): string | undefined {
  const [kind, inner] = onlyMember(value) ?? [];
  if (kind === 'jump' || kind === 'goto') return `${kind} ${jsonWord(jsonMember(inner, 'target'))}`;
  return kind !== undefined && /^(?:accept|drop|continue|return)$/.test(kind) ? kind : undefined;
}
