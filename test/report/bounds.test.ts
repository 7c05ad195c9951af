/** Every line that calls something proved, or says that claims hold, names its bounds in the same line. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mergeBounds } from '../../src/connection/bounds.ts';
import { boundsInMesh, boundsText, CONNECTIONS, FIRST_PACKETS, unjudgedText } from '../../src/report/text/bounds.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const ROOT = new URL('../../src/', import.meta.url);
const SPOKEN = ['report', 'api', 'cli'];
/** Lines that are about proofs and give no answer. */
const NO_ANSWERS = [
  'it is not proved that',
  "says: 'proved before",
  'proved fixes',
  'no edit is proved to',
  'no edit was proved to',
  'a fix is proved',
  // the reason has the bounds
  'whyNotReason:',
];
/** Where a template takes the bounds from. */
const BOUNDED =
  /FIRST_PACKETS|CONNECTIONS|boundsText|boundsInMesh|\$\{scope\}|\$\{proved\}|\$\{shared\}|\$\{bounds\}|\$\{limits\}|\$\{one\.bounds\}|first packets? of connections/;

const lines = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter(
    (file) =>
      file.endsWith('.ts') && SPOKEN.includes(file.split('/')[0] ?? '') && !file.startsWith('report/pages/') && !file.includes('generated'),
  )
  .flatMap((file) =>
    readFileSync(new URL(file, ROOT), 'utf8')
      .split('\n')
      .map((line) => ({ file, line })),
  )
  .filter(({ line }) => !/^\s*(?:\/\/|\/?\*)/.test(line))
  .filter(({ line }) => /[`'"][^`'"]*(?:\bproved\b|claims hold|\bno change in)/.test(line) && !/\bproved[.(:]/.test(line));

it('verdict lines', () => {
  const answers = lines.filter(({ line }) => !NO_ANSWERS.some((text) => line.includes(text)));
  expect(answers.length).toBeGreaterThanOrEqual(8);
  expect(answers.filter(({ line }) => !BOUNDED.test(line))).toEqual([]);
});

it('the bounds say which packets, which host and which mesh', () => {
  const assumed = { families: [4] as const, unjudged: [6] as const, hosts: ['an assumed pod at 10.244.0.5'] };
  const given = { families: [6, 4] as const, unjudged: [], hosts: ['the host given'] };
  expect(boundsText(given)).toBe(`${FIRST_PACKETS} over IPv4 and IPv6, the host given`);
  expect(boundsInMesh(assumed, { title: 'Kuma' })).toBe(`IPv4, ${FIRST_PACKETS}, an assumed pod at 10.244.0.5, Kuma`);
  expect(unjudgedText(assumed)).toBe('; IPv6 is not checked');
  expect(unjudgedText(mergeBounds([given, assumed]))).toBe('; IPv6 is not checked of all');
  expect(boundsText({ ...given, narrowed: true, ofApplication: true })).toContain(
    `${FIRST_PACKETS} of the application in the requested set`,
  );
  expect(boundsText({ ...given, ofConnections: 'data' })).toBe(`${CONNECTIONS} over IPv4 and IPv6, the host given`);
  expect(boundsText(mergeBounds([{ ...given, ofConnections: 'data' }, given]))).toContain(FIRST_PACKETS);
});

it('a proof about connections names those that conntrack knows one way only', async () => {
  const rules = (raw: string) => `*raw\n:PREROUTING ACCEPT [0:0]\n${raw}COMMIT\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n`;
  const asked = async (raw: string) => {
    const files = { 'pod.rules': rules(raw) };
    const argv = ['find', 'pod.rules', '--where', 'in tcp 10.0.0.1 -> 10.244.0.5:80', '--outcome', 'stalled'];
    return (await chainwalk(argv, { files })).out.replaceAll(/\s+/g, ' ');
  };
  const apart = 'connections with their data (of those that conntrack knows one way only, whether they open)';
  expect(await asked('-A PREROUTING -p tcp -j CT --zone-reply 4\n')).toContain(apart);
  expect(await asked('-A PREROUTING -p tcp -j CT --notrack\n')).toContain(apart);
  expect(await asked('-A PREROUTING -p tcp -j TRACE\n')).toContain('connections with their data, an assumed pod');
});

it('so does a proof that two texts are the same', async () => {
  const rules = (raw: string) => `*raw\n:PREROUTING ACCEPT [0:0]\n${raw}COMMIT\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n`;
  const asked = async (base: string, head: string) => {
    const files = { 'base.rules': rules(base), 'head.rules': rules(head) };
    return (await chainwalk(['diff', 'base.rules', 'head.rules'], { files })).out.replaceAll(/\s+/g, ' ');
  };
  const apart = 'whole connections (of those that conntrack knows one way only, whether they open)';
  const zone = '-A PREROUTING -p tcp -j CT --zone-reply 4\n';
  expect(await asked(zone, zone)).toContain(apart);
  expect(await asked('', '')).toContain('whole connections over');
});
