import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import {
  createKernelSpace,
  type DeviceLimits,
  type FileReader,
  formatProblems,
  parseManifest,
} from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';
import type { Edit } from './mutation.ts';

const manifestText = readFileSync('bench/changes/manifest.yaml', 'utf8');
const files = new Map<string, string>();
// The demo's base has all of its kernels but the one that its head adds.
for (const folder of ['examples/demo/head/kernels', 'examples/demo/base/kernels']) {
  for (const name of readdirSync(folder))
    files.set(`kernels/${name}`, readFileSync(`${folder}/${name}`, 'utf8'));
}

function replaced(text: string, [file, from, to]: Edit): string {
  if (!text.includes(from)) throw new Error(`"${from}" is not in ${file}`);
  return text.replaceAll(from, to);
}

/** The files of a kernel, its manifest and its operator after edits. Throws on an edit whose text is not there any more. */
function edited(name: string, edits: readonly Edit[]) {
  const own = new Map(files);
  const isOperator = manifestText.includes(`operator: ${name}\n`);
  let text = manifestText;
  const used = operators.map((operator) => ({
    ...operator,
    files: { ...operator.files } as Record<string, string>,
  }));
  const operator = used.find((one) => isOperator && one.name === name);
  for (const edit of edits) {
    const [file] = edit;
    if (operator !== undefined && file === 'dispatch') operator.fragment = replaced(operator.fragment, edit);
    else if (operator !== undefined) operator.files[file] = replaced(operator.files[file] ?? '', edit);
    else if (file === 'dispatch') text = replaced(text, edit);
    else own.set(file, replaced(own.get(file) ?? '', edit));
  }
  return { text, own, used, operator };
}

/**
 * A project with one kernel after edits, as files to be written: of an operator its text becomes the project's own.
 * @param settings what else the manifest says
 */
export function projectFiles(
  name: string,
  edits: readonly Edit[],
  settings: object,
): Readonly<Record<string, string>> {
  const { text, own, operator } = edited(name, edits);
  const written = parse(text).kernels[name];
  const manifest = (kernel: object) =>
    JSON.stringify({ version: 1, ...settings, kernels: { [name]: kernel } }, null, 2);
  if (operator === undefined) return { 'joulegate.yaml': manifest(written), ...Object.fromEntries(own) };
  const { group: _, description: __, parameters, ...kernel } = parse(operator.fragment) as OperatorFragment;
  const given = Object.entries(parameters).flatMap(([parameter, { default: value }]) =>
    value === undefined ? [] : [[parameter, value]],
  );
  return {
    'joulegate.yaml': manifest({
      ...kernel,
      buffers: Object.fromEntries(
        Object.entries(kernel.buffers).map(([buffer, of]) => [
          buffer,
          { ...of, type: of.type === 'type' ? 'f32' : of.type },
        ]),
      ),
      default: { ...kernel.default, ...written.default },
      workloads: [{ ...Object.fromEntries(given), ...written.workloads[0] }],
    }),
    ...operator.files,
  };
}

interface OperatorFragment {
  readonly group: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly buffers: Readonly<Record<string, { readonly type: string }>>;
  readonly default: object;
}

/** A kernel of the manifest after edits. Throws on one whose text is not there any more. */
export function openKernel(name: string, edits: readonly Edit[], limits: DeviceLimits) {
  const { text, own, used } = edited(name, edits);
  const reader: FileReader = {
    read: (path) => own.get(path) ?? null,
    readBytes: () => null,
    list: (under) => [...own.keys()].filter((path) => path.startsWith(under)),
    listSources: () => [...own.keys()],
  };
  const { manifest, problems } = parseManifest({ path: 'manifest.yaml', text, reader, operators: used });
  const kernel = manifest?.kernels.find((one) => one.name === name);
  const workload = kernel?.workloads[0];
  if (!kernel || !workload) throw new Error(formatProblems(problems, { colour: false }));
  return {
    kernel,
    workload,
    builder: createVariantBuilder({ kernel, workload, limits }),
    space: createKernelSpace(kernel, workload, limits),
  };
}
