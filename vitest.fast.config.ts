/** `npm run test:fast`: left out are the kernel, random inputs by the thousand, proofs over all fixtures, of fixes and of
 *  backends beside each other, and what starts the program as a process. */
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
  'api/{connection,wrongValues}.test.ts',
  'diff/{wordsLater,diff,diffCommand,diffConnections,diffLater,diffLevels,backendDifferences}.test.ts',
  'docs/{examples,fleets}.test.ts',
  'fix/**',
  'bundle/loaded.test.ts',
  'connection/{packetWords,stalled}.test.ts',
  'ruleset/{wordTree,alikeRules}.test.ts',
  'simulate/{stated,template,conversation}.test.ts',
  'pods/{causes,podParity,randomParity,backendParity,backendOfMesh}.test.ts',
  'vitest/**',
  'web/**',
  'istio/**/law.test.ts',
  'istio/{claims,names}.test.ts',
  'istio/pod/**',
  'extensions/*.prop.test.ts',
  'syntax/{anyText,pastedText}.test.ts',
  'proxies/ownProxies.test.ts',
  'syntax/scripts.test.ts',
  'syntax/longLines.test.ts',
  'syntax/**/*.kernel.test.ts',
  'report/{lanesLaws.prop,mermaidLaws}.test.ts',
  'report/review/{sarif,fromPods,fixes}.test.ts',
  'cli/{any,ci,confined,emptyInput,proxyIdentity,diff,git,man,pods,podLines,process,watch,kubectl,completion,pull,approaches,outputs,suppress,hostile,quiet,traceScreen,onKernel,budget,one,verify,phase,render,likeFiles,merge,jobs,fix,laterFixes,init,notCaptured,keptProofs,outputSchemas,report,jsonLines}*.test.ts',
  'action.test.ts',
];

export default mergeConfig(all, { test: { exclude: [...configDefaults.exclude, 'fixtures/**', ...SLOW.map((glob) => `test/${glob}`)] } });
