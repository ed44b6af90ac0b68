# Runs as the first process of a mount and a process namespace of its own.
mount --make-rprivate /
mount -t proc proc /proc
# An engine of the machine's is not to be joined.
if [ -d /run/containerd ]; then mount -t tmpfs tmpfs /run/containerd; fi
exec docker-init -- dockerd "$@"
