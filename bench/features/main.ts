// How much processor time static features take: linking, parsing and counting of many configurations of one kernel, and how much of it is
// counting.
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

/** Time this process has computed: that of other processes does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of each part, in all. */
let buildMs = 0;
let countMs = 0;
let built = 0;
for (const point of points) {
  const start = cpuMs();
  const outcome = await builder.build(space.configuration(point));
  const between = cpuMs();
  buildMs += between - start;
  if (!outcome.ok) continue;
  built++;
  builder.features(outcome.value);
  countMs += cpuMs() - between;
}

const each = (ms: number) => `${(ms / points.length).toFixed(3)} ms each`;
console.log(
  `${values.operator} ${values.sizes}: ${points.length} of ${space.count(1e6).value} configurations, ${built} built`,
);
console.log(`build (link, parse, reflect)  ${(buildMs / 1000).toFixed(2)} s, ${each(buildMs)}`);
console.log(`count features                ${(countMs / 1000).toFixed(2)} s, ${each(countMs)}`);
console.log(`both, for 10,000              ${((10 * (buildMs + countMs)) / points.length).toFixed(2)} s`);
