/** find: an empty answer is a proof, a class is exact, and its example was walked. */
import { describe, expect, it } from 'vitest';
import { find, parse, trace } from '../../src/index.ts';
import { readFixture } from '../support/fixtures.ts';

const rulesOf = (name: string) => parse(readFixture(name).text).rulesets;

describe('find', () => {
  it('proves that the proxy of a sound pod never talks to itself', () => {
    expect(find(rulesOf('istio-sidecar'), { where: 'out uid=1337', outcome: 'loop' })).toMatchObject({
      empty: true,
      example: null,
      packets: '',
    });
  });

  it('finds the packets that leave past the proxy by their group', () => {
    const { classes } = find(rulesOf('istio-sidecar'), { where: 'out tcp uid=1000 flags=S', outcome: 'direct' });
    expect(classes).toHaveLength(1);
    expect(classes[0]?.ordinary).toMatch(/^tcp, gid 1337, to /);
    expect(classes[0]?.example).toMatchObject({ uid: 1000, gid: 1337 });
  });

  it('finds the loop of the article', () => {
    const { classes, example } = find(rulesOf('article'), { where: 'out tcp uid=1337', outcome: 'loop' });
    expect(classes).toHaveLength(1);
    expect(trace(rulesOf('article')[0] as never, example as never).outcome).toBe('loop');
  });

  it('says what hangs on a rule that is not modelled', () => {
    const text = ['*filter', '-A INPUT -p tcp -m string --string foo --algo bm -j DROP', 'COMMIT', ''].join('\n');
    const report = find(parse(text, { family: 4 }).rulesets, { where: 'in tcp -> 10.244.0.5:80', outcome: 'dropped' });
    expect(report).toMatchObject({ empty: false, example: null, undecided: [{ rules: [{ rule: 1 }] }] });
  });

  it('asks of packets that arrive and packets that are sent, unless the set says which', () => {
    const dropAll = parse('*filter\n:INPUT DROP\n:OUTPUT DROP\nCOMMIT\n', { family: 4 }).rulesets;
    expect(find(dropAll, { where: 'udp', outcome: 'dropped' }).classes.map(({ example }) => example.dir)).toEqual(['out', 'in']);
    expect(find(dropAll, { where: 'in udp', outcome: 'dropped' }).classes.map(({ example }) => example.dir)).toEqual(['in']);
  });

  it('looks at every address of a long range, not only at the first', () => {
    const text = (address: string) =>
      `*nat\n-A OUTPUT -d 10.0.0.9/32 -p tcp -j DNAT --to-destination 10.1.0.0-10.1.3.255\nCOMMIT\n*filter\n-A OUTPUT -d ${address}/32 -j DROP\nCOMMIT\n`;
    const dropped = (address: string) =>
      find(parse(text(address), { family: 4 }).rulesets, { where: 'out tcp -> 10.0.0.9', outcome: 'dropped' }).empty;
    expect(dropped('10.1.2.77')).toBe(false);
    expect(dropped('10.2.0.0')).toBe(true);
  });
});
