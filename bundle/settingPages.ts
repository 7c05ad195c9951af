/** Pages of `explain` for the settings of Istio that change rules: one for each flag of istio-iptables, found by the annotation, the
 *  value of a chart and the variable that stand for it. */
import { TRAFFIC_ANNOTATIONS, type TrafficAnnotation } from '../src/injection/configuration/annotations.ts';
import { ENV_SETTINGS, FLAGS, type Flag } from '../src/istio/settings/flags.ts';
import type { Page } from '../src/report/pages/page.ts';

const ANNOTATIONS: readonly TrafficAnnotation[] = Object.values(TRAFFIC_ANNOTATIONS);

const ALSO = ['render', 'setting-has-effect', 'mesh-configuration'];

export function settingPages(): readonly Page[] {
  const flags = FLAGS.filter((flag: Flag) => flag.idle !== true).map(flagPage);
  const variables = ENV_SETTINGS.map(({ name, default: value, says, ...rest }): Page => {
    const means = `A variable of istio-init; no flag stands for it.${'since' in rest ? ` Since Istio 1.${rest.since}.` : ''}`;
    return {
      id: name,
      group: 'setting',
      title: says,
      means,
      keys: [{ name: 'default', says: value === '' ? 'empty' : value }],
      see: [],
      also: ALSO,
    };
  });
  return [...flags, ...variables];
}

function flagPage({ name, short, default: value, env, says, since, until }: Flag): Page {
  const own = ANNOTATIONS.filter(({ flag }) => flag === name);
  const keys = [
    ...own.map((one) => ({ name: one.name, says: 'the annotation of a pod' })),
    ...own.flatMap((one) =>
      one.values === undefined ? [] : [{ name: one.values, says: 'the value of the chart, for pods without the annotation' }],
    ),
    { name: short === undefined ? `--${name}` : `-${short}, --${name}`, says: 'the flag of istio-iptables' },
    ...env.map((variable) => ({ name: variable, says: 'the variable; a flag wins over it' })),
    { name: 'default', says: value === '' ? 'empty' : String(value) },
  ];
  const versions = [...(since === undefined ? [] : [`since Istio 1.${since}`]), ...(until === undefined ? [] : [`until Istio 1.${until}`])];
  const words = [
    ...own.flatMap((one) => [one.name, one.name.replace(/^.*\//, ''), ...(one.values === undefined ? [] : [one.values])]),
    ...env,
  ];
  return {
    id: name,
    group: 'setting',
    title: says,
    words,
    means: `A setting of Istio's capture${versions.length === 0 ? '' : `, ${versions.join(', ')}`}. Flags win over variables, and those over the default.`,
    keys,
    see: [{ run: 'chainwalk enrol deploy.yaml', look: 'the value that counts for a pod, and the line that it comes from' }],
    also: ALSO,
  };
}
