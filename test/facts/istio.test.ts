import { ISTIO_CASES } from '../kernel/cases/istio.ts';
import { testInSimulator } from './simulated.ts';

testInSimulator(ISTIO_CASES);
