#!/bin/sh
# Installs what the tests need and this machine lacks, through the system's package manager, where root or
# password-less sudo allows it. Otherwise it says what to install, one line each, and goes on: the tests skip aloud.
# Says nothing, and takes less than a second, when nothing is missing.

exec </dev/null # nothing here may ask, nor fail because standard input is closed
export DEBIAN_FRONTEND=noninteractive
PATH=$PATH:/usr/sbin:/sbin # where Debian has sshd

NODE_VERSIONS='12 14 16 18 22 24 26'

say() {
  echo "prepare: $*" >&2
}

has() {
  command -v "$1" >/dev/null 2>&1
}

works() {
  has "$1" && "$@" >/dev/null 2>&1
}

# ---- Programs

# The packages, by their names in Debian and Ubuntu, of what is not there.
missing_packages() {
  has php || echo php-cli
  works perl -MJSON::PP -e 1 || echo perl # Debian's perl-base is not all of core Perl
  works perl -MCpanel::JSON::XS -e 1 || echo libcpanel-json-xs-perl
  works perl -MJSON::XS -e 1 || echo libjson-xs-perl
  works python3 -c '' || echo python3
  works python3 -c 'import numpy' || works /usr/bin/python3 -c 'import numpy' || echo python3-numpy
  has pypy3 || echo pypy3
  has ruby || echo ruby
  has R || echo r-base-core
  has lua5.4 || echo lua5.4
  has tclsh || echo tcl
  has luajit || echo luajit
  [ "$RELEASE" != 1 ] || has lua5.3 || echo lua5.3
  [ "$RELEASE" != 1 ] || has lua5.1 || echo lua5.1
  # JSON for the benchmark
  [ "$RELEASE" != 1 ] || works lua -e 'require "cjson"' || echo lua-cjson
  [ "$RELEASE" != 1 ] || [ -d /usr/lib/R/site-library/rjson ] || echo r-cran-rjson
  [ "$RELEASE" != 1 ] || [ -n "$(find /usr/share/tcltk -maxdepth 1 -name 'tcllib*' 2>/dev/null)" ] || echo tcllib
  has ssh && has ssh-keygen || echo openssh-client
  has sshd || echo openssh-server
  has sudo || echo sudo
  has script || echo bsdutils
  has tmux || echo tmux
  has ip || echo iproute2
  has bwrap || echo bubblewrap
  has slurmctld && has slurmd && has srun || echo slurm-wlm
  has munged || echo munge
  has lxc-execute || echo lxc
  [ "$RELEASE" != 1 ] || has chromium || echo chromium # opens the site
  [ "$RELEASE" != 1 ] || [ -d /usr/lib/postgresql ] || echo postgresql
  [ "$RELEASE" != 1 ] || works php -r 'exit(extension_loaded("pgsql") ? 0 : 1);' || echo php-pgsql
  missing_programs
  missing_libraries
}

# Programs that the tests migrate, function by function.
missing_programs() {
  [ -e /usr/bin/composer ] || echo composer
  [ -e /usr/bin/phpcs ] || echo php-codesniffer
  [ -e /usr/share/php/Parsedown ] || echo php-parsedown
  [ -e /usr/bin/exiftool ] || echo libimage-exiftool-perl
  [ -e /usr/share/perl5/Text/Markdown.pm ] || echo libtext-markdown-perl
  [ -e /usr/lib/python3/dist-packages/markdown ] || echo python3-markdown
  has cloc || echo cloc
  has rst2html || echo python3-docutils
  has mustache || echo ruby-mustache
  has ldoc || echo lua-ldoc
  [ -e /usr/lib/R/site-library/whisker ] || echo r-cran-whisker
  has dtplite || echo tcllib
}

