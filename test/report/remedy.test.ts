/** What to do depends on the mesh where only one has a switch for it. */
import { expect, it } from 'vitest';
import { remedyOf } from '../../src/report/pages/remedy.ts';

it('INVALID_DROP is a switch of sidecars alone', () => {
  expect(remedyOf('invalid-not-to-app', 'istio-sidecar')).toContain('INVALID_DROP');
  for (const mesh of ['istio-ambient', 'linkerd', undefined]) {
    expect(remedyOf('invalid-not-to-app', mesh)).toContain('Drop packets in state INVALID');
    expect(remedyOf('invalid-not-to-app', mesh)).not.toContain('INVALID_DROP');
  }
});

it('what no page is about has no remedy', () => {
  expect(remedyOf('nothing')).toBeUndefined();
});
