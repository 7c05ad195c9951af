/** Words of the plugin: its options, its help, and what kubectl itself complains about. */
import { describe, expect, it } from 'vitest';
import { flagsOf } from '../../src/cli/argv/flags.ts';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { PLUGIN_OPTIONS } from '../../src/cli/kubectl/pluginOptions.ts';
import { ASKABLE } from '../../src/cli/kubectl/words.ts';
import { answers, cluster, GET, OUT } from './kubectlCluster.ts';

describe('words of the plugin', { timeout: 60_000 }, () => {
  it('a wrong name: what kubectl says, and exit 2', async () => {
    const gone = { when: '*', err: 'Error from server (NotFound): pods "wbe" not found\n', code: 1 };
    const { code, out, err } = await cluster(gone).plugin(['wbe', 'verify']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(
      'chainwalk: error: kubectl get pod wbe: Error from server (NotFound): pods "wbe" not found\nhelp: -n names the namespace; `kubectl get pods -A` lists all pods\n',
    );
  });

  it("kubectl's own trouble is passed on", async () => {
    const away = {
      when: '*',
      err: 'E1121 07:44:12.405138    1876 memcache.go:265] "Unhandled Error"\nThe connection to the server localhost:8080 was refused - did you specify the right host or port?\n',
      code: 1,
    };
    expect((await cluster(away).plugin(['web-0'])).err).toContain(
      'kubectl get pod web-0: The connection to the server localhost:8080 was refused',
    );
    const denied = {
      when: '*exec*',
      err: 'Error from server (Forbidden): pods "web-0" is forbidden: User "me" cannot create resource "pods/exec"\n',
      code: 1,
    };
    expect((await cluster(GET, denied).plugin(['web-0'])).err).toContain(
      'kubectl exec in container istio-proxy of web-0: Error from server (Forbidden)',
    );
  });

  it.each([
    [['web-0', 'frace'], '`frace` is not one of verify, trace, find, diff, check, print\nhelp: did you mean `trace`?'],
    [['web-0', '--nonsense'], 'unknown option `--nonsense`'],
    [['web-0', '--backend', 'nftables'], '--backend: `nftables` is not one of nft, legacy'],
    [[], 'no pod is named\nhelp: `kubectl chainwalk POD`'],
    [['--', '-o'], 'no pod is named'],
    [['Web_0'], '`Web_0` is not a valid pod name'],
    [['web-0', 'trace', OUT, '--watch'], 'a pod cannot be watched'],
    [['web-0', 'trace'], 'no packet to trace'],
    [['web-0', '-c', 'nginx'], 'pod web-0 has no container `nginx`\nhelp: it has app, istio-proxy'],
    [['web-0', 'trace', '--nonsense'], 'unknown option `--nonsense`\nhelp: a packet in iptables form'],
  ])('%j is wrong usage', async (argv, message) => {
    const { code, out, err, calls } = await cluster(GET, ...answers()).plugin(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`chainwalk: error: ${message}`);
    expect(calls.length).toBe(argv.includes('nginx') ? 1 : 0);
  });

  it('--dry-run prints what a shell could run, and runs nothing', async () => {
    const { code, out, calls } = await cluster(GET).plugin(['web-0', '-n', "it's", '--dry-run', '--debug-image', 'x']);
    expect([code, calls]).toEqual([0, []]);
    expect(out.split('\n').slice(0, 2)).toEqual([
      `kubectl '--namespace=it'\\''s' get pod web-0 --output=json`,
      `kubectl '--namespace=it'\\''s' exec web-0 --container=CONTAINER -- iptables-save`,
    ]);
    expect(out).toContain('--image=x --profile=netadmin --container=chainwalk-1 --attach --quiet -- sh -c');
  });

  it('--help is that of the plugin, and behind a command that of the command', async () => {
    const kubectl = cluster();
    expect((await kubectl.plugin(['--help'])).out).toContain('Usage: kubectl chainwalk [options] [pod] [command...]');
    const { out, calls } = await kubectl.plugin(['web-0', 'trace', '--help']);
    expect([out, calls]).toEqual([expect.stringContaining('Usage: chainwalk trace'), []]);
    expect((await kubectl.plugin(['trace', '--help'])).out).toBe(out);
    expect((await kubectl.plugin(['--help'])).out.split('\n').length).toBeLessThanOrEqual(41);
    for (const line of (await kubectl.plugin(['--help'])).out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('no option of the plugin is one of a command that it passes on to', () => {
    const own = PLUGIN_OPTIONS.map(flagsOf);
    // -c is a container for kubectl: there --connection is written in full
    const isShared = (one: ReturnType<typeof flagsOf>, short: string | undefined): boolean => one.short === short && short !== '-c';
    for (const { name, options } of COMMANDS.filter((command) => ASKABLE.some((known) => known === command.name)))
      for (const { long, short } of options.map(flagsOf))
        expect(
          // --fix, to which --dry-run belongs, is refused for a running pod
          `${name} ${long}` !== 'verify --dry-run' && own.some((one) => one.long === long || (short !== undefined && isShared(one, short))),
          `${name} ${long}`,
        ).toBe(false);
  });
});

describe('an option of the plugin without its value', () => {
  const named = PLUGIN_OPTIONS.filter((option) => flagsOf(option).value !== undefined).flatMap((option) => {
    const { short, long } = flagsOf(option);
    return [...(short === undefined ? [] : [short]), ...(long === undefined ? [] : [long])];
  });
  const cases = named.flatMap((flag) => [
    [flag],
    [flag, ''],
    [flag, ' '],
    [flag, '--dry-run'],
    ...(flag.startsWith('--') ? [[`${flag}=`]] : []),
  ]);
  it.each(cases.map((words) => ({ words })))('$words', async ({ words }) => {
    const { code, err, calls } = await cluster().plugin(['web-0', ...words]);
    expect([code, calls]).toEqual([2, []]);
    expect(err).toContain(`\`${words[0]?.replace(/=$/, '')}\` needs a value`);
  });
});
