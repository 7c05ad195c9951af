/** TEE - sends a copy of the packet to another machine and goes on. The copy's way is not followed.
 *  man    iptables-extensions(8), TEE
 *  kernel net/netfilter/xt_TEE.c tee_tg4(), tee_tg6(): XT_CONTINUE; the gateway must not be 0 */
import { saveOption, targetExtension } from '../contract/extension.ts';

const OPTIONS = { '--gateway': { value: ['address'], required: true }, '--oif': { value: ['deviceName'] } } as const;

export const TEE = targetExtension({
  name: 'TEE',
  families: [4, 6],
  options: OPTIONS,
  check: (given) => {
    const gateway = given['--gateway']?.values[0];
    return gateway === 0 || gateway === 0n
      ? [{ kind: 'not-loadable', message: 'the gateway must be an address of a machine', option: '--gateway' }]
      : [];
  },
  listing: { options: { '--gateway': /TEE gw:(\S+)/, '--oif': /oif=(\S+)/ } },
  lower: () => ({ kind: 'continue' }),
  save: (given, { family }) => {
    const { '--gateway': gateway, '--oif': oif } = given;
    return [
      ...(gateway === undefined ? [] : saveOption(gateway, OPTIONS['--gateway'], { family })),
      ...(oif === undefined || oif.values[0] === '' ? [] : ['--oif', oif.values[0]]),
    ];
  },
});
