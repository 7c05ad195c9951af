/** Programs that run another one in a container or a network namespace: docker exec, ip netns exec, nsenter, kubectl exec. */
import type { Machine } from './machine.ts';
import type { ShellField } from './values.ts';

interface Elsewhere {
  /** the container or the namespace, as it is written */
  readonly place: string;
  readonly fields: readonly ShellField[];
}

const CONTAINERS = new Set(['docker', 'podman', 'nerdctl', 'crictl']);
/** Options of `docker exec` and `kubectl exec` that take a value. */
const WITH_VALUE = /^(?:-[uwecn]|--(?:user|workdir|env|env-file|container|namespace|context))$/;
const CALL = /^(?:\S*\/)?ip6?tables(?:-(?:nft|legacy))?(?:-restore)?$/;

/** A call of iptables that such a program runs; undefined: it is none. */
export function calledElsewhere(fields: readonly ShellField[]): Elsewhere | undefined {
  const words = fields.map(({ text }) => text);
  const at = words.findIndex((word, index) => index > 0 && CALL.test(word));
  const [name = ''] = words;
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (at < 2 || fields.slice(0, at).some(({ unknown, arguments: all }) => unknown !== undefined || all === true)) return undefined;
  const between = words.slice(1, at);
  const found = (place: string): Elsewhere => ({ place: `${base} ${place}`, fields: fields.slice(at) });
  if (base === 'ip') {
    const [netns, exec, space, ...more] = between;
    return netns === 'netns' && exec === 'exec' && space !== undefined && more.length === 0 ? found(space) : undefined;
  }
  if (base === 'nsenter') return between.every((word) => /^-|^\d+$/.test(word)) ? found(between.join(' ')) : undefined;
  if (!CONTAINERS.has(base) && base !== 'kubectl') return undefined;
  const [exec, ...rest] = between;
  if (exec !== 'exec') return undefined;
  const names = rest.filter((word, index) => word !== '--' && !word.startsWith('-') && !WITH_VALUE.test(rest[index - 1] ?? ''));
  return names.length === 1 ? found(names[0] ?? '') : undefined;
}

/** The rules of a text are those of one namespace: false where this call is in another than those before, which is reported. */
export function isSamePlace(machine: Machine, place: string, call: ShellField): boolean {
  const before = machine.place;
  machine.place ??= place;
  if (before === undefined || before === place) return true;
  machine.report({
    kind: 'malformed',
    code: 'script-not-evaluated',
    message: `\`${call.text}\` runs ${placeText(place)}, and the calls before ${placeText(before)}`,
    span: { start: call.start, end: call.end },
    help: 'give the calls of one network namespace at a time',
  });
  return false;
}

function placeText(place: string): string {
  return place === '' ? 'here' : `in \`${place}\``;
}
