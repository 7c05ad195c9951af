import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/connection/journey.ts';
import { briefTrace, type HumanStyle, humanTrace } from '../../src/report/human/trace.ts';
import { LOST_WORDS } from '../../src/report/text/labels.ts';
import { PLAIN } from '../../src/report/text/paint.ts';
import type { Fate, LostReason, WalkStep } from '../../src/simulate/trace.ts';
import { address, capturedJourney, journey, loopJourney, packet, path, rule, walk } from './handmade.ts';

const STYLE: HumanStyle = { paint: PLAIN, width: 80, verbose: false };
const show = (of = capturedJourney(), style = STYLE) =>
  humanTrace({ journey: of, file: 'pod.rules', defaults: ['src', 'sport', 'gid'] }, style);

describe('human trace', () => {
  it('the answer comes first, then the legs', () => {
    expect(show()).toMatchInlineSnapshot(`
      "CAPTURED outbound -> proxy 127.0.0.1:15001 (original dst 203.0.113.9:443)
      packet  out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000
      assumed src=10.244.0.5 sport=40000 gid=1000

      1  app (uid 1000) sends to 203.0.113.9:443 via eth0
         nat OUTPUT 1 > ISTIO_OUTPUT 9 > ISTIO_REDIRECT 1      pod.rules:12
             -p tcp -j REDIRECT --to-ports 15001      dst := 127.0.0.1:15001, via lo
         => the TCP handshake is answered by the proxy (15001), not by 203.0.113.9:443
      2  proxy (uid 1337) sends to 203.0.113.9:443
         nat OUTPUT 1 > ISTIO_OUTPUT 4                         pod.rules:21
             -m owner --uid-owner 1337 -j RETURN
         => leaves via eth0 unchanged"
    `);
  });

  it('-v shows every step', () => {
    const text = show(capturedJourney(), { ...STYLE, verbose: true });
    expect(text).toMatchInlineSnapshot(`
      "CAPTURED outbound -> proxy 127.0.0.1:15001 (original dst 203.0.113.9:443)
      packet  out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000
      assumed src=10.244.0.5 sport=40000 gid=1000

      leg 1: app (uid 1000 gid 1000) sends tcp 10.244.0.5:40000 -> 203.0.113.9:443
        route: dev eth0
        OUTPUT out eth0          conntrack: NEW
        nat    OUTPUT         1  -p tcp -j ISTIO_OUTPUT                   pod.rules:17
        nat    ISTIO_OUTPUT   4  -m owner --uid-owner 1337 -j RETURN      pod.rules:21
                                 no: uid is 1000, wanted --uid-owner 1337
        nat    ISTIO_OUTPUT   9  -j ISTIO_REDIRECT                        pod.rules:26
        nat    ISTIO_REDIRECT 1  -p tcp -j REDIRECT --to-ports 15001      pod.rules:12
                                 ACCEPT, dst 203.0.113.9:443 := 127.0.0.1:15001
                                 policy ACCEPT: filter
        route again: local dev lo
        POSTROUTING out lo       policy ACCEPT: nat
        PREROUTING in lo
        INPUT in lo              policy ACCEPT: filter
        => the TCP handshake is answered by the proxy (15001), not by 203.0.113.9:443

      leg 2: proxy (uid 1337 gid 1337) sends tcp 10.244.0.5:40000 -> 203.0.113.9:443
        OUTPUT out eth0
        nat    OUTPUT         1  -p tcp -j ISTIO_OUTPUT                   pod.rules:17
        nat    ISTIO_OUTPUT   4  -m owner --uid-owner 1337 -j RETURN      pod.rules:21
                                 policy ACCEPT: nat
        POSTROUTING out eth0
        => leaves via eth0 unchanged"
    `);
  });

  it('a loop shows where it closes', () => {
    const text = show(loopJourney());
    expect(text.split('\n')[0]).toBe("LOOP proxy 127.0.0.1:15001 -> proxy 127.0.0.1:15001: the proxy's own packets");
    expect(text.split('\n').slice(-2)).toEqual([
      'LOOP closes: leg 2 ends where leg 1 did, at proxy 127.0.0.1:15001; from there',
      '  everything repeats',
    ]);
  });

  it('a drop names the rule and its place', () => {
    const by = rule({ table: 'filter', chain: 'INPUT', number: 2, body: '-p tcp -m tcp --dport 22 -j DROP', target: 'DROP', line: 9 });
    expect(ends({ kind: 'dropped', by }, 'dropped')).toMatchInlineSnapshot(`
      "DROPPED by filter INPUT#2 at pod.rules:9: -p tcp -m tcp --dport 22 -j DROP
      packet  out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000
      assumed src=10.244.0.5 sport=40000 gid=1000

      1  app (uid 1000) sends to 203.0.113.9:443
         => dropped by filter INPUT#2 at pod.rules:9"
    `);
  });

  it('a drop by policy names the chain', () => {
    const steps: WalkStep[] = [{ kind: 'policy', hook: 'INPUT', table: 'filter', chain: 'INPUT', verdict: 'DROP' }];
    const leg = { sender: 'client', walk: walk({ packet: packet({ dir: 'in', iif: 'eth0' }), steps, fate: { kind: 'dropped' } }) };
    expect(show(journey([path('dropped', [leg])])).split('\n')[0]).toBe('DROPPED by the policy of filter INPUT');
  });

  it('a rejection names the answer', () => {
    const by = rule({ table: 'filter', chain: 'INPUT', number: 1, body: '-j REJECT --reject-with tcp-reset', target: 'REJECT', line: 5 });
    expect(ends({ kind: 'rejected', by, with: 'tcp-reset' }, 'rejected')).toMatchInlineSnapshot(`
      "REJECTED with tcp-reset by filter INPUT#1 at pod.rules:5: -j REJECT
        --reject-with tcp-reset
      packet  out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000
      assumed src=10.244.0.5 sport=40000 gid=1000

      1  app (uid 1000) sends to 203.0.113.9:443
         => rejected with tcp-reset by filter INPUT#1 at pod.rules:5"
    `);
  });

  it.each(Object.keys(LOST_WORDS) as LostReason[])('lost because of %s is said in words', (reason) => {
    expect(ends({ kind: 'lost', reason }, 'lost').replaceAll(/\s+/g, ' ')).toContain(`LOST ${LOST_WORDS[reason]}`);
  });

  it('refused names the port on which nothing listens', () => {
    const leg = {
      sender: 'app',
      walk: walk({ fate: { kind: 'delivered', transparent: false }, after: { dst: address('127.0.0.1'), dport: 15001 } }),
    };
    expect(show(journey([path('refused', [leg])])).split('\n')[0]).toBe('REFUSED nothing listens on tcp 127.0.0.1:15001');
  });

  it('IPv6 endpoints have brackets', () => {
    const sent = packet({ family: 6, src: address('fd00::5'), dst: address('2001:db8::1') });
    const leg = { sender: 'app', walk: walk({ packet: sent, fate: { kind: 'sent', oif: 'eth0' }, after: { oif: 'eth0' } }) };
    expect(show(journey([path('direct', [leg])])).split('\n')[0]).toBe('DIRECT -> [2001:db8::1]:443 via eth0');
  });

  it('a fork shows what it depends on and each branch once', () => {
    expect(show(forked())).toMatchInlineSnapshot(`
      "UNDECIDED between dropped and direct
        depends on filter OUTPUT#3 at pod.rules:31: -m string, which is not modelled
      packet  out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000
      assumed src=10.244.0.5 sport=40000 gid=1000

      branch 1 of 2 (it matches): DROPPED by filter OUTPUT#3 at pod.rules:31: -m
        string --string "x" --algo bm -j DROP

      1  app (uid 1000) sends to 203.0.113.9:443
         fork (not modelled): filter OUTPUT#3 at pod.rules:31 it matches
         => dropped by filter OUTPUT#3 at pod.rules:31

      branch 2 of 2 (it does not match): DIRECT -> 203.0.113.9:443 via eth0

      1  app (uid 1000) sends to 203.0.113.9:443
         fork (not modelled): filter OUTPUT#3 at pod.rules:31 it does not match
         => leaves via eth0 unchanged"
    `);
  });

  it('branches that end alike are shown in full only with -v', () => {
    const twice = journey([...forked().paths, ...forked().paths], 'undecided');
    const count = (text: string) => text.split('\n').filter((line) => /^(leg 1:|1 ) /.test(line)).length;
    expect(count(show(twice))).toBe(2);
    expect(count(show(twice, { ...STYLE, verbose: true }))).toBe(4);
  });

  it('brief is one line per packet', () => {
    const brief = briefTrace({ journey: capturedJourney(), file: 'pod.rules', defaults: [] }, STYLE);
    expect(brief).toMatchInlineSnapshot(
      `"captured-out  out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1000 gid=1000  via app -> OUTPUT#1 -> ISTIO_OUTPUT#9 -> ISTIO_REDIRECT#1 => proxy:15001 -> OUTPUT#1 -> ISTIO_OUTPUT#4 => eth0"`,
    );
  });

  it('colour adds nothing but colour', () => {
    const coloured = show(capturedJourney(), { ...STYLE, paint: new Chalk({ level: 1 }) });
    expect(coloured).toContain('\u001b[32m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is removed
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(show());
  });

  it.each([70, 80, 120])('no line is wider than %i columns', (width) => {
    for (const one of [capturedJourney(), loopJourney(), forked()]) {
      for (const line of show(one, { ...STYLE, width }).split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
    }
  });

  it('control characters of a rule do not reach the terminal', () => {
    const evil = rule({ chain: 'OUTPUT', number: 1, body: '-m comment --comment "\u001b[2J" -j DROP', target: 'DROP', line: 1 });
    const leg = {
      sender: 'app',
      walk: walk({ steps: [{ kind: 'rule', hook: 'OUTPUT', rule: evil, verdict: 'DROP' }], fate: { kind: 'dropped', by: evil } }),
    };
    expect(show(journey([path('dropped', [leg])]))).not.toContain('\u001b');
  });
});

function ends(fate: Fate, outcome: Outcome): string {
  return show(journey([path(outcome, [{ sender: 'app', walk: walk({ fate }) }])]));
}

/** A rule whose match is not modelled: dropped if it matches, sent if not. */
function forked() {
  const by = rule({
    table: 'filter',
    chain: 'OUTPUT',
    number: 3,
    body: '-m string --string "x" --algo bm -j DROP',
    target: 'DROP',
    line: 31,
  });
  const choice = { why: 'unmodelled', what: '-m string', rule: by } as const;
  const branch = (taken: string, fate: Fate, outcome: Outcome) => {
    const choices = [{ ...choice, taken }];
    const steps: WalkStep[] = [
      { kind: 'hook', hook: 'OUTPUT', oif: 'eth0' },
      { kind: 'choice', hook: 'OUTPUT', choice: { ...choice, taken } },
    ];
    return path(outcome, [{ sender: 'app', walk: walk({ steps, fate, choices, after: { oif: 'eth0' } }) }]);
  };
  return journey(
    [branch('it matches', { kind: 'dropped', by }, 'dropped'), branch('it does not match', { kind: 'sent', oif: 'eth0' }, 'direct')],
    'undecided',
  );
}
