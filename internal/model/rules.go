package model

// Rule is a rule of the protocol that a run may leave out: a test of the test.
// The zero value leaves none out.
type Rule string

// The rules, each a bold one of the protocol.
const (
	// DigestUnchecked: ids alone are taken for the identity of an entry.
	DigestUnchecked Rule = "digest unchecked"
	// RunUnchecked: append does not compare the run id of the server.
	RunUnchecked Rule = "run unchecked"
	// TakeUnchecked: a take does not name the holder's last beat.
	TakeUnchecked Rule = "take without the holder's beat"
	// EpochUnchecked: an owner's or leader's facts count whatever its epoch.
	EpochUnchecked Rule = "epoch unchecked"
	// VersionsUnchecked: an offer does not name what it was based on.
	VersionsUnchecked Rule = "versions unchecked"
	// SeqUnchecked: an owner's fact counts each time it is appended.
	SeqUnchecked Rule = "seq unchecked"
	// OffersWhileWaiting: offers are made before every owner has caught up.
	OffersWhileWaiting Rule = "offers while nodes wait"
	// CallsWhileWaiting: agents are called into conversations before that, too.
	CallsWhileWaiting Rule = "calls while nodes wait"
	// OffersUnanswered: an owner passes over an offer that comes too late.
	OffersUnanswered Rule = "late offers unanswered"
	// DroppedLegsCommanded: a request whose turn comes is not looked at again.
	DroppedLegsCommanded Rule = "dropped legs commanded"
	// NoSilence: whoever was replaced registers again at once.
	NoSilence Rule = "no silence after a replacement"
	// CommandsNotRestated: accepted commands are not written again.
	CommandsNotRestated Rule = "commands not restated"
	// OldCommandsRestated: even those that a later one has overtaken are.
	OldCommandsRestated Rule = "overtaken commands restated"
	// OthersUnheard: a controller knows of the commands through itself alone.
	OthersUnheard Rule = "commands through others unheard"
	// InversionsKept: nor is a command repeated behind which an earlier one came to the
	// log again.
	InversionsKept Rule = "inverted commands kept"
	// AnnouncementsNotRestated: nor is what was announced.
	AnnouncementsNotRestated Rule = "announcements not restated"
	// CallsUnclaimed: a person is called back before the ledger has accepted it.
	CallsUnclaimed Rule = "calls back unclaimed"
	// PlacesUncounted: a time is promised to whoever asks for it.
	PlacesUncounted Rule = "places of a time uncounted"
	// PromisesToldEarly: a caller is told of a promise before the ledger has accepted it.
	PromisesToldEarly Rule = "promises told early"
	// RecordingsUnsought: nobody asks what became of a recording.
	RecordingsUnsought Rule = "recordings unsought"
	// FactsNotRestated: nor are an owner's facts.
	FactsNotRestated Rule = "facts not restated"
	// NeverYield: an owner whose probe does not echo keeps its node.
	NeverYield Rule = "never yield"
	// TwoBatches: the leader decides again before its last batch is folded.
	TwoBatches Rule = "two batches in flight"
	// OrphansKept: a leg of no live offer is not hung up.
	OrphansKept Rule = "orphan legs kept"
	// UnsentForgotten: whoever takes a contact up again passes over its own facts
	// that wait behind a slow ledger.
	UnsentForgotten Rule = "unsent facts forgotten"
	// WaitForEver: nobody gives up waiting for an owner that cannot catch up.
	WaitForEver Rule = "wait for ever"
	// OffersUnclaimed: an agent's phone is rung for any offer that is read, before the
	// ledger has accepted it or though it has not.
	OffersUnclaimed Rule = "offers unclaimed"
	// NothingDerived: what was dropped or not answered while a link was down is not
	// commanded again.
	NothingDerived Rule = "nothing derived again"
	// DroppedLegsJoined: whoever answers is bridged, even if his hang-up was decided.
	DroppedLegsJoined Rule = "dropped legs joined"
	// TakenBackAtOnce: whoever gave a node back takes it again as soon as anybody may.
	TakenBackAtOnce Rule = "nodes taken back at once"
	// DeathsIgnored: an Asterisk that is gone is waited for.
	DeathsIgnored Rule = "deaths ignored"
	// SilenceIsDeath: one that does not answer is taken for dead.
	SilenceIsDeath Rule = "silence taken for death"
	// HandsKept: what is at hand of who has gone home stays with him.
	HandsKept Rule = "hands kept"
	// FoldsPublished: a fold is kept as the snapshot whatever log is there.
	FoldsPublished Rule = "folds published over a log"
)
