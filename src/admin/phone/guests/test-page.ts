/** The manual's test page of click to call, 2.4.6.2: caller, called, CTI data, skill data, call type, phone type. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Click to call: test</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="test.css">
<script src="widget.js" defer></script>
<script src="test.js" defer></script>
</head>
<body>
<main>
<h1>Click to call: test</h1>
<form id="form">
<label>Caller number <input id="from" name="from" autocomplete="tel" maxlength="64"></label>
<label>Called number <input id="to" name="to" required maxlength="64" value="600"></label>
<label>CTI data <input id="cdata" name="cdata" maxlength="512" placeholder="_cid=1234"></label>
<label>Skill data <input id="skill" name="skill" maxlength="512"></label>
<label>Call type <select id="video" name="video"><option value="">Audio call</option><option value="1">Video call</option></select></label>
<label>Phone type <select id="type" name="type">
<option value="auto">Auto detect</option><option value="webrtc">WebRTC</option><option value="callback">Call back</option>
</select></label>
<label id="number-row" hidden>Your number, to be called back <input id="number" name="number" type="tel" maxlength="40"></label>
<button>Make call</button>
</form>
<p id="said" role="status"></p>
<div id="call"></div>
</main>
</body>
</html>
`

const STYLE = `:root { color-scheme: light dark; --line: light-dark(#8b96a1, #6d7b85); }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 32rem; padding: 0 1rem;
  background: light-dark(#f4f6f7, #0f1518); color: light-dark(#17212b, #e7edf0); }
h1 { font-size: 1.5rem; }
form { display: grid; gap: .75rem; }
label { display: grid; gap: .25rem; font-weight: 600; }
label[hidden] { display: none; }
input, select, button { font: inherit; padding: .6rem .8rem; border-radius: .75rem; }
input, select { font-weight: 400; background: light-dark(#fff, #1d272c); color: inherit; border: 1px solid var(--line); }
button { cursor: pointer; font-weight: 600; border: 0; background: #0b6e63; color: #fff; margin-top: .5rem; }
:focus-visible { outline: 2.5px solid light-dark(#0b6e63, #8fe0d2); outline-offset: 2px; }
`

const SCRIPT = `'use strict'
const part = (id) => document.getElementById(id)
const value = (id) => part(id).value.trim()
const say = (text) => { part('said').textContent = text }
const able = () => typeof RTCPeerConnection === 'function' && Boolean(navigator.mediaDevices)
const isCallBack = () => value('type') === 'callback' || (value('type') === 'auto' && !able())
const show = () => { part('number-row').hidden = !isCallBack() }

const callBack = async () => {
  const wish = { to: value('to'), number: value('number') || value('from') }
  if (value('cdata')) wish.cdata = value('cdata')
  if (value('skill')) wish.skill = value('skill')
  const answer = await fetch('callback', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wish),
  })
  const told = await answer.json().catch(() => ({}))
  say(answer.ok ? 'You will be called back in a moment.' : told.detail || told.title || 'It did not work.')
}

const callByWeb = () => {
  if (!customElements.get('tandem-call')) return say('The widget is not built: node web/build.mjs on the server.')
  const call = document.createElement('tandem-call')
  call.setAttribute('to', value('to'))
  call.setAttribute('server', location.origin)
  for (const [name, id] of [['from', 'from'], ['disp', 'from'], ['cdata', 'cdata'], ['skill', 'skill']])
    if (value(id)) call.setAttribute(name, value(id))
  if (value('video')) call.setAttribute('video', '')
  part('call').replaceChildren(call)
  call.scrollIntoView({ block: 'center' })
  say('')
  if (typeof call.call === 'function') call.call()
}

part('type').addEventListener('change', show)
part('form').addEventListener('submit', (event) => {
  event.preventDefault()
  if (isCallBack()) callBack().catch(() => say('The server cannot be reached.'))
  else callByWeb()
})
show()
`

export const TEST_PAGE: readonly (readonly [path: string, type: string, body: string])[] = [
  ['test', 'text/html; charset=utf-8', PAGE],
  ['test.css', 'text/css; charset=utf-8', STYLE],
  ['test.js', 'text/javascript; charset=utf-8', SCRIPT],
]
