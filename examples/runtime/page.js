import { openKernels } from 'joulegate/runtime';
import { describe, openDevice, runVariant } from './run-kernel.js';

const sizes = [
  { m: 128, n: 128, k: 128 },
  { m: 100, n: 40, k: 60 },
  { m: 1, n: 17, k: 1000 },
];

function matrix(rows, columns) {
  return Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
}

/** The largest difference from the product that JavaScript works out in double precision. */
function largestError({ m, n, k }, a, b, c) {
  let largest = 0;
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += a[row * k + i] * b[i * n + column];
      largest = Math.max(largest, Math.abs(sum - c[row * n + column]));
    }
  }
  return largest;
}

function told({ kind, family, workload }) {
  if (workload === null) return 'any GPU (the default)';
  return `${kind === 'tuned' ? '' : `${kind}: `}${family}, ${workload.m} x ${workload.n} x ${workload.k}`;
}

async function show() {
  const kernels = openKernels(await (await fetch('kernels.json')).json());
  const device = await openDevice();
  for (const size of sizes) {
    const variant = kernels.variant('matmul', size, describe(device));
    const inputs = { a: matrix(size.m, size.k), b: matrix(size.k, size.n) };
    const product = await runVariant(device, variant, inputs, 'c');
    const error = largestError(size, inputs.a, inputs.b, product);
    const row = document.getElementById('rows').insertRow();
    const { GROUP_X, GROUP_Y, ROWS, COLS } = variant.configuration;
    for (const text of [
      `${size.m} x ${size.n} x ${size.k}`,
      `${GROUP_X} x ${GROUP_Y} invocations of ${ROWS} x ${COLS}`,
      told(variant.choice),
      error.toExponential(1),
    ]) {
      row.insertCell().textContent = text;
    }
  }
}

const state = document.getElementById('state');
show().then(
  () => {
    state.textContent = 'Done.';
  },
  (error) => {
    state.textContent = error.message;
  },
);
