import {
  type FileReader,
  formatProblems,
  type KernelDefinition,
  type Manifest,
  type OperatorDefinition,
  type ParsedManifest,
  type PassDefinition,
  parseManifest,
} from '../../src/manifest/index.ts';

/** A repository in memory. */
export function repository(files: Readonly<Record<string, string>>): FileReader {
  return {
    read: (path) => files[path] ?? null,
    readBytes: (path) => {
      const text = files[path];
      return text === undefined ? null : { bytes: Buffer.from(text), executable: path.endsWith('.sh') };
    },
    list: (folder) => Object.keys(files).filter((path) => folder === '' || path.startsWith(`${folder}/`)),
    listSources: (wanted) =>
      Object.keys(files).filter((path) => path === wanted || path.startsWith(`${wanted}/`)),
  };
}

export const files = {
  'kernels/softmax.wesl': 'import package::util::square;',
  'kernels/softmax-naive.wesl': 'fn naive() {}',
  'kernels/util.wesl': 'fn square() {}',
  'kernels/deep/more.wgsl': 'fn more() {}',
  'kernels/notes.txt': 'not a program',
  'other/plain.wgsl': '@compute fn main() {}',
};

/** The example of the design, as a user would write it. */
export const softmax = `version: 1
objective: { minimize: energy, latency-slack: 3% }
budget:
  guard: { trials: 64, search-seconds: 60, judge-seconds: 90 }
  retune: { trials: 512, search-seconds: 600, judge-seconds: 180 }
gate:
  energy: { margin: 3% }
  latency: { margin: 5% }
  fail-on: [regressed, missing-baseline]
kernels:
  softmax-rows:
    source: kernels/softmax.wesl
    entry: main
    workloads: [{ ROWS: 4096, COLS: 1024 }]
    tunables:
      WORKGROUP: [32, 64, 128, 256]
      PER_THREAD: [1, 2, 4, 8]
      VECTORIZE: [true, false]
    constraints:
      - WORKGROUP * PER_THREAD <= COLS
    default: { WORKGROUP: 64, PER_THREAD: 1, VECTORIZE: false }
    buffers:
      input: { binding: 0, type: f32, length: ROWS * COLS, fill: normal }
      output: { binding: 1, type: f32, length: ROWS * COLS, check: { relative: 1.0e-3 } }
    dispatch: [ROWS, 1, 1]
    reference: kernels/softmax-naive.wesl
`;

export interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly operators?: readonly OperatorDefinition[];
  readonly reader?: FileReader;
}

export function parse(text: string, setting: Setting = {}): ParsedManifest {
  return parseManifest({
    path: 'joulegate.yaml',
    text,
    reader: setting.reader ?? repository(setting.files ?? files),
    operators: setting.operators ?? [],
    ...(setting.folder === undefined ? {} : { folder: setting.folder }),
  });
}

/** A manifest that must have no faults. */
export function manifestOf(text: string, setting: Setting = {}): Manifest {
  const { manifest, problems } = parse(text, setting);
  if (manifest === null || problems.length > 0) throw new Error(formatProblems(problems, { colour: false }));
  return manifest;
}

export function kernelOf(text: string, setting: Setting = {}): KernelDefinition {
  return manifestOf(text, setting).kernels[0] as KernelDefinition;
}

/** Workgroups of each pass, as they are written. */
export function countsOf(passes: readonly PassDefinition[]): readonly (readonly string[])[] {
  return passes.map(({ dispatch }) =>
    'indirect' in dispatch
      ? [dispatch.indirect, dispatch.offset.source]
      : dispatch.map((expression) => expression.source),
  );
}

/** Faults as `line:column message | next step`. */
export function faultsOf(text: string, setting: Setting = {}): string[] {
  return parse(text, setting).problems.map(
    ({ line, column, message, nextStep }) => `${line}:${column} ${message} | ${nextStep}`,
  );
}

/** Faults of the design's example with one piece of its text replaced. */
export function faultsAfter(from: string, to: string, setting: Setting = {}): string[] {
  if (!softmax.includes(from)) throw new Error(`the example has no '${from}'`);
  return faultsOf(softmax.replace(from, to), setting);
}
