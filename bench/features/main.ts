// How long static features of many configurations of one kernel take, from its source on.
// usage: node bench/run.mjs features [--operator NAME --sizes JSON] [--configurations N] [--seed N]
import { parseArgs } from 'node:util';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import {
  createKernelSpace,
  type DeviceLimits,
  formatProblems,
  noFiles,
  parseManifest,
} from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';
import { createRandom } from '../../src/stats/index.ts';

const { values } = parseArgs({
  options: {
    operator: { type: 'string', default: 'matmul' },
    sizes: { type: 'string', default: '{"m":256,"n":256,"k":256}' },
    configurations: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
});

const limits: DeviceLimits = {
  max_workgroup_storage: 32_768,
  max_invocations: 1024,
  max_workgroup_size_x: 1024,
  max_workgroup_size_y: 1024,
  max_workgroup_size_z: 64,
  max_workgroups: 65_535,
  max_buffer_bytes: 134_217_728,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 32,
  subgroup_max: 32,
};

const { manifest, problems } = parseManifest({
  path: 'joulegate.yaml',
  text: JSON.stringify({
    version: 1,
    kernels: { kernel: { operator: values.operator, workloads: [JSON.parse(values.sizes)] } },
  }),
  reader: noFiles,
  operators,
});
const kernel = manifest?.kernels[0];
const workload = kernel?.workloads[0];
if (!kernel || !workload) throw new Error(formatProblems(problems, { colour: false }));

const space = createKernelSpace(kernel, workload, limits);
const wanted = Number(values.configurations);
const points = space.sample(createRandom(Number(values.seed)), wanted);
const builder = createVariantBuilder({ kernel, workload, limits });

/** Seconds that this process has computed, and that have passed. */
function now(): { readonly cpu: number; readonly wall: number } {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1e6, wall: performance.now() / 1000 };
}

const configurations = points.map((point) => space.configuration(point));
const start = now();
let counted = 0;
for (const configuration of configurations) {
  if ((await builder.featuresOf(configuration)) !== null) counted++;
}
const end = now();
const cpu = end.cpu - start.cpu;
const wall = end.wall - start.wall;
const memory = process.memoryUsage();
const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
console.log(
  `${values.operator} ${values.sizes}: ${points.length} of ${space.count(1e6).value} configurations, ${counted} counted`,
);
console.log(`features    ${cpu.toFixed(2)} s of processor time, ${wall.toFixed(2)} s`);
console.log(`per 10,000  ${((10_000 * cpu) / points.length).toFixed(2)} s of processor time`);
console.log(`memory      ${mebibytes(memory.heapUsed)} of heap, ${mebibytes(memory.rss)} resident`);
