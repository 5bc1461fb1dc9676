import { describe, expect, it } from 'vitest';
import { withoutLocalPaths } from '../../src/app/project/index.ts';

describe('withoutLocalPaths', () => {
  it.each([
    ['/home/ada/my project/kernels/a.wgsl:3 has a fault', 'kernels/a.wgsl:3 has a fault'],
    ['"/home/ada/my project" is no repository', '"." is no repository'],
    ['/home/ada/other/tuned.json cannot be read.', 'tuned.json cannot be read.'],
    ['--out=/tmp/x/y.json', '--out=y.json'],
    ['/home/zoë/ärger/x.json is gone', 'x.json is gone'],
    ['at file:///opt/joulegate/dist/cli.js:1:2', 'at cli.js:1:2'],
    ['kernels/a.wgsl', 'kernels/a.wgsl'],
    ['../base/joulegate.yaml', '../base/joulegate.yaml'],
    ['see https://example.com/a/b', 'see https://example.com/a/b'],
    ['a / b // c /d', 'a / b // c /d'],
    ['/sys/class/hwmon/hwmon1/power1_average', '/sys/class/hwmon/hwmon1/power1_average'],
  ])('makes of %j %j', (text, expected) => {
    expect(withoutLocalPaths({ workingDirectory: '/home/ada/my project' }, text)).toBe(expected);
  });

  it.each([
    ['/src/kernels/a.wgsl', 'kernels/a.wgsl'],
    ['lib/src/a.wgsl of /src', 'lib/src/a.wgsl of .'],
    ['/src/', '.'],
    ['/srcs/kernels/a.wgsl', 'a.wgsl'],
  ])('takes no other folder for a short one: of %j it makes %j', (text, expected) => {
    expect(withoutLocalPaths({ workingDirectory: '/src' }, text)).toBe(expected);
  });

  it('reaches every text of a report and leaves the rest as it is', () => {
    const report = {
      exitCode: 0,
      device: null,
      warnings: ['/srv/a/b'],
      kernels: [{ reason: '/srv/a/c', ok: true }],
    };
    expect(withoutLocalPaths({ workingDirectory: '/srv/work' }, report)).toEqual({
      exitCode: 0,
      device: null,
      warnings: ['b'],
      kernels: [{ reason: 'c', ok: true }],
    });
  });
});
