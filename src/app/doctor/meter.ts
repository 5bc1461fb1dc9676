import { JoulegateError } from '../../errors/index.ts';
import type { Device, DeviceInfo, MeterInfo } from '../../measure/index.ts';
import { type MeterChoice, type OpenedMeter, openMeter } from '../../meter/index.ts';
import type { Host, LaboratoryOptions } from '../host.ts';
import { meterChoice, meterSetup } from '../laboratory/index.ts';
import { checked, type Finding, good, thrown, wrong } from './finding.ts';

const bringYourOwn =
  'With --meter-command a program of yours can be the sensor: whatever prints a line such as `12.5 W` or `8812.25 J` at least every few hundred milliseconds, from a laboratory meter, a plug, a PDU, the power rails of a module, or a vendor’s own tool (docs/measuring.md).';

const compareOnce =
  'Only a meter outside tells whether board or counter is right. Ratios are guarded by the power; compare once with a plug or a PDU (--meter-command) before you state joules.';

/** What came of opening the meter that a run with the same options would get. */
export interface MeterCheck {
  readonly findings: readonly Finding[];
  /** null: none was opened. */
  readonly meter: MeterInfo | null;
  /** Whether such a run would be refused for its meter. */
  readonly refused: boolean;
}

/** Opens the meter of a device as runs do, but waits for no other run, and closes it. Never throws. */
export async function checkMeter(
  host: Host,
  options: LaboratoryOptions,
  device: { readonly info: DeviceInfo } & Partial<Pick<Device, 'run'>>,
): Promise<MeterCheck> {
  let opened: OpenedMeter;
  try {
    opened = await openMeter({ ...meterSetup(host), ...meterChoice(options), device, lockWaitMs: 0 });
  } catch (error) {
    return { findings: [refusal(error)], meter: null, refused: true };
  }
  const { meter } = opened;
  const closing = await checked('closing the meter', async () => {
    await meter?.close();
    return [];
  });
  const findings = [...meterFindings(opened, options.meter), ...closing];
  return { findings, meter: meter?.info ?? null, refused: false };
}

function refusal(error: unknown): Finding {
  if (!(error instanceof JoulegateError) || error.code !== 'missing-meter') return thrown('meter', error);
  return wrong(
    'meter',
    error.message,
    `Remove what stands in its way, or guard latency only (--meter none). ${bringYourOwn}`,
  );
}

/** What there is to say of a meter that was opened, or of none. @param choice what was asked for */
export function meterFindings(
  { meter, reason, counterFault }: OpenedMeter,
  choice: MeterChoice,
): readonly Finding[] {
  if (meter === null) {
    const next = `Latency is guarded without a meter; energy is not. ${bringYourOwn}`;
    return [choice === 'none' ? good('meter', reason) : wrong('meter', reason, next)];
  }
  const { info } = meter;
  const findings = [good('meter', `${info.description} (${reason})`)];
  if (counterFault !== undefined) {
    const detail = `it is not used, and power is added up instead: ${counterFault}`;
    findings.push(wrong('energy counter', detail, compareOnce));
  }
  if (!info.estimated) findings.push(good('sensor', describeSensor(info)));
  return findings;
}

/** What a sensor was measured to be. */
function describeSensor(info: MeterInfo): string {
  const { scope, updatePeriodMs, resolutionJoules, idleWatts, sampledPart, settledAfterMs } = info;
  const parts = [
    scope == null ? 'nobody says what its joules include' : `scope: ${scope}`,
    settledAfterMs == null
      ? 'how late it follows a load is told by the first launches'
      : `follows a load within ${Math.round(settledAfterMs)} ms`,
    updatePeriodMs === null ? null : `a new value every ${Number(updatePeriodMs.toPrecision(3))} ms`,
    resolutionJoules === null ? null : `steps of ${Number(resolutionJoules.toPrecision(2))} J`,
    idleWatts === null ? null : `${Number(idleWatts.toPrecision(3))} W at rest`,
    sampledPart == null || sampledPart === 1 ? null : `looks ${Math.round(100 * sampledPart)} % of the time`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
