// Compiles WGSL with Dawn and writes down what the compiler has to say.
// usage: node compile-messages.mjs PROGRAMS MESSAGES   JSON files: a list of WGSL texts; a list of messages for each
import { readFileSync, writeFileSync } from 'node:fs';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (adapter === null) throw new Error('there is no adapter');
const requiredLimits: Record<string, number> = {};
for (const limit in adapter.limits) {
  const value = adapter.limits[limit as keyof GPUSupportedLimits];
  if (typeof value === 'number') requiredLimits[limit] = value;
}
const wanted: GPUFeatureName[] = ['shader-f16', 'subgroups'];
const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
const texts = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as readonly string[];
const all: string[][] = [];
for (const code of texts) {
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  all.push(messages.map(({ type, message, lineNum }) => `${type} in line ${lineNum}: ${message}`));
}
writeFileSync(process.argv[3] as string, JSON.stringify(all));
device.destroy();
// Dawn's objects must not outlive the adapter's owner, which the engine cannot know.
process.exit(0);
