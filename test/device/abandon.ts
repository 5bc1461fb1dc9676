// A process of its own that opens a device, prints the GPU process's id, keeps it busy for good and waits to be killed.
// usage: node abandon.js '{"workerPath": ..., "driver": ...}'
import { openWebgpuDevice, type WebgpuDeviceOptions } from '../../src/device/index.ts';
import { childrenRunning } from '../support/processes.ts';
import { endless } from './programs.ts';

const options: WebgpuDeviceOptions = JSON.parse(process.argv[2] ?? '');
const device = await openWebgpuDevice(options);
void device.prepare(endless);
setTimeout(() => console.log(childrenRunning(options.workerPath)[0]), 300);
