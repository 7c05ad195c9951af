/** Whether Istio reads an annotation or a label where it stands, which one was probably meant, and where it would work. */
import { closest, distance } from '../../lib/nearest.ts';
import type { Version } from '../settings/version.ts';
import { versionName } from '../settings/version.ts';
import type { NameProblem } from './judgeVariable.ts';
import { CLOSED_KINDS, type KeySide, KNOWN_KEYS, type KnownKey, OPEN_GROUPS } from './keys.ts';
import { judgeKeyValue } from './values.ts';

export interface PlacedKey {
  readonly name: string;
  readonly side: KeySide;
  /** absent: it is not a string, and something else is wrong */
  readonly value?: string;
  /** of the object, or `Pod` for the template of one */
  readonly kind: string;
  /** the object has templates of pods, and this is its own metadata */
  readonly besideTemplate?: true;
  /** where Kubernetes keeps neither annotations nor labels */
  readonly stray?: string;
  /** the pod has been through injection, which leaves keys of its own */
  readonly injected?: true;
}

const BY_NAME = new Map<string, KnownKey[]>();
for (const key of KNOWN_KEYS) BY_NAME.set(key.name, [...(BY_NAME.get(key.name) ?? []), key]);
const GROUPS = [...new Set(KNOWN_KEYS.map(({ name }) => groupOf(name)))].filter((group) => group !== '');
const NAMES = KNOWN_KEYS.map(({ name }) => name);
/** Names that mean capture wherever they stand. */
const CAPTURE = new Set(NAMES.filter((name) => groupOf(name) === 'traffic.sidecar.istio.io').map((name) => shortOf(name).toLowerCase()));
const INJECTION = 'istio-injection';

/** Undefined: it works there, or it is not Istio's. Without a version: in some version. */
export function judgeKey(key: PlacedKey, version?: Version): NameProblem | undefined {
  if (!couldBeIstios(key.name)) return undefined;
  if (key.stray !== undefined) return strayKey(key, key.stray);
  const known = BY_NAME.get(key.name);
  if (known === undefined) return unknownKey(key);
  const ofSide = known.find(({ side, written }) => side === key.side && (written === undefined || key.injected === true || isAlone(known)));
  if (ofSide === undefined) return wrongSide(key, known);
  if (!worksOn(ofSide, key)) return wrongPlace(key, ofSide);
  return (version === undefined ? undefined : wrongVersion(ofSide, version)) ?? wrongValue(key);
}

const CACHED = new Map<string, boolean>();
const MOST_CACHED = 10_000;

/** Whether a key is Istio's by its group, or by one that differs from it in a letter or two. The same few stand on thousands of objects. */
export function couldBeIstios(name: string): boolean {
  const cached = CACHED.get(name);
  if (cached !== undefined) return cached;
  if (CACHED.size >= MOST_CACHED) CACHED.clear();
  const found = isOfIstio(name);
  CACHED.set(name, found);
  return found;
}

function isOfIstio(name: string): boolean {
  const group = groupOf(name);
  if (OPEN_GROUPS.includes(group)) return false;
  if (CAPTURE.has(shortOf(name).toLowerCase()) && /^$|istio|sidecar|traffic/i.test(group)) return true;
  if (group === '' && /istio\.io\W/i.test(name)) return true;
  if (group === '') return name === INJECTION || (/^istio/i.test(name) && distance(name.toLowerCase(), INJECTION) <= 3);
  if (/(?:^|\.)istio\.io$/i.test(group)) return true;
  return GROUPS.some((known) => Math.abs(known.length - group.length) <= 2 && distance(group, known) <= (known === 'istio.io' ? 1 : 2));
}

function isAlone(known: readonly KnownKey[]): boolean {
  return known.length === 1;
}

function unknownKey({ name, side }: PlacedKey): NameProblem {
  const meant = meantBy(name, side);
  return {
    message: `Istio knows no ${side} \`${name}\`: it is not read`,
    ...(meant !== undefined && { help: `did you mean \`${meant}\`?` }),
  };
}

