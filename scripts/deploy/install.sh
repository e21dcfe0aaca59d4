#!/bin/sh
# Puts Hearsay onto this machine as a service of systemd, from the single executable.
#
#   install.sh EXECUTABLE    installs it, or upgrades to it
#   install.sh --remove      stops the service, and takes the executable and the unit away
#
# It writes /usr/bin/hearsay, /etc/systemd/system/hearsay.service and, unless it is there
# already, /etc/hearsay/hearsay.env. It starts nothing, and changes nothing else; run it
# again with another executable to upgrade. With DESTDIR set, it works below that folder.
set -eu
# Whatever the caller's: others must be able to run what is installed here.
umask 022

say() { printf '%s\n' "install.sh: $*" >&2; }

if [ $# -ne 1 ]; then
	say "give it the executable: install.sh dist/hearsay"
	exit 2
fi
here=$(dirname -- "$0")
root=${DESTDIR:-}
binary=$root/usr/bin/hearsay
unit=$root/etc/systemd/system/hearsay.service

must_be_root() {
	if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
		say "it writes to /usr/bin and /etc, which only root may; run it with sudo."
		exit 2
	fi
}
has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

if [ "$1" = --remove ]; then
	must_be_root
	if has_systemd && [ -e "$unit" ]; then
		systemctl disable --now hearsay.service
	fi
	rm -f "$binary" "$unit"
	if has_systemd; then systemctl daemon-reload; fi
	say "it is removed. Settings and secrets stay in /etc/hearsay, the node's own data in /var/lib/private/hearsay."
	exit 0
fi

# A name alone would be looked for among the programs of this machine.
case $1 in
*/*) executable=$1 ;;
*) executable=./$1 ;;
esac
if ! [ -f "$executable" ]; then
	say "$1 is no file; give it the executable that \"npm run build\" has made for this machine's processor."
	exit 2
fi
if ! version=$("$executable" --version 2>/dev/null); then
	say "$1 does not run on this machine; give it the executable that \"npm run build\" has made for its processor."
	exit 2
fi
must_be_root

mkdir -p "$root/usr/bin" "$root/etc/systemd/system" "$root/etc/hearsay"
# Into place at once: a node that runs the former one goes on undisturbed. If the disk is
# full, nothing has changed and nothing is left lying.
trap 'rm -f "$root/usr/bin/.hearsay.new"' EXIT
install -m 0755 "$executable" "$root/usr/bin/.hearsay.new"
mv -f "$root/usr/bin/.hearsay.new" "$binary"
install -m 0644 "$here/hearsay.service" "$unit"
if [ ! -e "$root/etc/hearsay/hearsay.env" ]; then
	install -m 0644 "$here/hearsay.env" "$root/etc/hearsay/hearsay.env"
fi
if has_systemd; then systemctl daemon-reload; fi

say "$version is installed."
for secret in redis-url token; do
	file=$root/etc/hearsay/$secret
	if [ ! -e "$file" ]; then
		say "still missing: /etc/hearsay/$secret (mode 0600)"
	elif [ -n "$(find "$file" -perm /077)" ]; then
		say "others than root may read /etc/hearsay/$secret: chmod 0600 /etc/hearsay/$secret"
	fi
done
if has_systemd && systemctl is-active --quiet hearsay.service; then
	say "the former one still runs; go over to this one with: systemctl restart hearsay"
else
	say "start it with: systemctl enable --now hearsay"
fi
