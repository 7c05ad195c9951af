/** `chainwalk serve`: to whom it answers, and what it says. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opener } from '../../src/cli/io/openAddress.ts';
import { type ServedHere, serveHere } from './served.ts';

const PAGE =
  '<html><meta http-equiv="Content-Security-Policy" content="default-src \'none\'"><script type="application/json" id="given">null</script></html>';
const RULES = '*filter\n-A OUTPUT -j ACCEPT\nCOMMIT\n';
const FILES = { 'pod.rules': RULES, 'other.rules': RULES };

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly host?: string;
}

/** Paths go out as they are written: no `..` is taken away on the way. */
async function ask(
  address: string,
  { method = 'GET', path, headers, host }: Asked = {},
): Promise<IncomingMessage & { readonly text: string }> {
  const { hostname, port, pathname } = new URL(address);
  const asked = request({ host: host ?? hostname, port, path: path ?? pathname, method, ...(headers && { headers }) }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response) text += String(part);
  return Object.assign(response, { text });
}

describe('chainwalk serve', () => {
  let served: ServedHere;
  let address: string;
  beforeAll(async () => {
    served = serveHere({ files: FILES, page: PAGE });
    address = await served.address;
  });
  afterAll(async () => {
    expect(await served.end()).toBe(0);
    await expect(ask(address)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('prints an address of this machine, with a secret, and serves the page with its files there', async () => {
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\da-f]{48}\/$/);
    expect(served.said()).toBe('serving pod.rules, other.rules to this machine alone; q or Ctrl-C ends\n');
    const { statusCode, headers, text } = await ask(address);
    expect(statusCode).toBe(200);
    expect(text).toContain('{"kind":"served","files":[{"name":"pod.rules","text":"*filter');
    expect(text).toContain(`content="default-src 'none'; connect-src 'self'"`);
    expect(headers['content-security-policy']).toBe("default-src 'none'; connect-src 'self'; frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('every time it starts the secret is another', async () => {
    const again = serveHere({ files: {}, page: PAGE });
    expect(new URL(await again.address).pathname).not.toBe(new URL(address).pathname);
    expect(again.said()).toContain('serving the page to this machine alone');
    expect(await again.end()).toBe(0);
  });

  it.each([
    ['a name that leads here', 'evil.example'],
    ['the right name as a part', '127.0.0.1.evil.example'],
    ['another port', '127.0.0.1:1'],
  ])('Host: %s is refused', async (_, host) => {
    const answered = await ask(address, { headers: { Host: host } });
    expect([answered.statusCode, answered.text]).toEqual([403, 'another host was asked for\n']);
  });

  it('the names of this machine are answered', async () => {
    const { port } = new URL(address);
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST']) {
      expect((await ask(address, { headers: { Host: `${name}:${port}` } })).statusCode).toBe(200);
    }
  });

  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1', 'http://127.0.0.1.evil.example'])(
    'Origin: %s is refused',
    async (origin) => {
      for (const path of ['', 'events'])
        expect((await ask(address, { path: `${new URL(address).pathname}${path}`, headers: { Origin: origin } })).statusCode).toBe(403);
    },
  );

  it('what another page asks for is refused, a link from there is followed, and this page is answered', async () => {
    const by = async (headers: Readonly<Record<string, string>>) => (await ask(address, { headers })).statusCode;
    expect(await by({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' })).toBe(403);
    expect(await by({ 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' })).toBe(403);
    expect(await by({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' })).toBe(200);
    expect(await by({ Origin: new URL(address).origin, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' })).toBe(200);
  });

  it('without the secret, with a part of it or another one, there is nothing', async () => {
    const [, token = ''] = new URL(address).pathname.split('/');
    const other = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    const paths = [
      '/',
      '//',
      '/events',
      `/${token}`,
      `/${other}/`,
      `/${token.slice(1)}/`,
      `/${token}0/`,
      `/${token.toUpperCase()}x/`,
      `/x/${token}/`,
      '*',
    ];
    for (const path of paths) {
      const answered = await ask(address, { path });
      expect([path, answered.statusCode, answered.text.includes('filter')]).toEqual([path, 404, false]);
    }
  });

  it('no path leads to a file', async () => {
    const { pathname } = new URL(address);
    for (const path of [
      'pod.rules',
      '../pod.rules',
      '..%2fpod.rules',
      '%2e%2e/etc/passwd',
      '/etc/passwd',
      '....//etc/passwd',
      'events/../pod.rules',
    ]) {
      const answered = await ask(address, { path: `${pathname}${path}` });
      expect([path, answered.statusCode]).toEqual([path, 404]);
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('%s is refused: it is read only', async (method) => {
    const answered = await ask(address, { method });
    expect([answered.statusCode, answered.headers.allow]).toEqual([405, 'GET']);
  });

  it('a change is told to who listens, and so is a file that is gone', async () => {
    const { hostname, port, pathname } = new URL(address);
    const [response] = (await once(request({ host: hostname, port, path: `${pathname}events` }).end(), 'response')) as [IncomingMessage];
    expect(response.headers['content-type']).toBe('text/event-stream');
    const parts = response.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string>;
    const next = async () => JSON.parse((await parts.next()).value?.replace(/^data: /, '') ?? 'null');
    expect(await next()).toMatchObject([{ name: 'pod.rules', text: RULES }, { name: 'other.rules' }]);
    served.write('pod.rules', `${RULES}# changed\n`);
    expect(await next()).toMatchObject([{ text: `${RULES}# changed\n` }, { text: RULES }]);
    served.remove('other.rules');
    expect(await next()).toMatchObject([{ name: 'pod.rules' }, { name: 'other.rules', problem: 'no such file' }]);
    expect(served.said()).toMatch(/pod\.rules: read again\nother\.rules: cannot be read: no such file\n$/);
    response.destroy();
  });
});

describe('--open', () => {
  it('opens an address that leads to the page once, and is not the secret', async () => {
    let served: ServedHere | undefined;
    const entry = await new Promise<string>((resolve) => {
      const open = async (given: string) => {
        resolve(given);
        return {};
      };
      served = serveHere({ args: ['--open'], files: FILES, page: PAGE, open });
    });
    if (served === undefined) throw new Error('it was not started');
    const address = await served.address;
    expect(new URL(entry).origin).toBe(new URL(address).origin);
    expect(entry).not.toBe(address);
    expect((await ask(entry, { headers: { Host: 'evil.example' } })).statusCode).toBe(403);
    expect((await ask(entry, { path: `${new URL(entry).pathname}events` })).statusCode).toBe(404);
    const first = await ask(entry);
    expect([first.statusCode, first.headers.location]).toEqual([302, new URL(address).pathname]);
    expect((await ask(entry)).statusCode).toBe(404);
    expect((await ask(address)).statusCode).toBe(200);
    expect(await served.end()).toBe(0);
    expect(served.said()).not.toContain('browser');
  });

  it('where there is no browser that is said, and the page is served all the same', async () => {
    const served = serveHere({ args: ['--open'], files: FILES, page: PAGE, open: async () => ({ problem: 'xdg-open: no such file' }) });
    expect((await ask(await served.address)).statusCode).toBe(200);
    expect(await served.end()).toBe(0);
    expect(served.said()).toContain('no browser was opened (xdg-open: no such file): open the address above\n');
  });

  it('the opener gets the address as one word, and what it says of itself is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chainwalk-open-'));
    const path = process.env.PATH;
    try {
      const told = join(folder, 'told');
      writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s|' "$@" > ${told}\nexec /bin/sh -c "exit $(( $# - 1 ))"\n`, {
        mode: 0o755,
      });
      process.env.PATH = folder;
      expect(await opener('linux')('http://127.0.0.1:1/a/?b=$(c) d')).toEqual({});
      expect(readFileSync(told, 'utf8')).toBe('http://127.0.0.1:1/a/?b=$(c) d|');
      expect(await opener('win32')('x')).toEqual({ problem: 'rundll32: no such file' });
      writeFileSync(join(folder, 'open'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
      expect(await opener('darwin')('x')).toEqual({ problem: 'open has failed' });
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what serve cannot do is said', () => {
  it('a port that is in use, a file that is not there, standard input, a wrong port', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const ended = async (args: readonly string[]) => {
      const own = serveHere({ args, files: {}, page: PAGE });
      await expect(own.address).rejects.toThrow();
      return own.said();
    };
    expect(await ended(['--port', String(port)])).toBe(
      `chainwalk: error: cannot listen on port ${port}: it is in use\nhelp: another program uses it; without --port a free one is taken\n`,
    );
    taken.close();
    expect(await ended(['nowhere.rules'])).toContain('cannot read `nowhere.rules`: no such file');
    expect(await ended(['-'])).toContain('`-` can be read only once');
    expect(await ended(['--port', '70000'])).toContain('`70000` is not a port');
    expect(await ended(['--port', '0'])).toContain('--port');
  });
});
