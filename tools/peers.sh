#!/usr/bin/env bash
# Installs the counterparts that the peer tests talk to, from Debian's own archive. Says plainly which
# tests are left out when it cannot. Idempotent, and immediate when nothing is missing.
#   tools/peers.sh           what `npm test` needs
#   tools/peers.sh --bench   also what `npm run bench` needs
#   tools/peers.sh --check   installs nothing, only says what is missing
set -u

# command | Debian package | what is left out without it
peers='sipp|sip-tester|SIPp scenarios
baresip|baresip-core|baresip phones
linphone-daemon|linphone-cli|Linphone phones
tshark|tshark|reading every sent message with tshark
sipsak|sipsak|sipsak requests
kamailio|kamailio|Kamailio as a neighbouring proxy
osmo-auc-gen|libosmocore-utils|SIM vectors from Osmocom
openssl|openssl|SIP over TLS by hand
script|bsdutils|the monitor on a real terminal
curl|curl|posts of Ejoin gateways by curl
wrk|wrk|posts of Ejoin gateways by wrk
chromium|chromium|web phones in a browser
firefox-esr|firefox-esr|web phones in a second browser
rtpengine|rtpengine-daemon|calls relayed by rtpengine'
bench='kamailio|kamailio|figures beside Kamailio
gcc|gcc|the load generator
taskset|util-linux|pinning processes to cores
janus|janus|figures of browsers beside Janus'

install=yes
for argument in "$@"; do
  case "$argument" in
    --bench) peers="$peers
$bench" ;;
    --check) install=no ;;
    *) echo "peers: unknown argument $argument (known: --bench, --check)" >&2; exit 1 ;;
  esac
done

PATH="$PATH:/usr/sbin:/sbin"

missing() {
  while IFS='|' read -r command package lane; do
    command -v "$command" >/dev/null 2>&1 || echo "$command|$package|$lane"
  done <<<"$peers"
  # Debian's usual library of codecs only reads AMR.
  rtpengine --config-file=none --codecs 2>/dev/null | grep -q ' AMR: fully' ||
    echo "AMR in libavcodec|libavcodec-extra|calls of which rtpengine converts AMR"
  # The load generator needs the C library's headers, which gcc only recommends.
  case "$peers" in *gcc*) [ -e /usr/include/stdio.h ] || echo "libc headers|libc6-dev|the load generator" ;; esac
}

report() {
  [ -n "$1" ] || return 0
  echo "peers: $2"
  while IFS='|' read -r command package lane; do
    echo "peers:   left out: $lane ($command is missing; Debian package $package)"
  done <<<"$1"
}

lacking=$(missing)
[ -n "$lacking" ] || exit 0
[ "$install" = yes ] || { report "$lacking" 'not installed:'; exit 0; }
if ! command -v apt-get >/dev/null 2>&1 || [ ! -e /etc/debian_version ]; then
  report "$lacking" 'this is not a Debian system, so nothing is installed:'
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  report "$lacking" 'only root may install packages (sudo tools/peers.sh), so:'
  exit 0
fi

# Installing a server must not start it: its port would be taken from a test, or opened to strangers.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi

mapfile -t packages < <(cut -d'|' -f2 <<<"$lacking" | sort -u)
echo "peers: installing ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
output=$(mktemp)
# A mirror that answers nothing must not hold the tests: four minutes for all of them, and then without.
deadline=$((SECONDS + 240))
bounded() {
  local left=$((deadline - SECONDS))
  [ "$left" -gt 0 ] || return 1
  if command -v timeout >/dev/null 2>&1; then timeout -k 10 "$left" "$@"; else "$@"; fi
}
apt=(bounded apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${packages[@]}"; } >"$output" 2>&1; then
  tail -n 20 "$output"
  # One unknown package must not cost the others.
  for package in "${packages[@]}"; do "${apt[@]}" install --no-install-recommends "$package" >>"$output" 2>&1; done
fi
rm -f "$output"
report "$(missing)" 'could not be installed:'
exit 0
