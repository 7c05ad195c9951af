/** `npm run test:fast`: left out are the kernel, random inputs by the thousand, proofs over all fixtures, and
 *  what starts the program as a process. */
import { configDefaults, mergeConfig } from 'vitest/config';
import all from './vitest.config.ts';

const SLOW = [
  'kernel/**',
  'fuzz/**',
  'agreement/**',
  'arbitraries/**',
  'properties/**',
  'prove/**',
  'query/**',
  'diff/diff{,Command,Later,Levels}.test.ts',
  'pods/{causes,podParity}.test.ts',
  'vitest/**',
  'istio/**/law.test.ts',
  'istio/claims.test.ts',
  'istio/pod/**',
  'extensions/*.prop.test.ts',
  'syntax/anyText.test.ts',
  'syntax/scripts.test.ts',
  'syntax/restore.kernel.test.ts',
  'report/review/{sarif,fromPods}.test.ts',
  'cli/{any,ci,confined,emptyInput,proxyIdentity,diff,git,man,pods,process,watch,kubectl,completion,pull,approaches,outputs,suppress,hostile,one,verify,phase,render}*.test.ts',
  'action.test.ts',
];

export default mergeConfig(all, { test: { exclude: [...configDefaults.exclude, 'fixtures/**', ...SLOW.map((glob) => `test/${glob}`)] } });
