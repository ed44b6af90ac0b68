package model

import (
	"slices"

	"github.com/guichet/guichet/ari"
)

func (a *asterisk) createBridge(id ari.BridgeID) error {
	if a.bridges[id] == nil {
		a.bridges[id] = &bridge{id: id}
	}
	return nil
}

func (a *asterisk) destroyBridge(id ari.BridgeID) error {
	b := a.bridges[id]
	if b == nil {
		return errNoBridge
	}
	for _, m := range slices.Clone(b.members) {
		m.leaveBridge()
	}
	delete(a.bridges, id)
	return nil
}

func (a *asterisk) addToBridge(id ari.BridgeID, members ...ari.ChannelID) error {
	b := a.bridges[id]
	if b == nil {
		return errNoBridge
	}
	var all []*channel
	for _, m := range members {
		ch := a.channels[m]
		switch {
		case ch == nil:
			return errNoMember
		case !ch.stasis:
			return errNotInStasis
		}
		all = append(all, ch)
	}
	for _, ch := range all {
		ch.enterBridge(b)
	}
	return nil
}

func (a *asterisk) removeFromBridge(id ari.BridgeID, members ...ari.ChannelID) error {
	b := a.bridges[id]
	if b == nil {
		return errNoBridge
	}
	for _, m := range members {
		if ch := a.channels[m]; ch != nil {
			ch.leaveBridge()
		}
	}
	return nil
}
