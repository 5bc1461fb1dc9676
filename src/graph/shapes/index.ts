export { inferShapes } from './infer.ts';
export { reducedAxes } from './make.ts';
export { fromFront, type Known, NodeView, NotKnown } from './node-view.ts';
export { einsumSizes, matricesOf } from './products.ts';
export { type Windows, weightsAt, windowsOf } from './windows.ts';
