import { listAdapters, openWebgpuDevice } from '../../device/index.ts';
import { openMeter } from '../../meter/index.ts';
import { builtPins, hostProblem, readNativeHost } from '../../native/index.ts';
import type { Host } from '../host.ts';
import { driverSearch, meterSetup } from '../laboratory/index.ts';
import type { Finding } from './finding.ts';
import { systemFindings, thisSystem } from './system.ts';

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Whether an adapter was found, so that kernels can run. */
  readonly usable: boolean;
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
  return {
    ok,
    subject: 'Node.js',
    detail: version,
    nextStep: ok ? null : `Install Node.js ${oldestNode.join('.')} or later.`,
  };
}

function checkPlatform(): Finding {
  const problem = hostProblem(readNativeHost(), builtPins);
  return {
    ok: problem === null,
    subject: 'platform',
    detail: problem?.message ?? `${process.platform}-${process.arch}`,
    nextStep: problem?.nextStep ?? null,
  };
}

/** Looks at everything a run needs and says what is missing and how to get it. Never throws for what it finds. */
export async function doctor(host: Host): Promise<Diagnosis> {
  const system = process.platform === 'linux' ? systemFindings(thisSystem(host.environment)) : [];
  const findings: Finding[] = [checkNode(), checkPlatform(), ...system];
  const reports = await listAdapters(driverSearch(host));
  let usable = false;
  for (const { description, driver, result, nextStep } of reports) {
    const subject = `adapter from ${description}`;
    if (!result.ok || driver === null) {
      findings.push({ ok: false, subject, detail: result.ok ? '' : result.message, nextStep });
      continue;
    }
    const { info } = result;
    const traits = [
      info.software ? 'runs on the CPU' : 'GPU',
      info.timestamps ? 'timestamp queries' : 'no timestamp queries: timed by the wall clock',
      ...['shader-f16', 'subgroups'].filter((feature) => info.features.includes(feature)),
    ];
    const name = info.driver === '' ? info.description : `${info.description}, driver ${info.driver}`;
    findings.push({ ok: true, subject, detail: `${name} (${traits.join(', ')})`, nextStep: null });
    if (!usable) {
      const device = await openWebgpuDevice({ workerPath: host.workerPath, driver });
      try {
        const { meter, reason } = await openMeter({
          ...meterSetup(host),
          choice: 'auto',
          device,
          lockWaitMs: 0,
        });
        findings.push({
          ok: meter !== null,
          subject: 'meter',
          detail: meter === null ? reason : `${meter.info.description} (${reason})`,
          nextStep: meter === null ? 'Latency is guarded without one; energy is not.' : null,
        });
        await meter?.close();
      } finally {
        await device.close();
      }
    }
    usable = true;
  }
  return { findings, usable };
}
