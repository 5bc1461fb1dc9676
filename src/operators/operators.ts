import type { OperatorDefinition } from '../manifest/index.ts';
import activation from './matmul/activation.wesl';
import matmul from './matmul/matmul.wesl';
import matmulOperands from './matmul/operands.wesl';
import matmulFragment from './matmul/operator.yaml';
import product from './matmul/product.wesl';
import matmulReference from './matmul/reference.wesl';
import matvec from './matvec/matvec.wesl';
import matvecFragment from './matvec/operator.yaml';
import matvecReference from './matvec/reference.wesl';

/** The operators that ship with Joulegate. Each is data: what a user could write in a manifest and next to it. */
export const operators: readonly OperatorDefinition[] = [
  {
    name: 'matmul',
    fragment: matmulFragment,
    files: {
      'matmul/matmul.wesl': matmul,
      'matmul/operands.wesl': matmulOperands,
      'matmul/product.wesl': product,
      'matmul/activation.wesl': activation,
      'matmul/reference.wesl': matmulReference,
    },
  },
  {
    name: 'matvec',
    fragment: matvecFragment,
    files: {
      'matvec/matvec.wesl': matvec,
      'matvec/activation.wesl': activation,
      'matvec/reference.wesl': matvecReference,
    },
  },
];
