#!/bin/sh
# Installs Debian's packages that `make page` needs, if they are missing: a browser, its letters, and a clock that can be set
# for one program.
set -eu

missing=
for package in chromium fonts-dejavu-core libfaketime; do
	case $(dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null) in
		*" installed") ;;
		*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update --quiet=2
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install --yes --quiet=2 --no-install-recommends $missing
