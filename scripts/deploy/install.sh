#!/bin/sh
# Puts Hearsay onto this machine as a service of systemd, from the single executable.
#
#   install.sh EXECUTABLE
#
# It writes /usr/bin/hearsay, /etc/systemd/system/hearsay.service and, unless it is there
# already, /etc/hearsay/hearsay.env. It starts nothing, and changes nothing else; run it
# again with another executable to upgrade. With DESTDIR set, it writes below that folder.
set -eu

say() { printf '%s\n' "install.sh: $*" >&2; }

if [ $# -ne 1 ]; then
	say "give it the executable: install.sh dist/hearsay"
	exit 2
fi
executable=$1
here=$(dirname -- "$0")
root=${DESTDIR:-}

if ! version=$("$executable" --version 2>/dev/null); then
	say "$executable does not run on this machine; give it the executable that \"npm run build\" has made for its processor."
	exit 2
fi
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
	say "it writes to /usr/bin and /etc, which only root may; run it with sudo."
	exit 2
fi

mkdir -p "$root/usr/bin" "$root/etc/systemd/system" "$root/etc/hearsay"
# Into place at once: a node that runs the former one goes on undisturbed.
install -m 0755 "$executable" "$root/usr/bin/.hearsay.new"
mv -f "$root/usr/bin/.hearsay.new" "$root/usr/bin/hearsay"
install -m 0644 "$here/hearsay.service" "$root/etc/systemd/system/hearsay.service"
if [ ! -e "$root/etc/hearsay/hearsay.env" ]; then
	install -m 0644 "$here/hearsay.env" "$root/etc/hearsay/hearsay.env"
fi
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi

say "$version is installed."
for secret in redis-url token; do
	if [ ! -e "$root/etc/hearsay/$secret" ]; then
		say "still missing: /etc/hearsay/$secret (mode 0600)"
	fi
done
say "start it with: systemctl enable --now hearsay"
