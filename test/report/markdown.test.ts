import { describe, expect, it } from 'vitest';
import { type GuardKernel, renderMarkdown } from '../../src/report/index.ts';
import {
  guardKernel,
  guardReport,
  manyKernels,
  mixedKernels,
  regressedKernel,
  retunedKernel,
  retunedKernels,
  retuneReport,
} from './samples.ts';

/** Rows of all tables, as their cells. */
function tableRows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.slice(2, -2).split(' | '));
}

/** `_` for a space at which no line may break. */
function spaced(text: string): string {
  return text.replaceAll('_', '\u00a0');
}

describe('a guard report as Markdown', () => {
  it('opens with the verdict, the counts and a table sorted by severity', () => {
    const lines = renderMarkdown(guardReport(mixedKernels)).split('\n');
    expect(lines[0]).toBe('## ❌ Joulegate: failed');
    expect(lines[2]).toBe(
      '**1 regressed, 1 improved, 1 new, 2 unchanged, 1 identical.** softmax ROWS=1024,COLS=512 regressed in energy and latency',
    );
    expect(lines[4]).toBe('| verdict | kernel | energy (estimated) | latency |');
    expect(lines[6]).toBe(
      spaced(
        '| 🔴_regressed | `softmax`<br>`ROWS=1024,COLS=512` | +71.2_%_\\[+69.0,_+73.4\\]<br>31.1_mJ_→_53.2_mJ | +68.8_%_\\[+66.5,_+71.1\\]<br>1.23_ms_→_2.08_ms |',
      ),
    );
    expect(lines.slice(6, 12).map((line) => line.split(/\s/)[2])).toEqual([
      'regressed',
      'improved',
      'new',
      'unchanged',
      'unchanged',
      'identical',
    ]);
  });

  it('names device, driver, meter and revisions', () => {
    expect(renderMarkdown(guardReport(mixedKernels))).toContain(
      '<sub>base: main (0123456789ab) · head: working tree · device: llvmpipe (LLVM 15.0.6, 256 bits), driver Mesa 24.2.8, mesa-llvmpipe, software adapter · meter: cpu-time: CPU time x 15 W per core (estimated, not measured by a sensor), in steps of 15.0 mJ · noise: floor unknown, nightly runs measure it · took: 1 min 23 s · joulegate 0.1.0</sub>',
    );
  });

  it('explains the regression with its place, cause and cost', () => {
    expect(renderMarkdown(guardReport([regressedKernel]))).toContain(
      `- **\`softmax\`** \`ROWS=1024,COLS=512\` in \`kernels/softmax.wesl:14\`
  - energy rose by 71.2 % against a margin of 10 % (p &lt; 0.001 in 9 fresh blocks)
  - the movement comes from the code
  - \\+12.3 kWh a month at the stated calls per day, from estimated energy
`,
    );
  });

  it('folds away what needs no attention where there is much of it', () => {
    const text = renderMarkdown(guardReport(manyKernels()));
    const [open = '', folded = ''] = text.split('<details><summary>26 unchanged or identical</summary>');
    expect(tableRows(open)).toHaveLength(2 + 14);
    expect(tableRows(folded)).toHaveLength(2 + 26);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it('never exceeds the length asked for, and keeps the worst', () => {
    const many = Array.from({ length: 2000 }, (_, i) =>
      guardKernel({ kernel: `k${i}`, verdict: 'inconclusive' }),
    );
    const report = guardReport([...many, regressedKernel], { warnings: Array(1000).fill('x'.repeat(4000)) });
    for (const maxLength of [65_000, 10_000, 2000]) {
      const text = renderMarkdown(report, { maxLength });
      expect(text.length).toBeLessThanOrEqual(maxLength);
      expect(text).toContain(spaced('| 🔴_regressed | `softmax`<br>'));
    }
    expect(renderMarkdown(report, { maxLength: 300 }).length).toBeLessThanOrEqual(300);
    expect(renderMarkdown(report)).toMatch(/\n[\d,]+ more rows not shown here; the JSON report has them\.\n/);
  });
});

describe('foreign text in Markdown', () => {
  const render = (text: string) => {
    const kernel: GuardKernel = {
      ...regressedKernel,
      kernel: text,
      workload: text,
      reason: text,
      file: text,
    };
    return renderMarkdown(
      guardReport([kernel], {
        reason: text,
        warnings: [text],
        base: { label: text, commit: null },
        meterReason: text,
        meter: null,
      }),
    );
  };

  it.each([
    ['a mention', 'ping @octocat/team', /@(?!\u200b|<)/],
    ['a link to an issue', 'see #123 and GH-45', /#\d|GH-\d/],
    ['a link', 'https://evil.example www.evil.example', /:\/\/|www\./],
    ['an image', '![x](//evil.example/p.png)', /!\[x\]\(/],
    ['an HTML element', '<img src=x onerror=alert(1)>', /<img/],
    ['a closed element', '</details></sub><script>', /<\/sub><|<script/],
    ['a comment that would hide the rest', '<!-- hidden', /<!--/],
    ['a formula', '$x$', /\$/],
    ['emphasis', '**bold** __bold__ ~~gone~~', /[^\\]\*\*b|[^\\]__b|[^\\]~~g/],
  ])('cannot be %s', (_, text, forbidden) => {
    // Code spans show their content as it is; nothing in them is markup, a link or a mention.
    // Elements do not: what is in them must be no more than letters, digits and references.
    for (const [, inside] of render(text).matchAll(/<code>(.*?)<\/code>/g)) {
      expect(inside).toMatch(/^([A-Za-z0-9 ,=()]|&#\d+;)+$/);
    }
    const outside = render(text)
      .replace(/`[^`\n]*`/g, '')
      .replace(/<code>[^<]*<\/code>/g, '');
    expect(outside).not.toMatch(forbidden);
  });

  it.each(['a | b', 'a\\| b', '`| b', '`` ` | ``', 'a\r\n| b |', 'a\u2028| b', 'x\\'])(
    'cannot break out of its cell: %j',
    (text) => {
      const plain = tableRows(render('plain'));
      const rows = tableRows(render(text));
      expect(rows).toHaveLength(plain.length);
      expect(rows.map((row) => row.length)).toEqual(plain.map((row) => row.length));
      expect(rows[2]?.join('')).not.toContain('\\|');
    },
  );

  it('cannot start a heading, a list or a rule', () => {
    for (const text of ['# owned', '- owned', '+ owned', '1. owned', '=== owned', '--- owned']) {
      const starts = render(text)
        .split('\n')
        .filter((line) => /^\s*(- )?(#|[-+=]+ owned|1\.)/.test(line));
      expect(starts).toEqual(['## ❌ Joulegate: failed']);
    }
  });

  it('keeps ordinary punctuation readable', () => {
    expect(render('m=512, n*4 (50 %): k_tile')).toContain('- ⚠️ m=512, n\\*4 (50 %): k\\_tile\n');
  });
});

describe('a retune report as Markdown', () => {
  const text = renderMarkdown(retuneReport(retunedKernels));

  it('shows gains side by side', () => {
    expect(text).toContain(
      '**2 of 4 workloads with a better configuration, 1 without any that works** after 196 trials.',
    );
    expect(tableRows(text)[3]).toEqual([
      '`softmax`<br>`ROWS=1024,COLS=512`',
      spaced('-31.5_%_\\[-32.9,_-30.1\\]<br>31.1_mJ_→_21.3_mJ'),
      spaced('-26.1_%_\\[-26.9,_-25.3\\]<br>1.23_ms_→_912_µs'),
      '64',
    ]);
  });

  it('gives old and new configuration', () => {
    expect(text).toContain(
      ': now `WORKGROUP=128, PER_THREAD=4, VECTORIZE=true`, was `WORKGROUP=64, PER_THREAD=1, VECTORIZE=true`',
    );
    expect(text).toContain(': keeps `WORKGROUP=64`');
  });

  it('titles every column by itself, whichever others are empty', () => {
    const uncompared = { energyRatio: null, latencyRatio: null, before: null };
    const kept = retunedKernel({ ...uncompared, configuration: { W: 1 }, previousConfiguration: { W: 1 } });
    const kernel = guardKernel({ energyRatio: null, latencyRatio: null });
    expect(tableRows(text)[0]).toEqual(['kernel', 'energy (estimated)', 'latency', 'trials']);
    expect(tableRows(renderMarkdown(retuneReport([{ ...kept, pareto: [] }])))).toEqual([
      ['kernel', 'energy (estimated)', 'latency', 'trials'],
      ['---', '---:', '---:', '---:'],
      ['`softmax`<br>`ROWS=1024,COLS=512`', spaced('21.3_mJ'), spaced('912_µs'), '64'],
    ]);
    expect(tableRows(renderMarkdown(guardReport([kernel])))[0]).toEqual([
      'verdict',
      'kernel',
      'energy (estimated)',
      'latency',
    ]);
  });

  it('gives an example of every kind of failure', () => {
    expect(text).toContain(
      '  - failed: compile 2, e.g. kernels/softmax.wesl:12: struct member zz not found (WORKGROUP=64, PER\\_THREAD=1, VECTORIZE=true)\n  - failed: wrong-result 1, e.g. &#96;output&#96;: 3 of 4 elements',
    );
  });

  it('lets no example be more than a line of text', () => {
    const hostile = '<img src=x>\n## @octocat `| $x$ https://evil.example';
    const kernel = retunedKernel({
      failures: { compile: 1 },
      failureExamples: [
        { kind: 'compile', message: hostile, file: hostile, line: 1, configuration: { [hostile]: hostile } },
      ],
    });
    const [line = ''] = renderMarkdown(retuneReport([kernel])).match(/^.*failed: .*$/m) ?? [];
    expect(line).toMatch(/^ {2}- failed: compile 1, e\.g\. &lt;img src=x&gt; ## /);
    expect(line).not.toMatch(/<|`|\||\$|@(?!\u200b)|:\/\//);
  });

  it('claims nothing for a run that was interrupted', () => {
    const found = retunedKernel({
      before: null,
      energyRatio: null,
      latencyRatio: null,
      reason: 'interrupted',
    });
    const interrupted = renderMarkdown(retuneReport([found], { exitCode: 130 }));
    expect(interrupted).toMatch(
      /^## ⚠️ Joulegate: retune interrupted\n\n\*\*interrupted, no configuration was replaced\*\* after 64 trials\.\n/,
    );
    expect(interrupted).toContain(': best so far `WORKGROUP=128, PER_THREAD=4, VECTORIZE=true`\n');
    expect(interrupted).not.toMatch(/better configuration|: now|→/);
  });

  it('says of a kernel without tunables that there is nothing to tune', () => {
    const untunable = retunedKernel({ configuration: {}, previousConfiguration: {} });
    expect(renderMarkdown(retuneReport([untunable]))).toContain('`ROWS=1024,COLS=512`: nothing to tune\n');
    const guarded = guardKernel({ configuration: { base: {}, head: {} } });
    expect(renderMarkdown(guardReport([guarded]))).toContain('`ROWS=1024,COLS=512`: nothing to tune\n');
  });

  it('says what searches spent their time on, folded, where they measured', () => {
    const title = '<summary>What the searches spent their time on</summary>';
    expect(text).not.toContain(title);
    const spent = { trials: 40, energies: 8, compile: 8, check: 2, latency: 4, energy: 16, waiting: 10 };
    const measured = renderMarkdown(retuneReport([retunedKernel({ seconds: 42, spent })]));
    const [, told = ''] = measured.split(title);
    expect(tableRows(told)[2]?.slice(2)).toEqual([
      ...[
        '8.0 s (200 ms)',
        '2.0 s (50.0 ms)',
        '4.0 s (100 ms)',
        '16 s (2.00 s)',
        '10 s (1.25 s)',
        '2.0 s (50.0 ms)',
      ],
    ]);
    const unmetered = { ...spent, energies: 0, energy: 0, waiting: 0 };
    const [, latencyOnly = ''] = renderMarkdown(
      retuneReport([retunedKernel({ seconds: 14, spent: unmetered })]),
    ).split(title);
    expect(tableRows(latencyOnly)[2]?.slice(5)).toEqual(['–', '–', expect.stringMatching(/^0/)]);
  });

  it('lists trade-offs where there is a choice', () => {
    const [, tradeOffs = ''] = text.split('<summary>Trade-offs of energy and latency</summary>');
    expect(tableRows(tradeOffs)).toHaveLength(2 + 4);
  });
});
