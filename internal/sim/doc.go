// Package sim is a site in virtual time: callers and agents around the very core
// that runs live, with a ledger in memory and one controller that holds all.
//
// It is for questions of the kind "what would become of this call": scenarios
// are played on a real site folder, hours pass in microseconds, and nothing is
// left to chance. What a telephone would do happens at once and always succeeds
// unless the scenario says otherwise. Callers who wait are told of it, and may have
// themselves called back or leave a message instead of giving up, so that what an
// organisation makes of them is seen whole; agents are told whom they get, and conversations
// are recorded, where a queue says so; mails, and the messages of a queue, lie on agents'
// screens, beside calls where their cards say so. After every step the state of the site and
// of each call goes through its JSON form, as after a restart. Read World first.
package sim
