/** Statements of `nft -j` in the words of nft. man libnftables-json(5) */
import { elementText, expressionText, setOrReference, styleOf, stylesOf, verdictText } from './expressions.ts';
import { isJsonObject, type Json, jsonList, jsonMember, jsonWord, onlyMember } from './json.ts';
import { UnknownJson } from './unknown.ts';

export function jsonStatementText(value: Json): string {
  // dynamic maps and chains without a name come as text
  if (typeof value === 'string') return value;
  const verdict = verdictText(value);
  if (verdict !== undefined) return verdict;
  const [kind, inner] = Object.entries(isJsonObject(value) ? value : {})[0] ?? [];
  const write = kind === undefined ? undefined : WRITERS[kind];
  if (write === undefined) throw new UnknownJson(kind ?? 'a statement without a name');
  return write(inner ?? null);
}

const BITS = /^(?:tcp flags|ct state|ct status|ct label|ct event)$/;
/** libnftables-json(5): `in` is some of the bits, `==` all of them and no other. */
function matchText(value: Json): string {
  const [left, right] = [jsonMember(value, 'left'), jsonMember(value, 'right')];
  const op = member(value, 'op');
  const asked = presenceOf(left, right) ?? expressionText(left);
  const isBinary = '&|^<<>>'.includes(onlyMember(left)?.[0] ?? 'none');
  const shown = op === 'in' || (op === '==' && isSet(right) && !isBinary) || (op === '==' && !isBinary && !BITS.test(asked)) ? '' : op;
  const constant = typeof right === 'string' && right.startsWith('@') ? right : expressionText(right, stylesOf(left));
  return words(asked, shown, isSet(right) ? setOrReference(right ?? null, stylesOf(left), ['plain']) : constant);
}

/** fact: whether an option without a name is there is asked of its first byte, with `true` or `false` */
function presenceOf(left: Json | undefined, right: Json | undefined): string | undefined {
  const option = jsonMember(left, 'tcp option');
  const number = jsonMember(option, 'base');
  return typeof right === 'boolean' && number !== undefined ? words('tcp option', jsonWord(number)) : undefined;
}

function isSet(value: Json | undefined): boolean {
  return jsonMember(value, 'set') !== undefined;
}

function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined && part !== '').join(' ');
}

function member(value: Json, key: string): string {
  return jsonWord(jsonMember(value, key));
}

/** A number of its own, or the name of an object. */
function named(kind: string, value: Json): string | undefined {
  if (typeof value === 'string') return `${kind} name "${value}"`;
  return jsonMember(value, 'map') === undefined ? undefined : `${kind} name ${expressionText(value, ['string'])}`;
}

const NAT_FLAGS = /^(?:random|fully-random|persistent)$/;

/** fact: `prefix` is the flag `netmap` */
function natText(verb: string): (value: Json) => string {
  return (value) => {
    const [address, port] = [jsonMember(value, 'addr'), jsonMember(value, 'port')];
    const all = [...jsonList(jsonMember(value, 'flags')), ...jsonList(jsonMember(value, 'type_flags'))].map(jsonWord);
    const flags = all.filter((flag) => NAT_FLAGS.test(flag)).join(',');
    const to = address === undefined && port === undefined ? '' : `to ${targetText(address, port)}`;
    return words(verb, member(value, 'family'), all.some((flag) => flag === 'netmap' || flag === 'prefix') && 'prefix', to, flags);
  };
}

