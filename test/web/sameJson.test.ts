/** The library in the page says what the command line says: every fixture, twenty packets each, one of them with all that is treated alike. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { AskedSetting, FromWorker, PageQuestion } from '../../web/worker/questions.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { fixtureNames } from '../support/fixtures.ts';
import { describePage } from './browser.ts';

const NFT = ['docker', 'firewalld', 'istio-ambient', 'istio-dual-stack', 'istio-sidecar', 'istio-tproxy', 'kube-proxy', 'openwrt'];
const FILES = [...fixtureNames().map((name) => `${name}.rules`), ...NFT.map((name) => `nft/${name}.nft`)];

const WITH_SAME = ['out tcp -> 203.0.113.9:443 uid=1000', 'in tcp 10.0.0.9 -> 10.244.0.5:8080', 'out udp -> 10.96.0.10:53 uid=1000'];
const PACKETS = [
  'out tcp -> 203.0.113.9:443 uid=1337 gid=1337',
  'out tcp -> 10.244.0.5:8080 uid=1000',
  'out tcp -> 127.0.0.1:15000 uid=1000',
  'out tcp 127.0.0.6 -> 10.244.0.5:8080 uid=1337 gid=1337',
  'out tcp -> 10.96.0.1:443 uid=0',
  'out udp -> 203.0.113.9:443',
  'out icmp -> 203.0.113.9',
  'out tcp -> 169.254.169.254:80 uid=1000',
  'in tcp -> 10.244.0.5:15021',
  'in tcp -> 10.244.0.5:22',
  'in tcp -> 10.244.0.5:15008',
  'in udp -> 10.244.0.5:53',
  'in icmp -> 10.244.0.5',
  'in tcp 10.0.0.9:443 -> 10.244.0.5:40000 ctstate=ESTABLISHED flags=A',
  'in tcp -> 198.51.100.7:443',
  'out tcp -> 203.0.113.9:443 mark=0x539',
  'in tcp -> 10.244.0.5:80 ctstate=INVALID flags=A',
];

const SETTING: Omit<AskedSetting, 'file'> = { podIp: '', mesh: 'auto', family: '', pod: '' };

describePage('JSON in the page is that of the command line', ({ open }) => {
  let page: Page;
  beforeAll(async () => {
    ({ page } = await open());
    await page.evaluate(() => {
      const texts = ['quick', 'rest'].map((id) => document.getElementById(id)?.textContent ?? '');
      Object.assign(globalThis, { worker: new Worker(URL.createObjectURL(new Blob([...texts, '\npart("./rest.cjs")']))) });
    });
  });

  const byPage = async (setting: AskedSetting, rules: string, questions: readonly PageQuestion[]) => {
    const heard = await page.evaluate(
      async ({ rules, questions, setting }) => {
        const { worker } = globalThis as unknown as { worker: Worker };
        worker.postMessage({ rules });
        const answers: FromWorker[] = [];
        for (const [number, question] of questions.entries()) {
          const answered = new Promise<FromWorker>((resolve) => {
            worker.onmessage = ({ data }: MessageEvent<FromWorker>) => resolve(data);
          });
          worker.postMessage({ number, setting, question });
          answers.push(await answered);
        }
        return answers;
      },
      { rules, questions, setting },
    );
    // packets that cannot be asked here are no answers of the command line either
    return heard.flatMap((one) => ('answer' in one && 'text' in one.answer ? [JSON.parse(one.answer.text)] : []));
  };

  it.each(FILES.map((file, index) => [file, index] as const))('%s', async (file, index) => {
    const rules = readFileSync(new URL(`../../fixtures/${file}`, import.meta.url), 'utf8');
    const first = WITH_SAME[index % WITH_SAME.length] ?? '';
    const others = [...WITH_SAME, ...PACKETS].filter((packet) => packet !== first);
    const byCli = async (packets: readonly string[]) => {
      const { out } = await chainwalk(['trace', '-o', 'json', file, ...packets], { files: { [file]: rules } });
      const lines = out.split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line));
    };
    const questions = [first, ...others].map((packet): PageQuestion => ({ kind: 'json', packet, same: packet === first }));
    const answers = await byPage({ ...SETTING, file }, rules, questions);
    expect(answers).toEqual([...(await byCli([first])), ...(await byCli(others))]);
    expect(answers.length).toBeGreaterThan(10);
  });
});
