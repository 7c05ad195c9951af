/** What may stand in an annotation. Each reader says what is wrong, or nothing.
 *  source: istio/istio pkg/kube/inject/validate.go, cni/pkg/plugin/sidecar_redirect.go, pkg/util/net */
import { parseGoPrefix, readFlagValue } from '../../istio/settings/goValues.ts';

/** The problem with a value, lower case, its text in backticks; undefined: it is fine. */
export type ValueCheck = (text: string) => string | undefined;

export const anyText: ValueCheck = () => undefined;

export const interceptionMode: ValueCheck = (text) =>
  ['REDIRECT', 'TPROXY', 'NONE'].includes(text) ? undefined : `\`${text}\` is not REDIRECT, TPROXY or NONE`;

export const pluginMode: ValueCheck = (text) =>
  ['REDIRECT', 'TPROXY'].includes(text) ? undefined : `\`${text}\` is not REDIRECT or TPROXY, the only modes that the CNI plugin accepts`;

/** Items are not trimmed, and a bare address is refused: netip.ParsePrefix. */
export const cidrs: ValueCheck = (text) => {
  if (text === '') return undefined;
  const wrong = text.split(',').find((item) => !isCidr(item));
  if (wrong === undefined) return undefined;
  const why = wrong.trim() !== wrong && isCidr(wrong.trim()) ? ': it has a blank' : '';
  return `\`${wrong}\` is not an address range such as 10.0.0.0/8${why}`;
};

export const cidrsOrAll: ValueCheck = (text) => (text === '*' ? undefined : cidrs(text));

export const port: ValueCheck = (text) => (isPort(text) ? undefined : `\`${text}\` is not a port, 0 to 65535`);

export const ports: ValueCheck = (text) => {
  if (text.trim() === '') return undefined;
  const wrong = text.split(',').find((item) => !isPort(item));
  return wrong === undefined ? undefined : `\`${wrong}\` is not a port, 0 to 65535`;
};

export const portsOrAll: ValueCheck = (text) => (text === '*' ? undefined : ports(text));

/** The value of `--dport` in each rule: istio-iptables takes any text, iptables a port, a range, or the name of a service. */
export const portsOfRules: ValueCheck = (text) => {
  const wrong = text.split(',').find((item) => item !== '' && !isPortOfRule(item.trim()));
  return wrong === undefined ? undefined : `\`${wrong}\` is not a port, a range \`8000:8010\` or the name of a service`;
};

function isPortOfRule(text: string): boolean {
  const parts = text.split(':');
  return parts.length <= 2 && (parts.every((part) => part !== '' && isPort(part)) || /^[a-z][\w-]*$/i.test(text));
}

/** Since 1.30; before, the text went into the rules as it was. */
export const interfaces: ValueCheck = (text) => {
  if (text === '') return undefined;
  const wrong = text.split(',').find((item) => !/^[a-zA-Z][a-zA-Z0-9_.-]{0,14}$/.test(item.trim()));
  return wrong === undefined ? undefined : `\`${wrong}\` is not an interface name of at most 15 letters, digits, \`_\`, \`.\` and \`-\``;
};

function isPort(text: string): boolean {
  const digits = text.trim();
  return /^\d+$/.test(digits) && Number(digits) <= 65535;
}

function isCidr(text: string): boolean {
  return parseGoPrefix(text) !== undefined;
}

/** Go's strconv.ParseBool; undefined: it is not a boolean. */
export function parseBool(text: string): boolean | undefined {
  const value = readFlagValue('switch', text);
  return typeof value === 'boolean' ? value : undefined;
}
