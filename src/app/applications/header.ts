import { JoulegateError } from '../../errors/index.ts';
import type { Configurations } from '../../schema/index.ts';

type Kernel = Configurations['kernels'][string];
type Values = Kernel['default'];

/** A name as a part of a macro's. */
function macro(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

function macroValue(value: Values[string]): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' || /^[A-Za-z_]\w*$/.test(value) ? String(value) : JSON.stringify(value);
}

function workloadName(values: Values): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** Different things whose names differ in signs alone would be one macro. */
function distinct(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  for (const name of names) {
    const other = taken.get(macro(name));
    if (other !== undefined && other !== name) {
      throw new JoulegateError(
        'bad-input',
        `${other} and ${name} cannot be exported: both would be the macro ${macro(name)}.`,
        {
          code: 'cannot-export',
          nextStep: 'Rename one of them, or use joulegate export json.',
        },
      );
    }
    taken.set(macro(name), name);
  }
  return taken;
}

function definitions(kernel: string, values: Values): string {
  return Object.entries(values)
    .map(([name, value]) => `#define ${macro(kernel)}_${macro(name)} ${macroValue(value)}\n`)
    .join('');
}

function kernelText(name: string, { default: usual, entries }: Kernel): string {
  const workloads = new Set(entries.map(({ workload }) => workloadName(workload)));
  distinct(Object.keys(usual));
  distinct([...workloads]);
  const branches = entries.map(({ device, workload, configuration }) => {
    const chosen = `${macro(name)}_WORKLOAD_${macro(workloadName(workload))}`;
    return {
      title: `${device}, ${workloadName(workload)}`,
      condition: `defined(TUNED_FOR_${macro(device)}) && defined(${chosen})`,
      text: definitions(name, configuration),
    };
  });
  const blocks = branches.map(
    ({ title, condition, text }, i) => `#${i === 0 ? 'if' : 'elif'} ${condition} /* ${title} */\n${text}`,
  );
  const rest = definitions(name, usual);
  return `/* ${name} */\n${blocks.length === 0 ? rest : `${blocks.join('')}#else /* its default */\n${rest}#endif\n`}`;
}

/**
 * Macros `KERNEL_TUNABLE`, for the device and workload that are chosen by macros as well: true and false are 1 and 0.
 * @throws JoulegateError bad-input (`cannot-export`) where two names would be one macro
 */
export function configurationsHeader({ kernels }: Configurations): string {
  const all = Object.entries(kernels);
  distinct(all.map(([name]) => name));
  distinct(all.flatMap(([, { entries }]) => entries.map(({ device }) => device)));
  const chosen = all.flatMap(([name, { entries }]) =>
    entries.map(({ device, workload }) => [
      `TUNED_FOR_${macro(device)}`,
      `${macro(name)}_WORKLOAD_${macro(workloadName(workload))}`,
    ]),
  );
  const example = chosen[0]?.map((one) => `-D${one}`).join(' ');
  const how =
    example === undefined ? '' : `   The compiler chooses, e.g. ${example}; else the defaults hold.\n`;
  return `/* Tuned configurations, written by \`joulegate export header\`.\n${how}*/
#ifndef TUNED_CONFIGURATIONS_H
#define TUNED_CONFIGURATIONS_H

${all.map(([name, kernel]) => kernelText(name, kernel)).join('\n')}
#endif
`;
}
