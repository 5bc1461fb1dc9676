import type { OperatorDefinition } from '../manifest/index.ts';
import conv2d from './conv2d/conv2d.wesl';
import conv2dDepthwise from './conv2d/depthwise.wesl';
import conv2dDirect from './conv2d/direct.wesl';
import conv2dOperands from './conv2d/operands.wesl';
import conv2dFragment from './conv2d/operator.yaml';
import conv2dReference from './conv2d/reference.wesl';
import elementwise from './elementwise/elementwise.wesl';
import elementwiseFragment from './elementwise/operator.yaml';
import elementwiseReference from './elementwise/reference.wesl';
import unary from './elementwise/unary.wesl';
import layernorm from './layernorm/layernorm.wesl';
import layernormFragment from './layernorm/operator.yaml';
import layernormReference from './layernorm/reference.wesl';
import activation from './matmul/activation.wesl';
import matmul from './matmul/matmul.wesl';
import matmulOperands from './matmul/operands.wesl';
import matmulFragment from './matmul/operator.yaml';
import product from './matmul/product.wesl';
import matmulReference from './matmul/reference.wesl';
import matvec from './matvec/matvec.wesl';
import matvecFragment from './matvec/operator.yaml';
import matvecReference from './matvec/reference.wesl';
import reduceFragment from './reduce/operator.yaml';
import reduce from './reduce/reduce.wesl';
import reduceReference from './reduce/reference.wesl';
import rmsnormFragment from './rmsnorm/operator.yaml';
import rmsnormReference from './rmsnorm/reference.wesl';
import rmsnorm from './rmsnorm/rmsnorm.wesl';
import lanes from './shared/lanes.wesl';
import packs from './shared/packs.wesl';
import rows from './shared/rows.wesl';
import softmaxFragment from './softmax/operator.yaml';
import softmaxReference from './softmax/reference.wesl';
import softmax from './softmax/softmax.wesl';
import transposeFragment from './transpose/operator.yaml';
import transposeReference from './transpose/reference.wesl';
import transpose from './transpose/transpose.wesl';

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
  {
    name: 'conv2d',
    fragment: conv2dFragment,
    files: {
      'conv2d/conv2d.wesl': conv2d,
      'conv2d/operands.wesl': conv2dOperands,
      'conv2d/direct.wesl': conv2dDirect,
      'conv2d/depthwise.wesl': conv2dDepthwise,
      'conv2d/product.wesl': product,
      'conv2d/activation.wesl': activation,
      'conv2d/reference.wesl': conv2dReference,
    },
  },
  {
    name: 'softmax',
    fragment: softmaxFragment,
    files: {
      'softmax/softmax.wesl': softmax,
      'softmax/rows.wesl': rows,
      'softmax/packs.wesl': packs,
      'softmax/lanes.wesl': lanes,
      'softmax/reference.wesl': softmaxReference,
    },
  },
  {
    name: 'layernorm',
    fragment: layernormFragment,
    files: {
      'layernorm/layernorm.wesl': layernorm,
      'layernorm/rows.wesl': rows,
      'layernorm/packs.wesl': packs,
      'layernorm/lanes.wesl': lanes,
      'layernorm/reference.wesl': layernormReference,
    },
  },
  {
    name: 'rmsnorm',
    fragment: rmsnormFragment,
    files: {
      'rmsnorm/rmsnorm.wesl': rmsnorm,
      'rmsnorm/rows.wesl': rows,
      'rmsnorm/packs.wesl': packs,
      'rmsnorm/lanes.wesl': lanes,
      'rmsnorm/reference.wesl': rmsnormReference,
    },
  },
  {
    name: 'reduce',
    fragment: reduceFragment,
    files: {
      'reduce/reduce.wesl': reduce,
      'reduce/packs.wesl': packs,
      'reduce/reference.wesl': reduceReference,
    },
  },
  {
    name: 'elementwise',
    fragment: elementwiseFragment,
    files: {
      'elementwise/elementwise.wesl': elementwise,
      'elementwise/unary.wesl': unary,
      'elementwise/packs.wesl': packs,
      'elementwise/reference.wesl': elementwiseReference,
    },
  },
  {
    name: 'transpose',
    fragment: transposeFragment,
    files: {
      'transpose/transpose.wesl': transpose,
      'transpose/packs.wesl': packs,
      'transpose/reference.wesl': transposeReference,
    },
  },
];
