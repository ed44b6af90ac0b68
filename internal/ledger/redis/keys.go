package redis

import "github.com/guichet/guichet/internal/ledger"

// Every key of a site carries its name in braces, so that a Redis Cluster keeps
// them together and one script may write them. Nothing here may be evicted:
// Open refuses a Redis whose maxmemory-policy could.

// ledgerKey is the log: a stream. Owner: the append script. No expiry: the site's
// memory; trimmed past a snapshot.
func ledgerKey(site string) string { return "guichet:{" + site + "}:ledger" }

// headKey is where the log stands: a hash of gen, run, last, digest. Owner: the
// append script. No expiry: it lives and dies with the log.
func headKey(site string) string { return "guichet:{" + site + "}:head" }

// snapshotKey is the manifest of the latest snapshot: a string of JSON. Owner:
// the append script, for SaveSnapshot. No expiry: replaced by the next.
func snapshotKey(site string) string { return "guichet:{" + site + "}:snapshot" }

// baseKey is the manifest of the snapshot from which the log can be folded as far
// back as it goes: a string of JSON. Owner: the append script, when it begins a
// log that continues a snapshot, and Trim. No expiry: replaced by the next.
func baseKey(site string) string { return "guichet:{" + site + "}:base" }

// chunksKey is the data of one snapshot: a list of strings of at most chunkSize
// bytes. Owner: SaveSnapshot and Trim, under a name made for this one snapshot.
// Expires after chunksLife until a manifest names it, so that a writer which died
// half way leaves nothing; removed when no manifest names it any more.
func chunksKey(site string, at ledger.ID, token string) string {
	return "guichet:{" + site + "}:snapshot:" + at.String() + ":" + token
}

// versionKey is the content of one version of the site folder: a string, zip.
// Owner: SaveVersion. No expiry: contacts in flight may need it, however long it
// is not the active one; the leader removes it when neither they nor the latest
// activations do.
func versionKey(site, hash string) string { return "guichet:{" + site + "}:version:" + hash }

// versionsKey names the versions that are kept: a set of hashes. Owner:
// SaveVersion and DropVersion. No expiry: it lives with what it names.
func versionsKey(site string) string { return "guichet:{" + site + "}:versions" }
