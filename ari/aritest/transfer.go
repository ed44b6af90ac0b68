package aritest

import (
	"net/http"
	"slices"

	"github.com/guichet/guichet/ari"
)

// transfer is what a phone has asked for on a channel.
type transfer struct {
	to       string
	replaces string // the phone's other channel
}

// Refer presses the phone's Transfer key on every call that it has answered, and dials.
// The phone's endpoint is taken to hand that to the application.
func (p *Phone) Refer(to string) { p.refer(transfer{to: to}) }

// ReferToCall has the other side take the place of another call, of which the phone says
// that it has it.
func (p *Phone) ReferToCall(to string, other ari.ChannelID) {
	p.refer(transfer{to: to, replaces: string(other)})
}

func (p *Phone) refer(t transfer) { p.each(func(ch *channel) { ch.refer(t) }) }

func (ch *channel) refer(t transfer) {
	if ch.state == "Up" && !ch.gone {
		ch.transfers = append(ch.transfers, t)
		ch.emit("ChannelTransfer", t.json(ch))
	}
}

// Refer presses the Transfer key of the phone that has made the call.
func (c *Caller) Refer(to string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.ch.refer(transfer{to: to})
}

// Told returns what the phone was told of that.
func (c *Caller) Told() []ari.TransferState {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return slices.Clone(c.ch.referred)
}

func (ch *channel) tell(state ari.TransferState) {
	ch.referred = append(ch.referred, state)
	if ch.phone != nil {
		ch.phone.told = append(ch.phone.told, state)
	}
}

// Told returns what the phone was told of its transfers, in order: the states of
// ari.TransferState.
func (p *Phone) Told() []ari.TransferState {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return slices.Clone(p.told)
}

func (t transfer) json(ch *channel) fields {
	destination := fields{"destination": t.to}
	refer := fields{"requested_destination": destination}
	if t.replaces != "" {
		destination["protocol_id"] = "call-" + t.replaces
		destination["additional_protocol_params"] = []fields{{"parameter_name": "from", "parameter_value": "a"}, {"parameter_name": "to", "parameter_value": "b"}}
		if other := ch.s.channels[t.replaces]; other != nil {
			refer["destination_channel"] = other.json()
		}
	}
	referred := fields{"source_channel": ch.json()}
	if ch.bridge != nil {
		referred["bridge"] = ch.bridge.json()
	}
	return fields{"refer_to": refer, "referred_by": referred}
}

// transferProgress answers all transfers that are open on a channel alike, and Asterisk
// tells each of them once more, with what was answered.
func transferProgress(ch *channel, c *call) answer {
	state := ari.TransferState(c.text("states"))
	switch state {
	case "":
		return no(http.StatusBadRequest, "states must not be empty")
	case ari.TransferBegun, ari.TransferDone, ari.TransferUnavailable, ari.TransferDeclined:
	default:
		return no(http.StatusBadRequest, "Invalid states value")
	}
	open := ch.transfers
	if state != ari.TransferBegun {
		ch.transfers = nil
	}
	for _, t := range open {
		ch.tell(state)
		event := t.json(ch)
		event["state"] = toldAs(state)
		ch.emit("ChannelTransfer", event)
	}
	return done
}

// toldAs: Asterisk 22.10.1 knows three states there.
func toldAs(s ari.TransferState) ari.TransferState {
	if s == ari.TransferUnavailable {
		return ari.TransferDeclined
	}
	return s
}

// endTransfers tells the phone of a channel that ends that nothing came of what is open.
func (ch *channel) endTransfers() {
	for range ch.transfers {
		ch.tell(ari.TransferUnavailable)
	}
	ch.transfers = nil
}
