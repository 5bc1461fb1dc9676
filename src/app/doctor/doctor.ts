import { type AdapterReport, listAdapters, openWebgpuDevice, takenAdapter } from '../../device/index.ts';
import type { Device, MeterInfo } from '../../measure/index.ts';
import { lookAtBoards } from '../../meter/index.ts';
import { builtPins, hostProblem, readNativeHost } from '../../native/index.ts';
import type { Host, LaboratoryOptions } from '../host.ts';
import { deviceOf, driverSearch, lockFolderOf, meterSetup } from '../laboratory/index.ts';
import { boardFindings } from './boards.ts';
import { checked, type Finding, good, thrown, wrong } from './finding.ts';
import { checkLocks } from './locks.ts';
import { checkMeter, type MeterCheck } from './meter.ts';
import { hasNvidia, nvidiaNodes, systemFindings } from './system.ts';
import { type SystemView, thisSystem } from './view.ts';
import { driverLibraryFindings } from './vulkan.ts';

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Whether a run with the same options gets something to run kernels on, and is not refused for its meter. */
  readonly usable: boolean;
  /** The meter that such a run gets; null: none. */
  readonly meter: MeterInfo | null;
}

const oldestNode = [20, 19] as const;
/** Whether `version` is at least `oldest`, by its first two numbers. */
function isAtLeast(version: string, oldest: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function checkNode(): Finding {
  const version = process.versions.node;
  const ok = isAtLeast(version, oldestNode);
  return ok
    ? good('Node.js', version)
    : wrong('Node.js', version, `Install Node.js ${oldestNode.join('.')} or later.`);
}

function checkPlatform(): Finding {
  const problem = hostProblem(readNativeHost(), builtPins);
  return problem === null
    ? good('platform', `${process.platform}-${process.arch}`)
    : wrong('platform', problem.message, problem.nextStep);
}

async function checkBoards(host: Host, view: SystemView): Promise<readonly Finding[]> {
  const { native, nvmlLibrary } = meterSetup(host);
  const nodes = nvidiaNodes(view);
  return boardFindings({
    seen: await lookAtBoards({ native, nvmlLibrary }),
    nodes,
    isExpected: hasNvidia(view) || nvmlLibrary !== undefined,
    visible: host.environment.NVIDIA_VISIBLE_DEVICES,
  });
}

function describeAdapter(report: AdapterReport, isTaken: boolean): Finding {
  const { description, driver, result, nextStep } = report;
  const subject = `adapter from ${description}`;
  if (!result.ok) return wrong(subject, result.message, nextStep);
  const { info } = result;
  const traits = [
    ...(isTaken && driver !== null ? ['used'] : []),
    info.software ? 'runs on the CPU' : 'GPU',
    info.timestamps ? 'timestamp queries' : 'no timestamp queries: timed by the wall clock',
    ...['shader-f16', 'subgroups'].filter((feature) => info.features.includes(feature)),
  ];
  const name = info.driver === '' ? info.description : `${info.description}, driver ${info.driver}`;
  return good(subject, `${name} (${traits.join(', ')})`);
}

/** The meter of an adapter, with loads on it to tell whether the meter sees them. */
async function checkAdapterMeter(
  host: Host,
  options: LaboratoryOptions,
  { driver, result }: NonNullable<ReturnType<typeof takenAdapter>>,
): Promise<MeterCheck> {
  let device: Device;
  try {
    device = await openWebgpuDevice({ workerPath: host.workerPath, driver });
  } catch (error) {
    const without = await checkMeter(host, options, { info: result.info });
    return { ...without, findings: [thrown('device', error), ...without.findings], refused: true };
  }
  const check = await checkMeter(host, options, device);
  const closing = await checked('closing the device', async () => {
    await device.close();
    return [];
  });
  return { ...check, findings: [...check.findings, ...closing] };
}

/** What a run with these options measures, and with which meter. */
async function checkDevice(
  host: Host,
  options: LaboratoryOptions,
  reports: readonly AdapterReport[],
): Promise<Diagnosis> {
  const { device, allowCommands = false } = options;
  const taken = takenAdapter(reports, device);
  const findings: Finding[] = reports.map((report) => describeAdapter(report, report === taken));
  if (host.signal.aborted) return { findings, usable: false, meter: null };
  const adapter = device === 'gpu' && taken?.result.info.software === true ? null : taken;
  if (adapter === null && device !== 'auto') {
    const sort = device === 'gpu' ? 'a GPU' : 'a software adapter';
    findings.push(
      wrong('device', `none of the adapters is ${sort}`, `Leave out --device ${device}, or see above.`),
    );
  }
  host.progress.update({ text: 'opening the meter, with loads of a few seconds' });
  const onAdapter = adapter === null ? null : await checkAdapterMeter(host, options, adapter);
  findings.push(...(onAdapter?.findings ?? []));
  // A sensor is worth knowing of where there is no adapter yet.
  const programs = deviceOf(taken?.result.info ?? null, options, true);
  const hasOwn = adapter === null || (allowCommands && programs !== adapter.result.info);
  const onHost = hasOwn ? await checkMeter(host, options, { info: programs }) : onAdapter;
  const runsPrograms = allowCommands && !(device === 'gpu' && programs.software);
  if (runsPrograms) {
    const sees = 'whether the meter sees them is told by the first that is measured';
    findings.push(good('programs', `they may be run, and are measured on ${programs.description}; ${sees}`));
  }
  if (hasOwn) findings.push(...(onHost?.findings ?? []));
  return {
    findings,
    usable: onAdapter?.refused === false || (runsPrograms && onHost?.refused === false),
    meter: onAdapter?.meter ?? onHost?.meter ?? null,
  };
}

/**
 * Looks at everything that a run with these options needs, and says what is missing and how to get it. Each check is on its
 * own: what one throws is a finding like any other. Never throws; once interrupted it returns what it has.
 */
export async function doctor(
  host: Host,
  options: LaboratoryOptions = { device: 'auto', meter: 'auto' },
): Promise<Diagnosis> {
  const view = thisSystem(host.environment);
  const isLinux = process.platform === 'linux';
  const ground = [
    ...(await checked('Node.js', () => [checkNode()])),
    ...(await checked('platform', () => [checkPlatform()])),
  ];
  host.progress.update({ text: 'looking at boards and adapters' });
  // While nothing of ours runs on them.
  const boards = await checked('NVML', () => checkBoards(host, view));
  let reports: readonly AdapterReport[] = [];
  const listing = await checked('adapters', async () => {
    reports = await listAdapters(driverSearch(host));
    return [];
  });
  let outcome: Diagnosis = { findings: [], usable: false, meter: null };
  const devices = await checked('device', async () => {
    outcome = await checkDevice(host, options, reports);
    return outcome.findings;
  });
  const adapter = takenAdapter(reports, options.device)?.result.info.description ?? null;
  const system = isLinux
    ? [
        ...systemFindings(view, adapter),
        ...(await checked('Vulkan drivers', () => driverLibraryFindings(view))),
      ]
    : [];
  const locks = await checked('lock folder', () => [checkLocks(lockFolderOf(host.environment))]);
  return { ...outcome, findings: [...ground, ...system, ...locks, ...boards, ...listing, ...devices] };
}
