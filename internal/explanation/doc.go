// Package explanation answers "why" for people: where a contact of such a kind
// would go (Dry), and why a contact waits, or why an agent got it (Of).
//
// It decides nothing. What it says comes from the decisions themselves, by
// routing.Plan.Explain and acd.Floor.Explain; it joins both with the labels of
// the site and writes them as sentences that those who are concerned can check:
// complete counts, bounded names, the reason for each. The same value goes to
// the API and the commands. What is past is refolded from the ledger, up to the
// entry that is asked about. Read Routed, Dry, Contact and Of first.
package explanation
