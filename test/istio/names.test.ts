/** Every name that Istio knows, misspelt, moved and mistyped: each is named or has an effect, none is silent. */
import { beforeAll, describe, expect, it } from 'vitest';
import { TRAFFIC_ANNOTATIONS } from '../../src/injection/configuration/annotations.ts';
import { judgeKey } from '../../src/istio/names/judgeKey.ts';
import { judgeVariable } from '../../src/istio/names/judgeVariable.ts';
import { KNOWN_KEYS } from '../../src/istio/names/keys.ts';
import { PROXY_CONFIG_FIELDS } from '../../src/istio/names/proxyConfig.ts';
import { judgeKeyValue } from '../../src/istio/names/values.ts';
import { MACHINE_VARIABLES, METADATA_VARIABLES, PROXY_VARIABLES } from '../../src/istio/names/variables.ts';
import { renderRequest } from '../../src/istio/render/request.ts';
import { ENV_SETTINGS, FLAGS } from '../../src/istio/settings/flags.ts';
import { chainwalk } from '../cli/memoryIo.ts';

/** A letter dropped, doubled and swapped with the next one, and one of the other case; the place depends on the name alone. */
function misspelt(name: string): readonly string[] {
  const letters = [...name].flatMap((letter, at) => (/[a-z]/i.test(letter) && at > 0 && /[a-z]/i.test(name[at + 1] ?? '') ? [at] : []));
  const at = letters[name.length % letters.length] ?? 0;
  const [before, letter = '', next = '', after] = [name.slice(0, at), name[at], name[at + 1], name.slice(at + 2)];
  const other = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
  return [
    before + next + after,
    before + letter + letter + next + after,
    before + next + letter + after,
    before + other + next + after,
  ].filter((word) => word !== name);
}

const NAMES = [...new Set(KNOWN_KEYS.map(({ name }) => name))];
const VARIABLES = [
  ...new Set([...FLAGS.flatMap(({ env }) => [...env]), ...ENV_SETTINGS.map(({ name }) => name), ...METADATA_VARIABLES, ...PROXY_VARIABLES]),
];

interface Mutation {
  /** what the answer has to speak of */
  readonly name: string;
  readonly object: object;
}

interface Metadata {
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

const CONTAINERS = [{ name: 'a', image: 'i' }];
const deployment =
  (own: Metadata, template: Metadata, containers: readonly object[] = CONTAINERS) =>
  (name: string) => ({
    kind: 'Deployment',
    metadata: { name, ...own },
    spec: { template: { metadata: template, spec: { containers } } },
  });
const pod = (template: Metadata) => deployment({}, template)('p');
const config = (text: string) => pod({ annotations: { 'proxy.istio.io/config': text } });

/** Each mutation in an object of its own, all in one answer: what it says of each. */
async function answersTo(mutations: readonly Mutation[]): Promise<readonly string[]> {
  const items = mutations.map(({ object }) => object);
  const file = JSON.stringify({ kind: 'List', items: [...items, pod({})] }, undefined, 1);
  const { err, out } = await chainwalk(['enrol', 'all.json', '-o', 'json'], { files: { 'all.json': file } });
  const { pods } = JSON.parse(out) as { readonly pods: readonly { readonly findings: readonly { readonly message: string }[] }[] };
  return [
    ...err.split('\n').filter((line) => /: (?:error|warning): /.test(line)),
    ...pods.flatMap(({ findings }) => findings.map(({ message }) => message)),
  ];
}

async function silentOf(mutations: readonly Mutation[]): Promise<readonly string[]> {
  const said = new Set<string>();
  for (let from = 0; from < mutations.length; from += 100)
    for (const line of await answersTo(mutations.slice(from, from + 100))) for (const word of line.split(/[\s`:,]+/)) said.add(word);
  return mutations.map(({ name }) => name).filter((name) => !said.has(name));
}

describe('what was meant', () => {
  it('is the name that was misspelt', () => {
    const version = { minor: 31 };
    const wrong = KNOWN_KEYS.filter(({ name, side, on: [kind = ''] }) =>
      misspelt(name).some(
        (word) => !NAMES.includes(word) && judgeKey({ name: word, side, kind }, version)?.help?.includes(`\`${name}\``) !== true,
      ),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
    const variables = VARIABLES.filter((name) =>
      misspelt(name).some(
        (word) => !VARIABLES.includes(word) && judgeVariable(word, 'proxyMetadata')?.help !== `did you mean \`${name}\`?`,
      ),
    );
    expect(variables).toEqual([]);
  });
});

