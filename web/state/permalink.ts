/** What the page shows, in the fragment of its address: compressed, so that a sidecar's rules fit a chat message. A fragment is never sent to
 *  a server; it is somebody else's text all the same. */
import { MESH_TITLES, OUTCOME_SIGNS, type PageState, TABS, USUAL_STATE } from './pageState.ts';

const VERSION = 'v1=';
/** Some bytes may stand for very many. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The fragment without `#`. */
export async function fragmentOf(state: PageState): Promise<string> {
  const changed = Object.entries(state).filter(([key, value]) => value !== USUAL_STATE[key as keyof PageState]);
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(changed)));
  const packed = await bytesOf(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw')), Number.POSITIVE_INFINITY);
  return `${VERSION}${toBase64Url(packed)}`;
}

/** Undefined: there is no state in it, or none that can be read. */
export async function stateIn(fragment: string): Promise<PageState | undefined> {
  const text = fragment.replace(/^#/, '');
  if (!text.startsWith(VERSION)) return undefined;
  try {
    const packed = fromBase64Url(text.slice(VERSION.length));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return checked(JSON.parse(new TextDecoder().decode(await bytesOf(stream, MOST_BYTES))));
  } catch {
    return undefined;
  }
}

/** Of an object that anybody may have written: the keys that are what they should be. */
function checked(value: unknown): PageState | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const given: Readonly<Record<string, unknown>> = { ...value };
  const state: Record<string, string> = { ...USUAL_STATE };
  for (const key of Object.keys(USUAL_STATE)) {
    const text = given[key];
    const words = WORDS[key];
    if (typeof text === 'string' && (words === undefined || words.includes(text))) state[key] = text;
  }
  return state as unknown as PageState;
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  mesh: Object.keys(MESH_TITLES),
  family: ['', '4', '6'],
  tab: TABS,
  outcome: Object.keys(OUTCOME_SIGNS),
};

async function bytesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let count = 0;
  for await (const part of stream) {
    count += part.length;
    if (count > most) throw new RangeError('the fragment holds too much');
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** So many at once are arguments of one call. */
const CHUNK = 0x8000;

function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
}
