/** Inside the shadow: nothing of the page comes in, but the custom properties that are meant to. */
export const STYLE = `
:host { display: inline-block; font: 15px/1.4 var(--tandem-font, system-ui, sans-serif); color-scheme: light dark;
  --a: var(--tandem-accent, #0b6e63); --on: var(--tandem-on-accent, #fff); --s: light-dark(#fff, #1d272c);
  --t: light-dark(#17212b, #e7edf0); --d: light-dark(#55616e, #a0aeb8); --e: light-dark(#dce1e5, #35434a) }
:host([hidden]), [hidden] { display: none !important }
* { box-sizing: border-box }
button { font: inherit; font-weight: 600; border: 0; border-radius: 999px; padding: 10px 18px; min-height: 44px; cursor: pointer;
  background: light-dark(#eceff1, #2a363c); color: var(--t) }
button:focus-visible, input:focus-visible { outline: 2.5px solid var(--a); outline-offset: 2px }
.main { background: var(--a); color: var(--on) }
.end { background: #c0312b; color: #fff }
.start { display: inline-flex; align-items: center; gap: 10px; padding-inline: 20px 24px; box-shadow: 0 2px 10px rgb(0 0 0 / 18%) }
svg { width: 20px; height: 20px; fill: none; stroke: currentcolor; stroke-width: 1.9; stroke-linejoin: round; stroke-linecap: round }
.card { width: min(300px, 92vw); padding: 18px; border: 1px solid var(--e); border-radius: 18px; background: var(--s); color: var(--t);
  box-shadow: 0 10px 34px rgb(0 0 0 / 18%); display: grid; gap: 12px }
.who { font-size: 17px; font-weight: 650 }
.state { color: var(--d); font-variant-numeric: tabular-nums; margin: 0 }
.row { display: flex; flex-wrap: wrap; gap: 8px }
.row > * { flex: 1 1 auto }
.keys { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px }
input { font: inherit; font-size: 16px; width: 100%; min-height: 44px; padding: 9px 14px; border: 1px solid #8a96a1; border-radius: 12px;
  background: transparent; color: inherit }
label { display: grid; gap: 6px }
form { display: grid; gap: 10px }
video { width: 100%; border-radius: 12px; background: #0a0f12 }
`
