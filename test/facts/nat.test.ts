import { NAT_CASES } from '../kernel/cases/nat.ts';
import { testInSimulator } from './simulated.ts';

testInSimulator(NAT_CASES);