# Libraries that are imported.
missing_libraries() {
  for module in numpy pandas matplotlib sqlalchemy PIL sklearn discord; do
    name=$(echo $module | tr A-Z a-z)
    [ -e "/usr/lib/python3/dist-packages/$module" ] || echo "python3-$name"
  done
  [ -e /usr/share/php/Twig ] || echo php-twig
  [ -e /usr/share/php/Monolog ] || echo php-monolog
  works /usr/bin/perl -MDBD::SQLite -e 1 || echo libdbd-sqlite3-perl
  works /usr/bin/perl -MDateTime -e 1 || echo libdatetime-perl
  works php -r 'exit(class_exists("SQLite3") ? 0 : 1);' || echo php-sqlite3
  works /usr/bin/perl -MTemplate -e 1 || echo libtemplate-perl
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

may_install() {
  has apt-get && { [ "$(id -u)" = 0 ] || works sudo -n true; }
}

# A package with a service starts it as soon as it is unpacked. The tests want the program, not the service.
POLICY=/usr/sbin/policy-rc.d

forbid_services() {
  [ -e $POLICY ] && return
  trap allow_services EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' | as_root tee $POLICY >/dev/null
  as_root chmod +x $POLICY
}

allow_services() {
  as_root rm -f $POLICY
}

apt_install() {
  as_root apt-get install -y -q --no-install-recommends "$@" >"$LOG" 2>&1
}

install_packages() {
  LOG=$(mktemp) || return
  say "installing" "$@"
  as_root apt-get update -q >"$LOG" 2>&1 || say "apt-get update failed: $(tail -n 1 "$LOG")"
  forbid_services
  # One that cannot be had must not keep the others away.
  apt_install "$@" || for package in "$@"; do
    apt_install "$package" || say "could not install $package: $(grep '^E:' "$LOG" | head -n 1)"
  done
  rm -f "$LOG"
}

# ---- Roundcube's library, without the server that its package needs

ROUNDCUBE=node_modules/.cache/roundcube

fetch_roundcube() {
  library=usr/share/roundcube/program/lib/Roundcube
  [ -e "/$library" ] || [ -e "$ROUNDCUBE/$library" ] && return
  has apt-get && has dpkg-deb || return
  folder=$(mktemp -d) || return
  say 'fetching roundcube-core'
  (cd "$folder" && apt-get download roundcube-core) >/dev/null 2>&1 && mkdir -p "$ROUNDCUBE" &&
    dpkg-deb --fsys-tarfile "$folder"/*.deb | tar -x -C "$ROUNDCUBE" "./$library" ||
    say 'roundcube-core cannot be had here: its test is skipped (apt-get download roundcube-core)'
  rm -rf "$folder"
}

# ---- Other versions of Node

npx_has_node() {
  cat "$1"/_npx/*/node_modules/node/package.json 2>/dev/null | grep -q "\"version\": *\"$2\\."
}

fetch_node() {
  say "fetching Node $1"
  npm_config_fetch_retries=1 npm_config_fetch_retry_mintimeout=1000 npx -y "node@$1" --version >/dev/null 2>&1 ||
    say "Node $1 cannot be had here: its tests are skipped (npx -y node@$1 --version)"
}

fetch_nodes() {
  cache=${npm_config_cache:-$HOME/.npm}
  for version in $NODE_VERSIONS; do
    npx_has_node "$cache" "$version" || fetch_node "$version" &
  done
  wait
}

# ---- What writes the reference

fetch_typedoc() {
  [ -d reference/node_modules ] && return
  say 'fetching TypeDoc'
  npm ci --prefix reference >/dev/null 2>&1 || say 'TypeDoc cannot be had here: its test is skipped (npm ci --prefix reference)'
}

# ---- What makes the site, at a release

fetch_vitepress() {
  [ "$RELEASE" != 1 ] || [ -d site/node_modules ] && return
  say 'fetching VitePress'
  npm ci --prefix site >/dev/null 2>&1 || say 'VitePress cannot be had here: the site cannot be made (npm ci --prefix site)'
}

# ---- All of it

# What comes from npm is fetched meanwhile.
if has npx; then
  fetch_nodes &
else
  say 'missing, so tests with other versions of Node are skipped: npx (apt-get install npm)'
fi
has npm && fetch_typedoc &
has npm && fetch_vitepress &

packages=$(missing_packages)
if [ -n "$packages" ] && may_install; then
  # shellcheck disable=SC2086 # the names are words
  install_packages $packages
  packages=$(missing_packages)
fi
fetch_roundcube # after apt-get update
for package in $packages; do
  say "missing, so tests are skipped: apt-get install $package"
done
wait
exit 0
