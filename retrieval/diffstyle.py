"""How the page of a diff looks: by day and by night, narrow, on paper, and without seeing colours.

What came is blue and underlined and has a plus, what went is orange and struck through and has a minus: no two of
them differ by colour alone. One switch, without a script: side by side, or inline.
"""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --soft: #5a5a5a; --line: #c9c9c9; --card: #f6f6f6;
  --in: #d6e8ff; --in-edge: #0b57b7; --out: #ffe3c2; --out-edge: #9a4a00; --flag: #7a1f5c }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #161616; --soft: #a9a9a9; --line: #444;
  --card: #212121; --in: #123a66; --in-edge: #8fc1ff; --out: #5a3210; --out-edge: #ffb97a; --flag: #f09fd5 } }
* { box-sizing: border-box }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 68rem;
  margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem } h3 { font-size: 1rem; margin: 0 }
small, .soft { color: var(--soft); font-size: .85rem } code { font-size: .8rem; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; table-layout: fixed }
th, td { text-align: start; vertical-align: top; padding: .2rem .6rem .2rem 0; overflow-wrap: anywhere }
th { font-weight: 600; width: 7rem }
article, details { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; margin: .6rem 0 }
article { background: var(--card) } summary { cursor: pointer }
details article { background: none; border-width: 1px 0 0; border-radius: 0; margin: .5rem 0 0; padding: .5rem 0 0 }
article > p, .text { margin: .35rem 0 0 }
.text { white-space: pre-line; overflow-wrap: anywhere; unicode-bidi: isolate }
.sides { display: none; grid-template-columns: 1fr 1fr; gap: 1rem }
.sides > div { min-width: 0; border-inline-start: 3px solid var(--line); padding-inline-start: .6rem }
.sides > div::before { content: attr(data-side); color: var(--soft); font-size: .85rem }
ins, del { padding: 0 .12em; border-radius: .15em; unicode-bidi: isolate; -webkit-box-decoration-break: clone;
  box-decoration-break: clone }
ins { background: var(--in); text-decoration: underline 1.5px var(--in-edge) } ins::before { content: "+" }
del { background: var(--out); text-decoration: line-through 1.5px var(--out-edge) } del::before { content: "\\2212" }
ins::before, del::before { font-weight: 700; font-size: .8em; opacity: .8; display: inline-block;
  margin-inline-end: .08em }
.kind { font-weight: 700 } .flag { color: var(--flag); font-weight: 700 }
.sign { border: 1px solid var(--out-edge); border-radius: .2em; padding: 0 .2em; font-size: .75em }
.view { border: 0; padding: 0; margin: 1rem 0 0 } .view label { margin-inline-end: 1rem; cursor: pointer }
body:has(#sides:checked) .sides { display: grid } body:has(#sides:checked) .inline { display: none }
:focus-visible { outline: 2px solid var(--in-edge); outline-offset: 2px }
@media (max-width: 40rem) { .sides { grid-template-columns: 1fr } th { width: 5.5rem } body { padding-top: 1rem } }
@media print { :root { --ink: #000; --paper: #fff; --soft: #333; --line: #888; --card: #fff; --in: #fff; --out: #fff;
  --in-edge: #000; --out-edge: #000; --flag: #000; color-scheme: light } body { font-size: 10.5pt; max-width: none;
  padding: 0 } .view, .fold { display: none } article, details { break-inside: avoid } a { color: inherit } }
"""