function targetText(address: Json | undefined, port: Json | undefined): string {
  const before = address === undefined ? '' : expressionText(address);
  if (port === undefined) return before;
  const bracketed = before.replace(/[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*/gi, (one) => `[${one}]`);
  return `${typeof address === 'string' || jsonMember(address, 'range') !== undefined ? bracketed : before}:${expressionText(port)}`;
}

export function limitText(value: Json): string {
  const unit = member(value, 'rate_unit');
  const rate = unit === '' || unit === 'packets' ? member(value, 'rate') : `${member(value, 'rate')} ${unit}`;
  const burst = member(value, 'burst');
  const burstUnit = member(value, 'burst_unit') || 'packets';
  const hides = (burst === '5' && burstUnit === 'packets') || burst === '' || burst === '0';
  return words(
    'rate',
    jsonMember(value, 'inv') === true && 'over',
    `${rate}/${member(value, 'per')}`,
    !hides && `burst ${burst} ${burstUnit}`,
  );
}

function logText(value: Json): string {
  const prefix = jsonMember(value, 'prefix');
  const numbers = ['group', 'snaplen', 'queue-threshold'].map((key) => member(value, key) !== '' && `${key} ${member(value, key)}`);
  const flags = jsonList(jsonMember(value, 'flags')).map((flag) => `flags ${jsonWord(flag)}`);
  const level = member(value, 'level');
  return words('log', typeof prefix === 'string' && `prefix "${prefix}"`, ...numbers, level !== '' && `level ${level}`, ...flags);
}

const WRITERS: Readonly<Record<string, (value: Json) => string>> = {
  match: matchText,
  counter: (value) =>
    named('counter', value) ??
    words('counter', member(value, 'packets') !== '' && `packets ${member(value, 'packets')} bytes ${member(value, 'bytes')}`),
  mangle: (value) => {
    const key = jsonMember(value, 'key');
    return `${expressionText(key)} set ${expressionText(jsonMember(value, 'value'), [styleOf(key)])}`;
  },
  quota: (value) =>
    named('quota', value) ??
    words(
      'quota',
      jsonMember(value, 'inv') === true && 'over',
      `${member(value, 'val')} ${member(value, 'val_unit')}`,
      member(value, 'used') !== '' && `used ${member(value, 'used')} ${member(value, 'used_unit')}`,
    ),
  limit: (value) => named('limit', value) ?? `limit ${limitText(value)}`,
  'ct count': (value) => words('ct count', jsonMember(value, 'inv') === true && 'over', member(value, 'val')),
  last: () => 'last',
  notrack: () => 'notrack',
  reset: (value) => `reset ${expressionText(value)}`,
  log: logText,
  reject: (value) => {
    const type = member(value, 'type');
    if (type === '') return 'reject';
    return type === 'tcp reset' ? 'reject with tcp reset' : words('reject with', type, expressionText(jsonMember(value, 'expr')));
  },
  vmap: (value) => {
    const key = jsonMember(value, 'key');
    return `${expressionText(key)} vmap ${setOrReference(jsonMember(value, 'data'), stylesOf(key), ['plain'])}`;
  },
  snat: natText('snat'),
  dnat: natText('dnat'),
  masquerade: natText('masquerade'),
  redirect: natText('redirect'),
  tproxy: (value) => words('tproxy', member(value, 'family'), 'to', targetText(jsonMember(value, 'addr'), jsonMember(value, 'port'))),
  fwd: (value) => {
    const address = jsonMember(value, 'addr');
    const device = expressionText(jsonMember(value, 'dev'), ['string']);
    return address === undefined
      ? `fwd to ${device}`
      : words('fwd', member(value, 'family'), 'to', expressionText(address), 'device', device);
  },
  dup: (value) => {
    const device = jsonMember(value, 'dev');
    return words(
      'dup to',
      expressionText(jsonMember(value, 'addr')),
      device !== undefined && `device ${expressionText(device, ['string'])}`,
    );
  },
  set: (value) => dynamicText(value, jsonMember(value, 'set')),
  map: (value) => dynamicText(value, jsonMember(value, 'map')),
  meter: (value) => {
    const size = member(value, 'size');
    const element = words(elementText(jsonMember(value, 'key') ?? null, ['plain']), jsonStatementText(jsonMember(value, 'stmt') ?? null));
    return words('meter', member(value, 'name'), size !== '' && `size ${size}`, `{ ${element} }`);
  },
  flow: (value) => `flow ${member(value, 'op') || 'add'} ${member(value, 'flowtable')}`,
  queue: (value) => {
    const flags = jsonList(jsonMember(value, 'flags')).map(jsonWord).join(',');
    const number = jsonMember(value, 'num');
    return words('queue', flags !== '' && `flags ${flags}`, number !== undefined && `to ${expressionText(number)}`);
  },
  synproxy: (value) =>
    named('synproxy', value) ??
    words(
      'synproxy',
      member(value, 'mss') !== '' && `mss ${member(value, 'mss')}`,
      member(value, 'wscale') !== '' && `wscale ${member(value, 'wscale')}`,
      ...jsonList(jsonMember(value, 'flags')).map(jsonWord),
    ),
  'ct helper': (value) => `ct helper set ${expressionText(value, ['string'])}`,
  'ct timeout': (value) => `ct timeout set ${expressionText(value, ['string'])}`,
  'ct expectation': (value) => `ct expectation set ${expressionText(value, ['string'])}`,
  secmark: (value) => `meta secmark set ${expressionText(value, ['string'])}`,
  xt: (value) => `xt ${member(value, 'type') || 'match'} ${member(value, 'name') || 'unknown'}`,
};

function dynamicText(value: Json, set: Json | undefined): string {
  const data = jsonMember(value, 'data');
  const statements = jsonList(jsonMember(value, 'stmt')).map(jsonStatementText);
  const element = words(
    elementText(jsonMember(value, 'elem') ?? null, ['plain']),
    data !== undefined && `: ${expressionText(data)}`,
    ...statements,
  );
  return `${member(value, 'op')} ${jsonWord(set)} { ${element} }`;
}
