/** Edits that would only look like fixes are not offered. */
import { expect, it } from 'vitest';
import { fixesIn, fixtureText } from './fixesIn.ts';

it('a line that a comment accepts stays where it stands', () => {
  const rule = '-A ISTIO_OUTPUT -d 10.96.0.0/16 -j RETURN';
  const text = fixtureText('broken/service-cidr-returned');
  const kept = text.replace(rule, `# chainwalk-disable-next-line no-dead-rule -- ours\n${rule}`);
  expect(fixesIn(text)).toHaveLength(1);
  expect(fixesIn(kept)).toEqual([]);
});

it('who the proxy is, is not fixed by an edit', () => {
  expect(fixesIn(fixtureText('broken/uid-mismatch'))).toEqual([]);
});

it('capture is not taken away so that no loop is left', () => {
  const text = fixtureText('broken/no-passthrough-return').replace(/^-A ISTIO_OUTPUT .*ISTIO_IN_REDIRECT\n/gm, '');
  for (const { edits } of fixesIn(text)) {
    expect(edits.filter(({ kind, rule }) => kind === 'delete' && rule.includes('REDIRECT'))).toEqual([]);
  }
});

it('a text whose lines are not rules one by one is not edited', () => {
  const text = fixtureText('broken/accept-first').replace('COMMIT', '-I PREROUTING -p tcp -j ACCEPT\nCOMMIT');
  expect(fixesIn(text)).toEqual([]);
});
