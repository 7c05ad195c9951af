/** The first line of an answer says when a mesh's proxy was passed by: packets that left, arrived or went through without it. */
import { expect, it } from 'vitest';
import { OUTCOMES, type Outcome } from '../../src/connection/journey.ts';
import { headline } from '../../src/report/human/headline.ts';
import { path, walk } from './handmade.ts';

const MISSED = ', no proxy on the way';
const legs = [{ sender: 'app', walk: walk({ fate: { kind: 'sent', oif: 'eth0' }, after: { oif: 'eth0' } }) }];
const said = (outcome: Outcome, mesh?: string) => headline(path(outcome, legs), { file: 'pod.rules', mesh }).rest;

it.each(OUTCOMES)('%s', (outcome) => {
  const missed: readonly Outcome[] = ['direct', 'to-app', 'forwarded'];
  expect(said(outcome)).not.toContain(MISSED);
  expect(said(outcome, 'istio-sidecar')).toBe(`${said(outcome)}${missed.includes(outcome) ? MISSED : ''}`);
});
