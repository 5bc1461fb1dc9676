export { ranViews, readProfile, seenShapes } from './profile.ts';
export { readOnnx } from './read-onnx.ts';
