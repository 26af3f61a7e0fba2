#!/bin/sh
# Fetches a real MySQL server from Debian's unstable suite into a folder of its own, for the tests
# of the SQL cluster. Nothing is installed; amd64 and apt-get are needed, 66 MB are fetched.
#
#   sharding-config/mysql-server.sh /tmp/mysql
#   mvn verify -Dvarve.test.database=mysql -Dvarve.test.mysqld=/tmp/mysql/mysqld
set -eu
[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1"
root=$(cd "$1" && pwd)
mkdir -p "$root/etc/apt/apt.conf.d" "$root/etc/apt/preferences.d" "$root/var/lib/dpkg" \
  "$root/var/lib/apt/lists/partial" "$root/var/cache/apt/archives/partial" "$root/tree"
: > "$root/var/lib/dpkg/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
  "http://deb.debian.org/debian unstable main" > "$root/etc/apt/sources.list"
apt() {
  apt-get -q -o Dir="$root" -o Dir::State::status="$root/var/lib/dpkg/status" \
    -o Dir::Etc::TrustedParts=/etc/apt/trusted.gpg.d -o APT::Sandbox::User="$(id -un)" "$@"
}
apt update
apt install -y --no-install-recommends --download-only mysql-server-core mysql-client-core
for package in "$root"/var/cache/apt/archives/*.deb; do
  dpkg -x "$package" "$root/tree"
done
# The server runs with the C library it was built for, which is newer than this machine's.
usr=$root/tree/usr
libraries=$usr/lib/x86_64-linux-gnu
cat > "$root/mysqld" <<END
#!/bin/sh
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$usr/sbin/mysqld" "\$@" \\
  --basedir="$usr" --lc-messages-dir="$usr/share/mysql" --plugin-dir="$usr/lib/mysql/plugin" \\
  --secure-file-priv=NULL
END
chmod +x "$root/mysqld"
"$root/mysqld" --version
