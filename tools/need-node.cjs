// Stops with a clear sentence when the pinned Node did not arrive (an npm that blocks install scripts, say).
const major = Number(process.versions.node.split('.')[0])
if (major < 26) {
  console.error(
    `Tandem needs Node 26 and this is ${process.versions.node}. "npm ci" brings it as the package "node"; if your npm ` +
      'blocked its install script, run "npm approve-scripts node" or "npm rebuild node --foreground-scripts" and try again.',
  )
  process.exit(1)
}
