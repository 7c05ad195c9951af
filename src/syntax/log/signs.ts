/** Whether a text is a log. Nothing else that holds rules looks so: scripts and dumps have neither times nor names before their lines. */
import { TABLE_LINE } from '../text/refusal.ts';
import { hasShebang } from '../text/shellCall.ts';

const MONTHS = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** What a collector or a program puts before a line. */
const SIGNS: readonly RegExp[] = [
  /^(?:[\w./-]{1,120}[ \t|›]{1,200}){0,4}\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/m,
  /^(?:time|level|ts)=\S{1,200} .{0,500}\bmsg=/m,
  /^\{(?!.{0,2000}"(?:apiVersion|kind)"\s{0,9}:).{0,2000}"(?:msg|message|log|MESSAGE|textPayload|body)"\s{0,9}:\s{0,9}"/m,
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ /m,
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /m,
  new RegExp(String.raw`^${MONTHS} [ \d]\d \d\d:\d\d:\d\d \S{1,200} \S{1,200}: `, 'm'),
  /^\+{1,4} (?:\S{0,200}\/)?ip6?tables/m,
  /^COMMIT[ \t]{1,40}\w{1,40}=/m,
  /^PROXY_INBOUND_CAPTURE_PORT=/m,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  /^\x1b\[/m,
  /^(?!echo |printf |cat )(?:[a-z0-9][-a-z0-9._/]{2,200}[ \t]{1,40}(?:[|›:][ \t]*)?){1,3}\*[ \t]?(?:raw|mangle|nat|filter|security)[ \t]*\r?$/m,
  /^[A-Za-z0-9][\w.-]{0,200} {1,100}\| ?\*[ \t]?(?:raw|mangle|nat|filter|security)[ \t]*\r?$/m,
  /^[a-z0-9][-a-z0-9./]{0,200}\[[-a-z0-9]{1,100}\]: ?\*/m,
  // tables of nft
  /^(?!echo |printf |cat |add |create |delete |flush )(?:[a-z0-9][-a-z0-9._/]{2,200}[ \t]{1,40}(?:[|›:][ \t]*)?){1,3}table (?:ip6?|inet) \S{1,200} \{[ \t]*\r?$/m,
  /^(?:[A-Za-z0-9][\w.-]{0,200} {1,100}\||[a-z0-9][-a-z0-9./]{0,200}\[[-a-z0-9]{1,100}\]:|\[pod\/[^\]\n]{1,300}\]) ?table (?:ip6?|inet) \S{1,200} \{[ \t]*\r?$/m,
];

/** A name in brackets. In a dump it is counters that somebody damaged. */
const BRACKETS = /^\[(?!\d{1,20}[^\]]\d{0,20}\])(?=[\d.]{0,20}[-a-z])[\w./ -]{3,200}\] (?:\d{4}-|\*|[:#[-]|COMMIT|\+|\/|[A-Z])/m;

export function looksLikeLog(text: string): boolean {
  if (hasShebang(text)) return false;
  return ANY.test(text) || (BRACKETS.test(text) && !TABLE_LINE.test(text));
}

/** All at once: a dump of 100,000 rules is looked through once. A line of rules is not a sign. */
const ANY = new RegExp(`^(?!-[A-Z] |:|\\[\\d+:)(?:${SIGNS.map(({ source }) => source.slice(1)).join('|')})`, 'm');

/** Of the list that istio-iptables writes of its settings. */
export function isVariableLine(line: string): boolean {
  return /^(?:PROXY_PORT|INBOUND_PORTS_INCLUDE|OUTBOUND_IP_RANGES_INCLUDE)=/.test(line);
}
