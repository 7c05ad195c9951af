/** A server that only this machine reaches: it listens on 127.0.0.1, and on ::1 where there is one. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LocalRequest {
  readonly method: string;
  /** as it was sent */
  readonly path: string;
  /** of the headers those that a browser sets and no page can */
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly site: string | undefined;
  readonly mode: string | undefined;
}

export interface LocalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** it does not end: what is sent from now on; returns what is called when the reader has gone */
  readonly follow?: (send: (text: string) => void) => () => void;
}

export interface Listening {
  readonly port: number;
  /** ends every connection */
  readonly close: () => Promise<void>;
}

export type AnswerLocally = (request: LocalRequest, port: number) => LocalAnswer;

/** `port` 0: a free one. */
export async function listenLocally(
  port: number,
  answer: AnswerLocally,
): Promise<Listening | { readonly problem: string; readonly taken: boolean }> {
  // every command that does not serve starts sooner without it
  const { createServer } = await import('node:http');
  const open = new Set<ServerResponse>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    open.add(response.on('close', () => open.delete(response)));
    respond(response, answer(requestOf(request), own));
  };
  const first = createServer(listener);
  const failed = await listening(first, { port, host: '127.0.0.1' });
  if (failed !== undefined) return { problem: failed.message, taken: failed.code === 'EADDRINUSE' };
  const own = (first.address() as AddressInfo).port;
  const second = createServer(listener);
  const hasSecond = (await listening(second, { port: own, host: '::1', ipv6Only: true })) === undefined;
  const servers = hasSecond ? [first, second] : [first];
  const end = async () => {
    // a reader is told that it ends, and is cut off only where it does not read
    const told = [...open].map((response) => new Promise<void>((resolve) => response.end(resolve)));
    await Promise.race([Promise.all(told), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
    await Promise.all(servers.map(close));
  };
  return { port: own, close: end };
}

const PATIENCE_MS = 500;

interface Place {
  readonly port: number;
  readonly host: string;
  readonly ipv6Only?: boolean;
}

/** Undefined: it does. */
function listening(server: Server, place: Place): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(place, () => {
      server.off('error', resolve);
      resolve(undefined);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function requestOf({ method = '', url = '', headers }: IncomingMessage): LocalRequest {
  const one = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.join(', ');
  };
  return { method, path: url, host: one('host'), origin: one('origin'), site: one('sec-fetch-site'), mode: one('sec-fetch-mode') };
}

function respond(response: ServerResponse, { status, headers, body, follow }: LocalAnswer): void {
  response.on('error', () => {});
  response.writeHead(status, headers);
  if (follow === undefined) {
    response.end(body);
    return;
  }
  response.write(body);
  response.on(
    'close',
    follow((text) => void response.write(text)),
  );
}
