// Notes every process that is started, and every native library that is loaded, in the file that WATCHED_PROCESSES names.
import childProcess from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const note = (what) => appendFileSync(process.env.WATCHED_PROCESSES, `${what}\n`);
for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync', 'exec', 'execSync', 'fork']) {
  const start = childProcess[name];
  childProcess[name] = (file, ...rest) => {
    note(`${name} ${file}`);
    return start(file, ...rest);
  };
}
syncBuiltinESMExports();
const open = process.dlopen;
process.dlopen = (module, file, ...rest) => {
  note(`dlopen ${file}`);
  return open.call(process, module, file, ...rest);
};
