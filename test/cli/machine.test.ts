/** cluster.env of a virtual machine, where rules could stand: answered from the rules that follow from it. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const ENV = `CANONICAL_SERVICE='vm'
ISTIO_INBOUND_PORTS='*'
ISTIO_LOCAL_EXCLUDE_PORTS='22,15090,15021,15020'
ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE='2049'
ISTIO_SERVICE='vm.vms'
ISTIO_SERVICE_CIDR='*'
`;
const files = {
  'cluster.env': ENV,
  'typo.env': `${ENV}ISTIO_SERVICE_EXCLUDE_CIRD='10.0.0.0/8'\n`,
  'bad.env': `${ENV}ISTIO_SERVICE_CIDR=$X\n`,
};
const USER = 'the user istio-proxy of the virtual machine, as which its proxy runs, is uid 1337';
const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

describe('cluster.env', () => {
  it('is traced, with what is not given about the proxy', async () => {
    const { code, out, err } = await chainwalk(['trace', 'cluster.env', 'out tcp -> 192.168.9.9:443'], { files });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('CAPTURED outbound');
    expect(flat(out)).toContain(`assumed ${USER}; --proxy-uid says otherwise`);
  });

  it('has the user that is given', async () => {
    const given = ['out tcp -> 192.168.9.9:443 uid=998', '--proxy-uid', '998'];
    const { out } = await chainwalk(['trace', 'cluster.env', ...given], { files });
    expect(out).toContain('--uid-owner 998');
    expect(out).not.toContain('1337');
  });

  it.each([
    ['verify', ['verify', 'cluster.env']],
    ['find', ['find', 'cluster.env', '--outcome', 'loop']],
    ['diff', ['diff', 'cluster.env', 'cluster.env']],
  ])('%s says it too', async (_, argv) => {
    const { code, out } = await chainwalk(argv, { files });
    expect(code).toBe(0);
    expect(flat(out)).toContain(USER);
  });

  it('render says it beside the rules', async () => {
    const { out, err } = await chainwalk(['render', '--settings', 'cluster.env'], { files });
    expect(err).toContain(`note: assumed ${USER}`);
    expect(out).not.toContain('note');
    expect((await chainwalk(['render', '--settings', 'cluster.env', '--env', 'PROXY_UID=998'], { files })).err).toBe('');
    const json = JSON.parse((await chainwalk(['render', '--settings', 'cluster.env', '-o', 'json'], { files })).out);
    expect(json.assumptions).toEqual([expect.objectContaining({ about: 'proxy-identity', says: USER })]);
  });

  it('a name that is not read is a warning of every command', async () => {
    for (const argv of [
      ['trace', 'typo.env', 'out tcp -> 10.1.1.1:443'],
      ['verify', 'typo.env'],
      ['render', '--settings', 'typo.env'],
      ['diff', 'typo.env', 'cluster.env'],
    ]) {
      const { code, err } = await chainwalk([...argv, '--strict'], { files });
      expect(err).toContain('typo.env:7:1: warning: no program of Istio that is known here reads `ISTIO_SERVICE_EXCLUDE_CIRD`');
      expect(err).toContain('did you mean `ISTIO_SERVICE_EXCLUDE_CIDR`?');
      expect(code).toBe(1);
    }
  });

  it('what cannot be read is an error, and no answer follows', async () => {
    const { code, out, err } = await chainwalk(['trace', 'bad.env', 'out tcp -> 10.1.1.1:443'], { files });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('bad.env:7:1: error: the value of `ISTIO_SERVICE_CIDR` is made by a shell');
    expect(err.match(/error:/g)).toHaveLength(1);
  });
});
