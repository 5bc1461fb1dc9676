export { holmAdjust } from './holm.ts';
export { mean, moments } from './moments.ts';
export { normalCdf, normalPdf } from './normal.ts';
export { median, quantile } from './quantile.ts';
export { createRandom, type Random, shuffle } from './random.ts';
export { sortSamples } from './sorted-samples.ts';
export { spearman } from './spearman.ts';
export { studentTQuantile, studentTUpperTail } from './student-t.ts';
export { estimateMean, type MeanEstimate, meanInterval, tTestP } from './t-test.ts';
