import { basename } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import { ggufWork, type NetworkSummary, onnxWork, summarise, type Work } from '../../graph/index.ts';
import { cleanLine } from '../../report/index.ts';
import { parseJson, readInPieces, readTextFile } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../project/index.ts';
import { definitionsOf, refusedCalls } from './check-calls.ts';
import { type DraftNetwork, draftKernels, kernelLines, keyOf, networkLines } from './draft.ts';
import { type Target, writeEntries } from './write-entries.ts';

export interface ImportModelOptions {
  /** Path of the model file. */
  readonly file: string;
  /** The network's name in the manifest, and what names of kernels begin with; the file's name unless given. */
  readonly name: string | null;
  /** Share of a network's MACs or bytes, 0 to 1, below which a workload is left out. */
  readonly least: number;
  readonly target: Target;
}

export interface ImportOnnxOptions extends ImportModelOptions {
  /** Sizes by name. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Path of a profile of ONNX Runtime; null: none. */
  readonly profile: string | null;
}

export interface ImportGgufOptions extends ImportModelOptions {
  /** Tokens in the cache of a token that is decoded, and of a prompt. */
  readonly context: number;
}

export interface ImportedModel {
  /** The manifest that was written or added to; null: nothing was written. */
  readonly manifest: string | null;
  readonly networks: readonly (NetworkSummary & { readonly name: string })[];
  readonly kernels: readonly {
    readonly name: string;
    readonly operator: string;
    readonly workloads: number;
  }[];
  /** What went into the manifest: entries to be put below `kernels:` and `networks:`. */
  readonly entries: string;
}

/** Largest profile that is read. */
const maxProfileBytes = 64 * 1024 * 1024;

/**
 * Kernels, workloads and a network out of an ONNX file.
 * @throws JoulegateError (bad-input): `bad-model`, `unknown-size`, `no-kernels`, and those of reading and writing files
 */
export function importOnnx(host: Host, options: ImportOnnxOptions): ImportedModel {
  const { file, sizes } = options;
  const profile =
    options.profile === null
      ? null
      : {
          label: options.profile,
          data: parseJson(
            readTextFile(absolutePath(host, options.profile), maxProfileBytes),
            options.profile,
          ),
        };
  const work = readInPieces(absolutePath(host, file), (pieces) =>
    onnxWork({ source: { ...pieces, label: file }, sizes, profile }),
  );
  return writeNetworks(host, { ...options, format: 'onnx', works: (name) => [{ name, work }] });
}

/**
 * Kernels, workloads and the networks of decoding and of prompts out of a GGUF file.
 * @throws JoulegateError as `importOnnx`
 */
export function importGguf(host: Host, options: ImportGgufOptions): ImportedModel {
  const { file, context } = options;
  const { decode, prefill } = readInPieces(absolutePath(host, file), (pieces) =>
    ggufWork({ ...pieces, label: file }, context),
  );
  const works = (name: string) => [
    { name: `${name}-decode`, work: decode },
    { name: `${name}-prefill`, work: prefill },
  ];
  return writeNetworks(host, { ...options, format: 'gguf', works });
}

interface WriteOptions extends ImportModelOptions {
  readonly format: 'onnx' | 'gguf';
  /** What each network does, given the name of the model. */
  readonly works: (name: string) => readonly { readonly name: string; readonly work: readonly Work[] }[];
}

/** A name that a manifest takes. */
function nameOf({ file, name }: ImportModelOptions): string {
  const base = name ?? basename(file).replace(/\.\w+$/, '');
  const plain = base.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return (plain === '' ? 'network' : plain).slice(0, 40);
}

/** With names out of the file as they may stand on a terminal and in a comment. */
function readable(summary: NetworkSummary): NetworkSummary {
  const leftOut = summary.leftOut.map((one) => ({
    ...one,
    operator: cleanLine(one.operator, 80),
    reason: cleanLine(one.reason, 200),
  }));
  return { ...summary, leftOut };
}

function writeNetworks(host: Host, options: WriteOptions): ImportedModel {
  const name = nameOf(options);
  const all = options.works(name);
  let refused: ReadonlyMap<string, string> = new Map();
  const draft = () => {
    const networks = all.map(
      (one): DraftNetwork => ({
        name: one.name,
        summary: readable(
          summarise(one.work, {
            least: options.least,
            refuse: (call) => refused.get(keyOf(call)) ?? null,
          }),
        ),
      }),
    );
    return { networks, kernels: draftKernels(name, networks) };
  };
  let { networks, kernels } = draft();
  let definitions = definitionsOf(kernels);
  if (definitions === null) {
    // Rare, and slow: an operator has bounds that a workload breaks.
    refused = refusedCalls(kernels.flatMap(({ calls }) => calls));
    ({ networks, kernels } = draft());
    definitions = definitionsOf(kernels);
  }
  if (definitions === null) throw new Error('workloads that suit their operators one by one do not together');
  if (kernels.length === 0) throw nothingCovered(options.file, networks);
  const workloads = new Map(
    definitions.map((kernel) => [kernel.name, kernel.workloads.map((workload) => workload.name)]),
  );
  const entries = {
    kernels: `${kernelLines(kernels, networks).join('\n')}\n`,
    networks: `${networkLines(networks, kernels, workloads).join('\n')}\n`,
  };
  const names = {
    kernels: kernels.map((kernel) => kernel.name),
    networks: networks.map((network) => network.name),
  };
  const manifest = writeEntries(host, {
    entries,
    names,
    target: options.target,
    file: options.file,
    format: options.format,
  });
  return {
    manifest,
    networks: networks.map(({ summary, ...network }) => ({ ...network, ...summary })),
    kernels: kernels.map(({ calls, ...kernel }) => ({ ...kernel, workloads: calls.length })),
    entries: `kernels:\n${entries.kernels}networks:\n${entries.networks}`,
  };
}

function nothingCovered(file: string, networks: readonly DraftNetwork[]): JoulegateError {
  const kinds = networks.flatMap(({ summary }) =>
    summary.leftOut.map(({ operator, reason }) => `${operator}: ${reason}`),
  );
  const shown = kinds.slice(0, 12).map((kind) => `\n${kind}`);
  return new JoulegateError(
    'bad-input',
    `None of the operators of ${file} is one of ours.${shown.join('')}`,
    {
      code: 'no-kernels',
      nextStep: 'Write its kernels into a manifest by hand; docs/networks.md has how.',
    },
  );
}
