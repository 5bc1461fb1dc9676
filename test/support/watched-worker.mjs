// Runs a GPU process's bundle, the first of its environment's JOULEGATE_WATCHED, and says on SIGUSR2 what it holds: memory as it is
// and without its garbage, pipelines before their garbage is collected, and responses after that.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { globals } from 'webgpu';

const pipelines = [];
const responses = [];
const living = (all) => all.filter((one) => one.deref() !== undefined).length;

const device = globals.GPUDevice.prototype;
const create = device.createComputePipelineAsync;
device.createComputePipelineAsync = async function (descriptor) {
  const pipeline = await create.call(this, descriptor);
  pipelines.push(new WeakRef(pipeline));
  return pipeline;
};
const send = process.send.bind(process);
process.send = (message, ...rest) => {
  if (typeof message.response === 'object' && message.response !== null)
    responses.push(new WeakRef(message.response));
  return send(message, ...rest);
};

process.on('SIGUSR2', () => {
  const { rss } = process.memoryUsage();
  const held = living(pipelines);
  // What was looked at is held until this turn ends.
  setTimeout(() => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    for (let i = 0; i < 3; i++) collect();
    const { heapUsed, external } = process.memoryUsage();
    const told = { rss, heap: heapUsed + external, pipelines: held, responses: living(responses) };
    process.stderr.write(`watched ${JSON.stringify(told)}\n`);
  });
});
await import(process.env.JOULEGATE_WATCHED);
