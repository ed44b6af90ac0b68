# Runs inside a mount namespace of its own. $1: the folder that holds Debian and
# Asterisk ("/" for the machine itself); $2: the instance's folder; $3: prompts.
root=${1%/} dir=$2 prompts=$3

for private in /etc/asterisk /run/asterisk /var/log/asterisk /var/spool/asterisk; do
	mkdir -p "$root$private"
	mount --bind "$dir$private" "$root$private"
done
if [ -n "$root" ]; then
	mount --rbind /dev "$root/dev"
	mount -t proc proc "$root/proc"
	# Must name the machine: else each call waits for a name look-up.
	mount --bind "$dir/etc/hosts" "$root/etc/hosts"
fi
if [ -n "$prompts" ]; then
	sounds=$root/usr/share/asterisk/sounds/guichet
	mkdir -p "$sounds"
	mount --bind "$prompts" "$sounds"
	mount -o remount,bind,ro "$sounds"
fi
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"

# As the package's own user: as root it cannot open its database. A change of
# user clears the parent's death signal, so it is asked for again after it.
exec chroot "${root:-/}" sh -eu -c '
	chown -R asterisk:asterisk /etc/asterisk /run/asterisk /var/log/asterisk /var/spool/asterisk
	cd /
	exec setpriv --reuid asterisk --regid asterisk --init-groups --pdeathsig KILL \
		asterisk -f -n -C /etc/asterisk/asterisk.conf
'
