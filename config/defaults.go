package config

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
)

// What holds where a site says nothing. The schemas tell it to editors, and a test
// writes each of these where it is not written and demands the same site.

// Of site.yaml.
const (
	defaultZone        = "Europe/Paris"
	defaultListen      = "127.0.0.1:8080"
	defaultLevel       = "info"
	defaultApplication = "guichet"
)

// Of queues.yaml.
const (
	defaultMusic    = "default"
	defaultStrategy = contact.LongestReady
)

// Of the nodes of menus.
const (
	defaultNoInput       = 5 * time.Second
	defaultInterDigit    = 2 * time.Second
	defaultAttempts      = 3
	defaultInterruptible = true

	defaultFinishKey  = '#'
	defaultMaxDigits  = 20
	defaultConfirmKey = '1'
	defaultCorrectKey = '2'

	defaultFiscalNumber = "fiscal_number"
	defaultBirthDate    = "birth_date"
	defaultNumber       = ivr.Confirmed

	defaultPerDay    = 3
	defaultAccept    = "1"
	defaultRecipient = "caller"

	defaultMaxDuration = 2 * time.Minute
	defaultMaxSilence  = 4 * time.Second
	defaultMinDuration = time.Second
	defaultBeep        = true
)

// Of agents and of tests.
const (
	defaultFirst  = 1
	defaultMedium = contact.Voice
	defaultStatus = "200"
	defaultOpen   = true
)
