import { importRecording } from '../../app/index.ts';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import type { Arguments, CommandResult, CommandSpec } from '../command.ts';
import { formatJson, recordingText } from '../format.ts';
import { importGgufFile, importOnnxFile } from '../import-models.ts';
import { jsonOption } from '../shared-options.ts';

type Run = CommandSpec['run'];

interface Format {
  /** Options that go with it, beside --out and --json. */
  readonly options: CommandSpec['options'];
  readonly run: (...given: Parameters<Run>) => CommandResult;
}

const modelOptions: CommandSpec['options'] = {
  into: {
    type: 'string',
    value: 'MANIFEST',
    help: 'models: add to this manifest; what it has stays as it is',
  },
  print: { type: 'boolean', help: 'models: write nothing; print the entries' },
  name: { type: 'string', value: 'NAME', help: "models: the network's name; that of the file unless given" },
  least: {
    type: 'number',
    value: 'PERCENT',
    min: 0,
    max: 100,
    help: 'models: leave out workloads below this share of both MACs and bytes; 0.1 unless given',
  },
};

/** What can be imported. */
const formats: Readonly<Record<string, Format>> = {
  'kernel-tuner': {
    options: {
      time: { type: 'string', value: 'FIELD', help: 'kernel-tuner: field with the time; time unless given' },
      energy: {
        type: 'string',
        value: 'FIELD',
        help: 'kernel-tuner: field with the energy; none unless given',
      },
      power: {
        type: 'string',
        value: 'FIELD',
        help: 'kernel-tuner: field with the mean power; without --energy, energy is power times time',
      },
      samples: {
        type: 'string',
        value: 'FIELD',
        help: 'kernel-tuner: field with the list of single times; none unless given',
      },
      device: {
        type: 'string',
        value: 'NAME',
        help: "kernel-tuner: the device's name, where the file has none or another",
      },
      kernel: { type: 'string', value: 'NAME', help: "kernel-tuner: the kernel's name, likewise" },
    },
    run: importKernelTunerFile,
  },
  onnx: {
    options: {
      ...modelOptions,
      dim: {
        type: 'string',
        value: 'NAME=N',
        help: 'onnx: a size that the file only names, INPUT.AXIS where it has no name; several times',
      },
      profile: {
        type: 'string',
        value: 'FILE',
        help: 'onnx: a profile of ONNX Runtime (enableProfiling), which says what ran after fusing, and with which shapes',
      },
    },
    run: importOnnxFile,
  },
  gguf: {
    options: {
      ...modelOptions,
      context: {
        type: 'integer',
        value: 'N',
        min: 2,
        max: 1_048_576,
        help: 'gguf: tokens in the cache of a token that is decoded, and of a prompt',
      },
    },
    run: importGgufFile,
  },
};

function importKernelTunerFile(args: Arguments, host: Parameters<Run>[1]): CommandResult {
  const out = args.text('out');
  if (out === undefined) {
    throw new JoulegateError('bad-input', '`joulegate import kernel-tuner` needs --out FILE.', {
      code: 'bad-arguments',
      nextStep: 'Name the recording to write, e.g. --out recording.json.gz',
    });
  }
  const timeField = args.text('time');
  const energyField = args.text('energy');
  const powerField = args.text('power');
  const samplesField = args.text('samples');
  const device = args.text('device');
  const kernel = args.text('kernel');
  const summary = importRecording(host, {
    cache: args.positionals[1]!,
    out,
    ...(timeField === undefined ? {} : { timeField }),
    ...(energyField === undefined ? {} : { energyField }),
    ...(powerField === undefined ? {} : { powerField }),
    ...(samplesField === undefined ? {} : { samplesField }),
    ...(device === undefined ? {} : { device }),
    ...(kernel === undefined ? {} : { kernel }),
  });
  return {
    output: args.flag('json') ? formatJson(summary) : recordingText(summary),
    exitCode: ExitCode.passed,
  };
}

/** @throws JoulegateError (bad-input, `bad-arguments`) for a format or an option that is none of these */
function formatOf(args: Arguments): Format {
  const [name = ''] = args.positionals;
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  const names = Object.keys(formats).join(', ');
  if (format === undefined) {
    throw new JoulegateError('bad-input', `"${name}" is not a format that can be imported.`, {
      code: 'bad-arguments',
      nextStep: `The formats are ${names}: joulegate import onnx MODEL.onnx`,
    });
  }
  const others = Object.values(formats).flatMap(({ options }) => Object.keys(options));
  const foreign = others.find(
    (option) =>
      !Object.hasOwn(format.options, option) && (args.flag(option) || args.texts(option).length > 0),
  );
  if (foreign !== undefined) {
    throw new JoulegateError('bad-input', `--${foreign} says nothing to \`joulegate import ${name}\`.`, {
      code: 'bad-arguments',
      nextStep: `Leave it out: the options of ${name} are ${Object.keys(format.options)
        .map((option) => `--${option}`)
        .join(', ')}.`,
    });
  }
  return format;
}

export const importCommand: CommandSpec = {
  name: 'import',
  summary: "make a manifest of a model file, or a recording of another tuner's measurements",
  positionals: ['FORMAT', 'FILE'],
  description: `onnx: reads operators and shapes of a model and writes its kernels, as operators of the library with their sizes, and the
network that they are; what no operator does is listed with its share. Weights are not read. Sizes that the file only names
are given with --dim. A manifest that is there is left alone; --into adds to it.
gguf: the same of a language model, out of the file's header: a network for a token with N tokens in its cache, and one for a
prompt of N.
kernel-tuner: turns a cache of Kernel Tuner, or results in the T4 format (.gz is unpacked), into a recording. Times are
taken as milliseconds, energies as joules, powers as watts. Configurations that failed there are failures here.`,
  examples: [
    'joulegate import onnx detector.onnx --dim batch=1 --dim height=640 --dim width=640',
    'joulegate import onnx encoder.onnx --profile onnxruntime_profile.json --into joulegate.yaml --name encoder',
    'joulegate import gguf llama.gguf --context 4096 --into joulegate.yaml',
    'joulegate import kernel-tuner convolution_A100.json.gz --out convolution.json.gz',
    'joulegate import kernel-tuner tcbf.json.gz --energy energy --out tcbf.recording.json.gz',
    'joulegate import kernel-tuner results-T4.json --device "NVIDIA A100" --kernel convolution --out convolution.json.gz',
  ],
  options: {
    out: {
      type: 'string',
      value: 'FILE',
      help: 'what is written: a new manifest, joulegate.yaml unless given; or the recording, packed if it ends in .gz',
    },
    ...Object.assign({}, ...Object.values(formats).map(({ options }) => options)),
    ...jsonOption,
  },
  async run(args, host, terminal) {
    return formatOf(args).run(args, host, terminal);
  },
};
