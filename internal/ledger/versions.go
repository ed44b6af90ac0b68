package ledger

import "context"

// Versions keeps contents beside the log, by their hash: what contacts in flight
// began with must be found by whoever takes them up. A content is written once
// and never changed; what is in it is not the ledger's business.
type Versions interface {
	// SaveVersion keeps a content. One that is kept already stays as it is.
	SaveVersion(ctx context.Context, hash string, content []byte) error

	// LoadVersion returns a content, or false if it is not kept.
	LoadVersion(ctx context.Context, hash string) ([]byte, bool, error)

	// KeptVersions are the hashes of what is kept, in order.
	KeptVersions(ctx context.Context) ([]string, error)

	// DropVersion forgets a content; one that is not kept is no error.
	DropVersion(ctx context.Context, hash string) error
}
