import { figureStyle } from '../svg/index.ts';

/** The whole style of a page. No fonts, no images, nothing that is fetched. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --paper: #ffffff; --panel: #f6f8fa; --link: #0969da; --red: #cf222e; --green: #1a7f37; --yellow: #7d4e00; --plus: #dafbe1; --minus: #ffebe9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #3d444d; --paper: #0d1117; --panel: #151b23; --link: #4493f8; --red: #ff7b72; --green: #3fb950; --yellow: #d29922; --plus: #12261e; --minus: #25171c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--paper); padding: 6px; }
header, main, footer { max-width: 1080px; margin: 0 auto; padding: 12px 16px; }
h1 { font-size: 1.6rem; margin: 12px 0 4px; }
h2 { font-size: 1.2rem; margin: 28px 0 8px; }
h3 { font-size: 1.02rem; margin: 16px 0 6px; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
.faint { color: var(--faint); }
.red { color: var(--red); } .green { color: var(--green); } .yellow { color: var(--yellow); }
.verdict { font-weight: 600; white-space: nowrap; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 8px 0; }
dl.facts dt { color: var(--faint); } dl.facts dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; min-width: 600px; overflow-wrap: break-word; font-variant-numeric: tabular-nums; }
table.narrow { min-width: 0; } table.narrow td:first-child { overflow-wrap: anywhere; min-width: 90px; } table.narrow td:last-child .faint { white-space: nowrap; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--faint); }
td.figure-cell, th.figure-cell { text-align: right; white-space: nowrap; }
article { border: 1px solid var(--line); border-radius: 8px; margin: 14px 0; padding: 4px 16px 14px; content-visibility: auto; contain-intrinsic-size: auto 420px; }
article > h2 { margin: 10px 0 2px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 8px 20px; margin-top: 8px; }
figure { margin: 0; }
figcaption { font-weight: 600; margin: 8px 0 2px; }
svg.figure { width: 100%; height: auto; display: block; }
details { margin: 8px 0; }
summary { cursor: pointer; color: var(--link); }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px; overflow-x: auto; margin: 6px 0; }
pre .plus { background: var(--plus); } pre .minus { background: var(--minus); } pre .hunk { color: var(--faint); }
pre span { display: block; min-height: 1.45em; }
.note { border-left: 4px solid var(--line); padding: 2px 12px; margin: 8px 0; background: var(--panel); }
.note.warn { border-color: var(--yellow); }
@media print { article { break-inside: avoid; content-visibility: visible; } .skip { display: none; } }
@media (max-width: 600px) { dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: 6px; } }
${figureStyle}`;
