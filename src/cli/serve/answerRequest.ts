/** What is answered to whom. A page that somebody else wrote can send requests to this machine, and by a name of its own that leads here
 *  it could read the answers: so the name that was asked for, the page that asks, and a secret in the path all have to be right. */
import type { LocalAnswer, LocalRequest } from '../io/localServer.ts';

export interface Serving {
  readonly port: number;
  /** in the path of everything that is served */
  readonly token: string;
  /** leads to the page, the first time that it is asked for: other users may see the command line of a program that is given it */
  readonly entry: { readonly token: string; used: boolean };
  /** the page with the files in it */
  readonly page: () => string;
  /** its policy, for a header: some parts count only there */
  readonly policy: string;
  readonly follow: NonNullable<LocalAnswer['follow']>;
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-type': 'text/plain; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export function answerRequest(request: LocalRequest, { port, token, entry, page, policy, follow }: Serving): LocalAnswer {
  const names = ['127.0.0.1', '[::1]', 'localhost'].flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);
  if (request.host === undefined || !names.includes(request.host.toLowerCase())) return refusal(403, 'another host was asked for');
  if (request.origin !== undefined && !names.some((name) => request.origin?.toLowerCase() === `http://${name}`))
    return refusal(403, 'another page asks');
  // a link elsewhere may lead here, and nothing else may
  const isOwn = request.site === undefined || request.site === 'none' || request.site === 'same-origin' || request.mode === 'navigate';
  if (!isOwn) return refusal(403, 'another page asks');
  if (request.method !== 'GET') return { ...refusal(405, 'this is read only'), headers: { ...HEADERS, allow: 'GET' } };
  const [, given = '', rest] = /^\/([^/?#]*)\/([^?#]*)$/.exec(request.path) ?? [];
  if (rest === '' && !entry.used && isSame(given, entry.token)) {
    entry.used = true;
    return { ...refusal(302, 'the page is at the address that was printed'), headers: { ...HEADERS, location: `/${token}/` } };
  }
  if (!isSame(given, token)) return refusal(404, 'not found: the address has to be the whole one that was printed');
  if (rest === '') {
    const headers = { ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
    return { status: 200, headers, body: page() };
  }
  if (rest === 'events') {
    const headers = { ...HEADERS, 'content-type': 'text/event-stream' };
    return { status: 200, headers, body: '', follow };
  }
  return refusal(404, 'not found');
}

function refusal(status: number, text: string): LocalAnswer {
  return { status, headers: HEADERS, body: `${text}\n` };
}

/** As long for a text that is nearly right as for another one. */
function isSame(given: string, token: string): boolean {
  let different = given.length ^ token.length;
  for (let at = 0; at < token.length; at++) different |= given.charCodeAt(at) ^ token.charCodeAt(at);
  return different === 0;
}