function strayKey({ name, side }: PlacedKey, stray: string): NameProblem {
  const known = BY_NAME.get(name)?.[0];
  const where = known === undefined ? '' : ` of ${placesOf(known)}`;
  return {
    message: `\`${name}\` stands in ${stray}, where it is not read`,
    help: `it belongs to \`metadata.${known?.side ?? side}s\`${where}`,
  };
}

/** The same name in another group comes first, then one a few letters away. */
function meantBy(name: string, side: KeySide): string | undefined {
  const [group, short] = [groupOf(name).toLowerCase(), shortOf(name).toLowerCase()];
  const most = Math.max(2, short.length / 3);
  let best: { readonly name: string; readonly cost: number } | undefined;
  for (const known of KNOWN_KEYS) {
    const edits = distance(short, shortOf(known.name).toLowerCase(), most);
    if (edits > most) continue;
    const cost = 4 * edits + distance(group, groupOf(known.name)) + (known.side === side ? 0 : 0.5);
    if (best === undefined || cost < best.cost) best = { name: known.name, cost };
  }
  return best?.name ?? wholeMeant(name);
}

/** Where the slash is what is wrong. */
function wholeMeant(name: string): string | undefined {
  const best = closest(name, NAMES);
  return best !== undefined && best.distance <= 3 ? best.word : undefined;
}

function wrongSide({ name, side, kind, besideTemplate }: PlacedKey, known: readonly KnownKey[]): NameProblem {
  const [there, right] = side === 'label' ? ['a label', 'annotation'] : ['an annotation', 'label'];
  const other = known.find((one) => one.side !== side) ?? known[0];
  const isHere = other === undefined || other.on.includes(kind) || other.on.includes('Any');
  const of = isHere ? '' : besideTemplate === true && other.on.includes('Pod') ? ' of the pod template' : ` of ${placesOf(other)}`;
  return {
    message: `\`${name}\` does nothing as ${there}: it is read as ${right === 'label' ? 'a' : 'an'} ${right}`,
    help: `move it to \`metadata.${right}s\`${of}`,
  };
}

function worksOn({ name, on }: KnownKey, { kind, besideTemplate }: PlacedKey): boolean {
  if (on.includes(kind)) return true;
  // revisions choose what they read of many kinds; a workload is not among them
  if (on.includes('Any')) return !(name === 'istio.io/rev' && besideTemplate === true && CLOSED_KINDS.has(kind));
  return !CLOSED_KINDS.has(kind);
}

function wrongPlace({ name, side, kind, besideTemplate }: PlacedKey, known: KnownKey): NameProblem {
  const does = `${side} \`${name}\` does nothing on a ${kind}`;
  const ofPods = known.on.includes('Pod') || known.on.includes('Any');
  if (besideTemplate === true && ofPods) {
    return { message: `${does}: it is read on pods`, help: `move it to \`metadata.${side}s\` of the pod template` };
  }
  if (kind === 'Namespace' && name === 'sidecar.istio.io/inject') {
    return { message: `${does}: it is read on pods`, help: `a namespace takes the label ${INJECTION}=enabled or disabled` };
  }
  if (name === INJECTION) {
    return { message: `${does}: it is read on namespaces`, help: 'a pod takes the label sidecar.istio.io/inject=true or false' };
  }
  return { message: `${does}`, help: `it is read on ${placesOf(known)}` };
}

function placesOf({ on }: KnownKey): string {
  return on.map((kind) => (kind === 'Pod' ? 'pods' : kind)).join(', ');
}

function wrongVersion({ name, side, since, until }: KnownKey, version: Version): NameProblem | undefined {
  const early = since !== undefined && version.minor < since;
  const late = until !== undefined && version.minor > until;
  if (!early && !late) return undefined;
  const when = early ? `it is read since 1.${since}` : `1.${until} was the last to read it`;
  return { message: `Istio ${versionName(version)} does not read ${side} \`${name}\``, help: when };
}

function wrongValue({ name, side, value }: PlacedKey): NameProblem | undefined {
  const wrong = value === undefined ? undefined : judgeKeyValue(name, value, side);
  return wrong === undefined ? undefined : { message: `${side} ${name}: ${wrong}` };
}

function groupOf(name: string): string {
  return name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
}

function shortOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
