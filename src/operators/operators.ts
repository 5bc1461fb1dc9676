import type { OperatorDefinition } from '../manifest/index.ts';
import decode from './attention-decode/decode.wesl';
import decodeFragment from './attention-decode/operator.yaml';
import decodeReference from './attention-decode/reference.wesl';
import prefillFragment from './attention-prefill/operator.yaml';
import prefill from './attention-prefill/prefill.wesl';
import prefillReference from './attention-prefill/reference.wesl';
import cacheUpdateFragment from './cache-update/operator.yaml';
import cacheUpdateReference from './cache-update/reference.wesl';
import update from './cache-update/update.wesl';
import convTranspose from './conv-transpose/conv_transpose.wesl';
import convTransposeExtent from './conv-transpose/extent.wesl';
import convTransposeOperands from './conv-transpose/operands.wesl';
import convTransposeFragment from './conv-transpose/operator.yaml';
import convTransposeReference from './conv-transpose/reference.wesl';
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
import gather from './gather/gather.wesl';
import gatherFragment from './gather/operator.yaml';
import gatherReference from './gather/reference.wesl';
import groupNorm from './group-norm/group_norm.wesl';
import groupNormFragment from './group-norm/operator.yaml';
import groupNormReference from './group-norm/reference.wesl';
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
import pool2dFragment from './pool2d/operator.yaml';
import pool2d from './pool2d/pool2d.wesl';
import pool2dReference from './pool2d/reference.wesl';
import windows from './pool2d/windows.wesl';
import qgatherFragment from './qgather/operator.yaml';
import qgather from './qgather/qgather.wesl';
import qgatherReference from './qgather/reference.wesl';
import blocks from './qmatmul/blocks.wesl';
import qmatmulFragment from './qmatmul/operator.yaml';
import plainWeights from './qmatmul/plain_weights.wesl';
import qmatmul from './qmatmul/qmatmul.wesl';
import qmatmulReference from './qmatmul/reference.wesl';
import qmatmulTokens from './qmatmul/tokens.wesl';
import qmatvecFragment from './qmatvec/operator.yaml';
import qmatvecTokens from './qmatvec/tokens.wesl';
import reduceFragment from './reduce/operator.yaml';
import reduce from './reduce/reduce.wesl';
import reduceReference from './reduce/reference.wesl';
import coordinates from './resize/coordinates.wesl';
import resizeFragment from './resize/operator.yaml';
import resizeReference from './resize/reference.wesl';
import resize from './resize/resize.wesl';
import rmsnormFragment from './rmsnorm/operator.yaml';
import rmsnormReference from './rmsnorm/reference.wesl';
import rmsnorm from './rmsnorm/rmsnorm.wesl';
import rotaryFragment from './rotary/operator.yaml';
import rotaryReference from './rotary/reference.wesl';
import rotary from './rotary/rotary.wesl';
import attend from './shared/attend.wesl';
import lanes from './shared/lanes.wesl';
import packs from './shared/packs.wesl';
import rows from './shared/rows.wesl';
import scores from './shared/scores.wesl';
import sweep from './shared/sweep.wesl';
import softmaxFragment from './softmax/operator.yaml';
import softmaxReference from './softmax/reference.wesl';
import softmax from './softmax/softmax.wesl';
import topkFragment from './topk/operator.yaml';
import topkReference from './topk/reference.wesl';
import topk from './topk/topk.wesl';
import transposeFragment from './transpose/operator.yaml';
import transposeReference from './transpose/reference.wesl';
import transpose from './transpose/transpose.wesl';

/** An operator of these modules; its files are named for them, in a folder of its name. */
function operator(
  name: string,
  fragment: string,
  modules: Readonly<Record<string, string>>,
): OperatorDefinition {
  const files = Object.entries(modules).map(([module, text]) => [`${name}/${module}.wesl`, text]);
  return { name, fragment, files: Object.fromEntries(files) };
}

/** How invocations share rows. */
const sharedRows = { rows, packs, lanes };

/** The operators that ship with Joulegate. Each is data: what a user could write in a manifest and next to it. */
export const operators: readonly OperatorDefinition[] = [
  operator('matmul', matmulFragment, {
    ...{ matmul, operands: matmulOperands, product, activation, reference: matmulReference },
  }),
  operator('matvec', matvecFragment, { matvec, activation, reference: matvecReference }),
  operator('qmatvec', qmatvecFragment, {
    ...{ qmatmul, blocks, tokens: qmatvecTokens, lanes, activation },
    ...{ plain_weights: plainWeights, reference: qmatmulReference },
  }),
  operator('qmatmul', qmatmulFragment, {
    ...{ qmatmul, blocks, tokens: qmatmulTokens, lanes, activation },
    ...{ plain_weights: plainWeights, reference: qmatmulReference },
  }),
  operator('conv2d', conv2dFragment, {
    ...{ conv2d, operands: conv2dOperands, direct: conv2dDirect, depthwise: conv2dDepthwise },
    ...{ product, activation, reference: conv2dReference },
  }),
  operator('softmax', softmaxFragment, { softmax, ...sharedRows, reference: softmaxReference }),
  operator('layernorm', layernormFragment, { layernorm, ...sharedRows, reference: layernormReference }),
  operator('rmsnorm', rmsnormFragment, { rmsnorm, ...sharedRows, reference: rmsnormReference }),
  operator('reduce', reduceFragment, { reduce, packs, reference: reduceReference }),
  operator('elementwise', elementwiseFragment, {
    ...{ elementwise, unary, packs, reference: elementwiseReference },
  }),
  operator('transpose', transposeFragment, { transpose, packs, reference: transposeReference }),
  operator('attention-decode', decodeFragment, {
    ...{ decode, scores, packs, attend, reference: decodeReference },
  }),
  operator('attention-prefill', prefillFragment, {
    ...{ prefill, scores, packs, attend, reference: prefillReference },
  }),
  operator('rotary', rotaryFragment, { rotary, sweep, packs, reference: rotaryReference }),
  operator('gather', gatherFragment, { gather, sweep, packs, reference: gatherReference }),
  operator('cache-update', cacheUpdateFragment, { update, sweep, packs, reference: cacheUpdateReference }),
  operator('resize', resizeFragment, { resize, coordinates, sweep, packs, reference: resizeReference }),
  operator('pool2d', pool2dFragment, { pool2d, windows, sweep, packs, reference: pool2dReference }),
  operator('group-norm', groupNormFragment, {
    ...{ group_norm: groupNorm, activation, lanes, packs, reference: groupNormReference },
  }),
  operator('topk', topkFragment, { topk, packs, reference: topkReference }),
  operator('conv-transpose', convTransposeFragment, {
    ...{ conv_transpose: convTranspose, operands: convTransposeOperands, extent: convTransposeExtent },
    ...{ product, activation, reference: convTransposeReference },
  }),
  operator('qgather', qgatherFragment, {
    // The layouts read buffers of a module of that name.
    ...{ qmatmul: qgather, blocks, sweep },
    ...{ plain_weights: plainWeights, reference: qgatherReference },
  }),
];
