import type { OperatorDefinition } from '../manifest/index.ts';
import matmul from './matmul/matmul.wesl';
import matmulFragment from './matmul/operator.yaml';
import matmulReference from './matmul/reference.wesl';

/** The operators that ship with Joulegate. Each is data: what a user could write in a manifest and next to it. */
export const operators: readonly OperatorDefinition[] = [
  {
    name: 'matmul',
    fragment: matmulFragment,
    files: { 'matmul/matmul.wesl': matmul, 'matmul/reference.wesl': matmulReference },
  },
];
