package status

// The reasons for which nobody is logged in at a phone, or by a PIN.
const (
	// UnknownPhone: nobody may sit there, or Asterisk does not know it.
	UnknownPhone Why = "unknown_phone"
	// PhoneUnregistered: nothing is registered there.
	PhoneUnregistered Why = "phone_unregistered"
	// PhoneUnseen: Asterisk could not be asked.
	PhoneUnseen Why = "phone_unseen"
	// NoPIN: the agent has none, or the site.
	NoPIN Why = "no_pin"
	// WrongPIN: it is another one.
	WrongPIN Why = "wrong_pin"
	// PINLocked: there were too many wrong ones.
	PINLocked Why = "pin_locked"
)
