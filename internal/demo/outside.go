package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/guichet/guichet/internal/phone"
)

// outsideIP is where the operator is to whom Asterisk sends calls to the outside.
const outsideIP = "127.0.0.4"

// frames are sent less often than by a real phone: two cores carry everything.
const frames = 60 * time.Millisecond

// Outside opens the operator's side, on which the phones of local services are. A
// stage must know its address before it is raised.
func Outside(ctx context.Context) (*phone.Exchange, error) {
	x, err := phone.Open(ctx, phone.Options{LocalIP: outsideIP, FrameEvery: frames})
	if err != nil {
		return nil, fmt.Errorf("open the operator's side for the local services: %w", err)
	}
	return x, nil
}

// offices are local services of the sample site, and what leads to each: enforced
// collection or an audit, and a whole postal code.
var offices = []struct{ number, keys string }{
	{"+33261914401", "24" + "44000"}, // Trésorerie de Nantes
	{"+33261913500", "42" + "35000"}, // Brigade de contrôle de Rennes
	{"+33199007503", "24" + "75020"}, // Trésorerie de Paris 20e
	{"+33261918501", "24" + "85000"}, // Trésorerie de La Roche-sur-Yon
}

// plugOffices puts a phone on the desk of each office; none without an operator.
func plugOffices(o Options) ([]*phone.Phone, error) {
	if o.Outside == nil {
		return nil, nil
	}
	var phones []*phone.Phone
	for i, office := range offices {
		answers := phone.Answers(time.Duration(600+i*300) * time.Millisecond).TalksFor(5 * time.Second)
		p, err := o.Outside.Plug(phone.Account{User: office.number}, answers)
		if err != nil {
			return nil, fmt.Errorf("plug the phone of the office %s: %w", office.number, err)
		}
		phones = append(phones, p)
	}
	return phones, nil
}