describe('keys', () => {
  it('misspelt', async () => {
    const mutations = KNOWN_KEYS.flatMap(({ name, side }) =>
      misspelt(name)
        .filter((word) => !NAMES.includes(word))
        .map((word): Mutation => ({ name: word, object: pod({ [`${side}s`]: { [word]: 'x' } }) })),
    );
    expect(mutations.length).toBeGreaterThan(350);
    expect(await silentOf(mutations)).toEqual([]);
  });

  it('on the other side, on a Deployment, a Namespace and a Service', async () => {
    const mutations = KNOWN_KEYS.flatMap(({ name, side, on }): readonly Mutation[] => {
      const other = side === 'label' ? 'annotations' : 'labels';
      const both = KNOWN_KEYS.some((one) => one.name === name && one.side !== side && one.written === undefined);
      const elsewhere = ['Namespace', 'Service'].filter((kind) => !on.includes(kind) && !on.includes('Any'));
      return [
        ...(both ? [] : [{ name, object: pod({ [other]: { [name]: 'x' } }) }]),
        ...(on.includes('Any') || on.includes('Deployment')
          ? []
          : [{ name, object: deployment({ [`${side}s`]: { [name]: 'x' } }, {})('p') }]),
        ...elsewhere.map((kind) => ({ name, object: { kind, metadata: { name: 'n', [`${side}s`]: { [name]: 'x' } } } })),
      ];
    });
    expect(mutations.length).toBeGreaterThan(250);
    for (const part of [0, 1, 2, 3].map((rest) => mutations.filter((_, index) => index % 4 === rest)))
      expect(await silentOf(part)).toEqual([]);
  });

  it('with a value that it does not take', async () => {
    // any text will do for the others
    const mutations = KNOWN_KEYS.filter(({ name, side }) => judgeKeyValue(name, '~wrong~', side) !== undefined).map(
      ({ name, side, on }): Mutation => {
        const kind = ['Pod', 'Any'].some((one) => on.includes(one)) ? 'Pod' : (on[0] ?? '');
        const metadata = { [`${side}s`]: { [name]: '~wrong~' } };
        return { name, object: kind === 'Pod' ? pod(metadata) : { kind, metadata: { name: 'n', ...metadata } } };
      },
    );
    expect(mutations.length).toBeGreaterThan(60);
    expect(await silentOf(mutations)).toEqual([]);
    const traffic = Object.values(TRAFFIC_ANNOTATIONS).map(
      ({ name }): Mutation => ({ name, object: pod({ annotations: { [name]: '~wrong~' } }) }),
    );
    expect(await silentOf(traffic)).toEqual([]);
  });

  it('with a value that is no string', async () => {
    const mutations = KNOWN_KEYS.flatMap(({ name, side, on }) => {
      const kind = ['Pod', 'Any'].some((one) => on.includes(one)) ? 'Pod' : (on[0] ?? '');
      return [true, 5, ['x'], { a: 'x' }].map((value): Mutation => {
        const metadata = { [`${side}s`]: { [name]: value } };
        return { name, object: kind === 'Pod' ? pod(metadata) : { kind, metadata: { name: 'n', ...metadata } } };
      });
    });
    expect(await silentOf(mutations)).toEqual([]);
  });
});

describe('proxyMetadata', () => {
  it('misspelt', async () => {
    const mutations = VARIABLES.flatMap((name) =>
      misspelt(name)
        .filter((word) => judgeVariable(word, 'proxyMetadata') !== undefined || !VARIABLES.includes(word))
        .map((word): Mutation => ({ name: word, object: config(`{"proxyMetadata": {"${word}": "x"}}`) })),
    );
    expect(mutations.length).toBeGreaterThan(500);
    expect(await silentOf(mutations)).toEqual([]);
  });

  it('with a value that is no string', async () => {
    const mutations = VARIABLES.flatMap((name) =>
      ['true', '5', '["x"]'].map((value): Mutation => ({ name, object: config(`{"proxyMetadata": {"${name}": ${value}}}`) })),
    );
    expect(await silentOf(mutations)).toEqual([]);
  });

  it('in a resource', async () => {
    const mutations = VARIABLES.flatMap((name) =>
      misspelt(name).map(
        (word): Mutation => ({
          name: word,
          object: { kind: 'ProxyConfig', metadata: { name: 'n' }, spec: { environmentVariables: { [word]: 'x' } } },
        }),
      ),
    );
    expect((await silentOf(mutations)).filter((word) => !VARIABLES.includes(word))).toEqual([]);
  });
});

describe('containers', () => {
  it('variables of Istio misspelt', async () => {
    const names = VARIABLES.filter((name) => name.startsWith('ISTIO_'));
    const mutations = names.flatMap((name) =>
      misspelt(name).map(
        (word): Mutation => ({
          name: word,
          object: deployment({}, {}, [...CONTAINERS, { name: 'istio-proxy', env: [{ name: word, value: 'x' }] }])('p'),
        }),
      ),
    );
    expect((await silentOf(mutations)).filter((word) => !VARIABLES.includes(word))).toEqual([]);
  });
});

describe('fields of ProxyConfig', () => {
  const known = Object.keys(PROXY_CONFIG_FIELDS);

  it('misspelt', async () => {
    const mutations = known.flatMap((name) => misspelt(name).map((word): Mutation => ({ name: word, object: config(`${word}: x`) })));
    expect(await silentOf(mutations)).toEqual([]);
  });

  it('with a value of another type', async () => {
    const mutations = known.map((name): Mutation => {
      const type = PROXY_CONFIG_FIELDS[name];
      return { name, object: config(`${name}: ${type === 'text' || type === 'duration' ? '5' : '"wrong"'}`) };
    });
    expect(await silentOf(mutations)).toEqual([]);
  });
});

describe('cluster.env', () => {
  let known: ReadonlySet<string>;
  beforeAll(() => {
    known = new Set([...VARIABLES, ...MACHINE_VARIABLES]);
  });

  it('variables of Istio misspelt', () => {
    const words = [...known]
      .filter((name) => name.startsWith('ISTIO_'))
      .flatMap(misspelt)
      .filter((word) => !known.has(word));
    const text = ['ISTIO_SERVICE=a', ...words.map((word) => `${word}='x'`), ''].join('\n');
    const said = renderRequest({ settings: { file: 'cluster.env', text } })
      .diagnostics.map(({ message }) => message)
      .join(' ');
    expect(words.length).toBeGreaterThan(200);
    expect(words.filter((word) => !said.includes(`\`${word}\``))).toEqual([]);
  });
});
